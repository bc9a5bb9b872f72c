"""The table of a matter's life is what the use cases do: every deed, driven from every state, is allowed exactly where the
table says, leads where it says, refuses with the sentence it names, and tells nobody but whom it names.

A new deed is one row in the table and one line in `DRIVES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.terms import Category, ClockKind, DangerKind, Outcome, Role, Status, TicketKind, Tier, Urgency, What
from tests.builders.desk import MORNING, echo, rules, told, who
from tests.unit.tickets.looking import send_all
from tests.unit.tickets.memory import MemoryWork
from tickets import (
    acknowledging,
    assigning,
    correcting,
    danger,
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
from tickets.called_in import WhistleKind
from tickets.errors import RefusedError
from tickets.model import Clock, Ticket
from tickets.transitions import TRANSITIONS, Bar, Deed, Hearer, Transition, transition

RULES = rules()
WATER, POWER = RULES.registry.units["un-water"], RULES.registry.units["un-power"]
#: When the deeds are done: long enough after opening for the first sentences to have left.
NOW = MORNING + timedelta(minutes=10)
#: The day after a week, within what may be asked for.
LATER = date(2026, 3, 12)
Drive = Callable[[MemoryWork, Ticket], object]


# a ticket in each state -----------------------------------------------------------------------------------------------


def _opened(work: MemoryWork) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(category=Category.EDUCATION, message="first"))


def _assigned(work: MemoryWork) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(message="first"))


def _accepted(work: MemoryWork) -> Ticket:
    return assigning.do_accept(work, RULES, MORNING, _assigned(work), who("water"), because="x")


def _done(work: MemoryWork) -> Ticket:
    return rating.do_done(work, RULES, MORNING, _accepted(work), who("water"), because="x")


def _merged(work: MemoryWork) -> Ticket:
    ticket, other = _assigned(work), opening.do_open(work, RULES, MORNING, told(sender="r-2"))
    correcting.do_merge(work, RULES, MORNING, ticket, other, who("member"), because="x")
    return work.get_ticket(ticket.id)


IN: dict[Status, Callable[[MemoryWork], Ticket]] = {
    Status.OPEN: _opened,
    Status.ASSIGNED: _assigned,
    Status.ACCEPTED: _accepted,
    Status.DONE: _done,
    Status.CLOSED: lambda work: rating.do_rate(work, RULES, MORNING, _done(work), "r-1", True, because="x"),
    Status.SHELVED: lambda work: shelving.do_shelve(
        work, RULES, MORNING, _accepted(work), who("leader"), LATER, "等材料", because="x"),
    Status.EXCLUDED: lambda work: correcting.do_exclude(work, RULES, MORNING, _assigned(work), who("member"), because="x"),
    Status.WITHDRAWN: lambda work: rating.do_withdraw(work, RULES, MORNING, _assigned(work), "r-1", because="x"),
    Status.MERGED: _merged,
}


# each deed ------------------------------------------------------------------------------------------------------------


def _merge(work: MemoryWork, ticket: Ticket) -> object:
    other = opening.do_open(work, RULES, MORNING, told(sender="r-2"))
    return correcting.do_merge(work, RULES, NOW, ticket, other, who("member"), because="y")


def _split(work: MemoryWork, ticket: Ticket) -> object:
    return splitting.do_split(work, RULES, NOW, ticket, who("member"), ["second"], because="y", category=Category.POWER)


def _clock(ticket: Ticket, kind: ClockKind, rung: int = 0) -> Clock:
    return Clock(ticket.id, kind, NOW, NOW, rung)


DRIVES: dict[Deed, Drive] = {
    Deed.DISPATCH: lambda w, t: assigning.dispatch(w, RULES, NOW, t, because="y"),
    Deed.ACCEPT: lambda w, t: assigning.do_accept(w, RULES, NOW, t, who("water"), because="y"),
    Deed.CONTACTED: lambda w, t: leading.do_contact(w, NOW, t, who("water")),
    Deed.RETURN: lambda w, t: assigning.do_return(w, RULES, NOW, t, who("water"), "不归我们", because="y"),
    Deed.HAND_OVER: lambda w, t: assigning.do_hand_over(w, RULES, NOW, t, who("leader"), POWER, because="y"),
    Deed.DONE: lambda w, t: rating.do_done(w, RULES, NOW, t, who("water"), because="y"),
    Deed.FOUND: lambda w, t: rating.do_done(w, RULES, NOW, t, who("police"), because="y"),
    Deed.RATE: lambda w, t: rating.do_rate(w, RULES, NOW, t, "r-1", False, because="y"),
    Deed.FALL_SILENT: lambda w, t: rating.do_rating_due(w, RULES, NOW, t, _clock(t, ClockKind.RATING, rating.ASKED_AGAIN)),
    Deed.NOT_YET: lambda w, t: rating.do_reopen(w, RULES, NOW, t, by="r-1", because="y"),
    Deed.WITHDRAW: lambda w, t: rating.do_withdraw(w, RULES, NOW, t, "r-1", because="y"),
    Deed.RECALL: lambda w, t: correcting.do_recall(w, RULES, NOW, "first", because="y"),
    Deed.EXCLUDE: lambda w, t: correcting.do_exclude(w, RULES, NOW, t, who("member"), because="y"),
    Deed.CATEGORY: lambda w, t: correcting.do_change_category(w, RULES, NOW, t, who("member"), Category.POWER, because="y"),
    Deed.PLACE: lambda w, t: correcting.do_change_place(w, NOW, t, who("member"), "东门口"),
    Deed.MERGE: _merge,
    Deed.CONFIRM: lambda w, t: danger.do_confirm(w, RULES, NOW, t, who("leader"), because="y"),
    Deed.FALSE_ALARM: lambda w, t: danger.do_lower(w, RULES, NOW, t, who("leader"), because="y"),
    Deed.END_DANGER: lambda w, t: danger.do_end(w, RULES, NOW, t, who("leader"), because="y"),
    Deed.SUPERVISE: lambda w, t: supervising.do_supervise(w, RULES, NOW, t, who("county"), "三天内办好", because="y"),
    Deed.LIFT: lambda w, t: leading.do_lift(w, RULES, NOW, t, who("member"), because="y"),
    Deed.LOWER: lambda w, t: lowering.do_lower(w, RULES, NOW, t, who("leader"), "已经不急", because="y"),
    Deed.REPIN: lambda w, t: repinning.do_repin(w, RULES, NOW, replace(t, policy="2025-01"), "office", "时限改了", because="y"),
    Deed.ACKNOWLEDGE: lambda w, t: acknowledging.do_acknowledge(w, RULES, NOW, t, who("water"), because="y"),
    Deed.SILENCE: lambda w, t: silencing.do_silence(w, RULES, NOW, t, who("leader"), timedelta(hours=1), because="y"),
    Deed.ANSWER: lambda w, t: supervising.do_answer(w, RULES, NOW, t, who(t.owner or ""), "正在挖", because="y"),
    Deed.TAKE_LEAD: lambda w, t: leading.do_take_lead(w, RULES, NOW, t, who("county"), who("office"), because="y"),
    Deed.WHISTLE: lambda w, t: whistling.do_whistle(w, RULES, NOW, t, who("leader"), [WATER, POWER], None, WhistleKind.JOINT,
                                                    because="y"),
    Deed.REPORT_IN: lambda w, t: reporting_in.do_report_in(w, RULES, NOW, t, who("power"), because="y"),
    Deed.PART_DONE: lambda w, t: reporting_in.do_part_done(w, RULES, NOW, t, who("power"), because="y"),
    Deed.TOPIC: lambda w, t: topics.do_raise_topic(w, RULES, NOW, t, who("county"), because="y"),
    Deed.TOPIC_OFF: lambda w, t: topics.do_withdraw_topic(w, RULES, NOW, t, who("county"), because="y"),
    Deed.OPINION: lambda w, t: topics.do_note_opinion(w, RULES, NOW, t, who("office"), "列入明年改造", because="y"),
    Deed.SHELVE: lambda w, t: shelving.do_shelve(w, RULES, NOW, t, who("leader"), LATER, "等材料", because="y"),
    Deed.REVIEW: lambda w, t: shelving.do_review_due(w, RULES, NOW, t, _clock(t, ClockKind.REVIEW, 2)),
    Deed.RESUME: lambda w, t: shelving.do_resume(w, RULES, NOW, t, who("leader"), because="y"),
    Deed.EXTEND: lambda w, t: extending.do_ask_extension(w, RULES, NOW, t, who("water"), LATER, "等配件", because="y"),
    Deed.GRANT_EXTENSION: lambda w, t: extending.do_decide_extension(w, RULES, NOW, t, who("leader"), True, because="y"),
    Deed.REFUSE_EXTENSION: lambda w, t: extending.do_decide_extension(w, RULES, NOW, t, who("leader"), False, because="y"),
    Deed.UNREASONABLE: lambda w, t: excluding.do_ask_exclusion(w, RULES, NOW, t, who("water"), "要占别家的地", because="y"),
    Deed.CONFIRM_UNREASONABLE: lambda w, t: excluding.do_decide_exclusion(w, RULES, NOW, t, who("office"), True, because="y"),
    Deed.REFUSE_UNREASONABLE: lambda w, t: excluding.do_decide_exclusion(w, RULES, NOW, t, who("office"), False, because="y"),
    Deed.SETTLE: lambda w, t: settling.do_settle(w, RULES, NOW, t, who("r-1"), because="y"),
    Deed.SPLIT: _split,
}


# what a deed presupposes beside the state -----------------------------------------------------------------------------


def _in_danger(work: MemoryWork, ticket: Ticket) -> Ticket:
    return replace(ticket, urgency=Urgency.DANGER, danger=DangerKind.PLACE)


def _in_doubt(work: MemoryWork, ticket: Ticket) -> Ticket:
    return replace(ticket, urgency=Urgency.URGENT, danger=DangerKind.PLACE, doubt=True)


def _missing(work: MemoryWork, ticket: Ticket) -> Ticket:
    return replace(ticket, missing=True)


def _second_message(work: MemoryWork, ticket: Ticket) -> Ticket:
    if ticket.is_open and ticket.status is not Status.DONE:
        return opening.do_voice(work, RULES, MORNING, ticket, echo(message="second"))
    return ticket


def _asked(deed: Deed) -> Callable[[MemoryWork, Ticket], Ticket]:
    def ask(work: MemoryWork, ticket: Ticket) -> Ticket:
        if transition(deed).allows(ticket.status):
            DRIVES[deed](work, ticket)
        return work.get_ticket(ticket.id)
    return ask


def _topic(work: MemoryWork, ticket: Ticket) -> Ticket:
    if not transition(Deed.TOPIC).allows(ticket.status):
        pytest.skip("what was never a topic can't be taken off")
    DRIVES[Deed.TOPIC](work, ticket)
    return ticket


PREPARE: dict[Deed, Callable[[MemoryWork, Ticket], Ticket]] = {
    Deed.CONFIRM: _in_doubt,
    Deed.FALSE_ALARM: _in_danger,
    Deed.END_DANGER: _in_danger,
    Deed.FOUND: _missing,
    Deed.SPLIT: _second_message,
    Deed.GRANT_EXTENSION: _asked(Deed.EXTEND),
    Deed.REFUSE_EXTENSION: _asked(Deed.EXTEND),
    Deed.CONFIRM_UNREASONABLE: _asked(Deed.UNREASONABLE),
    Deed.REFUSE_UNREASONABLE: _asked(Deed.UNREASONABLE),
    Deed.ANSWER: _asked(Deed.SUPERVISE),
    Deed.REPORT_IN: _asked(Deed.WHISTLE),
    Deed.PART_DONE: _asked(Deed.WHISTLE),
    Deed.TOPIC_OFF: _topic,
    Deed.OPINION: _topic,
    Deed.LOWER: lambda work, ticket: replace(ticket, urgency=Urgency.URGENT),
    Deed.ACKNOWLEDGE: lambda work, ticket: replace(ticket, acknowledged_at=None),
}


def ready(deed: Deed, status: Status) -> tuple[MemoryWork, Ticket]:
    """A ticket in the state, with what the deed presupposes, and everything said so far gone."""
    work = MemoryWork()
    ticket = IN[status](work)
    if deed in PREPARE:
        ticket = PREPARE[deed](work, ticket)
        work.save(ticket)
    send_all(work, NOW)
    return work, work.get_ticket(ticket.id)


def lines_of(work: MemoryWork) -> int:
    """How many lines all histories have."""
    return sum(len(lines) for lines in work.tables.history.values())


BY_PEOPLE = [row for row in TRANSITIONS if row.may and row.at]
BY_ITSELF = [row for row in TRANSITIONS if not row.may]


def named(row: Transition) -> str:
    return row.deed.value


def test_every_row_has_a_drive_and_every_deed_a_row() -> None:
    assert len({row.deed for row in TRANSITIONS}) == len(TRANSITIONS)
    assert {row.deed for row in TRANSITIONS} == set(Deed)
    assert set(DRIVES) == set(Deed) - {Deed.OPEN}
    assert set(IN) == set(Status)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("row", BY_PEOPLE, ids=named)
def test_a_deed_is_done_where_the_table_says_and_refused_elsewhere(row: Transition, status: Status) -> None:
    work, ticket = ready(row.deed, status)
    # What prepares a deed may itself move the ticket (a whistle assigns it).
    status = ticket.status
    lines, own_lines = lines_of(work), len(work.history(ticket.id))
    if not row.allows(status):
        with pytest.raises(RefusedError) as refused:
            DRIVES[row.deed](work, ticket)
        assert refused.value.reason == row.refused.get(status, row.otherwise)
        assert (work.get_ticket(ticket.id), len(work.history(ticket.id))) == (ticket, own_lines)
        return
    DRIVES[row.deed](work, ticket)
    assert lines_of(work) > lines, "nothing says that it was done"
    check_end(row, status, work.get_ticket(ticket.id).status)


@pytest.mark.parametrize("row", BY_ITSELF, ids=named)
def test_what_the_bot_does_by_itself_leads_where_the_table_says(row: Transition) -> None:
    for status in row.at:
        work, ticket = ready(row.deed, status)
        DRIVES[row.deed](work, ticket)
        check_end(row, status, work.get_ticket(ticket.id).status)


def check_end(row: Transition, before: Status, after: Status) -> None:
    stays = row.may_stay or not row.to
    assert (after in row.to and before in row.moves) or (stays and after is before), f"{before} → {after}"


def test_a_matter_begins_where_the_table_says() -> None:
    row = transition(Deed.OPEN)
    assert {IN[Status.OPEN](MemoryWork()).status, IN[Status.ASSIGNED](MemoryWork()).status} == set(row.to)


BARRED = {
    Bar.DANGER: {"urgency": Urgency.DANGER, "danger": DangerKind.PLACE},
    Bar.DOUBT: {"doubt": True, "danger": DangerKind.PLACE},
    Bar.PRIVATE: {"danger": DangerKind.PERSON},
    Bar.MISSING: {"missing": True},
    Bar.CONSULTATION: {"kind": TicketKind.CONSULTATION},
}


@pytest.mark.parametrize(
    ("deed", "bar", "reason"), [(row.deed, bar, reason) for row in TRANSITIONS for bar, reason in row.bars],
)
def test_what_the_table_bars_is_refused_with_its_sentence(deed: Deed, bar: Bar, reason: str) -> None:
    for status in transition(deed).at:
        work, ticket = ready(deed, status)
        ticket = replace(ticket, **BARRED[bar])
        work.save(ticket)
        with pytest.raises(RefusedError) as refused:
            DRIVES[deed](work, ticket)
        assert refused.value.reason == reason


_TIERS = {Tier.BASIC: Hearer.BASIC, Tier.COORDINATION: Hearer.COORDINATION, Tier.COMMAND: Hearer.COMMAND}
_GROUPS = frozenset(_TIERS.values())


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.deed in DRIVES], ids=named)
def test_nobody_hears_of_it_whom_the_table_does_not_name(row: Transition) -> None:
    may_hear = {(event, hearer if hearer in _GROUPS else None) for event, hearer in row.tells}
    # Who heard of a danger or a search hears of its end, wherever that was.
    may_hear |= {(event, tier) for event, hearer in row.tells if hearer is Hearer.LISTENERS for tier in _GROUPS}
    for status in row.at:
        work, ticket = ready(row.deed, status)
        rows = len(work.tables.outbox)
        DRIVES[row.deed](work, ticket)
        for saying in work.tables.outbox[rows:]:
            say = saying.say
            if say.event in ("cards.refresh", "card.lead") or say.ticket is None or say.because not in ("y", "clock:review"):
                continue
            group = RULES.registry.group(say.group) if say.group else None
            assert (say.event, _TIERS[group.tier] if group else None) in may_hear, (status, say.event)


#: Deeds that end a matter in public are told to those who told it.
TOLD_TO_VOICES = {
    Deed.WITHDRAW: "withdrawn", Deed.CONFIRM_UNREASONABLE: "status.unreasonable", Deed.SHELVE: "status.shelved",
    Deed.GRANT_EXTENSION: "status.extended", Deed.RESUME: "status.resumed", Deed.NOT_YET: "status.reopened",
    Deed.SETTLE: "status.settled", Deed.DONE: "ask_rating", Deed.ACCEPT: "status.accepted",
}


@pytest.mark.parametrize(("deed", "event"), TOLD_TO_VOICES.items())
def test_the_basic_group_is_told(deed: Deed, event: str) -> None:
    status = Status.DONE if deed is Deed.NOT_YET else Status.SHELVED if deed is Deed.RESUME else Status.ACCEPTED
    work, ticket = ready(deed, Status.ASSIGNED if deed is Deed.ACCEPT else status)
    DRIVES[deed](work, ticket)
    assert [say.group for say in work.said if say.event == event] == ["g-1"]


def test_who_may_is_named_by_role_and_a_resident_only_for_what_is_his() -> None:
    for row in TRANSITIONS:
        if Role.RESIDENT in row.may:
            assert row.deed in {Deed.OPEN, Deed.RATE, Deed.WITHDRAW, Deed.RECALL, Deed.SETTLE}


def test_settled_by_residents_no_unit_is_credited() -> None:
    work, ticket = ready(Deed.SETTLE, Status.ACCEPTED)
    ended = settling.do_settle(work, RULES, NOW, ticket, who("r-1"), because="y")
    whats = [line.what for line in work.history(ticket.id)]
    assert (ended.status, ended.outcome) == (Status.CLOSED, Outcome.UNASKED)
    assert What.SETTLED_BY_RESIDENTS in whats
    assert What.DONE not in whats
