"""A row of the outbox as a line: what was told to whom, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.people import knows, official_name
from dashboard.terms import FORM, LANE, PRIVATE, SAID, SENDING, TIER, when
from registry.model import Person
from registry.registry import Registry
from tickets.model import Ticket


@dataclass(frozen=True, slots=True)
class SendRow:
    """`look` is a style name: good, wait, bad or off."""

    id: int
    what: str
    to: str
    state: str
    look: str
    lane: str
    at: str
    error: str
    ticket: str
    seen: bool


_HIDDEN = "收件人不显示"
_LOOK = {"sent": "good", "failed": "bad", "unclear": "bad", "cancelled": "off"}

#: What an error's class means for the office; the code itself stands behind it for the administrator.
_ERRORS = {
    "lease": "发送途中中断",
    "no_address": "没有登记群或人的外部编号",
    "off": "这个通道没有开",
}


def send_row(registry: Registry, row: Any, ticket: Ticket | None, me: Person, now: datetime) -> SendRow:
    """`row` is a `storage.outbox.OutboxRow`, `ticket` what it tells of. Who was told of a person danger would give its
    area away: only confidants see that (promise P13)."""
    say = row.say
    may_know = ticket is None or knows(registry, me, ticket)
    what = SAID[say.kind] + (f" · 第{say.step}次" if say.step else "")
    return SendRow(
        id=row.id,
        what=what if may_know else PRIVATE,
        to=_HIDDEN if not may_know else _to(registry, say.group, say.person, say.args.get("stands_for")),
        state=_state(row) if may_know else SENDING[row.state],
        look=_LOOK.get(row.state, "wait"),
        lane=LANE[say.lane],
        at=when(row.sent_at or row.asked_at or row.changed_at, now),
        error=_error(row.error),
        ticket=ticket.aloud if ticket else "",
        seen=row.seen_at is not None,
    )


def _to(registry: Registry, group_id: str | None, person_id: str | None, stands_for: str | None) -> str:
    if person_id:
        name = official_name(registry, person_id) or "已不在名册的人"
        # a head on WeChat gets no card: the grid member beside him does, with his name on it
        head = official_name(registry, stands_for)
        return f"{name}，请转告 {head}" if head else name
    group = registry.group(group_id) if group_id else None
    return f"{group.name}（{TIER[group.tier]}）" if group else "已不在名册的群"


def _state(row: Any) -> str:
    words = SENDING[row.state]
    if row.state == "asked" and row.form is not None:
        return f"等{FORM[row.form.value]}"
    return words


def _error(error: str | None) -> str:
    if not error:
        return ""
    return _ERRORS.get(error, f"代码 {error}")
