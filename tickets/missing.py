"""寻人: groups are told only by an official's own words, to the groups he names; 找到了 tells all of them."""

from collections.abc import Sequence
from datetime import datetime

from registry.model import Group, Person
from registry.terms import Lane, Said, What
from tickets.model import Ticket
from tickets.telling import tell_group
from tickets.work import Rules, Work


def do_order_search(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, groups: Sequence[Group], words: str, *, because: str
) -> None:
    """Spread an official's own words to the groups that he names. The words lie in the ticket's history, whence the
    sender takes them; they are erased 24 h after the person is found."""
    work.record(ticket.id, now, What.WHISTLED, by.id, None, {"search": [g.id for g in groups], "message": because}, words)
    line = work.history(ticket.id)[-1].line
    for group in groups:
        tell_group(work, now, ticket, group, Said.STATUS, "missing.order", because=because, lane=Lane.URGENT,
                   args={"by": by.id, "line": line}, still="open")
