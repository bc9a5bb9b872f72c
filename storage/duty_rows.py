"""Swaps of shifts, hand-over notes, and which shift has taken over from the one before."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from registry.model import Override
from registry.on_duty import swap_overrides
from storage import bindings, word_rows
from storage.dialect import InsertNew
from storage.tables import handover_notes, roster_swaps, shift_handovers
from tickets.duty_values import HandOverNote, Swap

#: Words of a hand-over note are erased so long after the next shift has seen them; at the latest after `NOTES_KEPT`.
SHOWN_KEPT = timedelta(days=7)
NOTES_KEPT = timedelta(days=30)

_s, _n = roster_swaps.c, handover_notes.c
_TAKE_OVER = InsertNew(shift_handovers)


def ask_swap(connection: Connection, swap: Swap) -> Swap:
    """Keep a swap that was asked for; what the same two asked before and nobody answered counts as refused."""
    same_two = (_s.asker == swap.asker, _s.other == swap.other, _s.roster == swap.roster)
    connection.execute(update(roster_swaps).where(*same_two, _s.accepted.is_(None)).values(accepted=False))
    row = {
        "roster": swap.roster,
        "asker": swap.asker,
        "asker_day": swap.asker_day,
        "asker_shift": swap.asker_shift,
        "other": swap.other,
        "other_day": swap.other_day,
        "other_shift": swap.other_shift,
        "asked_at": swap.asked_at,
    }
    return replace(swap, id=int(connection.execute(insert(roster_swaps).returning(_s.id), row).scalar_one()))


def swaps_asked_of(connection: Connection, person: str) -> list[Swap]:
    """Swaps that wait for this person's answer, oldest first."""
    query = select(roster_swaps).where(_s.other == person, _s.accepted.is_(None)).order_by(_s.id)
    return [_to_swap(row) for row in connection.execute(query).mappings()]


def answer_swap(connection: Connection, swap_id: int, accepted: bool, at: datetime) -> bool:
    """The other's answer; False when it was answered before. An accepted one changes the rosters in use."""
    query = update(roster_swaps).where(_s.id == swap_id, _s.accepted.is_(None))
    answered = connection.execute(query.values(accepted=accepted, answered_at=at)).rowcount == 1
    if answered and accepted:
        bindings.changed(connection)
    return answered


def accepted_swaps(connection: Connection) -> list[tuple[str, datetime, tuple[Override, Override]]]:
    """(roster, when it was accepted, its two stand-ins) of all accepted swaps."""
    query = select(roster_swaps).where(_s.accepted).order_by(_s.answered_at, _s.id)
    return [
        (
            row["roster"],
            row["answered_at"],
            swap_overrides(
                (row["asker_day"], row["asker_shift"], row["asker"]),
                (row["other_day"], row["other_shift"], row["other"]),
            ),
        )
        for row in connection.execute(query).mappings()
    ]


def add_note(
    connection: Connection, roster: str, by: str, at: datetime, words: str, make_salt: Callable[[], str]
) -> int:
    """Keep a hand-over note; gives its id."""
    words_id = word_rows.keep(connection, make_salt(), words)
    row = {"roster": roster, "actor": by, "at": at, "words_id": words_id}
    return int(connection.execute(insert(handover_notes).returning(_n.id), row).scalar_one())


def notes_to_show(connection: Connection, roster: str) -> list[HandOverNote]:
    """Notes that no shift has been shown yet, in order of time."""
    query = select(handover_notes).where(_n.roster == roster, _n.shown_at.is_(None)).order_by(_n.at, _n.id)
    return [_to_note(row) for row in connection.execute(query).mappings()]


def notes_shown(connection: Connection, notes: Collection[int], at: datetime) -> None:
    """The next shift has the card with these notes."""
    connection.execute(update(handover_notes).where(_n.id.in_(sorted(notes))).values(shown_at=at))


def note_words(connection: Connection, note: int) -> str | None:
    """A note's words, None once they were erased."""
    words_id = connection.execute(select(_n.words_id).where(_n.id == note)).scalar_one_or_none()
    return word_rows.body_of(connection, words_id)


def recent_notes(connection: Connection, since: datetime) -> list[HandOverNote]:
    """Notes for the office page, newest first."""
    query = select(handover_notes).where(_n.at >= since).order_by(_n.at.desc(), _n.id.desc())
    return [_to_note(row) for row in connection.execute(query).mappings()]


def take_over(
    connection: Connection, roster: str, day: date, shift: str, at: datetime, people: Collection[str]
) -> bool:
    """A shift begins its duty, once; False when it did before."""
    row = {"roster": roster, "day": day, "shift": shift, "at": at, "people": list(people)}
    return _TAKE_OVER(connection, row)


def forget(connection: Connection, now: datetime) -> int:
    """Erase the words of notes that were seen long enough ago, and drop old take-overs; gives how many notes."""
    seen, old = _n.shown_at < now - SHOWN_KEPT, _n.at < now - NOTES_KEPT
    words_left = _n.words_id.is_not(None)
    rows = connection.execute(select(_n.id, _n.words_id).where(words_left, seen | old)).all()
    word_rows.erase(connection, {row.words_id for row in rows})
    connection.execute(update(handover_notes).where(_n.id.in_([row.id for row in rows])).values(words_id=None))
    connection.execute(delete(shift_handovers).where(shift_handovers.c.at < now - 12 * NOTES_KEPT))
    return len(rows)


def _to_swap(row: RowMapping) -> Swap:
    values: dict[str, Any] = {name: row[name] for name in Swap.__slots__}
    return Swap(**values)


def _to_note(row: RowMapping) -> HandOverNote:
    return HandOverNote(row["id"], row["roster"], row["actor"], row["at"], row["shown_at"])
