"""A county's YAML file as plain data, with errors that name the line.

Stricter than YAML's own habits where those surprise: a key written twice is an error, 17:30 and 0302 stay text, and
only true and false are yes and no. Dates (2026-10-01) become dates.
"""

import re
from typing import Any

import yaml

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
    ("expected a single document", "一个文件里只能有一份内容，请去掉多出来的 ---"),
)


class YamlError(Exception):
    """A file that is no YAML; the sentence says where and why."""


class _Loader(_BaseLoader):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise YamlError(f"第 {line} 行：冒号前面只能写一个名称")
            if key.value in seen:
                raise YamlError(f"第 {line} 行：「{key.value}」在第 {seen[key.value]} 行已经写过一次")
            seen[key.value] = line
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|false|False", "tTfF"),
    ("null", r"~|null|", "~n"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), [*_first])
_Loader.yaml_implicit_resolvers[""] = [("tag:yaml.org,2002:null", re.compile(r"\Z"))]


def read_yaml(text: str) -> Any:
    """The file's data: mappings, lists, text, numbers, booleans, dates; None for an empty file.

    Raises `YamlError` with a Chinese sentence.
    """
    loader = None
    try:
        loader = _Loader(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        raise YamlError(_sentence(error)) from None
    except (yaml.YAMLError, ValueError):
        raise YamlError("文件里有不能识别的字符或日期，请用 UTF-8 编码的纯文本") from None
    finally:
        if loader is not None:
            loader.dispose()


def _sentence(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"第 {mark.line + 1} 行：" if mark is not None else ""
    said = f"{error.context or ''} {error.problem or ''}"
    meaning = next((sentence for part, sentence in _PROBLEMS if part in said), "格式不对，请检查缩进、冒号和引号")
    return f"{where}{meaning}"
