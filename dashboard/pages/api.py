"""/api/v1: the same lists for programs, by the same sign-in, as JSON."""

from datetime import datetime
from typing import Any

from aiohttp import web

from dashboard import reading
from dashboard.pages.board import PAGE_SIZE, read_query
from dashboard.people import area_name, unit_name
from dashboard.terms import PRIVATE
from dashboard.visit import HEADERS, Visit, json_error
from registry.registry import Registry
from tickets.masking import mask_numbers
from tickets.model import Ticket


async def tickets(visit: Visit) -> web.Response:
    """GET /api/v1/tickets?tab=&q=&page=: open tickets, as on the page."""
    asked, now, registry = read_query(visit.request), visit.now, visit.registry
    board = await visit.deps.store.read(
        lambda work: reading.read_tickets(work, asked.tab, asked.search, asked.page, PAGE_SIZE, now)
    )
    found = [ticket_data(registry, ticket, limit) for ticket, limit in board.tickets]
    return web.json_response(
        {"now": now.isoformat(), "page": asked.page, "page_size": PAGE_SIZE, "total": board.total, "tickets": found},
        headers=HEADERS,
    )


async def one_ticket(visit: Visit) -> web.Response:
    """GET /api/v1/tickets/<number>: a ticket with the facts of its history, without words."""
    number, now, registry = visit.request.match_info["number"], visit.now, visit.registry
    page = await visit.deps.store.read(lambda work: reading.read_ticket(work, number, now))
    if page is None:
        return json_error(404, f"没有找到编号「{number[:24]}」的工单。")
    data = ticket_data(registry, page.ticket, page.limit)
    if not page.ticket.is_private:
        data["history"] = [
            {"at": line.at.isoformat(), "what": line.what.value, "by": official_id(registry, line.by), "to": line.to}
            for line, _ in page.page.lines
        ]
    return web.json_response(data, headers=HEADERS)


def ticket_data(registry: Registry, ticket: Ticket, limit: datetime | None) -> dict[str, Any]:
    """A ticket as plain data; a person danger with its number, state and holder only (promise P13)."""
    data: dict[str, Any] = {
        "ticket": ticket.number,
        "status": ticket.status.value,
        "owner": ticket.owner,
        "opened": ticket.opened_at.isoformat(),
        "due": limit.isoformat() if limit else None,
    }
    if ticket.is_private:
        return {**data, "category": None, "summary": PRIVATE}
    return {
        **data,
        "category": ticket.category.value,
        "urgency": ticket.urgency.value,
        "danger": ticket.danger.value if ticket.danger else None,
        "doubt": ticket.doubt,
        "area": ticket.area,
        "area_name": area_name(registry, ticket.area),
        "place": mask_numbers(ticket.place) if ticket.place else None,
        "summary": mask_numbers(ticket.summary),
        "unit": ticket.unit,
        "unit_name": unit_name(registry, ticket.unit),
        "round": ticket.round,
        "step": ticket.step,
        "voices": ticket.voices,
        "accepted": ticket.accepted_at.isoformat() if ticket.accepted_at else None,
        "done": ticket.done_at.isoformat() if ticket.done_at else None,
        "closed": ticket.closed_at.isoformat() if ticket.closed_at else None,
        "outcome": ticket.outcome.value if ticket.outcome else None,
    }


def official_id(registry: Registry, person_id: str | None) -> str | None:
    """Registered officials and heads by their id; residents are told apart by nothing."""
    if person_id is None:
        return None
    person = registry.person(person_id)
    return person.id if person is not None and person.role.value != "resident" else "resident"
