"""Labelled rows of a county's CSV file: columns text and label, title if there is one. Every error at once, by line."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Names by which a column is known; the first is ours.
_COLUMNS = {
    "text": ("text", "正文", "内容", "诉求内容", "留言详情", "诉求描述"),
    "label": ("label", "类别", "分类", "标签", "一级标签", "诉求类别"),
    "title": ("title", "标题", "主题", "留言主题", "诉求标题"),
}
#: A label with fewer rows cannot be learned and measured five-fold.
LEAST_ROWS = 5
_MOST_BYTES = 200 * 1024 * 1024
_MOST_CHARACTERS = 100_000
_LONGEST_LABEL = 40
_SHOWN = 30
_DELIMITERS = (",", "\t", ";", "，", "|")


class LabelledError(Exception):
    """A file that can't be used; `errors` has every reason, in Chinese, with line numbers and none of its words."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows in the file's order: the text (title before it) and its label."""

    texts: tuple[str, ...] = field(repr=False)
    labels: tuple[str, ...]
    skipped: int = 0
    """Rows that were wholly empty."""
    blank: tuple[int, ...] = ()
    """Lines with a label and no text; they teach nothing and are left out."""

    @property
    def counts(self) -> dict[str, int]:
        """Rows of each label, the most frequent first."""
        return dict(Counter(self.labels).most_common())


def read_labelled(path: Path, *, to_learn: bool = True) -> Labelled:
    """Read a CSV file in UTF-8 (with or without BOM), UTF-16 with BOM or GBK, its fields parted by comma, tab, semicolon
    or bar. `to_learn`: it must have two labels and enough rows of each. Raises LabelledError."""
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise LabelledError([f"{path.name} 有 {size // 2**20} MB，太大了，最多 {_MOST_BYTES // 2**20} MB，请分成几个文件。"])
        content = path.read_bytes()
    except OSError:
        raise LabelledError([f"读不到文件：{path}"]) from None
    return parse_labelled(content, path.name, to_learn=to_learn)


def parse_labelled(content: bytes, name: str, *, to_learn: bool = True) -> Labelled:
    """The rows of a file's bytes. `name` is for its errors."""
    text = _decoded(content, name)
    if not text.strip():
        raise LabelledError([f"{name} 是空的：第一行要是列名（text,label），下面每行一条。"])
    rows = _rows(text, name)
    try:
        _, header = next(rows)
    except StopIteration:
        raise LabelledError([f"{name} 是空的：第一行要是列名（text,label），下面每行一条。"]) from None
    columns, errors = _columns_of(header, name)
    texts: list[str] = []
    labels: list[str] = []
    blank: list[int] = []
    skipped = 0
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            skipped += 1
            continue
        if not columns:
            continue
        wrong = _wrong(row, columns, header, line)
        if wrong:
            errors += wrong
            continue
        title = row[columns["title"]].strip() if "title" in columns else ""
        body = row[columns["text"]].strip()
        if not title and not body:
            blank.append(line)
            continue
        texts.append(f"{title}\n{body}" if title and body else title or body)
        labels.append(row[columns["label"]].strip())
    if not errors:
        errors = _too_few(labels, name, to_learn=to_learn)
    if errors:
        more = len(errors) - _SHOWN
        raise LabelledError(errors[:_SHOWN] + ([f"……还有 {more} 处错误。"] if more > 0 else []))
    return Labelled(tuple(texts), tuple(labels), skipped, tuple(blank))


def _decoded(content: bytes, name: str) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise LabelledError([f"{name} 是 Excel 文件：请在 Excel 里另存为 CSV 再用。"])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise LabelledError([f"{name} 的编码认不出来：请另存为 UTF-8 的 CSV。"]) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            line = content[: wrong.start].count(b"\n") + 1
            raise LabelledError([f"{name} 第 {line} 行起编码认不出来：请另存为 UTF-8 的 CSV。"]) from None


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, its cells); empty lines before the header are passed over."""
    csv.field_size_limit(_MOST_BYTES)
    text = text.replace("\x00", "")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began, header = 1, False
    try:
        for row in reader:
            at, began = began, reader.line_num + 1
            if header or any(cell.strip() for cell in row):
                header = True
                yield at, row
    except csv.Error:
        raise LabelledError([f"{name} 第 {began} 行起的引号没有写完：内容里的引号要写成两个。"]) from None


def _columns_of(header: list[str], name: str) -> tuple[dict[str, int], list[str]]:
    names = [cell.strip().lstrip("\ufeff").lower() for cell in header]
    found: dict[str, int] = {}
    errors: list[str] = []
    for column, known in _COLUMNS.items():
        at = [place for place, cell in enumerate(names) if cell in known]
        if len(at) > 1:
            errors.append(f"{name} 第 1 行：有 {len(at)} 列都是 {column}（{'、'.join(header[place].strip() for place in at)}），只留一列。")
        elif at:
            found[column] = at[0]
        elif column != "title":
            errors.append(f"{name} 第 1 行：没有 {column} 列（也可以叫 {'、'.join(known[1:])}），表里有 {len(header)} 列。")
    return ({}, errors) if errors else (found, [])


def _wrong(row: list[str], columns: dict[str, int], header: list[str], line: int) -> list[str]:
    if len(row) != len(header):
        return [f"第 {line} 行：有 {len(row)} 列，列名有 {len(header)} 个；内容里有分隔符的要加引号。"]
    errors: list[str] = []
    label = row[columns["label"]].strip()
    said = row[columns["text"]].strip() + (row[columns["title"]].strip() if "title" in columns else "")
    if not label:
        errors.append(f"第 {line} 行：label 空着。")
    elif len(label) > _LONGEST_LABEL or "\n" in label:
        errors.append(f"第 {line} 行：label 有 {len(label)} 个字，最多 {_LONGEST_LABEL} 个；是不是列写反了？")
    if len(said) > _MOST_CHARACTERS:
        errors.append(f"第 {line} 行：text 有 {len(said)} 个字，最多 {_MOST_CHARACTERS} 个；是不是引号没有写完？")
    return errors


def _too_few(labels: list[str], name: str, *, to_learn: bool) -> list[str]:
    counts = Counter(labels)
    if not labels:
        return [f"{name} 只有列名，没有内容。"]
    if not to_learn:
        return []
    if len(counts) == 1:
        return [f"{name} 只有一种 label，至少要有两种。"]
    return [
        f"类别「{label}」只有 {count} 条，至少要 {LEAST_ROWS} 条：再加几条，或并到别的类别。"
        for label, count in counts.items() if count < LEAST_ROWS
    ]
