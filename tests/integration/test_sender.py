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
from registry.terms import Lane, Said
from storage import outbox
from storage.store import Store
from tests.builders.talk import Talk
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

    async def task_is_done(self, task: str, owner: str) -> bool:
        return False

    async def update_card(self, outside: str, code: str, said: str) -> Outcome:
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
