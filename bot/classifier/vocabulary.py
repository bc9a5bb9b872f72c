"""The county's word lists, checked and compiled: categories, dangers, ways of speaking."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.classifier.patterns import parse
from bot.classifier.scan import Rule, Scanner
from registry.terms import Category, DangerKind

#: Lists of a category and the kind of their rules.
CATEGORY_LISTS = {"urgent": "urgent", "tells": "tell", "hints": "hint", "topics": "topic", "over": "over", "short": "short"}
DANGER_LISTS = {"tells": "danger", "doubtful": "doubtful", "signs": "sign", "perils": "peril", "plights": "plight"}
CUES = ("plea", "long", "hurt", "common", "exclaim")
#: Lists of words.yaml that stand at its top.
TOP_LISTS = (
    "masks", "faults", "chatty", "elsewhere", "faraway", "past", "hypothetical", "planned", "private", "mine", "advert", "sarcasm", "hedges",
    "calls", "helpless", "reported",
)
LETTERS = ("strong", "soft", "civic", "matters")
ACTS = (
    "echo", "mended", "recovery", "still", "ask_how", "status", "status_anchor", "rating_good", "rating_bad", "praise", "question", "fact_lead",
)
ACT_WORDS = ("echo_whole", "rating_whole_good", "rating_whole_bad", "bot_question", "withdraw", "mylist", "greetings")
OFFICIAL_LISTS = ("notice", "announce", "announce_when", "command")
OFFICIAL_WORDS = ("ack", "relay", "smalltalk")
#: Shapes of sentences: regular expressions by name.
FORMS = (
    "asked_before", "asked_after", "now", "informal", "you", "asking", "light", "averted", "laughs", "another_person",
    "thanks", "over_asked", "not_over", "chain", "asks", "own_voice", "also", "amount", "work_verb", "remote", "this",
    "to_one", "spared", "seen", "missing", "for_information", "inquires", "when_mended", "asks_done", "saw", "shows_picture",
    "named_here", "not_here", "better_now", "compared", "denies", "long_over", "idle", "ends_laughing", "asks_at_end",
    "paperwork", "known_missing", "about_them", "here_too", "rates", "workers", "agrees", "speaker_away", "goes_on", "joins",
)
PLACE_KINDS = (
    "buildings", "entrances", "floors", "rooms", "hamlets", "roads", "bridges", "villages", "shops", "public", "spots",
    "sides", "beside", "not_before", "not_in_names", "whole",
)
#: Rules of these kinds are looked for in every line; the others only in lines that may be more than chat.
_FIRST = frozenset(
    [
        "urgent", "tell", "hint", "topic", "over", "danger", "doubtful", "sign", "peril", "plight", "mask", "sarcasm",
        "act.ask_how",
        *(f"letter.{part}" for part in LETTERS),
    ]
)


@dataclass(frozen=True, slots=True)
class LexiconData:
    """The county's files as plain data, as yaml gives them."""

    categories: Mapping[str, Any]
    danger: Mapping[str, Any]
    words: Mapping[str, Any]
    places: Mapping[str, Any]


class LexiconError(ValueError):
    """What is wrong with the word lists: one Chinese sentence each, all at once."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class DangerName:
    """One entry of danger.yaml: 火情, 燃气 … with its kind and category."""

    name: str
    kind: DangerKind
    category: Category


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Compiled lists. `first` is run on every line, `rest` where `first` met something or the talk calls for it."""

    first: Scanner
    rest: Scanner
    dangers: Mapping[str, DangerName]
    names: Mapping[Category, str]
    words: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, re.Pattern[str]]
    negations: tuple[str, ...]
    negation_ends: frozenset[str]
    """Their last characters: most words stand after none of these, so that nothing denies them."""
    typos: Mapping[str, str]
    pinyin: Mapping[str, str]
    dialect: Mapping[str, str]
    segment: tuple[str, ...]
    places: Mapping[str, tuple[str, ...]]

    @classmethod
    def from_data(cls, data: LexiconData) -> "Vocabulary":
        """Check and compile. Raises LexiconError with every error, in Chinese."""
        return _Reader(data).vocabulary()


class _Reader:
    """Walks the plain data, collecting rules and errors."""

    def __init__(self, data: LexiconData) -> None:
        self._data = data
        self._errors: list[str] = []
        self._rules: list[Rule] = []
        self._sets: dict[str, Sequence[str]] = {}

    def vocabulary(self) -> Vocabulary:
        words = self._mapping(self._data.words, "words.yaml")
        for name, text in self._mapping(words.get("sets", {}), "words.yaml 的 sets").items():
            self._sets[str(name)] = str(text).split("|")
        names = self._categories()
        dangers = self._dangers()
        self._ways(words)
        places = self._mapping(self._data.places, "places.yaml")
        self._unknown(places, PLACE_KINDS, "places.yaml")
        place_kinds = {kind: self._strings(places.get(kind, []), f"places.yaml 的 {kind}") for kind in PLACE_KINDS}
        acts = self._mapping(words.get("acts", {}), "words.yaml 的 acts")
        officials = self._mapping(words.get("officials", {}), "words.yaml 的 officials")
        lists = {key: self._strings(acts.get(key, []), f"words.yaml 的 acts.{key}") for key in ACT_WORDS}
        lists |= {
            key: self._strings(officials.get(key, []), f"words.yaml 的 officials.{key}") for key in OFFICIAL_WORDS
        }
        negations = self._strings(words.get("negations", []), "words.yaml 的 negations")
        apart = self._strings(words.get("loose_apart", []), "words.yaml 的 loose_apart")
        forms = self._forms(self._mapping(words.get("forms", {}), "words.yaml 的 forms"))
        loose = self._strings(words.get("loose", []), "words.yaml 的 loose")
        segment = self._strings(words.get("segment", []), "words.yaml 的 segment")
        typos = self._pairs(words.get("typos", {}), "words.yaml 的 typos")
        pinyin = self._pairs(words.get("pinyin", {}), "words.yaml 的 pinyin")
        dialect = self._pairs(words.get("dialect", {}), "words.yaml 的 dialect")
        if self._errors:
            raise LexiconError(self._errors)
        return Vocabulary(
            first=Scanner((rule for rule in self._rules if rule.kind in _FIRST), loose, apart),
            rest=Scanner(rule for rule in self._rules if rule.kind not in _FIRST),
            dangers=dangers,
            names=names,
            words=lists,
            forms=forms,
            negations=negations,
            negation_ends=frozenset(word[-1] for word in negations),
            typos=typos,
            pinyin=pinyin,
            dialect=dialect,
            segment=segment,
            places=place_kinds,
        )

    def _categories(self) -> dict[Category, str]:
        names: dict[Category, str] = {}
        known = {category.value for category in Category}
        for key, entry in self._mapping(self._data.categories, "categories.yaml").items():
            at = f"categories.yaml 的 {key}"
            if key not in known:
                self._errors.append(f"{at}：没有这个类别，可用的是 {'、'.join(sorted(known))}")
                continue
            entry_map = self._mapping(entry, at)
            self._unknown(entry_map, ("name", "units", "labels", *CATEGORY_LISTS), at)
            names[Category(key)] = str(entry_map.get("name", key))
            for part, kind in CATEGORY_LISTS.items():
                self._add(entry_map.get(part, []), kind, str(key), str(entry_map.get("name", key)), f"{at}.{part}")
        missing = known - {name.value for name in names}
        if missing:
            self._errors.append(f"categories.yaml：缺少类别 {'、'.join(sorted(missing))}")
        return names

    def _dangers(self) -> dict[str, DangerName]:
        found: dict[str, DangerName] = {}
        danger = self._mapping(self._data.danger, "danger.yaml")
        self._unknown(danger, tuple(kind.value for kind in DangerKind), "danger.yaml")
        for kind in DangerKind:
            entries = danger.get(kind.value, [])
            if not isinstance(entries, list):
                self._errors.append(f"danger.yaml 的 {kind.value}：应是一个列表")
                continue
            for number, entry in enumerate(entries, 1):
                at = f"danger.yaml 的 {kind.value} 第 {number} 项"
                entry_map = self._mapping(entry, at)
                self._unknown(entry_map, ("name", "category", *DANGER_LISTS), at)
                name = str(entry_map.get("name", ""))
                if not name or name in found:
                    self._errors.append(f"{at}：name 缺少或重复")
                    continue
                try:
                    category = Category(str(entry_map.get("category")))
                except ValueError:
                    self._errors.append(f"{at}：类别“{entry_map.get('category')}”不在 21 类之内")
                    continue
                found[name] = DangerName(name, kind, category)
                for part, rule_kind in DANGER_LISTS.items():
                    self._add(entry_map.get(part, []), rule_kind, name, name, f"{at}.{part}")
        return found

    def _ways(self, words: Mapping[str, Any]) -> None:
        known = (
            "sets", "typos", "pinyin", "dialect", "cues", "letters", "negations", "acts", "officials", "segment", "loose",
            "loose_apart", "forms", *TOP_LISTS,
        )
        self._unknown(words, known, "words.yaml")
        for part in TOP_LISTS:
            kind = {"masks": "mask"}.get(part, part)
            self._add(words.get(part, []), kind, part, _SPOKEN.get(part, part), f"words.yaml 的 {part}")
        for group, parts, prefix, others in (
            ("cues", CUES, "cue.", ()),
            ("letters", LETTERS, "letter.", ()),
            ("acts", ACTS, "act.", ACT_WORDS),
            ("officials", OFFICIAL_LISTS, "official.", OFFICIAL_WORDS),
        ):
            entry = self._mapping(words.get(group, {}), f"words.yaml 的 {group}")
            self._unknown(entry, (*parts, *others), f"words.yaml 的 {group}")
            for part in parts:
                name = _SPOKEN.get(part, part)
                self._add(entry.get(part, []), prefix + part, part, name, f"words.yaml 的 {group}.{part}")

    def _add(self, lines: object, kind: str, tag: str, name: str, at: str) -> None:
        if not isinstance(lines, list):
            self._errors.append(f"{at}：应是一个列表")
            return
        for number, line in enumerate(lines, 1):
            if not isinstance(line, str):
                self._errors.append(f"{at} 第 {number} 行：应是文字，却是 {line!r}")
                continue
            try:
                pattern = parse(line, self._sets)
            except ValueError as error:
                self._errors.append(f"{at} 第 {number} 行：{error}")
                continue
            if kind == "mask" and pattern.simple is None:
                self._errors.append(f"{at} 第 {number} 行：这里只能写整词，不能用 ~ 或 &")
                continue
            self._rules.append(Rule(kind, tag, name, pattern))

    def _forms(self, entries: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
        self._unknown(entries, FORMS, "words.yaml 的 forms")
        forms: dict[str, re.Pattern[str]] = {}
        for name in FORMS:
            parts = self._strings(entries.get(name, []), f"words.yaml 的 forms.{name}")
            if not parts:
                self._errors.append(f"words.yaml 的 forms.{name}：缺少")
            try:
                forms[name] = re.compile("|".join(parts))
            except re.error as error:
                self._errors.append(f"words.yaml 的 forms.{name}：不是正确的表达式（{error.msg}）")
        return forms

    def _strings(self, value: object, at: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            self._errors.append(f"{at}：应是一列文字（数字要加引号）")
            return ()
        return tuple(value)

    def _pairs(self, value: object, at: str) -> dict[str, str]:
        mapping = self._mapping(value, at)
        if not all(isinstance(k, str) and isinstance(v, str) for k, v in mapping.items()):
            self._errors.append(f"{at}：应是“原词: 改为”的文字（数字要加引号）")
            return {}
        return {str(k): str(v) for k, v in mapping.items()}

    def _mapping(self, value: object, at: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self._errors.append(f"{at}：应是“名称: 内容”的形式")
            return {}
        return value

    def _unknown(self, value: Mapping[str, Any], known: Sequence[str], at: str) -> None:
        for key in value:
            if key not in known:
                self._errors.append(f"{at}：不认识“{key}”")


_SPOKEN = {
    "plea": "求助", "long": "拖得久", "hurt": "受害", "common": "大家的事", "exclaim": "语气急", "chatty": "闲聊", "faults": "毛病",
    "elsewhere": "别处的事", "faraway": "别处的事", "past": "过去的事", "hypothetical": "假设", "planned": "计划内", "private": "自家的东西",
    "advert": "广告接龙", "sarcasm": "反话", "hedges": "说得不肯定", "strong": "书面投诉", "soft": "书面诉求",
    "civic": "公共事务", "matters": "办事名目", "echo": "附和", "recovery": "恢复", "mended": "恢复", "ask_how": "催问", "still": "还没好", "status": "催问",
    "status_anchor": "先前的事", "rating_good": "好评", "rating_bad": "不满", "praise": "夸奖", "question": "问事", "fact_lead": "补充",
    "notice": "通知口吻", "announce": "预告", "announce_when": "预告时间", "command": "指令",
}
