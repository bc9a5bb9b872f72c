"""Who is who: an official binds a group, a head or grid member on WeChat binds himself with a code (design, section 4).

These come before the registry knows the group or the person, so they take the message as the channel heard it.
"""

from datetime import datetime
from enum import Enum

from bot.messages import Incoming
from registry.model import Group, Person
from registry.terms import OFFICIALS, Lane, Said
from tickets.model import ToSay
from tickets.work import Rules, Work

#: How many wrong codes one outside id may say: enough for slips, too few to guess six digits.
WRONG_CODES = 5


def bind_group(work: Work, rules: Rules, incoming: Incoming, person: Person | None, code: str, now: datetime) -> bool:
    """`@小格 绑定 <group code>` by a registered official: the only thing answered in an unregistered group.

    Everybody else meets silence; the office page shows the group as unregistered. True when the group is bound.
    """
    if person is None or person.role not in OFFICIALS or incoming.group is None:
        return False
    group = rules.registry.group(code)
    if group is None:
        _tell(work, person, incoming, Said.REFUSAL, "refusal.group_unknown", now, name=code)
        return False
    work.bind_address(group.id, incoming.channel, incoming.group, person.id, now)
    _tell(work, person, incoming, Said.BINDING, "binding.group", now, group=group.id)
    return True


class NotBound(Enum):
    """Why a code binds nobody, as the event of the sentence that says so."""

    #: Unknown or expired.
    WRONG = "refusal.code_invalid"
    #: Not looked at: too many wrong ones before it.
    TOO_OFTEN = "refusal.code_too_often"


def bind_person(work: Work, rules: Rules, incoming: Incoming, code: str, now: datetime) -> Person | NotBound:
    """A 6-digit code from the office page, sent once in a 1:1 chat, binds the sender's outside id to its person. Gives who
    was bound. After `WRONG_CODES` wrong ones no code of his is looked at until an hour has passed since the last."""
    channel = "wechat" if incoming.channel in ("archive", "customer", "kf") else "wecom"
    if work.wrong_codes(channel, incoming.sender, now) >= WRONG_CODES:
        return NotBound.TOO_OFTEN
    person_id = work.take_binding_code(code, now)
    person = rules.registry.person(person_id) if person_id else None
    if person is None:
        work.count_wrong_code(channel, incoming.sender, now)
        return NotBound.WRONG
    work.forget_wrong_codes(channel, incoming.sender)
    work.bind_identity(person.id, channel, incoming.sender, None, now)
    _tell(work, person, incoming, Said.BINDING, "binding.person", now, person=person.id)
    return person


def _tell(work: Work, person: Person, incoming: Incoming, kind: Said, event: str, now: datetime, /, **args: str) -> None:
    work.say(ToSay(kind=kind, event=event, lane=Lane.NORMAL, ticket=None, because=incoming.id, person=person.id,
                   args={**args, "reply_to": incoming.id}), now)


def refuse_stranger(work: Work, incoming: Incoming, group: Group, now: datetime) -> None:
    """Somebody unregistered tags the bot in a coordination or command group: told why nothing happens, and whom to ask."""
    work.say(ToSay(kind=Said.REFUSAL, event="refusal.not_registered", lane=Lane.NORMAL, ticket=None, because=incoming.id,
                   group=group.id, args={"reply_to": incoming.id}, tier=group.tier), now)
