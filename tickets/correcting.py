"""不是诉求, 改类别, 改地点, 合并到, 撤回消息: people put right what was read wrongly."""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import Act, Category, Said, Status, Urgency, What
from tickets import reporting_in, supervising
from tickets.assigning import dispatch
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.rounds import present_urgency, raise_urgency, refresh_cards
from tickets.summary import summarise
from tickets.telling import coordination_group, tell_basic, tell_group, tell_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def first_words(work: Work, ticket: Ticket) -> str:
    """The words of the first report that still has any; else of any message; else nothing."""
    messages = work.messages(ticket.id)
    told = [m.words for m in messages if m.words and m.act in (Act.REPORT, Act.COMMAND)]
    return (told or [m.words for m in messages if m.words] or [""])[0] or ""


def do_exclude(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """不是诉求: what was read as a matter is none. A danger is first ended by 误报."""
    check_allowed(Deed.EXCLUDE, ticket)
    told = ticket.status is Status.ASSIGNED
    ticket = replace(ticket, status=Status.EXCLUDED, closed_at=now)
    work.save(ticket)
    work.stop_clocks(ticket.id)
    work.cancel(ticket.id, now)
    work.record(ticket.id, now, What.CLOSED, by.id, None, {"excluded": True})
    if told:
        tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.excluded", because=because,
                   args={"by": by.id})
    refresh_cards(work, now, ticket, because=because)
    return ticket


def do_change_category(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, category: Category, *, because: str
) -> Ticket:
    """改类别: the matter is handed to the unit of its right category unless somebody has accepted it."""
    check_allowed(Deed.CATEGORY, ticket)
    before = ticket.category
    ticket = replace(ticket, category=category, summary=summarise(category, ticket.place, first_words(work, ticket)))
    work.save(ticket)
    work.record(ticket.id, now, What.CORRECTED, by.id, None, {"from": before.value, "to": category.value})
    if ticket.status in (Status.OPEN, Status.ASSIGNED) and not ticket.is_private:
        ticket = dispatch(work, rules, now, ticket, because=because, by=by.id)
    return ticket


def do_change_place(work: Work, now: datetime, ticket: Ticket, by: Person, place: str) -> Ticket:
    """改地点."""
    check_allowed(Deed.PLACE, ticket)
    if not place.strip():
        raise RefusedError("place_missing", ticket.id)
    ticket = replace(ticket, place=place, summary=summarise(ticket.category, place, first_words(work, ticket)))
    work.save(ticket)
    work.record(ticket.id, now, What.CORRECTED, by.id, None, {"field": "place"})
    return ticket


def do_merge(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, into: Ticket, by: Person | None, *, because: str
) -> Ticket:
    """合并到: one matter, one ticket; every voice stays reachable from the head (invariant I5). Gives the head."""
    if ticket.id == into.id:
        raise RefusedError("same_ticket", ticket.id)
    check_allowed(Deed.MERGE, ticket)
    if ticket.is_private or into.is_private or ticket.missing is not into.missing:
        raise RefusedError("private", ticket.id)
    if not into.is_open:
        raise RefusedError("finished", into.id)
    if _grave(ticket) > _grave(into):
        raise RefusedError("merge_danger", ticket.id)
    before = into.voices
    work.move_messages(ticket.id, into.id)
    reporting_in.carry_over(work, ticket, into)
    supervising.carry_over(work, now, ticket, into)
    work.stop_clocks(ticket.id)
    work.cancel(ticket.id, now)
    groups = (*into.groups, *(g for g in ticket.groups if g not in into.groups))
    into = replace(into, groups=groups, voices=len(work.voices(into.id)), place=into.place or ticket.place,
                   last_at=max(into.last_at, ticket.last_at))
    work.save(into)
    merged = replace(ticket, status=Status.MERGED, merged_into=into.id, closed_at=now)
    work.save(merged)
    work.record(ticket.id, now, What.MERGED, by.id if by else None, into.number)
    work.record(into.id, now, What.MERGED, by.id if by else None, None, {"from": ticket.number, "voices": into.voices})
    many = any(before < count <= into.voices for count in rules.policy_of(into).voices_raise)
    if into.urgency is Urgency.NORMAL and (many or present_urgency(ticket) is not Urgency.NORMAL):
        into = raise_urgency(work, rules, now, into, Urgency.URGENT, because=because, by=by.id if by else None)
    tell_group(work, now, into, coordination_group(rules, into), Said.STATUS, "coord.merged", because=because,
               args={"from": ticket.aloud})
    refresh_cards(work, now, merged, because=because)
    return into


def _grave(ticket: Ticket) -> int:
    """How dangerous a ticket stands: 2 danger, 1 doubt, 0 neither. Merging must not hide a danger or a question."""
    return 2 if ticket.in_danger else 1 if ticket.doubt else 0


def do_recall(work: Work, rules: Rules, now: datetime, message: str, *, because: str) -> Ticket | None:
    """A resident recalled a message: its words go, the summary is built anew from what is left; a matter with no other
    words that nobody accepted is withdrawn, unless it is danger: there the duty officer and the owner are asked (P9)."""
    ticket_id = work.erase_message(message)
    if ticket_id is None:
        return None
    ticket = work.get_ticket(ticket_id)
    work.record(ticket.id, now, What.RECALLED, None, None, {"message": message})
    words = first_words(work, ticket)
    ticket = replace(ticket, summary=summarise(ticket.category, ticket.place if words else None, words),
                     voices=max(len(work.voices(ticket.id)), 1 if words else 0))
    work.save(ticket)
    if words or not ticket.is_open:
        return ticket
    if ticket.in_danger or ticket.doubt:
        owner = rules.registry.person(ticket.owner) if ticket.owner else None
        tell_people(work, rules, now, ticket, [*rules.registry.duty_officers(ticket.area, now), owner], Said.QUESTION,
                    "card.recalled", because=because, still="open")
        return ticket
    if ticket.status in (Status.OPEN, Status.ASSIGNED):
        told = ticket.status is Status.ASSIGNED
        ticket = replace(ticket, status=Status.WITHDRAWN, closed_at=now, place=None)
        work.save(ticket)
        work.stop_clocks(ticket.id)
        work.cancel(ticket.id, now)
        work.record(ticket.id, now, What.WITHDRAWN, None, None, {"recalled": True})
        if told:
            tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.withdrawn", because=because)
        tell_basic(work, rules, now, ticket, Said.STATUS, "withdrawn", because=because)
    return ticket
