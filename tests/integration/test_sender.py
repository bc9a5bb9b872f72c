"""The sender over a real store, with doors that record: order, crashes between claim and call, digests that shrink."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.outcomes import Failed, Outcome, Sent, Unclear
from bot.messages import Outgoing
from bot.sender import Sender, Ways
from registry.model import Group
from registry.terms import Form, Lane, Said
from storage import card_codes, outbox
from storage.store import Store
from storage.work import SqlWork
from tests.builders.talk import Talk
from tickets import assigning, daily
from tickets.model import ToSay


class Recording:
    """Doors that take everything, or end as they are told."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.said: list[tuple[str, str]] = []
        self.cancelled: list[str] = []

    def _take(self, where: str, text: str) -> Outcome:
        self.said.append((where, text))
        return self.outcomes.pop(0) if self.outcomes else Sent(msgid=f"task-{len(self.said)}")

    async def to_person(self, outgoing: Outgoing) -> Outcome:
        return self._take(outgoing.outside, outgoing.text)

    async def to_group(self, outgoing: Outgoing, group: Group) -> Outcome:
        return self._take(group.id, outgoing.text)

    async def ask_owner(self, outgoing: Outgoing, group: Group, owner: str, request: str) -> Outcome:
        return self._take(owner, outgoing.text)

    async def cancel_task(self, task: str) -> Outcome:
        self.cancelled.append(task)
        return Sent()

    async def groups_refused(self, task: str, owner: str) -> frozenset[str]:
        return frozenset()

    async def task_is_done(self, task: str, owner: str) -> bool:
        return False

    async def update_card(self, outside: str, code: str, said: str, card: Outgoing | None = None) -> Outcome:
        return Sent()


class CardRecording(Recording):
    """Keeps what sent cards turn into."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: list[tuple[str, str, str, Outgoing | None]] = []

    async def update_card(self, outside: str, code: str, said: str, card: Outgoing | None = None) -> Outcome:
        self.changed.append((outside, code, said, card))
        return Sent()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


def sender_of(talk: Talk, doors: Recording) -> Sender:
    return Sender(talk.store, talk.house.rules, talk.house.texts, doors, Ways(), talk.replay.clock.now)


def say(store: Store, talk: Talk, event: str, lane: Lane = Lane.NORMAL, kind: Said = Said.HELP) -> int:
    row = ToSay(kind=kind, event=event, lane=lane, ticket=None, because="test", group="g-coord-01", args={"role": "unit_lead"})
    return store.run(lambda work: work.say(row, talk.now))


async def test_one_sentence_at_a_time_for_each_destination_in_order(talk: Talk) -> None:
    first, second = say(talk.store, talk, "help"), say(talk.store, talk, "answer.none_found", kind=Said.ANSWER)
    doors = Recording()
    sender = sender_of(talk, doors)
    assert await sender.run_once() == 1
    waiting = talk.store.look(lambda work: outbox.get(work, second))
    assert (waiting.state, waiting.attempts) == ("waiting", 0)
    assert talk.store.look(lambda work: outbox.get(work, first)).state == "sent"
    assert await sender.run_once() == 1
    assert [where for where, _ in doors.said] == ["g-coord-01", "g-coord-01"]
    assert await sender.run_once() == 0


async def test_a_sender_that_died_between_claim_and_answer_repeats_what_may_be_repeated(talk: Talk) -> None:
    urgent = say(talk.store, talk, "help", Lane.URGENT)
    talk.store.run(lambda work: outbox.claim(work, talk.now))
    talk.replay.clock.walk_to(talk.now + timedelta(seconds=outbox.LEASE_SECONDS + 1))
    doors = Recording()
    sender = sender_of(talk, doors)
    await sender.run_once()  # finds that the lease has ended
    await sender.run_once()
    talk.replay.clock.walk_to(talk.now + timedelta(seconds=10))
    await sender.run_once()
    assert [where for where, _ in doors.said] == ["g-coord-01"]
    assert talk.store.look(lambda work: outbox.get(work, urgent)).state == "sent"


async def test_what_may_not_be_repeated_is_shown_to_the_office(talk: Talk) -> None:
    row = say(talk.store, talk, "brief", Lane.DIGEST, Said.BRIEF)
    doors = Recording(Unclear("不知道有没有发出。"))
    sender = sender_of(talk, doors)
    await sender.run_once()
    await sender.run_once()
    assert talk.store.look(lambda work: outbox.get(work, row)).state == "unclear"
    assert [where for where, _ in doors.said] == ["g-coord-01", "g-office-01"]


async def test_a_refused_sentence_fails_and_the_office_hears_of_it_once(talk: Talk) -> None:
    row = say(talk.store, talk, "help")
    doors = Recording(Failed(93000, "群机器人失效"), Failed(93000, "群机器人失效"))
    sender = sender_of(talk, doors)
    for _ in range(4):
        await sender.run_once()
    assert talk.store.look(lambda work: outbox.get(work, row)).state == "failed"
    assert [where for where, _ in doors.said] == ["g-coord-01", "g-office-01"]


async def drained(talk: Talk, sender: Sender) -> None:
    while await sender.run_once():
        talk.replay.clock.walk_to(talk.now + timedelta(seconds=1))


def lie(talk: Talk, row: int, *codes: str) -> None:
    """A row's card lies with its person and can be changed by these codes."""

    def unit(work: SqlWork) -> None:
        outbox.sent(work, row, talk.now, Form.CARD, f"t{talk.ticket().id}-{row}")
        for code in codes:
            card_codes.keep(work, row, code, talk.now + timedelta(hours=72), talk.now)

    talk.store.run(unit)


async def test_who_accepts_finds_the_next_buttons_on_his_card(talk: Talk) -> None:
    cards = CardRecording()
    talk.opens("r-001", "3号楼楼道灯不亮")
    rows = talk.store.look(lambda work: outbox.of_ticket(work, talk.ticket().id))
    sent = next(row for row in rows if row.say.event == "card.assigned" and row.say.person == "u-09")
    lie(talk, sent.id, "code-1")
    taker = talk.registry.people["u-09"]
    talk.store.run(lambda work: assigning.do_accept(work, talk.house.rules(), talk.now, talk.ticket(), taker, because="x"))
    await drained(talk, sender_of(talk, cards))
    outside, code, _, card = cards.changed[0]
    assert (outside, code) == ("u-09", "code-1")
    assert card is not None
    assert [button.key for button in card.buttons] == ["done", "return", "hand_over", "shelve", "extend"]
    assert card.task_id == f"t{talk.ticket().id}-{sent.id}", "the same card, so that a click finds the matter"


async def test_other_peoples_cards_lose_their_buttons(talk: Talk) -> None:
    cards = CardRecording()
    talk.opens("r-001", "3号楼楼道灯不亮")
    rows = talk.store.look(lambda work: outbox.of_ticket(work, talk.ticket().id))
    sent = next(row for row in rows if row.say.event == "card.assigned" and row.say.person == "u-09")
    lie(talk, sent.id, "code-1")
    taker = talk.registry.people["m-01"]
    talk.store.run(lambda work: assigning.do_accept(work, talk.house.rules(), talk.now, talk.ticket(), taker, because="x"))
    await drained(talk, sender_of(talk, cards))
    assert [(outside, card) for outside, _, _, card in cards.changed] == [("u-09", None)]


async def test_what_is_over_a_groups_budget_of_the_hour_waits_for_its_digest(talk: Talk) -> None:
    budget = talk.house.rules().policy.say.budget_per_group_per_hour
    ticket = talk.opens("r-001", "3号楼楼道灯不亮")
    doors = Recording()
    sender = sender_of(talk, doors)
    await drained(talk, sender)
    before = len(doors.said)

    def tell(kind: Said, lane: Lane = Lane.NORMAL) -> int:
        row = ToSay(kind=kind, event="coord.accepted", lane=lane, ticket=ticket.id, because="test", group="g-coord-02",
                    args={"by": "u-09"}, round=1)
        return talk.store.run(lambda work: work.say(row, talk.now))

    rows = [tell(Said.STATUS) for _ in range(budget + 2)]
    answered, urgent = tell(Said.ANSWER), tell(Said.STATUS, Lane.URGENT)
    await drained(talk, sender)
    left = [talk.store.look(lambda work, row=row: outbox.get(work, row)) for row in rows]
    assert [row.state for row in left] == ["sent"] * budget + ["waiting"] * 2
    assert {row.say.lane for row in left[budget:]} == {Lane.DIGEST}
    for row in (answered, urgent):
        assert talk.store.look(lambda work, row=row: outbox.get(work, row)).state == "sent", "never counted, never held"
    assert len(doors.said) - before == budget + 2
    talk.replay.clock.walk_to(talk.now.replace(hour=17, minute=30))
    talk.store.run(lambda work: daily.do_digest(work, talk.house.rules(), talk.now))
    await drained(talk, sender)
    assert doors.said[-1][0] == "g-coord-02"
    assert doors.said[-1][1].startswith("今天的进展")
    assert {talk.store.look(lambda work, row=row: outbox.get(work, row)).state for row in rows} == {"sent"}


async def test_the_budget_is_of_each_hour_anew(talk: Talk) -> None:
    budget = talk.house.rules().policy.say.budget_per_group_per_hour
    ticket = talk.opens("r-001", "3号楼楼道灯不亮")
    sender = sender_of(talk, Recording())

    def tell() -> int:
        row = ToSay(kind=Said.STATUS, event="coord.accepted", lane=Lane.NORMAL, ticket=ticket.id, because="test",
                    group="g-coord-02", args={"by": "u-09"}, round=1)
        return talk.store.run(lambda work: work.say(row, talk.now))

    for _ in range(budget):
        tell()
    await drained(talk, sender)
    talk.replay.clock.walk_to(talk.now + timedelta(minutes=61))
    later = tell()
    await drained(talk, sender)
    assert talk.store.look(lambda work: outbox.get(work, later)).state == "sent"


async def test_what_is_not_urgent_waits_for_the_morning_and_is_not_lost(talk: Talk) -> None:
    """Quiet hours: put off at the last moment, whoever queued it."""
    doors = Recording()
    talk.until("2026-03-02 22:00")

    def queue(lane: Lane, event: str) -> int:
        row = ToSay(kind=Said.ALARM, event=event, lane=lane, ticket=None, because="x", group="g-coord-01", args={"finding": event})
        return talk.store.run(lambda work: work.say(row, talk.now))

    slow, fast = queue(Lane.NORMAL, "alarm.sweep"), queue(Lane.URGENT, "alarm.sweep")
    sender = sender_of(talk, doors)
    while await sender.run_once():
        pass
    assert len(doors.said) == 1
    held = talk.store.look(lambda work: outbox.get(work, slow))
    assert (held.state, held.attempts) == ("waiting", 0)
    assert held.not_before.astimezone(talk.now.tzinfo).isoformat() == "2026-03-03T07:00:00+08:00"
    assert talk.store.look(lambda work: outbox.get(work, fast)).state == "sent"
    assert talk.store.look(outbox.next_waiting) == held.not_before


async def test_a_card_is_changed_by_the_code_that_ends_first_and_by_the_next_when_that_is_refused(talk: Talk) -> None:
    class Refusing(CardRecording):
        async def update_card(self, outside: str, code: str, said: str, card: Outgoing | None = None) -> Outcome:
            await super().update_card(outside, code, said, card)
            return Failed(40058, "用过了") if code == "used" else Sent()

    cards = Refusing()
    talk.opens("r-001", "3号楼楼道灯不亮")
    rows = talk.store.look(lambda work: outbox.of_ticket(work, talk.ticket().id))
    sent = next(row for row in rows if row.say.event == "card.assigned" and row.say.person == "u-09")
    lie(talk, sent.id)
    for code, hours in (("later", 80), ("used", 60), ("over", -1)):
        until = talk.now + timedelta(hours=hours)
        talk.store.run(lambda work, code=code, until=until: card_codes.keep(work, sent.id, code, until, talk.now - timedelta(hours=2)))
    taker = talk.registry.people["m-01"]
    talk.store.run(lambda work: assigning.do_accept(work, talk.house.rules(), talk.now, talk.ticket(), taker, because="x"))
    await drained(talk, sender_of(talk, cards))
    assert [code for _, code, _, _ in cards.changed] == ["used", "later"]
    assert talk.store.look(lambda work: outbox.cards_of(work, talk.ticket().id)) == []
    assert not any(row.say.event == "changed" for row in talk.store.look(lambda work: outbox.of_ticket(work, talk.ticket().id)))


async def test_where_no_code_holds_the_holder_gets_a_new_card(talk: Talk) -> None:
    cards = CardRecording()
    talk.opens("r-001", "3号楼楼道灯不亮")
    rows = talk.store.look(lambda work: outbox.of_ticket(work, talk.ticket().id))
    sent = next(row for row in rows if row.say.event == "card.assigned" and row.say.person == "u-09")
    lie(talk, sent.id)
    taker = talk.registry.people["u-09"]
    talk.store.run(lambda work: assigning.do_accept(work, talk.house.rules(), talk.now, talk.ticket(), taker, because="x"))
    await drained(talk, sender_of(talk, cards))
    assert cards.changed == []
    assert ("u-09" in [where for where, _ in cards.said]), "the owner gets what he may do next on a new card"
    lying = [row.id for row in talk.store.look(lambda work: outbox.cards_of(work, talk.ticket().id))]
    assert lying
    assert sent.id not in lying
