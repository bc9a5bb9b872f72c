"""A card's button: given, not read. A click acts once and is refused politely when the ticket has moved on."""

from bot.handlers import duty_orders
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
    "hand_over": Order.HAND_OVER,
    "acknowledge": Order.ACKNOWLEDGE,
    "resume": Order.RESUME,
    "grant_extension": Order.GRANT_EXTENSION,
    "refuse_extension": Order.REFUSE_EXTENSION,
    "confirm_unreasonable": Order.CONFIRM_UNREASONABLE,
    "refuse_unreasonable": Order.REFUSE_UNREASONABLE,
    "report_in": Order.REPORT_IN,
    "take_lead": Order.TAKE_LEAD,
}

#: What a button can't carry is asked for in words: a reason, a unit, a date.
_ASKS = {"return": "question.reason", "hand_over": "question.unit", "shelve": "question.shelve", "extend": "question.extend"}

#: The grid member has put a prepared text into its group.
PASTED = "pasted"


def hear_click(work: Work, rules: Rules, heard: Heard, key: str, ticket: Ticket | None) -> Outcome:
    """Carry out a button. Raises RefusedError with the sentence that the person sees."""
    if key == PASTED:
        # A digest is of no ticket. What is told by it is marked as said where the outbox is known.
        answer(work, rules, heard, "answer.noted", ticket)
        return Outcome(Act.COMMAND, ticket)
    if key in (duty_orders.AGREES, duty_orders.REFUSES):
        return duty_orders.answer_swap(work, rules, heard, accepted=key == duty_orders.AGREES)
    if ticket is None:
        raise RefusedError("card_old")
    if key in ("calling", "not_yet", "keep"):
        answer(work, rules, heard, "answer.calling" if key == "calling" else "answer.noted", ticket)
        return Outcome(Act.COMMAND, ticket)
    if key == "withdraw":
        return Outcome(Act.COMMAND, rating.do_withdraw(work, rules, heard.now, ticket, heard.person.id, because=heard.because))
    if key in _ASKS and not heard.told.words:
        answer(work, rules, heard, _ASKS[key], ticket, Said.QUESTION)
        return Outcome(Act.COMMAND, ticket)
    order = _ORDERS.get(key)
    if order is None:
        raise RefusedError("card_old", ticket.id)
    return hear_order(work, rules, heard, Asked(order, heard.told.words))
