"""From the county's files and a registry to what a process decides with: rules, classifier, texts. All errors at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.classifier import county_head
from bot.classifier.reader import Classifier
from bot.classifier.readers import Readers
from bot.classifier.vocabulary import LexiconData, LexiconError, Vocabulary
from bot.texts import Texts, TextsError
from bot.texts.sentences import Sentences
from config.county import County, CountyError, load_county
from config.yaml_data import YamlError
from config.yaml_data import read_yaml as read_plain
from escalation import calendar as calendars
from escalation import policy as policies
from escalation.calendar import Calendar
from escalation.policy import Policy
from registry import source
from registry.registry import Registry
from registry.workbook import read_workbook
from registry.workbook_file import OLD_FORMAT, SAVE_AS, WorkbookRefused
from registry.yaml_file import read_yaml
from tickets.work import Rules


class LoadingError(Exception):
    """Configuration that can't be used; `errors` has every reason, in Chinese."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


class AskedWrongly(LoadingError):
    """A command was asked for what cannot be done so: nothing was done, and it leaves with status 2."""


@dataclass(frozen=True, slots=True)
class Book:
    """A county's files, read and checked: everything but who and where."""

    county: County
    classifier: Classifier
    texts: Texts
    policies: dict[str, Policy]
    current: str
    calendar: Calendar


class Wording(Mapping[str, str]):
    """The sentences in use: whoever holds it sees the new ones once they are put in, all at one moment."""

    def __init__(self, texts: Texts) -> None:
        self.current = texts.sentences.by_name

    def __getitem__(self, name: str) -> str:
        return self.current[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.current)

    def __len__(self) -> int:
        return len(self.current)


class House:
    """The book with a registry. Either may be replaced while the process runs, between two units of work."""

    def __init__(self, book: Book, registry: Registry) -> None:
        self.book = book
        self._rules = Rules(book.policies, book.current, book.calendar, registry)
        self._wording = Wording(book.texts)
        self._texts = Texts(Sentences(self._wording))

    @property
    def classifier(self) -> Classifier:
        return self.book.classifier

    @property
    def texts(self) -> Texts:
        """Always the same value; what it says follows the book."""
        return self._texts

    def rules(self) -> Rules:
        """The rules of the moment."""
        return self._rules

    def replace_registry(self, registry: Registry) -> None:
        """A new registry was imported, or somebody was bound."""
        self._rules = replace(self._rules, registry=registry)

    def replace_book(self, book: Book) -> None:
        """The county's files were changed. Whoever keeps the classifier takes the new one from here."""
        self.book = book
        self._wording.current = book.texts.sentences.by_name
        self._rules = Rules(book.policies, book.current, book.calendar, self._rules.registry)


def load_book(folder: Path, policy_file: Path | None = None) -> Book:
    """Read a county's folder. `policy_file` replaces its policies (replay). Raises LoadingError with all errors."""
    try:
        county = load_county(folder)
    except CountyError as error:
        raise LoadingError(error.errors) from None
    errors: list[str] = []
    found: dict[str, Policy] = {}
    sources = county.policies if policy_file is None else {policy_file.stem: _policy_data(policy_file, errors)}
    for name, data in sources.items():
        policy, wrong = policies.from_data(data)
        errors += [f"policies/{name}.yaml：{sentence}" for sentence in wrong]
        if policy is not None:
            if policy.version in found:
                errors.append(f"policies/{name}.yaml：版本 {policy.version} 重复")
            found[policy.version] = policy
    calendar, wrong = calendars.from_data(county.calendar)
    errors += [f"calendar.yaml：{sentence}" for sentence in wrong]
    classifier = texts = None
    try:
        lists = LexiconData(county.categories, county.danger, county.words, county.places)
        vocabulary = Vocabulary.from_data(lists)
        head, wrong = county_head.from_data(county.model, folder, county.categories, vocabulary)
        errors += wrong
        classifier = county_head.WithHead(vocabulary, readers=Readers.shipped(), head=head)
    except LexiconError as error:
        errors += error.errors
    try:
        texts = Texts.load(county.texts)
    except TextsError as error:
        errors += error.errors
    if errors or classifier is None or texts is None or calendar is None:
        raise LoadingError(tuple(errors))
    # The newest version is the current one; older ones stay for the tickets that began with them.
    return Book(county, classifier, texts, found, max(found), calendar)


def _policy_data(path: Path, errors: list[str]) -> object:
    try:
        return read_plain(path.read_text(encoding="utf-8"))
    except OSError:
        errors.append(f"读不到规则文件：{path}")
    except YamlError as error:
        errors.append(f"{path.name}：{error}")
    return {}


WORKBOOKS = (".xlsx", ".xlsm")
#: Tables that are no workbooks of today; everything else is YAML.
_TABLES = (".xls", ".et", ".csv", ".ods", ".xlsb", ".tsv")


def read_registry(path: Path) -> Registry:
    """Read a registry file, YAML or an Excel workbook. Raises LoadingError with every wrong row."""
    try:
        content = path.read_bytes()
    except OSError:
        raise LoadingError((f"读不到登记文件：{path}",)) from None
    ending = path.suffix.lower()
    if ending not in (*WORKBOOKS, *_TABLES) and not content.startswith(b"PK"):
        return _yaml_registry(path, content)
    if ending in _TABLES and not content.startswith((b"PK", OLD_FORMAT)):
        raise LoadingError((f"登记文件要是 YAML（.yaml）或 Excel 工作簿（.xlsx），{path.name} 不是；{SAVE_AS}。",))
    try:
        registry, cells = read_workbook(content)
    except WorkbookRefused as refused:
        raise LoadingError((f"{path.name}：{refused}。",)) from None
    if registry is None:
        raise LoadingError(tuple(str(cell) for cell in cells))
    return registry


def _yaml_registry(path: Path, content: bytes) -> Registry:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LoadingError((f"读不到登记文件：{path}（要 UTF-8 编码的 YAML）",)) from None
    data, wrong = read_yaml(text)
    if wrong:
        raise LoadingError(wrong)
    registry, rows = source.from_data(data)
    if registry is None:
        raise LoadingError(tuple(str(row) for row in rows))
    return registry
