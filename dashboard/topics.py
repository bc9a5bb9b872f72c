"""专题 as a list for the standing meeting: on the page, as a workbook and as CSV."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO

import xlsxwriter

from dashboard.people import area_name, official_name, unit_name
from dashboard.terms import STATUS, category_name
from registry.registry import Registry
from tickets.called_in import Topic
from tickets.masking import mask_numbers
from tickets.model import Ticket

COLUMNS = (
    ("编号", 15), ("类别", 11), ("网格", 26), ("事由", 44), ("责任单位", 20), ("负责人", 22), ("领办领导", 18), ("状态", 9), ("反映人数", 9),
    ("提交人", 20), ("提交时间", 16), ("上会情况", 10), ("会议意见", 44), ("记录人", 20), ("记录时间", 16),
)  # fmt: skip

#: A cell that begins so is a formula to a spreadsheet program that opens CSV.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        at=_local(topic.at, now), stands=stands(topic), opinion=mask_numbers(opinion or ""),
        noted_by=official_name(registry, topic.opinion_by) or "",
        noted_at=_local(topic.opinion_at, now) if topic.opinion_at else None, listed=topic.is_listed,
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
    """The xlsx file. Every text is written as text, so that no cell becomes a formula."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    book.set_properties({"title": "专题清单", "created": now.replace(tzinfo=None)})
    sheet = book.add_worksheet("专题")
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "border_color": "#B8C4D0", "valign": "vcenter"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
    for column, (name, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(cells(row)):
            if isinstance(value, datetime):
                sheet.write_datetime(line, column, value, moment)
            elif isinstance(value, int):
                sheet.write_number(line, column, value, text)
            elif value:
                sheet.write_string(line, column, value, text)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return file.getvalue()


def table(rows: Iterable[TopicRow]) -> bytes:
    """The CSV file, in UTF-8 with the mark by which Excel knows it."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([name for name, _ in COLUMNS])
    for row in rows:
        writer.writerow([_plain(value) for value in cells(row)])
    return file.getvalue().encode("utf-8-sig")


def _plain(value: str | int | datetime | None) -> str | int:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _local(at: datetime, zone: datetime) -> datetime:
    return at.astimezone(zone.tzinfo).replace(tzinfo=None, microsecond=0)
