"""The registry as a YAML file: read with errors that name the line, written in one canonical form.

Plain scalars are read as the text that stands there (only true, false and null are more), so a code without quotes
keeps its leading zeros and a time stays a time.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from registry.registry import Registry
from registry.source import to_data

#: libyaml's parser where the wheel has it: a county's file has hundreds of thousands of lines.
_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

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
    ("undefined alias", "星号开头的文字请加引号"),
    ("constructor for the tag", "感叹号开头的文字请加引号"),
    ("expected a single document", "一个文件里只能有一份登记表，请去掉多出来的 ---"),
)


class _Loader(_BaseLoader):  # type: ignore[misc]
    """Refuses a key written twice, which YAML would silently let win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="key", problem_mark=key.start_mark)
            line = key.start_mark.line + 1
            if key.value in seen:
                raise _WrittenTwice(key.value, seen[key.value], line)
            seen[key.value] = line
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:null|~|)\Z"), ["n", "~", ""])


class _WrittenTwice(Exception):
    def __init__(self, key: str, first: int, second: int) -> None:
        super().__init__(key)
        self.key, self.first, self.second = key, first, second


def read_yaml(text: str) -> tuple[Any, tuple[str, ...]]:
    """The file's plain data, or the sentences that say at which line it is no YAML; then the data is None."""
    loader = None
    try:
        loader = _Loader(text)
        return loader.get_single_data(), ()
    except _WrittenTwice as twice:
        return None, (f"第 {twice.second} 行：「{twice.key}」在第 {twice.first} 行已经写过一次",)
    except yaml.MarkedYAMLError as error:
        return None, (_sentence(error),)
    except (yaml.YAMLError, ValueError):
        return None, ("文件里有不能识别的字符，请用 UTF-8 编码的纯文本",)
    finally:
        if loader is not None:
            loader.dispose()


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
