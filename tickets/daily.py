"""What has an hour of the day: the five lines at 08:00 for the command group, the digest for groups where a person must
press, and the list of what nobody pressed. Rows of the agenda, taken by the pass."""

from datetime import datetime, time, timedelta

from registry.terms import Lane, Said, Tier
from tickets import duty, emergency, proof
from tickets.alarming import tell_office
from tickets.model import Queued, ToSay
from tickets.truth import still_true
from tickets.work import Rules, Work

BRIEF = "brief"
PROOF = "proof"
DIGEST = "digest"
UNPRESSED = "unpressed"
ANCHOR = "anchor"
#: Each night one line anchors the heads of all chains (promise P10).
ANCHOR_AT = time(3, 30)
#: Everything with an hour of the day, by name. Storage's own chores (retention, anchors) are taken by the process.
ENTRIES = (BRIEF, DIGEST, UNPRESSED, ANCHOR, PROOF)
#: The recount from history stands in the agenda, too, but the process takes it: it reads too long for the pass.
RECOUNT = "recount"


def hour_of(rules: Rules, name: str) -> time:
    """The hour of the day of an entry, from the policy."""
    if name == BRIEF:
        return rules.policy.say.brief_at
    if name == DIGEST:
        return rules.policy.say.digest_at
    if name == UNPRESSED:
        return rules.policy.say.unpressed_at
    if name == PROOF:
        return rules.policy.say.proof_at
    if name == ANCHOR:
        return ANCHOR_AT
    raise ValueError(f"unknown agenda entry {name}")


def next_time(rules: Rules, name: str, after: datetime) -> datetime:
    """The first moment of the entry's hour after a moment."""
    at = datetime.combine(after.date(), hour_of(rules, name), tzinfo=after.tzinfo)
    return at if at > after else at + timedelta(days=1)


def plan(work: Work, rules: Rules, now: datetime, known: set[str]) -> None:
    """At start: set the next time of every entry that has none; rosters are looked at at once."""
    duty.plan_duty(work, rules, now)
    for name in ENTRIES:
        if name not in known:
            work.set_agenda(name, next_time(rules, name, now))


def do_entry(work: Work, rules: Rules, now: datetime, name: str, due_at: datetime) -> None:
    """Do one entry once, however late, and set its next time (late rule R12)."""
    if name == duty.DUTY:
        duty.do_shift_changes(work, rules, now)
        return
    if name == emergency.END:
        emergency.do_end_by_clock(work, rules, now)
        return
    if name == emergency.REMINDER:
        emergency.do_remind(work, rules, now)
        return
    if name == BRIEF:
        do_brief(work, rules, now)
    elif name == DIGEST:
        do_digest(work, rules, now)
    elif name == UNPRESSED:
        do_unpressed(work, rules, now)
    elif name == PROOF:
        proof.do_proof(work, rules, now)
    elif name == ANCHOR:
        work.anchor(now)
    work.set_agenda(name, _next_of(work, rules, name, now))


def _next_of(work: Work, rules: Rules, name: str, now: datetime) -> datetime:
    """The next time of an entry; in an emergency the digest comes every few hours."""
    every = emergency.policy_now(work, rules, now).digest_every_hours if name == DIGEST else None
    usual = next_time(rules, name, now)
    return usual if every is None else min(usual, now + timedelta(hours=every))


def do_brief(work: Work, rules: Rules, now: datetime) -> None:
    """Five lines in each command group: new, settled, overdue with who holds them, dangers, repeated; since yesterday's."""
    since = now - timedelta(days=1)
    for group in rules.registry.groups.values():
        if group.tier is not Tier.COMMAND or group.office:
            continue
        args = brief_of(work, covered_areas(rules, group.id), since, now)
        work.say(ToSay(kind=Said.BRIEF, event="brief", lane=Lane.DIGEST, ticket=None, because="agenda:brief", group=group.id,
                       args=args, tier=group.tier), now)


def brief_of(work: Work, areas: frozenset[str], since: datetime, now: datetime) -> dict[str, object]:
    """The figures of an area since a moment, with the overdue tickets and who holds them."""
    figures = dict(work.figures(areas, since, now))
    late = [
        {"ticket": ticket.aloud, "owner": ticket.owner, "unit": ticket.unit, "since": limit.isoformat()}
        for ticket, limit in work.overdue(areas, now, limit=5)
    ]
    running = emergency.in_force(work, now)
    war = {"emergency": running.since.isoformat(), "until": running.until.isoformat() if running.until else None} if running else {}
    return {"figures": figures, "late": late, "since": since.isoformat(), **war}


def covered_areas(rules: Rules, group_id: str) -> frozenset[str]:
    """All area codes that a coordination or command group serves: its `covers`, else its own area's whole subtree."""
    registry = rules.registry
    group = registry.group(group_id)
    if group is None:
        return frozenset()
    roots = group.covers or (group.area,)
    return frozenset(code for code in registry.areas if any(registry.within(code, root) for root in roots))


def do_digest(work: Work, rules: Rules, now: datetime) -> None:
    """One sentence a day tells a group what waits for it; the rows that it tells are its children. What is no longer
    true is left out, and where nothing is left there is no digest."""
    by_group: dict[str, list[Queued]] = {}
    for row in work.queued(Lane.DIGEST):
        if row.group is not None and row.event not in (DIGEST, BRIEF) and _is_true(work, row):
            by_group.setdefault(row.group, []).append(row)
    for group, rows in by_group.items():
        parent = work.say(
            ToSay(kind=Said.DIGEST, event=DIGEST, lane=Lane.DIGEST, ticket=None, because="agenda:digest", group=group,
                  args={"rows": [{"event": row.event, "ticket": row.ticket} for row in rows],
                        "tickets": sorted({row.ticket for row in rows if row.ticket is not None})},
                  tier=_tier_of(rules, group)),
            now,
        )
        work.gather(parent, [row.row for row in rows])


def _tier_of(rules: Rules, group_id: str) -> Tier:
    group = rules.registry.group(group_id)
    return group.tier if group is not None else Tier.BASIC


def _is_true(work: Work, row: Queued) -> bool:
    return row.ticket is None or still_true(row.still, work.get_ticket(row.ticket), row.round)


def do_unpressed(work: Work, rules: Rules, now: datetime) -> None:
    """What an owner or grid member was asked to press and did not by 21:00 is told to the grid office."""
    groups = sorted({row.group for row in work.unpressed() if row.group is not None})
    for group_id in groups:
        group = rules.registry.group(group_id)
        if group is None:
            continue
        tell_office(work, rules, now, "alarm.unpressed", because="agenda:unpressed", args={"group": group_id}, area=group.area)
