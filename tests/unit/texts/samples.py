"""A small county, its tickets, and a context for every event that can be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bot.texts import Context
from registry.model import Person
from registry.registry import Registry
from registry.terms import Category, DangerKind, Status, TicketKind, Urgency
from tests.builders.registry_rows import COUNTY, GRID, TOWN, registry_of, small_county
from tickets.model import Ticket

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=timezone(timedelta(hours=8)))
LIMIT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PHONE, IDENTITY, PLATE = "13800000000", "990101190001010018", "陕A12345"


def county() -> Registry:
    data = small_county()
    data["units"][0]["aliases"] = []
    return registry_of(data)


REGISTRY = county()


def ticket(**changes: Any) -> Ticket:
    """An urgent water matter of the basic group, handed to the water bureau; the sponsor's lead owns it."""
    plain = Ticket(
        id=1, number="2026-0302-17", kind=TicketKind.MATTER, category=Category.WATER, urgency=Urgency.URGENT, danger=None,
        doubt=False, group="g-basic", groups=("g-basic",), area=GRID, township=TOWN, place="老戏台5号楼402",
        summary="供水排水·老戏台5号楼402：一早起来就没水了", status=Status.ASSIGNED, owner="u-1", policy="1",
        opened_at=NOW - timedelta(hours=3), last_at=NOW - timedelta(hours=3), unit="un-water", voices=3,
    )
    return replace(plain, **changes)


DANGER = {"urgency": Urgency.DANGER, "danger": DangerKind.PLACE}
PERSON_DANGER = {
    "urgency": Urgency.DANGER, "danger": DangerKind.PERSON, "category": Category.PERSON_HELP, "owner": "d-1", "unit": None,
    "summary": "个人帮扶·桥头：说是不想活了", "place": "桥头",
}

SWAP = {"by": "d-1", "other": "d-2", "accepted": True, "day": "2026-03-05", "shift": "夜班", "other_day": "2026-03-07",
        "other_shift": "20:00"}

#: Facts that the desk and the handlers give with each event, with one ticket of the sample.
ARGS: Mapping[str, Mapping[str, Any]] = {
    "receipt": {"late": False},
    "ask_rating": {"voices": ["r-1", "r-2"], "photo": True},
    "ask_rating_again": {"voices": ["r-1"]},
    "consult.taken": {"owner": "m-1"},
    "danger.ended": {"by": "d-1"},
    "danger.false_alarm": {"by": "d-1"},
    "missing.order": {"by": "d-1", "line": 3},
    "digest": {"rows": [{"event": "status.accepted", "ticket": 1}, {"event": "ask_rating", "ticket": 2}]},
    "assigned": {"people": ["u-1"]},
    "reopened": {"people": ["u-1"]},
    "coord.accepted": {"by": "u-1"},
    "coord.done": {"by": "u-1"},
    "coord.returned": {"by": "u-1", "unit": "un-water", "owner": "d-1", "arbiter": False},
    "coord.excluded": {"by": "m-1"},
    "coord.merged": {"from": "0302-12"},
    "status.shelved": {"until": LIMIT.isoformat()},
    "status.extended": {"until": LIMIT.isoformat()},
    "ask_settled": {"voices": ["r-1"]},
    "coord.shelved": {"by": "u-1", "until": LIMIT.isoformat(), "times": 2},
    "coord.extended": {"by": "d-1", "until": LIMIT.isoformat()},
    "extension.asked": {"by": "u-1", "until": LIMIT.isoformat()},
    "extension.granted": {"by": "d-1", "until": LIMIT.isoformat()},
    "unreasonable.asked": {"by": "u-1"},
    "answer.split": {"from": "0302-12"},
    "step.group": {"ladder": "accept", "rung": 1, "limit_at": LIMIT.isoformat(), "missing": ["grid_leader"], "step": 2},
    "step.card": {"ladder": "accept", "rung": 1, "limit_at": LIMIT.isoformat(), "missing": [],
                  "why": "county_leader/grid_leader", "step": 2},
    "supervised.group": {"by": "d-1", "grade": "notice", "limit_at": LIMIT.isoformat()},
    "supervised.card": {"by": "d-1", "grade": "reminder", "limit_at": LIMIT.isoformat()},
    "supervised.silent": {"by": "d-1"},
    "coord.answered": {"by": "u-1"},
    "card.answered": {"by": "u-1"},
    "card.unanswered": {"lapsed": "reminder", "grade": "notice"},
    "whistled": {"by": "d-1", "units": ["un-water", "un-town"], "lead": "un-water", "kind": "joint", "people": ["u-1"],
                 "limit_at": LIMIT.isoformat()},
    "card.whistled": {"by": "d-1", "units": ["un-water", "un-town"], "lead": "un-water", "kind": "daily", "unit": "un-town",
                      "limit_at": LIMIT.isoformat()},
    "coord.reported_in": {"by": "u-1", "units": ["un-town"]},
    "whistle.absent": {"units": ["un-town"], "limit_at": LIMIT.isoformat()},
    "card.absent": {"unit": "un-town", "limit_at": LIMIT.isoformat()},
    "card.whistle_absent": {"units": ["un-town"], "limit_at": LIMIT.isoformat()},
    "coord.part_done": {"by": "u-1"},
    "card.part_done": {"by": "u-1"},
    "coord.led": {"by": "d-1"},
    "card.led": {"by": "d-1"},
    "card.lead": {"reason": "reopened"},
    "card.lead_proposed": {"reason": "returns", "by": "d-1"},
    "card.lead_given": {"by": "d-1"},
    "topic.raised": {"by": "d-1"},
    "topic.withdrawn": {"by": "d-1"},
    "topic.opinion": {"by": "d-1"},
    "card.topic": {"by": "d-1"},
    "answer.accepted": {"by": "u-1"},
    "answer.supervised": {"grade": "reminder", "limit_at": LIMIT.isoformat()},
    "answer.whistled": {"units": ["un-water", "un-town"], "lead": "un-water", "limit_at": LIMIT.isoformat()},
    "answer.reported_in": {"by": "u-1"},
    "answer.part_done": {"by": "u-1"},
    "answer.led": {"by": "d-1"},
    "refusal.whistle_unknown": {"name": "桥梁队"},
    "refusal.already_led": {"by": "d-1"},
    "brief": {
        "figures": {"new": 12, "settled": 9, "overdue": 2, "dangers": 1, "repeated": 1, "open": 30, "unreasonable": 2},
        "late": [
            {"ticket": "0228-3", "owner": "u-1", "unit": "un-water", "since": "2026-02-28T09:00:00+08:00"},
            {"ticket": "0302-5", "owner": "m-1", "unit": None, "since": "2026-03-02T14:30:00+08:00"},
        ],
        "since": "2026-03-01T08:00:00+08:00",
    },
    "proof": {"until": "2026-03-03T08:00:00+08:00", "count": 60, "holes": [
        f"第{n}网格：紧急诉求接单逾期第2级叫不到人：值班员没有绑定企业微信" for n in range(50)]},
    "emergency.started": {"line": 1, "by": "d-1", "since": "2026-03-02T16:00:00+08:00", "until": "2026-03-05T18:00:00+08:00"},
    "emergency.changed": {"line": 1, "by": "d-1", "since": "2026-03-02T16:00:00+08:00", "until": None},
    "emergency.ended": {"line": 1, "by": "d-1", "since": "2026-03-02T16:00:00+08:00", "until": None},
    "emergency.reminder": {"line": 1, "since": "2026-03-02T16:00:00+08:00", "until": None},
    "answer.emergency_on": {"until": "2026-03-05T18:00:00+08:00"},
    "card.warning": {"clock": "accept", "limit_at": LIMIT.isoformat()},
    "card.returned": {"by": "u-1", "unit": "un-water", "owner": "d-1", "arbiter": True},
    "alarm.send_failed": {"row": 88},
    "alarm.unpressed": {"group": "g-basic"},
    "alarm.group_owner": {"group": "g-basic", "new_owner": "m-1"},
    "confirm.send": {"group": "g-basic", "text": "收到，记下了。"},
    "paste.send": {"group": "g-basic", "text": "收到，记下了。"},
    "answer.status": {"reply_to": "m1"},
    "alone.which": {"areas": [GRID]},
    "alone.placed": {"area": GRID},
    "alone.mine": {"tickets": [1, 2]},
    "answer.mine": {"tickets": [1, 2], "count": 5},
    "answer.who": {"area": GRID, "group": "g-basic"},
    "answer.handed_over": {"unit": "un-town"},
    "answer.merged": {"into": "0302-17"},
    "answer.muted": {"until": "2026-03-02T19:00:00+08:00"},
    "answer.leave": {"absent": "d-1", "instead": "d-2", "day": "2026-03-03"},
    "answer.today": {
        "figures": {"new": 3, "settled": 1, "overdue": 0, "dangers": 0, "repeated": 0, "open": 4, "unreasonable": 0}, "late": [],
        "since": "2026-03-02T00:00:00+08:00",
    },
    "answer.why": {"rules": ["说到停水", "water"]},
    "answer.announcement": {"announcement": 1},
    "answer.search": {"groups": 3},
    "help": {"role": "unit_lead"},
    "away": {"from": "2026-03-02T09:00:00+08:00", "until": "2026-03-02T11:30:00+08:00", "tickets": [1, 2]},
    "binding.group": {"group": "g-basic"},
    "binding.person": {"person": "m-1"},
    "question.which": {"tickets": [1, 2], "action": "accept"},
    "refusal.already_accepted": {"by": "u-1"},
    "refusal.same_unit": {"unit": "un-water"},
    "refusal.unit_empty": {"unit": "un-town"},
    "refusal.others_told_it": {"voices": 4},
    "refusal.not_found": {"number": "0302-99"},
    "refusal.no_right": {"action": "supervise"},
    "refusal.nickname": {"action": "accept"},
    "refusal.group_unknown": {"name": "abc-9"},
    "coord.acknowledged": {"by": "u-1", "until": LIMIT.isoformat()},
    "answer.silenced": {"until": LIMIT.isoformat()},
    "refusal.already_acknowledged": {"by": "u-1"},
    "card.handover": {"tickets": [1, 2], "count": 2, "notes": [1], "shift": "夜班"},
    "alarm.vacant": {"role": "duty_officer", "day": "2026-03-02", "shift": "夜班"},
    **dict.fromkeys(("card.swap", "card.swap_answered", "answer.swap_asked", "answer.swap"), SWAP),
}

#: Events whose ticket is none.
WITHOUT_TICKET = frozenset({
    "proof", "emergency.started", "emergency.changed", "emergency.ended", "emergency.reminder", "answer.emergency_on",
    "answer.emergency_off", "refusal.emergency_right", "refusal.emergency_reason", "refusal.emergency_until",
    "refusal.emergency_off",
    "digest", "brief", "paste.send", "confirm.send", "answer.none_found", "answer.mine", "answer.who", "answer.muted",
    "answer.unmuted", "answer.leave", "answer.today", "answer.announcement", "help", "alarm.sweep", "alarm.channel", "alarm.group_owner", "away",
     "binding.group",
    "binding.person", "question.which", "refusal.not_found", "refusal.no_right", "refusal.unknown_command",
    "refusal.not_registered", "refusal.card_old", "refusal.code_invalid", "refusal.code_too_often", "refusal.group_unknown",
    "refusal.own_group_only", "refusal.leave_unknown", "refusal.owner_only", "refusal.nickname",
    "refusal.resident_close", "card.handover", "card.swap", "card.swap_answered", "alarm.vacant", "answer.noted_shift",
    "answer.swap_asked", "answer.swap", "refusal.note_empty", "refusal.no_roster", "refusal.swap_unknown",
    "refusal.swap_not_yours", "refusal.swap_not_theirs", "refusal.swap_same", "refusal.swap_begun", "refusal.swap_gone",
    "refusal.no_swap", "alone.hello", "alone.where", "alone.which", "alone.placed", "alone.picture", "alone.forgotten",
    "alone.not_here", "alone.mine",
})
#: Who hears it, where it is not the basic group.
WORKING = frozenset({"assigned", "reopened", "danger.group", "step.group", "supervised.group", "supervised.silent", "whistled",
                     "whistle.absent", "topic.raised", "topic.withdrawn", "topic.opinion", "brief"})
WORDS = {"card.handover": "二网格的井盖还没盖好，天亮前再去看一次。",
         "missing.order": "寻找一位穿灰棉袄的老人，昨天傍晚从桥头走失。", "supervised.card": "今晚八点前必须通水。",
         "supervised.group": "今晚八点前必须通水。",
         "answer.announcement": "今天9点到18点检修停水，请存水。"}


def group_of(event: str) -> str | None:
    """Id of the group that hears the event; None for what goes to a person."""
    if event in WORKING or event.startswith("coord."):
        return "g-coord"
    to_person = ("card.", "step.card", "supervised.card", "alarm.", "confirm.", "paste.", "binding.", "question.")
    return None if event.startswith(to_person) else "g-basic"


def context(event: str, *, matter: Ticket | None = None, group: str | None = None, person: str | None = None,
            words: str | None = None, **args: Any) -> Context:
    """The context in which the event is usually said, with changes."""
    about = matter or (None if event in WITHOUT_TICKET else ticket())
    here = group or (None if person else group_of(event))
    other = ticket(id=2, number="2026-0302-18", place="桥头", summary="供水排水·桥头：水是黄的")
    named = {t.id: t for t in (about or ticket(), other)}
    return Context(
        ticket=about, tickets=named, args={**ARGS.get(event, {}), **args}, registry=REGISTRY, now=NOW,
        group=REGISTRY.group(here) if here else None, person=_person(None if here else person or "d-1"),
        words=words if words is not None else WORDS.get(event),
    )


def _person(person_id: str | None) -> Person | None:
    return REGISTRY.person(person_id) if person_id else None


__all__ = ["ARGS", "COUNTY", "DANGER", "GRID", "IDENTITY", "NOW", "PERSON_DANGER", "PHONE", "PLATE", "REGISTRY", "context",
           "ticket"]
