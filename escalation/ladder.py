"""What happens when a limit passes: whom to call now, and when the next rung is due (docs/design/ladder.md)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from escalation.calendar import Calendar
from escalation.case import Case
from escalation.policy import LIMIT_CLOCKS, Policy
from escalation.rungs import NAMES, GroupTarget, Ladder, Rung, Tell
from escalation.span import Span, Unit
from escalation.whom import Call, Reached, reached
from registry.registry import Registry
from registry.terms import Category, ClockKind, DangerKind, Tier, Urgency

__all__ = ["Call", "NextStep", "doubt_due", "foresee", "limits_of", "next_step", "reach"]

_NOW = Span(0, Unit.MINUTES)


@dataclass(frozen=True, slots=True)
class NextStep:
    """One decided step.

    `rung` is the number of calls of this ladder in this round, this one included. `missing` names the roles and groups
    that reach nobody (values of `Tell` and `GroupTarget`); who was called in their place is in `calls`. `next_at` is
    always after now; None when the ladder has ended.
    """

    rung: int
    calls: tuple[Call, ...]
    missing: tuple[str, ...]
    next_at: datetime | None
    reaches_command: bool


def limits_of(
    policy: Policy, calendar: Calendar, urgency: Urgency, category: Category, start: datetime
) -> dict[ClockKind, datetime]:
    """When ACCEPT, FIRST_CONTACT and DONE fall due for a matter whose clocks begin at `start` (aware)."""
    return {kind: policy.limit(urgency, category, kind).end(start, calendar) for kind in LIMIT_CLOCKS}


def doubt_due(policy: Policy, calendar: Calendar, start: datetime) -> datetime:
    """When silence on a doubt card sent at `start` raises it."""
    return calendar.local(start) + timedelta(seconds=policy.doubt.silence_seconds)


def next_step(case: Case, policy: Policy, roster: Registry, calendar: Calendar, now: datetime) -> NextStep:
    """The step to do at `now` for the ladder of `case.ladder` (ACCEPT, DONE or DOUBT; ValueError for another clock).

    The caller decides whether the ladder still runs (accepted, acknowledged, closed); this says what its next rung is.
    """
    at = calendar.local(now)
    ladder = _ladder_of(case, policy, calendar)
    called = case.rung + 1
    found = _call(case, ladder, called, roster, at)
    groups = (roster.group(call.group) for call in found.calls if call.group is not None)
    return NextStep(
        rung=called,
        calls=found.calls,
        missing=found.missing,
        next_at=_next_at(case, ladder, called, calendar, at),
        reaches_command=any(group is not None and group.tier is Tier.COMMAND for group in groups),
    )


def foresee(
    case: Case, policy: Policy, roster: Registry, calendar: Calendar, steps: int
) -> tuple[tuple[datetime, NextStep], ...]:
    """The next steps of a ladder if nobody does anything: at most `steps`, the first at `case.limit_at`."""
    planned: list[tuple[datetime, NextStep]] = []
    at: datetime | None = calendar.local(case.limit_at)
    while at is not None and len(planned) < steps:
        step = next_step(case, policy, roster, calendar, at)
        planned.append((at, step))
        case = replace(case, rung=step.rung, step=case.step + 1)
        at = step.next_at
    return tuple(planned)


def reach(
    policy: Policy,
    roster: Registry,
    calendar: Calendar,
    area: str,
    urgency: Urgency,
    danger: DangerKind | None,
    at: datetime,
) -> tuple[str, ...]:
    """Steps that would reach nobody, or a group that does not exist, in Chinese, for limits that pass at `at`.

    The matter has no unit, so what is proved holds for every matter, whoever does the work.
    """
    place = roster.area(area)
    name = place.name if place is not None else area
    problems: dict[str, None] = {}
    if danger is DangerKind.PERSON:
        problems.update(dict.fromkeys(_confidant_problems(roster, calendar, area, name, at)))
    kinds = [ClockKind.ACCEPT, ClockKind.DONE] + ([ClockKind.DOUBT] if danger is not None else [])
    for kind in kinds:
        case = _sample(policy, area, urgency, danger, kind, at)
        ladder = _ladder_of(case, policy, calendar)
        steps = foresee(case, policy, roster, calendar, len(ladder.rungs))
        for rung, (when, step) in zip(ladder.rungs, steps, strict=False):
            label = f"{name}：{_URGENCIES[urgency]}{_LADDERS[kind]}第{step.rung}级（{when:%m-%d %H:%M}）"
            if not step.calls or (rung.tell and all(call.person is None for call in step.calls)):
                wanted = "、".join(NAMES[role] for role in (*rung.tell, *rung.groups))
                problems[f"{label}叫不到任何人，请登记：{wanted}"] = None
            for target in rung.groups:
                if target in step.missing:
                    problems[f"{name}：没有{NAMES[target]}，请在登记表里补上"] = None
    return tuple(problems)


_URGENCIES = {Urgency.NORMAL: "一般诉求", Urgency.URGENT: "紧急诉求", Urgency.DANGER: "险情"}
_LADDERS = {ClockKind.ACCEPT: "签收逾期", ClockKind.DONE: "办结逾期", ClockKind.DOUBT: "疑似无人回答"}


def _confidant_problems(roster: Registry, calendar: Calendar, area: str, name: str, at: datetime) -> list[str]:
    """An area needs a duty officer and one more who may know (domain.md, person danger)."""
    on_duty = {person.id for person in roster.duty_officers(area, calendar.local(at))}
    problems = [] if on_duty else [f"{name}：没有值班员，人身危险无人负责"]
    others = [person for person in roster.confidants(area) if person.id not in on_duty]
    if not others:
        problems.append(f"{name}：除值班员外没有别的知情专人（confidant），请至少登记一人")
    return problems


def _sample(
    policy: Policy, area: str, urgency: Urgency, danger: DangerKind | None, kind: ClockKind, at: datetime
) -> Case:
    return Case(
        urgency=urgency,
        danger=danger,
        doubt=kind is ClockKind.DOUBT,
        category=Category.OTHER,
        area=area,
        group=None,
        unit=None,
        owner=None,
        round=1,
        step=0,
        ladder=kind,
        rung=0,
        limit_at=at,
        opened_at=at,
        acknowledged_at=None,
        returns=0,
        voices=1,
        policy_version=policy.version,
    )


def _ladder_of(case: Case, policy: Policy, calendar: Calendar) -> Ladder:
    if case.ladder is ClockKind.DOUBT:
        return _doubt_ladder(case, policy, calendar)
    if case.ladder not in policy.person_ladders:
        raise ValueError(f"no ladder hangs on the clock {case.ladder}")
    if case.danger is DangerKind.PERSON:
        return policy.person_ladders[case.ladder]
    return policy.ladders[case.urgency, case.ladder]


def _doubt_ladder(case: Case, policy: Policy, calendar: Calendar) -> Ladder:
    """Nobody answered a doubt card (domain.md): all tiers by day; by night command some minutes after the others.

    A doubtful person danger wakes its confidants again and nobody else.
    """
    if case.danger is DangerKind.PERSON:
        return Ladder((Rung(_NOW, (Tell.DUTY_OFFICER, Tell.GRID_LEADER, Tell.CONFIDANTS)),), None)
    near = (Tell.DUTY_OFFICER, Tell.GRID_LEADER, Tell.GRID_MEMBER)
    if not policy.doubt.is_night(calendar.local(case.limit_at).time()):
        return Ladder((Rung(_NOW, near, (GroupTarget.COORDINATION, GroupTarget.COMMAND)),), None)
    delay = Span(policy.doubt.command_delay_minutes, Unit.MINUTES)
    return Ladder(
        (
            Rung(_NOW, (Tell.DUTY_OFFICER,), (GroupTarget.COORDINATION,)),
            Rung(delay, near, (GroupTarget.COMMAND,)),
        ),
        None,
    )


def _lift(case: Case, ladder: Ladder) -> int:
    """A reopened matter starts one rung higher each round (重办); the rungs below are called together with it."""
    return min(max(case.round - 1, 0), len(ladder.rungs) - 1) if case.ladder is not ClockKind.DOUBT else 0


def _call(case: Case, ladder: Ladder, called: int, roster: Registry, at: datetime) -> Reached:
    """Whom the `called`-th call of this round reaches; if that is nobody at all, the next rungs, until somebody."""
    lift, last = _lift(case, ladder), len(ladder.rungs) - 1
    # silence on a doubt is what lets it reach command; until then a doubtful danger stays below
    with_command = not case.doubt or case.ladder is ClockKind.DOUBT
    first = 0 if called == 1 else min(called - 1 + lift, last)
    until = min(called - 1 + lift, last)
    missing: dict[str, None] = {}
    calls: tuple[Call, ...] = ()
    while not calls and until <= last:
        rungs = ladder.rungs[first : until + 1]
        tell = dict.fromkeys(role for rung in rungs for role in rung.tell)
        groups = dict.fromkeys(target for rung in rungs for target in rung.groups)
        found = reached(case, tell, groups, roster, at, with_command)
        missing.update(dict.fromkeys(found.missing))
        calls = found.calls
        until += 1
    return Reached(calls, tuple(missing))


def _next_at(case: Case, ladder: Ladder, called: int, calendar: Calendar, at: datetime) -> datetime | None:
    """When the call after the `called`-th is due: by the timetable that runs from the limit.

    If that is past (this call came late), the same gap is kept from now: what was missed is done once, nobody is
    skipped, and those called late have the time that the policy gives them.
    """
    lift = _lift(case, ladder)
    climbed = [rung.after for rung in ladder.rungs[lift + 1 :]]
    if called <= len(climbed):
        gaps, gap = climbed[:called], climbed[called - 1]
    elif ladder.repeat is not None:
        repeats = called - len(climbed)
        gap = ladder.repeat
        gaps = [*climbed, Span(gap.amount * repeats, gap.unit)]
    else:
        return None
    due = case.limit_at
    for span in gaps:
        due = span.end(due, calendar)
    next_at = due if due > at else gap.end(at, calendar)
    return calendar.after_quiet(next_at) if case.urgency is Urgency.NORMAL else next_at
