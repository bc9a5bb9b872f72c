"""T16: an answer against step, send, close, and a second answer, in every order of two; promise P7."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest

from registry.terms import ClockKind, Status, Urgency, What
from storage import outbox
from storage.store import Store
from storage.work import SqlWork
from tests.builders.desk import MORNING, rules, told, who
from tickets import opening, rating
from tickets.acknowledging import CALLS, do_acknowledge
from tickets.assigning import do_accept
from tickets.due import do_pass
from tickets.errors import RefusedError
from tickets.silencing import do_silence
from tickets.truth import still_true

RULES = rules()
#: When the first rung has been called, and when the second is due.
FIRST, SECOND = MORNING + timedelta(minutes=30), MORNING + timedelta(minutes=60)


class Race:
    """One urgent matter whose first rung was called and whose calls wait to be sent."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.on_the_wire: set[int] = set()
        self.sent: list[outbox.OutboxRow] = []
        self.granted: list[str] = []
        self.refused: list[str] = []
        self.ticket = store.run(lambda work: opening.do_open(work, RULES, MORNING, told(urgency=Urgency.URGENT))).id
        store.run(lambda work: do_pass(work, RULES, FIRST))

    def _do(self, name: str, act: Callable[[SqlWork], object]) -> None:
        def one(work: SqlWork) -> str | None:
            try:
                act(work)
            except RefusedError as refused:
                return refused.reason
            return None

        reason = self.store.run(one)
        if reason is None:
            self.granted.append(name)
        else:
            self.refused.append(reason)

    def answer(self) -> None:
        self._do("answer", lambda work: do_acknowledge(work, RULES, SECOND, work.get_ticket(self.ticket), who("water"), because="x"))

    def second_answer(self) -> None:
        self._do("second_answer", lambda work: do_acknowledge(
            work, RULES, SECOND, work.get_ticket(self.ticket), who("leader"), because="y"))

    def accept(self) -> None:
        self._do("accept", lambda work: do_accept(work, RULES, SECOND, work.get_ticket(self.ticket), who("water-lead"), because="z"))

    def silence(self) -> None:
        self._do("silence", lambda work: do_silence(work, RULES, SECOND, work.get_ticket(self.ticket), who("leader"),
                                         timedelta(hours=1), because="s"))

    def close(self) -> None:
        def done(work: SqlWork) -> None:
            rating.do_done(work, RULES, SECOND, work.get_ticket(self.ticket), who("member"), because="c")

        self._do("close", done)

    def step(self) -> None:
        self.store.run(lambda work: do_pass(work, RULES, SECOND))

    def claim(self) -> None:
        """The sender takes what waits and asks in the same unit whether it is still true."""
        def take(work: SqlWork) -> list[outbox.OutboxRow]:
            kept = []
            for row in outbox.claim(work, SECOND, 50):
                ticket = work.get_ticket(row.say.ticket) if row.say.ticket is not None else None
                if still_true(row.say.still, ticket, row.say.round):
                    kept.append(row)
                else:
                    outbox.cancelled(work, row.id, SECOND)
            return kept

        rows = [row for row in self.store.run(take) if row.say.event in CALLS]
        self.on_the_wire |= {row.id for row in rows}
        self.sent += rows

    def put_off(self) -> None:
        """WeCom said that it is too much: what was on the wire waits again."""
        def again(work: SqlWork) -> None:
            for row in self.on_the_wire:
                outbox.again(work, row, SECOND, SECOND, "limited")

        self.store.run(again)
        self.sent = [row for row in self.sent if row.id not in self.on_the_wire]
        self.on_the_wire.clear()

    def waiting(self) -> list[outbox.OutboxRow]:
        rows = self.store.look(lambda work: outbox.of_ticket(work, self.ticket))
        return [row for row in rows if row.state == "waiting" and row.say.event in CALLS]

    def history(self, what: What) -> int:
        return sum(line.what is what for line in self.store.look(lambda work: work.history(self.ticket)))


MOVES = ("answer", "second_answer", "accept", "silence", "close", "step", "claim")


@pytest.mark.parametrize("order", list(permutations(MOVES, 2)), ids="-".join)
def test_any_two_moves_in_any_order(store: Store, order: tuple[str, str]) -> None:
    race = Race(store)
    for move in order:
        getattr(race, move)()
    ticket = store.look(lambda work: work.get_ticket(race.ticket))
    if order[1] in ("answer", "second_answer", "accept", "silence", "close") and not race.refused:
        # P7: after it is committed nothing of the ladder waits to leave
        assert race.waiting() == []
    assert race.history(What.ACKNOWLEDGED) == len([name for name in race.granted if name in ("answer", "second_answer", "silence")])
    assert race.refused == [] or set(order) & {"close", "accept"} or set(order) == {"answer", "second_answer"}
    steps = {(line.facts["ladder"], line.facts["step"]) for line in store.look(lambda work: work.history(race.ticket))
             if line.what is What.RAISED and "step" in line.facts}
    assert len(steps) == ticket.step
    assert ticket.status is Status.DONE or store.look(lambda work: work.clocks(race.ticket)).keys() & {
        ClockKind.ACCEPT, ClockKind.DONE}


@pytest.mark.parametrize("moves", [("answer", "second_answer"), ("second_answer", "answer")])
def test_one_answer_wins_and_the_other_is_told_who(store: Store, moves: tuple[str, str]) -> None:
    race = Race(store)
    for move in moves:
        getattr(race, move)()
    assert race.refused == ["already_acknowledged"]
    assert race.history(What.ACKNOWLEDGED) == 1


def test_a_call_that_was_on_the_wire_does_not_leave_again_after_the_answer(store: Store) -> None:
    race = Race(store)
    race.claim()
    assert race.on_the_wire
    race.answer()
    race.put_off()
    race.claim()
    assert race.sent == []
    assert race.waiting() == []


def test_a_step_before_the_answer_is_taken_back_and_the_answer_before_it_holds_it_off(store: Store) -> None:
    race = Race(store)
    race.step()
    assert race.store.look(lambda work: work.get_ticket(race.ticket)).step == 2
    race.answer()
    assert race.waiting() == []
