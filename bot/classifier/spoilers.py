"""What takes the force from words that otherwise tell a matter: denied, settled, supposed, planned, past, elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import Pattern

from bot.classifier.scan import SENTENCE_ENDS, Hit, Scan, clause_before, clause_end, clause_start
from bot.classifier.vocabulary import Vocabulary

_NEAR = 14
#: How many characters before a word may deny it.
_NEGATION = 4
#: How many characters before a far place may tell that the speaker is there.
_BEFORE = 6
#: How many characters after a fault its own thing may still be named: 坏了的是手机.
_OWN_AFTER = 2


@dataclass(slots=True, repr=False)
class Spoilers:
    """Everything about one text that can spoil a hit, found once."""

    text: str
    vocabulary: Vocabulary
    hypothetical: Sequence[Hit]
    planned: Sequence[Hit]
    past: Sequence[Hit]
    mended: Sequence[Hit]
    private: Sequence[Hit]
    far: Sequence[Hit]
    still: bool
    # Shapes are looked for when first asked after; most lines are read without.
    _elsewhere: bool | None = None
    _better_now: bool | None = None
    _nothing: bool | None = None
    _compared: Sequence[tuple[int, int]] | None = None
    _denied: bool | None = None

    @classmethod
    def of(cls, scan: Scan, rest: Scan, vocabulary: Vocabulary) -> "Spoilers":
        """From the two scans of a text."""
        met = rest.by_kind.get
        return cls(
            text=scan.text,
            vocabulary=vocabulary,
            hypothetical=met("hypothetical", ()),
            planned=met("planned", ()),
            past=met("past", ()),
            mended=(*met("act.mended", ()), *scan.of("over")),
            private=met("private", ()),
            far=(*met("elsewhere", ()), *met("faraway", ())),
            still="act.still" in rest.by_kind,
        )

    @property
    def forms(self) -> Mapping[str, Pattern[str]]:
        """Shapes of sentences, from words.yaml."""
        return self.vocabulary.forms

    @property
    def elsewhere(self) -> bool:
        """Whether it is told of somewhere else."""
        if self._elsewhere is None:
            forms = self.vocabulary.forms
            self._elsewhere = (
                any(_far(hit, self.text, forms) for hit in self.far) or forms["not_here"].search(self.text) is not None
            )
        return self._elsewhere

    @property
    def better_now(self) -> bool:
        """Whether what was bad is good by now."""
        if self._better_now is None:
            self._better_now = self.vocabulary.forms["better_now"].search(self.text) is not None
        return self._better_now

    @property
    def denied(self) -> bool:
        """Whether the line says that there is no such thing: 谁说停气了."""
        if self._denied is None:
            self._denied = self.vocabulary.forms["denies"].search(self.text) is not None
        return self._denied

    @property
    def compared(self) -> Sequence[tuple[int, int]]:
        """Where something is only likened to it: 比广场舞还响."""
        if self._compared is None:
            self._compared = [met.span() for met in self.vocabulary.forms["compared"].finditer(self.text)]
        return self._compared

    @property
    def nothing(self) -> bool:
        """Whether, as in most lines, nothing can spoil a hit but words of denial right before it."""
        if self._nothing is None:
            met = self.hypothetical or self.planned or self.past or self.mended
            self._nothing = not (met or self.better_now or self.elsewhere)
        return self._nothing

    def negated(self, hit: Hit) -> bool:
        """Whether a negation stands right before the hit or before its last words: 没停电、灯没坏; or the whole line denies it:
        又不是停电; or it is but likened to."""
        if self.denied:
            return True
        if self.compared and any(begin < hit.start < end for begin, end in self.compared):
            return True
        return self._negated_at(hit.start) or (hit.last != hit.start and self._negated_at(hit.last))

    def _negated_at(self, at: int) -> bool:
        if self.text[at - 1 : at] not in self.vocabulary.negation_ends:
            return False
        before = clause_before(self.text, at, _NEGATION)
        return before.endswith(self.vocabulary.negations) and not self.forms["asked_before"].search(before)

    def supposed(self, hit: Hit) -> bool:
        """Whether 如果、万一、小心 … stand before it in its sentence, or are part of it."""
        return bool(self.hypothetical) and any(
            h.start < hit.end and hit.start - h.end <= _NEAR and self._one_sentence(h.end, hit.start)
            for h in self.hypothetical
        )

    def is_planned(self, hit: Hit) -> bool:
        """Whether the words speak of an announced stop or work."""
        return bool(self.planned) and any(h.start < hit.end + 4 and hit.start - h.end <= _NEAR for h in self.planned)

    def gone(self, hit: Hit) -> bool:
        """Whether it is told of the past, without a word that it goes on."""
        if self.better_now:
            return True
        if not self.past or self.forms["now"].search(self.text):
            return False
        return any(h.start <= hit.end + 1 and self._one_sentence(h.end, hit.start) for h in self.past)

    def settled(self, hit: Hit) -> bool:
        """Whether words of mending follow it, and nothing takes them back."""
        if self.still or not self.mended:
            return False
        return any(
            h.start >= hit.last
            and h.start - hit.end <= 2 * _NEAR
            and (h.rule.kind != "over" or (h.rule.tag == hit.rule.tag and len(h.words) > 2))
            and not self.asked(h)
            and not self.forms["not_over"].search(self.text[max(0, h.start - _NEAR) : h.start])
            for h in self.mended
        )

    def own_thing(self, hit: Hit) -> bool:
        """Whether the words of the household's own things (热水器、手机 …) stand in the same clause."""
        if not self.private:
            return False
        begin, end = clause_start(self.text, hit.start), clause_end(self.text, hit.end)
        # 瓷砖掉下来砸了我的车: what is harmed stands after the fault and excuses nothing
        end = min(end, hit.end + _OWN_AFTER)
        return any(begin <= h.start < end and h.words not in hit.words for h in self.private)

    def asked(self, hit: Hit) -> bool:
        """Whether the hit is put as a question: 修好没、来水了吗."""
        return bool(self.forms["asked_after"].search(self.text[hit.end : hit.end + 6]))

    def _one_sentence(self, a: int, b: int) -> bool:
        return SENTENCE_ENDS.isdisjoint(self.text[a:b])


def _far(hit: Hit, text: str, forms: Mapping[str, Pattern[str]]) -> bool:
    """Whether something far is told: 兰州拉面 and 南京路 lie in the county, and 我在外地 says where the speaker is."""
    if forms["speaker_away"].search(text[max(0, hit.start - _BEFORE) : hit.end]):
        return False
    return hit.rule.kind != "faraway" or not forms["named_here"].search(text[hit.end : hit.end + 8])
