"""A county's year in fake time: people tell matters of every kind, others accept, return, are late, shelve, settle.

The real use cases run over a real SQLite store under the shipped rules, calendar and sample county, whose duty officers
take turns by a rotation. Every ten minutes the pass runs, people act and the sender empties the outbox; each night the
sweep is asked and the figures are counted anew from history. The same seed gives the same year.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.clock import CHINA
from registry.model import Override, Person, Roster, Rotation
from registry.terms import Act, Category, DangerKind, Form, Role, Said, Speaks, Status, Tier, Urgency
from storage import figures, outbox, sweep
from storage.store import Store
from storage.work import SqlWork
from tests.builders.talk import shipped_book, shipped_registry
from tickets import (
    acknowledging,
    assigning,
    correcting,
    daily,
    danger,
    emergency,
    excluding,
    extending,
    leading,
    lowering,
    opening,
    rating,
    repinning,
    reporting_in,
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
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.told import Told
from tickets.truth import still_true
from tickets.work import Rules

TICK = timedelta(minutes=10)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Hour of the day by how much is told in it.
_TOLD_AT = (7, 7, 8, 8, 9, 9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 20, 21, 22, 23, 2)
_CATEGORIES = tuple(category for category in Category if category is not Category.OTHER)

Deed = Callable[[SqlWork, Ticket], Any]


def county_rules() -> Rules:
    """The shipped rule book over the sample county, with a rotation of duty officers, stand-ins and a second version."""
    registry = shipped_registry()
    roster = registry.rosters[0]
    teams = (("d-02",), ("d-03",))
    turns = tuple(
        Rotation(start, until, date(2026, 1, 1), order, days_each=2, name=name)
        for name, start, until, order in (("白班", time(8), time(20), teams), ("夜班", time(20), time(8), teams[::-1]))
    )
    away = tuple(Override(date(2026, month, 5), "d-02", "d-03") for month in range(1, 13))
    duty = Roster(roster.id, roster.role, roster.area, overrides=away, rotations=turns)
    book = shipped_book()
    policies = {policy.version: policy for policy in book.policies.values()}
    newest = replace(policies[book.current], version="2026-07")
    # from November on the proof misses next year's holidays; this county has written them in time
    calendar = replace(book.calendar, years=book.calendar.years | {2027})
    return Rules({**policies, newest.version: newest}, book.current, calendar, replace(registry, rosters=(duty,)))


@dataclass(order=True)
class _Plan:
    at: datetime
    order: int
    ticket: int = field(compare=False)
    deed: Deed = field(compare=False)


class Year:
    """`live` goes through the days; what was wrong on a night is raised there."""

    def __init__(self, store: Store, start: datetime, *, a_day: float, seed: int) -> None:
        self.store = store
        self.rules = county_rules()
        self.now = start
        self.chance = random.Random(seed)
        self.a_day = a_day
        self.plans: list[_Plan] = []
        self.count = 0
        self.opened = 0
        self.deeds: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.nights = 0
        groups = self.rules.registry.groups.values()
        self.basic = [group for group in groups if group.tier is Tier.BASIC]
        self.of_role = {role: [p for p in self.rules.registry.people.values() if p.role is role] for role in Role}
        self.store.run(lambda work: daily.plan(work, self.rules, self.now, set()))

    # time ---------------------------------------------------------------------------------------------------------
    def live(self, days: int) -> None:
        """So many days; every night is proved."""
        for _ in range(days):
            morning = self.now
            self._plan_the_day(morning)
            while self.now < morning + DAY:
                self._tick()
                self.now += TICK
            self.prove()

    def _tick(self) -> None:
        while self.store.run(lambda work: do_pass(work, self.rules, self.now)):
            pass
        if self.plans and self.plans[0].at <= self.now:
            self.store.run(self._people_act)
        self.store.run(self._send)

    def prove(self) -> None:
        """The sweep is empty, and the dashboard's figures are those of the history."""
        day = self.now - DAY

        def look(work: SqlWork) -> tuple[list[sweep.Finding], Any]:
            return sweep.sweep(work, self.now - TICK), figures.differences(work, day, self.now)

        found, differing = self.store.look(look)
        assert not found, f"{self.now}: {found}"
        assert not differing, f"{self.now}: {differing}"
        self.nights += 1

    # people -------------------------------------------------------------------------------------------------------
    def at(self, after: timedelta, ticket: int, deed: Deed) -> None:
        self.count += 1
        heapq.heappush(self.plans, _Plan(self.now + after, self.count, ticket, deed))

    def between(self, least: timedelta, most: timedelta) -> timedelta:
        return least + (most - least) * self.chance.random()

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def someone(self, role: Role) -> Person:
        return self.chance.choice(self.of_role[role])

    def _plan_the_day(self, morning: datetime) -> None:
        today = int(self.a_day) + (self.chance.random() < self.a_day % 1)
        for _ in range(today):
            told_at = timedelta(hours=self.chance.choice(_TOLD_AT), minutes=self.chance.randrange(60))
            self.at(told_at, 0, lambda work, _: self._tell(work))
        if morning.day == 10 and morning.month in (3, 8):
            self.at(9 * HOUR, 0, lambda work, _: emergency.do_start(
                work, self.rules, self.now, self.someone(Role.GRID_OFFICE), "汛情", self.now + 5 * DAY, because="x"))
        if (morning.month, morning.day) == (7, 1):
            self.rules = replace(self.rules, current="2026-07")

    def _people_act(self, work: SqlWork) -> None:
        while self.plans and self.plans[0].at <= self.now:
            plan = heapq.heappop(self.plans)
            ticket = work.get_ticket(plan.ticket) if plan.ticket else None
            try:
                with work.savepoint():
                    plan.deed(work, ticket)  # type: ignore[arg-type]
            except RefusedError as refused:
                self.refused[refused.reason] += 1

    def _tell(self, work: SqlWork) -> None:
        """Somebody tells a matter, of whatever kind, and what people will do about it is planned."""
        group = self.chance.choice(self.basic)
        registry = self.rules.registry
        self.opened += 1
        kind = self.chance.random()
        values: dict[str, Any] = {
            "message": f"y{self.opened}", "at": self.now, "sender": f"x-{self.chance.randrange(900)}", "role": Role.RESIDENT,
            "tier": Tier.BASIC, "group": group.id, "area": group.area, "township": registry.township_of(group.area),
            "act": Act.REPORT, "category": self.chance.choice(_CATEGORIES), "place": f"{self.chance.randrange(1, 30)}号楼",
            "urgency": Urgency.URGENT if self.often(0.15) else Urgency.NORMAL, "words": "样例：坏了好几天",
        }
        if kind < 0.012:
            values |= {"urgency": Urgency.DANGER, "danger": DangerKind.PLACE, "category": Category.HAZARD}
        elif kind < 0.02:
            values |= {"urgency": Urgency.URGENT, "danger": DangerKind.PLACE, "doubt": True, "category": Category.HAZARD}
        elif kind < 0.024:
            values |= {"urgency": Urgency.DANGER, "danger": DangerKind.PERSON, "category": Category.PERSON_HELP}
        elif kind < 0.028:
            values |= {"urgency": Urgency.URGENT, "missing": True, "category": Category.PERSON_HELP, "place": None}
        told = Told(**values)
        if kind > 0.97:
            ticket = opening.do_consult(work, self.rules, self.now, replace(told, act=Act.QUESTION, category=None, to_bot=True))
        else:
            ticket = opening.do_open(work, self.rules, self.now, told)
        self._plan_the_matter(ticket, told)

    def _plan_the_matter(self, ticket: Ticket, told: Told) -> None:
        number, plan = ticket.id, self.chance.random()
        for extra in range(self.chance.choice((0, 0, 0, 0, 1, 2, 5))):
            voice = replace(told, message=f"{told.message}+{extra}", sender=f"v-{extra}", act=Act.ECHO if extra else Act.REPORT)
            self.at(self.between(MINUTE, 3 * HOUR), number, partial_voice(self, voice))
        if plan < 0.03:
            self.at(self.between(MINUTE, HOUR), number, self.deed("withdraw", told.sender))
        elif plan < 0.05:
            self.at(self.between(MINUTE, HOUR), number, self.deed("not_a_matter"))
        elif plan < 0.08:
            self.at(self.between(HOUR, 20 * HOUR), number, self.deed("settle", told.sender))
        for share, name, least, most in _MAYBE:
            if self.often(share):
                self.at(self.between(least, most), number, self.deed(name, told.sender))
        late = self.chance.choices((self.between(5 * MINUTE, 3 * HOUR), self.between(HOUR, 3 * DAY)), (85, 15))[0]
        self.at(late, number, self.deed("accept", told.sender))
        self.at(late + self.between(HOUR, 6 * DAY), number, self.deed("done", told.sender))
        self._care(number, told.sender)

    def _care(self, number: int, sender: str) -> None:
        """Nothing is forgotten for good: somebody finishes it in the end."""
        def look(work: SqlWork, ticket: Ticket) -> None:
            if ticket.status in (Status.OPEN, Status.ASSIGNED, Status.ACCEPTED):
                self._finish(work, ticket, sender)
            if ticket.is_open:
                self.at(5 * DAY, number, look)

        self.at(9 * DAY, number, look)

    def deed(self, name: str, sender: str = "") -> Deed:
        """One of the deeds below by name; it is counted when it was not refused."""
        def do(work: SqlWork, ticket: Ticket) -> None:
            getattr(self, f"_{name}")(work, ticket, sender)
            self.deeds[name] += 1

        return do

    def holder(self, ticket: Ticket) -> Person:
        """Who would speak for the matter: of its unit, else who owns it; for a person danger only the duty officer."""
        registry = self.rules.registry
        unit = [p for p in registry.people.values() if ticket.unit is not None and p.unit == ticket.unit]
        owner = registry.people.get(ticket.owner or "")
        if ticket.is_private:
            return owner or self.someone(Role.DUTY_OFFICER)
        return self.chance.choice(unit) if unit else owner or self.someone(Role.GRID_OFFICE)

    def _withdraw(self, work: SqlWork, ticket: Ticket, sender: str) -> None:
        rating.do_withdraw(work, self.rules, self.now, ticket, sender, because="x")

    def _not_a_matter(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        correcting.do_exclude(work, self.rules, self.now, ticket, self.someone(Role.GRID_MEMBER), because="x")

    def _settle(self, work: SqlWork, ticket: Ticket, sender: str) -> None:
        settling.do_settle(work, self.rules, self.now, ticket, Person(sender, "居民", Role.RESIDENT), because="x")

    def _accept(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        assigning.do_accept(work, self.rules, self.now, ticket, self.holder(ticket), because="x")

    def _contact(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        leading.do_contact(work, self.now, ticket, self.holder(ticket))

    def _finish(self, work: SqlWork, ticket: Ticket, sender: str) -> None:
        if ticket.in_danger:
            ticket = danger.do_end(work, self.rules, self.now, ticket, self.holder(ticket), because="x")
        ticket = rating.do_done(work, self.rules, self.now, ticket, self.holder(ticket), because="x", words="样例：弄好了")
        if ticket.status is Status.DONE and self.often(0.6):
            self.at(self.between(HOUR, 2 * DAY), ticket.id, self.deed("rate", sender))

    def _done(self, work: SqlWork, ticket: Ticket, sender: str) -> None:
        self._finish(work, ticket, sender)

    def _rate(self, work: SqlWork, ticket: Ticket, sender: str) -> None:
        satisfied = self.often(0.85)
        if not satisfied and not rating.may_reopen(self.rules, ticket, self.now):
            return
        ticket = rating.do_rate(work, self.rules, self.now, ticket, sender, satisfied, because="x")
        if ticket.status in (Status.OPEN, Status.ASSIGNED):
            self.at(self.between(HOUR, DAY), ticket.id, self.deed("accept", sender))
            self.at(self.between(DAY, 4 * DAY), ticket.id, self.deed("done", sender))

    def _return(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        assigning.do_return(work, self.rules, self.now, ticket, self.holder(ticket), "样例：不归我们", because="x")
        self.at(self.between(HOUR, DAY), ticket.id, self.deed("hand_over"))

    def _hand_over(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        unit = self.chance.choice(list(self.rules.registry.units.values()))
        assigning.do_hand_over(work, self.rules, self.now, ticket, self.someone(Role.GRID_OFFICE), unit, because="x")
        self.at(self.between(HOUR, DAY), ticket.id, self.deed("accept"))

    def _shelve(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        review = (self.now + self.between(3 * DAY, 40 * DAY)).date()
        shelving.do_shelve(work, self.rules, self.now, ticket, self.someone(Role.GRID_LEADER), review, "样例：等配件", because="x")
        self.at(self.between(2 * DAY, 50 * DAY), ticket.id, self.deed("resume"))

    def _resume(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        shelving.do_resume(work, self.rules, self.now, ticket, self.holder(ticket), because="x")
        self.at(self.between(HOUR, 5 * DAY), ticket.id, self.deed("done"))

    def _extend(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        until = (ticket.opened_at + self.between(8 * DAY, 15 * DAY)).date()
        extending.do_ask_extension(work, self.rules, self.now, ticket, self.holder(ticket), until, "样例：难", because="x")
        self.at(self.between(MINUTE, DAY), ticket.id, self.deed("decide_extension"))

    def _decide_extension(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        extending.do_decide_extension(work, self.rules, self.now, ticket, self.someone(Role.GRID_LEADER), self.often(0.8), because="x")

    def _unreasonable(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        excluding.do_ask_exclusion(work, self.rules, self.now, ticket, self.holder(ticket), "样例：要占邻居的地", because="x")
        self.at(self.between(HOUR, 2 * DAY), ticket.id, self.deed("decide_unreasonable"))

    def _decide_unreasonable(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        excluding.do_decide_exclusion(work, self.rules, self.now, ticket, self.someone(Role.GRID_OFFICE), self.often(0.7), because="x")

    def _whistle(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        units = self.chance.sample(list(self.rules.registry.units.values()), 3)
        kind = self.chance.choice(list(WhistleKind))
        whistling.do_whistle(work, self.rules, self.now, ticket, self.someone(Role.GRID_LEADER), units, units[0], kind, because="x")
        people = [p for p in self.rules.registry.people.values() if p.unit in {unit.id for unit in units}]
        for person in people[:2]:
            self.at(self.between(MINUTE, 3 * HOUR), ticket.id, lambda w, t, by=person: self._report_in(w, t, by))

    def _report_in(self, work: SqlWork, ticket: Ticket, by: Person) -> None:
        reporting_in.do_report_in(work, self.rules, self.now, ticket, by, because="x")
        self.deeds["report_in"] += 1

    def _supervise(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        grade = self.chance.choice(list(Grade))
        supervising.do_supervise(work, self.rules, self.now, ticket, self.someone(Role.COUNTY_LEADER), "样例：抓紧", because="x", grade=grade)
        if self.often(0.7):
            self.at(self.between(HOUR, 30 * HOUR), ticket.id, self.deed("answer"))

    def _answer(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        supervising.do_answer(work, self.rules, self.now, ticket, self.holder(ticket), "样例：明天好", because="x")

    def _lead(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        leader = self.someone(Role.COUNTY_LEADER)
        leading.do_take_lead(work, self.rules, self.now, ticket, leader, leader, because="x")
        topics.do_raise_topic(work, self.rules, self.now, ticket, leader, because="x")

    def _acknowledge(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        acknowledging.do_acknowledge(work, self.rules, self.now, ticket, self.holder(ticket), because="x")

    def _silence(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        silencing.do_silence(work, self.rules, self.now, ticket, self.someone(Role.GRID_LEADER), self.between(HOUR, 5 * HOUR), because="x")

    def _lift(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        leading.do_lift(work, self.rules, self.now, ticket, self.someone(Role.GRID_MEMBER), because="x")

    def _lower(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        lowering.do_lower(work, self.rules, self.now, ticket, self.someone(Role.GRID_LEADER), "样例：已有安排", because="x")

    def _speak_of_danger(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        act = self.chance.choice((danger.do_confirm, danger.do_lower, danger.do_end))
        act(work, self.rules, self.now, ticket, self.holder(ticket), because="x")

    def _category(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        category = self.chance.choice(_CATEGORIES)
        correcting.do_change_category(work, self.rules, self.now, ticket, self.someone(Role.GRID_MEMBER), category, because="x")

    def _merge(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        others = [one for one in work.open_tickets(areas=[ticket.area], limit=20) if one.id != ticket.id]
        if others:
            by = self.someone(Role.GRID_MEMBER)
            correcting.do_merge(work, self.rules, self.now, ticket, self.chance.choice(others), by, because="x")

    def _split(self, work: SqlWork, ticket: Ticket, sender: str) -> None:
        told = [message.id for message in work.messages(ticket.id) if message.act is Act.REPORT]
        new = splitting.do_split(work, self.rules, self.now, ticket, self.someone(Role.GRID_MEMBER), told[-1:], because="x",
                                 category=self.chance.choice(_CATEGORIES))
        self.at(self.between(HOUR, DAY), new.id, self.deed("accept", sender))
        self._care(new.id, sender)

    def _repin(self, work: SqlWork, ticket: Ticket, _: str) -> None:
        repinning.do_repin(work, self.rules, self.now, ticket, "d-01", "样例：按新规则", because="x")

    # the sender ---------------------------------------------------------------------------------------------------
    def _send(self, work: SqlWork) -> None:
        """Everything that may leave leaves; where an owner must press, he mostly does the same evening."""
        groups = self.rules.registry.groups
        while rows := outbox.claim(work, self.now, 200):
            for row in rows:
                say = row.say
                ticket = work.get_ticket(say.ticket) if say.ticket is not None else None
                if not still_true(say.still, ticket, say.round):
                    outbox.cancelled(work, row.id, self.now)
                elif say.group and groups[say.group].speaks is not Speaks.DIRECT and say.kind not in (Said.ANSWER, Said.QUESTION):
                    outbox.asked(work, row.id, self.now, Form.CONFIRM, f"t{row.id}")
                    if self.often(0.9):
                        self.at(self.between(MINUTE, 20 * HOUR), 0, lambda w, _, number=row.id: self._press(w, number))
                else:
                    self._left(work, row)
        for row in outbox.to_withdraw(work):
            outbox.withdrawn(work, row.id)

    def _press(self, work: SqlWork, number: int) -> None:
        row = outbox.get(work, number)
        if row.state == "asked":
            self._left(work, row)

    def _left(self, work: SqlWork, row: outbox.OutboxRow) -> None:
        outbox.sent(work, row.id, self.now)
        told = [row, *outbox.children(work, row.id)] if row.say.kind is Said.DIGEST else [row]
        for one in told:
            if one.say.kind is Said.ASK_RATING and one.say.ticket is not None:
                rating.do_reached(work, self.rules, self.now, work.get_ticket(one.say.ticket))


def partial_voice(year: Year, voice: Told) -> Deed:
    """A neighbour tells the same, while it is open."""
    def do(work: SqlWork, ticket: Ticket) -> None:
        if ticket.is_open and not ticket.is_private:
            opening.do_voice(work, year.rules, year.now, ticket, replace(voice, at=year.now))
            year.deeds["voice"] += 1

    return do


#: What else may happen to a matter: in which share, and from when to when after it was told.
_MAYBE = (
    (0.06, "return", 10 * MINUTE, DAY), (0.04, "hand_over", 10 * MINUTE, DAY), (0.05, "shelve", HOUR, 3 * DAY),
    (0.06, "extend", HOUR, 5 * DAY), (0.03, "unreasonable", HOUR, 3 * DAY), (0.04, "whistle", 10 * MINUTE, 2 * DAY),
    (0.06, "supervise", HOUR, 4 * DAY), (0.02, "lead", HOUR, 4 * DAY), (0.05, "acknowledge", 10 * MINUTE, 3 * DAY),
    (0.03, "silence", 10 * MINUTE, 2 * DAY), (0.03, "lift", HOUR, 2 * DAY), (0.03, "lower", HOUR, 3 * DAY),
    (0.03, "speak_of_danger", MINUTE, HOUR), (0.04, "category", MINUTE, DAY), (0.04, "merge", MINUTE, 2 * DAY),
    (0.06, "split", MINUTE, 2 * DAY), (0.02, "repin", HOUR, 5 * DAY), (0.4, "contact", 10 * MINUTE, DAY),
)


def year_of(store: Store, *, a_day: float, seed: int, start: str = "2026-01-01") -> Year:
    """A county on its first day; the store is empty and migrated."""
    return Year(store, datetime.fromisoformat(f"{start}T00:00:00").replace(tzinfo=CHINA), a_day=a_day, seed=seed)
