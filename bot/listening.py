"""The corpus as it would be heard: each line with the talk before it and the matters beside it. Development only."""

from collections.abc import Sequence
from datetime import timedelta

from bot.classifier.heard import Heard
from bot.classifier.reader import Classifier
from bot.classifier.scan import Scan
from bot.classifier.standing import NOTHING, Standing
from bot.classifier.where import Where
from bot.messages import Line, Verdict
from bot.talk import STANDING_AGE, as_kept
from registry.terms import Act

#: The talk that a line is read with (design, section 2).
TALK_LINES, TALK_TIME = 60, timedelta(hours=2)
#: What residents say of matters.
OF_MATTERS = frozenset({Act.REPORT, Act.SUPPLEMENT, Act.ECHO, Act.RECOVERY, Act.STATUS_QUERY, Act.RATING})


class Watching(Classifier):
    """The rules alone, showing what they had before them when they decided."""

    seen: tuple[Heard, Verdict] | None = None

    def _says_nothing(self, scan: Scan) -> bool:
        """Nothing is passed over while one learns."""
        return False

    def watched(
        self, line: Line, talk: Sequence[Line], where: Where, standing: Standing = NOTHING
    ) -> tuple[Verdict, tuple[Heard, Verdict] | None]:
        """The reading of a line, and what was before the rules; None where they did not get so far."""
        self.seen = None
        return self.read(line, talk, where, standing=standing), self.seen

    def _reviewed(self, heard: Heard, verdict: Verdict) -> Verdict:
        self.seen = (heard, verdict)
        return super()._reviewed(heard, verdict)


def talk_before(lines: Sequence[Line], place: int) -> tuple[Line, ...]:
    """The talk before a line, as a group's memory would hold it."""
    at = lines[place].at
    return tuple(line for line in lines[max(place - TALK_LINES, 0) : place] if at - line.at <= TALK_TIME)


def standing_before(lines: Sequence[Line], place: int) -> Standing:
    """The lines of matters from before that talk, as they would lie in tickets."""
    at, begin = lines[place].at, place
    while begin > 0 and place - begin < TALK_LINES and at - lines[begin - 1].at <= TALK_TIME:
        begin -= 1
    return Standing(tuple(as_kept(line) for line in lines[:begin] if at - line.at <= STANDING_AGE and _lies(line)))


def _lies(line: Line) -> bool:
    verdict = line.verdict
    return verdict is not None and verdict.act not in (Act.CHAT, Act.QUESTION) and (
        verdict.refers_to is not None or verdict.act is Act.REPORT
    )
