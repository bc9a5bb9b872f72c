"""Quiet hours: what is not urgent waits for the morning, whoever queued it. Asked once, right before it leaves."""

from datetime import datetime

from registry.terms import Lane, Said
from tickets.model import Ticket, ToSay
from tickets.work import Rules

#: Said to somebody who has just spoken, so that it waits for no morning.
_ANSWERS = frozenset({Said.RECEIPT, Said.ANSWER, Said.REFUSAL, Said.QUESTION, Said.HELP, Said.BINDING})
#: Nobody hears a card that shows a new state.
_UNHEARD = "cards.refresh"


def waits_until(rules: Rules, ticket: Ticket | None, say: ToSay, now: datetime) -> datetime | None:
    """Until when a sentence waits that would leave at `now` (aware); None where it may leave. Danger and urgent are
    never held, digests have hours of their own. A matter's own policy says when it is quiet."""
    if say.lane is not Lane.NORMAL or say.kind in _ANSWERS or say.event == _UNHEARD:
        return None
    policy = rules.policy_of(ticket) if ticket is not None else rules.policy
    morning = policy.after_quiet(rules.calendar, now)
    return morning if morning > now else None
