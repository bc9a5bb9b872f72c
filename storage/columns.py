"""The column types of our tables: moments, plain data as canonical JSON, keys."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from storage.times import from_micros, to_micros

#: Keys that the database counts up. SQLite wants a plain INTEGER for that.
Key = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return _moment(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Straight to the function: most of what is read are moments, and the driver gives plain whole numbers."""
        return _moment


class Plain(TypeDecorator[Any]):
    """Plain data (mappings, lists, strings, numbers) as canonical JSON text, the same bytes for the same value."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks; datetimes and dates in ISO 8601, enumerations by their value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def plain(value: Any) -> Any:
    """The value as it comes back from a `Plain` column."""
    return json.loads(canonical(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Collection):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not plain data")
