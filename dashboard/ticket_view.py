"""A ticket's page in words, cut to what the signed-in person may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dashboard.deps import Deps
from dashboard.history_words import sentence
from dashboard.ledger import supervised_words, topic_words, whistled_words
from dashboard.people import area_name, knows, may_see_files, official_name, unit_name
from dashboard.reading import OneTicket
from dashboard.resident_code import ticket_code
from dashboard.rows import ListRow, list_row
from dashboard.sends import SendRow, send_row
from dashboard.terms import ACT, OUTCOME, due, when
from registry.model import Person
from registry.registry import Registry
from registry.terms import Act, ClockKind, What
from tickets.carrying_over import TELLER
from tickets.masking import mask_numbers
from tickets.model import Clock, TicketMessage
from tickets.work import Rules

#: Where a matter of the time before came from.
OLD_LEDGER = "旧台账"
#: Lines whose words are an official's own and belong beside the line; residents' words are shown as messages.
_WITH_WORDS = frozenset({What.RETURNED, What.DONE, What.SUPERVISED, What.WHISTLED, What.REPORTED_IN,
                         What.SHELVED, What.EXTENDED, What.SET_ASIDE})
_CLOCKS = {
    ClockKind.ACCEPT: "接单",
    ClockKind.FIRST_CONTACT: "首次联系",
    ClockKind.DONE: "办结",
    ClockKind.REVIEW: "复查",
    ClockKind.RATING: "评价",
    ClockKind.DOUBT: "核实险情",
    ClockKind.STEP: "险情升级",
    ClockKind.WHISTLE: "报到",
    ClockKind.SUPERVISION: "督办回复",
}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    at: str
    sentence: str
    words: str
    look: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A picture or voice of a message. `path` is "" where it can't be shown; `note` says why."""

    path: str
    is_picture: bool
    note: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    at: str
    who: str
    group: str
    act: str
    words: str
    files: tuple[FileRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class TicketView:
    """What the page shows. Empty parts are what this person may not see, or what there is none of."""

    row: ListRow
    facts: tuple[tuple[str, str], ...]
    clocks: tuple[tuple[str, str, str], ...]
    history: tuple[HistoryRow, ...]
    messages: tuple[MessageRow, ...]
    sends: tuple[SendRow, ...]
    reasons: tuple[tuple[str, str], ...]
    has_numbers: bool
    resident_path: str
    merged_into: str
    linked_to: str


def ticket_view(rules: Rules, deps: Deps, page: OneTicket, me: Person, now: datetime, *, opened: bool) -> TicketView:
    """`opened`: numbers are shown, since their opening was just recorded."""
    registry, ticket = rules.registry, page.ticket
    row = list_row(registry, ticket, page.limit, now)
    clocks = tuple((_CLOCKS[clock.kind], *due(clock.limit_at, now)) for clock in _in_order(page.page.clocks))
    if not knows(registry, me, ticket):
        return TicketView(row, _bare_facts(registry, page, now), clocks, (), (), (), (), False, "", "", "")
    return TicketView(
        row=row,
        facts=_facts(registry, page, now),
        clocks=clocks,
        history=tuple(
            HistoryRow(when(line.at, now), sentence(registry, line),
                       _shown(words, opened) if line.what in _WITH_WORDS else "", _look(line.what))
            for line, words in page.page.lines
        ),
        messages=_messages(registry, page, me, now, opened),
        sends=tuple(send_row(registry, send, ticket, me, now) for send in reversed(page.page.said) if send.say.event != "cards.refresh"),
        reasons=_reasons(page),
        has_numbers=any(mask_numbers(m.words) != m.words for m in page.page.messages if m.words),
        resident_path="" if ticket.is_private else f"/t/{ticket_code(ticket.number, deps.session_key)}",
        merged_into=page.merged_into,
        linked_to=page.linked_to,
    )


def _in_order(clocks: Iterable[Clock]) -> list[Clock]:
    """As they come in a ticket's life; a warning before a limit is no limit of its own."""
    order = list(_CLOCKS)
    return sorted((clock for clock in clocks if clock.kind in _CLOCKS), key=lambda clock: order.index(clock.kind))


def _bare_facts(registry: Registry, page: OneTicket, now: datetime) -> tuple[tuple[str, str], ...]:
    ticket = page.ticket
    return (
        ("受理时间", when(ticket.opened_at, now)),
        ("负责人", official_name(registry, ticket.owner) or "—"),
    )


def _facts(registry: Registry, page: OneTicket, now: datetime) -> tuple[tuple[str, str], ...]:
    ticket = page.ticket
    groups = [group.name for group in map(registry.group, ticket.groups) if group]
    facts = [
        ("地点", mask_numbers(ticket.place or "没有说")),
        ("网格", area_name(registry, ticket.area)),
        ("来自", "、".join(groups) or _without_group(page)),
        ("责任单位", unit_name(registry, ticket.unit) or "还没有交办"),
        ("负责人", official_name(registry, ticket.owner) or "—"),
        ("受理时间", when(ticket.opened_at, now) + ("（迟到的消息）" if ticket.late else "")),
        ("接单时间", when(ticket.accepted_at, now)),
        ("办结时间", when(ticket.done_at, now)),
        ("声音", f"{ticket.voices} 人"),
        ("轮次", f"第 {ticket.round} 轮" + (f"，升级 {ticket.step} 次" if ticket.step else "")),
    ]
    if ticket.leader:
        facts.append(("领办领导", official_name(registry, ticket.leader) or "—"))
    if page.called_in.whistles:
        facts.append(("吹哨", whistled_words(registry, page.called_in.whistles)))
    if page.called_in.supervisions:
        facts.append(("督办", supervised_words(page.called_in.supervisions)))
    if page.called_in.topic:
        facts.append(("专题", topic_words(page.called_in.topic)))
    if ticket.returns:
        facts.append(("退回", f"{ticket.returns} 次"))
    if ticket.closed_at:
        facts.append(("关闭时间", when(ticket.closed_at, now)))
    if ticket.outcome:
        facts.append(("评价", OUTCOME[ticket.outcome]))
    return tuple(facts)


def _messages(registry: Registry, page: OneTicket, me: Person, now: datetime, opened: bool) -> tuple[MessageRow, ...]:
    # residents are told apart by a count within the ticket, never by name
    residents: dict[str, str] = {}
    rows = []
    for message in page.page.messages:
        name = OLD_LEDGER if message.sender == TELLER else official_name(registry, message.sender)
        if name is None:
            name = residents.setdefault(message.sender, f"居民{len(residents) + 1}")
        group = registry.group(message.group) if message.group else None
        rows.append(
            MessageRow(when(message.at, now), name, group.name if group else "" if name == OLD_LEDGER else "一对一", _act(message.act),
                       _shown(message.words, opened), _files(registry, page, me, message.id), _note(page, message))
        )
    return tuple(rows)


def _files(registry: Registry, page: OneTicket, me: Person, message: str) -> tuple[FileRow, ...]:
    allowed = may_see_files(registry, me, page.ticket)
    return tuple(
        FileRow(
            f"/tickets/{page.ticket.number}/files/{file.id}" if allowed and file.content_type else "",
            file.kind == "image",
            _FILE_NOTES.get(file.state, "") if allowed else f"（有{_kind(file.kind)}，负责这件事的人可以看）",
        )
        for file in page.files.get(message, ())
    )


def _note(page: OneTicket, message: TicketMessage) -> str:
    """What stands where neither words nor files do."""
    if message.words or page.files.get(message.id):
        return ""
    return f"（有{_kind(message.media)}）" if message.media else "（只记下这件事，不留原话）"


def _kind(media: str) -> str:
    return "语音" if media == "voice" else "图片"


def _without_group(page: OneTicket) -> str:
    return OLD_LEDGER if any(message.sender == TELLER for message in page.page.messages) else "一对一"


def _act(act: Act) -> str:
    return ACT[act]


def _shown(words: str | None, opened: bool) -> str:
    return (words if opened else mask_numbers(words)) if words else ""


def _reasons(page: OneTicket) -> tuple[tuple[str, str], ...]:
    """(rule, weight) of the reading that opened the ticket; a rule that several words met stands once, with its sum."""
    first = next((line for line, _ in page.page.lines if line.what is What.OPENED), None)
    found = first.facts.get("reasons", []) if first else []
    sums: dict[str, float] = {}
    for rule, weight in found:
        sums[str(rule)] = sums.get(str(rule), 0.0) + float(weight)
    return tuple((rule, f"{weight:+.3g}") for rule, weight in sums.items())


#: Of a file's states in storage; a kept one needs no words.
_FILE_NOTES = {"waiting": "（正在取图片或语音，稍后刷新）", "gone": "（图片或语音没有取到，或者已经过期）"}
_LOOKS = {
    What.DANGER_RAISED: "danger",
    What.DOUBTED: "danger",
    What.RAISED: "warn",
    What.RETURNED: "warn",
    What.REOPENED: "warn",
    What.ACCEPTED: "good",
    What.DONE: "good",
    What.CLOSED: "good",
    What.DANGER_ENDED: "good",
}


def _look(what: What) -> str:
    return _LOOKS.get(what, "")
