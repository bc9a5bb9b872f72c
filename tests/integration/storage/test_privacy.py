"""No error of the store carries what was bound to a statement."""

import traceback

import pytest
from sqlalchemy import text

from storage import inbox
from storage.errors import StatementFaultError
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_message, a_ticket

MARK = "绝不外泄的一句闲话"


def spoken(error: BaseException) -> str:
    """All that a log or an error report would show."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(error)


def test_a_broken_constraint_says_nothing_of_the_words(store: Store) -> None:
    def unit(work: SqlWork) -> None:
        for _ in range(2):
            work.add_ticket(a_ticket("2026-0302-1", summary=MARK))

    with pytest.raises(Exception, match=r"(?i)unique") as caught:
        store.run(unit)
    assert MARK not in spoken(caught.value)


def test_a_statement_that_fails_says_nothing_of_the_words(store: Store) -> None:
    with pytest.raises(Exception, match=r"no_such|gridbot db upgrade") as caught:
        store.run(lambda work: work.connection.execute(text("INSERT INTO no_such VALUES (:body)"), {"body": MARK}))
    assert MARK not in spoken(caught.value)


def test_kept_bodies_and_words_do_not_show(store: Store) -> None:
    store.run(lambda work: inbox.put(work, "k", "aibot", MARK, NOW))
    assert MARK not in repr(store.look(inbox.undecided))
    assert MARK not in repr(a_message("x1", 1, words=MARK))


def test_a_value_left_out_says_nothing_of_the_rest_of_its_row(store: Store) -> None:
    def unit(work: SqlWork) -> None:
        row = {"key": MARK, "body": MARK}
        work.connection.execute(text("INSERT INTO inbox (key, body, at, tries) VALUES (:key, :body, 0, 0)"), row)

    with pytest.raises(StatementFaultError, match="channel") as caught:
        store.run(unit)
    assert MARK not in spoken(caught.value)
