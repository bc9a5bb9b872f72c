"""简报: the figures of some days for a meeting, each with the tickets that it counts. Person danger is in none of them
(promise P13), numbers are masked (P12), and units are told in figures, not in ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboard import ledger, spreadsheet
from dashboard.ledger import LedgerRow
from dashboard.people import official_name, unit_name
from dashboard.spreadsheet import Cells, Sheet
from dashboard.terms import span
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES, Category
from storage.queries import UnitFigures
from tickets.model import Ticket

#: The figures in the order in which they are told, and what each says.
FIGURES = {
    "new": "新增",
    "settled": "办结",
    "dangers": "险情",
    "repeated": "办过又重办",
    "unreasonable": "核定为不合理",
    "open": "现在没办完",
    "overdue": "其中已超时",
}

#: So many tickets of a figure are named in the text; the workbook names all.
_NAMED = 20
#: What the sheet of tickets takes from the ledger.
_OF_LEDGER = ("编号", "受理时间", "网格", "类别", "紧急程度", "摘要", "责任单位", "承办人", "状态", "接单时间", "办结时间", "评价")
_PLACES = [[name for name, _ in ledger.COLUMNS].index(name) for name in _OF_LEDGER]
_TICKETS = (("项目", 14), *(ledger.COLUMNS[place] for place in _PLACES))
_UNITS = (
    ("单位", 24), ("交办", 7), ("接单", 7), ("按时接单", 10), ("办结", 7), ("按时办结", 10), ("关单", 7), ("满意", 7), ("不满意", 8), ("退回", 7),
)  # fmt: skip
_NOTE = "人身险情不在这些数字里。"


@dataclass(frozen=True, slots=True)
class Brief:
    """What happened in some days, both included, and what is open now."""

    place: str
    start: date
    end: date
    behind: Mapping[str, Sequence[Ticket]]
    """The tickets that each of FIGURES counts."""
    late: Sequence[tuple[Ticket, datetime]]
    """The most overdue, and since when."""
    categories: Mapping[str, int]
    """New matters by category, the most first."""
    units: Sequence[UnitFigures]
    """Of the new matters."""

    @property
    def is_empty(self) -> bool:
        """Nothing happened in these days and nothing is open."""
        return not any(self.behind.values())

    @property
    def title(self) -> str:
        days = f"{self.start:%Y-%m-%d}" + (f" 至 {self.end:%Y-%m-%d}" if self.end != self.start else "")
        return f"{self.place} 简报 {days}"


def lines(brief: Brief, registry: Registry, now: datetime) -> list[str]:
    """The brief as text that can be read aloud, printed or passed on."""
    said = [brief.title, f"没办完、超时的，算到 {now:%Y-%m-%d %H:%M}。{_NOTE}", ""]
    for name, told in FIGURES.items():
        found = brief.behind[name]
        numbers = "、".join(ticket.number for ticket in found[:_NAMED])
        rest = " 等，全部在工作簿里：gridbot export brief 简报.xlsx" if len(found) > _NAMED else ""
        said.append(f"{told} {len(found)} 件{'：' if found else '。'}{numbers}{rest}")
    for ticket, limit in brief.late[:_NAMED]:
        who = "，".join(filter(None, (unit_name(registry, ticket.unit) or "还没有单位", official_name(registry, ticket.owner))))
        said.append(f"  {ticket.number} 超{span(now - limit)}（{who}）")
    if brief.categories:
        said += ["", "新增的按类别：" + "、".join(f"{_category(name)} {many} 件" for name, many in brief.categories.items())]
    if brief.units:
        said += ["", "新增的按单位："]
    said += [
        f"  {unit_name(registry, one.unit) or one.unit}：交办 {one.given} 件，接单 {one.accepted}（按时 {one.accepted_in_time}），"
        f"办结 {one.done}（按时 {one.done_in_time}），满意 {one.satisfied}，不满意 {one.unsatisfied}，退回 {one.returns} 次"
        for one in brief.units
    ]
    return said


def workbook(brief: Brief, registry: Registry, now: datetime) -> bytes:
    """The xlsx file: the figures, the tickets of each, new matters by category, by unit."""
    printed = brief.title
    figures: list[Cells] = [(told, len(brief.behind[name])) for name, told in FIGURES.items()]
    figures.append((_NOTE, None))
    return spreadsheet.workbook(printed, [
        Sheet("简报", ((printed, 40), ("件数", 8)), figures, printed),
        Sheet("工单", _TICKETS, [
            _ticket(told, ticket, registry, now) for name, told in FIGURES.items() for ticket in brief.behind[name]
        ], printed),
        Sheet("类别", (("类别", 16), ("新增", 8)), [(_category(name), many) for name, many in brief.categories.items()], printed),
        Sheet("单位", _UNITS, [_unit(one, registry) for one in brief.units], printed),
    ], now)  # fmt: skip


def _ticket(told: str, ticket: Ticket, registry: Registry, now: datetime) -> Cells:
    line = ledger.cells(LedgerRow(ticket), registry, now)
    return (told, *(line[place] for place in _PLACES))


def _unit(one: UnitFigures, registry: Registry) -> Cells:
    return (
        unit_name(registry, one.unit) or one.unit, one.given, one.accepted, one.accepted_in_time, one.done, one.done_in_time,
        one.closed, one.satisfied, one.unsatisfied, one.returns,
    )  # fmt: skip


def _category(name: str) -> str:
    return CATEGORY_NAMES[Category(name)]
