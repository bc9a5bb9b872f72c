"""The life of a matter as one table: which deed, from which states to which, who may, what it needs, who is told.

Use cases ask `check_allowed`, the chat side takes its rights from `may`, `docs/design/life.md` is drawn from it, and a
test drives every use case from every state against it. A new deed is one row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from registry.terms import OFFICIALS, OPEN_STATUSES, Role, Status, TicketKind
from tickets.errors import RefusedError
from tickets.model import Ticket


class Deed(StrEnum):
    """What is done to a matter. Values that are also orders of the chat side (`bot.handlers.orders`) are the same word."""

    OPEN = "open"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    CONTACTED = "contacted"
    RETURN = "return"
    HAND_OVER = "hand_over"
    DONE = "done"
    FOUND = "found"
    RATE = "rate"
    FALL_SILENT = "fall_silent"
    NOT_YET = "not_yet"
    WITHDRAW = "withdraw"
    RECALL = "recall"
    EXCLUDE = "exclude"
    CATEGORY = "category"
    PLACE = "place"
    MERGE = "merge"
    CONFIRM = "true"
    FALSE_ALARM = "false"
    END_DANGER = "end"
    SUPERVISE = "supervise"
    LIFT = "lift"
    LOWER = "lower"
    REPIN = "repin"
    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"
    SHELVE = "shelve"
    REVIEW = "review"
    RESUME = "resume"
    EXTEND = "extend"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    UNREASONABLE = "unreasonable"
    CONFIRM_UNREASONABLE = "confirm_unreasonable"
    REFUSE_UNREASONABLE = "refuse_unreasonable"
    SETTLE = "settle"
    SPLIT = "split"
    ANSWER = "answer"
    TAKE_LEAD = "take_lead"
    WHISTLE = "whistle"
    REPORT_IN = "report_in"
    PART_DONE = "part_done"
    TOPIC = "topic"
    TOPIC_OFF = "topic_off"
    OPINION = "opinion"


class Relation(StrEnum):
    """What somebody must be to the matter, beside having the role."""

    REACH = "reach"
    """It lies in his area, his group, or his unit's area."""
    HOLDER = "holder"
    """Of units: the one that has it. Those who answer for the area may speak for it, too."""
    VOICE = "voice"
    """He told it himself."""
    SECOND = "second"
    """He is not the one who asked for it."""


class Need(StrEnum):
    """What must be given with the deed."""

    REASON = "reason"
    UNIT = "unit"
    CATEGORY = "category"
    PLACE = "place"
    OTHER_MATTER = "other_matter"
    WORDS = "words"
    REVIEW_DATE = "review_date"
    UNTIL = "until"
    REQUEST = "request"
    MESSAGES = "messages"


class Hearer(StrEnum):
    """Who is told. The first three are groups, the others have cards."""

    BASIC = "basic"
    COORDINATION = "coordination"
    COMMAND = "command"
    OWNER = "owner"
    UNIT = "unit"
    OFFICE = "office"
    ARBITER = "arbiter"
    ASKER = "asker"
    NEAR = "near"
    CONFIDANTS = "confidants"
    LISTENERS = "listeners"
    DECIDERS = "deciders"
    LEADER = "leader"


class Bar(StrEnum):
    """What stands against a deed whatever the status."""

    DANGER = "danger"
    DOUBT = "doubt"
    PRIVATE = "private"
    MISSING = "missing"
    CONSULTATION = "consultation"


_HOLDS: Mapping[Bar, Callable[[Ticket], bool]] = {
    Bar.DANGER: lambda ticket: ticket.in_danger,
    Bar.DOUBT: lambda ticket: ticket.doubt,
    Bar.PRIVATE: lambda ticket: ticket.is_private,
    Bar.MISSING: lambda ticket: ticket.missing,
    Bar.CONSULTATION: lambda ticket: ticket.kind is TicketKind.CONSULTATION,
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. `to` holds the states it can lead to; `may_stay`: it can also leave the state as it is.

    `may` empty: the bot does it by itself. `refused` names the sentence by state where it is another than `otherwise`.
    `tells` are (event, hearer); some depend on the matter, none is said that is not here.
    """

    deed: Deed
    name: str
    at: frozenset[Status]
    to: tuple[Status, ...] = ()
    may_stay: bool = False
    moves: frozenset[Status] = frozenset(Status)
    """The states of `at` that it can change; it leaves the others as they are."""
    may: frozenset[Role] = frozenset()
    relation: Relation = Relation.REACH
    needs: tuple[Need, ...] = ()
    tells: tuple[tuple[str, Hearer], ...] = ()
    otherwise: str = "finished"
    refused: Mapping[Status, str] = field(default_factory=dict)
    bars: tuple[tuple[Bar, str], ...] = ()

    def allows(self, status: Status) -> bool:
        return status in self.at


NEAR = frozenset({Role.GRID_MEMBER, Role.GRID_LEADER, Role.GRID_OFFICE, Role.DUTY_OFFICER})
UNIT = frozenset({Role.UNIT_MEMBER, Role.UNIT_LEAD})
HEAD = frozenset({Role.HOUSEHOLD_HEAD})
LEADERS = frozenset({Role.COUNTY_LEADER, Role.GRID_OFFICE})
NEIGHBOURS = HEAD | {Role.RESIDENT}

_OPEN, _ASSIGNED, _ACCEPTED, _DONE, _SHELVED = (
    Status.OPEN, Status.ASSIGNED, Status.ACCEPTED, Status.DONE, Status.SHELVED,
)
_WAITING = frozenset({_OPEN, _ASSIGNED})
#: Someone works on it or should.
_RUNNING = _WAITING | {_ACCEPTED}
_UNDONE = _RUNNING | {_SHELVED}
_ALL = frozenset(Status)
#: Who grants what another asked for.
_DECIDERS = LEADERS | {Role.GRID_LEADER}
_OF_A_PERSON = ((Bar.PRIVATE, "of_a_person"), (Bar.MISSING, "of_a_person"))
_ASSIGNING = (
    ("assigned", Hearer.COORDINATION), ("card.assigned", Hearer.UNIT), ("card.no_unit", Hearer.NEAR),
)
_ALARMING = (
    ("danger.advice", Hearer.BASIC), ("danger.group", Hearer.COORDINATION), ("danger.group", Hearer.COMMAND),
    ("card.danger", Hearer.NEAR), ("card.danger", Hearer.UNIT), ("card.person", Hearer.CONFIDANTS),
    ("handed_to_duty", Hearer.BASIC),
)
_ASKING = (
    ("ask_rating", Hearer.BASIC), ("coord.done", Hearer.COORDINATION), ("consult.done", Hearer.BASIC),
    ("missing.found", Hearer.LISTENERS), ("missing.found", Hearer.BASIC), ("danger.ended", Hearer.LISTENERS),
)
_REOPENING = (
    ("status.reopened", Hearer.BASIC), ("reopened", Hearer.COORDINATION), ("card.reopened", Hearer.UNIT),
    ("card.reopened", Hearer.OWNER), ("card.reopened", Hearer.CONFIDANTS),
)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        Deed.OPEN, "受理", at=frozenset(), to=(_OPEN, _ASSIGNED), may=frozenset(Role), relation=Relation.REACH,
        needs=(Need.WORDS,),
        tells=(*_ASSIGNING, *_ALARMING, ("receipt", Hearer.BASIC), ("card.late", Hearer.NEAR), ("card.missing", Hearer.NEAR),
               ("card.missing", Hearer.CONFIDANTS), ("card.doubt", Hearer.NEAR), ("card.person_doubt", Hearer.CONFIDANTS),
               ("consult.taken", Hearer.BASIC), ("card.consult", Hearer.OWNER)),
    ),
    Transition(Deed.DISPATCH, "交办", at=_WAITING, to=(_ASSIGNED,), may_stay=True, tells=_ASSIGNING),
    Transition(
        Deed.ACCEPT, "接单", at=_WAITING, to=(_ACCEPTED,), may=NEAR | UNIT,
        refused={_ACCEPTED: "already_accepted", _SHELVED: "shelved"},
        tells=(("status.accepted", Hearer.BASIC), ("coord.accepted", Hearer.COORDINATION)),
    ),
    Transition(
        Deed.CONTACTED, "首次联系", at=_RUNNING, may=NEAR | UNIT, refused={_DONE: "already_done", _SHELVED: "shelved"},
    ),
    Transition(
        Deed.RETURN, "退回", at=frozenset({_ASSIGNED, _ACCEPTED}), to=(_OPEN,), may=UNIT, relation=Relation.HOLDER,
        needs=(Need.REASON,), refused={_OPEN: "not_assigned", _DONE: "already_done", _SHELVED: "shelved"},
        tells=(("coord.returned", Hearer.COORDINATION), ("card.returned", Hearer.ARBITER)),
    ),
    Transition(
        Deed.HAND_OVER, "转办", at=_RUNNING, to=(_ASSIGNED,), may=HEAD | NEAR | UNIT | LEADERS, needs=(Need.UNIT,),
        refused={_SHELVED: "shelved"}, bars=((Bar.PRIVATE, "private"),), tells=_ASSIGNING,
    ),
    Transition(
        Deed.DONE, "办结", at=_UNDONE, to=(_DONE, Status.CLOSED), may=HEAD | NEAR | UNIT,
        refused={_DONE: "already_done"}, tells=_ASKING,
    ),
    Transition(
        Deed.FOUND, "人找到了", at=_UNDONE, to=(Status.CLOSED,), may_stay=True, may=OFFICIALS | HEAD,
        refused={_DONE: "already_done"}, tells=_ASKING,
    ),
    Transition(
        Deed.RATE, "评价", at=frozenset({_DONE, Status.CLOSED}), to=(Status.CLOSED, _ASSIGNED, _OPEN), may=NEIGHBOURS,
        relation=Relation.VOICE, otherwise="not_done_yet",
        tells=(("rated.thanks", Hearer.BASIC), *_REOPENING),
    ),
    Transition(Deed.FALL_SILENT, "到期归档", at=frozenset({_DONE}), to=(Status.CLOSED,)),
    Transition(
        Deed.NOT_YET, "重办", at=frozenset({_DONE, Status.CLOSED}), to=(_ASSIGNED, _OPEN),
        may=HEAD | NEAR | UNIT | LEADERS, otherwise="reopen_late",
        refused=dict.fromkeys(_UNDONE, "not_done_yet"), tells=_REOPENING,
    ),
    Transition(
        Deed.WITHDRAW, "撤回", at=OPEN_STATUSES, to=(Status.WITHDRAWN,), may=frozenset(Role), relation=Relation.VOICE,
        bars=((Bar.DANGER, "withdraw_danger"), (Bar.DOUBT, "withdraw_danger")),
        tells=(("withdrawn", Hearer.BASIC), ("coord.withdrawn", Hearer.COORDINATION), ("coord.withdrawn", Hearer.OWNER)),
    ),
    Transition(
        Deed.RECALL, "撤回消息", at=_ALL, to=(Status.WITHDRAWN,), may_stay=True, moves=_WAITING, may=frozenset(Role), relation=Relation.VOICE,
        tells=(("withdrawn", Hearer.BASIC), ("coord.withdrawn", Hearer.COORDINATION), ("card.recalled", Hearer.NEAR),
               ("card.recalled", Hearer.OWNER)),
    ),
    Transition(
        Deed.EXCLUDE, "不是诉求", at=_WAITING, to=(Status.EXCLUDED,), may=HEAD | NEAR,
        refused={_ACCEPTED: "exclude_accepted", _DONE: "exclude_accepted", _SHELVED: "shelved"},
        bars=((Bar.DANGER, "exclude_danger"),), tells=(("coord.excluded", Hearer.COORDINATION),),
    ),
    Transition(
        Deed.CATEGORY, "改类别", at=OPEN_STATUSES, to=(_ASSIGNED,), may_stay=True, moves=_WAITING, may=HEAD | NEAR, needs=(Need.CATEGORY,),
        tells=_ASSIGNING,
    ),
    Transition(Deed.PLACE, "改地点", at=OPEN_STATUSES, may=HEAD | NEAR | UNIT, needs=(Need.PLACE,)),
    Transition(
        Deed.MERGE, "并案", at=OPEN_STATUSES | {Status.CLOSED}, to=(Status.MERGED,), may=HEAD | NEAR | UNIT,
        needs=(Need.OTHER_MATTER,), bars=((Bar.PRIVATE, "private"),),
        tells=(("coord.merged", Hearer.COORDINATION), *_ASSIGNING),
    ),
    Transition(
        Deed.CONFIRM, "属实", at=_UNDONE, to=(_OPEN, _ASSIGNED, _ACCEPTED), may_stay=True, moves=frozenset({_SHELVED}),
        may=OFFICIALS | HEAD,
        tells=(*_ALARMING, *_ASSIGNING, ("status.resumed", Hearer.BASIC), ("coord.resumed", Hearer.COORDINATION)),
    ),
    Transition(
        Deed.FALSE_ALARM, "误报", at=OPEN_STATUSES, to=(Status.CLOSED,), may_stay=True, may=OFFICIALS,
        tells=(("danger.false_alarm", Hearer.LISTENERS), ("danger.false_alarm", Hearer.BASIC)),
    ),
    Transition(
        Deed.END_DANGER, "解除", at=OPEN_STATUSES, may=OFFICIALS, tells=(("danger.ended", Hearer.LISTENERS),),
    ),
    Transition(
        Deed.SUPERVISE, "督办", at=OPEN_STATUSES, may=LEADERS | {Role.GRID_LEADER, Role.DUTY_OFFICER, Role.UNIT_LEAD},
        needs=(Need.WORDS,),
        tells=(("supervised.group", Hearer.COORDINATION), ("supervised.group", Hearer.COMMAND),
               ("supervised.card", Hearer.OWNER), ("supervised.card", Hearer.UNIT), *_ASSIGNING),
    ),
    Transition(
        Deed.LIFT, "上报", at=_RUNNING, may=HEAD | NEAR | LEADERS, refused={_DONE: "already_done", _SHELVED: "shelved"},
        tells=(("step.group", Hearer.COORDINATION), ("step.group", Hearer.COMMAND), ("step.card", Hearer.NEAR),
               ("step.card", Hearer.UNIT), ("step.card", Hearer.OFFICE)),
    ),
    Transition(
        Deed.LOWER, "降级", at=_RUNNING, may=NEAR | LEADERS, needs=(Need.REASON,),
        refused={_DONE: "already_done", _SHELVED: "shelved"},
        bars=((Bar.DANGER, "danger_not_lowered"), (Bar.DOUBT, "danger_not_lowered")),
    ),
    Transition(
        Deed.REPIN, "换规则", at=_RUNNING, may=frozenset({Role.GRID_OFFICE}), needs=(Need.REASON,),
        refused={_DONE: "repin_waits", _SHELVED: "repin_waits"},
    ),
    Transition(
        Deed.ACKNOWLEDGE, "知道了", at=_RUNNING, may=NEAR | UNIT | LEADERS,
        refused={_DONE: "already_done", _SHELVED: "shelved"}, tells=(("coord.acknowledged", Hearer.COORDINATION),),
    ),
    Transition(
        Deed.SILENCE, "静默", at=_RUNNING, may=frozenset({Role.GRID_LEADER, Role.DUTY_OFFICER, Role.GRID_OFFICE}),
        refused={_DONE: "already_done", _SHELVED: "shelved"}, tells=(("card.silence_over", Hearer.ASKER),),
    ),
    Transition(
        Deed.ANSWER, "督办回复", at=_UNDONE, may=NEAR | UNIT, needs=(Need.WORDS,),
        refused={_DONE: "no_supervision"},
        tells=(("coord.answered", Hearer.COORDINATION), ("card.answered", Hearer.ASKER)),
    ),
    Transition(
        Deed.TAKE_LEAD, "领办", at=OPEN_STATUSES, may=LEADERS, bars=((Bar.PRIVATE, "private"),),
        tells=(("coord.led", Hearer.COORDINATION), ("coord.led", Hearer.COMMAND), ("card.led", Hearer.OWNER),
               ("card.led", Hearer.UNIT), ("card.lead_given", Hearer.ASKER)),
    ),
    Transition(
        Deed.WHISTLE, "吹哨", at=_RUNNING, to=(_ASSIGNED,), may_stay=True,
        may=LEADERS | {Role.GRID_LEADER, Role.UNIT_LEAD}, needs=(Need.UNIT,),
        refused={_DONE: "already_done", _SHELVED: "shelved"}, bars=((Bar.PRIVATE, "private"),),
        tells=(("whistled", Hearer.COORDINATION), ("card.whistled", Hearer.UNIT), *_ASSIGNING),
    ),
    Transition(
        Deed.REPORT_IN, "报到", at=_RUNNING, may=UNIT, refused={_DONE: "already_done", _SHELVED: "shelved"},
        tells=(("coord.reported_in", Hearer.COORDINATION),),
    ),
    Transition(
        Deed.PART_DONE, "我们这部分完成", at=_RUNNING, may=UNIT, refused={_DONE: "already_done", _SHELVED: "shelved"},
        tells=(("coord.part_done", Hearer.COORDINATION), ("card.part_done", Hearer.OWNER), ("card.part_done", Hearer.UNIT)),
    ),
    Transition(
        Deed.TOPIC, "上专题", at=OPEN_STATUSES | {Status.CLOSED}, may=LEADERS,
        bars=((Bar.PRIVATE, "private"), (Bar.MISSING, "no_topic"), (Bar.CONSULTATION, "no_topic")),
        tells=(("topic.raised", Hearer.COMMAND), ("card.topic", Hearer.OFFICE)),
    ),
    Transition(
        Deed.TOPIC_OFF, "撤专题", at=_ALL, may=LEADERS, tells=(("topic.withdrawn", Hearer.COMMAND),),
    ),
    Transition(
        Deed.OPINION, "会议意见", at=_ALL, may=frozenset({Role.GRID_OFFICE}), needs=(Need.WORDS,),
        tells=(("topic.opinion", Hearer.COORDINATION), ("topic.opinion", Hearer.COMMAND), ("card.opinion", Hearer.OWNER)),
    ),
    Transition(
        Deed.SHELVE, "挂账", at=_UNDONE, to=(_SHELVED,), may=LEADERS | {Role.GRID_LEADER, Role.UNIT_LEAD},
        needs=(Need.REASON, Need.REVIEW_DATE), refused={_DONE: "already_done"},
        bars=((Bar.DANGER, "shelve_danger"), (Bar.DOUBT, "shelve_danger"), *_OF_A_PERSON),
        tells=(("status.shelved", Hearer.BASIC), ("coord.shelved", Hearer.COORDINATION), ("coord.shelved", Hearer.OWNER)),
    ),
    Transition(
        Deed.REVIEW, "挂账复查", at=frozenset({_SHELVED}),
        tells=(("card.review", Hearer.OWNER), ("card.review", Hearer.OFFICE), ("card.review", Hearer.LEADER)),
    ),
    Transition(
        Deed.RESUME, "恢复办理", at=frozenset({_SHELVED}), to=(_OPEN, _ASSIGNED, _ACCEPTED), may=NEAR | UNIT | LEADERS,
        otherwise="not_shelved",
        tells=(("status.resumed", Hearer.BASIC), ("coord.resumed", Hearer.COORDINATION), *_ASSIGNING),
    ),
    Transition(
        Deed.EXTEND, "申请延期", at=frozenset({_ACCEPTED}), may=NEAR | UNIT, relation=Relation.HOLDER,
        needs=(Need.REASON, Need.UNTIL),
        refused={_OPEN: "not_accepted", _ASSIGNED: "not_accepted", _DONE: "already_done", _SHELVED: "shelved"},
        bars=((Bar.DANGER, "extend_danger"), *_OF_A_PERSON), tells=(("extension.asked", Hearer.DECIDERS),),
    ),
    Transition(
        Deed.GRANT_EXTENSION, "同意延期", at=frozenset({_ACCEPTED}), may=_DECIDERS, relation=Relation.SECOND,
        needs=(Need.REQUEST,), refused=dict.fromkeys((_OPEN, _ASSIGNED, _DONE, _SHELVED), "no_request"),
        tells=(("status.extended", Hearer.BASIC), ("coord.extended", Hearer.COORDINATION), ("extension.granted", Hearer.ASKER)),
    ),
    Transition(
        Deed.REFUSE_EXTENSION, "不同意延期", at=frozenset({_ACCEPTED}), may=_DECIDERS, relation=Relation.SECOND,
        needs=(Need.REQUEST,), refused=dict.fromkeys((_OPEN, _ASSIGNED, _DONE, _SHELVED), "no_request"),
        tells=(("extension.refused", Hearer.ASKER),),
    ),
    Transition(
        Deed.UNREASONABLE, "提出不合理诉求", at=_UNDONE, may=NEAR | UNIT, needs=(Need.REASON,),
        refused={_DONE: "already_done"},
        bars=((Bar.DANGER, "exclude_danger"), (Bar.DOUBT, "exclude_danger"), *_OF_A_PERSON),
        tells=(("unreasonable.asked", Hearer.DECIDERS),),
    ),
    Transition(
        Deed.CONFIRM_UNREASONABLE, "同意按不合理诉求", at=_UNDONE, to=(Status.EXCLUDED,),
        may=_DECIDERS, relation=Relation.SECOND, needs=(Need.REQUEST,), refused={_DONE: "already_done"},
        bars=((Bar.DANGER, "exclude_danger"), (Bar.DOUBT, "exclude_danger")),
        tells=(("status.unreasonable", Hearer.BASIC), ("coord.unreasonable", Hearer.COORDINATION),
               ("unreasonable.confirmed", Hearer.ASKER)),
    ),
    Transition(
        Deed.REFUSE_UNREASONABLE, "不同意按不合理诉求", at=_UNDONE, may=_DECIDERS,
        relation=Relation.SECOND, needs=(Need.REQUEST,), refused={_DONE: "already_done"},
        tells=(("unreasonable.refused", Hearer.ASKER),),
    ),
    Transition(
        Deed.SETTLE, "自行解决", at=_UNDONE, to=(_DONE, Status.CLOSED), may=NEIGHBOURS | NEAR | UNIT,
        refused={_DONE: "already_done"},
        bars=((Bar.DANGER, "settle_danger"), (Bar.DOUBT, "settle_danger"), *_OF_A_PERSON),
        tells=(("status.settled", Hearer.BASIC), ("ask_settled", Hearer.BASIC), ("coord.settled", Hearer.COORDINATION),
               ("coord.settled", Hearer.OWNER)),
    ),
    Transition(
        Deed.SPLIT, "拆分", at=_UNDONE, may=OFFICIALS | HEAD, needs=(Need.MESSAGES,), refused={_DONE: "already_done"},
        bars=_OF_A_PERSON, tells=(("receipt", Hearer.BASIC), *_ASSIGNING),
    ),
)

_ROWS: Mapping[Deed, Transition] = {row.deed: row for row in TRANSITIONS}


def transition(deed: Deed) -> Transition:
    """The row of a deed."""
    return _ROWS[deed]


def is_allowed(deed: Deed, ticket: Ticket) -> bool:
    """Whether the deed has a place in the ticket's state and nothing stands against it."""
    row = _ROWS[deed]
    return row.allows(ticket.status) and not any(_HOLDS[bar](ticket) for bar, _ in row.bars)


def check_allowed(deed: Deed, ticket: Ticket) -> None:
    """Raise RefusedError with the sentence that the table names, where the deed has no place in the ticket's state."""
    row = _ROWS[deed]
    if not row.allows(ticket.status):
        raise RefusedError(row.refused.get(ticket.status, row.otherwise), ticket.id, by=ticket.owner)
    for bar, reason in row.bars:
        if _HOLDS[bar](ticket):
            raise RefusedError(reason, ticket.id)
