"""How much a line tells of a matter: words of the 21 categories, weighed with cues for and against."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.classifier.scan import Hit, Scan
from bot.classifier.spoilers import Spoilers
from bot.messages import Reason
from registry.terms import Category

#: A line with at least this much tells a matter.
TOLD = 3.0
#: What one hit weighs: of a whole matter, of a part, of a loose combination, of a mere subject.
_TELL, _HINT, _LOOSE, _TOPIC = 3.0, 1.6, 1.1, 0.6
#: A subject with a general fault, and how near they must be (characters).
_FAULT, _FAULT_NEAR = 2.4, 14
_WEIGHTS = {"hint": _HINT, "topic": _TOPIC, "faults": _HINT}
_MORE = 0.3
#: What is told of elsewhere counts little, and only where the line says that it is so here too.
_ELSEWHERE = 1.8
#: What is told of the past weighs so much less.
_GONE = 2.6
#: What one mends by himself, one's cooking, a joke on one's own.
_MINE = 2.5
_YOU = 1.2
#: What ends in loud laughter is mostly said for fun.
_LAUGHED = 1.5
#: Who is spoken of as known to be missing was told before, or of elsewhere.
_KNOWN = 2.5
_MOST_CUES = 2.2
_CUES = {"cue.plea": 0.8, "cue.long": 0.7, "cue.hurt": 0.5, "cue.common": 0.6, "cue.exclaim": 0.3}
_CUE_NAMES = {
    "cue.plea": "求助", "cue.long": "拖得久", "cue.hurt": "受害", "cue.common": "大家的事", "cue.exclaim": "语气急",
}
#: Matters of the household's own things are spoiled by words like 手机、我家热水器; these categories are not.
_NEVER_PRIVATE = frozenset(
    {
        Category.CONSUMER, Category.ORDER, Category.LABOUR, Category.DISPUTE, Category.SOCIAL, Category.EDUCATION,
        Category.HEALTH, Category.NOISE, Category.SANITATION, Category.PERSON_HELP, Category.AGRICULTURE,
        Category.ROAD, Category.TRAFFIC, Category.POLLUTION,
    }
)
_CATEGORIES = {category.value: category for category in Category}
_ORDER = {category: number for number, category in enumerate(Category)}
#: Where both are told, the second says what it is about: sewage of a farm is pollution, a roof's leak is property.
_RATHER = (
    (Category.SANITATION, Category.POLLUTION),
    (Category.WATER, Category.AGRICULTURE),
    (Category.WATER, Category.PROPERTY),
    (Category.PROPERTY, Category.NOISE),
    (Category.OTHER, Category.ORDER),
    (Category.FACILITY, Category.TRAFFIC),
    (Category.TRAFFIC, Category.EDUCATION),
)


@dataclass(slots=True, repr=False)
class Evidence:
    """What a line tells: the category that it tells most of, its weight, whether urgent, and why."""

    category: Category | None = None
    score: float = 0.0
    urgent: bool = False
    planned: bool = False
    settled: bool = False
    spoiled: bool = False
    """Words of a matter were met but denied, supposed, past or elsewhere."""
    topics: dict[Category, float] = field(default_factory=dict)
    subjects: dict[Category, str] = field(default_factory=dict)
    """Categories that a single short word (水、灯) may mean; filled only where there is no fuller topic."""
    reasons: list[Reason] = field(default_factory=list)

    @property
    def told(self) -> bool:
        """Whether it is enough for a matter of its own."""
        return self.score >= TOLD

    @property
    def topic(self) -> Category | None:
        """What it speaks about, told or not."""
        if self.category is not None:
            return self.category
        return max(self.topics, key=lambda c: self.topics[c]) if self.topics else None


def weigh(scan: Scan, rest: Scan, spoilers: Spoilers, *, has_place: bool) -> Evidence:
    """The evidence of one line. `has_place` tells that a place was found in it."""
    found = Evidence()
    weights: dict[Category, float] = {}
    hits: dict[Category, list[Hit]] = {}
    urgent: set[Category] = set()
    for kind in ("urgent", "tell", "hint"):
        for hit in scan.of(kind):
            category = _CATEGORIES[hit.rule.tag]
            weight = _weight(hit)
            found.topics[category] = found.topics.get(category, 0.0) + weight
            worth = _worth(hit, weight, category, spoilers, found)
            if worth <= 0:
                found.spoiled = True
                continue
            if kind == "urgent":
                urgent.add(category)
            hits.setdefault(category, []).append(hit)
            best = weights.get(category, 0.0)
            more = _MORE if best and not hit.loose else 0.0
            weights[category] = max(best, worth) + more + 0.02 * len(hit.words)
    for hit in scan.of("topic"):
        category = _CATEGORIES[hit.rule.tag]
        found.topics[category] = found.topics.get(category, 0.0) + _TOPIC + 0.05 * len(hit.words)
    _with_faults(scan, rest, spoilers, weights, hits)
    if not found.topics:
        for hit in rest.of("short"):
            found.subjects[_CATEGORIES[hit.rule.tag]] = hit.words
    if not weights:
        return found
    for category in weights:
        weights[category] += 0.25 * min(found.topics.get(category, 0.0), 4.0) * 0.5
    category = max(weights, key=lambda c: (weights[c], -_ORDER[c]))
    for general, special in _RATHER:
        if category is general and weights.get(special, 0.0) >= _TELL:
            category = special
    found.category = category
    found.urgent = category in urgent
    score = weights[category]
    found.reasons += [Reason(hit.rule.name, hit.words, _weight(hit)) for hit in hits[category][:3]]
    cues = 0.0
    for kind, weight in _CUES.items():
        if rest.has(kind):
            met = rest.of(kind)
            cues += weight
            found.reasons.append(Reason(_CUE_NAMES[kind], met[0].words, weight))
    if has_place:
        cues += 0.8
    score += min(cues, _MOST_CUES)
    chatty = min(rest.count("chatty"), 3)
    if chatty:
        score -= 0.9 * chatty
        found.reasons.append(Reason("闲聊", rest.of("chatty")[0].words, -0.9 * chatty))
    if category not in _NEVER_PRIVATE and all(spoilers.own_thing(hit) for hit in hits[category]):
        score -= 2.0
        found.reasons.append(Reason("自家的东西", rest.of("private")[0].words, -2.0))
    if rest.has("mine"):
        score -= _MINE
        found.reasons.append(Reason("自家的事", rest.of("mine")[0].words, -_MINE))
    if rest.has("act.praise") and not scan.has("sarcasm"):
        score -= 1.5
    if spoilers.forms["you"].search(scan.text):
        score -= _YOU
    if category is Category.PERSON_HELP and spoilers.forms["known_missing"].search(scan.text):
        score -= _KNOWN
    if spoilers.forms["ends_laughing"].search(scan.text):
        score -= _LAUGHED
    found.score = score
    return found


def _with_faults(
    scan: Scan,
    rest: Scan,
    spoilers: Spoilers,
    weights: dict[Category, float],
    hits: dict[Category, list[Hit]],
) -> None:
    """A subject and a general fault near each other (电表箱 … 掉了) are as much as a hint, and a little more for each."""
    if not scan.has("topic") or not rest.has("faults"):
        return
    faults = [h for h in rest.of("faults") if not (spoilers.negated(h) or spoilers.supposed(h) or spoilers.settled(h))]
    if not faults or spoilers.elsewhere:
        return
    for topic in scan.of("topic"):
        if len(topic.words) < 2:
            continue
        near = [f for f in faults if -_FAULT_NEAR <= f.start - topic.end <= _FAULT_NEAR and f.start != topic.start]
        near = [f for f in near if not (spoilers.gone(f) or spoilers.is_planned(f))]
        if not near:
            continue
        category = _CATEGORIES[topic.rule.tag]
        worth = _FAULT + _MORE * min(len(near) - 1, 2)
        if worth > weights.get(category, 0.0):
            weights[category] = worth
        if category not in hits:
            hits[category] = [topic, near[0]]


def _weight(hit: Hit) -> float:
    """What a hit weighs where nothing spoils it."""
    weight = _WEIGHTS.get(hit.rule.kind, _TELL)
    return min(_LOOSE, weight) if hit.loose else weight


def _worth(hit: Hit, weight: float, category: Category, spoilers: Spoilers, found: Evidence) -> float:
    if spoilers.negated(hit):
        return 0.0
    if spoilers.nothing:
        return weight
    if spoilers.supposed(hit):
        return 0.0
    if spoilers.is_planned(hit) and category in (Category.WATER, Category.POWER, Category.GAS_HEATING, Category.ROAD):
        found.planned = True
        return 0.0
    if spoilers.settled(hit):
        found.settled = True
        return 0.0
    if spoilers.gone(hit):
        weight -= _GONE
    if spoilers.elsewhere:
        weight -= _ELSEWHERE if spoilers.forms["here_too"].search(spoilers.text) else weight
    return weight


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A line in the manner of a written complaint: its weight, how informal it is, whether it rather asks."""

    score: float
    informal: int
    asks: bool
    strong: bool
    civic: bool
    words: str

    @property
    def formal(self) -> bool:
        """Nothing in it is said as people speak."""
        return self.informal == 0


def letter(scan: Scan, rest: Scan, forms: Mapping[str, re.Pattern[str]]) -> Letter | None:
    """Whether a line is written like a complaint's title: 关于…的问题、投诉…乱收费、…何时…; None if nothing of it.

    The weights were fitted once on written complaints against chat and rounded.
    """
    strong, soft, civic = (_words(scan, kind) for kind in ("letter.strong", "letter.soft", "letter.civic"))
    topics = _words(scan, "topic")
    met = strong or soft or civic or topics
    if not met:
        return None
    text = scan.text
    asks = bool(forms["asking"].search(text))
    told = scan.has("tell") or scan.has("urgent")
    if not (strong or told or asks or scan.has("hint") or _long(soft) or _long(civic) or _long(topics)):
        return None
    chatty = min(rest.count("chatty"), 2)
    informal = len(forms["informal"].findall(text)) + chatty + min(rest.count("advert"), 2)
    score = 3.0 * _long(strong) + 1.6 * _long(soft) + 1.5 * _long(civic) + 1.5 * min(_short(civic), 2)
    score += 1.0 * _long(_words(scan, "letter.matters")) + 1.0 * _long(topics)
    score += 2.0 * told + 1.6 * scan.has("hint") + 0.8 * rest.has("cue.plea")
    score -= 2.5 * min(informal, 4) + 2.0 * chatty + 1.0 * rest.has("elsewhere")
    if rest.has("act.praise"):
        score -= 4.0
    if len(_DIGIT.findall(text)) > 3:
        score -= 1.2
    return Letter(score, informal, asks and not strong, bool(strong), bool(civic) or scan.has("topic"), next(iter(met)))


_DIGIT = re.compile(r"[0-9]")


def _words(scan: Scan, kind: str) -> dict[str, None]:
    hits = scan.of(kind)
    return dict.fromkeys([hit.words for hit in hits]) if hits else {}


def _long(words: dict[str, None]) -> int:
    return min(sum([len(word) > 1 for word in words]), 3) if words else 0


def _short(words: dict[str, None]) -> int:
    return min(sum([len(word) == 1 for word in words]), 3) if words else 0
