"""值班: shifts take over from each other, leave notes, and people of a roster swap shifts."""

from dataclasses import replace
from datetime import datetime, timedelta

from registry.model import Person, Roster
from registry.on_duty import Turn, holders, next_start, turn_of, turns_at
from registry.terms import Lane, Role, Said, Status, Urgency, What
from tickets.alarming import tell_office
from tickets.duty_values import Swap
from tickets.errors import RefusedError
from tickets.model import Ticket, ToSay
from tickets.rounds import present_urgency
from tickets.telling import is_confidant
from tickets.work import Rules, Work

#: The entry of the agenda: the next change of shift.
DUTY = "duty"
#: Rosters may be imported anew at any time: they are looked at again after so long at the latest.
LOOK_AGAIN = timedelta(hours=6)
#: So many open matters are listed on the card of a new shift.
_LISTED = 20


def plan_duty(work: Work, rules: Rules, now: datetime) -> None:
    """At start: look at the rosters at once; what changed while the bot was away is caught up."""
    if rules.registry.rosters:
        work.set_agenda(DUTY, now)


def do_shift_changes(work: Work, rules: Rules, now: datetime) -> None:
    """Whoever is on duty now holds what the duty officers before him held; a shift that begins has one card (交接班).

    Read from the rosters as they are, so it does not matter how late or how often it is done.
    """
    at = rules.calendar.local(now)
    for roster in rules.registry.rosters:
        moved = _move_matters(work, rules, now, at, roster) if roster.role is Role.DUTY_OFFICER else {}
        for turn in turns_at(roster, at):
            if work.take_over(roster.id, turn.day, turn.shift, now, turn.people):
                _begin(work, rules, now, roster, turn)
                moved = {}
        if moved:
            # a swap or a stand-in in the middle of a shift
            _tell_new_holders(work, rules, now, roster, moved)
    starts = [start for roster in rules.registry.rosters if (start := next_start(roster, at)) is not None]
    work.set_agenda(DUTY, min([*starts, at + LOOK_AGAIN]) if rules.registry.rosters else None)


def _on_duty(rules: Rules, at: datetime, roster: Roster) -> list[Person]:
    found = (rules.registry.person(one) for one in holders(roster, at).people)
    return [person for person in found if person is not None]


def _move_matters(
    work: Work, rules: Rules, now: datetime, at: datetime, roster: Roster
) -> dict[str, list[Ticket]]:
    """Give open urgent and danger matters of officers who are off duty to who is on duty; by new owner. In a gap they
    stay where they are: each has an owner at every moment (promise P3)."""
    present = _on_duty(rules, at, roster)
    moved: dict[str, list[Ticket]] = {}
    if not present:
        return moved
    here = {person.id for person in present}
    for officer in rules.registry.people.values():
        # an officer who is on duty by another roster keeps what he holds there
        elsewhere = officer.role is not Role.DUTY_OFFICER or officer.id in here or _is_on_another(rules, at, roster, officer)
        if elsewhere or officer.id not in roster.members:
            continue
        for ticket in work.open_tickets(owner=officer.id):
            if not _is_handed_on(ticket) or not rules.registry.within(ticket.area, roster.area):
                continue
            new = next((one for one in present if not ticket.is_private or is_confidant(rules, ticket, one)), None)
            if new is None:
                continue
            kept = replace(ticket, owner=new.id)
            work.save(kept)
            work.record(ticket.id, now, What.HANDED_OVER, officer.id, new.id, {"roster": roster.id})
            moved.setdefault(new.id, []).append(kept)
    return moved


def _is_on_another(rules: Rules, at: datetime, roster: Roster, officer: Person) -> bool:
    return any(officer.id in holders(other, at).people for other in rules.registry.rosters if other.id != roster.id)


def _is_handed_on(ticket: Ticket) -> bool:
    return present_urgency(ticket) is not Urgency.NORMAL and ticket.status in (Status.OPEN, Status.ASSIGNED, Status.ACCEPTED)


def _begin(work: Work, rules: Rules, now: datetime, roster: Roster, turn: Turn) -> None:
    """A shift begins: its people see what is open and what the shift before left; an empty one is shown to the office."""
    people = [person for one in turn.people if (person := rules.registry.person(one)) is not None]
    if not people:
        tell_office(work, rules, now, "alarm.vacant", because=f"roster:{roster.id}", area=roster.area,
                    args={"role": roster.role.value, "day": turn.day.isoformat(), "shift": turn.shift})
        return
    notes = [note.id for note in work.notes_to_show(roster.id)]
    for person in people:
        _tell_shift(work, rules, now, roster, person, _held(work, rules, person), notes, turn.shift)
    work.notes_shown(notes, now)


def _tell_new_holders(work: Work, rules: Rules, now: datetime, roster: Roster, moved: dict[str, list[Ticket]]) -> None:
    for person_id, tickets in moved.items():
        person = rules.registry.person(person_id)
        if person is not None:
            _tell_shift(work, rules, now, roster, person, tickets, [], None)


def _tell_shift(
    work: Work, rules: Rules, now: datetime, roster: Roster, person: Person, tickets: list[Ticket], notes: list[int],
    shift: str | None,
) -> None:
    """The card of who comes on duty; none where nothing is open and nothing was left."""
    shown = [ticket for ticket in tickets if not ticket.is_private or is_confidant(rules, ticket, person)]
    if not shown and not notes:
        return
    lane = Lane.URGENT if shown else Lane.NORMAL
    args = {"tickets": [ticket.id for ticket in shown[:_LISTED]], "count": len(shown), "notes": notes, "shift": shift}
    work.say(ToSay(kind=Said.CARD, event="card.handover", lane=lane, ticket=None, because=f"roster:{roster.id}",
                   person=person.id, args=args), now)


def _held(work: Work, rules: Rules, person: Person) -> list[Ticket]:
    """Urgent and danger matters that a person holds, danger first."""
    found = [ticket for ticket in work.open_tickets(owner=person.id) if _is_handed_on(ticket)]
    return sorted(found, key=lambda ticket: (not ticket.in_danger, ticket.opened_at))


# 交班 ------------------------------------------------------------------------------------------------------------------


def do_leave_note(work: Work, rules: Rules, now: datetime, by: Person, words: str) -> Roster:
    """Keep what a person leaves to the next shift. RefusedError: note_empty, no_roster."""
    if not words.strip():
        raise RefusedError("note_empty")
    at = rules.calendar.local(now)
    mine = [roster for roster in rules.registry.rosters if by.id in roster.members]
    if not mine:
        raise RefusedError("no_roster")
    roster = next((one for one in mine if by.id in holders(one, at).people), mine[0])
    work.add_note(roster.id, by.id, now, words.strip())
    return roster


# 换班 ------------------------------------------------------------------------------------------------------------------


def do_ask_swap(
    work: Work, rules: Rules, now: datetime, by: Person, mine: Turn, other: Person, theirs: Turn, *, because: str
) -> Swap:
    """Ask a colleague of the same roster to take each other's shift; nothing changes until he agrees.

    RefusedError: swap_not_yours, swap_not_theirs, swap_begun, swap_same.
    """
    _check_swap(now, by.id, mine, other.id, theirs)
    swap = work.ask_swap(Swap(0, mine.roster, by.id, mine.day, mine.shift, other.id, theirs.day, theirs.shift, now))
    _tell(work, now, other, "card.swap", because, swap)
    return swap


def do_answer_swap(work: Work, rules: Rules, now: datetime, by: Person, *, accepted: bool, because: str) -> Swap:
    """The colleague agrees or not; of several that were asked the latest is meant. Whoever asked has a card.

    RefusedError: no_swap; swap_gone where the shifts have begun or changed hands since.
    """
    asked = work.swaps_asked_of(by.id)
    if not asked:
        raise RefusedError("no_swap")
    swap = asked[-1]
    if accepted and not _still_holds(rules, now, swap):
        work.answer_swap(swap.id, False, now)
        raise RefusedError("swap_gone")
    if not work.answer_swap(swap.id, accepted, now):
        raise RefusedError("no_swap")
    swap = replace(swap, accepted=accepted)
    _tell(work, now, rules.registry.person(swap.asker), "card.swap_answered", because, swap)
    return swap


def _still_holds(rules: Rules, now: datetime, swap: Swap) -> bool:
    roster = next((one for one in rules.registry.rosters if one.id == swap.roster), None)
    if roster is None:
        return False
    zone = rules.calendar.local(now).tzinfo
    mine = turn_of(roster, swap.asker_day, swap.asker_shift, zone)
    theirs = turn_of(roster, swap.other_day, swap.other_shift, zone)
    if mine is None or theirs is None:
        return False
    try:
        _check_swap(now, swap.asker, mine, swap.other, theirs)
    except RefusedError:
        return False
    return True


def _check_swap(now: datetime, asker: str, mine: Turn, other: str, theirs: Turn) -> None:
    if asker not in mine.people:
        raise RefusedError("swap_not_yours")
    if other not in theirs.people:
        raise RefusedError("swap_not_theirs")
    if other in mine.people or asker in theirs.people:
        raise RefusedError("swap_same")
    if min(mine.starts_at, theirs.starts_at) <= now:
        raise RefusedError("swap_begun")


def _tell(work: Work, now: datetime, person: Person | None, event: str, because: str, swap: Swap) -> None:
    if person is None:
        return
    args = {
        "swap": swap.id, "by": swap.asker, "other": swap.other, "accepted": swap.accepted,
        "day": swap.asker_day.isoformat(), "shift": swap.asker_shift,
        "other_day": swap.other_day.isoformat(), "other_shift": swap.other_shift,
    }
    work.say(ToSay(kind=Said.CARD, event=event, lane=Lane.NORMAL, ticket=None, because=because, person=person.id, args=args), now)
