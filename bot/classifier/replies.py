"""Small readings that lean on a matter told before: whole-line echoes, and words that say it is over."""

import re
from collections.abc import Mapping
from datetime import timedelta

from bot.classifier.scan import Hit, Scan
from bot.classifier.spoilers import Spoilers
from registry.terms import Category

#: A speaker's fragments of one telling lie within this time of each other.
OWN_FRAGMENT = timedelta(minutes=6)
#: Words of others without the matter's own words join it only this soon and this near (lines).
OTHERS_SOON = timedelta(minutes=5)
OTHERS_NEAR = 4
#: What names the matter's subject may come later: as long as the talk reaches, and it is the talk that is cut (two
#: hours); lines of a ticket that stand in it for longer still count.
SUBJECT_LATE = timedelta(days=3)
#: Matters that many have at once and over a wide stretch: another building is a voice, not another matter.
WIDE = frozenset({Category.WATER, Category.POWER, Category.GAS_HEATING, Category.ROAD, Category.HAZARD, Category.NOISE})
_SIGNS = re.compile(r"[\s，,。.！!？?~、…;；]+|\[[^\]]{1,6}\]")
_AFTER = 4
_BEFORE = 8


def bare(text: str) -> str:
    """The text without signs, spaces and emoticons."""
    return _SIGNS.sub("", text)


def is_echo_whole(text: str, wholes: frozenset[str]) -> bool:
    """Whether the whole line is a +1, 同问, 我家也是 …"""
    words = bare(text)
    return words in wholes or words.rstrip("啊呀哦呢吧的了咧") in wholes


def says_over(hit: Hit, text: str, forms: Mapping[str, re.Pattern[str]]) -> bool:
    """Whether words like 修好了 say that it is done, and do not ask, hope or look back."""
    after = text[hit.end : hit.end + _AFTER].lstrip("了咧啦")
    if after and forms["over_asked"].match(after):
        return False
    return not forms["not_over"].search(text[max(0, hit.start - _BEFORE) : hit.start])


def is_recovery(scan: Scan, rest: Scan, spoilers: Spoilers, category: Category) -> bool:
    """Whether the line says that a matter of `category` is over."""
    if spoilers.still:
        return False
    hits = [hit for hit in scan.of("over") if hit.rule.tag == category.value]
    hits += [*rest.of("act.mended"), *rest.of("act.recovery")]
    return any(says_over(hit, scan.text, spoilers.forms) for hit in hits)


def names_recovery(scan: Scan, spoilers: Spoilers, category: Category) -> bool:
    """Whether the words for the end of just this category are said: 来电了, 水清了."""
    if spoilers.still:
        return False
    return any(
        hit.rule.tag == category.value and says_over(hit, scan.text, spoilers.forms) for hit in scan.of("over")
    )
