"""`column IN (…)` for hot statements. The library's own expanding lists are written anew into the statement's text at each
call; here a list has one of a few lengths, its last value repeated, and the text is compiled once for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam


def length_for(count: int) -> int:
    """The next power of two, at least 1: the length of the list in the statement."""
    return 1 << max(count - 1, 0).bit_length()


def one_of(column: ColumnElement[Any], name: str, length: int) -> ColumnElement[bool]:
    """The condition with parameters `name_0` … of this length."""
    return column.in_([bindparam(f"{name}_{place}", type_=column.type) for place in range(length)])


def filled(name: str, values: Sequence[Any], length: int) -> Mapping[str, Any]:
    """The parameters of a list, no longer than `length`; without values each is null, which equals nothing."""
    last = len(values) - 1
    return {f"{name}_{place}": values[min(place, last)] if values else None for place in range(length)}
