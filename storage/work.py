"""`SqlWork`: one unit of work on a database, the `tickets.work.Work` of the use cases.

It holds nothing but its connection: a unit that is rolled back leaves nothing behind.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from registry.terms import Act, Category, ClockKind, Lane, Said, What
from storage import (
    agenda,
    announcement_rows,
    bindings,
    candidate_rows,
    chain,
    clock_rows,
    code_tries,
    duty_rows,
    figure_rows,
    hearing,
    message_rows,
    numbers,
    office_log_rows,
    outbox,
    resident_rows,
    step_rows,
    supervision_rows,
    ticket_rows,
    topic_rows,
    whistle_rows,
    word_rows,
)
from storage.errors import in_sentences
from tickets.called_in import Supervision, Topic, Whistle
from tickets.duty_values import HandOverNote, Swap
from tickets.model import Announcement, Candidate, Clock, HistoryLine, Queued, Ticket, TicketMessage, ToSay
from tickets.office_log import OfficeLine, OfficeWhat
from tickets.resident import Resident


class SqlWork:
    """See `tickets.work.Work` for what each method promises."""

    __slots__ = ("_connection", "_make_salt")

    def __init__(self, connection: Connection, make_salt: Callable[[], str] | None = None) -> None:
        self._connection = connection
        self._make_salt = make_salt or word_rows.new_salt

    @property
    def connection(self) -> Connection:
        """For the store's own functions."""
        return self._connection

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is done inside is undone when it raises, and the unit may go on (the decider's messages). After a
        StoreError it may not: let that one through."""
        with in_sentences():
            # by hand: every message has one, and the library's own costs as much as deciding a message of chat; one
            # inside another may have the same name, the innermost is meant
            self._connection.exec_driver_sql("SAVEPOINT inner_unit")
            try:
                yield
            except BaseException as error:
                try:
                    self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT inner_unit")
                    self._connection.exec_driver_sql("RELEASE SAVEPOINT inner_unit")
                except DBAPIError:
                    # the transaction is gone with all its savepoints (a full disk): what took it away is the news
                    raise error from None
                raise
            self._connection.exec_driver_sql("RELEASE SAVEPOINT inner_unit")

    # tickets ----------------------------------------------------------------
    def next_number(self, day: date) -> str:
        return numbers.take(self._connection, day)

    def add_ticket(self, ticket: Ticket) -> Ticket:
        return replace(ticket, id=ticket_rows.add(self._connection, ticket))

    def save(self, ticket: Ticket) -> None:
        ticket_rows.save(self._connection, ticket)

    def get_ticket(self, ticket_id: int) -> Ticket:
        return ticket_rows.get(self._connection, ticket_id)

    def find_number(self, number: str, now: datetime) -> Ticket | None:
        return ticket_rows.find(self._connection, number, now)

    def open_tickets(
        self,
        *,
        owner: str | None = None,
        unit: str | None = None,
        group: str | None = None,
        areas: Collection[str] | None = None,
        limit: int = 200,
    ) -> list[Ticket]:
        return ticket_rows.open_ones(
            self._connection, owner=owner, unit=unit, group=group, areas=areas, limit=limit
        )

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
        return candidate_rows.find(
            self._connection, areas=areas, since=since, township=township, wide=wide, wide_since=wide_since,
            limit=limit,
        )

    # messages and voices ----------------------------------------------------
    def add_message(self, message: TicketMessage) -> bool:
        return message_rows.add(self._connection, message, self._make_salt)

    def messages(self, ticket_id: int) -> list[TicketMessage]:
        return message_rows.of_ticket(self._connection, ticket_id)

    def ticket_of_message(self, message_id: str) -> int | None:
        return message_rows.ticket_of(self._connection, message_id)

    def voices(self, ticket_id: int) -> list[str]:
        return message_rows.voices(self._connection, ticket_id)

    def move_messages(self, source: int, target: int, ids: Collection[str] | None = None) -> None:
        message_rows.move(self._connection, source, target, ids)

    def change_message(self, message_id: str, act: Act, words: str | None) -> None:
        message_rows.change(self._connection, message_id, act, words, self._make_salt)

    def erase_message(self, message_id: str) -> int | None:
        return message_rows.erase(self._connection, message_id)

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
        chain.append(self._connection, ticket_id, at, what, by, to, facts, words, self._make_salt)

    def history(self, ticket_id: int) -> list[HistoryLine]:
        return chain.lines_of(self._connection, ticket_id)

    def line_words(self, ticket_id: int, line: int) -> str | None:
        return chain.words_of_line(self._connection, ticket_id, line)

    def anchor(self, at: datetime) -> int:
        return chain.anchor(self._connection, at)

    # clocks -----------------------------------------------------------------
    def set_clock(self, clock: Clock) -> None:
        clock_rows.set_clock(self._connection, clock)

    def stop_clocks(self, ticket_id: int, *kinds: ClockKind) -> None:
        clock_rows.stop(self._connection, ticket_id, kinds)

    def clocks(self, ticket_id: int) -> dict[ClockKind, Clock]:
        return clock_rows.of_ticket(self._connection, ticket_id)

    def due_clocks(self, now: datetime, limit: int = 100) -> list[Clock]:
        return clock_rows.due(self._connection, now, limit)

    def next_due(self) -> datetime | None:
        return clock_rows.next_due(self._connection)

    # steps ------------------------------------------------------------------
    def add_step(
        self, ticket_id: int, round_: int, step: int, at: datetime, ladder: ClockKind, rung: int,
        calls: Sequence[str], missing: Sequence[str],
    ) -> bool:
        return step_rows.add(self._connection, ticket_id, round_, step, at, ladder, rung, calls, missing)

    # whistles, supervisions, topics -------------------------------------------
    def put_whistle(self, whistle: Whistle) -> None:
        whistle_rows.put(self._connection, whistle)

    def whistles(self, ticket_id: int) -> list[Whistle]:
        return whistle_rows.of_ticket(self._connection, ticket_id)

    def add_supervision(self, supervision: Supervision) -> Supervision:
        return supervision_rows.add(self._connection, supervision)

    def save_supervision(self, supervision: Supervision) -> None:
        supervision_rows.save(self._connection, supervision)

    def supervisions(self, ticket_id: int) -> list[Supervision]:
        return supervision_rows.of_ticket(self._connection, ticket_id)

    def put_topic(self, topic: Topic) -> None:
        topic_rows.put(self._connection, topic)

    def topic(self, ticket_id: int) -> Topic | None:
        return topic_rows.of_ticket(self._connection, ticket_id)

    # outbox -----------------------------------------------------------------
    def say(self, row: ToSay, now: datetime) -> int:
        return outbox.say(self._connection, row, now)

    def cancel(
        self,
        ticket_id: int,
        now: datetime,
        *,
        kinds: Collection[Said] | None = None,
        events: Collection[str] | None = None,
        lanes: Collection[Lane] | None = None,
    ) -> int:
        return outbox.cancel(self._connection, ticket_id, now, kinds, events, lanes)

    def carry_round(self, ticket_id: int, before: int, after: int) -> None:
        outbox.carry_round(self._connection, ticket_id, before, after)

    def delay(self, ticket_id: int, kinds: Collection[Said], not_before: datetime) -> None:
        outbox.delay(self._connection, ticket_id, kinds, not_before)

    def told(self, ticket_id: int, lane: Lane) -> list[tuple[str | None, str | None]]:
        return outbox.told(self._connection, ticket_id, lane)

    def queued(self, lane: Lane) -> list[Queued]:
        return outbox.queued(self._connection, lane)

    def gather(self, parent: int, rows: Collection[int]) -> int:
        return outbox.gather(self._connection, parent, rows)

    def unpressed(self) -> list[Queued]:
        return outbox.unpressed(self._connection)

    # announcements, mutes, bindings, agenda ---------------------------------
    def add_announcement(self, announcement: Announcement) -> Announcement:
        return announcement_rows.add(self._connection, announcement, self._make_salt)

    def announcements(self, areas: Collection[str], at: datetime) -> list[Announcement]:
        return announcement_rows.running(self._connection, areas, at)

    def get_announcement(self, announcement_id: int) -> Announcement:
        return announcement_rows.get(self._connection, announcement_id)

    def save_announcement(self, announcement: Announcement) -> None:
        announcement_rows.save(self._connection, announcement)

    def log_office(
        self, at: datetime, what: OfficeWhat, by: str | None, facts: Mapping[str, Any], words: str | None = None
    ) -> int:
        return office_log_rows.add(self._connection, at, what, by, facts, words, self._make_salt)

    def office_log(self, whats: Collection[OfficeWhat], limit: int = 50) -> list[OfficeLine]:
        return office_log_rows.last(self._connection, whats, limit)

    def office_words(self, line: int) -> str | None:
        return office_log_rows.words_of(self._connection, line)

    def mute(self, group: str, until: datetime | None) -> None:
        bindings.mute(self._connection, group, until)

    def muted_until(self, group: str) -> datetime | None:
        return bindings.muted_until(self._connection, group)

    def bind_address(self, group: str, ear: str, external: str, by: str | None, at: datetime) -> None:
        bindings.bind_address(self._connection, group, ear, external, by, at)

    def bind_identity(self, person: str, channel: str, external: str, by: str | None, at: datetime) -> None:
        bindings.bind_identity(self._connection, person, channel, external, by, at)

    def wrong_codes(self, channel: str, external: str, now: datetime) -> int:
        return code_tries.wrong(self, channel, external, now)

    def count_wrong_code(self, channel: str, external: str, now: datetime) -> None:
        code_tries.count_wrong(self, channel, external, now)

    def forget_wrong_codes(self, channel: str, external: str) -> None:
        code_tries.forget(self, channel, external)

    def take_binding_code(self, code: str, now: datetime) -> str | None:
        return bindings.take_code(self._connection, code, now)

    def add_override(self, roster: str, day: date, absent: str, instead: str, by: str, at: datetime) -> None:
        bindings.add_override(self._connection, roster, day, absent, instead, by, at)

    # duty -------------------------------------------------------------------
    def ask_swap(self, swap: Swap) -> Swap:
        return duty_rows.ask_swap(self._connection, swap)

    def swaps_asked_of(self, person: str) -> list[Swap]:
        return duty_rows.swaps_asked_of(self._connection, person)

    def answer_swap(self, swap_id: int, accepted: bool, at: datetime) -> bool:
        return duty_rows.answer_swap(self._connection, swap_id, accepted, at)

    def add_note(self, roster: str, by: str, at: datetime, words: str) -> int:
        return duty_rows.add_note(self._connection, roster, by, at, words, self._make_salt)

    def notes_to_show(self, roster: str) -> list[HandOverNote]:
        return duty_rows.notes_to_show(self._connection, roster)

    def notes_shown(self, notes: Collection[int], at: datetime) -> None:
        duty_rows.notes_shown(self._connection, notes, at)

    def note_words(self, note: int) -> str | None:
        return duty_rows.note_words(self._connection, note)

    def take_over(self, roster: str, day: date, shift: str, at: datetime, people: Collection[str]) -> bool:
        return duty_rows.take_over(self._connection, roster, day, shift, at, people)

    def note_stranger(self, channel: str, group: str | None, sender: str | None, at: datetime) -> bool:
        return bindings.note_stranger(self._connection, channel, group, sender, at)

    def note_heard(self, groups: Mapping[str, datetime]) -> None:
        """These groups were heard at these times; a day counts once."""
        hearing.note(self._connection, groups)

    # residents alone --------------------------------------------------------
    def resident(self, person: str) -> Resident | None:
        return resident_rows.get(self._connection, person)

    def put_resident(self, resident: Resident) -> None:
        resident_rows.put(self._connection, resident)

    def word_came(self, person: str, now: datetime) -> None:
        resident_rows.word_came(self._connection, person, now)

    def alone(self, ticket_id: int) -> list[str]:
        return resident_rows.alone(self._connection, ticket_id)

    def told_by(self, person: str, limit: int = 50) -> list[Ticket]:
        return resident_rows.told_by(self._connection, person, limit)

    def agenda_due(self, now: datetime) -> list[tuple[str, datetime]]:
        return agenda.due(self._connection, now)

    def agenda_names(self) -> set[str]:
        """Entries that have a next time."""
        return agenda.names(self._connection)

    def set_agenda(self, name: str, due_at: datetime | None) -> None:
        agenda.put(self._connection, name, due_at)

    def next_agenda(self) -> datetime | None:
        return agenda.earliest(self._connection)

    def figures(self, areas: Collection[str] | None, since: datetime, until: datetime) -> Mapping[str, int]:
        return figure_rows.figures(self._connection, areas, since, until)

    def overdue(self, areas: Collection[str] | None, now: datetime, limit: int = 20) -> list[tuple[Ticket, datetime]]:
        return figure_rows.overdue(self._connection, areas, now, limit)


if TYPE_CHECKING:
    from tickets.work import Work

    def _keeps_the_contract(work: SqlWork) -> Work:
        return work
