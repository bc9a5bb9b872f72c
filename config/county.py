"""A county's files: what it calls things, what is dangerous, which rules and which days it works by.

The files are read into plain data here; the parts that use them make values of it and list their own errors.
"""

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.yaml_data import YamlError, read_yaml

_REQUIRED = ("categories.yaml", "danger.yaml", "words.yaml", "places.yaml", "calendar.yaml")
_OPTIONAL = ("texts.yaml", "model.yaml", "registry.yaml")
_POLICIES = "policies"


@dataclass(frozen=True, slots=True)
class County:
    """The data of each file, named after it. `policies` by the file's name without its ending, in order of name.

    `registry_file` is the path of the sample or county registry, which has its own reader
    (`registry.yaml_file.read_yaml`); None where the folder has none.
    """

    folder: Path
    categories: dict[str, Any]
    danger: dict[str, Any]
    words: dict[str, Any]
    places: dict[str, Any]
    calendar: dict[str, Any]
    texts: dict[str, Any]
    policies: dict[str, dict[str, Any]]
    registry_file: Path | None
    model: dict[str, Any] = field(default_factory=dict)
    """Which category head is switched on (model.yaml); empty where none is."""


class CountyError(Exception):
    """County files that cannot be used; `errors` has every reason, in Chinese."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


def load_county(folder: Path) -> County:
    """The files of a county's folder.

    Raises `CountyError` with everything that is missing or no YAML, at once.
    """
    if not folder.is_dir():
        raise CountyError((f"没有这个文件夹：{folder}",))
    errors: list[str] = []
    found = {name: _mapping(folder / name, name, errors) for name in _REQUIRED}
    texts = folder / "texts.yaml"
    overlay = _mapping(texts, texts.name, errors) if texts.exists() else {}
    switched = folder / "model.yaml"
    model = _mapping(switched, switched.name, errors) if switched.exists() else {}
    policies = {
        path.stem: _mapping(path, f"{_POLICIES}/{path.name}", errors)
        for path in sorted((folder / _POLICIES).glob("*.yaml"))
    }
    if not policies:
        errors.append(f"{_POLICIES} 文件夹里没有升级规则，至少要有一个 .yaml 文件")
    errors += _unknown_files(folder)
    if errors:
        raise CountyError(tuple(errors))
    registry = folder / "registry.yaml"
    return County(
        folder=folder,
        categories=found["categories.yaml"],
        danger=found["danger.yaml"],
        words=found["words.yaml"],
        places=found["places.yaml"],
        calendar=found["calendar.yaml"],
        texts=overlay,
        policies=policies,
        registry_file=registry if registry.exists() else None,
        model=model,
    )


def _mapping(path: Path, name: str, errors: list[str]) -> dict[str, Any]:
    try:
        data = read_yaml(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        errors.append(f"{name}：没有这个文件")
    except UnicodeDecodeError:
        errors.append(f"{name}：请用 UTF-8 编码保存")
    except OSError:
        errors.append(f"{name}：打不开，请看看文件的权限")
    except YamlError as error:
        errors.append(f"{name} {error}")
    else:
        if not isinstance(data, dict):
            errors.append(f"{name}：整个文件要写成「名称: 内容」的形式")
        elif not_names := [str(key) for key in data if not isinstance(key, str)]:
            errors.append(f"{name}：「{'、'.join(not_names)}」不是名称，请加引号")
        else:
            return data
    return {}


def _unknown_files(folder: Path) -> list[str]:
    """A file that nobody reads is most likely a known one with its name mistyped."""
    known = (*_REQUIRED, *_OPTIONAL)
    errors: list[str] = []
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))):
        if path.name not in known:
            near = difflib.get_close_matches(path.name, known, n=1)
            errors.append(f"{path.name}：没有哪里用到这个文件{f'，是不是 {near[0]}？' if near else ''}")
    return errors
