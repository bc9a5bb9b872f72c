"""Takes outbox rows, asks once whether they are still true, renders them, calls a channel, records the outcome.

`prepare` and `after_sent` are units of work that replay uses too; `Sender` is the loop of a live process.
"""

import asyncio
import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from bot.channels.outcomes import Failed, Limited, OnCard, Outcome, Partial, Retry, Sent, Unclear
from bot.messages import Outgoing, WayBack
from bot.texts import Context, Rendered, Texts
from registry.model import Group, Person
from registry.registry import Registry
from registry.terms import ClockKind, Form, Lane, Role, Said, Speaks, Status, Tier, What
from storage import card_codes, mass_send_rows, outbox
from storage.outbox import OutboxRow
from storage.store import Store
from storage.work import SqlWork
from tickets import rating
from tickets.alarming import tell_office
from tickets.correcting import first_words
from tickets.model import Ticket, ToSay
from tickets.quiet import waits_until
from tickets.rerouting import do_reroute
from tickets.telling import after_digest
from tickets.truth import still_true
from tickets.work import Rules

log = structlog.get_logger(__name__)

#: In a group where a person must press, these are for one person at once and not for the day's digest.
_SPOKEN_TO_ONE = frozenset({Said.ANSWER, Said.REFUSAL, Said.QUESTION, Said.HELP, Said.BINDING})
#: Events whose card shows the first report's words to those who act on it.
_WITH_WORDS = ("card.assigned", "card.person", "card.person_doubt", "card.missing", "card.danger", "card.doubt",
               "card.consult", "card.late", "card.reopened", "card.no_unit")
#: Events that quote why somebody asks for it, with the line where he said so.
_REASONS = {"extension.asked": What.EXTENDED, "unreasonable.asked": What.SET_ASIDE, "coord.shelved": What.SHELVED}
#: Sentences whose double would annoy and whose loss a person can mend: never repeated after an unclear send (R8).
_NEVER_TWICE = frozenset({Said.DIGEST, Said.ASK_RATING, Said.BRIEF})

#: A number by which WeCom may know a member; masked ones and landlines are none.
_MOBILE = re.compile(r"1[3-9]\d{9}")

#: `error` of a row that WeCom did not pass on to its group for the month's quota.
OVER_QUOTA = "over_quota"

#: What waits with a sentence whose destination takes no more just now. An answer may have a way back of its own.
_MAY_STAND_BEHIND = frozenset(Said) - _SPOKEN_TO_ONE - {Said.RECEIPT}

#: What counts against a group's budget of the hour. Danger, what is urgent, answers and questions never do.
_BUDGETED = frozenset({Said.RECEIPT, Said.STATUS, Said.ASSIGNED, Said.ASK_RATING})

#: How long a card can be changed by the code that came with it (path/90236).
CODE_LIFE = timedelta(hours=72)
#: After these the clicked card's buttons are still wanted: who calls to make sure says later what he found.
_LEAVES_BUTTONS = frozenset({"answer.calling"})
#: While a matter waits like this a refused click leaves the card as it is.
_STILL_ASKED = frozenset({Status.OPEN, Status.ASSIGNED})
#: What a group that has to act is told with buttons, where the AI bot tells it.
_WITH_BUTTONS_IN_GROUPS = frozenset({Said.ASSIGNED, Said.STEP})
#: The lines of a clicked card that speaks of no matter's state.
_NOTED, _OVER = "已记下", "已失效"
#: The line of a card whose text is not to be pasted any more.
_NOT_NEEDED = "不用发了"

#: Cards with the buttons that end a danger.
_ENDS_DANGER = frozenset({"card.danger", "card.person"})
#: What all who heard of a danger or a search are told at its end.
_ENDINGS = frozenset({"danger.ended", "danger.false_alarm", "missing.found"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row ready to leave. `asked` is who must press or paste where the form is confirm or paste."""

    row: OutboxRow
    form: Form
    rendered: Rendered
    ticket: Ticket | None
    group: Group | None
    person: Person | None
    asked: Person | None = None
    request: Rendered | None = None
    """What the person who must press or paste is shown; `rendered` is what the group will read."""
    group_card: Rendered | None = None
    """Title and buttons with which a group may be told it by the AI bot; the words are `rendered`'s."""
    next_card: Rendered | None = None
    """Where cards are refreshed: what the owner's own turn into, with the buttons of what he may do next."""

    @property
    def task_id(self) -> str:
        """The card's id: the ticket and the row, unique for ever."""
        return f"t{self.ticket.id if self.ticket else 0}-{self.row.id}"


def prepare(work: SqlWork, rules: Rules, texts: Texts, row: OutboxRow, now: datetime) -> Prepared | None:
    """Still true? Then the sentence in its form; None where it no longer is, or nobody is there to hear it."""
    say = row.say
    ticket = work.get_ticket(say.ticket) if say.ticket is not None else None
    if not still_true(say.still, ticket, say.round):
        return None
    registry = rules.registry
    group = registry.group(say.group) if say.group else None
    person = registry.person(say.person) or _resident(work, say.person) if say.person else None
    if group is None and person is None:
        return None
    if say.event == "cards.refresh":
        return Prepared(row, Form.CARD, Rendered(texts.state_line(ticket, registry) if ticket else ""), ticket, None, person,
                        next_card=_next_card(texts, registry, ticket, now))
    context = Context(
        ticket=ticket,
        tickets={i: work.get_ticket(i) for i in _tickets_named(say, ticket)},
        args={**say.args, **_moment_args(work, say, ticket)},
        registry=registry,
        now=now,
        group=group,
        person=person,
        words=_words(work, say, ticket),
    )
    rendered = texts.render(say.event, context)
    if not rendered.text:
        return None
    if person is not None:
        return Prepared(row, Form.CARD, rendered, ticket, None, person)
    assert group is not None
    speaks = registry.speaks(group.id) or Speaks.PASTE
    if speaks is Speaks.DIRECT:
        return Prepared(row, Form.DIRECT, rendered, ticket, group, None, group_card=_group_card(texts, context))
    if speaks is Speaks.CONFIRM and say.kind not in _SPOKEN_TO_ONE and may_mass_send(work, row, group.id, now):
        owner = registry.person(group.owner) if group.owner else None
        return Prepared(row, Form.CONFIRM, rendered, ticket, group, None, owner,
                        _request(texts, "confirm.send", context, rendered, owner))
    paster = registry.grid_member_of(group.area) or (registry.person(group.owner) if group.owner else None)
    if paster is None:
        return None
    return Prepared(row, Form.PASTE, rendered, ticket, group, None, paster,
                    _request(texts, "paste.send", context, rendered, paster))


def _resident(work: SqlWork, person: str) -> Person | None:
    """Somebody who is in no registry and speaks with the bot alone."""
    return Person(id=person, name="居民", role=Role.RESIDENT) if work.resident(person) is not None else None


def _mobiles(registry: Registry, people: Sequence[str]) -> tuple[str, ...]:
    """Numbers by which a webhook can @ those whose userid is not registered."""
    unknown = [person for one in people if (person := registry.person(one)) and registry.identity(one, "wecom") is None]
    return tuple(person.phone for person in unknown if person.phone and _MOBILE.fullmatch(person.phone))


def may_mass_send(work: SqlWork, row: OutboxRow, group: str, now: datetime) -> bool:
    """Whether the group can still have a mass send: in a month as many as the month has days (path/92135), the last of
    them for danger. What WeCom has refused is pasted."""
    if row.error == OVER_QUOTA:
        return False
    left = monthrange(now.year, now.month)[1] - mass_send_rows.sent_in_month(work, group, now)
    return left >= (1 if row.say.lane is Lane.DANGER else 2)


def put_off(work: SqlWork, rules: Rules, row: OutboxRow, now: datetime) -> bool:
    """What is not urgent and would leave in the quiet hours waits for their end, and what is over its group's budget of
    the hour for the group's digest; True where it does."""
    ticket = work.get_ticket(row.say.ticket) if row.say.ticket is not None else None
    until = waits_until(rules, ticket, row.say, now)
    if until is not None:
        outbox.put_off(work, row.id, until)
    elif _is_over_budget(work, rules, row.say, now):
        outbox.to_digest(work, row.id, after_digest(rules, now))
    else:
        return False
    return True


def _is_over_budget(work: SqlWork, rules: Rules, say: ToSay, now: datetime) -> bool:
    """Whether a group that is spoken to directly has heard its budget of normal sentences within the hour."""
    if say.group is None or say.lane is not Lane.NORMAL or say.kind not in _BUDGETED:
        return False
    if rules.registry.speaks(say.group) is not Speaks.DIRECT:
        return False
    lately = outbox.told_lately(work, say.group, _BUDGETED, now - timedelta(hours=1))
    return lately >= rules.policy.say.budget_per_group_per_hour


def _next_card(texts: Texts, registry: Registry, ticket: Ticket | None, now: datetime) -> Rendered | None:
    """The card of whoever has accepted, with 办结, 退回, 转办 …; None while nobody has."""
    owner = registry.person(ticket.owner) if ticket is not None and ticket.owner else None
    if ticket is None or owner is None or ticket.status is not Status.ACCEPTED:
        return None
    rendered = texts.render("answer.accepted", Context(ticket, {}, {"by": owner.id}, registry, now, None, owner))
    return rendered if rendered.buttons else None


def _group_card(texts: Texts, context: Context) -> Rendered | None:
    """The buttons of an assigned matter for the group that is to take it; None for what nobody has to take."""
    ticket, group = context.ticket, context.group
    if ticket is None or group is None or group.tier is Tier.BASIC or ticket.is_private or ticket.in_danger:
        return None
    if ticket.status is not Status.ASSIGNED:
        return None
    return texts.render("card.assigned", replace(context, group=None, person=None))


def _request(texts: Texts, event: str, context: Context, rendered: Rendered, asked: Person | None) -> Rendered:
    """What the owner or grid member is asked to do with a group's sentence."""
    args = {"group": context.group.id if context.group else None, "text": rendered.text}
    return texts.render(event, replace(context, args=args, group=None, person=asked))


def _tickets_named(say: ToSay, ticket: Ticket | None) -> set[int]:
    """The tickets that a sentence speaks of beside its own."""
    named = {i for i in say.args.get("tickets", ()) if isinstance(i, int)}
    named |= {row["ticket"] for row in say.args.get("rows", ()) if isinstance(row.get("ticket"), int)}
    return named | ({ticket.merged_into} if ticket is not None and ticket.merged_into is not None else set())


def _moment_args(work: SqlWork, say: ToSay, ticket: Ticket | None) -> dict[str, Any]:
    """Facts of the moment of telling: the step of the row, and for a status the limit that runs."""
    found: dict[str, Any] = {"step": say.step} if say.step else {}
    if say.event == "answer.status" and ticket is not None:
        clocks = work.clocks(ticket.id)
        clock = clocks.get(ClockKind.ACCEPT) or clocks.get(ClockKind.DONE)
        if clock is not None:
            found["due_at"] = clock.limit_at.isoformat()
    return found


def _words(work: SqlWork, say: ToSay, ticket: Ticket | None) -> str | None:
    """The words that a sentence quotes: an official's own, or the first report's on a card for those who act."""
    if say.event == "answer.announcement":
        return work.get_announcement(int(say.args["announcement"])).words
    if say.event.startswith("emergency."):
        return work.office_words(int(say.args["line"]))
    if say.event == "card.handover":
        return "；".join(words for note in say.args["notes"] if (words := work.note_words(int(note))))
    if ticket is None:
        return None
    if "line" in say.args:
        # An official's own words, of the line that led to the sentence.
        return work.line_words(ticket.id, int(say.args["line"])) if say.args["line"] is not None else None
    if say.event in _REASONS:
        lines = [line for line in work.history(ticket.id) if line.what is _REASONS[say.event]]
        return next((words for line in reversed(lines) if (words := work.line_words(ticket.id, line.line))), None)
    if say.event == "card.returned":
        lines = [line for line in work.history(ticket.id) if line.what is What.RETURNED]
        return work.line_words(ticket.id, lines[-1].line) if lines else None
    if say.event in _WITH_WORDS:
        return first_words(work, ticket)
    return None


def after_sent(work: SqlWork, rules: Rules, row: OutboxRow, now: datetime) -> None:
    """What follows from a sentence having reached people: the rating question starts its clock."""
    told = [row, *outbox.children(work, row.id)] if row.say.kind is Said.DIGEST else [row]
    for one in told:
        if one.say.kind is Said.ASK_RATING and one.say.ticket is not None:
            rating.do_reached(work, rules, now, work.get_ticket(one.say.ticket))


def press(work: SqlWork, rules: Rules, row: OutboxRow, now: datetime) -> None:
    """The owner pressed, or the grid member pasted."""
    outbox.sent(work, row.id, now)
    after_sent(work, rules, row, now)


def _paste_instead(work: SqlWork, row: OutboxRow, now: datetime) -> None:
    """The owner pressed and WeCom did not pass it on: the group has had its mass sends of the month."""
    if row.say.parent is None:
        outbox.again(work, row.id, now, now, OVER_QUOTA)


def pasted(work: SqlWork, rules: Rules, task_id: str, now: datetime) -> None:
    """已转发 on a card: what it carried has been said in its group. A second click finds nothing left to do."""
    for row in outbox.by_task(work, task_id):
        if row.state == "asked" and row.form is Form.PASTE:
            press(work, rules, row, now)


def oldest_asked(work: SqlWork, group: str) -> OutboxRow | None:
    """The group's oldest send that waits for its owner."""
    # What a digest tells is pressed with the digest.
    waiting = [row for row in outbox.asked_rows(work) if row.say.group == group and row.say.parent is None]
    return min(waiting, key=lambda row: (row.asked_at or row.created_at, row.id)) if waiting else None


def _note_clicked(work: SqlWork, on_card: OnCard) -> None:
    """An answer changed the clicked card: its code is used up, and perhaps no button is left on it."""
    if on_card.code:
        card_codes.spend(work, on_card.code)
    if on_card.settled:
        for row in outbox.by_task(work, on_card.task_id):
            outbox.settled(work, row.id)


def keep_click_code(work: SqlWork, way: WayBack, now: datetime) -> None:
    """A click on one of our cards brought one more code by which it can be changed."""
    rows = outbox.by_task(work, way.card)
    if rows:
        card_codes.keep(work, rows[-1].id, way.ref, way.until, now)


class Alone(Protocol):
    """The way to residents and heads who speak with the bot alone (微信客服, 公众号)."""

    async def send(self, row: OutboxRow, ticket: Ticket | None, outgoing: Outgoing) -> Outcome: ...


class Doors(Protocol):
    """What the sender needs of the channels that are switched on. Each call ends in an Outcome, never in an exception."""

    async def to_person(self, outgoing: Outgoing) -> Outcome: ...

    async def to_group(self, outgoing: Outgoing, group: Group) -> Outcome: ...

    async def ask_owner(self, outgoing: Outgoing, group: Group, owner: str, request: str) -> Outcome: ...

    async def cancel_task(self, task: str) -> Outcome: ...

    async def task_is_done(self, task: str, owner: str) -> bool: ...

    async def groups_refused(self, task: str, owner: str) -> frozenset[str]: ...

    async def update_card(self, outside: str, code: str, said: str, card: Outgoing | None = None) -> Outcome: ...


def _card_now(prepared: Prepared, sent: OutboxRow) -> Outgoing | None:
    """What a sent card of the owner turns into; None: its buttons give way to a line."""
    shown = prepared.next_card
    if shown is None or prepared.ticket is None or sent.say.person != prepared.ticket.owner:
        return None
    return Outgoing(
        row=sent.id, kind=sent.say.kind, form=Form.CARD, lane=sent.say.lane, text=shown.text, group=None, person=sent.say.person,
        outside="", title=shown.title, facts=shown.facts, buttons=shown.buttons, task_id=f"t{prepared.ticket.id}-{sent.id}",
        mentions=(), mark=sent.mark,
    )


class Ways:
    """The one-use ways back to messages just heard, until they end. In memory: after a restart sentences are pushed."""

    def __init__(self) -> None:
        self._ways: dict[str, WayBack] = {}

    def keep(self, message: str, way: WayBack) -> None:
        self._ways[message] = way

    def take(self, message: str | None, now: datetime) -> WayBack | None:
        """The way back to a message, used up by this; None where there is none or it has ended."""
        self._ways = {key: way for key, way in self._ways.items() if way.until > now}
        return self._ways.pop(message, None) if message else None


class Sender:
    """The loop that empties the outbox through the doors."""

    def __init__(
        self, store: Store, rules: Callable[[], Rules], texts: Texts, doors: Doors, ways: Ways, now: Callable[[], datetime],
        lanes: Sequence[Lane] = outbox.LANES, alone: Alone | None = None,
    ) -> None:
        self._store, self._rules, self._texts = store, rules, texts
        self._doors, self._ways, self._now, self._lanes = doors, ways, now, lanes
        self._alone = alone

    async def run_once(self) -> int:
        """Claim, prepare, call, record; gives how many rows were taken. One row for each destination, so that their order
        is kept (P9)."""
        taken = await self._store.unit(self._claim, writer="sender")
        if taken:
            await asyncio.gather(*(self._send_and_record(prepared) for prepared in taken))
        withdrawn = await self._withdraw() if Lane.NORMAL in self._lanes else 0
        return len(taken) + withdrawn

    def _claim(self, work: SqlWork) -> list[Prepared]:
        now, rules = self._now(), self._rules()
        for row in outbox.unclear_rows(work):
            if row.error == "lease" and row.say.lane in self._lanes:
                # Whoever held it died between claim and answer: it may or may not have left.
                self._after_unclear(work, rules, row, now)
        ready: list[Prepared] = []
        taken: set[str] = set()
        for row in outbox.claim(work, now, lanes=self._lanes):
            destination = row.say.group or row.say.person or ""
            if destination in taken:
                # One at a time for each destination: a row that waits for its turn here would count as unclear after
                # a crash though nobody ever called.
                outbox.put_back(work, row.id)
                continue
            if put_off(work, rules, row, now):
                continue
            prepared = prepare(work, rules, self._texts, row, now)
            if prepared is None:
                outbox.cancelled(work, row.id, now)
            else:
                taken.add(destination)
                ready.append(prepared)
        return ready

    async def _send_and_record(self, prepared: Prepared) -> None:
        outcome = await self._send(prepared)
        await self._store.unit(partial(self._record, prepared=prepared, outcome=outcome), writer="sender")

    async def _send(self, prepared: Prepared) -> Outcome:
        if prepared.row.say.event == "cards.refresh":
            return await self._refresh(prepared)
        registry = self._rules().registry
        if prepared.form is Form.CARD:
            assert prepared.person is not None
            outside = registry.identity(prepared.person.id, "wecom")
            if outside is None and self._alone is not None:
                return await self._alone.send(prepared.row, prepared.ticket, self._outgoing(prepared, ""))
            if outside is None:
                return Failed(0, f"{prepared.person.name}没有登记企业微信账号，发不出卡片。")
            return await self._doors.to_person(self._outgoing(prepared, outside))
        assert prepared.group is not None
        if prepared.form is Form.DIRECT:
            return await self._doors.to_group(self._outgoing(prepared, ""), prepared.group)
        outside = registry.identity(prepared.asked.id, "wecom") if prepared.asked else None
        if outside is None:
            return Failed(0, f"{prepared.group.name}没有能按确认或转发的人，请在登记表里补上。")
        if prepared.form is Form.CONFIRM:
            request = prepared.request.text if prepared.request else ""
            return await self._doors.ask_owner(self._outgoing(prepared, outside), prepared.group, outside, request)
        return await self._doors.to_person(self._outgoing(prepared, outside))

    def _outgoing(self, prepared: Prepared, outside: str) -> Outgoing:
        registry, say = self._rules().registry, prepared.row.say
        rendered = prepared.request if prepared.form is Form.PASTE and prepared.request else prepared.rendered
        shown = prepared.group_card if say.kind in _WITH_BUTTONS_IN_GROUPS and prepared.group_card else rendered
        mentioned = [registry.identity(person, "wecom") for person in rendered.mentions]
        reply_to = say.args.get("reply_to")
        return Outgoing(
            row=prepared.row.id, kind=say.kind, form=prepared.form, lane=say.lane, text=rendered.text,
            group=say.group, person=say.person, outside=outside, title=shown.title, facts=rendered.facts, buttons=shown.buttons,
            choices=shown.choices,
            task_id=prepared.task_id, mentions=tuple(outside_id for outside_id in mentioned if outside_id),
            mobiles=_mobiles(registry, rendered.mentions),
            mark=prepared.row.mark, reply=self._ways.take(reply_to if isinstance(reply_to, str) else None, self._now()),
            settled=self._settled_line(prepared),
        )

    def _settled_line(self, prepared: Prepared) -> str:
        """What stands in the place of a clicked card's buttons after this answer; "" while they are still of use."""
        say, ticket = prepared.row.say, prepared.ticket
        if say.event in _LEAVES_BUTTONS or say.kind is Said.QUESTION:
            return ""
        if say.kind is Said.REFUSAL and ticket is not None and ticket.status in _STILL_ASKED:
            return ""
        if say.event == "answer.noted" or ticket is None:
            return _OVER if say.kind is Said.REFUSAL else _NOTED
        return self._texts.state_line(ticket, self._rules().registry)

    async def _refresh(self, prepared: Prepared) -> Outcome:
        """Every card of the ticket that can still be changed shows the new state. While a danger runs its cards stay as
        they are: whoever has taken it, any official must find 危险解除 and 误报 at hand."""
        if prepared.ticket is None:
            return Sent()
        ticket_id, registry = prepared.ticket.id, self._rules().registry
        cards = await self._store.read(lambda work: outbox.cards_of(work, ticket_id))
        for card in cards:
            outside = registry.identity(card.say.person, "wecom") if card.say.person else None
            if prepared.ticket.in_danger and card.say.event in _ENDS_DANGER:
                continue
            if outside and card.form is Form.CARD and card.id < prepared.row.id:
                await self._refresh_card(prepared, card, outside)
        return Sent()

    async def _refresh_card(self, prepared: Prepared, card: OutboxRow, outside: str) -> None:
        """Change a card by a code that still holds; where none does, the person gets a new one that says what is so."""
        shown = _card_now(prepared, card)
        changed = False
        while not changed:
            code = await self._store.unit(partial(card_codes.take, row=card.id, now=self._now()), writer="sender")
            if code is None:
                break
            outcome = await self._doors.update_card(outside, code, prepared.rendered.text, shown)
            changed = not isinstance(outcome, Failed)
        await self._store.unit(partial(self._note_refreshed, prepared=prepared, card=card, shown=shown, changed=changed), writer="sender")

    def _note_refreshed(self, work: SqlWork, prepared: Prepared, card: OutboxRow, shown: Outgoing | None, changed: bool) -> None:
        if shown is None or not changed:
            outbox.settled(work, card.id)
        ticket = prepared.ticket
        if changed or ticket is None:
            return
        event = "changed" if shown is None else "answer.accepted"
        work.say(ToSay(kind=Said.CARD, event=event, lane=Lane.NORMAL, ticket=ticket.id, round=ticket.round,
                       because=f"row:{card.id}", person=card.say.person, args={"by": ticket.owner}), self._now())

    def _record(self, work: SqlWork, prepared: Prepared, outcome: Outcome) -> None:
        row, now, rules = prepared.row, self._now(), self._rules()
        match outcome:
            case Sent(msgid=msgid, response_code=code, on_card=on_card):
                if code:
                    card_codes.keep(work, row.id, code, now + CODE_LIFE, now)
                if on_card is not None:
                    _note_clicked(work, on_card)
                if prepared.form in (Form.CONFIRM, Form.PASTE):
                    outbox.asked(work, row.id, now, prepared.form, msgid if prepared.form is Form.CONFIRM else prepared.task_id)
                else:
                    lies = prepared.form is Form.CARD and bool(prepared.rendered.buttons) and on_card is None
                    outbox.sent(work, row.id, now, prepared.form, prepared.task_id if lies else None)
                    after_sent(work, rules, row, now)
            case Limited(retry_after=seconds, waits_for=reason) if reason:
                outbox.again(work, row.id, now, now + timedelta(seconds=seconds), reason)
            case Limited(retry_after=seconds):
                later = now + timedelta(seconds=max(seconds, 1.0))
                outbox.again(work, row.id, now, later, "limited")
                outbox.hold_behind(work, row, later, _MAY_STAND_BEHIND)
            case Retry(code=code_number) if row.attempts < 20:
                outbox.again(work, row.id, now, now + timedelta(seconds=min(2.0**row.attempts, 60.0)), f"retry:{code_number}")
            case Unclear():
                self._after_unclear(work, rules, row, now)
            case Retry(code=code_number) | Failed(code=code_number):
                outbox.failed(work, row.id, now, f"failed:{code_number}")
                log.warning("send_failed", row=row.id, kind=row.say.kind.value, code=code_number)
                self._alarm(work, rules, row, now)
            case Partial():
                outbox.failed(work, row.id, now, "failed:partial")
                self._alarm(work, rules, row, now)

    def _after_unclear(self, work: SqlWork, rules: Rules, row: OutboxRow, now: datetime) -> None:
        """By class (R8): once more with the same mark, or not at all and shown to a person."""
        if self._may_repeat(row):
            pause = 5 if row.say.lane in (Lane.DANGER, Lane.URGENT) else 60
            outbox.again(work, row.id, now, now + timedelta(seconds=pause), "unclear")
        else:
            outbox.unclear(work, row.id, now, "unclear")
            self._alarm(work, rules, row, now)

    @staticmethod
    def _may_repeat(row: OutboxRow) -> bool:
        """R8: a double alarm is better than none; a status once more; a digest or rating question not at all."""
        if row.say.kind in _NEVER_TWICE:
            return False
        return row.attempts < (4 if row.say.lane in (Lane.DANGER, Lane.URGENT) else 2)

    @staticmethod
    def _alarm(work: SqlWork, rules: Rules, row: OutboxRow, now: datetime) -> None:
        """What could not be sent is shown to the grid office at once and, where it is pressing, given to somebody else; an
        alarm that fails is only on the office's page."""
        if row.say.kind is Said.ALARM:
            return
        ticket = work.get_ticket(row.say.ticket) if row.say.ticket is not None else None
        if ticket is not None and row.say.lane in (Lane.DANGER, Lane.URGENT):
            do_reroute(work, rules, now, row.say)
        tell_office(work, rules, now, "alarm.send_failed", because=f"row:{row.id}", ticket=ticket, args={"row": row.id})

    async def _withdraw(self) -> int:
        """What stopped being true while it was asked: its task is cancelled and the owner's card says 「不用发了」."""
        rows = await self._store.read(outbox.to_withdraw)
        for row in rows:
            if row.say.parent is not None:
                await self._store.unit(partial(self._leave_digest, row=row), writer="sender")
                continue
            if row.task_ref and row.form is Form.CONFIRM:
                outcome = await self._doors.cancel_task(row.task_ref)
                if isinstance(outcome, Retry | Limited | Unclear):
                    continue
                if isinstance(outcome, Failed) and await self._was_pressed(row):
                    await self._store.unit(partial(self._left_all_the_same, row=row), writer="sender")
                    continue
            await self._take_back_card(row)
            await self._store.unit(partial(self._say_not_needed, row=row), writer="sender")
        return len(rows)

    async def _take_back_card(self, row: OutboxRow) -> None:
        """The card with a text to paste loses its button 已转发, where a code still holds."""
        group = self._rules().registry.group(row.say.group or "")
        paster = self._rules().registry.grid_member_of(group.area) if group is not None else None
        outside = self._rules().registry.identity(paster.id, "wecom") if paster is not None else None
        if row.form is not Form.PASTE or outside is None:
            return
        code = await self._store.unit(partial(card_codes.take, row=row.id, now=self._now()), writer="sender")
        if code is not None:
            await self._doors.update_card(outside, code, _NOT_NEEDED)

    async def _was_pressed(self, row: OutboxRow) -> bool:
        """Whether the owner had pressed before the task could be called off."""
        group = self._rules().registry.group(row.say.group or "")
        owner = self._rules().registry.identity(group.owner, "wecom") if group and group.owner else None
        return bool(owner and row.task_ref and await self._doors.task_is_done(row.task_ref, owner))

    def _left_all_the_same(self, work: SqlWork, row: OutboxRow) -> None:
        """The group has heard what was called off too late, so it hears of the end as all others did."""
        now = self._now()
        outbox.withdrawn(work, row.id)
        press(work, self._rules(), row, now)
        if row.say.ticket is None:
            return
        end = next((said.say for said in outbox.of_ticket(work, row.say.ticket) if said.id > row.id and said.say.event in _ENDINGS), None)
        if end is not None:
            work.say(replace(end, group=row.say.group, person=None, tier=row.say.tier), now)

    def _leave_digest(self, work: SqlWork, row: OutboxRow) -> None:
        """One thing of an asked digest is no longer true: the rest is still worth telling; with nothing left it is not."""
        outbox.withdrawn(work, row.id)
        parent = outbox.get(work, row.say.parent or 0)
        if parent.state == "asked" and all(child.state == "cancelled" for child in outbox.children(work, parent.id)):
            outbox.cancel_asked(work, parent.id, self._now())

    def _say_not_needed(self, work: SqlWork, row: OutboxRow) -> None:
        outbox.withdrawn(work, row.id)
        registry, group = self._rules().registry, self._rules().registry.group(row.say.group or "")
        if group is None:
            return
        asked = registry.person(group.owner) if row.form is Form.CONFIRM and group.owner else registry.grid_member_of(group.area)
        if asked is not None:
            work.say(ToSay(kind=Said.CARD, event="card.not_needed", lane=Lane.NORMAL, ticket=row.say.ticket,
                           because=f"row:{row.id}", person=asked.id, args={"group": group.id}), self._now())

    async def look_for_presses(self) -> int:
        """Ask WeCom which tasks their owners have pressed; gives how many were found."""
        rows = await self._store.read(lambda work: [r for r in outbox.asked_rows(work) if r.form is Form.CONFIRM])
        registry = self._rules().registry
        found = 0
        for task in dict.fromkeys(row.task_ref for row in rows if row.task_ref):
            mine = [row for row in rows if row.task_ref == task]
            group = registry.group(mine[0].say.group or "")
            owner = registry.identity(group.owner, "wecom") if group and group.owner else None
            if owner and group is not None and await self._doors.task_is_done(task, owner):
                found += len(mine)
                refused = group.addresses.get("customer") in await self._doors.groups_refused(task, owner)
                unit = partial(_paste_instead, now=self._now()) if refused else partial(press, rules=self._rules(), now=self._now())
                for row in mine:
                    await self._store.unit(partial(unit, row=row), writer="sender")
        return found


