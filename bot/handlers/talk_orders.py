"""Orders that ask the bot itself: help, my open matters, today's figures, why, who answers, silence, leave, search."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.handlers.announced_time import announced_span
from bot.handlers.heard import Heard, Outcome, answer
from bot.handlers.orders import Asked, Order, hours_in
from bot.handlers.rights import check_may
from registry.model import Group
from registry.terms import Act, Category, Role, Said, Tier, Urgency, What
from tickets import daily, emergency, missing, opening
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.work import Rules, Work

#: How many of one's open matters are listed in one answer.
_LISTED = 10


def give_help(work: Work, rules: Rules, heard: Heard) -> Outcome:
    answer(work, rules, heard, "help", None, Said.HELP, role=heard.person.role.value)
    return Outcome(Act.COMMAND)


def list_mine(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """我还有啥没办 / 我的单: what I hold, what my unit holds, or for a head what his group waits for."""
    person = heard.person
    check_may(rules, person, Order.MINE, None)
    found: dict[int, Ticket] = {t.id: t for t in work.open_tickets(owner=person.id)}
    if person.unit:
        found |= {t.id: t for t in work.open_tickets(unit=person.unit)}
    elif person.role is Role.HOUSEHOLD_HEAD:
        for group in person.groups:
            found |= {t.id: t for t in work.open_tickets(group=group)}
    mine = sorted((t for t in found.values() if not t.is_private), key=lambda t: t.opened_at)
    answer(work, rules, heard, "answer.mine", None, tickets=[t.id for t in mine[:_LISTED]], count=len(mine))
    return Outcome(Act.COMMAND)


def tell_today(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """今日情况: the figures since midnight for the group's or the person's area."""
    check_may(rules, heard.person, Order.TODAY, None)
    midnight = heard.now.replace(hour=0, minute=0, second=0, microsecond=0)
    if heard.group is not None and heard.group.tier is not Tier.BASIC:
        areas = daily.covered_areas(rules, heard.group.id)
    else:
        root = heard.person.area or heard.told.area
        areas = frozenset(code for code in rules.registry.areas if rules.registry.within(code, root))
    answer(work, rules, heard, "answer.today", None, **daily.brief_of(work, areas, midnight, heard.now))
    return Outcome(Act.COMMAND)


def tell_why(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """为什么: which rules led to the ticket, in one sentence; of a quoted line that joined it, why it was laid
    there. The names lie in history."""
    ticket = heard.ticket or next((c.ticket for c in heard.candidates), None)
    if ticket is None:
        raise RefusedError("not_found", None, number="、".join(heard.told.numbers))
    check_may(rules, heard.person, Order.WHY, ticket)
    history = work.history(ticket.id)
    quoted = heard.told.quote
    joined = next((line for line in history if quoted and line.facts.get("message") == quoted and line.what is not What.OPENED), None)
    if joined is not None and joined.facts.get("reasons"):
        answer(work, rules, heard, "answer.why", ticket, rules=[rule for rule, _ in joined.facts["reasons"]], joined=True)
        return Outcome(Act.COMMAND, ticket)
    opened = next((line for line in history if line.what is What.OPENED), None)
    reasons = [rule for rule, _ in (opened.facts.get("reasons", []) if opened else [])]
    answer(work, rules, heard, "answer.why", ticket, rules=reasons)
    return Outcome(Act.COMMAND, ticket)


def tell_who(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """谁负责: head, grid member, sponsor, hours, and the work numbers that they agreed to publish."""
    answer(work, rules, heard, "answer.who", None, area=heard.told.area, group=heard.group.id if heard.group else None)
    return Outcome(Act.COMMAND)


def mute(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """静音 2小时 / 恢复, by the group's owner alone. Danger still sends cards."""
    group = heard.group
    if group is None or group.owner != heard.person.id:
        raise RefusedError("owner_only")
    if asked.order is Order.UNMUTE:
        work.mute(group.id, None)
        answer(work, rules, heard, "answer.unmuted")
    else:
        until = heard.now + timedelta(hours=hours_in(asked.rest or heard.told.words))
        work.mute(group.id, until)
        answer(work, rules, heard, "answer.muted", None, until=until.isoformat())
    return Outcome(Act.COMMAND)


def take_leave(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """请假代班: today, 明天 or 后天, with a colleague of the same roster named."""
    check_may(rules, heard.person, Order.LEAVE, None)
    words = heard.told.words
    day: date = heard.now.date() + timedelta(days=2 if "后天" in words else 1 if "明天" in words else 0)
    roster = next((r for r in rules.registry.rosters
                   if any(heard.person.id in shift.people for shift in r.shifts)), None)
    if roster is None:
        raise RefusedError("leave_unknown")
    instead = next((p for p in rules.registry.people.values()
                    if p.id != heard.person.id and p.name in words and p.role is not Role.RESIDENT), None)
    if instead is None:
        raise RefusedError("leave_unknown")
    work.add_override(roster.id, day, heard.person.id, instead.id, heard.person.id, heard.now)
    answer(work, rules, heard, "answer.leave", None, absent=heard.person.id, instead=instead.id, day=day.isoformat())
    return Outcome(Act.COMMAND)


def order_search(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """寻人: an official's own words go to the groups that he names, or to his area's; a head's words open the matter."""
    told = heard.told
    ticket = heard.ticket if heard.ticket is not None and heard.ticket.missing else None
    if ticket is None:
        searched = replace(told, category=Category.PERSON_HELP, urgency=Urgency.URGENT, missing=True, danger=None, doubt=False)
        ticket = opening.do_open(work, rules, heard.now, searched)
    else:
        ticket = opening.do_supplement(work, rules, heard.now, ticket, told)
    if heard.person.role in (Role.RESIDENT, Role.HOUSEHOLD_HEAD):
        answer(work, rules, heard, "answer.recorded", ticket)
        return Outcome(Act.COMMAND, ticket)
    groups = groups_named(rules, heard)
    missing.do_order_search(work, rules, heard.now, ticket, heard.person, groups, told.words, because=heard.because)
    answer(work, rules, heard, "answer.search", ticket, groups=len(groups))
    return Outcome(Act.COMMAND, ticket)


#: The end of an emergency in the order's words, which is no part of its reason.
_UNTIL = re.compile(r"[，,。\s]*(?:一?直?到|至|截至)\s*(?:\d|今|明|后天|次日|下?周|星期).*$")


def switch_emergency(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """进入战时 reason 到 …, 结束战时: by a county leader or the grid office."""
    if asked.order is Order.PEACE:
        emergency.do_end(work, rules, heard.now, heard.person, because=heard.because)
        answer(work, rules, heard, "answer.emergency_off")
        return Outcome(Act.COMMAND)
    until = announced_span(asked.rest, heard.now)[1]
    reason = _UNTIL.sub("", asked.rest).strip("，,。：: ")
    started = emergency.do_start(work, rules, heard.now, heard.person, reason, until, because=heard.because)
    answer(work, rules, heard, "answer.emergency_on", None, until=started.until.isoformat() if started.until else None)
    return Outcome(Act.COMMAND)


def groups_named(rules: Rules, heard: Heard) -> list[Group]:
    """The groups whose names stand in the words; 全部 or none named: the basic groups of the speaker's area."""
    words = heard.told.words
    named = [g for g in rules.registry.groups.values() if g.name in words]
    if named:
        return named
    if heard.group is not None and heard.group.tier is Tier.BASIC and "全部" not in words and "所有" not in words:
        return [heard.group]
    return list(rules.registry.basic_groups_of(heard.person.area or heard.told.area))
