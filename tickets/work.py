"""`Work`: one unit of work as the use cases see it, and `Rules`, the book they go by.

Implemented by `storage.work.SqlWork` on SQLite and PostgreSQL, and by a fake in memory beside the unit tests.
Everything done through one Work is committed together or not at all (reliability R3).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from escalation.calendar import Calendar
from escalation.emergency import MARK
from escalation.policy import Policy
from registry.registry import Registry
from registry.terms import Act, Category, ClockKind, Lane, Said, What
from tickets.called_in import Supervision, Topic, Whistle
from tickets.duty_values import HandOverNote, Swap
from tickets.model import Announcement, Candidate, Clock, HistoryLine, Queued, Ticket, TicketMessage, ToSay
from tickets.office_log import OfficeLine, OfficeWhat
from tickets.resident import Resident


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule book of the moment: policies by version, the current one, the calendar, and who is who."""

    policies: Mapping[str, Policy]
    current: str
    calendar: Calendar
    registry: Registry

    def policy_of(self, ticket: Ticket) -> Policy:
        """The policy a ticket began with; the current one where that version is gone."""
        return self.version(ticket.policy) or self.policies[self.current]

    def version(self, name: str) -> Policy | None:
        """The policy of a version, in its form for emergencies where the name says so; None where it is gone."""
        base = self.policies.get(name.removesuffix(MARK))
        return base.emergency if base is not None and name.endswith(MARK) else base

    @property
    def policy(self) -> Policy:
        return self.policies[self.current]


class Work(Protocol):
    """One unit of work. Times are aware; ids of people and groups are the registry's."""

    # tickets ----------------------------------------------------------------
    def next_number(self, day: date) -> str:
        """Take the day's next number over the whole county: 2026-0302-17."""
        ...

    def add_ticket(self, ticket: Ticket) -> Ticket:
        """Store a new ticket (its `id` is 0) and give it back with its id."""
        ...

    def save(self, ticket: Ticket) -> None:
        """Store the changed fields of an existing ticket."""
        ...

    def get_ticket(self, ticket_id: int) -> Ticket:
        """The ticket; raises LookupError when there is none."""
        ...

    def find_number(self, number: str, now: datetime) -> Ticket | None:
        """By full number or as said aloud (0302-17; unique among those open or closed within 300 days)."""
        ...

    def open_tickets(
        self,
        *,
        owner: str | None = None,
        unit: str | None = None,
        group: str | None = None,
        areas: Collection[str] | None = None,
        limit: int = 200,
    ) -> list[Ticket]:
        """Open tickets by one or more conditions, oldest first. `group` means any of the ticket's groups."""
        ...

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
        """Matters of these grids that are open, or had their last message or closing after `since`; and, for a
        township, those of the wide categories whose last message is after `wide_since`. Latest first. Merged,
        excluded tickets are left out; consultations are included."""
        ...

    # messages and voices ----------------------------------------------------
    def add_message(self, message: TicketMessage) -> bool:
        """Lay a message in a ticket; False when it lies in one already. Report and echo senders are voices: the
        ticket's `voices` count is kept by the use case, see `voices`."""
        ...

    def messages(self, ticket_id: int) -> list[TicketMessage]:
        """In order of time."""
        ...

    def ticket_of_message(self, message_id: str) -> int | None: ...

    def voices(self, ticket_id: int) -> list[str]:
        """Distinct senders of report and echo in order of first telling."""
        ...

    def move_messages(self, source: int, target: int, ids: Collection[str] | None = None) -> None:
        """Lay messages (all, or those named) of one ticket into another."""
        ...

    def change_message(self, message_id: str, act: Act, words: str | None) -> None:
        """A message in the talk was read anew."""
        ...

    def erase_message(self, message_id: str) -> int | None:
        """A recalled message: its words and salts are erased, it leaves its ticket; gives the ticket's id."""
        ...

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
        """Append a line to the ticket's chain. `facts` hold no heard words; `words` go to `words(id, salt, body)`."""
        ...

    def history(self, ticket_id: int) -> list[HistoryLine]: ...

    def line_words(self, ticket_id: int, line: int) -> str | None:
        """The words that belong to a history line, None when there are none or they were erased."""
        ...

    def anchor(self, at: datetime) -> int:
        """Lay one anchor over all lines since the one before; gives how many. First thing in its unit."""
        ...

    # clocks -----------------------------------------------------------------
    def set_clock(self, clock: Clock) -> None:
        """Start or move a clock of the ticket (one running per kind)."""
        ...

    def stop_clocks(self, ticket_id: int, *kinds: ClockKind) -> None:
        """Stop the running clocks of these kinds with their warnings; of all kinds when none is named."""
        ...

    def clocks(self, ticket_id: int) -> dict[ClockKind, Clock]:
        """The running ones."""
        ...

    def due_clocks(self, now: datetime, limit: int = 100) -> list[Clock]:
        """Running and due at or before `now`, danger's first, then by due time."""
        ...

    def next_due(self) -> datetime | None:
        """The earliest due time of all running clocks."""
        ...

    # steps ------------------------------------------------------------------
    def add_step(
        self, ticket_id: int, round_: int, step: int, at: datetime, ladder: ClockKind, rung: int,
        calls: Sequence[str], missing: Sequence[str],
    ) -> bool:
        """Decide a ladder step; False when (ticket, round, step) was decided before (promise P4)."""
        ...

    # whistles, supervisions, topics -------------------------------------------
    def put_whistle(self, whistle: Whistle) -> None:
        """Store a whistled unit, or what became of it (key: ticket, round, unit)."""
        ...

    def whistles(self, ticket_id: int) -> list[Whistle]:
        """Of all rounds, oldest first."""
        ...

    def add_supervision(self, supervision: Supervision) -> Supervision:
        """Store a new one (its `id` is 0) and give it back with its id."""
        ...

    def save_supervision(self, supervision: Supervision) -> None: ...

    def supervisions(self, ticket_id: int) -> list[Supervision]:
        """In the order in which they were ordered."""
        ...

    def put_topic(self, topic: Topic) -> None:
        """Put a ticket on the list for the standing meeting, or store what became of it there."""
        ...

    def topic(self, ticket_id: int) -> Topic | None:
        """None when the ticket was never on the list."""
        ...

    # outbox -----------------------------------------------------------------
    def say(self, row: ToSay, now: datetime) -> int:
        """Queue a sentence; gives the row's id."""
        ...

    def cancel(
        self,
        ticket_id: int,
        now: datetime,
        *,
        kinds: Collection[Said] | None = None,
        events: Collection[str] | None = None,
        lanes: Collection[Lane] | None = None,
    ) -> int:
        """Cancel what is still waiting or asked of a ticket; gives how many. What was asked of an owner is also
        marked so that the sender withdraws the task and its card says 「不用发了」."""
        ...

    def carry_round(self, ticket_id: int, before: int, after: int) -> None:
        """What waits or was asked in a round is said in another: the matter goes on under other rules."""
        ...

    def delay(self, ticket_id: int, kinds: Collection[Said], not_before: datetime) -> None:
        """Hold waiting sentences of these kinds until then (the speaker goes on)."""
        ...

    def told(self, ticket_id: int, lane: Lane) -> list[tuple[str | None, str | None]]:
        """(group, person) of all rows of the lane that were not cancelled before leaving, without repeats."""
        ...

    def queued(self, lane: Lane) -> list[Queued]:
        """What waits in a lane and is told by no other row, whatever its time."""
        ...

    def gather(self, parent: int, rows: Collection[int]) -> int:
        """Let waiting rows be told by another row, whose outcome they share; gives how many."""
        ...

    def unpressed(self) -> list[Queued]:
        """What an owner or grid member was asked to press and has not."""
        ...

    # announcements, mutes, bindings, agenda ---------------------------------
    def add_announcement(self, announcement: Announcement) -> Announcement: ...

    def announcements(self, areas: Collection[str], at: datetime) -> list[Announcement]:
        """Those of the areas (a group's grid and all above and below it) that were made, and run, will run or ended
        less than 12 h before."""
        ...

    def get_announcement(self, announcement_id: int) -> Announcement:
        """LookupError when there is none."""
        ...

    def save_announcement(self, announcement: Announcement) -> None: ...

    def log_office(
        self, at: datetime, what: OfficeWhat, by: str | None, facts: Mapping[str, Any], words: str | None = None
    ) -> int:
        """Append a line to the office's log and give its id. `facts` hold no heard words; `words` can be erased."""
        ...

    def office_log(self, whats: Collection[OfficeWhat], limit: int = 50) -> list[OfficeLine]:
        """The latest lines of these kinds, newest first."""
        ...

    def office_words(self, line: int) -> str | None:
        """The words that belong to a line of the office's log."""
        ...

    def mute(self, group: str, until: datetime | None) -> None:
        """静音 / 恢复 of one group; danger still sends cards."""
        ...

    def muted_until(self, group: str) -> datetime | None: ...

    def bind_address(self, group: str, ear: str, external: str, by: str | None, at: datetime) -> None: ...

    def bind_identity(self, person: str, channel: str, external: str, by: str | None, at: datetime) -> None: ...

    def wrong_codes(self, channel: str, external: str, now: datetime) -> int:
        """How many wrong codes somebody outside has said with less than an hour between them and until now."""
        ...

    def count_wrong_code(self, channel: str, external: str, now: datetime) -> None: ...

    def forget_wrong_codes(self, channel: str, external: str) -> None:
        """He said a right one."""
        ...

    def take_binding_code(self, code: str, now: datetime) -> str | None:
        """The person whom a 6-digit code from the office page names; it is used up. None: unknown or expired."""
        ...

    def add_override(self, roster: str, day: date, absent: str, instead: str, by: str, at: datetime) -> None:
        """请假代班 on one day. Stand-ins and swaps hold in the order of their times."""
        ...

    # duty --------------------------------------------------------------------
    def ask_swap(self, swap: Swap) -> Swap:
        """Keep a swap that was asked for (its `id` is 0); an older unanswered one of the same two counts as refused."""
        ...

    def swaps_asked_of(self, person: str) -> list[Swap]:
        """Those that wait for this person's answer, oldest first."""
        ...

    def answer_swap(self, swap_id: int, accepted: bool, at: datetime) -> bool:
        """False when it was answered before. An accepted swap is in the rosters from the next unit of work on."""
        ...

    def add_note(self, roster: str, by: str, at: datetime, words: str) -> int:
        """交班: keep what this shift leaves to the next; gives the note's id."""
        ...

    def notes_to_show(self, roster: str) -> list[HandOverNote]:
        """Those that no shift has been shown yet, in order of time."""
        ...

    def notes_shown(self, notes: Collection[int], at: datetime) -> None: ...

    def note_words(self, note: int) -> str | None:
        """None once they were erased."""
        ...

    def take_over(self, roster: str, day: date, shift: str, at: datetime, people: Collection[str]) -> bool:
        """A shift begins its duty; False when it did before (each does once)."""
        ...

    def note_stranger(self, channel: str, group: str | None, sender: str | None, at: datetime) -> bool:
        """Count an unregistered chat or person for the office page; True when it is new."""
        ...

    # residents alone ----------------------------------------------------------
    def resident(self, person: str) -> Resident | None:
        """Who speaks with the bot alone; None for who never did, or was forgotten."""
        ...

    def put_resident(self, resident: Resident) -> None:
        """Store what is known of him (key: person)."""
        ...

    def word_came(self, person: str, now: datetime) -> None:
        """He has said something: what waited for that may leave."""
        ...

    def alone(self, ticket_id: int) -> list[str]:
        """Residents who told this matter to the bot alone, in order of telling."""
        ...

    def told_by(self, person: str, limit: int = 50) -> list[Ticket]:
        """Tickets in which words of this person lie, the latest first."""
        ...

    def agenda_due(self, now: datetime) -> list[tuple[str, datetime]]: ...

    def set_agenda(self, name: str, due_at: datetime | None) -> None:
        """Set (or, with None, take away) the next time of something that has an hour of the day."""
        ...

    def next_agenda(self) -> datetime | None: ...

    def figures(self, areas: Collection[str] | None, since: datetime, until: datetime) -> Mapping[str, int]:
        """Counts for 今日情况 and the 08:00 lines: new, settled, overdue, dangers, repeated, open."""
        ...

    def overdue(self, areas: Collection[str] | None, now: datetime, limit: int = 20) -> list[tuple[Ticket, datetime]]:
        """Open tickets whose done or accept limit has passed, with that time, most overdue first; private ones left out."""
        ...
