"""How the last change of the county's files went: what the office page shows of it."""

import json
from dataclasses import dataclass
from datetime import datetime

from storage.meta_rows import get_note, put_note
from storage.work_base import OnConnection

_NAME = "county_files"


@dataclass(frozen=True, slots=True)
class CountyNote:
    """`files` were changed and are in use since `at`; with `errors` they are not, and the ones before still are."""

    at: datetime
    files: tuple[str, ...]
    errors: tuple[str, ...] = ()


def put(work: OnConnection, note: CountyNote) -> None:
    """Keep the latest change."""
    put_note(work, _NAME, json.dumps({"at": note.at.isoformat(), "files": note.files, "errors": note.errors}, ensure_ascii=False))


def last(work: OnConnection) -> CountyNote | None:
    """The latest change; None where nothing was changed while a process ran."""
    kept = get_note(work, _NAME)
    if kept is None:
        return None
    data = json.loads(kept)
    return CountyNote(datetime.fromisoformat(data["at"]), tuple(data["files"]), tuple(data["errors"]))
