"""轮流进群 as tables: which leader is to be in which basic groups in a month, and whether the member lists have him."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO

import xlsxwriter

from dashboard.people import area_name
from registry.registry import Registry
from registry.rotation import Month, Plan, attendance

COLUMNS = (("月份", 10), ("县领导", 14), ("群", 30), ("网格", 28), ("是否进群", 10))
_JOINED = {True: "已进群", False: "未进群", None: "名单未读到"}
#: A cell that begins so is a formula to a spreadsheet program that opens CSV.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Place:
    """One group of a leader in a month. `joined` is None where no member list of the group was read."""

    group: str
    area: str
    joined: bool | None

    @property
    def stands(self) -> str:
        return _JOINED[self.joined]


@dataclass(frozen=True, slots=True)
class LeaderMonth:
    """A leader's groups in one month."""

    month: str
    leader: str
    places: tuple[Place, ...]

    @property
    def joined(self) -> int:
        return sum(place.joined is True for place in self.places)


def month_table(
    registry: Registry, plan: Plan, month: Month, seen: frozenset[tuple[str, str]], read: Mapping[str, datetime]
) -> list[LeaderMonth]:
    """One row for each leader. `seen` are (person, group) of the month's member lists, `read` the groups with a list."""
    joined = attendance(plan, month, seen, read)
    rows: list[LeaderMonth] = []
    for leader in plan.leaders:
        places = tuple(
            Place(group.name, area_name(registry, group.area), joined[leader, group_id])
            for group_id in plan.of(leader, month)
            if (group := registry.group(group_id)) is not None
        )
        person = registry.person(leader)
        rows.append(LeaderMonth(str(month), person.name if person is not None else leader, places))
    return rows


def lines(rows: Iterable[LeaderMonth]) -> list[tuple[str, str, str, str, str]]:
    """In the order of COLUMNS, one line for each group."""
    return [(row.month, row.leader, place.group, place.area, place.stands) for row in rows for place in row.places]


def workbook(rows: Iterable[LeaderMonth], problems: Iterable[str], now: datetime) -> bytes:
    """The xlsx file with the plan and, on a sheet of its own, where it fails. Every text is written as text."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": "轮流进群", "created": now.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "border_color": "#B8C4D0"})
    sheet = book.add_worksheet("轮流进群")
    for column, (name, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for number, line in enumerate(lines(rows), start=1):
        for column, value in enumerate(line):
            sheet.write_string(number, column, value)
    sheet.freeze_panes(1, 0)
    said = list(problems)
    if said:
        faults = book.add_worksheet("排不到的")
        faults.set_column(0, 0, 90)
        for number, sentence in enumerate(said):
            faults.write_string(number, 0, sentence)
    book.close()
    return file.getvalue()


def table(rows: Iterable[LeaderMonth]) -> bytes:
    """The CSV file, in UTF-8 with the mark by which Excel knows it."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([name for name, _ in COLUMNS])
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in line] for line in lines(rows))
    return file.getvalue().encode("utf-8-sig")
