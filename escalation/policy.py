"""A county's rules as one checked value: limits, ladders, doubt, rating, and when the bot speaks.

A file is one version and stays as it is once tickets began with it; a change is a new file with a new version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, time
from itertools import pairwise

from escalation import emergency
from escalation.calendar import Calendar
from escalation.limit_lines import LIMIT_CLOCKS, MOST, read_limits
from escalation.reading import MINUTES_A_DAY, Reader
from escalation.rungs import COMMAND_TIER, PERSON_DANGER, GroupTarget, Ladder, Rung, Tell
from escalation.span import Span, Unit
from escalation.stale import SHIPPED as STALE
from escalation.stale import read_stale
from escalation.warning import SHIPPED, read_warnings
from registry.terms import Category, ClockKind, Urgency

__all__ = ["LADDER_CLOCKS", "LIMIT_CLOCKS", "Policy", "from_data"]

#: Clocks on which a ladder of the policy hangs.
LADDER_CLOCKS = (ClockKind.ACCEPT, ClockKind.DONE)

FILE = "升级规则"
_KEYS = (
    "version",
    "limits",
    "ladders",
    "person_danger",
    "doubt",
    "rating",
    "say",
    "voices_raise",
    "returns_at_most",
)
#: Sections that a file may leave out: files written before them stay valid and mean the figures below.
_MAY_BE_ABSENT = ("whistle", "supervision", "leader", "defer", "warn_before", "quiet", "emergency", "ack_stale")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubtful place danger: silence raises it; at night command comes later (domain.md)."""

    silence_seconds: int
    night_from: time
    night_until: time
    command_delay_minutes: int

    def is_night(self, at: time) -> bool:
        """Whether a time of day (the county's clock) is night, when silence reaches command only after the delay."""
        if self.night_from < self.night_until:
            return self.night_from <= at < self.night_until
        return at >= self.night_from or at < self.night_until


@dataclass(frozen=True, slots=True)
class Rating:
    """Asking residents: again after, closed as silent after, shown as unreached after, closed as unasked after."""

    ask_again_after_hours: int
    close_after_hours: int
    unreached_hours: int
    unasked_days: int
    reopen_within_days: int


@dataclass(frozen=True, slots=True)
class Say:
    """When the bot speaks: how long it waits for a speaker's last fragment, and hours of the day."""

    hold_seconds: int
    digest_at: time
    brief_at: time
    unpressed_at: time
    budget_per_group_per_hour: int = 12
    """So many normal sentences leave for one group in an hour; the rest wait for its digest."""
    proof_at: time = time(17)
    """When it is proved that each step of tonight's ladders reaches somebody."""


@dataclass(frozen=True, slots=True)
class WhistleLimits:
    """吹哨报到: within what a whistled unit reports in; 日常哨 counts working time."""

    daily_within_working_minutes: int = 240
    joint_within_minutes: int = 60


@dataclass(frozen=True, slots=True)
class SupervisionLimits:
    """督办: within what each grade is answered."""

    reminder_within_hours: int = 24
    notice_within_hours: int = 24
    callup_within_hours: int = 12


@dataclass(frozen=True, slots=True)
class LeaderLimits:
    """领导领办: so often returned, reopened or rated unsatisfied, a matter is proposed to a county leader."""

    after_returns: int = 2
    after_reopened: int = 2
    after_unsatisfied: int = 2


@dataclass(frozen=True, slots=True)
class Defer:
    """延期 and 挂账: how far a done limit may be put off, counted from opening, and how far ahead a review date may lie."""

    extension_to_days: int = 15
    shelved_days_at_most: int = 90


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the rules. Built by `from_data`, which checks that nothing is missing."""

    version: str
    limits: Mapping[tuple[Urgency, ClockKind], Span]
    category_limits: Mapping[tuple[Urgency, Category, ClockKind], Span]
    ladders: Mapping[tuple[Urgency, ClockKind], Ladder]
    person_ladders: Mapping[ClockKind, Ladder]
    doubt: Doubt
    rating: Rating
    say: Say
    voices_raise: tuple[int, ...]
    """Numbers of voices at which a matter goes one step up."""
    returns_at_most: int
    """So often units may return a matter; then an arbiter decides."""
    whistle: WhistleLimits = WhistleLimits()
    supervision: SupervisionLimits = SupervisionLimits()
    leader: LeaderLimits = LeaderLimits()
    defer: Defer = Defer()
    warn_before: Mapping[tuple[Urgency, ClockKind], Span] = field(default_factory=lambda: dict(SHIPPED))
    """How long before its limit the holder is warned; a clock that is not named has no warning."""
    quiet: tuple[int, int] | None = None
    """Quiet hours in minutes from midnight, equal ends for none at all; None takes the calendar's."""
    digest_every_hours: int | None = None
    """Hours between two digests; None: once a day at `say.digest_at`."""
    ack_stale: Mapping[Urgency, Span] = field(default_factory=lambda: dict(STALE))
    """How long 知道了 holds a ladder when nothing is done after it."""
    emergency: "Policy | None" = None
    """The same rules in an emergency (战时), a version of its own; None in that version itself."""

    def after_quiet(self, calendar: Calendar, at: datetime) -> datetime:
        """`at` itself, or the end of the quiet hours it lies in: what is not urgent waits until then."""
        return calendar.after_quiet(at, self.quiet)

    def limit(self, urgency: Urgency, category: Category, kind: ClockKind) -> Span:
        """The limit of one clock; the category's own where it has one. KeyError for a clock without limits."""
        return self.category_limits.get((urgency, category, kind)) or self.limits[urgency, kind]


def from_data(data: object) -> tuple[Policy | None, tuple[str, ...]]:
    """A policy from one file's plain data, or None and all its errors as Chinese sentences."""
    reader = Reader(FILE)
    table = reader.table(data, "", (*_KEYS, *_MAY_BE_ABSENT), required=_KEYS)
    if not table:
        return None, tuple(reader.errors)
    version = reader.text(table["version"], "version") if "version" in table else ""
    faults = len(reader.errors)
    limits, category_limits = read_limits(table.get("limits", {}), "limits", reader, whole=True)
    comparable = len(reader.errors) == faults
    ladders = _ladders(table.get("ladders", {}), reader)
    person_ladders = _person_ladders(table.get("person_danger", {}), reader)
    doubt = _doubt(table.get("doubt", {}), reader)
    rating = _rating(table.get("rating", {}), reader)
    say = _say(table.get("say", {}), reader)
    voices_raise = _voices(table.get("voices_raise", []), reader)
    returns_at_most = reader.whole(table.get("returns_at_most", 0), "returns_at_most", 0, 20)
    whistle = WhistleLimits(**_optional(table, "whistle", WhistleLimits, 1, 43_200, reader))
    supervision = SupervisionLimits(**_optional(table, "supervision", SupervisionLimits, 1, 720, reader))
    leader = LeaderLimits(**_optional(table, "leader", LeaderLimits, 1, 20, reader))
    defer = Defer(**_optional(table, "defer", Defer, 1, 366, reader))
    warn_before = read_warnings(table["warn_before"], "warn_before", reader) if "warn_before" in table else dict(SHIPPED)
    quiet = emergency.read_quiet(table["quiet"], "quiet", reader) if "quiet" in table else None
    changes = emergency.read_changes(table.get("emergency", emergency.SHIPPED), reader)
    if emergency.MARK in version:
        reader.fault("version", f"版本名里不能有 {emergency.MARK}，那是战时规则的记号")
    policy = Policy(
        version, limits, category_limits, ladders, person_ladders, doubt, rating, say, voices_raise, returns_at_most,
        whistle, supervision, leader, defer, warn_before, quiet,
        ack_stale=read_stale(table["ack_stale"], "ack_stale", reader) if "ack_stale" in table else dict(STALE),
    )
    if comparable:
        policy = replace(policy, emergency=emergency.in_emergency(policy, changes, reader))
    return (None if reader.errors else policy), tuple(reader.errors)


def _ladders(data: object, reader: Reader) -> dict[tuple[Urgency, ClockKind], Ladder]:
    ladders: dict[tuple[Urgency, ClockKind], Ladder] = {}
    table = reader.table(data, "ladders", tuple(Urgency), required=tuple(Urgency))
    for urgency in Urgency:
        if urgency not in table:
            continue
        own = reader.table(table[urgency], f"ladders.{urgency}", LADDER_CLOCKS, required=LADDER_CLOCKS)
        for kind in LADDER_CLOCKS:
            if kind in own:
                ladder = _ladder(own[kind], f"ladders.{urgency}.{kind}", reader)
                ladders[urgency, kind] = ladder
                if ladder.rungs and not any(
                    COMMAND_TIER.intersection((*rung.groups, *rung.tell)) for rung in ladder.rungs
                ):
                    reader.fault(f"ladders.{urgency}.{kind}", "没有一级到指挥群或县领导，逾期会停在下面")
    return ladders


def _person_ladders(data: object, reader: Reader) -> dict[ClockKind, Ladder]:
    ladders: dict[ClockKind, Ladder] = {}
    table = reader.table(data, "person_danger", LADDER_CLOCKS, required=LADDER_CLOCKS)
    for kind in LADDER_CLOCKS:
        if kind not in table:
            continue
        path = f"person_danger.{kind}"
        ladder = _ladder(table[kind], path, reader)
        for place, rung in enumerate(ladder.rungs, start=1):
            if rung.groups:
                reader.fault(f"{path} 第 {place} 级", "人身危险只通知到人，不能写 groups")
            others = [tell for tell in rung.tell if tell not in PERSON_DANGER]
            if others:
                allowed = "、".join(PERSON_DANGER)
                reader.fault(f"{path} 第 {place} 级", f"人身危险不能通知 {'、'.join(others)}，只可以：{allowed}")
        ladders[kind] = ladder
    return ladders


def _ladder(data: object, path: str, reader: Reader) -> Ladder:
    repeats = tuple(f"repeat_{unit}" for unit in Unit)
    table = reader.table(data, path, ("rungs", *repeats), required=("rungs",))
    rungs = tuple(
        _rung(item, f"{path} 第 {place} 级", place == 1, reader)
        for place, item in enumerate(reader.sequence(table.get("rungs", []), f"{path}.rungs"), start=1)
    )
    if not rungs:
        reader.fault(path, "至少要有一级")
    return Ladder(rungs, _span(table, "repeat", path, 1, reader))


def _rung(data: object, path: str, is_first: bool, reader: Reader) -> Rung:
    afters = tuple(f"after_{unit}" for unit in Unit)
    table = reader.table(data, path, (*afters, "tell", "groups"))
    # a later rung at the same moment as the one before would give nobody the time to act on that one
    after = _span(table, "after", path, 0 if is_first else 1, reader)
    if is_first and after.amount:
        reader.fault(path, "第一级在时限到点时就叫，请写 after_minutes: 0；要早晚请改时限")
    tell = reader.words(table.get("tell", []), f"{path} tell", Tell)
    groups = reader.words(table.get("groups", []), f"{path} groups", GroupTarget)
    if not table.get("tell") and not table.get("groups"):
        reader.fault(path, "没有写通知谁（tell 或 groups），这一级等于没有")
    elif not tell and groups == (GroupTarget.OWN,):
        reader.fault(path, "责任单位不一定有自己的群，请再写一个 tell 或别的群")
    return Rung(after, tell, groups)


def _span(table: Mapping[str, object], prefix: str, path: str, least: int, reader: Reader) -> Span:
    written = [unit for unit in Unit if f"{prefix}_{unit}" in table]
    if len(written) != 1:
        choice = "、".join(f"{prefix}_{unit}" for unit in Unit)
        reader.fault(path, f"{choice} 要写一个，现在写了 {len(written)} 个")
        return Span(max(least, 1), Unit.MINUTES)
    unit = written[0]
    key = f"{prefix}_{unit}"
    return Span(reader.whole(table[key], f"{path} {key}", least, MOST[unit]), unit)


def _doubt(data: object, reader: Reader) -> Doubt:
    keys = ("silence_seconds", "night_from", "night_until", "command_delay_minutes")
    table = reader.table(data, "doubt", keys, required=keys)
    return Doubt(
        _number(table, "doubt", "silence_seconds", 10, 3600, reader),
        _time(table, "doubt", "night_from", reader),
        _time(table, "doubt", "night_until", reader),
        _number(table, "doubt", "command_delay_minutes", 1, 60, reader),
    )


def _rating(data: object, reader: Reader) -> Rating:
    keys = ("ask_again_after_hours", "close_after_hours", "unreached_hours", "unasked_days", "reopen_within_days")
    table = reader.table(data, "rating", keys, required=keys)
    rating = Rating(
        _number(table, "rating", "ask_again_after_hours", 1, 720, reader),
        _number(table, "rating", "close_after_hours", 1, 720, reader),
        _number(table, "rating", "unreached_hours", 1, 720, reader),
        _number(table, "rating", "unasked_days", 1, 90, reader),
        _number(table, "rating", "reopen_within_days", 1, 90, reader),
    )
    if set(keys) <= set(table):
        if rating.ask_again_after_hours >= rating.close_after_hours:
            reader.fault("rating", "ask_again_after_hours 要小于 close_after_hours，否则再问一次永远轮不到")
        if rating.unreached_hours >= rating.unasked_days * 24:
            reader.fault("rating", "unreached_hours 要短于 unasked_days，否则网格办来不及看到")
    return rating


def _say(data: object, reader: Reader) -> Say:
    keys = ("hold_seconds", "digest_at", "brief_at", "unpressed_at")
    table = reader.table(data, "say", (*keys, "budget_per_group_per_hour", "proof_at"), required=keys)
    return Say(
        _number(table, "say", "hold_seconds", 0, 300, reader),
        _time(table, "say", "digest_at", reader),
        _time(table, "say", "brief_at", reader),
        _time(table, "say", "unpressed_at", reader),
        reader.whole(table.get("budget_per_group_per_hour", 12), "say.budget_per_group_per_hour", 1, 1000),
        _time(table, "say", "proof_at", reader) if "proof_at" in table else time(17),
    )


def _optional(
    table: Mapping[str, object], section: str, kind: type[WhistleLimits | SupervisionLimits | LeaderLimits | Defer],
    least: int, most: int, reader: Reader,
) -> dict[str, int]:
    """The whole numbers that a section which may be absent writes; its other keys keep their figures."""
    keys = tuple(field.name for field in fields(kind))
    own = reader.table(table.get(section, {}), section, keys)
    return {key: reader.whole(value, f"{section}.{key}", least, most) for key, value in own.items() if key in keys}


def _number(table: Mapping[str, object], path: str, key: str, least: int, most: int, reader: Reader) -> int:
    return reader.whole(table[key], f"{path}.{key}", least, most) if key in table else least


def _time(table: Mapping[str, object], path: str, key: str, reader: Reader) -> time:
    minute = reader.minute(table[key], f"{path}.{key}") if key in table else 0
    if minute == MINUTES_A_DAY:
        reader.fault(f"{path}.{key}", "零点请写 '00:00'")
        minute = 0
    return time(minute // 60, minute % 60)


def _voices(data: object, reader: Reader) -> tuple[int, ...]:
    path = "voices_raise"
    counts = tuple(reader.whole(item, path, 2, 100_000) for item in reader.sequence(data, path))
    if any(count >= following for count, following in pairwise(counts)):
        reader.fault(path, "要从小到大写，不重复")
    return counts
