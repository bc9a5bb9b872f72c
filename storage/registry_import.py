"""Importing a registry over the one that somebody has looked at: not over one that came in between."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from registry.registry import Registry
from storage.registry_rows import load_imported, save_registry
from storage.tables import registry_versions
from storage.work_base import OnConnection


@dataclass(frozen=True, slots=True)
class InUse:
    """The registry in use as it was imported, with its version; both None before the first import."""

    version: int | None
    registry: Registry | None


def in_use(work: OnConnection) -> InUse:
    """What an import would replace."""
    return InUse(active_version(work), load_imported(work))


def active_version(work: OnConnection) -> int | None:
    """The version in use; None before the first import."""
    version = registry_versions.c
    return work.connection.execute(select(version.id).where(version.active)).scalar_one_or_none()


def save_over(work: OnConnection, seen: int | None, data: Mapping[str, Any], by: str, at: datetime) -> int | None:
    """`save_registry` for somebody who looked at the changes against the version `seen`; None, and nothing is kept,
    when another import or undo came in between."""
    return save_registry(work, data, by, at) if active_version(work) == seen else None
