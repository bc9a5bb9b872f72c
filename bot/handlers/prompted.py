"""The answer that the rating question itself asks for: 「好了请回「好了」，没好请回「没好」」.

Such words say nothing by themselves; they count only for who told a matter that is done and waits for his answer. One
neighbour's 好了 closes it for all who were asked, so 没好 counts after that, too.
"""

import re
from collections.abc import Sequence

from bot.handlers.orders import numbers_in
from registry.terms import Act, Status
from tickets.model import Candidate, Ticket

#: What the reader may have taken such words for. A report or a plain rating is understood as it is.
MISTAKEN_FOR = frozenset({Act.CHAT, Act.QUESTION, Act.SUPPLEMENT, Act.ECHO, Act.RECOVERY})
_LEAD = re.compile(r"^(@\S+\s*)?((\d{4}-)?\d{4}-\d{1,4})?[\s，,：:]*")
_WORK = r"(修|弄|办|处理|解决|搞|换|通|收拾)?"
_NOT_YET = re.compile(rf"^(还是?|根本|一直|又)?(没有?|未){_WORK}(好|完|解决|处理|修|通|弄)(?![吗嘛么?？])")
_OVER = re.compile(rf"^(已经|现在|都|真的?|是)?{_WORK}(好|完|解决|通)(了|啦|咯|喽)(?!(吗|嘛|么|没|[?？]))")
#: The very words that were asked for; what follows says what is still amiss, which alone would be a report.
_AS_ASKED = re.compile(r"^还?没好([，,。！!；;\s]|$)")
#: A longer sentence that begins so tells something of its own.
_LONGEST = 16


def rating_in(words: str) -> bool | None:
    """Whether the words say 好了 (True) or 没好 (False) to a rating question; None where they say neither."""
    text = _LEAD.sub("", words.strip(), count=1)
    if len(text) > _LONGEST or text.endswith(("?", "？", "吗", "没")):
        return None
    if _NOT_YET.search(text):
        return False
    return True if _OVER.search(text) else None


def may_be_answer(act: Act, words: str) -> bool:
    """Whether words that were read as this act can be an answer to a rating question."""
    return act in MISTAKEN_FOR or (act is Act.REPORT and _AS_ASKED.search(_LEAD.sub("", words.strip(), count=1)) is not None)


def awaiting(candidates: Sequence[Candidate], sender: str, words: str, *, satisfied: bool) -> Candidate | None:
    """The matter whose rating this person was asked for: the one whose number is said, else the one done last. Where none
    waits and he says 没好, the one closed last."""
    numbers = numbers_in(words)
    mine = [
        candidate for candidate in candidates
        if candidate.ticket.status in (Status.DONE, Status.CLOSED) and sender in candidate.voices
        and (not numbers or {candidate.ticket.aloud, candidate.ticket.number} & set(numbers))
    ]
    waiting = [candidate for candidate in mine if candidate.ticket.status is Status.DONE]
    return max(waiting or ([] if satisfied else mine), key=lambda candidate: _done_at(candidate.ticket), default=None)


def _done_at(ticket: Ticket) -> float:
    return (ticket.done_at or ticket.opened_at).timestamp()
