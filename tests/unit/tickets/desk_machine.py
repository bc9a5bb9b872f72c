"""A ticket's life as a state machine: every use case in any order, with the invariants of the desk after each.

`DeskMachine` runs over any unit of work; a subclass says how by `open_desk`. The sender is played by `drain`: what is due
leaves if it is still true; in g-3 an owner must press.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from escalation.span import Span, Unit
from registry.model import Override, Person
from registry.on_duty import swap_overrides, turn_of
from registry.terms import Act, Category, ClockKind, DangerKind, Lane, Outcome, Role, Said, Status, Urgency, What
from tests.builders.desk import GRID, GRID_TWO, MORNING, TOWN, lost, rules, told, who
from tickets import (
    acknowledging,
    assigning,
    correcting,
    daily,
    danger,
    duty,
    emergency,
    excluding,
    extending,
    leading,
    lowering,
    missing,
    opening,
    rating,
    repinning,
    reporting_in,
    rerouting,
    settling,
    shelving,
    silencing,
    splitting,
    supervising,
    topics,
    whistling,
)
from tickets.called_in import Grade, WhistleKind
from tickets.due import do_pass
from tickets.duty_values import Swap
from tickets.errors import RefusedError
from tickets.merging import LOOK_BACK, WIDE, WIDE_WITHIN, Bond, attach
from tickets.model import Ticket, ToSay
from tickets.told import Told
from tickets.truth import still_true
from tickets.work import Work

T = TypeVar("T")
_SHIPPED = rules()
_NEWER = replace(
    _SHIPPED.policy, version="2026-02",
    limits={**_SHIPPED.policy.limits, (Urgency.URGENT, ClockKind.ACCEPT): Span(10, Unit.MINUTES)},
)
#: The shipped rules, and a version of them that the county may begin to use.
RULES = replace(_SHIPPED, policies={**_SHIPPED.policies, _NEWER.version: _NEWER})
CONFIDANTS = {"duty-day", "duty-night", "police"}
OFFICIALS = ("member", "leader", "duty-day", "police", "office", "sponsor", "water", "power", "county")
#: What groups may hear of a matter that they must not know, and of a missing person.
DISCREET = {"handed_to_duty"}
OF_THE_MISSING = {"handed_to_duty", "missing.order", "missing.found"}
#: More rounds than any moment can need: a clock that stays due is a fault.
ENOUGH = 60

officials = st.sampled_from(OFFICIALS).map(who)
picks = st.integers(0, 9)


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence in the outbox and where it stands."""

    id: int
    say: ToSay
    state: str


class Desk(Protocol):
    """A unit of work and its outbox, whatever lies below."""

    def run(self, f: Callable[[Any], T]) -> T: ...

    def rows(self) -> list[Row]: ...

    def claim(self, now: datetime) -> list[Row]: ...

    def mark(self, row: Row, state: str, now: datetime) -> None: ...

    def next_waiting(self) -> datetime | None: ...

    def steps(self) -> list[tuple[int, int, int]]: ...

    def faults_of_history(self) -> list[str]: ...

    def state(self) -> Any: ...

    def close(self) -> None: ...


class DeskMachine(RuleBasedStateMachine):
    """The rules and the invariants."""

    def open_desk(self) -> Desk:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.desk = self.open_desk()
        self.now = MORNING
        self.rules = RULES
        """The rule book of the moment; ended policies, stand-ins and swaps change it."""
        self.messages = 0
        self.tickets: list[int] = []
        self.heard: dict[str, int] = {}
        """Messages that were laid in a ticket when they were heard, by that ticket."""
        self.accepted_row: dict[int, int] = defaultdict(int)
        """The last row that was there when a ticket was accepted."""
        self.shown: dict[tuple[int, str | None], list[What]] = defaultdict(list)
        """What each of the residents' groups was shown of a ticket, in order."""

    def teardown(self) -> None:
        self.desk.close()

    @initialize()
    def open_the_day(self) -> None:
        self.desk.run(lambda work: daily.plan(work, self.rules, self.now, set()))

    # helpers ------------------------------------------------------------------------------------------------------

    def pick(self, number: int) -> Ticket:
        """One of the latest tickets."""
        latest = self.tickets[-6:]
        return self.get(latest[number % len(latest)])

    def get(self, ticket_id: int) -> Ticket:
        return self.desk.run(lambda work: work.get_ticket(ticket_id))

    def act(self, f: Callable[[Work], Any]) -> bool:
        """Do one use case; a refusal changes nothing. False when it was refused."""
        before = self.desk.state()
        try:
            found = self.desk.run(f)
        except RefusedError:
            assert self.desk.state() == before, "a refusal changed something"
            return False
        if isinstance(found, Ticket) and found.id not in self.tickets:
            self.tickets.append(found.id)
        return True

    def hear(self, one: Told) -> None:
        """What the decider does with a message: candidates, attach, one use case."""
        self.messages += 1
        one = replace(one, message=f"m{self.messages}", at=self.now)

        def unit(work: Work) -> Ticket | None:
            candidates = work.candidates(
                areas={one.area}, since=self.now - LOOK_BACK, township=TOWN, wide=WIDE, wide_since=self.now - WIDE_WITHIN
            )
            visible = [c for c in candidates if not c.ticket.is_private or one.sender in c.voices]
            found = attach(one, visible)
            ticket = found.candidate.ticket if found.candidate else None
            if found.bond is Bond.NEW or (one.danger is not None and ticket is None):
                return opening.do_open(work, self.rules, self.now, replace(one, act=Act.REPORT))
            if ticket is None:
                return None
            match found.bond:
                case Bond.VOICE:
                    return opening.do_voice(work, self.rules, self.now, ticket, one)
                case Bond.SUPPLEMENT:
                    return opening.do_supplement(work, self.rules, self.now, ticket, one)
                case _:
                    return opening.do_note_recovery(work, self.rules, self.now, ticket, one)

        self.act(unit)
        lies_in = self.desk.run(lambda work: work.ticket_of_message(one.message))
        assert one.act is not Act.REPORT or lies_in is not None, "a report lies in no ticket"
        if lies_in is not None:
            self.heard[one.message] = lies_in

    def drain(self) -> None:
        """Let everything leave that may; what an owner must press is asked."""
        for _ in range(ENOUGH):
            rows = self.desk.claim(self.now)
            if not rows:
                return
            for row in rows:
                say = row.say
                ticket = self.get(say.ticket) if say.ticket is not None else None
                if not still_true(say.still, ticket, say.round):
                    self.desk.mark(row, "cancelled", self.now)
                    continue
                self.check_call(row, ticket)
                if say.group == "g-3" and say.kind not in (Said.ANSWER, Said.QUESTION):
                    self.desk.mark(row, "asked", self.now)
                else:
                    self.has_left(row)
        raise AssertionError("the outbox does not come to an end")

    def has_left(self, row: Row) -> None:
        self.desk.mark(row, "sent", self.now)
        if row.say.event in _SHOWS and row.say.ticket is not None:
            self.shown[row.say.ticket, row.say.group].append(_SHOWS[row.say.event])
        told_with_it = [one for one in self.desk.rows() if one.say.parent == row.id] if row.say.kind is Said.DIGEST else []
        for one in [row, *told_with_it]:
            if one.say.kind is Said.ASK_RATING and one.say.ticket is not None:
                ticket = self.get(one.say.ticket)
                self.desk.run(lambda work, ticket=ticket: rating.do_reached(work, self.rules, self.now, ticket))

    def check_call(self, row: Row, ticket: Ticket | None) -> None:
        """I4 and P7: no call for acceptance leaves that was decided before somebody accepted."""
        if row.say.event.startswith("step.") and row.say.args["ladder"] == ClockKind.ACCEPT and ticket is not None:
            assert ticket.status in (Status.OPEN, Status.ASSIGNED)
            assert row.say.round == ticket.round
            assert row.id > self.accepted_row[ticket.id]

    def walk(self, until: datetime) -> None:
        """From due time to due time, so that nothing is late that was not."""
        while True:
            moments = (self.desk.run(lambda w: w.next_due()), self.desk.run(lambda w: w.next_agenda()), self.desk.next_waiting())
            due = min((moment for moment in moments if moment is not None), default=None)
            if due is None or due > until:
                break
            self.now = max(self.now, due)
            for _ in range(ENOUGH):
                if not self.desk.run(lambda work: do_pass(work, self.rules, self.now)):
                    break
            else:
                raise AssertionError("a clock stays due")
            self.drain()
        self.now = until

    # people tell --------------------------------------------------------------------------------------------------

    @rule(
        words=st.sampled_from(("没水了", "又停水", "路灯不亮", "垃圾没人收", "路面塌了一块")),
        category=st.sampled_from((Category.WATER, Category.POWER, Category.EDUCATION, Category.ROAD, None)),
        urgency=st.sampled_from((Urgency.NORMAL, Urgency.NORMAL, Urgency.URGENT)),
        place=st.sampled_from((None, "3栋", "7栋", "东门口")),
        where=st.sampled_from(("g-1", "g-1", "g-2", "g-3")), sender=st.sampled_from(("r-1", "r-2", "r-3", "r-4", "head")),
    )
    def report(self, words: str, category: Category | None, urgency: Urgency, place: str | None, where: str, sender: str) -> None:
        self.hear(told(words, category=category, urgency=urgency, place=place, group=where, sender=sender, area=_area(where)))

    @rule(
        kind=st.sampled_from(DangerKind), doubt=st.booleans(), where=st.sampled_from(("g-1", "g-2", "g-3")),
        act=st.sampled_from((Act.REPORT, Act.SUPPLEMENT)), sender=st.sampled_from(("r-1", "r-2")),
    )
    def danger_is_told(self, kind: DangerKind, doubt: bool, where: str, act: Act, sender: str) -> None:
        category = Category.HAZARD if kind is DangerKind.PLACE else Category.PERSON_HELP
        self.hear(told("出事了", category=category, urgency=Urgency.URGENT if doubt else Urgency.DANGER, danger=kind, doubt=doubt,
                       place=None, group=where, area=_area(where), act=act, sender=sender))

    @rule(act=st.sampled_from((Act.ECHO, Act.SUPPLEMENT, Act.RECOVERY)), sender=st.sampled_from(("r-1", "r-2", "r-5", "r-6")),
          where=st.sampled_from(("g-1", "g-2", "g-3")), place=st.sampled_from((None, "3栋")), number=picks)
    @precondition(lambda self: self.tickets)
    def a_line_about_it(self, act: Act, sender: str, where: str, place: str | None, number: int) -> None:
        last = [message for message, _ in list(self.heard.items())[-3:]]
        quote = last[number % len(last)] if last else None
        self.hear(told("我家也是", act=act, category=None, urgency=None, place=place, sender=sender, group=where,
                       area=_area(where), refers_to=quote))

    @rule(head=st.booleans())
    def somebody_is_missing(self, head: bool) -> None:
        self.messages += 1
        sender = {"sender": "head", "role": Role.HOUSEHOLD_HEAD} if head else {}
        one = lost(message=f"m{self.messages}", at=self.now, **sender)
        self.act(lambda work: opening.do_open(work, self.rules, self.now, one))

    @rule()
    def somebody_asks(self) -> None:
        self.messages += 1
        one = told("落户要带啥", message=f"m{self.messages}", at=self.now, act=Act.QUESTION, category=None, to_bot=True)
        self.act(lambda work: opening.do_consult(work, self.rules, self.now, one))

    @rule(by=st.sampled_from(("r-1", "r-2", "r-4")), number=picks)
    @precondition(lambda self: self.tickets)
    def takes_it_back(self, by: str, number: int) -> None:
        ticket = self.pick(number)
        self.act(lambda work: rating.do_withdraw(work, self.rules, self.now, ticket, by, because="x"))

    @rule(number=picks, satisfied=st.booleans())
    @precondition(lambda self: self.tickets)
    def rates(self, number: int, satisfied: bool) -> None:
        ticket = self.pick(number)
        if ticket.status in (Status.DONE, Status.CLOSED) and (satisfied or rating.may_reopen(self.rules, ticket, self.now)):
            self.act(lambda work: rating.do_rate(work, self.rules, self.now, ticket, "r-1", satisfied, because="x"))

    @rule(number=picks)
    @precondition(lambda self: self.tickets)
    def is_not_settled(self, number: int) -> None:
        ticket = self.pick(number)
        self.act(lambda work: rating.do_reopen(work, self.rules, self.now, ticket, by="r-1", because="x"))

    @rule(number=picks)
    @precondition(lambda self: self.heard)
    def recalls(self, number: int) -> None:
        message = list(self.heard)[-1 - number % min(6, len(self.heard))]
        del self.heard[message]
        self.act(lambda work: correcting.do_recall(work, self.rules, self.now, message, because="x"))
        assert self.desk.run(lambda work: work.ticket_of_message(message)) is None

    # officials act ------------------------------------------------------------------------------------------------

    @rule(by=officials, number=picks)
    @precondition(lambda self: self.tickets)
    def accepts(self, by: Person, number: int) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        if self.act(lambda work: assigning.do_accept(work, self.rules, self.now, ticket, by, because="x")):
            self.accepted_row[ticket.id] = max((row.id for row in self.desk.rows()), default=0)

    @rule(by=officials, number=picks)
    @precondition(lambda self: self.tickets)
    def acknowledges(self, by: Person, number: int) -> None:
        """P7: what a ladder had queued is off with the acknowledgement, and nothing more comes before it is stale."""
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        if self.act(lambda work: acknowledging.do_acknowledge(work, self.rules, self.now, ticket, by, because="x")):
            waiting = [row for row in self.desk.rows() if row.say.ticket == ticket.id and row.state in ("waiting", "asked")]
            assert not [row for row in waiting if row.say.event in acknowledging.CALLS], "a call waits after the acknowledgement"
            assert self.get(ticket.id).acknowledged_at is not None

    @rule(by=officials, number=picks, wanted=st.sampled_from((timedelta(minutes=20), timedelta(hours=3), timedelta(days=9))))
    @precondition(lambda self: self.tickets)
    def silences(self, by: Person, number: int, wanted: timedelta) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        steps = len([one for one in self.desk.steps() if one[0] == ticket.id])
        until: list[datetime] = []
        if self.act(lambda work: until.append(silencing.do_silence(work, self.rules, self.now, ticket, by, wanted, because="x")[1])):
            assert until[0] > self.now
            self.desk.run(lambda work: do_pass(work, self.rules, self.now))
            assert len([one for one in self.desk.steps() if one[0] == ticket.id]) == steps, "a silent ladder called"

    @rule(by=officials, number=picks)
    @precondition(lambda self: self.tickets)
    def lowers(self, by: Person, number: int) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        limits = self.limits(ticket)
        if self.act(lambda work: lowering.do_lower(work, self.rules, self.now, ticket, by, "已有安排", because="x")):
            after = self.limits(ticket)
            assert set(after) == set(limits)
            assert ticket.urgency is Urgency.URGENT or after == limits, "of a normal matter only the ladder rests"
            assert all(at >= limits[kind] for kind, at in after.items()), "lowering makes no limit shorter"

    def limits(self, ticket: Ticket) -> dict[ClockKind, datetime]:
        clocks = self.desk.run(lambda work: work.clocks(ticket.id))
        return {kind: clock.limit_at for kind, clock in clocks.items() if kind in (ClockKind.ACCEPT, ClockKind.DONE)}

    # the county decides -------------------------------------------------------------------------------------------

    @rule(by=officials, starts=st.booleans(), hours=st.sampled_from((None, 5, 60)))
    def switches_to_emergency_or_back(self, by: Person, starts: bool, hours: int | None) -> None:
        before = {ticket_id: self.get(ticket_id).policy for ticket_id in self.tickets}
        until = None if hours is None else self.now + timedelta(hours=hours)
        if starts:
            self.act(lambda work: emergency.do_start(work, self.rules, self.now, by, "汛情", until, because="x"))
        else:
            self.act(lambda work: emergency.do_end(work, self.rules, self.now, by, because="x"))
        assert {ticket_id: self.get(ticket_id).policy for ticket_id in self.tickets} == before, "a ticket keeps its version"

    @rule(version=st.sampled_from(("2026-01", "2026-02")))
    def the_county_writes_new_rules(self, version: str) -> None:
        """Tickets that began before keep theirs: nothing of them moves."""
        before = {ticket_id: self.limits(self.get(ticket_id)) for ticket_id in self.tickets}
        self.rules = replace(self.rules, current=version)
        assert {ticket_id: self.limits(self.get(ticket_id)) for ticket_id in self.tickets} == before

    @rule(number=picks, reason=st.sampled_from(("按新规则办", "")))
    @precondition(lambda self: self.tickets)
    def is_moved_to_the_rules_of_the_moment(self, number: int, reason: str) -> None:
        ticket = self.pick(number)
        if self.act(lambda work: repinning.do_repin(work, self.rules, self.now, ticket, "office", reason, because="x")):
            assert reason
            after = self.get(ticket.id)
            assert (after.round, after.step) == (ticket.round + 1, 0)
            assert after.policy != ticket.policy

    @rule(vacant=st.booleans(), days=st.integers(0, 2), who_is_away=st.sampled_from(("duty-day", "duty-night")))
    def somebody_is_away(self, vacant: bool, days: int, who_is_away: str) -> None:
        """A stand-in, or a vacant shift: the rosters change, and whoever is on duty by them takes over."""
        other = "duty-night" if who_is_away == "duty-day" else "duty-day"
        day = (self.now + timedelta(days=days)).date()
        self.change_roster([Override(day, who_is_away, None if vacant else other)])

    @rule()
    def everybody_is_back(self) -> None:
        self.change_roster(None)

    def change_roster(self, more: list[Override] | None) -> None:
        roster = self.rules.registry.rosters[0]
        roster = replace(roster, overrides=() if more is None else (*roster.overrides, *more))
        self.rules = replace(self.rules, registry=replace(self.rules.registry, rosters=(roster,)))
        self.desk.run(lambda work: duty.plan_duty(work, self.rules, self.now))

    @rule(days=st.integers(1, 3), accepted=st.booleans(), asks=st.booleans())
    def swaps_shifts(self, days: int, accepted: bool, asks: bool) -> None:
        """One asks, the other answers; an accepted swap is in the rosters from then on."""
        roster, night = self.rules.registry.rosters[0], who("duty-night")
        if asks:
            days_off = (self.now + timedelta(days=days)).date()
            turns = [turn_of(roster, days_off, key, self.rules.calendar.zone) for key in ("08:00", "20:00")]
            if None not in turns:
                mine, theirs = turns
                self.act(lambda work: duty.do_ask_swap(work, self.rules, self.now, who("duty-day"), mine, night, theirs, because="x"))
            return
        found: list[Swap] = []
        if self.act(lambda work: found.append(duty.do_answer_swap(work, self.rules, self.now, night, accepted=accepted, because="x"))) and accepted:
            swap = found[0]
            self.change_roster(list(swap_overrides((swap.asker_day, swap.asker_shift, swap.asker),
                                                   (swap.other_day, swap.other_shift, swap.other))))

    @rule(words=st.sampled_from(("水表井还没关", "")))
    def leaves_a_note(self, words: str) -> None:
        self.act(lambda work: duty.do_leave_note(work, self.rules, self.now, who("duty-day"), words))

    @rule(by=officials, number=picks)
    @precondition(lambda self: self.tickets)
    def returns(self, by: Person, number: int) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        before = self.desk.run(lambda work: work.clocks(ticket.id))
        if self.act(lambda work: assigning.do_return(work, self.rules, self.now, ticket, by, "不归我们", because="x")):
            after = self.desk.run(lambda work: work.clocks(ticket.id))
            assert all(after[kind] == clock for kind, clock in before.items()), "a return moved a due time"

    @rule(by=officials, unit=st.sampled_from(("un-water", "un-power", "un-empty", "un-police")), number=picks)
    @precondition(lambda self: self.tickets)
    def hands_over(self, by: Person, unit: str, number: int) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        self.act(lambda work: assigning.do_hand_over(work, self.rules, self.now, ticket, by, self.rules.registry.units[unit], because="x"))

    @rule(by=officials, number=picks)
    @precondition(lambda self: self.tickets)
    def says_it_is_done(self, by: Person, number: int) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        self.act(lambda work: rating.do_done(work, self.rules, self.now, ticket, by, because="x", words="弄好了"))

    @rule(by=officials, number=picks, what=st.sampled_from(("confirm", "lower", "end")))
    @precondition(lambda self: self.tickets)
    def speaks_of_the_danger(self, by: Person, number: int, what: str) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        use_case = {"confirm": danger.do_confirm, "lower": danger.do_lower, "end": danger.do_end}[what]
        woken = {_hearer(row) for row in self.desk.rows()
                 if row.say.ticket == ticket.id and row.say.lane is Lane.DANGER and row.state == "sent"}
        was_danger = ticket.in_danger
        if self.act(lambda work: use_case(work, self.rules, self.now, ticket, by, because="x")) and was_danger and what != "confirm":
            ended = {_hearer(row) for row in self.desk.rows()
                     if row.say.ticket == ticket.id and row.say.kind is Said.DANGER_ENDED}
            assert woken <= ended, "who was woken is not told that it is over"

    @rule(by=officials, one=picks, other=picks)
    @precondition(lambda self: len(self.tickets) > 1)
    def merges(self, by: Person, one: int, other: int) -> None:
        source, into = self.pick(one), self.pick(other)
        self.act(lambda work: correcting.do_merge(work, self.rules, self.now, source, into, by, because="x"))

    @rule(by=officials, number=picks, what=st.sampled_from(("exclude", "category", "place")))
    @precondition(lambda self: self.tickets)
    def corrects(self, by: Person, number: int, what: str) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        match what:
            case "exclude":
                self.act(lambda work: correcting.do_exclude(work, self.rules, self.now, ticket, by, because="x"))
            case "category":
                self.act(lambda work: correcting.do_change_category(work, self.rules, self.now, ticket, by, Category.POWER, because="x"))
            case _:
                self.act(lambda work: correcting.do_change_place(work, self.now, ticket, by, "西门口"))

    @rule(by=officials, number=picks, what=st.sampled_from(("supervise", "urgent", "lift", "contact")))
    @precondition(lambda self: self.tickets)
    def adds_from_above(self, by: Person, number: int, what: str) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        match what:
            case "lift":
                self.act(lambda work: leading.do_lift(work, self.rules, self.now, ticket, by, because="x"))
            case "contact":
                self.act(lambda work: leading.do_contact(work, self.now, ticket, by))
            case _:
                self.act(lambda work: supervising.do_supervise(work, self.rules, self.now, ticket, by, "抓紧", because="x", urgent=what == "urgent"))

    @rule(by=officials, number=picks, grade=st.sampled_from(Grade), answers=st.booleans())
    @precondition(lambda self: self.tickets)
    def supervises_or_answers(self, by: Person, number: int, grade: Grade, answers: bool) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        if answers:
            self.act(lambda work: supervising.do_answer(work, self.rules, self.now, ticket, by, "今晚办完", because="x"))
        else:
            self.act(lambda work: supervising.do_supervise(work, self.rules, self.now, ticket, by, "抓紧", because="x", grade=grade))

    @rule(by=officials, number=picks, kind=st.sampled_from(WhistleKind),
          units=st.lists(st.sampled_from(("un-water", "un-power", "un-police", "un-empty")), max_size=3),
          lead=st.sampled_from((None, "un-water", "un-sponsor")))
    @precondition(lambda self: self.tickets)
    def whistles(self, by: Person, number: int, kind: WhistleKind, units: list[str], lead: str | None) -> None:
        ticket, known = self.pick(number), self.rules.registry.units
        self.act(lambda work: whistling.do_whistle(work, self.rules, self.now, ticket, by, [known[one] for one in units],
                                                   known[lead] if lead else None, kind, because="x"))

    @rule(by=officials, number=picks, part=st.booleans())
    @precondition(lambda self: self.tickets)
    def reports_in(self, by: Person, number: int, part: bool) -> None:
        ticket = self.pick(number)
        use_case = reporting_in.do_part_done if part else reporting_in.do_report_in
        self.act(lambda work: use_case(work, self.rules, self.now, ticket, by, because="x"))

    @rule(by=st.sampled_from(("county", "office")).map(who), number=picks,
          what=st.sampled_from(("lead", "topic", "off", "opinion")))
    @precondition(lambda self: self.tickets)
    def leads_or_raises_a_topic(self, by: Person, number: int, what: str) -> None:
        ticket = self.pick(number)
        match what:
            case "lead":
                self.act(lambda work: leading.do_take_lead(work, self.rules, self.now, ticket, who("county"), by, because="x"))
            case "topic":
                self.act(lambda work: topics.do_raise_topic(work, self.rules, self.now, ticket, by, because="x"))
            case "off":
                self.act(lambda work: topics.do_withdraw_topic(work, self.rules, self.now, ticket, by, because="x"))
            case _:
                self.act(lambda work: topics.do_note_opinion(work, self.rules, self.now, ticket, by, "年内改完", because="x"))

    @rule(by=officials, number=picks, days=st.sampled_from((0, 1, 10, 400)), reason=st.sampled_from(("等材料", "")))
    @precondition(lambda self: self.tickets)
    def shelves(self, by: Person, number: int, days: int, reason: str) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        review = (self.now + timedelta(days=days)).date()
        if self.act(lambda work: shelving.do_shelve(work, self.rules, self.now, ticket, by, review, reason, because="x")):
            assert self.desk.run(lambda work: set(work.clocks(ticket.id))).isdisjoint({ClockKind.ACCEPT, ClockKind.DONE})

    @rule(by=officials, number=picks)
    @precondition(lambda self: self.tickets)
    def takes_up_again(self, by: Person, number: int) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        if self.act(lambda work: shelving.do_resume(work, self.rules, self.now, ticket, by, because="x")):
            assert ClockKind.DONE in self.desk.run(lambda work: work.clocks(ticket.id))

    @rule(by=officials, number=picks, days=st.sampled_from((1, 6, 9, 13, 40)))
    @precondition(lambda self: self.tickets)
    def asks_for_more_time(self, by: Person, number: int, days: int) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        until = (self.now + timedelta(days=days)).date()
        before = self.desk.run(lambda work: work.clocks(ticket.id))
        self.act(lambda work: extending.do_ask_extension(work, self.rules, self.now, ticket, by, until, "等配件", because="x"))
        assert self.desk.run(lambda work: work.clocks(ticket.id)) == before, "asking moves no clock"

    @rule(by=officials, number=picks, granted=st.booleans())
    @precondition(lambda self: self.tickets)
    def decides_on_more_time(self, by: Person, number: int, granted: bool) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        done = self.act(lambda work: extending.do_decide_extension(work, self.rules, self.now, ticket, by, granted, because="x"))
        if done and granted:
            clock = self.desk.run(lambda work: work.clocks(ticket.id)[ClockKind.DONE])
            latest = ticket.opened_at + timedelta(days=self.rules.policy_of(ticket).defer.extension_to_days)
            assert self.now < clock.limit_at <= latest

    @rule(by=officials, number=picks, answer=st.sampled_from((None, True, False)))
    @precondition(lambda self: self.tickets)
    def calls_it_unreasonable(self, by: Person, number: int, answer: bool | None) -> None:
        """Proposed (None), confirmed or not: never by one person alone."""
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        lines = self.desk.run(lambda work: work.history(ticket.id))
        asked = next((line.by for line in reversed(lines) if line.what is What.SET_ASIDE), None)
        if answer is None:
            self.act(lambda work: excluding.do_ask_exclusion(work, self.rules, self.now, ticket, by, "要占别家的地", because="x"))
        elif self.act(lambda work: excluding.do_decide_exclusion(work, self.rules, self.now, ticket, by, answer, because="x")):
            assert asked is not None
            assert asked != by.id

    @rule(by=st.sampled_from(("r-1", "r-2", "head")), number=picks)
    @precondition(lambda self: self.tickets)
    def is_settled_by_residents(self, by: str, number: int) -> None:
        ticket = self.pick(number)
        self.act(lambda work: settling.do_settle(work, self.rules, self.now, ticket, who(by), because="x"))

    @rule(by=officials, number=picks, which=picks)
    @precondition(lambda self: self.tickets)
    def splits(self, by: Person, number: int, which: int) -> None:
        ticket = self.pick(number)
        by = _who_may(ticket, by)
        lying = [message.id for message in self.desk.run(lambda work: work.messages(ticket.id)) if message.id in self.heard]
        if not lying:
            return
        one = lying[which % len(lying)]
        self.act(lambda work: splitting.do_split(work, self.rules, self.now, ticket, by, [one], because="x", category=Category.POWER))
        self.heard[one] = self.desk.run(lambda work: work.ticket_of_message(one)) or self.heard[one]

    @rule(number=picks)
    @precondition(lambda self: self.tickets)
    def orders_a_search(self, number: int) -> None:
        ticket = self.pick(number)
        if ticket.missing and ticket.is_open:
            groups = [self.rules.registry.groups[g] for g in ("g-1", "g-3")]
            self.act(lambda work: missing.do_order_search(work, self.rules, self.now, ticket, who("leader"), groups, "请留意", because="x"))

    @rule(silent=st.booleans())
    def mutes(self, silent: bool) -> None:
        self.desk.run(lambda work: work.mute("g-1", self.now + timedelta(hours=2) if silent else None))

    @rule()
    def the_owner_presses(self) -> None:
        for row in self.desk.rows():
            if row.state == "asked" and row.say.parent is None:
                self.has_left(row)

    @rule()
    def something_falls_due_and_nothing_leaves_yet(self) -> None:
        """The sender is behind the pass: what was decided meets what people do meanwhile."""
        due = self.desk.run(lambda work: work.next_due())
        if due is not None:
            self.now = max(self.now, due)
            self.desk.run(lambda work: do_pass(work, self.rules, self.now))

    @rule(number=picks)
    def a_sentence_cannot_be_delivered(self, number: int) -> None:
        """It is shown as failed and, where it is pressing, given to somebody else."""
        rows = self.desk.claim(self.now)
        for place, row in enumerate(rows):
            say = row.say
            ticket = self.get(say.ticket) if say.ticket is not None else None
            if not still_true(say.still, ticket, say.round):
                self.desk.mark(row, "cancelled", self.now)
            elif place == number % len(rows) and say.kind is not Said.ALARM:
                self.desk.mark(row, "failed", self.now)
                if ticket is not None and say.lane in (Lane.DANGER, Lane.URGENT):
                    self.desk.run(lambda work, say=say: rerouting.do_reroute(work, self.rules, self.now, say))
            else:
                self.check_call(row, ticket)
                self.has_left(row)

    @rule()
    def sentences_leave(self) -> None:
        self.drain()

    @rule(passed=st.sampled_from((timedelta(seconds=30), timedelta(minutes=6), timedelta(hours=1), timedelta(hours=13), timedelta(days=3))))
    def time_passes(self, passed: timedelta) -> None:
        self.walk(self.now + passed)

    # invariants ---------------------------------------------------------------------------------------------------

    @invariant()
    def every_open_ticket_has_an_owner_and_a_clock_and_no_other_has_any(self) -> None:
        """I2, P3, and S8 of the sweep."""
        waiting = {row.say.ticket for row in self.desk.rows() if row.state in ("waiting", "asked") and row.say.kind is Said.STEP}
        for ticket_id in self.tickets:
            ticket = self.get(ticket_id)
            clocks = self.desk.run(lambda work, ticket_id=ticket_id: work.clocks(ticket_id))
            if ticket.is_open:
                assert ticket.owner in self.rules.registry.people, ticket.status
                assert clocks, ticket.status
                # I8: what is shelved always has its review date, and nothing else does.
                assert (ClockKind.REVIEW in clocks) is (ticket.status is Status.SHELVED)
            else:
                assert not clocks, ticket.status
                assert ticket.id not in waiting, ticket.status
                assert ticket.closed_at is not None

    @invariant()
    def who_is_awaited_has_a_clock_and_one_unit_leads(self) -> None:
        """A whistle and a supervision each have their own deadline; a whistled matter has at most one lead."""
        for ticket_id in self.tickets:
            ticket = self.get(ticket_id)
            clocks = self.desk.run(lambda work, ticket_id=ticket_id: work.clocks(ticket_id))
            whistles = self.desk.run(lambda work, ticket=ticket: reporting_in.of_round(work, ticket))
            waiting = [one for one in self.desk.run(lambda work, ticket_id=ticket_id: work.supervisions(ticket_id)) if one.is_awaited]
            assert sum(one.lead for one in whistles) <= 1
            if ticket.is_open:
                asked = min((one.due_at for one in waiting), default=None)
                assert asked == (clocks[ClockKind.SUPERVISION].due_at if ClockKind.SUPERVISION in clocks else None)
            if ClockKind.WHISTLE in clocks:
                assert clocks[ClockKind.WHISTLE].due_at == min(one.due_at for one in whistles if one.is_awaited)
            elif ticket.status in (Status.OPEN, Status.ASSIGNED, Status.ACCEPTED):
                assert not [one for one in whistles if one.is_awaited]

    @invariant()
    def steps_only_grow_within_a_round(self) -> None:
        """I3, P4."""
        by_round: dict[tuple[int, int], list[int]] = defaultdict(list)
        for ticket_id, round_, step in self.desk.steps():
            by_round[ticket_id, round_].append(step)
        for (ticket_id, round_), steps in by_round.items():
            assert steps == list(range(1, len(steps) + 1)), (ticket_id, round_, steps)
            ticket = self.get(ticket_id)
            assert ticket.round > round_ or ticket.step == len(steps)

    @invariant()
    def a_message_lies_in_at_most_one_ticket_and_none_that_was_told_is_lost(self) -> None:
        """I1 as design §5 reads it, and I5: the voices of a merged ticket are its head's."""
        lying: dict[str, int] = {}
        for ticket_id in self.tickets:
            for message in self.desk.run(lambda work, ticket_id=ticket_id: work.messages(ticket_id)):
                assert message.id not in lying
                lying[message.id] = ticket_id
        for message, first in self.heard.items():
            assert message in lying, "a message was lost"
            assert lying[message] == self.head_of(first)

    def head_of(self, ticket_id: int) -> int:
        seen: set[int] = set()
        while (ticket := self.get(ticket_id)).merged_into is not None:
            assert ticket_id not in seen, "merged in a circle"
            assert ticket.status is Status.MERGED
            seen.add(ticket_id)
            ticket_id = ticket.merged_into
        return ticket_id

    @invariant()
    def nobody_hears_what_he_must_not_know(self) -> None:
        """P13: also of what was cancelled, since it was once decided."""
        tickets = {ticket_id: self.get(ticket_id) for ticket_id in self.tickets}
        for row in self.desk.rows():
            ticket = tickets.get(row.say.ticket or 0)
            if ticket is None:
                continue
            if ticket.is_private:
                assert row.say.group is None or row.say.event in DISCREET, row.say.event
                assert row.say.person is None or row.say.person in CONFIDANTS, row.say
            elif ticket.missing:
                assert row.say.group is None or row.say.event in OF_THE_MISSING, row.say.event
        assert all(tickets[t].owner in CONFIDANTS for t in tickets if tickets[t].is_private)

    @invariant()
    def the_history_is_whole(self) -> None:
        """P10, and I9 in its short form: the history tells the state."""
        assert self.desk.faults_of_history() == []
        for ticket_id in self.tickets:
            lines = self.desk.run(lambda work, ticket_id=ticket_id: work.history(ticket_id))
            ticket = self.get(ticket_id)
            assert lines[0].what is What.OPENED
            assert sum(line.what in (What.REOPENED, What.REPINNED) for line in lines) == ticket.round - 1
            turns = [line.what for line in lines if line.what in _HANDS]
            assert ticket.status is not Status.ACCEPTED or turns[-1] is What.ACCEPTED, (ticket.status, turns)
            # the head of a merger says MERGED too, but to nobody
            ends = [line.what for line in lines if line.what in _ENDS and not (line.what is What.MERGED and line.to is None)]
            last = ends[-1]
            assert (last in _CLOSED) is not ticket.is_open, (last, ticket.status)


    @invariant()
    def what_residents_were_shown_was_so_in_that_order(self) -> None:
        """I6: the sentences that left are a part of the history in its order."""
        for (ticket_id, _), shown in self.shown.items():
            lines = iter(self.desk.run(lambda work, ticket_id=ticket_id: work.history(ticket_id)))
            for what in shown:
                assert any(line.what is what for line in lines), (ticket_id, shown)

    @invariant()
    def a_rating_belongs_to_its_closing(self) -> None:
        """I7: an outcome is what was said of this end of the matter; who says nothing changes no rate."""
        for ticket_id in self.tickets:
            ticket = self.get(ticket_id)
            if ticket.status is not Status.CLOSED:
                assert ticket.outcome is None or ticket.status in (Status.DONE, Status.MERGED), ticket.status
                continue
            lines = self.desk.run(lambda work, ticket_id=ticket_id: work.history(ticket_id))
            ended = max((place for place, line in enumerate(lines) if line.what in (What.DONE, What.SETTLED_BY_RESIDENTS)), default=0)
            rated = [line.facts["satisfied"] for line in lines[ended:] if line.what is What.RATED]
            match ticket.outcome:
                case Outcome.SATISFIED:
                    assert rated, "satisfied without a word"
                    assert all(rated)
                case Outcome.SILENT | Outcome.UNASKED:
                    assert not rated

    @invariant()
    def no_person_stands_in_a_figure(self) -> None:
        """I10: figures, morning lines and digests name no resident."""
        for row in self.desk.rows():
            if row.say.kind in (Said.BRIEF, Said.DIGEST):
                assert not re.search(r"\br-\d|'head", repr(row.say.args))
        figures = self.desk.run(lambda work: work.figures(None, self.now - timedelta(days=1), self.now))
        assert all(isinstance(count, int) and count >= 0 for count in figures.values())

_CLOSED = {What.CLOSED, What.WITHDRAWN, What.MERGED}
#: Lines that put a matter into somebody's hands or take it out of them.
_HANDS = {What.OPENED, What.ASSIGNED, What.ACCEPTED, What.RETURNED, What.REOPENED}
#: What a sentence to residents says has happened.
_SHOWS = {
    "status.accepted": What.ACCEPTED, "status.shelved": What.SHELVED, "status.extended": What.EXTENDED,
    "status.reopened": What.REOPENED, "status.settled": What.SETTLED_BY_RESIDENTS, "withdrawn": What.WITHDRAWN,
}
_ENDS = {*_CLOSED, What.OPENED, What.REOPENED}


def _area(group: str) -> str:
    return GRID_TWO if group == "g-3" else GRID


def _hearer(row: Row) -> str:
    return row.say.group or row.say.person or ""


def _who_may(ticket: Ticket, by: Person) -> Person:
    """`rights` keeps all but confidants from a person danger."""
    return who("police") if ticket.is_private and by.id not in CONFIDANTS else by
