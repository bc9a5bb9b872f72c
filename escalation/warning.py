"""Pre-warnings: how long before a limit its holder hears that it comes."""

from collections.abc import Mapping
from datetime import datetime

from escalation.calendar import Calendar
from escalation.limit_lines import LIMIT_CLOCKS, read_clocks
from escalation.reading import Reader
from escalation.span import Span, Unit
from registry.terms import ClockKind, Urgency

Warnings = dict[tuple[Urgency, ClockKind], Span]

#: What a file without the section means. Danger is called minutes after it is told: a warning before that helps nobody.
SHIPPED: Mapping[tuple[Urgency, ClockKind], Span] = {
    (Urgency.NORMAL, ClockKind.ACCEPT): Span(60, Unit.WORKING_MINUTES),
    (Urgency.NORMAL, ClockKind.FIRST_CONTACT): Span(120, Unit.WORKING_MINUTES),
    (Urgency.NORMAL, ClockKind.DONE): Span(1, Unit.DAYS),
    (Urgency.URGENT, ClockKind.ACCEPT): Span(10, Unit.MINUTES),
    (Urgency.URGENT, ClockKind.FIRST_CONTACT): Span(30, Unit.MINUTES),
    (Urgency.URGENT, ClockKind.DONE): Span(4, Unit.HOURS),
    (Urgency.DANGER, ClockKind.DONE): Span(2, Unit.HOURS),
}


def read_warnings(data: object, path: str, reader: Reader) -> Warnings:
    """One table an urgency with lines such as `done_hours: 4`; what is not written has no warning."""
    found: Warnings = {}
    for name, value in reader.table(data, path, tuple(Urgency)).items():
        if name not in set(Urgency):
            continue
        here = f"{path}.{name}"
        for kind, span in read_clocks(reader.table(value, here), here, reader, "_").items():
            found[Urgency(name), kind] = span
    return found


def warn_at(
    warn_before: Mapping[tuple[Urgency, ClockKind], Span],
    calendar: Calendar,
    urgency: Urgency,
    kind: ClockKind,
    start: datetime,
    limit_at: datetime,
) -> datetime | None:
    """When to warn of a limit whose clock began at `start`; None without a warning, or where it would come at or before
    the beginning. KeyError never: a clock without limits has no warning."""
    span = warn_before.get((urgency, kind)) if kind in LIMIT_CLOCKS else None
    if span is None:
        return None
    at = span.begin(limit_at, calendar)
    return at if at > start else None
