"""A line while it is being read: its text, what the lists met in it, and the matters alive around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from re import Pattern

from bot.classifier.danger import Danger
from bot.classifier.evidence import Evidence
from bot.classifier.opinion import Opinion
from bot.classifier.places import Place
from bot.classifier.scan import Scan
from bot.classifier.spoilers import Spoilers
from bot.classifier.standing import Standing
from bot.classifier.threads import Thread
from bot.classifier.vocabulary import Vocabulary
from bot.messages import Line, Reason, Verdict
from registry.terms import Act, Category, DangerKind, Urgency

#: Reasons kept with a verdict.
_MOST_REASONS = 8


@dataclass(slots=True, repr=False)
class Heard:
    """Everything found in one line, before it is decided what the line does. No repr: it holds heard words."""

    line: Line
    talk: Sequence[Line]
    text: str
    plain: str
    """The text as the second reader sees it."""
    scan: Scan
    rest: Scan
    spoilers: Spoilers
    place: Place | None
    place_text: str | None
    evidence: Evidence
    danger: Danger | None
    threads: list[Thread]
    standing: Standing
    """Matters from before the talk."""
    vocabulary: Vocabulary
    opinion: Opinion | None = None
    """What the second reader thinks of the line as the rules read it, once it was asked."""
    _shapes: dict[str, bool] = field(default_factory=dict)

    @property
    def forms(self) -> Mapping[str, Pattern[str]]:
        """Shapes of sentences, from words.yaml."""
        return self.vocabulary.forms

    def shaped(self, form: str) -> bool:
        """Whether the text has the shape."""
        known = self._shapes.get(form)
        if known is None:
            known = self._shapes[form] = self.forms[form].search(self.text) is not None
        return known

    def any_word(self, words: str) -> str | None:
        """The first word of a list that the text holds."""
        return next((word for word in self.vocabulary.words[words] if word in self.text), None)

    def lines_since(self, thread: Thread) -> int:
        """How many lines back the matter's last line is; 1 is the line just before."""
        return len(self.talk) - thread.position

    def quoted(self) -> Thread | None:
        """The matter of the quoted line."""
        if self.line.quote is None:
            return None
        return next((thread for thread in self.threads if self.line.quote in thread.ids), None)

    def own(self) -> Thread | None:
        """The last matter that the speaker told."""
        return next((t for t in reversed(self.threads) if self.line.sender in t.tellers), None)

    def own_before(self) -> Thread | None:
        """The matter that the speaker told before the talk began, unless it is over."""
        own = self.standing.told_by(self.line.sender) if self.standing.lines else None
        return None if own is None or own.over else own

    def same_subject(self, within: timedelta) -> Thread | None:
        """The last matter of what the line speaks about."""
        topics = self.evidence.topics or self.evidence.subjects
        kind = self.danger.kind if self.danger else None
        for thread in reversed(self.threads):
            alike = thread.category in topics or (kind is not None and thread.danger is kind)
            if alike and thread.quiet(self.line.at) <= within:
                return thread
        return None

    def latest(self, within: timedelta) -> Thread | None:
        """The matter told last, if it is so recent."""
        if not self.threads:
            return None
        last = self.threads[-1]
        return last if last.quiet(self.line.at) <= within else None

    def verdict(
        self,
        act: Act,
        thread: Thread | None,
        confidence: float,
        *,
        satisfied: bool | None = None,
        extra: tuple[Reason, ...] = (),
    ) -> Verdict:
        """A verdict with category, urgency and danger of the line itself or of the matter that it leans on."""
        evidence, danger = self.evidence, self.danger
        category: Category | None
        urgency: Urgency | None = None
        kind: DangerKind | None = None
        doubt = False
        if danger is not None and not (thread is not None and thread.danger is not None and danger.doubt):
            category, kind, doubt = danger.category, danger.kind, danger.doubt
            urgency = Urgency.URGENT if doubt else Urgency.DANGER
            if thread is not None and thread.danger is not None and thread.category is not Category.OTHER:
                category = thread.category
        elif thread is not None:
            category, urgency, kind, doubt = thread.category, thread.urgency, thread.danger, thread.doubt
            if urgency is Urgency.NORMAL and evidence.urgent and evidence.category is category:
                urgency = Urgency.URGENT
            if category is Category.OTHER and evidence.category is not None:
                category = evidence.category
        else:
            category = evidence.topic if act is not Act.NOTICE or evidence.told else None
            if category is None and act is Act.REPORT:
                category = Category.OTHER
            if category is not None:
                urgency = Urgency.URGENT if evidence.urgent and evidence.category is category else Urgency.NORMAL
        missing = category is Category.PERSON_HELP and kind is None and evidence.told and self.shaped("missing")
        if missing:
            urgency = Urgency.URGENT
        reasons = (*(danger.reasons if danger else ()), *extra, *evidence.reasons)
        if thread is not None:
            reasons = (*reasons[: _MOST_REASONS - 1], Reason("接前面的事", "", 1.0))
        return Verdict(
            act,
            category,
            urgency,
            kind,
            doubt,
            place=self.place_text,
            confidence=round(confidence, 2),
            refers_to=thread.root if thread is not None else None,
            reasons=reasons[:_MOST_REASONS],
            missing=missing,
            satisfied=satisfied,
        )
