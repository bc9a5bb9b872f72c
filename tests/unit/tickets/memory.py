"""`MemoryWork`: the desk's unit of work in plain dictionaries, for tests of use cases without a database.

It answers as `storage.work.SqlWork` does; `tests/integration/storage/test_same_answers.py` holds the two together.
"""

import copy
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from registry.terms import (
    WARNING_OF,
    Act,
    Category,
    ClockKind,
    DangerKind,
    Lane,
    Said,
    Status,
    TicketKind,
    Urgency,
    What,
)
from tickets.called_in import Supervision, Topic, Whistle
from tickets.duty_values import HandOverNote, Swap
from tickets.model import Announcement, Candidate, Clock, HistoryLine, Queued, Ticket, TicketMessage, ToSay
from tickets.office_log import OfficeLine, OfficeWhat
from tickets.resident import Resident

_SPOKEN_FOR = timedelta(days=300)
_CHINA = timezone(timedelta(hours=8))
_LANES = {lane: rank for rank, lane in enumerate((Lane.DANGER, Lane.URGENT, Lane.NORMAL, Lane.DIGEST))}
_VOICES = (Act.REPORT, Act.ECHO)
_LIMITS = (ClockKind.ACCEPT, ClockKind.DONE)


@dataclass(slots=True)
class Saying:
    """A queued sentence and what became of it."""

    id: int
    say: ToSay
    not_before: datetime
    state: str = "waiting"
    withdraw: bool = False


@dataclass(slots=True)
class _Tables:
    tickets: dict[int, Ticket] = field(default_factory=dict)
    messages: dict[str, TicketMessage] = field(default_factory=dict)
    history: dict[int, list[HistoryLine]] = field(default_factory=dict)
    line_words: dict[tuple[int, int], str] = field(default_factory=dict)
    clocks: dict[tuple[int, ClockKind], Clock] = field(default_factory=dict)
    steps: dict[tuple[int, int, int], Mapping[str, Any]] = field(default_factory=dict)
    whistles: dict[tuple[int, int, str], Whistle] = field(default_factory=dict)
    supervisions: list[Supervision] = field(default_factory=list)
    topics: dict[int, Topic] = field(default_factory=dict)
    outbox: list[Saying] = field(default_factory=list)
    numbers: dict[date, int] = field(default_factory=dict)
    announcements: dict[int, Announcement] = field(default_factory=dict)
    mutes: dict[str, datetime] = field(default_factory=dict)
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)
    identities: dict[tuple[str, str], str] = field(default_factory=dict)
    codes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    wrong_codes: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)
    overrides: dict[tuple[str, date, str], tuple[str, str]] = field(default_factory=dict)
    swaps: dict[int, Swap] = field(default_factory=dict)
    notes: dict[int, tuple[HandOverNote, str]] = field(default_factory=dict)
    take_overs: dict[tuple[str, date, str], tuple[str, ...]] = field(default_factory=dict)
    residents: dict[str, Resident] = field(default_factory=dict)
    strangers: dict[tuple[str, str | None, str | None], int] = field(default_factory=dict)
    agenda: dict[str, datetime] = field(default_factory=dict)
    office_log: list[OfficeLine] = field(default_factory=list)
    office_words: dict[int, str] = field(default_factory=dict)


class MemoryWork:
    """See `tickets.work.Work`. What a test wants to see lies in `tables`; `savepoint` undoes by copy."""

    def __init__(self) -> None:
        self.tables = _Tables()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is done inside is undone when it raises."""
        before = copy.deepcopy(self.tables)
        try:
            yield
        except BaseException:
            self.tables = before
            raise

    # what tests look at ---------------------------------------------------------
    @property
    def said(self) -> list[ToSay]:
        """Everything queued and not cancelled, in order."""
        return [row.say for row in self.tables.outbox if row.state != "cancelled"]

    @property
    def all_tickets(self) -> list[Ticket]:
        return list(self.tables.tickets.values())

    def mark(self, row: int, state: str) -> None:
        """Play the sender: a row, and what it tells beside itself, is now sending, asked, sent, failed …"""
        for one in self.tables.outbox:
            if row in (one.id, one.say.parent):
                one.state = state

    def add_binding_code(self, code: str, person: str, expires_at: datetime) -> None:
        self.tables.codes = {c: v for c, v in self.tables.codes.items() if v[0] != person}
        self.tables.codes[code] = (person, expires_at)

    # tickets ----------------------------------------------------------------
    def next_number(self, day: date) -> str:
        since = datetime.combine(day, time(), _CHINA) - _SPOKEN_FOR
        spoken = {t.aloud for t in self.all_tickets if t.is_open or _touched(t) >= since}
        while True:
            taken = self.tables.numbers[day] = self.tables.numbers.get(day, 0) + 1
            number = f"{day:%Y-%m%d}-{taken}"
            if number[5:] not in spoken:
                return number

    def add_ticket(self, ticket: Ticket) -> Ticket:
        if any(one.number == ticket.number for one in self.all_tickets):
            raise ValueError(f"number {ticket.number} is taken")
        added = replace(ticket, id=len(self.tables.tickets) + 1)
        self.tables.tickets[added.id] = added
        return added

    def save(self, ticket: Ticket) -> None:
        self.get_ticket(ticket.id)
        self.tables.tickets[ticket.id] = ticket

    def get_ticket(self, ticket_id: int) -> Ticket:
        if ticket_id not in self.tables.tickets:
            raise LookupError(f"no ticket {ticket_id}")
        return self.tables.tickets[ticket_id]

    def find_number(self, number: str, now: datetime) -> Ticket | None:
        if number.count("-") > 1:
            return next((t for t in self.all_tickets if t.number == number), None)
        found = [t for t in self.all_tickets if t.aloud == number]
        found = [t for t in found if t.is_open or _touched(t) >= now - _SPOKEN_FOR]
        return max(found, key=lambda t: (t.is_open, t.opened_at), default=None)

    def open_tickets(
        self,
        *,
        owner: str | None = None,
        unit: str | None = None,
        group: str | None = None,
        areas: Collection[str] | None = None,
        limit: int = 200,
    ) -> list[Ticket]:
        found = [
            ticket
            for ticket in self.all_tickets
            if ticket.is_open
            and (owner is None or ticket.owner == owner)
            and (unit is None or ticket.unit == unit)
            and (group is None or group in ticket.groups)
            and (areas is None or ticket.area in areas)
        ]
        return sorted(found, key=lambda t: (t.opened_at, t.id))[:limit]

    def candidates(
        self,
        *,
        areas: Collection[str],
        since: datetime,
        township: str | None = None,
        wide: Collection[Category] = (),
        wide_since: datetime | None = None,
        limit: int = 200,
    ) -> list[Candidate]:
        def near(ticket: Ticket) -> bool:
            return ticket.area in areas and (ticket.is_open or _touched(ticket) >= since)

        def far(ticket: Ticket) -> bool:
            return (
                township is not None
                and wide_since is not None
                and ticket.township == township
                and ticket.category in wide
                and ticket.last_at >= wide_since
            )

        found = [
            ticket
            for ticket in self.all_tickets
            if ticket.status not in (Status.MERGED, Status.EXCLUDED) and (near(ticket) or far(ticket))
        ]
        found.sort(key=lambda t: (t.last_at, t.id), reverse=True)
        return [self._candidate(ticket) for ticket in found[:limit]]

    def _candidate(self, ticket: Ticket) -> Candidate:
        messages = self.messages(ticket.id)
        telling = (Act.REPORT, Act.SUPPLEMENT, Act.COMMAND)
        return Candidate(
            ticket=ticket,
            messages=frozenset(message.id for message in messages),
            voices=frozenset(self.voices(ticket.id)),
            words=tuple(m.words for m in messages if m.words is not None and m.act in telling),
            alike=tuple((t.category, t.place) for t in self.all_tickets if t.merged_into == ticket.id),
        )

    # messages and voices ----------------------------------------------------
    def add_message(self, message: TicketMessage) -> bool:
        if message.id in self.tables.messages:
            return False
        self.get_ticket(message.ticket)
        self.tables.messages[message.id] = message
        return True

    def messages(self, ticket_id: int) -> list[TicketMessage]:
        return sorted((m for m in self.tables.messages.values() if m.ticket == ticket_id), key=lambda m: m.at)

    def ticket_of_message(self, message_id: str) -> int | None:
        message = self.tables.messages.get(message_id)
        return None if message is None else message.ticket

    def voices(self, ticket_id: int) -> list[str]:
        return list(dict.fromkeys(m.sender for m in self.messages(ticket_id) if m.act in _VOICES))

    def move_messages(self, source: int, target: int, ids: Collection[str] | None = None) -> None:
        for message in self.messages(source):
            if ids is None or message.id in ids:
                self.get_ticket(target)
                self.tables.messages[message.id] = replace(message, ticket=target)

    def change_message(self, message_id: str, act: Act, words: str | None) -> None:
        message = self.tables.messages.get(message_id)
        if message is not None:
            self.tables.messages[message_id] = replace(message, act=act, words=words)

    def erase_message(self, message_id: str) -> int | None:
        message = self.tables.messages.pop(message_id, None)
        for lines in self.tables.history.values():
            for line in lines:
                here = (line.ticket, line.line)
                same_words = (
                    message is not None
                    and message.words is not None
                    and line.ticket == message.ticket
                    and self.tables.line_words.get(here) == message.words
                )
                if line.facts.get("message") == message_id or same_words:
                    self.tables.line_words.pop(here, None)
        for announcement in self.tables.announcements.values():
            if announcement.message == message_id:
                self.tables.announcements[announcement.id] = replace(announcement, words="")
        return None if message is None else message.ticket

    # history ----------------------------------------------------------------
    def record(
        self,
        ticket_id: int,
        at: datetime,
        what: What,
        by: str | None,
        to: str | None = None,
        facts: Mapping[str, Any] | None = None,
        words: str | None = None,
    ) -> None:
        self.get_ticket(ticket_id)
        lines = self.tables.history.setdefault(ticket_id, [])
        kept = json.loads(json.dumps(dict(facts or {}), default=_plain))
        before = lines[-1].digest if lines else ""
        body = json.dumps([before, at.astimezone(UTC).isoformat(), what, by, to, kept], sort_keys=True)
        digest = hashlib.sha256(body.encode()).hexdigest()
        lines.append(HistoryLine(ticket_id, len(lines) + 1, at, what, by, to, kept, digest))
        if words is not None:
            self.tables.line_words[ticket_id, len(lines)] = words

    def history(self, ticket_id: int) -> list[HistoryLine]:
        return list(self.tables.history.get(ticket_id, []))

    def line_words(self, ticket_id: int, line: int) -> str | None:
        return self.tables.line_words.get((ticket_id, line))

    def anchor(self, at: datetime) -> int:
        """The chains of this fake are not anchored."""
        return 0

    # clocks -----------------------------------------------------------------
    def set_clock(self, clock: Clock) -> None:
        self.get_ticket(clock.ticket)
        self.tables.clocks[clock.ticket, clock.kind] = clock

    def stop_clocks(self, ticket_id: int, *kinds: ClockKind) -> None:
        warnings = tuple(WARNING_OF[kind] for kind in kinds if kind in WARNING_OF)
        for kind in (*kinds, *warnings) or tuple(ClockKind):
            self.tables.clocks.pop((ticket_id, kind), None)

    def clocks(self, ticket_id: int) -> dict[ClockKind, Clock]:
        return {kind: clock for (ticket, kind), clock in self.tables.clocks.items() if ticket == ticket_id}

    def due_clocks(self, now: datetime, limit: int = 100) -> list[Clock]:
        def order(clock: Clock) -> tuple[bool, datetime, int, str]:
            return not self.get_ticket(clock.ticket).in_danger, clock.due_at, clock.ticket, clock.kind.value

        return sorted((c for c in self.tables.clocks.values() if c.due_at <= now), key=order)[:limit]

    def next_due(self) -> datetime | None:
        return min((clock.due_at for clock in self.tables.clocks.values()), default=None)

    # steps ------------------------------------------------------------------
    def add_step(
        self, ticket_id: int, round_: int, step: int, at: datetime, ladder: ClockKind, rung: int,
        calls: Sequence[str], missing: Sequence[str],
    ) -> bool:
        self.get_ticket(ticket_id)
        if (ticket_id, round_, step) in self.tables.steps:
            return False
        self.tables.steps[ticket_id, round_, step] = {
            "at": at, "ladder": ladder, "rung": rung, "calls": tuple(calls), "missing": tuple(missing),
        }
        return True

    # whistles, supervisions, topics -------------------------------------------
    def put_whistle(self, whistle: Whistle) -> None:
        self.get_ticket(whistle.ticket)
        self.tables.whistles[whistle.ticket, whistle.round, whistle.unit] = whistle

    def whistles(self, ticket_id: int) -> list[Whistle]:
        found = [one for one in self.tables.whistles.values() if one.ticket == ticket_id]
        return sorted(found, key=lambda one: (one.round, one.at, one.unit))

    def add_supervision(self, supervision: Supervision) -> Supervision:
        self.get_ticket(supervision.ticket)
        added = replace(supervision, id=len(self.tables.supervisions) + 1)
        self.tables.supervisions.append(added)
        return added

    def save_supervision(self, supervision: Supervision) -> None:
        self.tables.supervisions = [supervision if one.id == supervision.id else one for one in self.tables.supervisions]

    def supervisions(self, ticket_id: int) -> list[Supervision]:
        return [one for one in self.tables.supervisions if one.ticket == ticket_id]

    def put_topic(self, topic: Topic) -> None:
        self.get_ticket(topic.ticket)
        self.tables.topics[topic.ticket] = topic

    def topic(self, ticket_id: int) -> Topic | None:
        return self.tables.topics.get(ticket_id)

    # outbox -----------------------------------------------------------------
    def say(self, row: ToSay, now: datetime) -> int:
        if row.ticket is not None:
            self.get_ticket(row.ticket)
        saying = Saying(len(self.tables.outbox) + 1, row, row.not_before or now)
        self.tables.outbox.append(saying)
        return saying.id

    def cancel(
        self,
        ticket_id: int,
        now: datetime,
        *,
        kinds: Collection[Said] | None = None,
        events: Collection[str] | None = None,
        lanes: Collection[Lane] | None = None,
    ) -> int:
        cancelled = 0
        for row in self.tables.outbox:
            if (
                row.say.ticket == ticket_id
                and row.state in ("waiting", "asked")
                and (kinds is None or row.say.kind in kinds)
                and (events is None or row.say.event in events)
                and (lanes is None or row.say.lane in lanes)
            ):
                row.withdraw = row.state == "asked"
                row.state = "cancelled"
                cancelled += 1
        return cancelled

    def carry_round(self, ticket_id: int, before: int, after: int) -> None:
        for row in self.tables.outbox:
            if row.say.ticket == ticket_id and row.say.round == before and row.state in ("waiting", "asked"):
                row.say = replace(row.say, round=after)

    def delay(self, ticket_id: int, kinds: Collection[Said], not_before: datetime) -> None:
        for row in self.tables.outbox:
            held = row.say.lane not in (Lane.DANGER, Lane.URGENT) and row.not_before < not_before
            if row.say.ticket == ticket_id and row.state == "waiting" and row.say.kind in kinds and held:
                row.not_before = not_before

    def told(self, ticket_id: int, lane: Lane) -> list[tuple[str | None, str | None]]:
        rows = [r.say for r in self.tables.outbox if r.state != "cancelled" and r.say.ticket == ticket_id]
        return list(dict.fromkeys((say.group, say.person) for say in rows if say.lane is lane))

    def queued(self, lane: Lane) -> list[Queued]:
        return [_briefly(r) for r in self.tables.outbox if r.state == "waiting" and r.say.lane is lane and _alone(r)]

    def gather(self, parent: int, rows: Collection[int]) -> int:
        gathered = [row for row in self.tables.outbox if row.id in rows and row.state == "waiting"]
        for row in gathered:
            row.say = replace(row.say, parent=parent)
        return len(gathered)

    def unpressed(self) -> list[Queued]:
        return [_briefly(row) for row in self.tables.outbox if row.state == "asked" and _alone(row)]

    def leaving(self, now: datetime) -> list[Saying]:
        """What a sender would take now, in its order."""
        rows = [r for r in self.tables.outbox if r.state == "waiting" and r.not_before <= now and _alone(r)]
        return sorted(rows, key=lambda r: (_LANES[r.say.lane], r.not_before, r.id))

    # announcements, mutes, bindings, agenda ---------------------------------
    def add_announcement(self, announcement: Announcement) -> Announcement:
        added = replace(announcement, id=len(self.tables.announcements) + 1)
        self.tables.announcements[added.id] = added
        return added

    def announcements(self, areas: Collection[str], at: datetime) -> list[Announcement]:
        return [
            one
            for one in self.tables.announcements.values()
            if one.area in areas
            and one.at <= at
            and (one.ends_at is None or one.ends_at > at - timedelta(hours=12))
        ]

    def get_announcement(self, announcement_id: int) -> Announcement:
        if announcement_id not in self.tables.announcements:
            raise LookupError(f"no announcement {announcement_id}")
        return self.tables.announcements[announcement_id]

    def save_announcement(self, announcement: Announcement) -> None:
        before = self.tables.announcements[announcement.id]
        self.tables.announcements[announcement.id] = replace(
            before, area=announcement.area, category=announcement.category, starts_at=announcement.starts_at,
            ends_at=announcement.ends_at, ticket=announcement.ticket,
        )

    def log_office(
        self, at: datetime, what: OfficeWhat, by: str | None, facts: Mapping[str, Any], words: str | None = None
    ) -> int:
        line = OfficeLine(len(self.tables.office_log) + 1, at, what, by, json.loads(json.dumps(dict(facts))))
        self.tables.office_log.append(line)
        if words is not None:
            self.tables.office_words[line.id] = words
        return line.id

    def office_log(self, whats: Collection[OfficeWhat], limit: int = 50) -> list[OfficeLine]:
        return [line for line in reversed(self.tables.office_log) if line.what in whats][:limit]

    def office_words(self, line: int) -> str | None:
        return self.tables.office_words.get(line)

    def mute(self, group: str, until: datetime | None) -> None:
        if until is None:
            self.tables.mutes.pop(group, None)
        else:
            self.tables.mutes[group] = until

    def muted_until(self, group: str) -> datetime | None:
        return self.tables.mutes.get(group)

    def bind_address(self, group: str, ear: str, external: str, by: str | None, at: datetime) -> None:
        _bind(self.tables.addresses, group, ear, external)
        for key in [key for key in self.tables.strangers if key[:2] == (ear, external)]:
            del self.tables.strangers[key]

    def bind_identity(self, person: str, channel: str, external: str, by: str | None, at: datetime) -> None:
        _bind(self.tables.identities, person, channel, external)

    def wrong_codes(self, channel: str, external: str, now: datetime) -> int:
        count, last = self.tables.wrong_codes.get((channel, external), (0, now))
        return count if now - last < timedelta(hours=1) else 0

    def count_wrong_code(self, channel: str, external: str, now: datetime) -> None:
        self.tables.wrong_codes[channel, external] = (self.wrong_codes(channel, external, now) + 1, now)

    def forget_wrong_codes(self, channel: str, external: str) -> None:
        self.tables.wrong_codes.pop((channel, external), None)

    def take_binding_code(self, code: str, now: datetime) -> str | None:
        person, expires_at = self.tables.codes.pop(code, ("", now))
        return person if expires_at > now else None

    def add_override(self, roster: str, day: date, absent: str, instead: str, by: str, at: datetime) -> None:
        self.tables.overrides[roster, day, absent] = (instead, by)

    def ask_swap(self, swap: Swap) -> Swap:
        asked = (swap.asker, swap.other, swap.roster, None)
        for known in list(self.tables.swaps.values()):
            if (known.asker, known.other, known.roster, known.accepted) == asked:
                self.tables.swaps[known.id] = replace(known, accepted=False)
        kept = replace(swap, id=max(self.tables.swaps, default=0) + 1)
        self.tables.swaps[kept.id] = kept
        return kept

    def swaps_asked_of(self, person: str) -> list[Swap]:
        return [swap for swap in self.tables.swaps.values() if swap.other == person and swap.accepted is None]

    def answer_swap(self, swap_id: int, accepted: bool, at: datetime) -> bool:
        swap = self.tables.swaps.get(swap_id)
        if swap is None or swap.accepted is not None:
            return False
        self.tables.swaps[swap_id] = replace(swap, accepted=accepted)
        return True

    def add_note(self, roster: str, by: str, at: datetime, words: str) -> int:
        note = HandOverNote(len(self.tables.notes) + 1, roster, by, at)
        self.tables.notes[note.id] = (note, words)
        return note.id

    def notes_to_show(self, roster: str) -> list[HandOverNote]:
        notes = [note for note, _ in self.tables.notes.values() if note.roster == roster and note.shown_at is None]
        return sorted(notes, key=lambda note: (note.at, note.id))

    def notes_shown(self, notes: Collection[int], at: datetime) -> None:
        for note_id in self.tables.notes.keys() & set(notes):
            note, words = self.tables.notes[note_id]
            self.tables.notes[note_id] = (replace(note, shown_at=at), words)

    def note_words(self, note: int) -> str | None:
        return self.tables.notes[note][1] if note in self.tables.notes else None

    def take_over(self, roster: str, day: date, shift: str, at: datetime, people: Collection[str]) -> bool:
        if (roster, day, shift) in self.tables.take_overs:
            return False
        self.tables.take_overs[roster, day, shift] = tuple(people)
        return True

    def note_stranger(self, channel: str, group: str | None, sender: str | None, at: datetime) -> bool:
        key = (channel, group, sender)
        self.tables.strangers[key] = self.tables.strangers.get(key, 0) + 1
        return self.tables.strangers[key] == 1

    def resident(self, person: str) -> Resident | None:
        return self.tables.residents.get(person)

    def put_resident(self, resident: Resident) -> None:
        self.tables.residents[resident.person] = resident

    def word_came(self, person: str, now: datetime) -> None:
        """Nothing waits for a word here: that is the sender's."""

    def alone(self, ticket_id: int) -> list[str]:
        told = [m.sender for m in self.messages(ticket_id) if m.group is None and m.act in _VOICES]
        known = self.tables.residents
        return [one for one in dict.fromkeys(told) if one in known and not known[one].forgotten]

    def told_by(self, person: str, limit: int = 50) -> list[Ticket]:
        mine = {m.ticket for m in self.tables.messages.values() if m.sender == person}
        found = sorted((self.tables.tickets[one] for one in mine), key=lambda t: (t.last_at, t.id), reverse=True)
        return found[:limit]

    def agenda_due(self, now: datetime) -> list[tuple[str, datetime]]:
        due = [(name, at) for name, at in self.tables.agenda.items() if at <= now]
        return sorted(due, key=lambda one: (one[1], one[0]))

    def set_agenda(self, name: str, due_at: datetime | None) -> None:
        if due_at is None:
            self.tables.agenda.pop(name, None)
        else:
            self.tables.agenda[name] = due_at

    def next_agenda(self) -> datetime | None:
        return min(self.tables.agenda.values(), default=None)

    def figures(self, areas: Collection[str] | None, since: datetime, until: datetime) -> Mapping[str, int]:
        uncounted = (Status.MERGED, Status.EXCLUDED, Status.WITHDRAWN)
        counted = [t for t in self.all_tickets if _is_public(t, areas) and t.status not in uncounted]
        opened = [t for t in counted if since <= t.opened_at < until]
        return {
            "new": len(opened),
            "settled": sum(
                t.status is Status.CLOSED and t.closed_at is not None and since <= t.closed_at < until for t in counted
            ),
            "overdue": sum(t.is_open and self._passed_at(t, until) is not None for t in counted),
            "dangers": sum(t.urgency is Urgency.DANGER for t in opened),
            "repeated": sum(
                any(line.what is What.REOPENED and since <= line.at < until for line in self.history(t.id))
                for t in counted
            ),
            "open": sum(t.is_open for t in counted),
            "unreasonable": sum(
                t.status is Status.EXCLUDED and t.closed_at is not None and since <= t.closed_at < until
                and any(line.what is What.SET_ASIDE and line.to is not None for line in self.history(t.id))
                for t in self.all_tickets if _is_public(t, areas)
            ),
        }

    def overdue(self, areas: Collection[str] | None, now: datetime, limit: int = 20) -> list[tuple[Ticket, datetime]]:
        found = [
            (ticket, passed)
            for ticket in self.all_tickets
            if ticket.is_open and _is_public(ticket, areas) and (passed := self._passed_at(ticket, now)) is not None
        ]
        return sorted(found, key=lambda one: (one[1], one[0].id))[:limit]

    def _passed_at(self, ticket: Ticket, now: datetime) -> datetime | None:
        limits = [clock.limit_at for kind, clock in self.clocks(ticket.id).items() if kind in _LIMITS]
        return min((at for at in limits if at <= now), default=None)


def _alone(row: Saying) -> bool:
    return row.say.parent is None


def _briefly(row: Saying) -> Queued:
    return Queued(row.id, row.say.event, row.say.group, row.say.ticket, row.say.still, row.say.round)


def _touched(ticket: Ticket) -> datetime:
    return max(ticket.last_at, ticket.closed_at or ticket.last_at)


def _is_public(ticket: Ticket, areas: Collection[str] | None) -> bool:
    return (
        ticket.kind is TicketKind.MATTER
        and ticket.danger is not DangerKind.PERSON
        and (areas is None or ticket.area in areas)
    )


def _bind(table: dict[tuple[str, str], str], ours: str, where: str, external: str) -> None:
    for key in [key for key, value in table.items() if key[1] == where and value == external]:
        del table[key]
    table[ours, where] = external


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value.isoformat()


if TYPE_CHECKING:
    from tickets.work import Work

    def _keeps_the_contract(work: MemoryWork) -> Work:
        return work
