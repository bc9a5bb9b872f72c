"""`gridbot policy`: who hears what when, and a matter moved to the rules of the moment. Raises LoadingError with Chinese
sentences for what cannot be answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from bot.loading import Book, LoadingError
from bot.texts import Context, Texts
from escalation.foresight import Foresight, Matter, look_ahead
from registry.model import Area
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES, Category, DangerKind, Urgency
from storage.work import SqlWork
from tickets import repinning
from tickets.errors import RefusedError
from tickets.work import Rules

Word = TypeVar("Word", bound=StrEnum)

#: Who did it, in the history of a matter moved from the command line.
CLI = "cli"


@dataclass(frozen=True, slots=True)
class Question:
    """The options of `policy show` as they were typed."""

    at: datetime
    category: str
    urgency: str
    area: str
    danger: str | None
    emergency: bool


def show(question: Question, book: Book, registry: Registry) -> Foresight:
    """Who would hear what, when. LoadingError names every option that is wrong, at once."""
    errors: list[str] = []
    category = _word(Category, question.category, "--category", errors, [*Category, *CATEGORY_NAMES.values()])
    if category is None:
        category = next((one for one, name in CATEGORY_NAMES.items() if name == question.category), None)
    urgency = _word(Urgency, question.urgency, "--urgency", errors)
    danger = _word(DangerKind, question.danger, "--danger", errors) if question.danger else None
    if urgency is Urgency.DANGER and not question.danger:
        danger = DangerKind.PLACE
    if danger is not None and urgency is not None and urgency is not Urgency.DANGER:
        errors.append("--danger 只和 --urgency danger 一起写")
    area = area_called(registry, question.area, errors)
    if errors or category is None or urgency is None or area is None:
        raise LoadingError(tuple(errors))
    policy = book.policies[book.current]
    if question.emergency and policy.emergency is not None:
        policy = policy.emergency
    return look_ahead(Matter(question.at, category, urgency, danger, area.code), policy, registry, book.calendar)


def area_called(registry: Registry, words: str, errors: list[str]) -> Area | None:
    """The area of an option --area, by code or name; where it is not one area, a sentence in `errors` says so."""
    named = registry.areas_called(words)
    if len(named) == 1:
        return named[0]
    errors.append(f"--area 写了 {words}，登记表里{'有几个，请写代码' if named else '没有这个区域'}")
    return None


def _word(
    kind: type[Word], text: str, option: str, errors: list[str], known: Sequence[str] | None = None
) -> Word | None:
    if text in set(kind):
        return kind(text)
    if known is None or text not in known:
        errors.append(f"{option} 写了 {text}，可用：{'、'.join(known or list(kind))}")
    return None


def repin(work: SqlWork, rules: Rules, texts: Texts, number: str, reason: str, now: datetime) -> str:
    """Move a matter to the current version; gives the sentence that says so. LoadingError: no such matter, or refused."""
    ticket = work.find_number(number, now)
    if ticket is None:
        raise LoadingError((f"没有找到编号「{number}」的工单，例如 2026-0302-17 或 0302-17。",))
    try:
        moved = repinning.do_repin(work, rules, now, ticket, CLI, reason, because=f"command:{CLI}")
    except RefusedError as refused:
        context = Context(ticket, {}, dict(refused.facts), rules.registry, now, None, None)
        raise LoadingError((texts.render(f"refusal.{refused.reason}", context).text,)) from None
    return f"{moved.number} 从版本 {ticket.policy} 换到 {moved.policy}，进入第 {moved.round} 轮，时限重新算。"
