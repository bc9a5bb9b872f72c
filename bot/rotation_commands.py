"""`gridbot rotation plan`: the plan of a county's leaders as lines, or as a file. LoadingError in Chinese."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot.loading import LoadingError
from dashboard.rotation import LeaderMonth, lines, month_table, table, workbook
from registry.registry import Registry
from registry.rotation import Month, Plan, plan_rotation

#: Which people were in which groups in a month, and whose member list was read.
Seen = Mapping[Month, frozenset[tuple[str, str]]]


def plan(registry: Registry, start: str, months: int, leaders: int | None, min_groups: int) -> Plan:
    """LoadingError names every option that is wrong."""
    errors = []
    try:
        first = Month.read(start)
    except ValueError:
        first = Month(2000, 1)
        errors.append(f"--from 写错了：{start}（例：2026-01）")
    errors += [f"{name} 要写 1 到 {most} 之间的整数" for name, value, most in (
        ("--months", months, 60), ("--min-groups", min_groups, 100)) if not 1 <= value <= most]
    if errors:
        raise LoadingError(tuple(errors))
    return plan_rotation(registry, first, months, leaders=leaders, min_groups=min_groups)


def rows(registry: Registry, made: Plan, seen: Seen, read: Mapping[str, datetime]) -> list[LeaderMonth]:
    """The whole plan, month by month."""
    return [
        row for month in made.months for row in month_table(registry, made, month, seen.get(month, frozenset()), read)
    ]


def said(found: list[LeaderMonth]) -> list[str]:
    """One line for each leader and month."""
    return [f"{row.month}  {row.leader}：{'、'.join(place.group for place in row.places) or '没有'}" for row in found]


def write(file: Path, found: list[LeaderMonth], made: Plan, now: datetime) -> int:
    """Write .xlsx or .csv; gives the number of lines. LoadingError for another ending."""
    if file.suffix == ".xlsx":
        file.write_bytes(workbook(found, made.problems, now))
    elif file.suffix == ".csv":
        file.write_bytes(table(found))
    else:
        raise LoadingError((f"不能写成这种文件：{file.name}，请写 .xlsx 或 .csv",))
    return len(lines(found))
