"""The registry in the database: versions, undo, and what was bound in the chat laid over."""

from datetime import date

import pytest

from registry.source import to_data
from storage import bindings, registry_rows, retention
from storage.errors import StoreError
from storage.store import Store
from tests.builders.registry_rows import small_county
from tests.builders.tickets import NOW, a_message, a_ticket, minutes


@pytest.fixture
def imported(store: Store) -> Store:
    store.run(lambda work: registry_rows.save_registry(work, small_county(), "office", NOW))
    return store


def group_addresses(store: Store, group: str) -> dict[str, str]:
    found = store.look(registry_rows.load_registry).group(group)
    assert found is not None
    return dict(found.addresses)


def test_before_the_first_import_it_is_empty(store: Store) -> None:
    assert dict(store.look(registry_rows.load_registry).areas) == {}


def test_it_comes_back_as_it_was_imported(imported: Store) -> None:
    registry = imported.look(registry_rows.load_registry)
    assert registry.group("g-basic") is not None
    assert to_data(registry)["groups"] == small_county()["groups"]


def test_undo_goes_back_to_what_was_replaced(imported: Store) -> None:
    second = small_county()
    second["bot"]["name"] = "小网"
    imported.run(lambda work: registry_rows.save_registry(work, second, "office", NOW + minutes(1)))
    assert imported.look(registry_rows.load_registry).bot_name == "小网"
    undone = imported.run(registry_rows.undo)
    assert undone is not None
    assert undone.id == 1
    assert imported.look(registry_rows.load_registry).bot_name == "小格"
    third = small_county()
    third["bot"]["name"] = "小三"
    imported.run(lambda work: registry_rows.save_registry(work, third, "office", NOW + minutes(2)))
    imported.run(registry_rows.undo)
    assert imported.look(registry_rows.load_registry).bot_name == "小格"
    assert imported.run(registry_rows.undo) is None
    assert [version.active for version in imported.look(registry_rows.versions)] == [False, False, True]


def test_a_later_binding_wins_over_the_file_an_older_one_fills_what_is_open(imported: Store) -> None:
    before, after = NOW - minutes(1), NOW + minutes(1)
    imported.run(lambda work: work.bind_address("g-basic", "archive", "wr-old", "u-1", before))
    imported.run(lambda work: work.bind_address("g-basic", "aibot", "wr-open", "u-1", before))
    assert group_addresses(imported, "g-basic") == {"archive": "wrgbasic", "aibot": "wr-open"}
    imported.run(lambda work: work.bind_address("g-coord", "archive", "wrgbasic", "u-1", after))
    assert group_addresses(imported, "g-basic") == {"aibot": "wr-open"}
    assert group_addresses(imported, "g-coord")["archive"] == "wrgbasic"
    imported.run(lambda work: work.bind_identity("m-1", "wechat", "wm-1", None, after))
    registry = imported.look(registry_rows.load_registry)
    person = registry.person_by_identity("wechat", "wm-1")
    assert person is not None
    assert person.id == "m-1"


def test_each_change_raises_the_generation(imported: Store) -> None:
    first = imported.look(registry_rows.generation)
    imported.run(lambda work: work.bind_address("g-basic", "aibot", "wr-1", None, NOW))
    imported.run(lambda work: work.add_override("r-duty", date(2026, 3, 2), "d-1", "m-1", "d-1", NOW))
    assert imported.look(registry_rows.generation) == first + 2


def test_a_stand_in_is_on_duty_instead(imported: Store) -> None:
    roster = imported.look(registry_rows.load_registry).rosters[0]
    absent = roster.shifts[0].people[0]
    imported.run(lambda work: work.add_override(roster.id, NOW.date(), absent, "m-1", absent, NOW))
    overrides = imported.look(registry_rows.load_registry).rosters[0].overrides
    assert [(one.day, one.absent, one.instead) for one in overrides][-1] == (NOW.date(), absent, "m-1")


def test_a_stored_registry_that_can_not_be_read_is_said_without_its_rows(store: Store) -> None:
    store.run(lambda work: registry_rows.save_registry(work, {"areas": "x"}, "office", NOW))
    with pytest.raises(StoreError, match="registry import"):
        store.look(registry_rows.load_registry)


def test_a_binding_code_names_its_person_once_and_not_for_ever(store: Store) -> None:
    store.run(lambda work: bindings.add_code(work.connection, "123456", "h-1", NOW + minutes(10)))
    assert store.run(lambda work: work.take_binding_code("000000", NOW)) is None
    assert store.run(lambda work: work.take_binding_code("123456", NOW)) == "h-1"
    assert store.run(lambda work: work.take_binding_code("123456", NOW)) is None
    store.run(lambda work: bindings.add_code(work.connection, "123456", "h-1", NOW + minutes(10)))
    assert store.run(lambda work: work.take_binding_code("123456", NOW + minutes(10))) is None


def test_a_missing_person_s_words_go_a_day_after_being_found(store: Store) -> None:
    found_at = NOW
    ticket = store.run(lambda work: work.add_ticket(a_ticket(missing=True, done_at=found_at, summary="寻人 三号院 老人")))
    store.run(lambda work: work.add_message(a_message("x1", ticket.id, words="老人走失，穿蓝衣服")))
    day = 24 * 60
    assert store.run(lambda work: retention.forget(work, NOW + minutes(day - 1)))["missing"] == 0
    assert store.run(lambda work: retention.forget(work, NOW + minutes(day + 1)))["missing"] == 1
    assert store.run(lambda work: retention.forget(work, NOW + minutes(day + 2)))["missing"] == 0
    assert [message.words for message in store.look(lambda work: work.messages(ticket.id))] == [None]
    kept = store.look(lambda work: work.get_ticket(ticket.id))
    assert (kept.summary, kept.place) == ("寻人", None)
