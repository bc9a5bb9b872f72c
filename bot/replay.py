"""`gridbot replay`: recorded talk through the same decider, use cases and tables as live traffic, under a virtual clock.

One thread, input order, seeded salts, a temporary SQLite file, no network: the same input gives the same bytes. Time is
walked: what is due at or before a message's time runs first, one due moment after the other, then the message.
"""

import itertools
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.clock import CHINA, VirtualClock
from bot.decider import Decided, Decider, Decision
from bot.loading import House
from bot.messages import Action, Incoming, MessageKind, Words
from bot.sender import Prepared, after_sent, oldest_asked, prepare, press, put_off
from bot.talk import Talk
from registry.model import Person
from registry.terms import Act, Form, Status
from storage import outbox
from storage.store import Store
from storage.work import SqlWork
from tickets import daily, danger
from tickets.due import do_pass
from tickets.model import Ticket

#: Cards that ask whether a danger is real.
_DOUBTS = frozenset({"card.doubt", "card.person_doubt"})
#: What is no sentence but a change of cards already sent.
_SILENT_EVENTS = frozenset({"cards.refresh"})


class Answer(StrEnum):
    """How doubt cards are answered in a replay."""

    NONE = "none"
    TRUE = "true"
    FALSE = "false"


class ReplayError(Exception):
    """The input can't be replayed; the message says where and why, in Chinese."""


@dataclass(slots=True)
class Heard:
    """One input line and what was decided of it, first and last."""

    message: str
    first: Decision
    last: Decision
    at: datetime


def read_messages(path: Path) -> list[Incoming]:
    """Read `messages.jsonl`. Raises ReplayError with all wrong lines at once."""
    messages: list[Incoming] = []
    wrong: list[str] = []
    seen: set[str] = set()
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not text.strip():
            continue
        try:
            incoming = incoming_from(json.loads(text))
        except (ValueError, KeyError, TypeError) as error:
            wrong.append(f"第{number}行读不懂：{type(error).__name__}")
            continue
        if incoming.id in seen:
            wrong.append(f"第{number}行的编号 {incoming.id} 重复")
        elif messages and incoming.at < messages[-1].at:
            wrong.append(f"第{number}行的时间早于上一行")
        else:
            messages.append(incoming)
        seen.add(incoming.id)
    if wrong:
        raise ReplayError(f"{path.name} 有 {len(wrong)} 处错误：\n" + "\n".join(wrong[:50]))
    return messages


def incoming_from(row: dict[str, Any]) -> Incoming:
    """One line of the transcript format as a message."""
    kind = MessageKind(row.get("type", "text"))
    at = datetime.fromisoformat(row["time"])
    if at.tzinfo is None:
        raise ValueError("time without offset")
    action = None
    if kind is MessageKind.CLICK:
        action = Action(key=str(row["card"]), task_id=f"m:{row['ticket_of']}")
    mentions = tuple(str(m) for m in row.get("mentions") or ())
    return Incoming(
        id=str(row["id"]), channel="replay", sender=str(row["sender"]), at=at.astimezone(CHINA), kind=kind,
        words=Words(str(row.get("text") or "")), group=row.get("group"), mentions=mentions, mentions_bot="bot" in mentions,
        quote=row.get("quote"), action=action, recalls=row.get("recalls"),
    )


class Replay:
    """One run. `house` has rules, classifier and texts; `store` is an empty database."""

    def __init__(self, house: House, store: Store, start: datetime, answer: Answer = Answer.NONE) -> None:
        self.house, self.store, self.answer = house, store, answer
        self.clock = VirtualClock(start)
        self.decider = Decider(house.classifier, Talk(), house.rules)
        self.heard: dict[str, Heard] = {}
        self.said: list[dict[str, Any]] = []
        self._doubted: set[int] = set()
        store.run(lambda work: daily.plan(work, house.rules(), self.clock.now(), set()))

    # time ---------------------------------------------------------------------
    def walk_to(self, until: datetime) -> None:
        """Do everything due up to `until`, one due moment after the other, so that nothing is late that was not."""
        while True:
            due = self.store.run(_next_moment)
            if due is None or due > until:
                break
            self.clock.walk_to(due)
            while self.store.run(lambda work: do_pass(work, self.house.rules(), self.clock.now())):
                pass
            while self.store.run(self._send_due):
                pass
        self.clock.walk_to(until)

    def _send_due(self, work: SqlWork) -> int:
        now, rules = self.clock.now(), self.house.rules()
        rows = outbox.claim(work, now, 100)
        for row in rows:
            if put_off(work, rules, row, now):
                continue
            prepared = prepare(work, rules, self.house.texts, row, now)
            if prepared is None:
                outbox.cancelled(work, row.id, now)
                continue
            self._say(prepared)
            if prepared.form in (Form.CONFIRM, Form.PASTE):
                outbox.asked(work, row.id, now, prepared.form, prepared.task_id)
            else:
                outbox.sent(work, row.id, now, prepared.form)
                after_sent(work, rules, row, now)
            self._answer_doubt(work, prepared, now)
        for row in outbox.to_withdraw(work):
            outbox.withdrawn(work, row.id)
        return len(rows)

    def _answer_doubt(self, work: SqlWork, prepared: Prepared, now: datetime) -> None:
        """Doubt cards are answered at once by who gets the first one, as the run was told."""
        ticket, person = prepared.ticket, prepared.person
        if self.answer is Answer.NONE or ticket is None or person is None or prepared.row.say.event not in _DOUBTS:
            return
        if ticket.id in self._doubted:
            return
        self._doubted.add(ticket.id)
        act = danger.do_confirm if self.answer is Answer.TRUE else danger.do_lower
        act(work, self.house.rules(), now, work.get_ticket(ticket.id), person, because=f"answer:{self.answer.value}")

    # messages -----------------------------------------------------------------
    def hear(self, incoming: Incoming) -> None:
        """Walk to the message's time, then decide it."""
        self.walk_to(incoming.at)
        read = self.decider.read(incoming)
        if incoming.kind is MessageKind.CONFIRM or (incoming.action is not None and incoming.action.key == "pasted"):
            decision = self.store.run(lambda work: self._press(work, incoming))
            self.heard[incoming.id] = Heard(incoming.id, decision, decision, incoming.at)
            return
        now = self.clock.now()
        decided = self.store.run(lambda work: self.decider.decide_batch(work, [read], now, strict=True))
        for one in decided:
            self.decider.settle(one)
            self._note(one, incoming.at)

    def _note(self, decided: Decided, at: datetime) -> None:
        decision = decided.decision
        self.heard[decision.message] = Heard(decision.message, decision, decision, at)
        for message, act, ticket_id, number in decided.amended:
            earlier = self.heard.get(message)
            if earlier is not None:
                earlier.last = replace(earlier.last, act=act, ticket=number, ticket_id=ticket_id)

    def _press(self, work: SqlWork, incoming: Incoming) -> Decision:
        """The owner confirms, or the grid member has pasted: the group's oldest waiting send has now been said."""
        now = self.clock.now()
        row = oldest_asked(work, incoming.group) if incoming.group else None
        if row is not None:
            prepared = prepare(work, self.house.rules(), self.house.texts, row, now)
            press(work, self.house.rules(), row, now)
            if prepared is not None:
                self._say(replace(prepared, form=Form.DIRECT, asked=None))
        return Decision(incoming.id, heard=True, act=Act.COMMAND)

    # output -------------------------------------------------------------------
    def _say(self, prepared: Prepared) -> None:
        say = prepared.row.say
        if say.event in _SILENT_EVENTS:
            return
        line: dict[str, Any] = {"at": self.clock.now().isoformat()}
        if prepared.form is Form.DIRECT and prepared.group is not None:
            line["group"] = prepared.group.id
        else:
            told: Person | None = prepared.asked or prepared.person
            line["to"] = told.id if told else None
        line |= {
            "form": prepared.form.value, "kind": say.kind.value, "lane": say.lane.value, "text": prepared.rendered.text,
            "ticket": prepared.ticket.number if prepared.ticket else None, "because": say.because,
        }
        self.said.append(line)

    def decisions(self) -> Iterator[dict[str, Any]]:
        """One line per input message, in input order; `ticket` is where the message lies at the end."""

        def lies_in(work: SqlWork) -> dict[str, tuple[int, str]]:
            found: dict[str, tuple[int, str]] = {}
            for message in self.heard:
                ticket_id = work.ticket_of_message(message)
                if ticket_id is not None:
                    found[message] = (ticket_id, work.get_ticket(ticket_id).number)
            return found

        where = self.store.run(lies_in)
        for heard in self.heard.values():
            first, last = heard.first, heard.last
            lying = where.get(heard.message)
            line = {"id": heard.message, **_decision_line(last, lying[1] if lying else None)}
            line["first"] = {
                "at": heard.at.isoformat(), "act": first.act, "urgency": first.urgency, "ticket": first.ticket,
            } if first.heard else None
            yield line

    def tickets(self) -> list[dict[str, Any]]:
        """Every ticket ever opened, in order of opening."""
        return self.store.run(_ticket_lines)

    def finish(self, until: datetime) -> None:
        """Walk on to the end of the run."""
        self.walk_to(until)


def _next_moment(work: SqlWork) -> datetime | None:
    moments = (work.next_due(), work.next_agenda(), outbox.next_waiting(work))
    return min((moment for moment in moments if moment is not None), default=None)


def _decision_line(decision: Decision, ticket: str | None) -> dict[str, Any]:
    if not decision.heard:
        empty = ("act", "ticket", "category", "urgency", "place", "confidence", "reasons")
        return {"heard": False, **dict.fromkeys(empty)}
    return {
        "heard": True,
        "act": decision.act,
        "ticket": ticket,
        "category": decision.category,
        "urgency": decision.urgency,
        "place": decision.place,
        "confidence": decision.confidence,
        "reasons": [{"rule": r.rule, "words": r.words, "weight": r.weight} for r in decision.reasons],
    }


def _ticket_lines(work: SqlWork) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for ticket_id in itertools.count(1):
        try:
            ticket = work.get_ticket(ticket_id)
        except LookupError:
            return lines
        lines.append(_ticket_line(work, ticket))
    return lines


def _ticket_line(work: SqlWork, ticket: Ticket) -> dict[str, Any]:
    head = work.get_ticket(ticket.merged_into).number if ticket.merged_into is not None else None
    return {
        "ticket": ticket.number,
        "kind": ticket.kind,
        "category": ticket.category,
        "urgency": ticket.urgency,
        "danger": ticket.danger,
        "doubt": ticket.doubt,
        "group": ticket.group,
        "groups": list(ticket.groups),
        "place": ticket.place,
        "messages": [m.id for m in work.messages(ticket.id)],
        "voices": work.voices(ticket.id),
        "opened": ticket.opened_at.isoformat(),
        "status": ticket.status,
        "outcome": ticket.outcome,
        "unit": ticket.unit,
        "owner": ticket.owner if ticket.status is not Status.MERGED else None,
        "summary": ticket.summary,
        "merged_into": head,
        "history": [
            {"at": line.at.isoformat(), "what": line.what, "by": line.by, "to": line.to} for line in work.history(ticket.id)
        ],
    }


def write_lines(path: Path, lines: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> None:
    """JSON lines, `\\n` at the end of each."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def run(
    house: House, messages: list[Incoming], out: Path, *, until: datetime | None = None, answer: Answer = Answer.NONE
) -> dict[str, int]:
    """Replay messages into `out`; gives counts. Raises ReplayError where there is nothing to replay."""
    if not messages:
        raise ReplayError("没有可重放的消息。")
    out.mkdir(parents=True, exist_ok=True)
    salts = (f"{n:032x}" for n in itertools.count(1))
    with tempfile.TemporaryDirectory() as folder, Store.open(
        f"sqlite:///{folder}/replay.db", durable=False, salt=lambda: next(salts)
    ) as store:
        store.migrate()
        replay = Replay(house, store, messages[0].at, answer)
        for incoming in messages:
            if until is not None and incoming.at > until:
                break
            replay.hear(incoming)
        replay.finish(until or messages[-1].at)
        write_lines(out / "decisions.jsonl", replay.decisions())
        tickets = replay.tickets()
        write_lines(out / "tickets.jsonl", tickets)
        write_lines(out / "said.jsonl", replay.said)
    return {"messages": len(replay.heard), "tickets": len(tickets), "said": len(replay.said)}


