"""The fake in memory and both databases answer the same, call for call, for any sequence of calls."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.terms import Act, Category, ClockKind, DangerKind, Lane, Said, Status, Urgency, What
from storage.store import Store
from tests.builders.tickets import NOW, a_message, a_sentence, a_ticket, minutes
from tests.unit.tickets.memory import MemoryWork
from tickets.called_in import Grade, Supervision, Topic, Whistle, WhistleKind
from tickets.duty_values import Swap
from tickets.model import Announcement, Clock, HistoryLine, Ticket
from tickets.office_log import OfficeWhat
from tickets.resident import Resident
from tickets.work import Work

Call = Callable[[Work], Any]

AREAS, GROUPS, PEOPLE = ("7701", "7702"), ("g1", "g2", "g3"), ("m1", "m2")
TICKETS, MESSAGES = st.integers(1, 4), st.sampled_from([f"x{n}" for n in range(8)])
TIMES = st.integers(-30 * 24 * 60, 2 * 24 * 60).map(lambda count: NOW + minutes(count))
KINDS = st.sampled_from(ClockKind)


def some(values: Any) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


def call(name: str, *arguments: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    """One call of a method with drawn arguments."""

    def made(drawn: tuple[tuple[Any, ...], dict[str, Any]]) -> Call:
        return lambda work: getattr(work, name)(*drawn[0], **drawn[1])

    return st.tuples(st.tuples(*arguments), st.fixed_dictionaries(named)).map(made)


def changed(ticket: int, changes: dict[str, Any]) -> Call:
    return lambda work: work.save(replace(work.get_ticket(ticket), **changes))


def opened(changes: dict[str, Any]) -> Call:
    def open_one(work: Work) -> Ticket:
        return work.add_ticket(a_ticket(work.next_number(NOW.date()), **changes))

    return open_one


changes = st.fixed_dictionaries(
    {},
    optional={
        "area": st.sampled_from(AREAS),
        "groups": st.lists(st.sampled_from(GROUPS), max_size=3, unique=True).map(tuple),
        "owner": st.sampled_from(PEOPLE),
        "leader": st.none() | st.sampled_from(PEOPLE),
        "unit": st.sampled_from(("u1", None)),
        "category": st.sampled_from((Category.WATER, Category.POWER)),
        "status": st.sampled_from(Status),
        "urgency": st.sampled_from(Urgency),
        "danger": st.sampled_from((None, *DangerKind)),
        "opened_at": TIMES,
        "last_at": TIMES,
        "closed_at": st.none() | TIMES,
        "danger_ended_at": st.none() | TIMES,
        "place": st.none() | st.text(max_size=5).filter(lambda text: "\x00" not in text),
    },
)
words = st.none() | st.sampled_from(("水管漏水", "还在漏", "三号院水管漏水"))
messages = st.builds(
    a_message, MESSAGES, TICKETS, at=TIMES, act=st.sampled_from(Act), words=words, sender=st.sampled_from(("r1", "r2"))
)
sentences = st.builds(
    a_sentence, st.none() | st.integers(1, 2), kind=st.sampled_from((Said.STATUS, Said.STEP)), lane=st.sampled_from(Lane),
    event=st.sampled_from(("a", "b")), group=st.sampled_from(GROUPS), not_before=st.none() | TIMES,
    args=st.just({"n": 1, "who": ["m1"]}),
)
announced = st.builds(
    Announcement, st.just(0), st.just("g1"), st.sampled_from(AREAS), st.just(Category.WATER), MESSAGES, st.just("m1"),
    st.just(NOW), st.none() | TIMES, st.none() | TIMES, st.just("明天停水"), st.none(),
)
whistled = st.builds(
    Whistle, TICKETS, st.integers(1, 2), st.sampled_from(("u1", "u2")), st.sampled_from(WhistleKind), st.booleans(), st.just("m1"),
    TIMES, TIMES, st.none() | TIMES, st.none() | st.just("m2"), st.none() | TIMES, st.none() | TIMES,
)
supervised = st.builds(
    Supervision, st.just(0), st.integers(1, 2), st.sampled_from(Grade), st.just("m1"), TIMES, TIMES, st.none() | TIMES,
    st.none() | st.just("m2"), st.none() | TIMES,
)
known_alone = st.builds(
    Resident, st.sampled_from(("r1", "r2")), st.sampled_from(("kf", "mp")), st.just("w1"), st.just("wk1"), TIMES, st.integers(0, 5),
    st.none() | st.sampled_from(AREAS), st.none() | TIMES, st.booleans(),
)
logged = st.sampled_from(OfficeWhat)
topics = st.builds(Topic, TICKETS, st.just("m1"), TIMES, st.none() | TIMES, st.none() | st.just("m2"), st.none() | TIMES)
calls = st.one_of(
    st.builds(opened, changes),
    st.builds(opened, changes),
    st.builds(changed, TICKETS, changes),
    call("get_ticket", TICKETS),
    call("find_number", st.sampled_from(("2026-0302-1", "0302-2", "0302-9")), TIMES),
    call("next_number", st.just(NOW.date())),
    call("open_tickets", owner=st.none() | st.sampled_from(PEOPLE), group=st.none() | st.sampled_from(GROUPS)),
    call("open_tickets", areas=st.none() | some(AREAS), unit=st.none() | st.just("u1"), limit=st.integers(1, 3)),
    call(
        "candidates", areas=some(AREAS), since=TIMES, township=st.none() | st.just("77"),
        wide=some((Category.WATER, Category.POWER)), wide_since=st.none() | TIMES, limit=st.sampled_from((2, 200)),
    ),
    call("add_message", messages),
    call("carry_round", TICKETS, st.integers(0, 2), st.integers(1, 3)),
    call("log_office", TIMES, logged, st.none() | st.just("m1"), st.just({"n": 1}), words),
    call("office_log", some(tuple(OfficeWhat)), st.integers(1, 3)),
    call("office_words", st.integers(1, 3)),
    call("messages", TICKETS),
    call("voices", TICKETS),
    call("ticket_of_message", MESSAGES),
    call("move_messages", TICKETS, TICKETS, st.none() | st.lists(MESSAGES, max_size=2)),
    call("change_message", MESSAGES, st.sampled_from(Act), words),
    call("erase_message", MESSAGES),
    call(
        "record", TICKETS, TIMES, st.sampled_from((What.OPENED, What.VOICE, What.REOPENED)), st.none() | st.just("m1"),
        st.none(), st.none() | st.fixed_dictionaries({"message": MESSAGES}), words,
    ),
    call("history", TICKETS),
    call("line_words", TICKETS, st.integers(1, 4)),
    call("set_clock", st.builds(Clock, TICKETS, KINDS, TIMES, TIMES, st.integers(0, 3))),
    call("stop_clocks", TICKETS),
    call("stop_clocks", TICKETS, KINDS, KINDS),
    call("clocks", TICKETS),
    call("due_clocks", TIMES, st.integers(1, 5)),
    call("next_due"),
    call(
        "add_step", TICKETS, st.just(1), st.integers(1, 2), TIMES, st.just(ClockKind.DONE), st.just(1),
        st.just(["m1"]), st.just([]),
    ),
    call("put_whistle", whistled),
    call("whistles", TICKETS),
    call("add_supervision", supervised),
    call("save_supervision", st.builds(replace, supervised, id=st.integers(1, 2), ticket=st.just(1))),
    call("supervisions", TICKETS),
    call("put_topic", topics),
    call("topic", TICKETS),
    call("say", sentences, st.just(NOW)),
    call("cancel", TICKETS, st.just(NOW)),
    call("cancel", TICKETS, st.just(NOW), kinds=some((Said.STATUS, Said.STEP)), lanes=st.none() | some(tuple(Lane))),
    call("cancel", TICKETS, st.just(NOW), events=some(("a", "b"))),
    call("delay", TICKETS, some((Said.STATUS, Said.STEP)), TIMES),
    call("told", TICKETS, st.sampled_from(Lane)),
    call("queued", st.sampled_from(Lane)),
    call("gather", st.just(1), st.lists(st.integers(2, 5), max_size=3, unique=True)),
    call("unpressed"),
    call("add_announcement", announced),
    call("announcements", some(AREAS), TIMES),
    call("get_announcement", st.integers(1, 2)),
    call("mute", st.sampled_from(GROUPS), st.none() | TIMES),
    call("muted_until", st.sampled_from(GROUPS)),
    call("bind_address", st.sampled_from(GROUPS), st.just("aibot"), st.sampled_from(("w1", "w2")), st.none(), TIMES),
    call("take_binding_code", st.just("123456"), TIMES),
    call("count_wrong_code", st.just("wechat"), st.sampled_from(("w1", "w2")), TIMES),
    call("wrong_codes", st.just("wechat"), st.sampled_from(("w1", "w2")), TIMES),
    call("forget_wrong_codes", st.just("wechat"), st.sampled_from(("w1", "w2"))),
    call("add_override", st.just("duty"), st.just(NOW.date()), st.just("m1"), st.just("m2"), st.just("m1"), TIMES),
    call("swaps_asked_of", st.sampled_from(PEOPLE)),
    call("answer_swap", st.integers(1, 3), st.booleans(), TIMES),
    st.builds(lambda asker, other: lambda work: work.ask_swap(
        Swap(0, "duty", asker, NOW.date(), "夜班", other, NOW.date(), "白班", NOW)), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)),
    call("add_note", st.just("duty"), st.sampled_from(PEOPLE), TIMES, st.just("二网格的井盖还没盖好")),
    call("notes_to_show", st.just("duty")),
    call("notes_shown", st.lists(st.just(1), max_size=1), TIMES),
    call("note_words", st.integers(1, 3)),
    call("take_over", st.just("duty"), st.just(NOW.date()), st.sampled_from(("夜班", "白班")), TIMES, st.just(("m1",))),
    call("note_stranger", st.just("aibot"), st.none() | st.sampled_from(GROUPS), st.none() | st.just("w9"), TIMES),
    call("put_resident", known_alone),
    call("resident", st.sampled_from(("r1", "r2"))),
    call("alone", TICKETS),
    call("told_by", st.sampled_from(("r1", "r2")), st.integers(1, 3)),
    call("set_agenda", st.sampled_from(("digest", "proof")), st.none() | TIMES),
    call("agenda_due", TIMES),
    call("next_agenda"),
    call("figures", st.none() | some(AREAS), TIMES, TIMES),
    call("overdue", st.none() | some(AREAS), TIMES, st.integers(1, 3)),
)


def answer(work: MemoryWork | Any, one: Call) -> Any:
    """What a call gives, or the kind of its refusal; what it did is undone when it raises, as its unit would be."""
    try:
        with work.savepoint():
            return comparable(one(work))
    except LookupError:
        return LookupError
    except Exception:  # a ticket that is not there: each store has its own name for that
        return Exception


def comparable(value: Any) -> Any:
    """Digests are salted and each store has its own way to make them."""
    if isinstance(value, list):
        return [comparable(one) for one in value]
    return replace(value, digest="") if isinstance(value, HistoryLine) else value


def refused(value: Any) -> bool:
    return value in (LookupError, Exception)


def same_for(store: Store, sequence: list[Call]) -> None:
    memory = MemoryWork()

    class Undone(Exception):
        pass

    def unit(work: Any) -> None:
        for place, one in enumerate(sequence):
            expected, found = answer(memory, one), answer(work, one)
            assert refused(expected) == refused(found), (place, expected, found)
            assert refused(expected) or found == expected, (place, expected, found)
        raise Undone

    with contextlib.suppress(Undone):
        store.run(unit)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(first=st.lists(st.builds(opened, changes), min_size=2, max_size=4), then=st.lists(calls, min_size=10, max_size=50))
def test_any_sequence_of_calls(store: Store, first: list[Call], then: list[Call]) -> None:
    # keys that the database counts go on after a rollback on PostgreSQL, so each run begins at one
    if store.url.get_backend_name() == "postgresql":
        store.run(lambda work: work.connection.exec_driver_sql(RESTART))
    same_for(store, first + then)


RESTART = "TRUNCATE tickets, words, outbox, announcements, inbox, history, supervisions, roster_swaps, handover_notes RESTART IDENTITY CASCADE"


def test_the_comparison_sees_a_difference(store: Store) -> None:
    def different(work: Work) -> bool:
        return isinstance(work, MemoryWork)

    try:
        same_for(store, [different])
    except AssertionError:
        return
    raise AssertionError("a difference was not seen")


