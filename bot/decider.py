"""The one loop that decides what is heard: read → candidates → attach → one use case (design, section 3).

`read` runs outside the unit of work and touches only the talk; `decide_batch` is the unit: each message has its
savepoint, so that a poison message takes nothing with it. What rolled back leaves nothing: reading again is idempotent.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.classifier.officials import CHAT
from bot.classifier.own_house import with_own_building
from bot.classifier.reader import Classifier
from bot.classifier.standing import Standing
from bot.handlers import binding, prompted, reminder, residents, router
from bot.handlers.desk_orders import PASSES_ON, TELLS
from bot.handlers.heard import Heard, Outcome, answer
from bot.handlers.naming import names_person
from bot.handlers.orders import Order, numbers_in, read_order
from bot.messages import Action, Incoming, Line, MessageKind, Reason, Verdict, Words, words_of
from bot.talk import Talk
from bot.whereabouts import Whereabouts
from registry.model import Group, Person
from registry.terms import DISCREET, OFFICIALS, Act, Category, DangerKind, Hears, Role, Said, Speaks, Tier, Urgency
from storage.errors import StoreError
from storage.message_rows import HeardOf
from tickets import correcting
from tickets.merging import LOOK_BACK, WIDE, WIDE_WITHIN, Attached, Bond, attach
from tickets.model import Candidate, Ticket
from tickets.resident import Resident
from tickets.told import Told
from tickets.work import Rules, Work

#: A report heard so much later than it was said is marked late and goes to the grid member (P8).
LATE_AFTER = timedelta(hours=2)
#: The mark that the bot's own sentences about a ticket carry. Where a person presses or pastes, they come back as his.
_OWN_MARK = re.compile(r"\d{4}-\d{1,4}(·\d+)?[）)】 ]")
_AT = re.compile(r"@\S+[\s 　]*")
#: Acts that add to a matter and ask nothing of it.
_ADDS = frozenset({Act.REPORT, Act.SUPPLEMENT, Act.ECHO, Act.RECOVERY})
_GIVEN = frozenset({MessageKind.CLICK, MessageKind.CONFIRM, MessageKind.RECALL})


class SavingWork(Work, Protocol):
    """A unit of work with savepoints, as storage gives it."""

    def savepoint(self) -> AbstractContextManager[None]: ...

    def note_heard(self, groups: Mapping[str, datetime]) -> None: ...


@dataclass(frozen=True, slots=True)
class Read:
    """A message with its reading, ready for the unit of work. `line` is None where nobody known spoke."""

    incoming: Incoming
    line: Line | None
    person: Person | None
    group: Group | None
    heard: bool
    before: tuple[Line, ...] = ()
    is_copy: bool = False
    error: str | None = None
    """The class of what failed in reading it; such a message is set aside."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one message, as `decisions.jsonl` says it."""

    message: str
    heard: bool
    act: Act | None = None
    ticket: str | None = None
    ticket_id: int | None = None
    category: Category | None = None
    urgency: Urgency | None = None
    place: str | None = None
    confidence: float | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision on a message, and those on earlier ones that it amended: (message, act, ticket id, number)."""

    read: Read
    decision: Decision
    amended: tuple[tuple[str, Act, int, str], ...] = ()
    error: str | None = None


class ReadingError(Exception):
    """A line could not be read; names the message and the class of what failed, never its words."""


class Decider:
    """Holds the talk and the classifier; everything else is given with each message."""

    def __init__(self, classifier: Classifier, talk: Talk, rules: Callable[[], Rules]) -> None:
        self.classifier = classifier
        self.talk = talk
        self._rules = rules
        self._whereabouts = Whereabouts(rules().registry)
        self._stood: dict[str, Standing] = {}

    @property
    def whereabouts(self) -> Whereabouts:
        """Of the present registry."""
        registry = self._rules().registry
        if self._whereabouts.registry is not registry:
            self._whereabouts = Whereabouts(registry)
        return self._whereabouts

    # 1. read: outside the unit ------------------------------------------------
    def read(self, incoming: Incoming) -> Read:
        """Tell who spoke where, read the words with the group's talk, and put the line into the talk."""
        registry = self._rules().registry
        group = self._group(incoming)
        person = self._person(incoming)
        if person is None and group is not None and group.tier is Tier.BASIC:
            # Residents are in no registry: whoever speaks in a basic group and is nobody else is one (design, section 4).
            person = Person(id=incoming.sender, name="居民", role=Role.RESIDENT, groups=(group.id,))
        if person is None and incoming.channel in residents.ALONE:
            person = self.whereabouts.resident_of(residents.person_of(incoming.channel, incoming.sender), None)
        if person is None or (incoming.group is not None and group is None):
            return Read(incoming, None, person, group, heard=False)
        heard = self._is_heard(incoming, group)
        if group is not None and incoming.kind not in _GIVEN and incoming.channel != "replay" and (
            incoming.channel != ear_of(group) or is_own_words(incoming, group, person)
        ):
            # Each group has exactly one ear, and the bot does not hear itself; copies are dropped.
            return Read(incoming, None, person, group, heard=False, is_copy=True)
        if incoming.channel in residents.ALONE and person.role is Role.RESIDENT:
            # Where a resident lives is known to the unit of work alone: there his words are read.
            return Read(incoming, self._line_alone(incoming, person), person, None, heard=True)
        mentions_bot = incoming.mentions_bot or registry.bot_id in incoming.mentions
        line = Line(
            id=incoming.id,
            at=incoming.at,
            sender=person.id,
            role=person.role,
            tier=group.tier if group else Tier.BASIC,
            group=group.id if group else None,
            kind=incoming.kind,
            words=incoming.words,
            mentions=incoming.mentions,
            mentions_bot=mentions_bot,
            quote=self._quote(incoming, group, person),
        )
        if not heard or incoming.kind in _GIVEN:
            return Read(incoming, line, person, group, heard)
        before = self.talk.before(line)
        try:
            verdict = self.classifier.read(line, before, self.whereabouts.where(group, person), standing=self._standing(line))
        except Exception as error:
            # One line that can't be read must not stop the ear: it is set aside like one that can't be decided.
            return Read(incoming, None, person, group, heard, error=type(error).__name__)
        line = line.read_as(verdict, None)
        self.talk.add(line)
        return Read(incoming, line, person, group, heard, before)

    def _standing(self, line: Line) -> Standing:
        """The matters that its room remembers, gathered once until they change."""
        room, lines = Talk.room_of(line), self.talk.standing(line)
        known = self._stood.get(room)
        if known is None or known.lines is not lines:
            known = self._stood[room] = Standing(lines)
        return known

    def _forget(self, message: str) -> None:
        """A recalled message leaves the talk and what was gathered from it."""
        self.talk.forget(message)
        self._stood.clear()

    def _group(self, incoming: Incoming) -> Group | None:
        if incoming.group is None:
            return None
        registry = self._rules().registry
        if incoming.channel == "replay":
            return registry.group(incoming.group)
        return registry.group_by_address(incoming.channel, incoming.group)

    def _person(self, incoming: Incoming) -> Person | None:
        registry = self._rules().registry
        if incoming.channel == "replay":
            return registry.person(incoming.sender)
        if incoming.channel in residents.ALONE:
            return registry.person_by_identity("wechat", incoming.sender) if incoming.channel == "kf" else None
        return registry.person_by_identity("wecom", incoming.sender) or registry.person_by_identity("wechat", incoming.sender)

    @staticmethod
    def _is_heard(incoming: Incoming, group: Group | None) -> bool:
        if group is None or incoming.kind in (MessageKind.CLICK, MessageKind.CONFIRM):
            return True
        if group.hears is Hears.MENTIONS:
            return incoming.mentions_bot or "bot" in incoming.mentions
        return group.hears is Hears.ALL

    def _quote(self, incoming: Incoming, group: Group | None, person: Person) -> str | None:
        """The quoted message's id; a quote that came as words is looked up in the talk."""
        if incoming.quote is not None or incoming.quoted_words is None:
            return incoming.quote
        room = group.id if group else f"1:1 {person.id}"
        return self.talk.words_matching(room, incoming.quoted_words.text)

    # 2. decide: inside the unit -----------------------------------------------
    def decide_batch(self, work: SavingWork, reads: Sequence[Read], now: datetime, *, strict: bool = False) -> list[Decided]:
        """Decide messages in order of arrival, each in a savepoint. A message recalled within the batch is never
        decided (P9). What raises is set aside with its error class, or raised again where `strict`. The caller gives
        each to `settle` when the unit is committed, so that what rolled back leaves nothing in the talk."""
        recalled = {r.incoming.recalls for r in reads if r.incoming.recalls}
        decided: list[Decided] = []
        for read in reads:
            if read.incoming.id in recalled:
                self._forget(read.incoming.id)
                decided.append(Decided(read, Decision(read.incoming.id, read.heard, Act.CHAT)))
                continue
            if read.error is not None:
                if strict:
                    raise ReadingError(f"{read.incoming.id}: {read.error}")
                decided.append(Decided(read, Decision(read.incoming.id, read.heard), error=read.error))
                continue
            chat = _mere_chat(read)
            if chat is not None:
                decided.append(Decided(read, _decision(read, chat, Outcome(Act.CHAT), laid=False)))
                continue
            try:
                with work.savepoint():
                    one = self.decide(work, read, now)
            except StoreError:
                # A full disk or a collision is no fault of the message: the whole unit is done again.
                raise
            except Exception as error:
                if strict:
                    raise
                decided.append(Decided(read, Decision(read.incoming.id, read.heard), error=type(error).__name__))
                continue
            decided.append(one)
        work.note_heard({
            read.group.id: read.incoming.at for read in reads if read.heard and read.group is not None and not read.is_copy
        })
        return decided

    def decide(self, work: Work, read: Read, now: datetime) -> Decided:
        """The effects of one message."""
        incoming = read.incoming
        if read.is_copy:
            return Decided(read, Decision(incoming.id, heard=False))
        if read.line is None or read.person is None:
            return self._decide_stranger(work, read, now)
        if incoming.channel in residents.ALONE:
            resident = residents.heard_again(work, incoming, read.person.id, now)
            if incoming.kind is not MessageKind.RECALL and read.person.role is Role.RESIDENT:
                return self._decide_alone(work, read, resident, now)
        if not read.heard:
            return Decided(read, Decision(incoming.id, heard=False))
        rules = self._rules()
        if incoming.kind is MessageKind.RECALL:
            for message in (incoming.recalls, words_of(incoming.recalls)) if incoming.recalls else ():
                self._forget(message)
                correcting.do_recall(work, rules, now, message, because=incoming.id)
            return Decided(read, Decision(incoming.id, heard=True, act=Act.CHAT))
        if incoming.kind is MessageKind.CLICK:
            return self._decide_click(work, read, now)
        verdict = read.line.verdict
        assert verdict is not None
        answered = self._answer_to_rating(work, rules, read, verdict, now)
        if answered is not None:
            return answered
        if verdict.act is Act.CHAT and not read.line.mentions_bot and read.group is not None:
            reminded = self._reminded(work, read)
            if reminded is None:
                return Decided(read, _decision(read, verdict, Outcome(Act.CHAT), laid=False))
            read, attached = reminded
            assert read.line is not None
            verdict = read.line.verdict
            assert verdict is not None
            heard = self._heard(read, verdict, self.told_from(read, verdict, now), attached, (), now)
            outcome = router.hear(work, rules, heard)
            return Decided(read, _decision(read, verdict, outcome, laid=work.ticket_of_message(incoming.id) is not None))
        told = self.told_from(read, verdict, now)
        heard = self._attached(work, rules, read, verdict, told, now)
        outcome = self._proxy(work, rules, heard) or router.hear(work, rules, heard)
        laid = outcome.ticket is not None and work.ticket_of_message(incoming.id) is not None
        ticket = outcome.ticket
        amended = tuple((message, act, ticket.id, ticket.number) for message, act in outcome.amended) if ticket else ()
        return Decided(read, _decision(read, verdict, outcome, laid=laid), amended)

    def _answer_to_rating(self, work: Work, rules: Rules, read: Read, verdict: Verdict, now: datetime) -> Decided | None:
        """「好了」 and 「没好」 by who was asked for them; None where it is no such answer."""
        assert read.line is not None
        if read.person is None or read.line.tier is not Tier.BASIC or not prompted.may_be_answer(verdict.act, read.line.words.text):
            return None
        satisfied = prompted.rating_in(read.line.words.text)
        if satisfied is None:
            return None
        verdict = replace(verdict, act=Act.RATING, satisfied=satisfied)
        told = self.told_from(read, verdict, now)
        heard = self._attached(work, rules, read, verdict, told, now)
        asked = prompted.awaiting(heard.candidates, read.person.id, read.line.words.text, satisfied=satisfied)
        if asked is None:
            return None
        heard = replace(heard, attached=Attached(Bond.ABOUT, asked, 99.0))
        outcome = router.hear_answer(work, rules, heard)
        laid = work.ticket_of_message(read.incoming.id) is not None
        return Decided(replace(read, line=read.line.read_as(verdict, None)), _decision(read, verdict, outcome, laid=laid))

    def _reminded(self, work: Work, read: Read) -> tuple[Read, Attached] | None:
        """Chat that answers or asks after a matter which the talk no longer holds; None mostly."""
        line, person, group = read.line, read.person, read.group
        assert line is not None
        assert person is not None
        if group is None or not reminder.may_answer(line):
            return None
        candidates = work.candidates(areas=self.whereabouts.candidate_areas(group, person, group.area), since=line.at - LOOK_BACK)
        meant = reminder.matter_meant(self.told_from(read, CHAT, line.at), read.before, candidates)
        if meant is None:
            return None
        verdict = self.classifier.read(replace(line, quote=None), reminder.recall(line, meant), self.whereabouts.where(group, person), plainly=True)
        if verdict.act not in reminder.ANSWERS:
            return None
        attached = Attached(Bond.ABOUT, meant.candidate, 99.0, meant.reasons)
        return replace(read, line=line.read_as(replace(verdict, refers_to=None), None)), attached

    def _decide_stranger(self, work: Work, read: Read, now: datetime) -> Decided:
        """An unregistered chat or person: silence, but for binding; the office page shows it."""
        incoming = read.incoming
        rules = self._rules()
        words = _AT.sub("", incoming.words.text, count=1).strip()
        asked = read_order(words)
        bound = False
        if asked.order is Order.BIND and incoming.mentions_bot:
            bound = binding.bind_group(work, rules, incoming, read.person, asked.rest, now)
        elif asked.order is Order.CODE and incoming.group is None:
            bound = isinstance(binding.bind_person(work, rules, incoming, asked.rest, now), Person)
        if not bound and read.group is not None and incoming.mentions_bot:
            binding.refuse_stranger(work, incoming, read.group, now)
        if not bound:
            chat = None if read.group is not None else incoming.group
            work.note_stranger(incoming.channel, chat, None if read.person else incoming.sender, now)
        return Decided(read, Decision(incoming.id, heard=False))

    def _decide_click(self, work: Work, read: Read, now: datetime) -> Decided:
        incoming = read.incoming
        assert incoming.action is not None
        assert read.line is not None
        ticket_id = ticket_of_task(work, incoming.action.task_id)
        ticket = _ticket_or_none(work, ticket_id)
        verdict = Verdict(Act.COMMAND, confidence=1.0)
        told = replace(self.told_from(read, verdict, now), to_bot=True, words=self._chosen(incoming.action))
        attached = Attached(Bond.ABOUT, Candidate(ticket, frozenset(), frozenset()), 99.0) if ticket else Attached(Bond.NONE)
        heard = self._heard(read, verdict, told, attached, (), now)
        outcome = router.hear_click(work, self._rules(), heard, incoming.action.key, ticket)
        return Decided(read, _decision(read, verdict, outcome, laid=False))

    def _line_alone(self, incoming: Incoming, person: Person) -> Line:
        return Line(id=incoming.id, at=incoming.at, sender=person.id, role=Role.RESIDENT, tier=Tier.BASIC, group=None,
                    kind=incoming.kind, words=incoming.words, quote=self._quote(incoming, None, person))

    def _decide_alone(self, work: Work, read: Read, resident: Resident, now: datetime) -> Decided:
        """A resident in his own chat (微信客服, 公众号)."""
        incoming, rules = read.incoming, self._rules()
        words = incoming.words.text.strip()
        if incoming.kind is MessageKind.SYSTEM:
            if incoming.action is not None and incoming.action.key in residents.GREETED:
                residents.greet(work, incoming, resident.person, now)
            return Decided(read, Decision(incoming.id, heard=False))
        if incoming.kind is MessageKind.CLICK:
            return self._decide_tap(work, read, resident, now)
        if residents.wants_to_be_forgotten(words):
            residents.do_forget(work, resident, incoming, now)
            return Decided(read, Decision(incoming.id, heard=True, act=Act.COMMAND))
        asked = read_order(words)
        if asked.order is Order.CODE and incoming.channel == "mp":
            residents.cannot_bind_here(work, incoming, resident.person, now)
            return Decided(read, Decision(incoming.id, heard=True, act=Act.COMMAND))
        if asked.order is Order.CODE:
            bound = binding.bind_person(work, rules, incoming, asked.rest, now)
            if isinstance(bound, binding.NotBound):
                residents.refuse_code(work, incoming, resident.person, bound, now)
            else:
                work.put_resident(replace(resident, person=bound.id))
            return Decided(read, Decision(incoming.id, heard=True, act=Act.COMMAND))
        named = self.whereabouts.areas_named(words) if resident.area is None else ()
        area = resident.area or (named[0] if len(named) == 1 else None)
        read = self._read_alone(read, resident.person, area or self.whereabouts.county)
        assert read.line is not None
        verdict = read.line.verdict
        assert verdict is not None
        heard = self._attached(work, rules, read, verdict, self._told_alone(read, verdict, now), now)
        tells = verdict.act is Act.REPORT or verdict.danger is not None
        if area is not None and resident.area is None and (resident.asked_at is not None or not tells):
            # Where a matter is says not where its teller lives, unless he was asked just that.
            resident = residents.do_live_in(work, rules, heard, resident, area)
            if not tells:
                return Decided(read, _decision(read, verdict, residents.say_placed(work, rules, heard, area), laid=False))
        if len(named) > 1 and not tells:
            return Decided(read, _decision(read, verdict, residents.ask_which(work, rules, heard, named), laid=False))
        outcome = residents.hear(work, rules, heard)
        ticket = outcome.ticket
        laid = ticket is not None and work.ticket_of_message(incoming.id) is not None
        if ticket is not None and laid and ticket.area == self.whereabouts.county and resident.may_be_asked(now):
            residents.ask_where(work, rules, heard, resident, ticket)
        amended = tuple((message, act, ticket.id, ticket.number) for message, act in outcome.amended) if ticket else ()
        return Decided(read, _decision(read, verdict, outcome, laid=laid), amended)

    def _read_alone(self, read: Read, person_id: str, area: str) -> Read:
        """Read the words of a resident whose area is known (the county where it is not yet)."""
        assert read.line is not None
        person = self.whereabouts.resident_of(person_id, area)
        before = self.talk.before(read.line)
        verdict = self.classifier.read(read.line, before, self.whereabouts.where(None, person))
        line = read.line.read_as(verdict, None)
        self.talk.add(line)
        return replace(read, line=line, person=person, before=before)

    def _told_alone(self, read: Read, verdict: Verdict, now: datetime) -> Told:
        """What he tells of a person, or of what gives people away, is private."""
        told = self.told_from(read, verdict, now)
        place = told.place
        if read.incoming.kind is MessageKind.LOCATION and read.incoming.words:
            place = place or read.incoming.words.text.strip()
        return replace(told, place=place, apart=told.names_person or told.category in DISCREET)

    def _decide_tap(self, work: Work, read: Read, resident: Resident, now: datetime) -> Decided:
        """A tap on the menu of the chat, or on an answer to the rating question."""
        action = read.incoming.action
        assert action is not None
        assert read.line is not None
        verdict = Verdict(Act.COMMAND, confidence=1.0)
        read = replace(read, line=read.line.read_as(verdict, None),
                       person=self.whereabouts.resident_of(resident.person, resident.area))
        ticket = _ticket_or_none(work, ticket_of_task(work, action.task_id))
        heard = self._heard(read, verdict, self.told_from(read, verdict, now), Attached(Bond.NONE), (), now)
        outcome = residents.hear_tap(work, self._rules(), heard, action.key, ticket)
        return Decided(read, _decision(read, verdict, outcome, laid=False))

    def _chosen(self, action: Action) -> str:
        """What was chosen on a card, as its holder would have said it; "" where nothing was."""
        names = (unit.name for key in action.choices.get("unit", ()) if (unit := self._rules().registry.unit(key)))
        return "".join(f"转给{name}" for name in names)

    def _attached(self, work: Work, rules: Rules, read: Read, verdict: Verdict, told: Told, now: datetime) -> Heard:
        assert read.person is not None
        candidates = work.candidates(
            areas=self.whereabouts.candidate_areas(read.group, read.person, told.area),
            since=told.at - LOOK_BACK,
            township=told.township,
            wide=WIDE,
            wide_since=told.at - WIDE_WITHIN,
        )
        # A person danger is seen by who told it or answers for it; who speaks of the same adds to it, and is told nothing.
        private = told.danger is DangerKind.PERSON and told.act in _ADDS
        # What was told apart is no group's, and what a group tells never comes to lie there.
        alone = read.group is None
        candidates = [c for c in candidates if c.ticket.is_apart is told.apart
                      or (alone and (read.person.id in c.voices or read.person.role in OFFICIALS))]
        visible = tuple(c for c in candidates if not c.ticket.is_private or private or c.ticket.owner == read.person.id
                        or read.person.id in c.voices)
        attached = attach_told(told, visible)
        return self._heard(read, verdict, replace(told, joined_by=attached.reasons), attached, visible, now)

    @staticmethod
    def _heard(
        read: Read, verdict: Verdict, told: Told, attached: Attached, candidates: tuple[Candidate, ...], now: datetime
    ) -> Heard:
        assert read.line is not None
        assert read.person is not None
        return Heard(read.line, verdict, told, read.person, read.group, attached, candidates, read.before, now)

    def _proxy(self, work: Work, rules: Rules, heard: Heard) -> Outcome | None:
        """代报 in a 1:1 chat: 「代报 槐苑群：…」 is told for the named group, by whoever passes it on."""
        asked = read_order(heard.told.words)
        if asked.order is not Order.PROXY or heard.person.role is Role.RESIDENT:
            return None
        name, _, words = asked.rest.partition("：") if "：" in asked.rest else asked.rest.partition(":")
        named = self._group_named(name.strip(), heard.person) if words else None
        if words and (named is not None or name.strip().endswith("群")):
            if named is None or not self._may_tell_for(heard.person, named):
                answer(work, rules, heard, "refusal.own_group_only", None, Said.REFUSAL)
                return Outcome(Act.COMMAND)
        else:
            words = asked.rest
        group = named or heard.group
        if group is None:
            group = next((g for g in map(rules.registry.group, heard.person.groups) if g and g.tier is Tier.BASIC), None)
        if group is None:
            return None
        line = replace(heard.line, group=group.id, tier=Tier.BASIC, role=Role.RESIDENT, mentions_bot=False,
                       words=type(heard.line.words)(words.strip()), verdict=None)
        verdict = self.classifier.read(line, (), self.whereabouts.where(group, heard.person))
        if verdict.act is not Act.REPORT:
            verdict = replace(verdict, act=Act.REPORT)
        read = Read(_silent(line), line, heard.person, group, heard=True)
        told = replace(self.told_from(read, verdict, heard.now), to_bot=False)
        passed_on = self._attached(work, rules, read, verdict, told, heard.now)
        outcome = router.hear(work, rules, passed_on)
        if outcome.ticket is not None:
            answer(work, rules, heard, "answer.reported", outcome.ticket)
        return Outcome(Act.COMMAND, outcome.ticket)

    def _may_tell_for(self, person: Person, group: Group) -> bool:
        """Whether the group is the speaker's own, or lies in the area that he answers for."""
        answers_there = person.role is not Role.HOUSEHOLD_HEAD and person.area is not None
        return group.id in person.groups or (answers_there and self._rules().registry.within(group.area, person.area or ""))

    def _group_named(self, name: str, person: Person) -> Group | None:
        """The basic group that a name means, the speaker's own first: 槐苑群 is 槐苑小区邻里群."""
        wanted = name.removesuffix("群")
        groups = [g for g in self._rules().registry.groups.values() if g.tier is Tier.BASIC and wanted and wanted in g.name]
        return next((g for g in groups if g.id in person.groups), groups[0] if len(groups) == 1 else None)

    def told_from(self, read: Read, verdict: Verdict, now: datetime) -> Told:
        """What the desk needs of a read message: the one function that makes a `Told` of a `Verdict`."""
        line, person = read.line, read.person
        assert line is not None
        assert person is not None
        words = _AT.sub("", line.words.text).strip() if line.mentions_bot else line.words.text.strip()
        area = self.whereabouts.area_of(read.group, person, line.words.text)
        return Told(
            message=line.id,
            at=line.at,
            sender=person.id,
            role=person.role,
            tier=line.tier,
            group=line.group,
            area=area,
            township=self._rules().registry.township_of(area),
            act=verdict.act,
            category=verdict.category,
            urgency=verdict.urgency,
            danger=verdict.danger,
            doubt=verdict.doubt,
            place=self._place(read, verdict),
            refers_to=verdict.refers_to,
            quote=line.quote,
            numbers=numbers_in(line.words.text),
            to_bot=line.mentions_bot or read.group is None,
            missing=verdict.missing,
            announces=verdict.announces,
            names_person=line.role not in OFFICIALS and names_person(words),
            satisfied=verdict.satisfied,
            confidence=verdict.confidence,
            words=words if line.kind is MessageKind.TEXT else "",
            media=line.kind.value if line.kind not in (MessageKind.TEXT, MessageKind.LOCATION) else None,
            late=now - line.at > LATE_AFTER,
            reasons=tuple((r.rule, r.words, r.weight) for r in verdict.reasons),
        )

    def _place(self, read: Read, verdict: Verdict) -> str | None:
        """The place read in the line; 「我们楼」 is the speaker's building if he said before which it is."""
        line, person = read.line, read.person
        assert line is not None
        assert person is not None
        if verdict.act is Act.CHAT or line.kind is not MessageKind.TEXT or line.role in OFFICIALS:
            return verdict.place
        prefix = self.whereabouts.where(read.group, person).prefix
        return with_own_building(verdict.place, line.words.text, line.sender, read.before, prefix)

    # 3. settle: what the talk learns ------------------------------------------
    def as_heard(self, kept: Iterable[HeardOf]) -> Iterator[Line]:
        """Messages of tickets as lines of their groups, as far as the store keeps them."""
        registry, roots = self._rules().registry, dict[int, str]()
        for one in kept:
            message = one.message
            group = registry.group(message.group) if message.group is not None else None
            if group is None:
                continue
            person, root = registry.person(message.sender), roots.setdefault(message.ticket, message.id)
            verdict = Verdict(message.act, one.category, one.urgency, place=one.place, confidence=1.0,
                              refers_to=None if root == message.id else root)
            yield Line(message.id, message.at, message.sender, person.role if person else Role.RESIDENT, group.tier, group.id,
                       words=Words(message.words or ""), verdict=verdict, ticket=message.ticket)

    def settle(self, decided: Decided) -> None:
        """The talk learns in which ticket a line came to lie; a line that was set aside leaves it."""
        line = decided.read.line
        if decided.error is not None:
            self.talk.forget(decided.read.incoming.id)
            return
        if line is None or line.verdict is None:
            return
        room = Talk.room_of(line)
        if decided.decision.ticket_id is not None:
            self.talk.amend(room, line.id, line.verdict, decided.decision.ticket_id)
        for message, act, ticket_id, _ in decided.amended:
            earlier = self.talk.find(room, message)
            if earlier is not None and earlier.verdict is not None:
                self.talk.amend(room, message, replace(earlier.verdict, act=act), ticket_id)


def _mere_chat(read: Read) -> Verdict | None:
    """The reading of a group's chat by which nothing on the desk can be meant; None for all else. It is most of all talk,
    and is decided without asking the store."""
    line, incoming = read.line, read.incoming
    if line is None or line.verdict is None or read.person is None or read.group is None or read.is_copy or not read.heard:
        return None
    if line.verdict.act is not Act.CHAT or line.mentions_bot or incoming.kind in _GIVEN or incoming.channel in residents.ALONE:
        return None
    if prompted.rating_in(line.words.text) is not None or reminder.may_answer(line):
        return None
    return line.verdict


def is_own_words(incoming: Incoming, group: Group, person: Person) -> bool:
    """A sentence of ours that the owner confirmed or the grid member pasted, heard as if he had said it."""
    if group.speaks is Speaks.DIRECT or person.role not in OFFICIALS or incoming.mentions_bot:
        return False
    return _OWN_MARK.search(incoming.words.text) is not None


def attach_told(told: Told, candidates: Sequence[Candidate]) -> Attached:
    """Attach a message. A head's or official's order that tells a matter (报事, 转某单位, free words) must meet what a
    resident's report must: another matter at the same place is another matter."""
    attached = attach(told, candidates)
    tells = told.act is Act.COMMAND and told.category is not None and not told.numbers and told.role in PASSES_ON
    if not tells or attached.candidate is None or read_order(told.words).order not in TELLS:
        return attached
    again = attach(replace(told, act=Act.REPORT), candidates)
    return Attached(Bond.NONE) if again.candidate is None else replace(again, bond=Bond.ABOUT)


def ear_of(group: Group) -> str:
    """The one ear by which a group is heard: the archive where it is on for the group, else the AI bot."""
    return "archive" if group.hears is Hears.ALL and "archive" in group.addresses else "aibot"


def ticket_of_task(work: Work, task_id: str) -> int | None:
    """The ticket of a card: `t<ticket>-<row>` as the sender makes it (0: of no ticket), or `m:<message>` for any message lying in it."""
    if task_id.startswith("m:"):
        return work.ticket_of_message(task_id[2:])
    match = re.fullmatch(r"t(\d+)-\d+", task_id)
    return int(match[1]) or None if match else None


def _ticket_or_none(work: Work, ticket_id: int | None) -> Ticket | None:
    """The ticket of a card; None where the card names none that there is."""
    try:
        return work.get_ticket(ticket_id) if ticket_id is not None else None
    except LookupError:
        return None


def _decision(read: Read, verdict: Verdict, outcome: Outcome, *, laid: bool) -> Decision:
    ticket = outcome.ticket if laid or outcome.act is not Act.CHAT else None
    chat = outcome.act is Act.CHAT
    return Decision(
        message=read.incoming.id,
        heard=True,
        act=outcome.act,
        ticket=ticket.number if ticket and laid else None,
        ticket_id=ticket.id if ticket and laid else None,
        category=None if chat else verdict.category,
        urgency=None if chat else verdict.urgency,
        place=None if chat else verdict.place,
        confidence=verdict.confidence,
        reasons=verdict.reasons if ticket else (),
    )


def _silent(line: Line) -> Incoming:
    """A told line as if it had come by a channel (代报)."""
    return Incoming(id=line.id, channel="proxy", sender=line.sender, at=line.at, kind=line.kind, words=line.words, group=line.group)

