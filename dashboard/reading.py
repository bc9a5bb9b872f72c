"""What the pages read and the few rows they write beside the use cases: the one place that knows `storage.queries`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from dashboard.brief import Brief
from dashboard.ledger import LedgerRow, bounds
from registry.registry import Registry
from registry.terms import ClockKind, Hears, Outcome
from storage import queries
from storage.queries import TicketPage, called_in_rows, member_rows, office_rows, outcome_rows
from tickets import emergency, proof
from tickets.called_in import CalledIn
from tickets.learned import Correction
from tickets.model import Clock, Queued, Ticket
from tickets.office_log import OfficeLine

#: A unit's `storage.work.SqlWork`, which pages must not import.
AnyWork: TypeAlias = Any
#: A `storage.outbox.OutboxRow`, likewise.
AnySend: TypeAlias = Any
#: A `storage.media_rows.KeptMedium`, likewise.
AnyFile: TypeAlias = Any

SENDS_SHOWN = 30
#: Of how long the board shows what residents found.
OUTCOMES_OF = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything of the first page. `counts` by tab; `about` are the tickets of `sends` by id."""

    tickets: tuple[tuple[Ticket, datetime | None], ...]
    total: int
    counts: Mapping[str, int]
    today: Mapping[str, int]
    outcomes: Mapping[Outcome, int]
    """Of the last 30 days."""
    sends: list[AnySend]
    sends_total: int
    about: Mapping[int, Ticket]
    strangers: int
    alarms: list[str]
    corrections: Mapping[Correction, int]
    """What people put right in the last 30 days, by kind."""
    county: queries.county_notes.CountyNote | None
    """How the last change of the county's files went."""


@dataclass(frozen=True, slots=True)
class OneTicket:
    """A ticket's page with what its numbers point to. `limit` is the limit that runs out next."""

    page: TicketPage
    limit: datetime | None
    called_in: CalledIn
    merged_into: str
    linked_to: str
    files: Mapping[str, tuple[AnyFile, ...]]
    """By message."""

    @property
    def ticket(self) -> Ticket:
        return self.page.ticket


@dataclass(frozen=True, slots=True)
class Unknown:
    """An unregistered chat, with all who spoke in it counted together, or (group None) a person."""

    channel: str
    group: str | None
    sender: str | None
    first_at: datetime
    last_at: datetime
    times: int


def read_board(work: AnyWork, tab: str, search: str, page: int, size: int, now: datetime) -> Board:
    """The first page at this moment."""
    found = read_tickets(work, tab, search, page, size, now)
    sends = [*queries.troubled_sends(work), *queries.unpressed(work)]
    shown = sends[:SENDS_SHOWN]
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Board(
        tickets=found.tickets,
        total=found.total,
        counts={name.value: count for name, count in office_rows.tab_counts(work, now).items()},
        # the span's end is not in it, and what was opened this very moment is of today
        today=queries.figures(work, None, today, now + timedelta(seconds=1)),
        outcomes=outcome_rows.outcomes(work, now - OUTCOMES_OF, now + timedelta(seconds=1)),
        sends=shown,
        sends_total=len(sends),
        about={row.say.ticket: work.get_ticket(row.say.ticket) for row in shown if row.say.ticket},
        strangers=len(read_unknown(work)),
        alarms=_alarms(work, now),
        corrections=queries.correction_rows.counts(work, now - OUTCOMES_OF),
        county=queries.county_notes.last(work),
    )


def read_tickets(work: AnyWork, tab: str, search: str, page: int, size: int, now: datetime) -> office_rows.OpenTickets:
    """One page of open tickets."""
    return office_rows.open_tickets(work, office_rows.Tab(tab), search, page, size, now)


def read_ticket(work: AnyWork, number: str, now: datetime) -> OneTicket | None:
    """A ticket's page; None when there is no such ticket."""
    page = queries.ticket_page(work, number, now)
    if page is None:
        return None
    ticket = page.ticket
    limits = [clock.limit_at for clock in page.clocks if clock.kind in office_rows.SHOWN_CLOCKS]
    return OneTicket(
        page=page,
        limit=min(limits, default=None),
        called_in=called_in_rows.of_ticket(work, ticket.id),
        merged_into=work.get_ticket(ticket.merged_into).number if ticket.merged_into else "",
        linked_to=work.get_ticket(ticket.linked_to).number if ticket.linked_to else "",
        files=queries.media_rows.of_ticket(work, ticket.id),
    )


def read_file(work: AnyWork, ticket: Ticket, file: int) -> tuple[str, bytes] | None:
    """(content type, bytes) of a file kept with this ticket; None where there is none."""
    return queries.media_rows.body(work, ticket.id, file)


def read_ledger(
    work: AnyWork, since: datetime, until: datetime, areas: Collection[str] | None = None
) -> list[LedgerRow]:
    """The lines of the ledger; `areas` are all codes wanted, None means any."""
    called_in = called_in_rows.of_span(work, since, until)
    return [
        LedgerRow(row.ticket, row.accept_limit, row.done_limit, called_in.get(row.ticket.id, CalledIn()))
        for row in queries.ledger_rows(work, since, until, areas)
    ]


def read_brief(
    work: AnyWork, place: str, areas: Collection[str] | None, start: date, end: date, now: datetime
) -> Brief:
    """The brief of some days, both included: what happened in them, and what is open and late at this moment."""
    since, until = bounds(start, end, now)
    return Brief(
        place, start, end,
        behind=queries.behind_figures(work, areas, since, until, now),
        late=queries.overdue(work, areas, now),
        categories=queries.counts_by(work, "category", since, until, areas),
        units=queries.unit_figures(work, since, until, areas),
    )


def read_topics(work: AnyWork, *, with_withdrawn: bool) -> list[called_in_rows.TopicLine]:
    """专题: the list for the standing meeting, the latest first."""
    return called_in_rows.topic_list(work, with_withdrawn=with_withdrawn)


def read_unknown(work: AnyWork) -> list[Unknown]:
    """Unregistered chats and people, each once, the latest first."""
    found: dict[tuple[str, str | None, str | None], Unknown] = {}
    for one in queries.unknown_ones(work):
        sender = None if one.group else one.sender
        key = (one.channel, one.group, sender)
        before = found.get(key)
        found[key] = Unknown(
            one.channel, one.group, sender,
            min(one.first_at, before.first_at) if before else one.first_at,
            max(one.last_at, before.last_at) if before else one.last_at,
            one.times + (before.times if before else 0),
        )  # fmt: skip
    return list(found.values())


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The emergency that is on, its log with the reasons (newest first), and the latest proof of the ladders."""

    emergency: emergency.Emergency | None
    log: list[tuple[OfficeLine, str | None]]
    proof: OfficeLine | None


def read_rules_page(work: AnyWork, now: datetime) -> RulesPage:
    """What /rules shows."""
    log = [(line, work.office_words(line.id)) for line in work.office_log(emergency.SWITCHES, 20)]
    return RulesPage(emergency.in_force(work, now), log, proof.last_proof(work))


@dataclass(frozen=True, slots=True)
class RegistryInUse:
    """The registry as it was imported, its version, and the imports: when, by whom, whether in use; newest first."""

    version: int | None
    registry: Registry | None
    imports: list[tuple[int, datetime, str, bool]]


def read_registry(work: AnyWork) -> RegistryInUse:
    """What an import would replace."""
    found = queries.registry_import.in_use(work)
    return RegistryInUse(found.version, found.registry, queries.registry_imports(work))


def import_registry(work: AnyWork, seen: int | None, data: Mapping[str, Any], by: str, now: datetime) -> bool:
    """Use a registry from now on; False, and nothing is kept, when it was changed since `seen`."""
    return queries.registry_import.save_over(work, seen, data, by, now) is not None


def undo_registry(work: AnyWork, seen: int | None) -> bool:
    """Go back to what the version `seen` replaced; False when there is nothing, or it is not in use any more."""
    if queries.registry_import.active_version(work) != seen:
        return False
    return queries.registry_rows.undo(work) is not None


def read_public(work: AnyWork, number: str, now: datetime) -> tuple[Ticket, Mapping[ClockKind, Clock]] | None:
    """A ticket and its running clocks, for the residents' page."""
    ticket = work.find_number(number, now)
    return (ticket, work.clocks(ticket.id)) if ticket is not None else None


def mark_seen(work: AnyWork, row: int, now: datetime) -> None:
    """A person has taken care of a row that did not leave."""
    office_rows.mark_seen(work, row, now)


def add_code(work: AnyWork, make: Callable[[], str], person: str, expires_at: datetime, now: datetime) -> str:
    """Give out a binding code."""
    return office_rows.give_code(work, make, person, expires_at, now)


def bind_chat(work: AnyWork, group: str, ear: str, external: str, by: str, now: datetime) -> None:
    """A chat is this group from now on."""
    work.bind_address(group, ear, external, by, now)
    office_rows.forget_stranger(work, ear, external, None)


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """The customer groups that WeCom showed; refusals by room; this month's mass sends by group; what waits for a press;
    the grids with a join code, and since when."""

    seen: list[queries.SeenGroup]
    refused: Mapping[str, int]
    sends: Mapping[str, int]
    waiting: list[Queued]
    ways: Mapping[str, datetime]


def read_groups(work: AnyWork, now: datetime) -> GroupsPage:
    """What /groups shows."""
    return GroupsPage(
        seen=queries.customer_group_rows.all_seen(work),
        refused=queries.consent_rows.refused_counts(work),
        sends=queries.mass_send_rows.sent_by_group(work, now),
        waiting=work.unpressed(),
        ways=queries.join_way_rows.made(work),
    )


def read_join_way(work: AnyWork, area: str) -> queries.join_way_rows.KeptWay | None:
    """A grid's join code."""
    return queries.join_way_rows.get(work, area)


def bind_customer_group(work: AnyWork, registry: Registry, group: str, chat: str, by: str, now: datetime) -> bool:
    """A customer group is this one from now on, for the API and, where the group is heard whole, for the archive; False
    where WeCom showed no such chat."""
    if queries.customer_group_rows.get(work, chat) is None:
        return False
    bind_chat(work, group, "customer", chat, by, now)
    ours = registry.group(group)
    if ours is not None and ours.hears is Hears.ALL and "archive" not in ours.addresses:
        bind_chat(work, group, "archive", chat, by, now)
    return True


def agree_owner(work: AnyWork, chat: str, person: str) -> None:
    """The office takes this person as the group's owner."""
    queries.customer_group_rows.agree_owner(work, chat, person)


def bind_stranger(
    work: AnyWork, person: str, channel: str, source: str, external: str, by: str, now: datetime
) -> None:
    """Somebody is this person from now on. `source` is the door by which he was seen."""
    work.bind_identity(person, channel, external, by, now)
    office_rows.forget_stranger(work, source, None, external)


def _alarms(work: AnyWork, now: datetime) -> list[str]:
    health = queries.health(work, now)
    found = [finding.sentence for finding in health.findings]
    county = queries.county_notes.last(work)
    if county is not None and county.errors:
        found.append(f"县里的文件（{'、'.join(county.files)}）改错了，还在用原来的：{'；'.join(county.errors)}。")
    if not found and health.swept_at is not None and not health.is_well(now):
        found.append("自动检查超过 3 分钟没有运行，请管理员看看程序是否还在。")
    if health.set_aside:
        found.append(f"{health.set_aside} 条消息没能处理，已搁在一边，请管理员看日志。")
    if emergency.in_force(work, now) is not None:
        found.insert(0, "现在是战时，新开的单按战时时限办。到期或结束请看「规则与战时」。")
    proved = proof.last_proof(work)
    if proved is not None and proved.facts["count"]:
        found.append(f"今晚的催办有 {proved.facts['count']} 处叫不到人或发不到群，请看「规则与战时」。")
    return found


def read_members(
    work: AnyWork, start: datetime, end: datetime
) -> tuple[frozenset[tuple[str, str]], Mapping[str, datetime]]:
    """(person, group) of the member lists from `start` to before `end`, and which groups' lists were read at all."""
    return member_rows.seen_between(work, start, end), member_rows.lists_read(work)
