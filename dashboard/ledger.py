"""台账: the tickets of some days as a table, masked, a person danger as 「个人事项」 (promises P12 and P13)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dashboard import spreadsheet
from dashboard.people import area_name, official_name, unit_name
from dashboard.spreadsheet import Sheet
from dashboard.terms import GRADE, OUTCOME, PRIVATE, STATUS, category_name, urgency_name
from registry.registry import Registry
from tickets.called_in import CalledIn, Supervision, Topic, Whistle
from tickets.masking import mask_numbers
from tickets.model import Ticket

#: Days that one workbook may hold.
DAYS_AT_MOST = 366

COLUMNS = (
    ("编号", 15), ("受理时间", 16), ("网格", 26), ("类别", 11), ("紧急程度", 10), ("地点", 18), ("摘要", 44), ("责任单位", 20),
    ("承办人", 22), ("状态", 9), ("接单时间", 16), ("办结时间", 16), ("评价", 8), ("声音数", 7), ("是否超时", 9),
    ("领办领导", 18), ("吹哨单位", 30), ("督办", 14), ("专题", 10),
)  # fmt: skip


class LedgerDatesError(ValueError):
    """Days that cannot be taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A ticket with the limits of its present round; None where it has none."""

    ticket: Ticket
    accept_limit: datetime | None = None
    done_limit: datetime | None = None
    called_in: CalledIn = field(default_factory=CalledIn)

    def is_overdue(self, now: datetime) -> bool:
        """Whether acceptance or work came after its limit, or has not come and the limit has passed."""
        ticket = self.ticket
        ended = ticket.done_at or ticket.closed_at or now
        accepted = ticket.accepted_at or ended
        return any(
            limit is not None and limit < reached
            for limit, reached in ((self.accept_limit, accepted), (self.done_limit, ended))
        )


def read_days(first: str, last: str) -> tuple[date, date]:
    """The first and last day asked for. Raises LedgerDatesError with a Chinese sentence."""
    try:
        start, end = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        raise LedgerDatesError("日期要写成 2026-03-02 这样，请重新选开始和结束日期。") from None
    if end < start:
        raise LedgerDatesError("结束日期早于开始日期，请重新选。")
    if (end - start).days >= DAYS_AT_MOST:
        raise LedgerDatesError(f"一次最多导出 {DAYS_AT_MOST} 天，请分几次导出。")
    return start, end


def bounds(start: date, end: date, now: datetime) -> tuple[datetime, datetime]:
    """The moments from the first day's beginning to the end of the last, in the zone of `now`."""
    zone = now.tzinfo
    after = datetime.combine(end, datetime.min.time(), zone) + timedelta(days=1)
    return datetime.combine(start, datetime.min.time(), zone), after


def cells(row: LedgerRow, registry: Registry, now: datetime) -> tuple[str | int | datetime | None, ...]:
    """The values of one line in the order of COLUMNS, in the zone of `now`."""
    ticket = row.ticket
    private = ticket.is_private
    return (
        ticket.number,
        _local(ticket.opened_at, now),
        "" if private else area_name(registry, ticket.area),
        category_name(ticket),
        urgency_name(ticket),
        "" if private else mask_numbers(ticket.place or ""),
        PRIVATE if private else mask_numbers(ticket.summary),
        "" if private else unit_name(registry, ticket.unit) or "",
        official_name(registry, ticket.owner) or "",
        STATUS[ticket.status],
        _local(ticket.accepted_at, now),
        _local(ticket.done_at, now),
        OUTCOME[ticket.outcome] if ticket.outcome and not private else "",
        None if private else ticket.voices,
        "是" if row.is_overdue(now) else "否",
        official_name(registry, ticket.leader) or "",
        "" if private else whistled_words(registry, row.called_in.whistles),
        "" if private else supervised_words(row.called_in.supervisions),
        "" if private else topic_words(row.called_in.topic),
    )


def whistled_words(registry: Registry, whistles: Iterable[Whistle]) -> str:
    """`县水务局（牵头，已报到）、供电公司（未报到）`: the units of the last round that was whistled."""
    last = max((one.round for one in whistles), default=0)
    told = []
    for one in whistles:
        if one.round == last:
            state = "那部分已完成" if one.part_done_at else "已报到" if one.reported_at else "未报到"
            told.append(f"{unit_name(registry, one.unit) or one.unit}（{'牵头，' if one.lead else ''}{state}）")
    return "、".join(told)


def supervised_words(supervisions: Iterable[Supervision]) -> str:
    """`提醒1次、督办单1次，待回复`."""
    counts = Counter(one.grade for one in supervisions)
    told = "、".join(f"{GRADE[grade]}{counts[grade]}次" for grade in GRADE if counts[grade])
    return told + ("，待回复" if any(one.is_awaited for one in supervisions) else "")


def topic_words(topic: Topic | None) -> str:
    """Where the matter stands on the list for the standing meeting; empty where it never was on it."""
    if topic is None:
        return ""
    return "已撤" if not topic.is_listed else "有会议意见" if topic.opinion_at else "待上会"


def workbook(rows: Iterable[LedgerRow], registry: Registry, start: date, end: date, now: datetime) -> bytes:
    """The xlsx file."""
    printed = f"工单台账 {start:%Y-%m-%d} 至 {end:%Y-%m-%d}"
    return spreadsheet.workbook("工单台账", [Sheet("台账", COLUMNS, (cells(row, registry, now) for row in rows), printed)], now)


def table(rows: Iterable[LedgerRow], registry: Registry, now: datetime) -> bytes:
    """The CSV file."""
    return spreadsheet.table(COLUMNS, (cells(row, registry, now) for row in rows))


def _local(at: datetime | None, zone: datetime) -> datetime | None:
    return spreadsheet.local(at, zone) if at is not None else None
