"""After a gap in hearing: say once in each group with open work from when to when the bot was away (promise P8)."""

from datetime import datetime, timedelta

from registry.terms import Hears, Lane, Said, Status, Urgency
from tickets.model import ToSay
from tickets.work import Rules, Work

#: A gap shorter than this loses nothing that people would miss.
LEAST = timedelta(seconds=60)
#: A stop by hand is expected; it is told only when it was longer.
LEAST_BY_HAND = timedelta(minutes=5)


def do_tell_away(work: Work, rules: Rules, now: datetime, since: datetime, *, by_hand: bool) -> int:
    """Tell the groups that are heard by mentions alone; those with the archive lost nothing. Gives how many were told.

    By day always; between 21:00 and 07:00 only where an urgent or danger ticket awaits acceptance.
    """
    if now - since <= (LEAST_BY_HAND if by_hand else LEAST):
        return 0
    quiet = rules.calendar.is_quiet(now)
    told = 0
    for group in rules.registry.groups.values():
        if group.hears is not Hears.MENTIONS:
            continue
        areas = [code for code in rules.registry.areas
                 if any(rules.registry.within(code, root) for root in group.covers or (group.area,))]
        waiting = [t for t in work.open_tickets(areas=areas)
                   if t.status in (Status.OPEN, Status.ASSIGNED) and not t.is_private and not t.missing]
        if quiet:
            waiting = [t for t in waiting if t.urgency is not Urgency.NORMAL]
        if not waiting:
            continue
        work.say(ToSay(kind=Said.AWAY, event="away", lane=Lane.URGENT, ticket=None, because="start", group=group.id,
                       args={"from": since.isoformat(), "until": now.isoformat(), "tickets": [t.id for t in waiting[:10]]},
                       tier=group.tier), now)
        told += 1
    return told
