"""The county's files while the process runs: changed ones are read and checked as a whole, beside those in use."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bot.loading import Book, LoadingError, load_book

#: Changes and size of each file by its name in the folder.
Stamps = dict[str, tuple[int, int]]
_KINDS = ("*.yaml", "*.yml", "*.npz", "policies/*.yaml")


@dataclass(frozen=True, slots=True)
class Changed:
    """Which files were changed, with the book that they make; or, `book` None, everything that is wrong with them."""

    files: tuple[str, ...]
    book: Book | None
    errors: tuple[str, ...] = ()


class CountyWatch:
    """Looks at one folder. `look` reads files and takes about a second where something changed: call it in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = stamps(folder)

    def look(self, versions_in_use: Collection[str] = ()) -> Changed | None:
        """What has changed since the last look; None where nothing has, or where somebody is still writing.

        `versions_in_use` are the policy versions of open tickets: a folder that lacks one is wrong.
        """
        now = stamps(self._folder)
        if now == self._seen:
            return None
        files = tuple(sorted(name for name in now.keys() | self._seen.keys() if now.get(name) != self._seen.get(name)))
        book: Book | None = None
        errors: tuple[str, ...] = ()
        try:
            book = load_book(self._folder)
        except LoadingError as error:
            errors = error.errors
        if stamps(self._folder) != now:
            return None
        self._seen = now
        if book is not None:
            errors = tuple(
                f"policies/ 里没有版本 {version}，还有没办完的工单在用：请把那个文件放回去。"
                for version in sorted(versions_in_use) if version not in book.policies
            )
        return Changed(files, None if errors else book, errors)


def stamps(folder: Path) -> Stamps:
    """When each of a county's files was changed, and its size; registry.yaml is a sample that nobody reads here."""
    found: Stamps = {}
    for kind in _KINDS:
        for path in folder.glob(kind):
            try:
                stat = path.stat()
            except OSError:
                continue
            if path.name != "registry.yaml":
                found[path.relative_to(folder).as_posix()] = (stat.st_mtime_ns, stat.st_size)
    return found
