"""Danger in a line: of a place or of a person, plain or doubtful. The lists tell it, or the lone reader hears it; where the lone
reader is sure that nothing is told (news, a joke, a film), what the lists tell is in doubt or none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.classifier.lone import Glance
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
#: From this probability the lone reader's ear alone makes a danger, and from that one no doubtful one. Measured on hands left
#: out (`python -m bot.lone_training`).
_HEARD, _HEARD_PLAINLY = 0.5, 0.8
#: It needs more in what the lists hear as a trouble already, and more again while matters are alive in the talk, to one of which a
#: line may add, and in an order to the bot, of which it has read none. What is put in the past, far off or supposed needs most, and
#: a person's danger, of which it has read few; in a long text many small hints add up.
_HEARD_AS_TROUBLE, _HEARD_AMONG, _HEARD_REMOVED, _HEARD_AT_LENGTH = 0.6, 0.7, 0.8, 0.95
_LONG = 60
#: What the lists tell is in doubt where the lone reader finds so little chance that the line tells anything at all; with next to
#: none it is news, a film, a joke, and no danger: of a place, and in more than a short cry, which gives the reader little to go
#: by. What the lists only suspect needs more. On hands left out 14 of the 1,152 true dangers that the lists told were put in doubt
#: and 4 taken back, of 310 lines that tell nothing 106 and 72.
_HARDLY, _SURELY_NOTHING, _NOTHING_SUSPECTED, _SHORT_CRY = 0.06, 0.005, 0.04, 14
#: What a danger is called that no list names: calls from floods and the like; who may do himself harm.
_UNNAMED = {
    DangerKind.PLACE: DangerName("险境求救", DangerKind.PLACE, Category.HAZARD),
    DangerKind.PERSON: DangerName("轻生", DangerKind.PERSON, Category.PERSON_HELP),
}


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

    def read(
        self, scan: Scan, rest: Scan, spoilers: Spoilers, *, alert: frozenset[str], glance: Glance | None = None,
        believed: bool = True, among: bool = False,
    ) -> Danger | None:
        """The danger told by a line, or None. `alert` holds the names of dangers told in the talk just before; `glance` is the
        lone reader's opinion, where there is one; who is `believed` is not doubted by it; `among`: matters are alive
        around the line."""
        told = self._told(scan, rest, spoilers, alert=alert)
        if glance is None:
            return told
        if told is not None:
            if believed or alert or glance.tells >= _HARDLY:
                return told
            nothing = glance.tells < (_NOTHING_SUSPECTED if told.doubt else _SURELY_NOTHING)
            if nothing and len(scan.text) > _SHORT_CRY and told.kind is DangerKind.PLACE:
                return None
            return told if told.doubt else self._doubted(told)
        enough = self._enough(scan, spoilers, glance, among=among or believed)
        laughed_at = spoilers.forms["laughs"].search(scan.text) is not None
        return self._heard(scan, glance) if glance.danger >= enough and not laughed_at else None

    @staticmethod
    def _enough(scan: Scan, spoilers: Spoilers, glance: Glance, *, among: bool) -> float:
        """How likely what no list tells must be a danger."""
        if glance.of_person:
            return _HEARD_AT_LENGTH if len(scan.text) > _LONG else _HEARD_REMOVED
        past = spoilers.past and not spoilers.forms["now"].search(scan.text)
        if past or spoilers.hypothetical or spoilers.elsewhere:
            return _HEARD_REMOVED
        if among:
            return _HEARD_AMONG
        return _HEARD_AS_TROUBLE if scan.has("tell") or scan.has("urgent") else _HEARD

    def _heard(self, scan: Scan, glance: Glance) -> Danger:
        """A danger that the lists do not tell: called as its words hint, else by no particular name."""
        kind = DangerKind.PERSON if glance.of_person else DangerKind.PLACE
        hits = (hit for kinds in ("danger", "doubtful", "sign", "peril", "plight") for hit in scan.of(kinds))
        hint = next((hit for hit in hits if self.names[hit.rule.tag].kind is kind), None)
        name = self.names[hint.rule.tag] if hint else _UNNAMED[kind]
        reasons = [Reason(f"{DANGER_RULES[kind is DangerKind.PERSON]}·{name.name}", hint.words if hint else "", 5.0)]
        doubt = glance.danger < _HEARD_PLAINLY
        if doubt:
            reasons.append(Reason("疑似", hint.words if hint else "", -1.0))
        return Danger(name.name, kind, name.category, doubt, tuple(reasons))

    @staticmethod
    def _doubted(told: Danger) -> Danger:
        return replace(told, doubt=True, reasons=(*told.reasons, Reason("疑似", told.reasons[0].words, -1.0)))

    def _told(self, scan: Scan, rest: Scan, spoilers: Spoilers, *, alert: frozenset[str]) -> Danger | None:
        """What the lists tell."""
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
