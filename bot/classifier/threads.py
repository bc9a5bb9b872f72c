"""Matters that are alive in a group's recent talk, as far as they were read: who told them, when, about what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.messages import Line, Verdict
from registry.terms import OFFICIALS, Act, Category, DangerKind, Urgency

#: Reasons of these rules name the danger after a middle dot.
DANGER_RULES = ("场所危险", "人身危险")
#: Acts that add a resident's words to a matter.
_TELLING = frozenset({Act.REPORT, Act.ECHO, Act.SUPPLEMENT})
#: An official says that the work is done.
_DONE = re.compile(
    r"(修|换|装|补|通|清|弄|搞|办|处理|解决|接|焊|铺|送|发|赔|退|查)(好|完|上|通|到|清|净)"
    r"|恢复|来[电水气]|已经?(修|换|到|发|处理|清)|办结|到位|正常|完成|结束"
)


@dataclass(slots=True)
class Thread:
    """One matter in the talk."""

    root: str
    category: Category
    urgency: Urgency
    danger: DangerKind | None
    doubt: bool
    place: str | None
    told_at: datetime
    last_at: datetime
    position: int
    """How many lines of the talk came before its last line."""
    ticket: int | None = None
    over: bool = False
    over_at: datetime | None = None
    done_at: datetime | None = None
    """When an official said in the group that it is done."""
    tellers: set[str] = field(default_factory=set)
    last_by: dict[str, datetime] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    danger_names: set[str] = field(default_factory=set)

    def quiet(self, now: datetime) -> timedelta:
        """How long since its last line."""
        return now - self.last_at


def threads_of(talk: Sequence[Line]) -> list[Thread]:
    """The matters of a talk (oldest line first), the one told last at the end."""
    by_id: dict[str, Thread] = {}
    by_ticket: dict[int, Thread] = {}
    found: list[Thread] = []
    for position, line in enumerate(talk):
        verdict = line.verdict
        if verdict is None or (verdict.act is Act.CHAT and line.ticket is None):
            continue
        thread = _thread_of(line, verdict, by_id, by_ticket)
        if thread is None:
            thread = _begin(line, verdict, position)
            if thread is None:
                continue
            found.append(thread)
        _add(thread, line, verdict, position)
        by_id[line.id] = thread
        if line.ticket is not None:
            thread.ticket = line.ticket
            by_ticket[line.ticket] = thread
    found.sort(key=lambda thread: thread.position)
    return found


def _thread_of(
    line: Line, verdict: Verdict, by_id: dict[str, Thread], by_ticket: dict[int, Thread]
) -> Thread | None:
    if line.ticket is not None and line.ticket in by_ticket:
        return by_ticket[line.ticket]
    thread = by_id.get(verdict.refers_to) if verdict.refers_to is not None else None
    if thread is not None and None not in (line.ticket, thread.ticket) and line.ticket != thread.ticket:
        # The desk knew better: what it laid in another ticket draws nothing after it here.
        return None
    return thread


def _begin(line: Line, verdict: Verdict, position: int) -> Thread | None:
    """A report begins a matter; so does what speaks of one that was told before the talk began."""
    if verdict.category is None or verdict.act in (Act.CHAT, Act.QUESTION) or verdict.announces:
        return None
    return Thread(
        root=line.id,
        category=verdict.category or Category.OTHER,
        urgency=verdict.urgency or Urgency.NORMAL,
        danger=verdict.danger,
        doubt=verdict.doubt,
        place=verdict.place,
        told_at=line.at,
        over=verdict.act is Act.RECOVERY,
        last_at=line.at,
        position=position,
        ticket=line.ticket,
    )


def _add(thread: Thread, line: Line, verdict: Verdict, position: int) -> None:
    thread.last_at = line.at
    thread.position = position
    thread.ids.add(line.id)
    thread.last_by[line.sender] = line.at
    if verdict.act in _TELLING or (verdict.act is Act.COMMAND and line.role not in OFFICIALS):
        thread.tellers.add(line.sender)
        if verdict.urgency is Urgency.DANGER and thread.urgency is not Urgency.DANGER:
            thread.urgency, thread.danger, thread.doubt = Urgency.DANGER, verdict.danger, False
        if thread.category is Category.OTHER and verdict.category is not None:
            thread.category = verdict.category
        if verdict.act is Act.REPORT or verdict.act is Act.ECHO:
            thread.over = False
        thread.place = thread.place or verdict.place
    elif line.role in OFFICIALS and _DONE.search(line.words.text):
        thread.done_at = line.at
    if verdict.danger is not None:
        for reason in verdict.reasons:
            kind, _, name = reason.rule.partition("·")
            if kind in DANGER_RULES:
                thread.danger_names.add(name)
    if verdict.act is Act.RECOVERY or (verdict.act is Act.RATING and verdict.satisfied):
        thread.over = True
        thread.over_at = line.at
