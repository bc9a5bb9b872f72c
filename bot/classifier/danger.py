"""Danger in a line: of a place or of a person, plain or doubtful."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.classifier.scan import Hit, Scan, clause_end, clause_start
from bot.classifier.spoilers import Spoilers
from bot.classifier.threads import DANGER_RULES
from bot.classifier.vocabulary import DangerName
from bot.messages import Reason
from registry.terms import Category, DangerKind

#: Kinds of hits that tell a danger; most lines have none.
_KINDS = frozenset(["danger", "doubtful", "sign", "peril", "plight"])
#: Somebody hurt: what is said of how he came to it counts before it.
_YIELDS = "伤人被困"


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger that a line tells."""

    name: str
    kind: DangerKind
    category: Category
    doubt: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DangerReader:
    """Finds danger with the county's lists."""

    names: Mapping[str, DangerName]

    def read(self, scan: Scan, rest: Scan, spoilers: Spoilers, *, alert: frozenset[str]) -> Danger | None:
        """The danger told by a line, or None. `alert` holds the names of dangers told in the talk just before."""
        if _KINDS.isdisjoint(scan.by_kind):
            return None
        forms = spoilers.forms
        plain = [hit for hit in scan.of("danger") if self._stands(hit, spoilers, rest)]
        plain = plain or self._perils(scan, rest, spoilers)
        weak = [hit for hit in scan.of("doubtful") if self._stands(hit, spoilers, rest)]
        signs = [hit for hit in scan.of("sign") if hit.rule.tag in alert and self._stands(hit, spoilers, rest)]
        if not plain and not weak and not signs:
            weak = self._many_signs(scan, spoilers, rest)
        if not plain and not weak and not signs:
            return None
        advert = rest.count("advert") >= 2 and not rest.has("calls")
        if advert or forms["laughs"].search(scan.text):
            return None
        chosen = min(plain or weak or signs, key=lambda hit: (self._order(hit), hit.start))
        name = self.names[chosen.rule.tag]
        standing = [hit for hit in scan.of("sign") if self._stands(hit, spoilers, rest)]
        doubt = self._doubtful(chosen, standing, plain=bool(plain), scan=scan, rest=rest, alert=alert)
        # 作业多得不想活了 is said lightly of oneself; of somebody else it is not
        light = forms["light"].search(scan.text) and not forms["another_person"].search(scan.text)
        if name.kind is DangerKind.PERSON and light:
            return None
        kind_word = DANGER_RULES[name.kind is DangerKind.PERSON]
        reasons = [Reason(f"{kind_word}·{name.name}", chosen.words, 5.0)]
        if doubt:
            hedges = rest.of("hedges")
            reasons.append(Reason("疑似", hedges[0].words if hedges else chosen.words, -1.0))
        return Danger(name.name, name.kind, name.category, doubt, tuple(reasons))

    def _perils(self, scan: Scan, rest: Scan, spoilers: Spoilers) -> list[Hit]:
        """A peril (水到二楼、在屋顶上) is a danger where somebody calls for help or is said to be in it, anywhere in the text:
        such calls are often long. A plight (出不来、没有吃的) needs both, or one of them and another plight. News, and
        what is over, are none."""
        calls, helpless = rest.has("calls"), rest.has("helpless")
        goes_on = spoilers.forms["goes_on"].search(scan.text) is not None
        if (rest.has("reported") and not goes_on) or not (calls or helpless):
            return []
        perils = [hit for hit in scan.of("peril") if self._stands(hit, spoilers, rest, goes_on=goes_on)]
        if perils:
            return perils
        plights = [hit for hit in scan.of("plight") if self._stands(hit, spoilers, rest, goes_on=goes_on)]
        first = min((hit.end for hit in plights), default=0)
        return plights if (calls and helpless) or any(hit.start >= first for hit in plights) else []

    def _many_signs(self, scan: Scan, spoilers: Spoilers, rest: Scan) -> list[Hit]:
        """Two different signs of one danger of a place in a line are as much as its weak words."""
        found: dict[str, Hit] = {}
        for hit in sorted(scan.of("sign"), key=lambda each: (each.start, -each.end)):
            if self.names[hit.rule.tag].kind is not DangerKind.PLACE or not self._stands(hit, spoilers, rest):
                continue
            first = found.setdefault(hit.rule.tag, hit)
            if hit.start >= first.end and hit.words != first.words:
                return [first]
        return []

    def _order(self, hit: Hit) -> tuple[bool, int]:
        """As in danger.yaml, places first; but cries of one who is beaten are a person's matter, not the place's."""
        return hit.rule.tag == _YIELDS, list(self.names).index(hit.rule.tag)

    @staticmethod
    def _stands(hit: Hit, spoilers: Spoilers, rest: Scan, *, goes_on: bool = False) -> bool:
        if spoilers.negated(hit) or spoilers.supposed(hit) or spoilers.elsewhere:
            return False
        if spoilers.gone(hit) or rest.has("planned"):
            return False
        if hit.rule.kind == "doubtful" and (spoilers.own_thing(hit) or rest.has("mine")):
            return False
        return goes_on or not spoilers.forms["averted"].search(spoilers.text, max(0, hit.start - 12))

    @staticmethod
    def _doubtful(
        hit: Hit, signs: Sequence[Hit], *, plain: bool, scan: Scan, rest: Scan, alert: frozenset[str]
    ) -> bool:
        """Weak words are doubtful, hedged ones too; signs beside them or a danger told just before make it plain."""
        if hit.rule.tag in alert and (plain or signs):
            return False
        signed = any(
            sign.rule.tag == hit.rule.tag and (sign.start >= hit.end or sign.end <= hit.start) for sign in signs
        )
        if not plain:
            return not signed
        # 是不是我鼻子的问题 puts all in doubt, a short 好像 only its own clause
        begin, end = clause_start(scan.text, hit.last), clause_end(scan.text, hit.end)
        hedged = any(begin <= hedge.start <= end or len(hedge.words) >= 3 for hedge in rest.of("hedges"))
        return hedged and not signed
