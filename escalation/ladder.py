"""What happens when a limit passes: whom to call now, and when the next rung is due (docs/design/ladder.md)."""

from dataclasses import dataclass, replace
from datetime import datetime

from escalation.calendar import Calendar
from escalation.case import Case
from escalation.policy import LIMIT_CLOCKS, Policy
from escalation.rungs import Ladder
from escalation.span import Span, Unit
from escalation.whom import Call, Reached, off_duty, reached
from registry.registry import Registry
from registry.terms import Category, ClockKind, DangerKind, Tier, Urgency

__all__ = ["Call", "NextStep", "foresee", "limits_of", "next_step", "sample_case"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """One decided step.

    `rung` is the number of calls of this ladder in this round, this one included. `missing` names the roles and groups
    that reach nobody (values of `Tell` and `GroupTarget`); who was called in their place is in `calls`. `vacant` are
    those of them whose roster leaves the post empty now: a rung that reaches nobody else is skipped at once, the next
    is called in the same step and `rung` counts it. `next_at` is always after now: the last rung repeats until somebody
    acts, so it is never None today.
    """

    rung: int
    calls: tuple[Call, ...]
    missing: tuple[str, ...]
    next_at: datetime | None
    reaches_command: bool
    vacant: tuple[str, ...] = ()


def limits_of(
    policy: Policy, calendar: Calendar, urgency: Urgency, category: Category, start: datetime
) -> dict[ClockKind, datetime]:
    """When ACCEPT, FIRST_CONTACT and DONE fall due for a matter whose clocks begin at `start` (aware)."""
    return {kind: policy.limit(urgency, category, kind).end(start, calendar) for kind in LIMIT_CLOCKS}


def next_step(case: Case, policy: Policy, roster: Registry, calendar: Calendar, now: datetime) -> NextStep:
    """The step to do at `now` for the ladder of `case.ladder` (ACCEPT or DONE; ValueError for another clock).

    The caller decides whether the ladder still runs (accepted, acknowledged, closed); this says what its next rung is.
    A step found late is one step: the next one is counted from `now`, so that those called have the time that the
    policy gives them, and what was missed in between is not made up for (reliability R12). A reopened round starts
    one rung higher for each reopening; its first call takes the rungs below along.
    """
    at = calendar.local(now)
    ladder = _ladder_of(case, policy)
    found, skipped = _call(case, ladder, case.rung + 1, roster, at)
    called = case.rung + 1 + skipped
    next_at = _gap(case, ladder, called, calendar).end(at, calendar)
    groups = (roster.group(call.group) for call in found.calls if call.group is not None)
    return NextStep(
        rung=called,
        calls=found.calls,
        missing=found.missing,
        # what is not urgent waits for the end of the quiet hours
        next_at=policy.after_quiet(calendar, next_at) if case.urgency is Urgency.NORMAL else next_at,
        reaches_command=any(group is not None and group.tier is Tier.COMMAND for group in groups),
        vacant=found.vacant,
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


def sample_case(
    policy: Policy, area: str, urgency: Urgency, danger: DangerKind | None, kind: ClockKind, at: datetime
) -> Case:
    """A matter of no category's own and without a unit, whose limit passes at `at`: what holds for it holds for all."""
    return Case(
        urgency=urgency,
        danger=danger,
        doubt=False,
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


def _ladder_of(case: Case, policy: Policy) -> Ladder:
    if case.ladder not in policy.person_ladders:
        raise ValueError(f"no ladder hangs on the clock {case.ladder}")
    if case.danger is DangerKind.PERSON:
        return policy.person_ladders[case.ladder]
    return policy.ladders[case.urgency, case.ladder]


def _lift(case: Case, ladder: Ladder) -> int:
    """How many rungs higher this round starts: one for each reopening (重办), at most to the last rung."""
    return min(max(case.round - 1, 0), len(ladder.rungs) - 1)


def _call(case: Case, ladder: Ladder, called: int, roster: Registry, at: datetime) -> tuple[Reached, int]:
    """Whom the `called`-th call of this round reaches; if nobody at all, the rungs above it too, until somebody.

    Rungs whose only living post is vacant by its roster are skipped, the rung after them is called at once; how many
    were skipped is the second value. The first call of a reopened round takes the rungs it skips with it; the last rung
    is called again and again.
    """
    skipped = 0
    until = min(called + _lift(case, ladder), len(ladder.rungs))
    first = 1 if called == 1 else until
    # a danger that nobody has confirmed does not reach command (domain.md, doubt)
    with_command = not case.doubt
    while True:
        rungs = ladder.rungs[first - 1 : until]
        tell = dict.fromkeys(role for rung in rungs for role in rung.tell)
        groups = dict.fromkeys(target for rung in rungs for target in rung.groups)
        found = reached(case, tell, groups, roster, at, with_command)
        if until == len(ladder.rungs) or (found.calls and found.manned):
            return (found if found.calls else replace(found, calls=off_duty(case, roster, at))), skipped
        skipped += not found.manned
        until += 1


#: Repeats of the last rung at the policy's pace; after these each pause is twice the one before, up to a day.
STEADY_REPEATS = 6
_LONGEST = Span(1, Unit.DAYS)


def _gap(case: Case, ladder: Ladder, called: int, calendar: Calendar) -> Span:
    """How long after the `called`-th call of this round the next one comes.

    A call that nobody answers grows rarer, so that it does not drown the others; it never ends by itself.
    """
    following = called + _lift(case, ladder)
    if following < len(ladder.rungs):
        return ladder.rungs[following].after
    repeats = following - len(ladder.rungs) + 1
    if ladder.repeat.unit.is_working or repeats <= STEADY_REPEATS:
        return ladder.repeat
    longer = ladder.repeat.minutes(calendar) * 2 ** min(repeats - STEADY_REPEATS, 20)
    return Span(max(min(longer, _LONGEST.minutes(calendar)), ladder.repeat.minutes(calendar)), Unit.MINUTES)
