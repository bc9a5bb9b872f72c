"""Lines of talk for tests, and the sample county's classifier."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import yaml

from bot.classifier import Classifier, LexiconData, Where
from bot.messages import Line, MessageKind, Verdict, Words
from registry.terms import Role, Tier

COUNTY = Path(__file__).resolve().parents[3] / "config" / "county"
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ESTATE = Where(names=("柳林小区", "柳林", "青石桥"), prefix="柳林小区", bot_names=("小格",))


def county_data() -> LexiconData:
    """The sample county's word lists as plain data."""
    return LexiconData(
        **{
            name: yaml.safe_load((COUNTY / f"{name}.yaml").read_text(encoding="utf-8"))
            for name in ("categories", "danger", "words", "places")
        }
    )


@lru_cache(maxsize=1)
def county_classifier() -> Classifier:
    """The sample county's classifier, built once."""
    return Classifier.from_data(county_data())


def alone(text: str, *, role: Role = Role.RESIDENT, tier: Tier = Tier.BASIC, tagged: bool = False) -> Line:
    """A line with nothing before it."""
    return Line("m1", BEGIN, "r1", role, tier, None, words=Words(text), mentions_bot=tagged)


class Talk:
    """A group's talk that grows: each `say` is read with what was said before."""

    def __init__(self, where: Where = ESTATE) -> None:
        self.lines: list[Line] = []
        self.at = BEGIN
        self._where = where

    def say(
        self,
        sender: str,
        text: str,
        *,
        after: float = 1,
        role: Role = Role.RESIDENT,
        tier: Tier = Tier.BASIC,
        kind: MessageKind = MessageKind.TEXT,
        tagged: bool = False,
        quote: str | None = None,
    ) -> Verdict:
        """Say it `after` minutes and return how it was read."""
        self.at += timedelta(minutes=after)
        line = Line(
            f"m{len(self.lines) + 1}", self.at, sender, role, tier, "g1", kind, Words(text), (), tagged, quote
        )
        verdict = county_classifier().read(line, tuple(self.lines), self._where)
        self.lines.append(line.read_as(verdict, None))
        return verdict


def table_sentences() -> list[str]:
    """The sentences of the table of cases."""
    rows = Path(__file__).with_name("cases.txt").read_text(encoding="utf-8").splitlines()
    return [row.split("|", 1)[1].rsplit("|", 1)[0] for row in rows if row and not row.startswith("#")]
