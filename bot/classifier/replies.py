"""Acts that lean on a matter told before: echo, recovery, asking how far, rating, adding facts."""

import re
from datetime import datetime, timedelta

from bot.classifier.scan import Scan
from bot.classifier.spoilers import Spoilers
from bot.classifier.threads import Thread
from registry.terms import Category

#: A speaker's fragments of one telling lie within this time of each other.
OWN_FRAGMENT = timedelta(minutes=6)
#: Words of others without the matter's own words join it only this soon and this near.
OTHERS_SOON = timedelta(minutes=5)
OTHERS_NEAR = 4
#: An echo that names the matter's subject may come later.
SUBJECT_LATE = timedelta(hours=2)
_PLAIN = re.compile(r"[\s，,。.！!？?~、…;；]+|\[[^\]]{1,6}\]")
_THANKS = re.compile(r"谢|辛苦|点赞|感谢|给力|\[强\]|\[抱拳\]|\[玫瑰\]|终于|总算|满意|不错|得劲|巴适|表扬")

#: Matters that many have at once and over a wide stretch: another building is a voice, not another matter.
WIDE = frozenset({Category.WATER, Category.POWER, Category.GAS_HEATING, Category.ROAD, Category.HAZARD, Category.NOISE})


def bare(text: str) -> str:
    """The text without signs, spaces and emoticons."""
    return _PLAIN.sub("", text)


def nearest(
    threads: list[Thread], now: datetime, size: int, *, topics: dict[Category, float], sender: str, soon: timedelta
) -> Thread | None:
    """The matter that a line most likely belongs to: by subject, by its own teller, else the one told last."""
    live = [thread for thread in threads if thread.quiet(now) <= soon]
    if not live:
        return None

    def rank(thread: Thread) -> tuple[float, int]:
        subject = 2.0 * (thread.category in topics)
        own = 1.0 * (sender in thread.tellers)
        near = 1.0 * (size - thread.position <= OTHERS_NEAR)
        return (subject + own + near - 0.8 * thread.over, thread.position)

    return max(live, key=rank)


def is_echo_whole(text: str, wholes: frozenset[str]) -> bool:
    """Whether the whole line is a +1, 同问, 我家也是 …"""
    return bare(text).rstrip("啊呀哦呢吧的了咧") in wholes or bare(text) in wholes


def is_recovery(scan: Scan, rest: Scan, spoilers: Spoilers, category: Category | None) -> bool:
    """Whether the line says that it is over; `category` is that of the matter it would be said of, None if unknown."""
    if spoilers.still:
        return False
    for hit in scan.of("over"):
        if (category is None or hit.rule.tag == category.value) and _says_over(hit.start, hit.end, scan.text, spoilers):
            return True
    if category is None:
        return False
    return any(
        _says_over(hit.start, hit.end, scan.text, spoilers)
        for kind in ("act.mended", "act.recovery")
        for hit in rest.of(kind)
    )


_ASKS_OVER = re.compile(r"^(没有|没|吗|不|么|未|否|冇|没得|没啊|没呀|没呢)?[?？啊呀呢]{0,2}$")
_NOT_OVER = re.compile(r"(没|不|未|还没|啥时候能?|什么时候能?|几点能?|几时能?|快|怎么|咋|要|能不能|何时|等|盼|希望|才能|才|如果|要是)$")


def _says_over(start: int, end: int, text: str, spoilers: Spoilers) -> bool:
    after = text[end : end + 4].lstrip("了咧啦")
    if after and _ASKS_OVER.match(after):
        return False
    if re.match(r"^(没|吗|么|以后|之后|的时候|再说|就|才|的话)", after):
        return False
    return not _NOT_OVER.search(text[max(0, start - 5) : start])


def thanks(text: str) -> bool:
    """Whether thanks or praise is in it."""
    return bool(_THANKS.search(text))


