"""A reader with other lists or another model than those in use: what `gridbot try` sets beside them."""

from pathlib import Path
from typing import Any

from bot.classifier import county_head
from bot.classifier.category_model import CategoryModel, ModelError
from bot.classifier.readers import Readers
from bot.classifier.vocabulary import LexiconData, LexiconError, Vocabulary
from bot.loading import LoadingError
from config.county import CountyError, load_county
from config.yaml_data import YamlError, read_yaml

#: Files that may be tried; others of a county's folder change no reading.
LISTS = ("categories.yaml", "danger.yaml", "words.yaml", "places.yaml", "model.yaml")
_BESIDE = ("calendar.yaml", "texts.yaml", "registry.yaml")


def other_reader(tried: Path, county_dir: Path) -> county_head.WithHead:
    """The county's reader with `tried` in place of its own: a model (.npz), one list, or a folder of lists. Raises
    LoadingError with everything that is wrong."""
    try:
        county = load_county(county_dir)
    except CountyError as error:
        raise LoadingError(error.errors) from None
    data = {"categories.yaml": county.categories, "danger.yaml": county.danger, "words.yaml": county.words,
            "places.yaml": county.places, "model.yaml": county.model}
    errors: list[str] = []
    is_model = tried.suffix == ".npz"
    if not is_model:
        data |= _lists(tried, errors)
    if errors:
        raise LoadingError(tuple(errors))
    try:
        lists = LexiconData(data["categories.yaml"], data["danger.yaml"], data["words.yaml"], data["places.yaml"])
        vocabulary = Vocabulary.from_data(lists)
    except LexiconError as error:
        raise LoadingError(error.errors) from None
    try:
        if is_model:
            head: county_head.CountyHead | None = county_head.head_of(CategoryModel.load(tried), data["categories.yaml"], vocabulary)
        else:
            own = tried if tried.is_dir() else tried.parent
            folder = own if tried.name == "model.yaml" or (tried / "model.yaml").exists() else county_dir
            head, wrong = county_head.from_data(data["model.yaml"], folder, data["categories.yaml"], vocabulary)
            if wrong:
                raise LoadingError(wrong)
    except ModelError as error:
        raise LoadingError((str(error),)) from None
    return county_head.WithHead(vocabulary, readers=Readers.shipped(), head=head)


def _lists(tried: Path, errors: list[str]) -> dict[str, dict[str, Any]]:
    """The lists of a folder, or the one file, by name."""
    if tried.is_file():
        paths = [tried]
    elif tried.is_dir():
        paths = sorted(path for path in tried.glob("*.yaml") if path.name not in _BESIDE)
    else:
        errors.append(f"没有这个文件或文件夹：{tried}")
        return {}
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        if path.name not in LISTS:
            errors.append(f"{path.name}：试不了这个文件，能试的是 {'、'.join(LISTS)} 和模型（.npz）")
            continue
        try:
            content = read_yaml(path.read_text(encoding="utf-8-sig"))
        except OSError:
            errors.append(f"{path.name}：打不开，请看看文件的权限")
        except UnicodeDecodeError:
            errors.append(f"{path.name}：请用 UTF-8 编码保存")
        except YamlError as error:
            errors.append(f"{path.name} {error}")
        else:
            if isinstance(content, dict):
                found[path.name] = content
            else:
                errors.append(f"{path.name}：整个文件要写成「名称: 内容」的形式")
    if not found and not errors:
        errors.append(f"{tried} 里没有词表：能试的是 {'、'.join(LISTS)} 和模型（.npz）")
    return found
