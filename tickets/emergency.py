"""平战转换: one logged switch. While it is on, matters are opened under the policy's form for emergencies, which they keep;
what was opened before goes on as it began.

The last line of the office's log says whether it is on: there is no second copy of the state.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.policy import Policy
from registry.model import Person
from registry.terms import Lane, Role, Said, Tier
from tickets.alarming import tell_office
from tickets.errors import RefusedError
from tickets.masking import clip, mask_numbers
from tickets.model import ToSay
from tickets.office_log import OfficeWhat
from tickets.telling import tell_person
from tickets.work import Rules, Work

#: Entries of the agenda that an emergency sets.
END = "emergency_end"
REMINDER = "emergency_reminder"

#: Who may switch it.
MAY = frozenset({Role.COUNTY_LEADER, Role.GRID_OFFICE})

#: Lines of the office's log that switch it.
SWITCHES = (OfficeWhat.EMERGENCY_STARTED, OfficeWhat.EMERGENCY_CHANGED, OfficeWhat.EMERGENCY_ENDED)
_REASON_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Emergency:
    """The emergency that is on. `line` is the log's line with its present reason and end; `until` None: until ended."""

    line: int
    since: datetime
    by: str
    until: datetime | None


def in_force(work: Work, now: datetime) -> Emergency | None:
    """The emergency of the moment; one whose time has passed is over even before the pass has said so."""
    found = work.office_log(SWITCHES, 1)
    if not found or found[0].what is OfficeWhat.EMERGENCY_ENDED:
        return None
    line, facts = found[0], found[0].facts
    until = datetime.fromisoformat(facts["until"]) if facts.get("until") else None
    if until is not None and until <= now:
        return None
    return Emergency(line.id, datetime.fromisoformat(facts["since"]), line.by or "", until)


def policy_now(work: Work, rules: Rules, now: datetime) -> Policy:
    """The policy under which a matter is opened at this moment."""
    usual = rules.policy
    return usual.emergency if usual.emergency is not None and in_force(work, now) is not None else usual


def do_start(
    work: Work, rules: Rules, now: datetime, by: Person, reason: str, until: datetime | None, *, because: str
) -> Emergency:
    """进入战时, or while it is on another reason and end. Raises RefusedError: no right, no reason, an end that has passed."""
    if by.role not in MAY:
        raise RefusedError("emergency_right")
    reason = clip(mask_numbers(" ".join(reason.split())), _REASON_CHARACTERS)
    if not reason:
        raise RefusedError("emergency_reason")
    if until is not None and until <= now:
        raise RefusedError("emergency_until")
    running = in_force(work, now)
    since = running.since if running else now
    what = OfficeWhat.EMERGENCY_CHANGED if running else OfficeWhat.EMERGENCY_STARTED
    facts = {"since": since.isoformat(), "until": until.isoformat() if until else None, "because": because}
    line = work.log_office(now, what, by.id, facts, reason)
    work.set_agenda(END, until)
    if running is None:
        work.set_agenda(REMINDER, now + timedelta(days=1))
        every = policy_now(work, rules, now).digest_every_hours
        if every is not None:
            work.set_agenda("digest", now + timedelta(hours=every))
    found = Emergency(line, since, by.id, until)
    _tell_all(work, rules, now, "emergency.started" if running is None else "emergency.changed", by.id, found, because)
    return found


def do_end(work: Work, rules: Rules, now: datetime, by: Person | None, *, because: str) -> None:
    """结束战时, by a person or, with None, by its own time. Raises RefusedError: no right, none is on."""
    if by is not None and by.role not in MAY:
        raise RefusedError("emergency_right")
    found = work.office_log(SWITCHES, 1)
    if not found or found[0].what is OfficeWhat.EMERGENCY_ENDED:
        raise RefusedError("emergency_off")
    line, facts = found[0], found[0].facts
    work.log_office(now, OfficeWhat.EMERGENCY_ENDED, by.id if by else None, {"since": facts["since"], "because": because})
    work.set_agenda(END, None)
    work.set_agenda(REMINDER, None)
    over = Emergency(line.id, datetime.fromisoformat(facts["since"]), line.by or "", None)
    _tell_all(work, rules, now, "emergency.ended", by.id if by else None, over, because)


def do_end_by_clock(work: Work, rules: Rules, now: datetime) -> None:
    """Its time is over: it ends with a line. A switch by hand that came first leaves nothing to do."""
    found = work.office_log(SWITCHES, 1)
    if found and found[0].what is not OfficeWhat.EMERGENCY_ENDED and in_force(work, now) is None:
        do_end(work, rules, now, None, because=f"agenda:{END}")
    else:
        work.set_agenda(END, None)


def do_remind(work: Work, rules: Rules, now: datetime) -> None:
    """Each day that it is on, the office and who switched it on are reminded, so that nobody forgets it."""
    running = in_force(work, now)
    if running is None:
        work.set_agenda(REMINDER, None)
        return
    because = f"agenda:{REMINDER}"
    args = _args(running)
    tell_office(work, rules, now, "emergency.reminder", because=because, args=args)
    person = rules.registry.person(running.by)
    if person is not None and person.role is not Role.GRID_OFFICE:
        tell_person(work, rules, now, None, person, Said.ALARM, "emergency.reminder", because=because, lane=Lane.URGENT,
                    args=args)
    work.set_agenda(REMINDER, now + timedelta(days=1))


def _args(emergency: Emergency) -> dict[str, object]:
    return {
        "line": emergency.line,
        "since": emergency.since.isoformat(),
        "until": emergency.until.isoformat() if emergency.until else None,
    }


def _tell_all(
    work: Work, rules: Rules, now: datetime, event: str, by: str | None, emergency: Emergency, because: str
) -> None:
    """The working groups of the county hear of a switch, and the office."""
    args = {**_args(emergency), "by": by}
    for group in rules.registry.groups.values():
        if group.tier is not Tier.BASIC and not group.office:
            work.say(ToSay(kind=Said.ALARM, event=event, lane=Lane.URGENT, ticket=None, because=because, group=group.id,
                           args=args, tier=group.tier), now)
    tell_office(work, rules, now, event, because=because, args=args)
