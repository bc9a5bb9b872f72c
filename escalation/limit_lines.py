"""Limits as a policy writes them: one line a clock (`accept_within_minutes: 30`), the key's ending is the unit."""

from collections.abc import Mapping

from escalation.reading import Reader
from escalation.span import Span, Unit
from registry.terms import Category, ClockKind, Urgency

#: Clocks that have a limit.
LIMIT_CLOCKS = (ClockKind.ACCEPT, ClockKind.FIRST_CONTACT, ClockKind.DONE)

#: The longest span of one rung or limit, in its own unit: ninety days.
MOST = {Unit.MINUTES: 129_600, Unit.HOURS: 2_160, Unit.DAYS: 90, Unit.WORKING_MINUTES: 43_200, Unit.WORKING_DAYS: 90}

Limits = dict[tuple[Urgency, ClockKind], Span]
CategoryLimits = dict[tuple[Urgency, Category, ClockKind], Span]

_CLOCK_MINUTES = {Unit.MINUTES: 1, Unit.HOURS: 60, Unit.DAYS: 24 * 60}


def read_limits(data: object, path: str, reader: Reader, *, whole: bool) -> tuple[Limits, CategoryLimits]:
    """Limits by urgency, and by category where one differs. `whole`: every urgency and clock must have one."""
    limits: Limits = {}
    category_limits: CategoryLimits = {}
    table = reader.table(data, path, tuple(Urgency), required=tuple(Urgency) if whole else ())
    for urgency in Urgency:
        if urgency not in table:
            continue
        here = f"{path}.{urgency}"
        own = dict(reader.table(table[urgency], here))
        by_category = own.pop("categories", {})
        found = read_clocks(own, here, reader, "_within_", also=("categories",))
        for kind in LIMIT_CLOCKS:
            if kind in found:
                limits[urgency, kind] = found[kind]
            elif whole:
                reader.fault(here, f"缺少 {kind} 的时限，例如 {kind}_within_minutes")
        for name, value in reader.table(by_category, f"{here}.categories", tuple(Category)).items():
            if name not in set(Category):
                continue
            category, place = Category(name), f"{here}.categories.{name}"
            changed = read_clocks(reader.table(value, place), place, reader, "_within_")
            for kind, span in changed.items():
                category_limits[urgency, category, kind] = span
            _order({**found, **changed}, place, reader)
        _order(found, here, reader)
    return limits, category_limits


def read_clocks(
    table: Mapping[str, object], path: str, reader: Reader, infix: str, also: tuple[str, ...] = ()
) -> dict[ClockKind, Span]:
    """One span a clock, from keys such as `accept_within_minutes` (infix `_within_`)."""
    keys = {f"{kind}{infix}{unit}": (kind, unit) for kind in LIMIT_CLOCKS for unit in Unit}
    found: dict[ClockKind, Span] = {}
    for key, value in table.items():
        if key not in keys:
            reader.fault(path, f"不认识的键 {key}，可用的键：{'、'.join((*keys, *also))}")
            continue
        kind, unit = keys[key]
        if kind in found:
            reader.fault(path, f"{kind} 的时限写了两次")
        found[kind] = Span(reader.whole(value, f"{path}.{key}", 1, MOST[unit]), unit)
    return found


def is_shorter(one: Span, other: Span) -> bool | None:
    """Whether `one` is shorter; None where that depends on the calendar."""
    if one.unit == other.unit:
        return one.amount < other.amount
    if one.unit.is_working or other.unit.is_working:
        return None
    return one.amount * _CLOCK_MINUTES[one.unit] < other.amount * _CLOCK_MINUTES[other.unit]


def _order(found: Mapping[ClockKind, Span], path: str, reader: Reader) -> None:
    """Accept before done, where both count the same kind of time: a later accept could never be called."""
    accept, done = found.get(ClockKind.ACCEPT), found.get(ClockKind.DONE)
    if accept is not None and done is not None and is_shorter(accept, done) is False:
        reader.fault(path, f"接单时限（{accept}）要短于办结时限（{done}）")
