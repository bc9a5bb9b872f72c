"""Another reader beside the one in use: which tickets it would open more, which fewer, which otherwise. In memory, counts
alone come out; neither words nor ids.

Both hear the same lines and lay them together by the desk's own `attach`. Orders, clicks and what people corrected later
are left out, since only the reading is compared.
"""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.classifier.reader import Classifier
from bot.classifier.standing import Standing
from bot.clock import CHINA
from bot.decider import Decider, Read
from bot.messages import Line, MessageKind
from bot.talk import Talk
from registry.terms import OFFICIALS, Act, Category, DangerKind, Status, TicketKind, Tier, Urgency
from tickets.merging import WIDE, WIDE_WITHIN, Bond, attach
from tickets.model import Candidate, Ticket
from tickets.told import Told

#: How long a ticket here may still get messages: beyond it nobody speaks of it as of the same.
_JOINED = timedelta(days=2)
#: Words of so many messages are weighed in merging, as the store gives them.
_WORDS = 6
_TELLS = frozenset({Act.REPORT, Act.SUPPLEMENT, Act.ECHO})
_GIVEN = frozenset({MessageKind.CLICK, MessageKind.CONFIRM, MessageKind.RECALL})
_GRAVER = {None: 0, Urgency.NORMAL: 1, Urgency.URGENT: 2, Urgency.DANGER: 3}


@dataclass(slots=True, repr=False)
class Opened:
    """A ticket that a reader would have opened. No repr: it holds heard words for merging."""

    candidate: Candidate
    category: Category
    urgency: Urgency
    danger: DangerKind | None
    doubt: bool
    at: datetime
    messages: set[str]

    @property
    def kind(self) -> tuple[Category, Urgency, DangerKind | None, bool]:
        """What must be the same for the ticket to be the same."""
        return self.category, self.urgency, self.danger, self.doubt


@dataclass(slots=True, repr=False)
class Matters:
    """What one reader makes of the talk; without a classifier, what was made of it when it was heard."""

    classifier: Classifier | None = None
    talk: Talk = field(default_factory=Talk)
    opened: list[Opened] = field(default_factory=list)

    def hear(self, decider: Decider, read: Read) -> None:
        """Read one message as it was heard, with this reader's own talk before it."""
        line, person = read.line, read.person
        if line is None or person is None or not read.heard or read.is_copy:
            return
        if read.incoming.recalls:
            self._recall(read.incoming.recalls)
        if line.kind in _GIVEN:
            return
        verdict = line.verdict
        if self.classifier is not None:
            plain = replace(line, verdict=None, ticket=None)
            where = decider.whereabouts.where(read.group, person)
            verdict = self.classifier.read(plain, self.talk.before(plain), where, standing=Standing(self.talk.standing(plain)))
            line = plain.read_as(verdict, None)
            self.talk.add(line)
        if verdict is None or verdict.act not in _TELLS or line.tier is not Tier.BASIC or line.role in OFFICIALS or read.group is None:
            return
        told = decider.told_from(replace(read, line=line), verdict, line.at)
        self._lay(told, decider.whereabouts.candidate_areas(read.group, person, told.area), line)

    def _lay(self, told: Told, areas: Iterable[str], line: Line) -> None:
        """Join a ticket or open one, as the desk would."""
        near = frozenset(areas)
        candidates = {
            one.candidate.ticket.id: one for one in self.opened
            if one.candidate.ticket.area in near or (
                one.category in WIDE and one.candidate.ticket.township == told.township and told.at - one.at <= WIDE_WITHIN
            )
        }
        found = attach(told, [one.candidate for one in candidates.values()])
        if found.candidate is not None:
            ours = candidates[found.candidate.ticket.id]
            ours.messages.add(told.message)
            if told.urgency is not None and _GRAVER[told.urgency] > _GRAVER[ours.urgency]:
                ours.urgency, ours.danger, ours.doubt = told.urgency, told.danger, told.doubt
            ours.candidate = _with(ours.candidate, told, found.bond)
            self._lies_in(line, ours.candidate.ticket.id)
        elif found.bond is Bond.NEW:
            number = self.opened[-1].candidate.ticket.id + 1 if self.opened else 1
            category, urgency = told.category or Category.OTHER, told.urgency or Urgency.NORMAL
            self.opened.append(Opened(_candidate(number, told, category, urgency), category, urgency, told.danger, told.doubt,
                                      told.at, {told.message}))
            self._lies_in(line, number)

    def _lies_in(self, line: Line, ticket: int) -> None:
        if self.classifier is not None and line.verdict is not None:
            self.talk.amend(Talk.room_of(line), line.id, line.verdict, ticket)

    def _recall(self, message: str) -> None:
        self.talk.forget(message)
        for one in self.opened:
            one.messages.discard(message)
        self.opened = [one for one in self.opened if one.messages]

    def forget_before(self, moment: datetime) -> None:
        """Let go of tickets opened before."""
        self.opened = [one for one in self.opened if one.at >= moment]


def _candidate(number: int, told: Told, category: Category, urgency: Urgency) -> Candidate:
    ticket = Ticket(
        id=number, number=f"{told.at:%Y-%m%d}-{number}", kind=TicketKind.MATTER, category=category, urgency=urgency,
        danger=told.danger, doubt=told.doubt, group=told.group, groups=(told.group,) if told.group else (), area=told.area,
        township=told.township, place=told.place, summary="", status=Status.OPEN, owner=None, policy="", opened_at=told.at,
        last_at=told.at,
    )
    return Candidate(ticket, frozenset({told.message}), frozenset({told.sender}), (told.words,) if told.words else ())


def _with(candidate: Candidate, told: Told, bond: Bond) -> Candidate:
    voices = candidate.voices | {told.sender} if bond is Bond.VOICE else candidate.voices
    words = (*candidate.words, told.words)[-_WORDS:] if told.words else candidate.words
    ticket = replace(candidate.ticket, last_at=told.at, place=candidate.ticket.place or told.place)
    return replace(candidate, ticket=ticket, messages=candidate.messages | {told.message}, voices=voices, words=words)


@dataclass(frozen=True, slots=True)
class Difference:
    """What the other reader would do: tickets opened by both alike, more, fewer, otherwise; and messages heard."""

    heard: int
    same: int
    added: int
    lost: int
    changed: int
    added_danger: int = 0
    """Of all dangers that the other reader raises and the one in use does not, in tickets added or changed."""
    lost_danger: int = 0
    added_by: tuple[tuple[Category, int], ...] = ()
    lost_by: tuple[tuple[Category, int], ...] = ()


def difference(old: Sequence[Opened], new: Sequence[Opened], heard: int) -> Difference:
    """Compare two readers' tickets. Two are the same matter when they share a message."""
    by_message = {message: one for one in new for message in one.messages}
    met: set[int] = set()
    same = changed = added_danger = lost_danger = 0
    lost: list[Category] = []
    for one in old:
        partners = [by_message[message] for message in sorted(one.messages) if message in by_message]
        met.update(id(partner) for partner in partners)
        if not partners:
            lost.append(one.category)
            lost_danger += one.danger is not None
        elif any(partner.kind == one.kind for partner in partners):
            same += 1
        else:
            changed += 1
            lost_danger += one.danger is not None and all(partner.danger is None for partner in partners)
            added_danger += one.danger is None and any(partner.danger is not None for partner in partners)
    added = [one for one in new if id(one) not in met]
    added_danger += sum(one.danger is not None for one in added)
    return Difference(
        heard, same, len(added), len(lost), changed, added_danger, lost_danger,
        _by_category(one.category for one in added), _by_category(lost),
    )


def _by_category(found: Iterable[Category]) -> tuple[tuple[Category, int], ...]:
    counts: dict[Category, int] = {}
    for category in found:
        counts[category] = counts.get(category, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].value)))


class Beside:
    """Another reader over the messages that `decider` reads; it gives whereabouts and registry."""

    def __init__(self, decider: Decider, other: Classifier) -> None:
        self._decider = decider
        self._old, self._new = Matters(), Matters(other)
        self._heard: dict[str, int] = {}

    def hear(self, reads: Iterable[Read]) -> None:
        """Messages in order of arrival, as the decider read them. A line that the other reader can't read is passed over."""
        for read in reads:
            day = _day(read.incoming.at)
            self._heard[day] = self._heard.get(day, 0) + 1
            self._old.hear(self._decider, read)
            # whatever is wrong with a list on trial must not touch what is in use
            with contextlib.suppress(Exception):
                self._new.hear(self._decider, read)

    def of_day(self, day: str) -> Difference:
        """The difference in tickets opened on a day (ISO)."""
        old, new = ([one for one in matters.opened if _day(one.at) == day] for matters in (self._old, self._new))
        return difference(old, new, self._heard.get(day, 0))

    def total(self) -> Difference:
        """The difference over everything heard."""
        return difference(self._old.opened, self._new.opened, sum(self._heard.values()))

    def days(self) -> list[str]:
        """Days of which counts are to be had, in order."""
        return sorted(self._heard)

    def forget_before(self, now: datetime) -> None:
        """Let go of what is older than two days."""
        for matters in (self._old, self._new):
            matters.forget_before(now - _JOINED)
        kept = _day(now - _JOINED)
        self._heard = {day: count for day, count in self._heard.items() if day > kept}


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()
