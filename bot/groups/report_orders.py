"""A report of 居民上报 becomes a ticket, and the steps taken on it over there become lines of its history, once each."""

from dataclasses import replace
from datetime import datetime

from bot.channels.resident_reports import Order, Process, Step
from bot.decider import Decider, Read, attach_told
from bot.messages import Incoming, Line
from registry.model import Area, Person
from registry.registry import Registry
from registry.terms import Act, Level, Role, Tier, What
from storage import resident_order_rows
from storage.resident_order_rows import TakenOrder
from storage.work import SqlWork
from tickets.merging import LOOK_BACK, WIDE, WIDE_WITHIN, Bond
from tickets.model import Ticket
from tickets.opening import ask_whether_over, do_open, do_voice
from tickets.work import Rules

DOOR = "resident_report"
"""In facts of history lines: what came by 居民上报."""


def take_over(work: SqlWork, decider: Decider, rules: Rules, order: Order, now: datetime) -> Ticket:
    """Open the ticket of an order that is new, and tell the steps that are new; the same order twice changes nothing."""
    taken = resident_order_rows.get(work, order.id)
    if taken is None:
        ticket = _hear(work, decider, rules, order, now)
        work.record(ticket.id, now, What.SUPPLEMENT, None, None, {"door": DOOR, "step": "received", "order": order.id})
        taken = TakenOrder(order.id, ticket.id, 0)
    ticket = work.get_ticket(taken.ticket)
    for process in order.steps[taken.steps :]:
        _tell_step(work, rules, ticket, process, now)
    resident_order_rows.put(work, replace(taken, steps=max(taken.steps, len(order.steps))))
    return ticket


def _hear(work: SqlWork, decider: Decider, rules: Rules, order: Order, now: datetime) -> Ticket:
    """Read the words as a resident's told alone to the bot: in no group, so that no group hears of the reporter."""
    registry = rules.registry
    area = area_of(registry, order)
    person = Person(id=f"report:{order.reporter or order.id}", name="居民", role=Role.RESIDENT, area=area.code)
    line = Line(
        id=f"report:{order.id}",
        at=order.created,
        sender=person.id,
        role=Role.RESIDENT,
        tier=Tier.BASIC,
        group=None,
        words=order.words,
    )
    near = next(iter(registry.basic_groups_of(area.code)), None)
    verdict = decider.classifier.read(line, (), decider.whereabouts.where(near, person))
    if verdict.act is not Act.REPORT:
        verdict = replace(verdict, act=Act.REPORT)
    incoming = Incoming(id=line.id, channel=DOOR, sender=person.id, at=line.at, kind=line.kind, words=line.words)
    told = decider.told_from(Read(incoming, line, person, None, heard=True), verdict, now)
    told = replace(
        told, place=told.place or order.place or None, area=told.area if told.area in registry.areas else area.code
    )
    known = work.candidates(
        areas=decider.whereabouts.candidate_areas(None, person, told.area),
        since=told.at - LOOK_BACK,
        township=told.township,
        wide=WIDE,
        wide_since=told.at - WIDE_WITHIN,
    )
    attached = attach_told(
        told, [one for one in known if not one.ticket.is_private or told.danger is one.ticket.danger]
    )
    if attached.bond is Bond.VOICE and attached.candidate is not None:
        return do_voice(work, rules, now, attached.candidate.ticket, told)
    return do_open(work, rules, now, told)


def area_of(registry: Registry, order: Order) -> Area:
    """The grid by its code, else by its name where only one is called so; else the county, whose grid office sees to it."""
    by_code = registry.area(order.grid_id)
    if by_code is not None:
        return by_code
    named = [area for area in registry.areas.values() if order.grid_name and area.name == order.grid_name]
    if len(named) == 1:
        return named[0]
    return next(
        (area for area in registry.areas.values() if area.level is Level.COUNTY), next(iter(registry.areas.values()))
    )


def _tell_step(work: SqlWork, rules: Rules, ticket: Ticket, process: Process, now: datetime) -> None:
    """A line of history. What is called done over there is not done here: holder and grid member are asked."""
    by = rules.registry.person_by_identity("wecom", process.userid)
    facts = {"door": DOOR, "step": process.step.name.lower(), "at": process.at.isoformat()}
    work.record(ticket.id, now, What.SUPPLEMENT, by.id if by is not None else None, None, facts)
    if process.step is Step.DONE:
        ask_whether_over(work, rules, now, work.get_ticket(ticket.id), because=f"report:{ticket.id}")
