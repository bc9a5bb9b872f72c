"""The registry as a YAML file: read with errors that name the line, written in one canonical form.

Plain scalars are read as the text that stands there (only true, false and null are more), so a code without quotes
keeps its leading zeros and a time stays a time.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from yaml import events

from registry.registry import Registry
from registry.source import to_data

#: libyaml's parser where the wheel has it: a county's file has hundreds of thousands of lines.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Parts of the parser's own messages, and what they mean to whoever wrote the file.
_PROBLEMS = (
    ("mapping values are not allowed", "这一行多了一个冒号，或缩进不对"),
    ("could not find expected ':'", "缺少冒号，或引号没有写完"),
    ("cannot start any token", "有不能直接写的符号，请给文字加引号，缩进用空格不用制表符"),
    ("block end", "缩进和上面的行对不齐"),
    ("expected key", "缩进和上面的行对不齐，或引号没有写完"),
    ("'-' indicator", "短横的缩进和上面的行对不齐"),
    ("flow sequence", "方括号没有写完"),
    ("flow mapping", "花括号没有写完"),
    ("quoted scalar", "引号没有写完"),
)


def _line(event: events.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


class _Refused(Exception):
    """What YAML allows and a registry does not."""

    def __init__(self, event: events.Event, sentence: str) -> None:
        super().__init__(f"第 {_line(event)} 行：{sentence}")


def read_yaml(text: str) -> tuple[Any, tuple[str, ...]]:
    """The file's plain data, or the sentences that say at which line it is no YAML; then the data is None."""
    try:
        return _data(yaml.parse(text, Loader=_PARSER)), ()
    except _Refused as refused:
        return None, (str(refused),)
    except yaml.MarkedYAMLError as error:
        return None, (_sentence(error),)
    except (yaml.YAMLError, ValueError):
        return None, ("文件里有不能识别的字符，请用 UTF-8 编码的纯文本",)


class _Collection:
    """A list or a mapping that is still being read."""

    __slots__ = ("data", "key", "lines")

    def __init__(self, data: list[Any] | dict[str, Any]) -> None:
        self.data = data
        self.key: str | None = None
        self.lines: dict[str, int] = {}

    @property
    def wants_key(self) -> bool:
        return isinstance(self.data, dict) and self.key is None

    def put_key(self, event: events.ScalarEvent) -> None:
        line = _line(event)
        first = self.lines.setdefault(event.value, line)
        if first != line or event.value in self.data:
            raise _Refused(event, f"「{event.value}」在第 {first} 行已经写过一次")
        self.key = event.value

    def put(self, value: Any) -> None:
        if isinstance(self.data, list):
            self.data.append(value)
        elif self.key is not None:
            self.data[self.key] = value
            self.key = None


def _data(stream: Iterable[events.Event]) -> Any:
    # from the parser's events and not by yaml.load: ten times as fast, and every value stays the text it was
    found: Any = None
    documents = 0
    stack: list[_Collection] = []
    for event in stream:
        if isinstance(event, events.ScalarEvent):
            if stack and stack[-1].wants_key:
                stack[-1].put_key(event)
                continue
            value: Any = _plain(event)
        elif isinstance(event, events.CollectionStartEvent):
            if stack and stack[-1].wants_key:
                raise _Refused(event, "冒号前面只能写一个名称")
            _refuse_tag(event)
            stack.append(_Collection({} if isinstance(event, events.MappingStartEvent) else []))
            continue
        elif isinstance(event, events.CollectionEndEvent):
            value = stack.pop().data
        elif isinstance(event, events.AliasEvent):
            raise _Refused(event, "星号开头的文字请加引号")
        else:
            documents += isinstance(event, events.DocumentStartEvent)
            if documents > 1:
                raise _Refused(event, "一个文件里只能有一份登记表，请去掉多出来的 ---")
            continue
        if stack:
            stack[-1].put(value)
        else:
            found = value
    return found


_MEANINGS = {"true": True, "false": False, "null": None, "~": None, "": None}


def _plain(event: events.ScalarEvent) -> str | bool | None:
    _refuse_tag(event)
    written_plain = event.implicit[0]
    return _MEANINGS.get(event.value, event.value) if written_plain else event.value


def _refuse_tag(event: events.ScalarEvent | events.CollectionStartEvent) -> None:
    if event.tag is not None:
        raise _Refused(event, "感叹号开头的文字请加引号")


def _sentence(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"第 {mark.line + 1} 行：" if mark is not None else ""
    said = f"{error.context or ''} {error.problem or ''}"
    meaning = next((sentence for part, sentence in _PROBLEMS if part in said), "格式不对，请检查缩进、冒号和引号")
    return f"{where}{meaning}"


def write_yaml(registry: Registry) -> str:
    """The canonical file: block style, the file's order of rows, a fixed order of fields, defaults left out.

    Reading it back gives an equal registry, and writing that gives the same bytes.
    """
    return "".join(_mapping(to_data(registry), ""))


def _mapping(data: dict[str, Any], indent: str, first: str | None = None) -> Iterator[str]:
    start = indent if first is None else first
    for key, value in data.items():
        if isinstance(value, dict):
            yield f"{start}{key}:\n"
            yield from _mapping(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{start}{key}:\n"
            yield from _list(value, indent)
        elif isinstance(value, bool):
            yield f"{start}{key}: {'true' if value else 'false'}\n"
        else:
            yield f"{start}{key}: {_scalar(value)}\n"
        start = indent


def _list(rows: list[Any], indent: str) -> Iterator[str]:
    for row in rows:
        if isinstance(row, dict):
            yield from _mapping(row, indent + "  ", first=indent + "- ")
        else:
            yield f"{indent}- {_scalar(row)}\n"


#: Begins with a letter or a Chinese character and holds no sign that YAML reads in another way.
_PLAIN = re.compile(r"[A-Za-z\u3007\u3400-\u9fff][\w\u3007\u3400-\u9fff·・—–（）()《》“”「」、，。；：+./@-]*")
_READ_OTHERWISE = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def _scalar(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _READ_OTHERWISE:
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(_escaped(sign) for sign in value) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"
