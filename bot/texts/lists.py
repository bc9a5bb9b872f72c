"""Sentences that tell several tickets: the digest, my open matters, which one, who waits, what is late."""

from collections.abc import Callable, Iterable, Mapping

from bot.texts.voice import Audience, Voice
from bot.texts.words import instant, span
from tickets.model import Ticket

_ROOM_BYTES = 1700
"""What lines may take of a text of 2,048 bytes; head and tail of the shipped sentences need about 200."""

_LISTED = 20


def named_tickets(voice: Voice) -> list[Ticket]:
    """The tickets of `args["tickets"]` that may be told here: a group hears of no person danger and no search."""
    ids = voice.args.get("tickets") or ()
    found = [voice.context.tickets[one] for one in ids if one in voice.context.tickets]
    return [ticket for ticket in found if _may_tell(voice, ticket)]


def _may_tell(voice: Voice, ticket: Ticket) -> bool:
    return voice.context.group is None or not (ticket.is_private or ticket.missing)


def fitted(lines: Iterable[str], count: int, more: Callable[[int], str]) -> tuple[str, str]:
    """As many lines as fit, and what is said of the rest; `count` is how many there are in all."""
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line.encode()) + 1
        if size > _ROOM_BYTES or len(kept) == _LISTED:
            break
        kept.append(line)
    rest = max(count - len(kept), 0)
    return "\n".join(kept), f"\n{more(rest)}" if rest else ""


def ticket_lines(voice: Voice, tickets: list[Ticket], count: int) -> dict[str, str]:
    """`lines` and `more` of a list with the state of each ticket."""
    told = (voice.sentences.fill("answer.mine.line", voice.of(t) | {"state": voice.state(t)}) for t in tickets)
    lines, more = fitted(told, count, lambda rest: voice.sentences.fill("answer.mine.more", {"count": str(rest)}))
    return {"lines": lines, "more": more, "count": str(count)}


def mine(voice: Voice) -> dict[str, str]:
    tickets = named_tickets(voice)
    count = voice.args.get("count")
    return ticket_lines(voice, tickets, count if isinstance(count, int) else len(tickets))


def which(voice: Voice) -> dict[str, str]:
    tickets = named_tickets(voice)
    return ticket_lines(voice, tickets, len(tickets))


def waiting(voice: Voice) -> str:
    """The tickets that await acceptance after an absence; nothing where there are none."""
    tickets = named_tickets(voice)
    if not tickets:
        return ""
    return voice.sentences.fill("away.waiting", ticket_lines(voice, tickets, len(tickets)))


def digest(voice: Voice) -> dict[str, str]:
    """One line per row. A person danger is never in a digest, a search only once the person is found."""
    lines = []
    for row in voice.args.get("rows") or ():
        row_id = row.get("ticket") if isinstance(row, Mapping) else None
        ticket = voice.context.tickets.get(row_id) if isinstance(row_id, int) else None
        if ticket is None or ticket.is_private:
            continue
        if ticket.missing and row.get("event") != "missing.found":
            continue
        name = f"digest.{row.get('event')}"
        values = voice.of(ticket)
        told = voice.sentences.fill(name if voice.sentences.has(name) else "digest.other", values)
        lines.append(voice.sentences.fill("digest.line", values | {"told": told}))
    told_lines, more = fitted(
        lines, len(lines), lambda rest: voice.sentences.fill("digest.more", {"count": str(rest)})
    )
    return {"lines": told_lines, "more": more}


def figures(voice: Voice) -> dict[str, str]:
    """The figures of the brief, and who holds what is late."""
    told = voice.args.get("figures") or {}
    values = {name: str(told.get(name, 0)) for name in ("new", "settled", "overdue", "dangers", "repeated", "open", "unreasonable")}
    late = [_late_line(voice, row) for row in voice.args.get("late") or () if isinstance(row, Mapping)]
    values["late"] = "：" + "；".join(late) + "。" if late else voice.sentences.fill("brief.late_none", {})
    return values


def _late_line(voice: Voice, row: Mapping[str, object]) -> str:
    since = instant(row.get("since"))
    owner = voice.person(row.get("owner"))
    unit = voice.unit_name(row.get("unit"))
    named = owner.name if owner is not None and voice.audience is not Audience.RESIDENTS else ""
    if owner is not None and not unit:
        unit = voice.role_of(owner.id)
    return voice.sentences.fill("brief.late", {
        "number": str(row.get("ticket", "")),
        "unit": unit or "还没有单位",
        "owner": named,
        "span": span(voice.context.now - since) if since else "时",
    }).replace("  ", " ")
