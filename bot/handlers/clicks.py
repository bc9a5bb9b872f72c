"""A card's button: given, not read. A click acts once and is refused politely when the ticket has moved on."""

from bot.handlers.desk_orders import hear_order
from bot.handlers.heard import Heard, Outcome, answer
from bot.handlers.orders import Asked, Order
from registry.terms import Act, Said
from tickets import rating
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.work import Rules, Work

#: Button keys → orders. `calling`, `not_yet`, `keep` change nothing but the card and the history.
_ORDERS = {
    "accept": Order.ACCEPT,
    "done": Order.DONE,
    "end": Order.END_DANGER,
    "false": Order.FALSE_ALARM,
    "true": Order.CONFIRM,
    "contacted": Order.CONTACTED,
    "found": Order.FOUND,
    "return": Order.RETURN,
}

#: The grid member has put a prepared text into its group.
PASTED = "pasted"


def hear_click(work: Work, rules: Rules, heard: Heard, key: str, ticket: Ticket | None) -> Outcome:
    """Carry out a button. Raises RefusedError with the sentence that the person sees."""
    if key == PASTED:
        # A digest is of no ticket. What is told by it is marked as said where the outbox is known.
        answer(work, rules, heard, "answer.noted", ticket)
        return Outcome(Act.COMMAND, ticket)
    if ticket is None:
        raise RefusedError("card_old")
    if key in ("calling", "not_yet", "keep"):
        answer(work, rules, heard, "answer.calling" if key == "calling" else "answer.noted", ticket)
        return Outcome(Act.COMMAND, ticket)
    if key == "withdraw":
        return Outcome(Act.COMMAND, rating.do_withdraw(work, rules, heard.now, ticket, heard.person.id, because=heard.because))
    order = _ORDERS.get(key)
    if order is None:
        raise RefusedError("card_old", ticket.id)
    if order is Order.RETURN and not heard.told.words:
        # A reason is asked for in words: a button can't carry one.
        answer(work, rules, heard, "question.reason", ticket, Said.QUESTION)
        return Outcome(Act.COMMAND, ticket)
    return hear_order(work, rules, heard, Asked(order, heard.told.words))
