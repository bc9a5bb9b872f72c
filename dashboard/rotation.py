"""轮流进群 as tables: which leader is to be in which basic groups in a month, and whether the member lists have him."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard import spreadsheet
from dashboard.people import area_name
from dashboard.spreadsheet import Sheet
from registry.registry import Registry
from registry.rotation import Month, Plan, attendance

COLUMNS = (("月份", 10), ("县领导", 14), ("群", 30), ("网格", 28), ("是否进群", 10))
_JOINED = {True: "已进群", False: "未进群", None: "名单未读到"}


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
    """The xlsx file with the plan and, on a sheet of its own, where it fails."""
    sheets = [Sheet("轮流进群", COLUMNS, lines(rows))]
    if said := list(problems):
        sheets.append(Sheet("排不到的", (("排不到的", 90),), [(sentence,) for sentence in said]))
    return spreadsheet.workbook("轮流进群", sheets, now)


def table(rows: Iterable[LeaderMonth]) -> bytes:
    """The CSV file."""
    return spreadsheet.table(COLUMNS, lines(rows))
