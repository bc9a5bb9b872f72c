"""Residents' free talk: a matter is told, told again, completed, noted as over. One message, one use case."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.handlers.announced_time import announced_span
from bot.handlers.heard import Heard, Outcome, answer
from bot.handlers.orders import Order, read_order
from bot.messages import Line, MessageKind
from registry.terms import Act, Category, Role, Said, Status, TicketKind, Urgency
from tickets import danger, opening, settling
from tickets.merging import Attached, Bond
from tickets.model import Announcement, Ticket, TicketMessage
from tickets.telling import tell_person
from tickets.transitions import Deed, is_allowed
from tickets.work import Rules, Work

#: How long before the words a picture or a place by the same person still belongs to them.
_BEFORE_WORDS = timedelta(minutes=3)
#: A report inside an announced outage becomes a matter when its end has passed by so much (domain.md).
_OVERDUE_ANNOUNCEMENT = timedelta(minutes=30)
#: How long an announced outage lasts that names no end.
_WITHOUT_END = timedelta(hours=6)
#: Works begin a little early.
_BEFORE_START = timedelta(minutes=10)
#: So long after an announcement neighbours still speak of it.
_SINKS_IN = timedelta(minutes=30)
_OFF_NOW = re.compile("现在|已经|这会|刚刚|刚才|怎么|咋|为啥|为什么|提前|就停了|还没到")


def hear_report(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """A new matter, or one more voice on a known one; inside an announcement it is answered with its words."""
    told = heard.told
    announcement = announced(work, rules, heard) or _just_announced(work, rules, heard)
    if announcement is not None and heard.attached.bond is Bond.NEW:
        answer(work, rules, heard, "answer.announcement", None, announcement=announcement.id)
        return Outcome(Act.REPORT)
    if heard.attached.bond is Bond.NEW or heard.ticket is None or heard.ticket.kind is TicketKind.CONSULTATION:
        ticket = opening.do_open(work, rules, heard.now, told)
    else:
        ticket = opening.do_voice(work, rules, heard.now, heard.ticket, told)
        if told.to_bot:
            answer(work, rules, heard, "answer.voice_added", ticket)
    return Outcome(Act.REPORT, ticket, gather_before(work, heard, ticket))


def hear_echo(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """「+1」「我家也是」: a voice on a matter; without one it is chat, unless it names what is wrong and what it echoes lies
    in no ticket any more: told inside an announcement that is over, or taken back by a neighbour."""
    if heard.ticket is None:
        return _by_itself(work, rules, heard)
    return Outcome(Act.ECHO, opening.do_voice(work, rules, heard.now, heard.ticket, heard.told))


def _by_itself(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """What leans on a line that lies in no ticket: a matter of its own where it names one, else chat."""
    if _stands_alone(work, heard) and announced(work, rules, heard) is None:
        return hear_report(work, rules, replace(heard, told=replace(heard.told, act=Act.REPORT), attached=Attached(Bond.NEW)))
    return Outcome(Act.CHAT)


def _stands_alone(work: Work, heard: Heard) -> bool:
    """Whether an echo or supplement would be a matter by itself: it names the place, and what it echoes was not judged to be none."""
    told = heard.told
    if told.refers_to is None or told.category is None or told.place is None or told.urgency is None:
        return False
    lies_in = work.ticket_of_message(told.refers_to)
    return lies_in is None or work.get_ticket(lies_in).status is Status.WITHDRAWN


def hear_supplement(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """Place, time, cause, picture; without a matter it is chat, unless it would be one by itself."""
    if heard.ticket is None:
        return _by_itself(work, rules, heard)
    ticket = opening.do_supplement(work, rules, heard.now, heard.ticket, heard.told)
    if heard.line.kind is MessageKind.VOICE:
        tell_person(work, rules, heard.now, ticket, rules.registry.grid_member_of(ticket.area), Said.CARD, "card.voice",
                    because=heard.because, still="open")
    return Outcome(Act.SUPPLEMENT, ticket)


def hear_recovery(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """「来电了」: noted, and the holder is asked whether it is over. 「我们自己修好了」 by who told it settles it."""
    if heard.ticket is None:
        return Outcome(Act.CHAT)
    announcement = announced(work, rules, heard)
    if announcement is not None and heard.ticket.opened_at < announcement.at:
        # What is back is what was announced to be off, not the matter of days ago.
        return Outcome(Act.CHAT)
    if _settles(work, heard, heard.ticket):
        opening.lay_in(work, heard.ticket, heard.told)
        return Outcome(Act.RECOVERY, settling.do_settle(work, rules, heard.now, heard.ticket, heard.person, because=heard.because))
    return Outcome(Act.RECOVERY, opening.do_note_recovery(work, rules, heard.now, heard.ticket, heard.told))


def _settles(work: Work, heard: Heard, ticket: Ticket) -> bool:
    """Whether a voice or a head says that the neighbours have settled the matter themselves, where that may end it."""
    told_it = heard.person.role is Role.HOUSEHOLD_HEAD or heard.person.id in work.voices(ticket.id)
    return told_it and read_order(heard.told.words).order is Order.SETTLE and is_allowed(Deed.SETTLE, ticket)


def hear_notice(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """An official's announcement or progress report: kept as a line of its matter, or as an announcement."""
    told = heard.told
    if told.announces and told.category is not None and heard.group is not None:
        starts_at, ends_at = announced_span(told.words, told.at)
        work.add_announcement(
            Announcement(id=0, group=heard.group.id, area=told.area, category=told.category, message=told.message,
                         by=told.sender, at=told.at, starts_at=starts_at or told.at, ends_at=ends_at, words=told.words)
        )
    ticket = heard.ticket
    if ticket is None or heard.attached.bond is not Bond.ABOUT:
        return Outcome(Act.NOTICE)
    if ticket.doubt and told.urgency is Urgency.DANGER and not told.doubt:
        # An official's own words that call it dangerous confirm a doubt (domain.md).
        ticket = danger.do_confirm(work, rules, heard.now, ticket, heard.person, because=heard.because)
    work.add_message(TicketMessage(told.message, ticket.id, told.sender, told.group, told.at, Act.NOTICE, told.words or None))
    return Outcome(Act.NOTICE, ticket)


def hear_question(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """咨询: addressed to the bot it is the grid member's for 24 h; else silence, unless an announcement answers it."""
    announcement = announced(work, rules, heard)
    if announcement is not None:
        answer(work, rules, heard, "answer.announcement", None, announcement=announcement.id)
        return Outcome(Act.QUESTION)
    if not heard.told.to_bot:
        return Outcome(Act.QUESTION)
    return Outcome(Act.QUESTION, opening.do_consult(work, rules, heard.now, heard.told))


def announced(work: Work, rules: Rules, heard: Heard) -> Announcement | None:
    """The running announcement that explains a report of its category; none once its end has passed by 30 minutes."""
    told = heard.told
    for announcement in _announcements(work, rules, heard):
        start = announcement.starts_at or announcement.at
        end = announcement.ends_at or start + _WITHOUT_END
        # What is off before the announced hour is no announced outage; a question is answered from the first word.
        begins = announcement.at if told.act is Act.QUESTION else max(start - _BEFORE_START, announcement.at)
        if begins <= told.at < end + _OVERDUE_ANNOUNCEMENT:
            return announcement
    return None


def _just_announced(work: Work, rules: Rules, heard: Heard) -> Announcement | None:
    """The announcement to which neighbours say 「又停电」 a few minutes later, though it is for tomorrow. Who names his
    place or says that it is off now tells of something else."""
    told = heard.told
    if told.place is not None or _OFF_NOW.search(told.words):
        return None
    for announcement in _announcements(work, rules, heard):
        start = announcement.starts_at or announcement.at
        if announcement.at <= told.at <= announcement.at + _SINKS_IN and told.at < start - _BEFORE_START:
            return announcement
    return None


def _announcements(work: Work, rules: Rules, heard: Heard) -> Iterator[Announcement]:
    """Those of the message's category and place that speak of no ticket. A danger is explained by none."""
    told = heard.told
    if told.category not in (Category.WATER, Category.POWER, Category.GAS_HEATING, Category.ROAD):
        return
    if told.urgency is Urgency.DANGER or told.doubt:
        return
    areas = {area.code for area in rules.registry.chain(told.area)} | {told.area}
    for announcement in work.announcements(areas, told.at):
        if announcement.category is told.category and announcement.ticket is None:
            yield announcement


def gather_before(work: Work, heard: Heard, ticket: Ticket) -> tuple[tuple[str, Act], ...]:
    """A picture or a place sent just before the words belongs to them: it is laid in the ticket as a supplement."""
    gathered: list[tuple[str, Act]] = []
    for line in reversed(heard.before):
        if heard.line.at - line.at > _BEFORE_WORDS:
            break
        if line.sender == heard.line.sender and line.ticket is None and _is_fragment(line):
            message = TicketMessage(line.id, ticket.id, line.sender, line.group, line.at, Act.SUPPLEMENT, None, line.kind.value)
            if work.add_message(message):
                gathered.append((line.id, Act.SUPPLEMENT))
    return tuple(reversed(gathered))


def _is_fragment(line: Line) -> bool:
    return line.kind in (MessageKind.IMAGE, MessageKind.LOCATION)
