"""To residents and heads in their own chats (微信客服, 公众号): in the callback's reply where that waits, else within what the
last word of theirs allows. What may not be sent waits a day for their next word, then the grid office sees it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.channels import kf, mp
from bot.channels.kf import KfMouth, Page
from bot.channels.kf_messages import KF_WELCOME, SEND_FAILED
from bot.channels.mp import MpMouth
from bot.channels.mp_messages import MP_PASSIVE
from bot.channels.outcomes import Failed, Limited, Outcome, Sent
from bot.channels.passive import PassiveAnswer, PassiveAnswers
from bot.messages import Button, Incoming, MessageKind, Outgoing
from registry.terms import Lane, Said
from storage import inbox, outbox, resident_rows
from storage.outbox import OutboxRow
from storage.resident_rows import NO_WORD
from storage.store import Store
from storage.work import SqlWork
from tickets.alarming import tell_office
from tickets.model import Ticket
from tickets.resident import Resident
from tickets.work import Rules

#: How long a sentence waits for the resident's next word before the office sees that it can't be said.
WAITS = timedelta(hours=24)
#: The answers to a rating question, as a menu.
_RATINGS = (Button("rate_good", "好了"), Button("rate_bad", "还没好"))
#: Sentences that carry the address of the ticket's page.
_WITH_PAGE = frozenset({"receipt", "answer.status", "status.accepted"})
#: WeChat's reasons for a message that it took and did not deliver (path/94670): too late, too many.
_LATE_OR_MANY = frozenset({"4", "6"})


class LiveAlone:
    """`page_of` gives the address of a ticket's page by its full number; None where the county has not published one."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], *, kf_mouth: KfMouth | None, mp_mouth: MpMouth | None,
        passive: PassiveAnswers | None = None, page_of: Callable[[str], str] | None = None,
    ) -> None:
        self._store, self._now = store, now
        self._kf, self._mp, self._passive, self._page_of = kf_mouth, mp_mouth, passive, page_of

    async def send(self, row: OutboxRow, ticket: Ticket | None, outgoing: Outgoing) -> Outcome:
        """Say one sentence to one person."""
        person = outgoing.person or ""
        resident = await self._store.read(lambda work: work.resident(person))
        if resident is None:
            return Failed(0, "这个人没有企业微信账号，也没有跟小格私聊过，发不到。")
        outgoing = replace(outgoing, outside=resident.external, text=self._with_page(row, ticket, outgoing.text),
                           buttons=_RATINGS if row.say.kind is Said.ASK_RATING else ())
        answered = await self._answered(outgoing)
        if answered is not None:
            return answered
        if (resident.channel == "kf" and self._kf is None) or (resident.channel == "mp" and self._mp is None):
            return Failed(0, "微信客服或公众号已停用，发不到居民的私聊。")
        if not await self._store.unit(partial(resident_rows.take_turn, person=person, now=self._now()), writer="sender"):
            return self._waits(row)
        outcome = await self._push(resident, outgoing)
        if isinstance(outcome, Failed) and outcome.code in kf.NO_TURN | mp.NO_TURN:
            await self._store.unit(partial(resident_rows.no_turn_left, person=person), writer="sender")
            return self._waits(row)
        return outcome

    async def _push(self, resident: Resident, outgoing: Outgoing) -> Outcome:
        if resident.channel == "kf" and self._kf is not None:
            return await self._kf.send(resident.account, outgoing)
        if self._mp is not None:
            return await self._mp.send(outgoing)
        return Failed(0, "公众号已停用，发不到居民的私聊。")

    async def _answered(self, outgoing: Outgoing) -> Outcome | None:
        """By the one-use way back, which uses up no turn; None where there is none or it has ended."""
        way = outgoing.reply
        if way is None:
            return None
        outcome: Outcome | None = None
        if way.kind == KF_WELCOME and self._kf is not None:
            outcome = await self._kf.welcome(way.ref, outgoing)
        elif way.kind == MP_PASSIVE and self._passive is not None and not outgoing.buttons:
            fits = len(outgoing.text.encode()) <= mp.TEXT_BYTES
            outcome = Sent() if fits and self._passive.put(way.ref, PassiveAnswer("text", outgoing.text)) else None
        return outcome if isinstance(outcome, Sent) else None

    def _waits(self, row: OutboxRow) -> Outcome:
        """Nothing more may be sent until the resident says something. What is pressing waits for nobody: somebody else
        must tell him."""
        age = self._now() - row.created_at
        if row.say.lane in (Lane.DANGER, Lane.URGENT) or age >= WAITS:
            return Failed(kf.OVER_COUNT, "这位居民现在收不到微信消息（48 小时内没说话，或已发满 5 条），请网格员打电话或上门告诉他。")
        return Limited((WAITS - age).total_seconds(), waits_for=NO_WORD)

    def _with_page(self, row: OutboxRow, ticket: Ticket | None, text: str) -> str:
        if self._page_of is None or ticket is None or ticket.is_private or row.say.event not in _WITH_PAGE:
            return text
        return f"{text}\n看进度：{self._page_of(ticket.number)}"


def keep_page(work: SqlWork, page: Page, now: datetime) -> None:
    """What a reading of 微信客服 gave lies in the inbox, and the next begins after it; a message kept before changes
    nothing."""
    inbox.put_many(work, [(key, incoming.channel, body.decode("ascii"), now) for key, incoming, body in page.heard])
    resident_rows.set_cursor(work, page.account, page.cursor, now)


def note_undelivered(work: SqlWork, rules: Rules, incoming: Incoming, now: datetime) -> None:
    """WeChat took a message and did not deliver it: it waits for the resident's next word, or the office sees it."""
    action = incoming.action
    if incoming.kind is not MessageKind.SYSTEM or action is None or action.key != SEND_FAILED:
        return
    number = kf.row_of(action.task_id)
    try:
        row = outbox.get(work, number) if number is not None else None
    except LookupError:
        return
    if row is None or row.state != "sent" or row.say.person is None:
        return
    fail_type: Sequence[str] = action.choices.get("fail_type", ())
    if set(fail_type) & _LATE_OR_MANY and row.say.lane not in (Lane.DANGER, Lane.URGENT):
        resident_rows.no_turn_left(work, row.say.person)
        outbox.again(work, row.id, now, max(row.created_at + WAITS, now), NO_WORD)
        return
    outbox.failed(work, row.id, now, f"failed:{fail_type[0] if fail_type else 0}")
    ticket = work.get_ticket(row.say.ticket) if row.say.ticket is not None else None
    tell_office(work, rules, now, "alarm.send_failed", because=f"row:{row.id}", ticket=ticket, args={"row": row.id})
