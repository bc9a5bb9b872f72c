"""「我们楼」「我家这栋」「本单元」: the speaker's own building, if he said before in the talk which one it is."""

import re
from collections.abc import Sequence

from bot.classifier.places import arabic
from bot.messages import Line

_OURS = re.compile(r"(?:[我俺咱](?:们|家|屋)?(?:的|家|住的)?(?:这|那)?(?:一|个)?|本)(?:号楼|楼道|楼里|楼上?|栋|幢|单元)(?![层下])")
_NUMBER = r"[0-9]{1,3}|[一二三四五六七八九十]{1,3}"
#: Where he lives, as he says it himself: 我们3号楼, 俺家在五栋二单元, 我住12栋.
_LIVES = re.compile(
    rf"[我俺咱](?:们|家|屋)?(?:家|就|也|是|住|在|的|这|边){{0,3}}(?P<building>{_NUMBER})(?P<unit>号楼|栋|幢|座|排)"
    rf"(?:(?P<entrance>{_NUMBER})单元)?"
)
#: The building of a place that was read in what he told.
_BUILDING = re.compile(r"^.*?[0-9]+(?:号楼|栋|幢|座|排)(?:[0-9]+单元)?")


def own_building(words: str, sender: str, talk: Sequence[Line]) -> str | None:
    """The building that the speaker means by 我们楼, as 3号楼 or 3号楼2单元; None where he never said it in this talk."""
    if not _OURS.search(words):
        return None
    for line in reversed(talk):
        if line.sender != sender:
            continue
        lives = _LIVES.search(line.words.text)
        if lives is not None:
            entrance = f"{arabic(lives['entrance'])}单元" if lives["entrance"] else ""
            return arabic(lives["building"]) + ("栋" if lives["unit"] == "幢" else lives["unit"]) + entrance
        told = _BUILDING.match(line.verdict.place) if line.verdict is not None and line.verdict.place else None
        if told is not None:
            return told[0]
    return None


def with_own_building(place: str | None, words: str, sender: str, talk: Sequence[Line], prefix: str) -> str | None:
    """The place of a line, with the speaker's own building put before what names no building: 我们楼楼道 is 3号楼楼道."""
    if place is not None and _BUILDING.match(place):
        return place
    own = own_building(words, sender, talk)
    if own is None:
        return place
    spot = (place or "").removeprefix(prefix)
    if "单元" in own and "单元" in spot:
        own = own[: own.rindex("单元")].rstrip("0123456789")
    return ("" if own.startswith(prefix) else prefix) + own + spot
