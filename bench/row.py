"""One line of the table, and the table."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, the figure wanted, the figure measured, and whether it is met (None: not measured, why)."""

    what: str
    wanted: str
    measured: str
    met: bool | None


def p99(seconds: list[float]) -> float:
    """The 99th percentile, by rank: of 100 values the second largest."""
    ordered = sorted(seconds)
    return ordered[max(0, round(len(ordered) * 0.99) - 1)]


def table(rows: Iterable[Row]) -> str:
    """Aligned columns; `no` is an honest answer."""
    head = ("what", "figure wanted", "measured", "met")
    lines = [head, *((row.what, row.wanted, row.measured, {True: "yes", False: "NO", None: "-"}[row.met]) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
