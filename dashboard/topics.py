"""专题 as a list for the standing meeting: on the page, as a workbook and as CSV."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dashboard import spreadsheet
from dashboard.people import area_name, official_name, unit_name
from dashboard.spreadsheet import Sheet, local
from dashboard.terms import STATUS, category_name
from registry.registry import Registry
from tickets.called_in import Topic
from tickets.masking import mask_numbers
from tickets.model import Ticket

COLUMNS = (
    ("编号", 15), ("类别", 11), ("网格", 26), ("事由", 44), ("责任单位", 20), ("负责人", 22), ("领办领导", 18), ("状态", 9), ("反映人数", 9),
    ("提交人", 20), ("提交时间", 16), ("上会情况", 10), ("会议意见", 44), ("记录人", 20), ("记录时间", 16),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One line of the list in words; times are the county's wall time."""

    number: str
    category: str
    area: str
    summary: str
    unit: str
    owner: str
    leader: str
    status: str
    voices: int
    by: str
    at: datetime
    stands: str
    opinion: str
    noted_by: str
    noted_at: datetime | None
    listed: bool


def topic_row(registry: Registry, ticket: Ticket, topic: Topic, opinion: str | None, now: datetime) -> TopicRow:
    """What everybody who may sign in may read: numbers are masked (P12)."""
    return TopicRow(
        number=ticket.number, category=category_name(ticket), area=area_name(registry, ticket.area),
        summary=mask_numbers(ticket.summary), unit=unit_name(registry, ticket.unit) or "",
        owner=official_name(registry, ticket.owner) or "", leader=official_name(registry, ticket.leader) or "",
        status=STATUS[ticket.status], voices=ticket.voices, by=official_name(registry, topic.by) or "",
        at=local(topic.at, now), stands=stands(topic), opinion=mask_numbers(opinion or ""),
        noted_by=official_name(registry, topic.opinion_by) or "",
        noted_at=local(topic.opinion_at, now) if topic.opinion_at else None, listed=topic.is_listed,
    )


def stands(topic: Topic) -> str:
    """`待上会`, `有会议意见`, `已撤`."""
    return "已撤" if not topic.is_listed else "有会议意见" if topic.opinion_at else "待上会"


def cells(row: TopicRow) -> tuple[str | int | datetime | None, ...]:
    """In the order of COLUMNS."""
    return (
        row.number, row.category, row.area, row.summary, row.unit, row.owner, row.leader, row.status, row.voices, row.by, row.at,
        row.stands, row.opinion, row.noted_by, row.noted_at,
    )  # fmt: skip


def workbook(rows: Iterable[TopicRow], now: datetime) -> bytes:
    """The xlsx file."""
    return spreadsheet.workbook("专题清单", [Sheet("专题", COLUMNS, map(cells, rows))], now)


def table(rows: Iterable[TopicRow]) -> bytes:
    """The CSV file."""
    return spreadsheet.table(COLUMNS, map(cells, rows))
