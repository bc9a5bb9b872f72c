"""What a door tells that nobody said: somebody opens the chat with the bot or gets the app; WeCom finds the app idle."""

from datetime import datetime

from bot.messages import Incoming, MessageKind
from registry.model import Person
from registry.terms import Lane, Said
from tickets.alarming import tell_office
from tickets.model import ToSay
from tickets.work import Rules, Work

#: Opening the AI bot's chat (once a day, path/101027) and coming into the app's visible range are greeted.
#: `enter_agent` comes each time somebody looks, and is not.
_GREETED = frozenset({"enter_chat", "subscribe"})

#: An app that nobody uses may be suspended by WeCom (path/90240). The other events of the family end an alarm.
_IDLE = {
    "inactive_alert": "企业微信提示应用长期没人使用，到期会停用。请让网格员打开应用用一次，或在管理后台确认继续使用。",
    "low_active_alert": "企业微信提示应用使用的人太少，可能会被限制。请让网格员多从应用里办事，或在管理后台确认继续使用。",
    "low_active": "企业微信已因使用的人太少限制了应用，卡片可能发不出去。请马上到管理后台恢复。",
    "close_inactive_agent": "企业微信已停用长期没人使用的应用，卡片发不出去。请马上到管理后台恢复。",
}


def hear_event(work: Work, rules: Rules, incoming: Incoming, person: Person | None, now: datetime) -> None:
    """Greet, or tell the grid office; other events have nothing to say here."""
    if incoming.kind is not MessageKind.SYSTEM or incoming.action is None:
        return
    name = incoming.action.key
    if name in _IDLE:
        tell_office(work, rules, now, "alarm.channel", because=incoming.id, args={"finding": _IDLE[name]})
    elif name in _GREETED and person is not None:
        args = {"role": person.role.value, "reply_to": incoming.id}
        work.say(ToSay(kind=Said.HELP, event="help", lane=Lane.NORMAL, ticket=None, because=incoming.id, person=person.id, args=args), now)
