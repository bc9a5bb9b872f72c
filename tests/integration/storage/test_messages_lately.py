"""The newest messages of groups that lie in tickets, on both databases."""

from __future__ import annotations

from registry.terms import Act, Category, TicketKind, Urgency
from storage import message_rows
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_message, a_ticket, minutes


def laid(work: SqlWork) -> None:
    ticket = work.add_ticket(a_ticket(category=Category.WATER, urgency=Urgency.URGENT, place="3号院"))
    apart = work.add_ticket(a_ticket("2026-0302-2", kind=TicketKind.PRIVATE))
    work.add_message(a_message("x0", ticket.id, words="早就停了", at=NOW - minutes(600)))
    work.add_message(a_message("x1", ticket.id, words="漏水", at=NOW - minutes(60)))
    work.add_message(a_message("x2", ticket.id, sender="r2", act=Act.ECHO, words=None, at=NOW - minutes(50)))
    work.add_message(a_message("x3", apart.id, words="只对小格说的", at=NOW - minutes(40)))
    work.add_message(a_message("x4", ticket.id, words="私下问的", group=None, at=NOW - minutes(30)))


def test_what_groups_said_lately_comes_in_order_with_what_it_is_about(store: Store) -> None:
    store.run(laid)
    found = store.look(lambda work: message_rows.lately(work.connection, NOW - minutes(120), 10))
    assert [(one.message.id, one.message.sender, one.message.act, one.message.words) for one in found] == [
        ("x1", "r1", Act.REPORT, "漏水"), ("x2", "r2", Act.ECHO, None),
    ]
    assert {(one.category, one.urgency, one.place) for one in found} == {(Category.WATER, Urgency.URGENT, "3号院")}


def test_only_so_many_of_the_newest(store: Store) -> None:
    store.run(laid)
    found = store.look(lambda work: message_rows.lately(work.connection, NOW - minutes(1200), 2))
    assert [one.message.id for one in found] == ["x1", "x2"]
