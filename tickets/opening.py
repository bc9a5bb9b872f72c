"""受理: a matter is opened, told again, and completed. Danger and doubt are raised by `tickets.danger`."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from registry.model import Person
from registry.terms import (
    DISCREET,
    WORDS_KEPT,
    Act,
    Category,
    ClockKind,
    DangerKind,
    Outcome,
    Role,
    Said,
    Status,
    TicketKind,
    Urgency,
    What,
)
from tickets import assigning, danger, emergency, rating
from tickets.correcting import first_words
from tickets.model import Clock, Ticket, TicketMessage
from tickets.place_match import Nearness, compare, fuller, widened, without_numbers
from tickets.rounds import higher, raise_urgency, start_clocks
from tickets.summary import summarise
from tickets.telling import quiet_lane_of, tell_basic, tell_people, tell_person
from tickets.told import Told
from tickets.work import Rules, Work

#: Where a name is not that of the house at which something is broken, but of whom the matter is about.
_ABOUT_PEOPLE = DISCREET | {Category.NOISE, Category.SANITATION, Category.POLLUTION, Category.OTHER}

def kept_words(told: Told) -> str | None:
    """The words that may be stored with this act."""
    return told.words if told.act in WORDS_KEPT and told.words else None


def joined_by(told: Told) -> list[list[str | float]]:
    """What spoke for laying the message in its ticket, as a fact of history: names and weights, no heard word."""
    return [[rule, round(weight, 2)] for rule, weight in told.joined_by]


def lay_in(work: Work, ticket: Ticket, told: Told) -> bool:
    """Lay the message in the ticket; False when it lies in one already."""
    return work.add_message(
        TicketMessage(told.message, ticket.id, told.sender, told.group, told.at, told.act, kept_words(told), told.media)
    )


def first_owner(rules: Rules, told: Told) -> Person:
    """首问责任: the grid member, else the leader, else the grid office. Person danger is the duty officer's from the
    first second."""
    registry = rules.registry
    if told.danger is DangerKind.PERSON:
        on_duty = registry.duty_officers(told.area, told.at)
        if on_duty:
            return on_duty[0]
    return (
        registry.grid_member_of(told.area)
        or registry.grid_leader_of(told.area)
        or fallback_owner(rules, told.area)
    )


def fallback_owner(rules: Rules, area: str) -> Person:
    """100 % 转办: whoever answers when nobody else does. `gridbot check` refuses a county without a grid office."""
    registry = rules.registry
    for role in (Role.GRID_OFFICE, Role.DUTY_OFFICER, Role.COUNTY_LEADER):
        people = registry.officials(role, area)
        if people:
            return people[0]
    raise LookupError(f"no grid office for area {area}")


def do_open(work: Work, rules: Rules, now: datetime, told: Told) -> Ticket:
    """Open one ticket for a told matter, hand it to a unit, and queue what is said. Danger goes out at once."""
    policy = emergency.policy_now(work, rules, now)
    category = told.category or Category.OTHER
    urgency = told.urgency or Urgency.NORMAL
    certain = urgency is Urgency.DANGER
    if told.danger is DangerKind.PERSON:
        category = Category.PERSON_HELP if category in (Category.OTHER, Category.HAZARD) else category
    ticket = work.add_ticket(
        Ticket(
            id=0,
            number=work.next_number(now.date()),
            kind=TicketKind.PRIVATE if told.apart else TicketKind.MATTER,
            category=category,
            urgency=urgency,
            danger=told.danger if certain or told.doubt else None,
            doubt=told.doubt,
            group=told.group,
            groups=(told.group,) if told.group else (),
            area=told.area,
            township=told.township,
            place=told.place,
            summary=summarise(category, told.place, told.words),
            status=Status.OPEN,
            owner=first_owner(rules, told).id,
            policy=policy.version,
            opened_at=now,
            last_at=told.at,
            missing=told.missing,
            late=told.late,
        )
    )
    lay_in(work, ticket, told)
    work.record(
        ticket.id, now, What.OPENED, told.sender, ticket.owner,
        {"number": ticket.number, "category": category.value, "urgency": urgency.value, "group": told.group,
         "area": told.area, "place": bool(told.place), "message": told.message, "reasons": [[rule, weight] for rule, _, weight in told.reasons]},
        kept_words(told),
    )
    start_clocks(work, rules, now, ticket)
    if told.danger is DangerKind.PERSON:
        return danger.alarm_confidants(work, rules, now, ticket, because=told.message)
    if ticket.missing:
        return tell_of_missing(work, rules, now, ticket, told)
    ticket = assigning.dispatch(work, rules, now, ticket, because=told.message)
    if certain:
        return danger.raise_alarm(work, rules, now, ticket, because=told.message, by=told.sender)
    if told.doubt:
        danger.ask_doubt(work, rules, now, ticket, because=told.message)
    hold = now if ticket.urgency is not Urgency.NORMAL else now + timedelta(seconds=policy.say.hold_seconds)
    event = "receipt.led_apart" if told.group and told.names_person and category in _ABOUT_PEOPLE else "receipt"
    tell_basic(work, rules, now, ticket, Said.RECEIPT, event, because=told.message, not_before=hold,
               args={"late": told.late}, still="open")
    if told.late:
        tell_person(work, rules, now, ticket, rules.registry.grid_member_of(ticket.area), Said.CARD, "card.late",
                    because=told.message, still="open")
    return ticket


def tell_of_missing(work: Work, rules: Rules, now: datetime, ticket: Ticket, told: Told) -> Ticket:
    """寻人: cards at once to grid member, grid leader, duty officer, police contact; groups only by an official's order."""
    registry = rules.registry
    people: list[Person | None] = [
        registry.grid_member_of(ticket.area), registry.grid_leader_of(ticket.area),
        *registry.duty_officers(ticket.area, now), *registry.confidants(ticket.area),
    ]
    told_ids = tell_people(work, rules, now, ticket, people, Said.CARD, "card.missing", because=told.message, still="open")
    police = next((p for p in registry.confidants(ticket.area) if p.unit), None)
    unit = police.unit if police else None
    if unit is None:
        order = registry.units_for(Category.ORDER, ticket.area, ticket.group)
        unit = order[0].id if order else None
        if unit:
            told_ids += tell_people(work, rules, now, ticket, registry.unit_people(unit), Said.CARD, "card.missing",
                                    because=told.message, still="open")
    if unit:
        ticket = replace(ticket, unit=unit, status=Status.ASSIGNED)
        work.save(ticket)
    work.record(ticket.id, now, What.ASSIGNED, None, unit, {"told": told_ids})
    tell_basic(work, rules, now, ticket, Said.RECEIPT, "handed_to_duty", because=told.message)
    return ticket


def do_voice(work: Work, rules: Rules, now: datetime, ticket: Ticket, told: Told) -> Ticket:
    """Another voice on a matter, or the same told anew. A closed matter told again within the term is reopened."""
    if not ticket.is_open and told.act is Act.REPORT and not rating.may_reopen(rules, ticket, now):
        return do_open_again(work, rules, now, ticket, told)
    if not lay_in(work, ticket, told):
        return ticket
    voices = len(work.voices(ticket.id))
    work.record(ticket.id, now, What.VOICE, told.sender, None,
                {"act": told.act.value, "voices": voices, "message": told.message, "reasons": joined_by(told)}, kept_words(told))
    if not ticket.is_open or ticket.status is Status.DONE:
        if told.act is Act.REPORT:
            ticket = rating.do_reopen(work, rules, now, ticket, by=told.sender, because=told.message)
        else:
            ticket = replace(ticket, voices=voices, last_at=told.at)
            work.save(ticket)
            return ticket
    groups = ticket.groups
    if told.group and told.group not in groups and told.tier.value == "basic":
        groups = (*groups, told.group)
        joined = rules.registry.group(told.group)
        if ticket.in_danger and not ticket.is_private and joined is not None:
            danger.tell_group_that_joins(work, rules, now, ticket, joined, because=told.message)
    raised = voices != ticket.voices and voices in rules.policy_of(ticket).voices_raise
    ticket = replace(ticket, voices=voices, groups=groups, last_at=told.at)
    ticket = complete(work, rules, now, ticket, told)
    if raised and ticket.urgency is Urgency.NORMAL:
        ticket = raise_urgency(work, rules, now, ticket, Urgency.URGENT, because=told.message, by=None, call_again=True)
    hold_back(work, rules, now, ticket, told)
    return ticket


def do_supplement(work: Work, rules: Rules, now: datetime, ticket: Ticket, told: Told) -> Ticket:
    """Place, time, cause or picture added to a matter."""
    if not lay_in(work, ticket, told):
        return ticket
    work.record(ticket.id, now, What.SUPPLEMENT, told.sender, None, {"act": told.act.value, "media": told.media,
                 "message": told.message, "reasons": joined_by(told)}, kept_words(told))
    ticket = complete(work, rules, now, replace(ticket, last_at=told.at), told)
    hold_back(work, rules, now, ticket, told)
    return ticket


def complete(work: Work, rules: Rules, now: datetime, ticket: Ticket, told: Told) -> Ticket:
    """What a later message adds to the ticket itself: a place, a category where none was known, a higher urgency."""
    category, place = ticket.category, ticket.place
    if told.place and _says_where(ticket, told):
        apart = compare(place, told.place) is Nearness.FORBIDDEN
        own_house_too = place is None and category in _SUPPLIES and told.act is Act.ECHO
        # Who passes a matter on names its place on purpose.
        # who says 「3排也黑了」 first names his own house of the several that are cut off
        there = (without_numbers(told.place) if own_house_too else None) or told.place
        one, other = (there, place) if told.act is Act.COMMAND else (place, there)
        wider = widened(one, other) if category in _SUPPLIES else None
        place = fuller(one, other) if not apart else wider or place
    if category is Category.OTHER and told.category is not None:
        category = told.category
    if (category, place) != (ticket.category, ticket.place):
        recategorised = category is not ticket.category
        ticket = replace(ticket, category=category, place=place,
                         summary=summarise(category, place, first_words(work, ticket)))
        work.record(ticket.id, now, What.CORRECTED, None, None, {"by_message": told.message})
        waits_for_unit = ticket.unit is None and ticket.status is Status.OPEN
        if recategorised and (ticket.status is Status.ASSIGNED or waits_for_unit) and not (ticket.is_private or ticket.missing):
            ticket = assigning.dispatch(work, rules, now, ticket, because=told.message)
    work.save(ticket)
    if ticket.is_private:
        # It never turns into a matter that groups may hear of (promise P13).
        return ticket
    if told.urgency is Urgency.DANGER and told.danger is DangerKind.PLACE and not told.doubt:
        if not ticket.is_open or ticket.status is Status.DONE:
            if not rating.may_reopen(rules, ticket, now):
                return ticket
            ticket = rating.do_reopen(work, rules, now, ticket, by=told.sender, because=told.message)
        if not ticket.in_danger:
            ticket = danger.raise_alarm(work, rules, now, replace(ticket, danger=DangerKind.PLACE), because=told.message,
                                        by=told.sender)
    elif told.doubt and told.danger is DangerKind.PLACE and ticket.danger is None and ticket.is_open:
        ticket = replace(ticket, doubt=True, danger=DangerKind.PLACE, urgency=higher(ticket.urgency, Urgency.URGENT))
        work.save(ticket)
        danger.ask_doubt(work, rules, now, ticket, because=told.message)
    elif told.urgency is Urgency.URGENT and ticket.urgency is Urgency.NORMAL and ticket.is_open:
        ticket = raise_urgency(work, rules, now, ticket, Urgency.URGENT, because=told.message, by=told.sender, call_again=True)
    return ticket


#: What is cut off mostly reaches further than the first house that tells it.
_SUPPLIES = frozenset({Category.WATER, Category.POWER, Category.GAS_HEATING})


def _says_where(ticket: Ticket, told: Told) -> bool:
    """Whether the place that is told is the matter's: who joins in by 「我们8号楼也听见」 names his own house, which says where
    it is only of what is cut off or dangerous."""
    if ticket.category in _SUPPLIES or told.act is Act.COMMAND:
        return True
    if ticket.place and _HIS_OWN.search(told.words):
        return False
    return told.act is not Act.ECHO or ticket.in_danger or ticket.doubt


#: The speaker says where he is himself: 我六楼的, 俺家在3号楼.
_HIS_OWN = re.compile(r"[我俺咱额偶](们)?[家屋住在是这边]{0,3}\s*[0-9一二三四五六七八九十]{1,3}(楼|层|号楼|栋|幢|单元)")


def hold_back(work: Work, rules: Rules, now: datetime, ticket: Ticket, told: Told) -> None:
    """The speaker goes on: what the bot says about a normal matter waits until 20 s after the last fragment."""
    if ticket.urgency is Urgency.NORMAL and told.at - ticket.opened_at < timedelta(minutes=2):
        until = now + timedelta(seconds=rules.policy_of(ticket).say.hold_seconds)
        work.delay(ticket.id, {Said.RECEIPT, Said.ASSIGNED, Said.CARD}, until)


def do_note_recovery(work: Work, rules: Rules, now: datetime, ticket: Ticket, told: Told) -> Ticket:
    """「来电了」 by residents: the matter may be over; the holder is asked once, nothing is assumed."""
    if not lay_in(work, ticket, told):
        return ticket
    asked_before = any(line.facts.get("recovery") for line in work.history(ticket.id) if line.what is What.SUPPLEMENT)
    work.record(ticket.id, now, What.SUPPLEMENT, told.sender, None, {"recovery": True})
    ticket = replace(ticket, last_at=told.at)
    work.save(ticket)
    if not asked_before:
        ask_whether_over(work, rules, now, ticket, because=told.message)
    return ticket


def ask_whether_over(work: Work, rules: Rules, now: datetime, ticket: Ticket, *, because: str) -> None:
    """Holder and grid member are asked by card whether the matter is over; nothing is assumed."""
    if ticket.status in (Status.OPEN, Status.ASSIGNED, Status.ACCEPTED):
        owner = rules.registry.person(ticket.owner) if ticket.owner else None
        tell_people(work, rules, now, ticket, [owner, rules.registry.grid_member_of(ticket.area)], Said.QUESTION,
                    "card.recovered", because=because, still="undone", lane=quiet_lane_of(ticket))


def do_open_again(work: Work, rules: Rules, now: datetime, old: Ticket, told: Told) -> Ticket:
    """Not settled after all, told more than 7 days after closing: a new ticket, linked to the old."""
    fresh = replace(told, category=old.category, place=told.place or old.place, act=Act.REPORT,
                    apart=told.apart or old.is_apart,
                    urgency=Urgency.NORMAL if told.urgency is None else told.urgency)
    if told.group is None:
        # Told alone, such words say no place: it is where the old one was.
        fresh = replace(fresh, area=old.area, township=old.township)
    ticket = replace(do_open(work, rules, now, fresh), linked_to=old.id)
    work.save(ticket)
    work.record(ticket.id, now, What.LINKED, told.sender, old.number)
    work.record(old.id, now, What.LINKED, told.sender, ticket.number)
    # One unsatisfied voice makes the outcome unsatisfied (design, section 7).
    work.save(replace(old, outcome=Outcome.UNSATISFIED))
    return ticket


def do_consult(work: Work, rules: Rules, now: datetime, told: Told) -> Ticket:
    """咨询: a question addressed to the bot is the grid member's for 24 h."""
    category = told.category or Category.OTHER
    owner = first_owner(rules, replace(told, danger=None))
    ticket = work.add_ticket(
        Ticket(
            id=0, number=work.next_number(now.date()), kind=TicketKind.CONSULTATION, category=category,
            urgency=Urgency.NORMAL, danger=None, doubt=False, group=told.group,
            groups=(told.group,) if told.group else (), area=told.area, township=told.township, place=told.place,
            summary=summarise(category, told.place, told.words), status=Status.OPEN, owner=owner.id,
            policy=emergency.policy_now(work, rules, now).version, opened_at=now, last_at=told.at,
        )
    )
    work.add_message(TicketMessage(told.message, ticket.id, told.sender, told.group, told.at, told.act, told.words or None))
    work.record(ticket.id, now, What.OPENED, told.sender, owner.id,
                {"number": ticket.number, "kind": "consultation", "category": category.value, "message": told.message},
                told.words or None)
    limit = now + timedelta(hours=24)
    work.set_clock(Clock(ticket.id, ClockKind.DONE, limit, limit))
    tell_basic(work, rules, now, ticket, Said.ANSWER, "consult.taken", because=told.message, args={"owner": owner.id})
    tell_person(work, rules, now, ticket, owner, Said.CARD, "card.consult", because=told.message, still="open")
    return ticket
