"""Emergency mode (平战转换): the same rules with shorter limits and no quiet hours, a version of their own.

A matter opened in an emergency keeps that version like any other, so nothing else needs to know of the mode.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from escalation.limit_lines import CategoryLimits, Limits, is_shorter, read_limits
from escalation.reading import Reader
from escalation.span import Span
from escalation.warning import Warnings, read_warnings

if TYPE_CHECKING:
    from escalation.policy import Policy

#: Ends the name of a version in its form for emergencies.
MARK = "+emergency"

#: What a file without the section means, as the file would say it.
SHIPPED: Mapping[str, Any] = {
    "limits": {
        "normal": {"accept_within_minutes": 120, "first_contact_within_hours": 4, "done_within_days": 3},
        "urgent": {"accept_within_minutes": 15, "first_contact_within_hours": 1, "done_within_hours": 24},
    },
    "warn_before": {
        "normal": {"accept_minutes": 30, "first_contact_minutes": 60, "done_hours": 12},
        "urgent": {"accept_minutes": 5, "first_contact_minutes": 20, "done_hours": 4},
    },
    "quiet": False,
    "digest_every_hours": 4,
}

#: No quiet hours: they end where they begin.
NO_QUIET = (0, 0)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an emergency changes; what is not named stays as in peace."""

    limits: Limits
    category_limits: CategoryLimits
    warn_before: Warnings
    quiet: tuple[int, int] | None
    digest_every_hours: int | None


def read_changes(data: object, reader: Reader) -> Changes:
    """The section `emergency` of a policy file."""
    path = "emergency"
    table = reader.table(data, path, tuple(SHIPPED))
    limits, category_limits = read_limits(table.get("limits", {}), f"{path}.limits", reader, whole=False)
    warnings = read_warnings(table.get("warn_before", {}), f"{path}.warn_before", reader)
    quiet = read_quiet(table.get("quiet", False), f"{path}.quiet", reader)
    every = table.get("digest_every_hours")
    hours = None if every is None else reader.whole(every, f"{path}.digest_every_hours", 1, 24)
    return Changes(limits, category_limits, warnings, quiet, hours)


def read_quiet(data: object, path: str, reader: Reader) -> tuple[int, int]:
    """Quiet hours in minutes from midnight: `{from: '21:00', until: '07:00'}`, or `off`, which YAML reads as false."""
    if data is False or data == "off":
        return NO_QUIET
    table = reader.table(data, path, ("from", "until"), required=("from", "until"))
    start, until = (reader.minute(table[key], f"{path}.{key}") if key in table else 0 for key in ("from", "until"))
    return start % (24 * 60), until % (24 * 60)


def in_emergency(policy: "Policy", changes: Changes, reader: Reader) -> "Policy":
    """The policy's form for emergencies. A limit longer than in peace is a fault."""
    for (urgency, kind), span in changes.limits.items():
        usual = policy.limits.get((urgency, kind))
        if usual is not None and is_shorter(usual, span):
            reader.fault(f"emergency.limits.{urgency}", f"战时的 {kind} 时限（{span}）不能比平时（{usual}）长")
    return replace(
        policy,
        version=policy.version + MARK,
        limits={**policy.limits, **changes.limits},
        category_limits=_by_category(policy, changes),
        warn_before={**policy.warn_before, **changes.warn_before},
        quiet=changes.quiet,
        digest_every_hours=changes.digest_every_hours,
        emergency=None,
    )


def _by_category(policy: "Policy", changes: Changes) -> CategoryLimits:
    """A category keeps its own limit only where it is surely shorter than the emergency's for all."""

    def stays(key: tuple[Any, Any, Any], span: Span) -> bool:
        urgency, _, kind = key
        general = changes.limits.get((urgency, kind))
        return general is None or is_shorter(span, general) is True

    kept = {key: span for key, span in policy.category_limits.items() if stays(key, span)}
    return {**kept, **changes.category_limits}
