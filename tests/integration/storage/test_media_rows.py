"""Files of messages on both databases: laid once, fetched, put off, erased with the words."""

from datetime import timedelta

from sqlalchemy import select

from storage import media_rows
from storage.store import Store
from storage.tables import media
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_message, a_ticket, minutes

FILES = [("image", "A", None), ("image", "B", "key")]


def laid(work: SqlWork) -> int:
    ticket = work.add_ticket(a_ticket())
    work.add_message(a_message("m-1", ticket.id))
    media_rows.add(work, "m-1", "aibot", FILES, NOW)
    media_rows.add(work, "m-1", "aibot", FILES, NOW)
    return ticket.id


def test_a_file_is_laid_once_fetched_in_turn_and_kept_without_its_address(store: Store) -> None:
    ticket = store.run(laid)
    first, second = store.look(lambda work: media_rows.due(work, NOW))
    assert (first.ref, first.secret, second.ref, second.secret) == ("A", None, "B", "key")
    assert "ref" not in repr(first)
    assert store.look(lambda work: media_rows.due(work, NOW - timedelta(seconds=1))) == []
    store.run(lambda work: media_rows.keep(work, first.id, "image/jpeg", b"\xff\xd8\x00"))
    store.run(lambda work: media_rows.put_off(work, second.id, 1, NOW + minutes(5)))
    assert store.look(lambda work: media_rows.due(work, NOW + minutes(4))) == []
    [again] = store.look(lambda work: media_rows.due(work, NOW + minutes(5)))
    assert (again.id, again.tries) == (second.id, 1)
    assert store.look(lambda work: media_rows.body(work, ticket, first.id)) == ("image/jpeg", b"\xff\xd8\x00")
    assert store.look(lambda work: media_rows.body(work, ticket, second.id)) is None
    store.run(lambda work: media_rows.give_up(work, second.id))
    states = store.look(lambda work: [one.state for one in media_rows.of_ticket(work, ticket)["m-1"]])
    assert states == ["kept", "gone"]
    refs = store.look(lambda work: list(work.connection.execute(select(media.c.ref, media.c.secret)).all()))
    assert refs == [("", None), ("", None)]


def test_a_recall_takes_the_files_and_a_late_fetch_changes_nothing(store: Store) -> None:
    ticket = store.run(laid)
    first = store.look(lambda work: media_rows.due(work, NOW))[0]
    store.run(lambda work: work.erase_message("m-1"))
    store.run(lambda work: media_rows.keep(work, first.id, "image/jpeg", b"\xff\xd8"))
    assert store.look(lambda work: media_rows.of_ticket(work, ticket)) == {}
    assert store.look(lambda work: list(work.connection.execute(select(media.c.id)))) == []


def test_files_follow_their_message_into_another_ticket(store: Store) -> None:
    ticket = store.run(laid)
    other = store.run(lambda work: work.add_ticket(a_ticket("2026-0302-2")).id)
    store.run(lambda work: work.move_messages(ticket, other))
    assert store.look(lambda work: media_rows.of_ticket(work, ticket)) == {}
    assert len(store.look(lambda work: media_rows.of_ticket(work, other))["m-1"]) == 2
