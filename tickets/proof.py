"""17:00: every step of tonight's ladders is proved to reach somebody; the grid office hears the result while there is
time to mend it."""

from datetime import datetime

from escalation.proof import calendar_holes, prove, tonight
from registry.terms import Lane, Said
from tickets.alarming import tell_office
from tickets.emergency import policy_now
from tickets.office_log import OfficeLine, OfficeWhat
from tickets.work import Rules, Work

#: Holes that are kept and told; of more only their number.
_KEPT = 50


def do_proof(work: Work, rules: Rules, now: datetime) -> None:
    """Prove tonight until the morning's brief, log the result and tell the grid office."""
    policy = policy_now(work, rules, now)
    start, until = tonight(policy, rules.calendar, now)
    holes = (*prove(policy, rules.registry, rules.calendar, start, until), *calendar_holes(rules.calendar, now))
    facts = {"until": until.isoformat(), "count": len(holes), "holes": [hole.sentence for hole in holes[:_KEPT]]}
    work.log_office(now, OfficeWhat.PROVED, None, facts)
    tell_office(work, rules, now, "proof", because="agenda:proof", kind=Said.PROOF,
                lane=Lane.URGENT if holes else Lane.NORMAL, args=facts)


def last_proof(work: Work) -> OfficeLine | None:
    """The latest proof with its holes in the facts, for the office page."""
    return next(iter(work.office_log((OfficeWhat.PROVED,), 1)), None)
