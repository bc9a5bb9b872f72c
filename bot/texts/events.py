"""Every event that can be said: which sentence, what fills it, whom it @-s, which buttons it has.

An event is the name of its sentence; a variant adds an ending (`receipt.doubt`). Names are those of the outbox rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.messages import Choice
from bot.texts import duty, lists
from bot.texts.voice import Audience, Voice
from bot.texts.words import ORDERS, ROLES, RUNG_NAMES, day_of, moment, one_line, span
from bot.texts.words import instant as instant_of
from registry.model import Person
from registry.terms import CATEGORY_NAMES, Role, Status, TicketKind, Tier
from tickets.masking import clip, mask_numbers

_Values = Callable[[Voice], Mapping[str, str]]
_Choice = Callable[[Voice], str]
_Mentions = Callable[[Voice], tuple[str, ...]]

#: Words of an official that go out whole: a search, an announcement.
_OFFICIAL_WORDS = 400


def _none(voice: Voice) -> Mapping[str, str]:
    return {}


def _same(voice: Voice) -> str:
    return ""


def _nobody(voice: Voice) -> tuple[str, ...]:
    return ()


def _no_choice(voice: Voice) -> tuple[Choice, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Saying:
    """How an event is said. `buttons` are (key, name of its text) pairs; where it has `buttons_of` those count."""

    variant: _Choice = _same
    values: _Values = _none
    mentions: _Mentions = _nobody
    buttons: tuple[tuple[str, str], ...] = ()
    buttons_of: Callable[[Voice], tuple[tuple[str, str], ...]] | None = None
    title: str = ""
    choices: Callable[[Voice], tuple[Choice, ...]] = _no_choice


# which sentence ---------------------------------------------------------------


def _receipt(voice: Voice) -> str:
    ticket = voice.ticket
    if ticket is not None and ticket.doubt:
        return "doubt"
    if voice.args.get("late"):
        return "late"
    return "nobody" if ticket is not None and ticket.unit is None else ""


def _private(voice: Voice) -> str:
    return "private" if voice.ticket is not None and voice.ticket.is_private else ""


def _in_danger(voice: Voice) -> str:
    return "danger" if voice.ticket is not None and voice.ticket.in_danger else ""


def _unrated(voice: Voice) -> str:
    """Whom nobody asks for a rating: person danger, a search, a consultation."""
    ticket = voice.ticket
    if ticket is None or not (ticket.is_private or ticket.missing or ticket.kind is TicketKind.CONSULTATION):
        return ""
    return "unrated"


def _nobody_takes(voice: Voice) -> str:
    return "nobody" if voice.ticket is not None and voice.ticket.unit is None else ""


def _photo(voice: Voice) -> str:
    return "photo" if voice.args.get("photo") else ""


def _arbiter(voice: Voice) -> str:
    return "arbiter" if voice.args.get("arbiter") else ""


def _erased(voice: Voice) -> str:
    return "" if voice.context.words and voice.context.words.strip() else "erased"


def _announced(voice: Voice) -> str:
    return "" if voice.context.words and voice.context.words.strip() else "none"


def _step(voice: Voice) -> str:
    if voice.ticket is not None and voice.ticket.in_danger:
        return "danger"
    return "accept" if voice.args.get("ladder") == "accept" else "done"


def _step_card(voice: Voice) -> str:
    return _private(voice) or _step(voice)


def _status(voice: Voice) -> str:
    return _private(voice) or (voice.ticket.status.value if voice.ticket else "open")


def _listed(voice: Voice) -> str:
    return "" if lists.named_tickets(voice) else "none"


def _known(voice: Voice) -> str:
    return "" if _people_here(voice) else "none"


def _why(voice: Voice) -> str:
    if voice.audience is Audience.RESIDENTS:
        return "resident"
    if voice.args.get("joined"):
        return "joined"
    return "" if _reasons(voice) else "none"


def _sent_somewhere(voice: Voice) -> str:
    return "" if voice.args.get("groups") else "none"


def _help(voice: Voice) -> str:
    role = voice.args.get("role") or (voice.context.person.role.value if voice.context.person else "resident")
    return {
        Role.HOUSEHOLD_HEAD.value: "head",
        Role.GRID_MEMBER.value: "grid",
        Role.GRID_LEADER.value: "grid",
        Role.UNIT_MEMBER.value: "unit",
        Role.UNIT_LEAD.value: "unit",
        Role.COUNTY_LEADER.value: "leader",
        Role.GRID_OFFICE.value: "leader",
        Role.DUTY_OFFICER.value: "leader",
    }.get(str(role), "resident")


# what fills it ----------------------------------------------------------------


def _people(voice: Voice) -> Mapping[str, str]:
    return {"people": voice.names(voice.args.get("people") or ())}


def _asked_people(voice: Voice) -> tuple[str, ...]:
    return tuple(one for one in voice.args.get("people") or () if voice.person(one) is not None)


def _voices_here(voice: Voice) -> tuple[str, ...]:
    """Residents are @-ed in their own group only."""
    group = voice.context.group
    if group is None or group.tier is not Tier.BASIC:
        return ()
    found = (voice.person(one) for one in voice.args.get("voices") or ())
    return tuple(person.id for person in found if person is not None and group.id in person.groups)


def _missing(voice: Voice) -> Mapping[str, str]:
    role, _, instead_of = str(voice.args.get("why") or "").partition("/")
    why = f"（您是{RUNG_NAMES[role]}" if role in RUNG_NAMES else ""
    if why:
        why += f"，代{RUNG_NAMES[instead_of]}）" if instead_of in RUNG_NAMES else "）"
    return {"missing": duty.absent(voice), "why": why}


def _by_with_unit(voice: Voice) -> Mapping[str, str]:
    """Who returned it: the unit as it was then, and the person for those who may hear names."""
    unit, person = voice.unit_name(voice.args.get("unit")), voice.person(voice.args.get("by"))
    by = voice.who(voice.args.get("by"))
    if unit and person is not None and person.unit != voice.args.get("unit"):
        by = unit
    return {"by": by}


def _quote(voice: Voice) -> Mapping[str, str]:
    return {"quote": voice.quoted("「", "」")}


def _official_words(voice: Voice) -> Mapping[str, str]:
    return {"words": clip(mask_numbers((voice.context.words or "").strip()), _OFFICIAL_WORDS)}


def _from_number(voice: Voice) -> Mapping[str, str]:
    return {"from": str(voice.args.get("from") or "另一件")}


def _brief(voice: Voice) -> Mapping[str, str]:
    since = instant_of(voice.args.get("since"))
    war = instant_of(voice.args.get("emergency"))
    told = voice.sentences.fill("brief.emergency", {"since": moment(war, voice.context.now), **_ends(voice)}) if war else ""
    return lists.figures(voice) | {"since": moment(since, voice.context.now) if since else "昨天", "emergency": told}


def _ends(voice: Voice) -> Mapping[str, str]:
    until = instant_of(voice.args.get("until"))
    return {"ends": f"到{moment(until, voice.context.now)}" if until else "到宣布结束为止"}


def _emergency(voice: Voice) -> Mapping[str, str]:
    since = instant_of(voice.args.get("since"))
    reason = one_line(voice.context.words or "").rstrip("。")
    return {**_ends(voice), "since": moment(since, voice.context.now) if since else "前些时候",
            "reason": f"，原因：{reason}" if reason else ""}


def _by_clock(voice: Voice) -> str:
    return "" if voice.args.get("by") else "clock"


def _holes(voice: Voice) -> str:
    return "holes" if voice.args.get("holes") else ""


def _proof(voice: Voice) -> Mapping[str, str]:
    until = instant_of(voice.args.get("until"))
    told = [one_line(str(one)) for one in voice.args.get("holes") or ()]
    count = voice.args.get("count")
    lines, more = lists.fitted(told, count if isinstance(count, int) else len(told),
                               lambda rest: voice.sentences.fill("proof.more", {"count": str(rest)}))
    return {"until": moment(until, voice.context.now) if until else "明早", "lines": lines, "more": more,
            "count": str(count if isinstance(count, int) else len(told))}


def _group_and_text(voice: Voice) -> Mapping[str, str]:
    group = voice.registry.group(str(voice.args.get("group") or ""))
    return {"group": group.name if group else "群", "text": str(voice.args.get("text") or voice.context.words or "")}


def _about_a_sentence(voice: Voice) -> Mapping[str, str]:
    about = voice.fill("about") if voice.ticket is not None else ""
    return {**_group_and_text(voice), "about": about, "row": str(voice.args.get("row") or "")}


def _new_owner(voice: Voice) -> Mapping[str, str]:
    owner = voice.person(voice.args.get("new_owner"))
    return {**_group_and_text(voice), "person": voice.who(owner.id) if owner else "一位没有登记的成员"}


def _finding(voice: Voice) -> Mapping[str, str]:
    return {"finding": str(voice.args.get("finding") or "有一项检查没有通过。")}


def _state_now(voice: Voice) -> Mapping[str, str]:
    return {"state": voice.state(voice.ticket) if voice.ticket is not None else "已有变化"}


def _merged_into(voice: Voice) -> Mapping[str, str]:
    into = voice.ticket.merged_into if voice.ticket else None
    head = voice.context.tickets.get(into) if into is not None else None
    return {"into": head.aloud if head else "另一件"}


def _until(voice: Voice) -> Mapping[str, str]:
    until = instant_of(voice.args.get("until"))
    return {"until": moment(until, voice.context.now) if until else "群主说恢复"}


def _put_off(voice: Voice) -> Mapping[str, str]:
    """The day to which something is put off (挂账, 延期), how often it was, and why in the official's own words."""
    until = instant_of(voice.args.get("until"))
    times = voice.args.get("times")
    again = f"，已是第{times}次挂账" if isinstance(times, int) and times > 1 else ""
    day = day_of(until.astimezone(voice.context.now.tzinfo).date()) if until else "说好的日子"
    return {"until": day, "again": again, "quote": voice.quoted("原因：", "。")}


def _away(voice: Voice) -> Mapping[str, str]:
    start = instant_of(voice.args.get("from"))
    return {**_until(voice), "from": moment(start, voice.context.now) if start else "前一阵",
            "until": _until(voice)["until"] if voice.args.get("until") else "刚才", "waiting": lists.waiting(voice)}


def _leave(voice: Voice) -> Mapping[str, str]:
    def named(key: str) -> str:
        person = voice.person(voice.args.get(key))
        return person.name if person else "同事"

    try:
        day = day_of(date.fromisoformat(str(voice.args.get("day"))))
    except ValueError:
        day = "那天"
    return {"absent": named("absent"), "instead": named("instead"), "day": day}


def _about_mark(voice: Voice) -> Mapping[str, str]:
    return {"about_mark": f"（{voice.of(voice.ticket)['mark']}）" if voice.ticket else ""}


def _reasons(voice: Voice) -> str:
    """The rules that are written as words for people; names for the program alone are left out."""
    told = [str(rule) for rule in voice.args.get("rules") or () if any("一" <= sign <= "鿿" for sign in str(rule))]
    return clip("、".join(dict.fromkeys(told)), 120)


def _reason_values(voice: Voice) -> Mapping[str, str]:
    return {"reasons": _reasons(voice)}


def _groups(voice: Voice) -> Mapping[str, str]:
    return {"groups": str(voice.args.get("groups") or 0)}


def _action(voice: Voice) -> Mapping[str, str]:
    return {"action": ORDERS.get(str(voice.args.get("action")), "做这件事")}


def _which(voice: Voice) -> Mapping[str, str]:
    return {**_action(voice), **lists.which(voice)}


def _number(voice: Voice) -> Mapping[str, str]:
    number = one_line(str(voice.args.get("number") or ""))
    return {"number": f"「{clip(number, 30)}」" if number else "您说的"}


def _name(voice: Voice) -> Mapping[str, str]:
    return {"name": clip(one_line(str(voice.args.get("name") or "")), 20) or "这"}


def _categories(voice: Voice) -> Mapping[str, str]:
    return {"categories": "、".join(CATEGORY_NAMES.values())}


def _bound_person(voice: Voice) -> Mapping[str, str]:
    person = voice.person(voice.args.get("person")) or voice.context.person
    return {"person": person.name if person else ""}


def _accepted_by(voice: Voice) -> Mapping[str, str]:
    by = voice.args.get("by") or (voice.ticket.owner if voice.ticket else None)
    return {"by": voice.who(by)}


def _consult_owner(voice: Voice) -> Mapping[str, str]:
    owner = voice.args.get("owner") or (voice.ticket.owner if voice.ticket else None)
    return {"owner": voice.role_of(owner)}


def _area_code(voice: Voice) -> str:
    return str(voice.args.get("area") or (voice.context.group.area if voice.context.group else ""))


def _people_here(voice: Voice) -> str:
    """谁负责: grid member, head, leader and sponsor, with hours and the work numbers that they publish."""
    registry, code = voice.registry, _area_code(voice)
    group_id = voice.args.get("group") or (voice.context.group.id if voice.context.group else None)
    heads = registry.heads_of(group_id) if isinstance(group_id, str) else ()
    people = [registry.grid_member_of(code), *heads[:2], registry.grid_leader_of(code)]
    told = [_contact(person) for person in people if person is not None]
    sponsor = registry.sponsor_of(code)
    if sponsor is not None:
        told.append(f"包抓单位{sponsor.name}")
    return "；".join(told)


def _contact(person: Person) -> str:
    told = f"{ROLES[person.role]}{person.name}"
    if person.hours:
        told += f"（{one_line(person.hours)}）"
    if person.publishes_phone and person.phone:
        told += f"，电话{person.phone}"
    return told


def _who(voice: Voice) -> Mapping[str, str]:
    area = voice.registry.area(_area_code(voice))
    return {"people_who": _people_here(voice), "area": area.name if area else "这里"}


def _next_button(voice: Voice) -> tuple[tuple[str, str], ...]:
    """A call asks for the next act: take it, or say that it is done."""
    match voice.ticket.status if voice.ticket else None:
        case Status.OPEN | Status.ASSIGNED:
            return (("accept", "accept"),)
        case Status.ACCEPTED:
            return (("done", "done"),)
    return ()


def _called_button(voice: Voice) -> tuple[tuple[str, str], ...]:
    """Who is called by a ladder may also say that he is on it."""
    next_one = _next_button(voice)
    return (*next_one, ("acknowledge", "acknowledge")) if next_one else ()


_WARNED = ("accept", "first_contact", "done")


def _warned(voice: Voice) -> str:
    clock = voice.args.get("clock")
    return _private(voice) or (str(clock) if clock in _WARNED else "done")


def _left(voice: Voice) -> Mapping[str, str]:
    limit = instant_of(voice.args.get("limit_at"))
    left = limit - voice.context.now if limit is not None else None
    return {"left": f"还有{span(left)}" if left is not None and left.total_seconds() > 0 else "时限快到"}


def _warned_button(voice: Voice) -> tuple[tuple[str, str], ...]:
    if voice.args.get("clock") == "first_contact":
        return (("contacted", "contacted"),)
    return _next_button(voice)


#: What whoever has accepted may do next.
_AFTER_ACCEPTING = (("done", "done"), ("return", "return"), ("hand_over", "hand_over"), ("shelve", "shelve"), ("extend", "extend"))


def _own_buttons(voice: Voice) -> tuple[tuple[str, str], ...]:
    """What is next for whoever has accepted; a danger is ended first, and some matters are nobody's to pass on."""
    ticket = voice.ticket
    if ticket is None or ticket.status is not Status.ACCEPTED:
        return ()
    if ticket.in_danger:
        return (("end", "end"), ("done", "done"))
    if ticket.is_private or ticket.missing or ticket.kind is TicketKind.CONSULTATION:
        return (("done", "done"),)
    return _AFTER_ACCEPTING


#: A vote's options (wire, section 7).
_UNITS = 20


def _units_offered(voice: Voice) -> tuple[Choice, ...]:
    """To whom a matter may be handed over: first the units of its category, then the others, without its own."""
    ticket = voice.ticket
    if ticket is None:
        return ()
    near = {unit.id for unit in voice.registry.units_for(ticket.category, ticket.area)} if ticket.category else set()
    others = [unit for unit in voice.registry.units.values() if unit.id != ticket.unit]
    others.sort(key=lambda unit: (unit.id not in near, unit.name))
    return (Choice("unit", "转给", tuple((unit.id, unit.name) for unit in others[:_UNITS])),) if others else ()


def _hand_over_button(voice: Voice) -> tuple[tuple[str, str], ...]:
    return (("hand_over", "hand_over"),) if _units_offered(voice) else ()


def _accepted(voice: Voice) -> str:
    return _in_danger(voice) or ("group" if voice.context.group is not None else "")


def _graded(voice: Voice) -> str:
    """The sentence of the supervision's grade; the notice (督办单) is the plain one."""
    grade = voice.args.get("grade")
    return str(grade) if grade in ("reminder", "call_up") else ""


def _graded_in_group(voice: Voice) -> str:
    return "call_up" if voice.args.get("grade") == "call_up" else ""


def _last_grade(voice: Voice) -> str:
    return "" if voice.args.get("grade") else "last"


def _grades(voice: Voice) -> Mapping[str, str]:
    def named(key: str, otherwise: str) -> str:
        name = f"grade.{voice.args.get(key)}"
        return voice.sentences.fill(name, {}) if voice.sentences.has(name) else otherwise

    return {"quote": voice.quoted("「", "」"), "grade": named("grade", "督办"), "lapsed": named("lapsed", "督办")}


def _whistle(voice: Voice) -> Mapping[str, str]:
    kind = "joint" if voice.args.get("kind") == "joint" else "daily"
    return {
        **_people(voice),
        "quote": voice.quoted("「", "」"),
        "whistle": voice.sentences.fill(f"whistle.{kind}", {}),
        "units": _units(voice),
        "lead": voice.unit_name(voice.args.get("lead")) or "牵头单位",
    }


def _units(voice: Voice) -> str:
    named = [name for one in voice.args.get("units") or () if (name := voice.unit_name(one))]
    return clip("、".join(named), 120) or "有关单位"


def _all_here(voice: Voice) -> str:
    return "" if voice.args.get("units") else "all"


def _leads(voice: Voice) -> str:
    unit = voice.args.get("unit")
    return "lead" if unit is not None and unit == voice.args.get("lead") else ""


def _whistled_buttons(voice: Voice) -> tuple[tuple[str, str], ...]:
    return (_ACCEPT, ("report_in", "report_in")) if _leads(voice) else (("report_in", "report_in"),)


def _why_lead(voice: Voice) -> Mapping[str, str]:
    reason = f"why_lead.{voice.args.get('reason')}"
    values = voice.of(voice.ticket) | {"returns": str(voice.ticket.returns if voice.ticket else 0)}
    known = voice.sentences.has(reason)
    return {"why_lead": voice.sentences.fill(reason, values) if known else "这件事几次没有办好"}


def _title(voice: Voice) -> str:
    return "_private" if voice.ticket is not None and voice.ticket.is_private else ""


# the table --------------------------------------------------------------------

_ACCEPT, _RETURN, _DONE = ("accept", "accept"), ("return", "return"), ("done", "done")
def _where_apart(voice: Voice) -> Mapping[str, str]:
    """Where residents are led to; a county writes its own address."""
    return {"contact": voice.sentences.by_name["contact.alone"]}


def _places(voice: Voice) -> Mapping[str, str]:
    """The areas that share a name, each with the one above it."""
    found = [voice.registry.chain(code) for code in voice.args.get("areas") or ()]
    return {"places": "、".join(f"{chain[1].name}{chain[0].name}" if len(chain) > 1 else chain[0].name for chain in found if chain) or "几个地方"}


def _place_named(voice: Voice) -> Mapping[str, str]:
    area = voice.registry.area(str(voice.args.get("area")))
    return {"area": area.name if area else "这里"}


_PLAIN = Saying()

EVENTS: Mapping[str, Saying] = {
    # basic groups
    "receipt": Saying(_receipt),
    "handed_to_duty": _PLAIN,
    "status.accepted": _PLAIN,
    "status.reopened": _PLAIN,
    "ask_rating": Saying(_photo, mentions=_voices_here),
    "ask_rating_again": Saying(mentions=_voices_here),
    "rated.thanks": _PLAIN,
    "withdrawn": _PLAIN,
    "consult.taken": Saying(values=_consult_owner),
    "consult.done": _PLAIN,
    "danger.advice": _PLAIN,
    "danger.ended": Saying(_private),
    "danger.false_alarm": Saying(_private),
    "missing.order": Saying(_erased, _official_words),
    "missing.found": _PLAIN,
    "status.shelved": Saying(values=_put_off),
    "status.resumed": _PLAIN,
    "status.extended": Saying(values=_put_off),
    "status.unreasonable": _PLAIN,
    "status.settled": _PLAIN,
    "ask_settled": Saying(mentions=_voices_here),
    # residents alone
    "receipt.led_apart": Saying(values=_where_apart),
    "alone.hello": _PLAIN,
    "alone.where": _PLAIN,
    "alone.which": Saying(values=_places),
    "alone.placed": Saying(values=_place_named),
    "alone.picture": _PLAIN,
    "alone.voice": _PLAIN,
    "alone.forgotten": _PLAIN,
    "alone.not_here": _PLAIN,
    "alone.mine": Saying(_listed, lists.mine),
    "digest": Saying(values=lists.digest),
    # coordination and command groups
    "assigned": Saying(values=_people, mentions=_asked_people),
    "reopened": Saying(values=_people, mentions=_asked_people),
    "coord.accepted": _PLAIN,
    "coord.done": _PLAIN,
    "coord.returned": Saying(_arbiter, _by_with_unit),
    "coord.withdrawn": _PLAIN,
    "coord.excluded": _PLAIN,
    "coord.merged": Saying(values=_from_number),
    "coord.shelved": Saying(values=_put_off),
    "coord.resumed": _PLAIN,
    "coord.extended": Saying(values=_put_off),
    "coord.unreasonable": _PLAIN,
    "coord.settled": _PLAIN,
    "danger.group": _PLAIN,
    "step.group": Saying(_step, _missing),
    "supervised.group": Saying(_graded_in_group, _grades),
    "supervised.silent": _PLAIN,
    "coord.answered": Saying(values=_quote),
    "whistled": Saying(values=_whistle, mentions=_asked_people),
    "coord.reported_in": Saying(_all_here, _whistle),
    "whistle.absent": Saying(values=_whistle),
    "coord.part_done": Saying(values=_quote),
    "coord.led": _PLAIN,
    "topic.raised": _PLAIN,
    "topic.withdrawn": _PLAIN,
    "topic.opinion": Saying(values=_quote),
    "brief": Saying(values=_brief),
    "proof": Saying(_holes, _proof, title="proof"),
    "emergency.started": Saying(values=_emergency, title="emergency.started"),
    "emergency.changed": Saying(values=_emergency, title="emergency.changed"),
    "emergency.ended": Saying(_by_clock, values=_emergency, title="emergency.ended"),
    "emergency.reminder": Saying(values=_emergency, title="emergency.reminder"),
    # cards
    "card.assigned": Saying(buttons=(_ACCEPT, _RETURN, _DONE), title="card.assigned"),
    "card.reopened": Saying(buttons=(_ACCEPT, _DONE), title="card.reopened"),
    "card.no_unit": Saying(buttons=(_ACCEPT,), title="card.no_unit"),
    "card.returned": Saying(_arbiter, _by_with_unit, buttons=(_ACCEPT,), title="card.returned"),
    "card.late": Saying(title="card.late"),
    "card.missing": Saying(buttons=(("accept", "take_up"), ("found", "found")), title="card.missing"),
    "card.danger": Saying(
        buttons=(("accept", "handle"), ("end", "end"), ("false", "false")), title="card.danger"
    ),
    "card.doubt": Saying(
        buttons=(("true", "true"), ("false", "false"), ("calling", "calling")), title="card.doubt"
    ),
    "card.person": Saying(buttons=(("accept", "take_up"), ("end", "end")), title="card.person"),
    "card.person_doubt": Saying(buttons=(("true", "true"), ("false", "false")), title="card.person_doubt"),
    "card.recovered": Saying(buttons=(_DONE, ("not_yet", "not_yet")), title="card.recovered"),
    "card.recalled": Saying(buttons=(("keep", "keep"), ("withdraw", "withdraw")), title="card.recalled"),
    "card.contact": Saying(buttons=(("contacted", "contacted"),), title="card.contact"),
    "card.warning": Saying(_warned, _left, buttons_of=_warned_button, title="card.warning"),
    "card.consult": Saying(buttons=(("done", "answered"),), title="card.consult"),
    "card.review": Saying(buttons=(("resume", "resume"), _DONE), title="card.review"),
    "extension.asked": Saying(
        values=_put_off, buttons=(("grant_extension", "agree"), ("refuse_extension", "disagree")), title="extension.asked"
    ),
    "extension.granted": Saying(values=_put_off),
    "extension.refused": _PLAIN,
    "unreasonable.asked": Saying(
        values=_put_off, buttons=(("confirm_unreasonable", "agree"), ("refuse_unreasonable", "disagree")),
        title="unreasonable.asked",
    ),
    "unreasonable.confirmed": _PLAIN,
    "unreasonable.refused": _PLAIN,
    "card.voice": Saying(title="card.voice"),
    "changed": Saying(values=_state_now, title="changed"),
    "card.not_needed": Saying(values=_about_a_sentence, title="card.not_needed"),
    "step.card": Saying(_step_card, _missing, buttons_of=_called_button, title="step.card"),
    "coord.acknowledged": Saying(values=duty.by_and_until),
    "card.silence_over": Saying(title="card.silence_over"),
    "card.handover": Saying(duty.handover, duty.handed_over, title="card.handover"),
    "card.swap": Saying(values=duty.swap, buttons=(("swap_yes", "swap_yes"), ("swap_no", "swap_no")), title="card.swap"),
    "card.swap_answered": Saying(duty.agreed, duty.swap, title="card.swap_answered"),
    "alarm.vacant": Saying(values=duty.vacancy, title="alarm.vacant"),
    "answer.acknowledged": Saying(values=duty.until),
    "answer.lowered": _PLAIN,
    "answer.silenced": Saying(values=duty.until),
    "answer.noted_shift": _PLAIN,
    "answer.swap_asked": Saying(values=duty.swap),
    "answer.swap": Saying(duty.agreed, duty.swap),
    "refusal.already_acknowledged": Saying(values=_accepted_by),
    "refusal.danger_not_lowered": _PLAIN,
    "refusal.lower_reason": _PLAIN,
    "refusal.note_empty": _PLAIN,
    "refusal.no_roster": _PLAIN,
    "refusal.swap_unknown": _PLAIN,
    "refusal.swap_not_yours": _PLAIN,
    "refusal.swap_not_theirs": _PLAIN,
    "refusal.swap_same": _PLAIN,
    "refusal.swap_begun": _PLAIN,
    "refusal.swap_gone": _PLAIN,
    "refusal.no_swap": _PLAIN,
    "supervised.card": Saying(_graded, _grades, buttons_of=_next_button, title="supervised.card"),
    "card.answered": Saying(values=_quote, title="card.answered"),
    "card.unanswered": Saying(_last_grade, _grades, title="card.unanswered"),
    "card.whistled": Saying(_leads, _whistle, buttons_of=_whistled_buttons, title="card.whistled"),
    "card.absent": Saying(values=_whistle, buttons=(("report_in", "report_in"),), title="card.absent"),
    "card.whistle_absent": Saying(values=_whistle, title="card.whistle_absent"),
    "card.part_done": Saying(values=_quote, title="card.part_done"),
    "card.lead": Saying(values=_why_lead, buttons=(("take_lead", "take_lead"),), title="card.lead"),
    "card.lead_proposed": Saying(values=_why_lead, title="card.lead_proposed"),
    "card.lead_given": Saying(title="card.lead_given"),
    "card.led": Saying(title="card.led"),
    "card.topic": Saying(title="card.topic"),
    "card.opinion": Saying(values=_quote, title="card.opinion"),
    "alarm.unasked": Saying(title="alarm.unasked"),
    "alarm.send_failed": Saying(values=_about_a_sentence, title="alarm.send_failed"),
    "alarm.unpressed": Saying(values=_about_a_sentence, title="alarm.unpressed"),
    "alarm.group_owner": Saying(values=_new_owner, title="alarm.group_owner"),
    "alarm.sweep": Saying(values=_finding, title="alarm.sweep"),
    "alarm.channel": Saying(values=_finding, title="alarm.channel"),
    "alarm.missing_steps": Saying(values=_about_a_sentence, title="alarm.missing_steps"),
    "confirm.send": Saying(values=_group_and_text, title="confirm.send"),
    "paste.send": Saying(values=_group_and_text, buttons=(("pasted", "pasted"),), title="paste.send"),
    # answers
    "answer.status": Saying(_status, _merged_into),
    "answer.none_found": _PLAIN,
    "answer.mine": Saying(_listed, lists.mine),
    "answer.who": Saying(_known, _who),
    "answer.recorded": Saying(_nobody_takes),
    "answer.recorded_blank": _PLAIN,
    "answer.voice_added": _PLAIN,
    "answer.accepted": Saying(_accepted, _accepted_by, buttons_of=_own_buttons, title="answer.accepted"),
    "answer.done": Saying(_unrated),
    "answer.returned": _PLAIN,
    "answer.handed_over": _PLAIN,
    "answer.lifted": _PLAIN,
    "answer.excluded": _PLAIN,
    "answer.corrected": _PLAIN,
    "answer.merged": _PLAIN,
    "answer.shelved": Saying(values=_put_off),
    "answer.resumed": _PLAIN,
    "answer.extension_asked": _PLAIN,
    "answer.extension_granted": Saying(values=_put_off),
    "answer.extension_refused": _PLAIN,
    "answer.unreasonable_asked": _PLAIN,
    "answer.unreasonable_confirmed": _PLAIN,
    "answer.unreasonable_refused": _PLAIN,
    "answer.settled": _PLAIN,
    "answer.split": Saying(values=_from_number),
    "answer.muted": Saying(values=_until),
    "answer.unmuted": _PLAIN,
    "answer.supervised": Saying(_graded, _grades),
    "answer.answered": _PLAIN,
    "answer.whistled": Saying(values=_whistle),
    "answer.reported_in": Saying(_all_here, _whistle),
    "answer.part_done": _PLAIN,
    "answer.led": _PLAIN,
    "answer.topic": _PLAIN,
    "answer.topic_off": _PLAIN,
    "answer.opinion": _PLAIN,
    "answer.instructed": _PLAIN,
    "answer.danger_ended": _PLAIN,
    "answer.false_alarm": _PLAIN,
    "answer.confirmed": Saying(_private),
    "answer.calling": _PLAIN,
    "answer.leave": Saying(values=_leave),
    "answer.contacted": _PLAIN,
    "answer.noted": Saying(values=_about_mark),
    "answer.emergency_on": Saying(values=_ends),
    "answer.emergency_off": _PLAIN,
    "answer.repinned": _PLAIN,
    "answer.today": Saying(values=lists.figures),
    "answer.why": Saying(_why, _reason_values),
    "answer.announcement": Saying(_announced, _official_words),
    "answer.search": Saying(_sent_somewhere, _groups),
    "answer.rated": _PLAIN,
    "answer.reported": _PLAIN,
    "help": Saying(_help),
    "away": Saying(values=_away),
    "binding.group": Saying(values=_group_and_text),
    "binding.person": Saying(values=_bound_person),
    # questions back
    "question.which": Saying(_listed, _which),
    "question.unit": Saying(buttons_of=_hand_over_button, choices=_units_offered, title="question.unit"),
    "question.reason": _PLAIN,
    "question.whistle": _PLAIN,
    "question.shelve": _PLAIN,
    "question.extend": _PLAIN,
    # refusals
    "refusal.finished": _PLAIN,
    "refusal.already_accepted": Saying(values=_accepted_by),
    "refusal.already_done": _PLAIN,
    "refusal.not_assigned": _PLAIN,
    "refusal.reason_missing": _PLAIN,
    "refusal.private": _PLAIN,
    "refusal.whistle_units": _PLAIN,
    "refusal.whistle_unknown": Saying(values=_name),
    "refusal.not_whistled": _PLAIN,
    "refusal.already_reported": _PLAIN,
    "refusal.part_done_before": _PLAIN,
    "refusal.lead_closes": _PLAIN,
    "refusal.whistled_return": _PLAIN,
    "refusal.no_supervision": _PLAIN,
    "refusal.not_holder": _PLAIN,
    "refusal.answer_missing": _PLAIN,
    "refusal.already_led": _PLAIN,
    "refusal.leader_unknown": _PLAIN,
    "refusal.no_topic": _PLAIN,
    "refusal.already_topic": _PLAIN,
    "refusal.not_topic": _PLAIN,
    "refusal.opinion_missing": _PLAIN,
    "refusal.same_unit": _PLAIN,
    "refusal.unit_empty": _PLAIN,
    "refusal.already_danger": _PLAIN,
    "refusal.no_danger": _PLAIN,
    "refusal.not_done_yet": _PLAIN,
    "refusal.reopen_late": _PLAIN,
    "refusal.withdraw_danger": _PLAIN,
    "refusal.not_yours": _PLAIN,
    "refusal.others_told_it": _PLAIN,
    "refusal.exclude_danger": _PLAIN,
    "refusal.exclude_accepted": _PLAIN,
    "refusal.place_missing": _PLAIN,
    "refusal.same_ticket": _PLAIN,
    "refusal.merge_danger": _PLAIN,
    "refusal.not_found": Saying(values=_number),
    "refusal.emergency_right": _PLAIN,
    "refusal.emergency_reason": _PLAIN,
    "refusal.emergency_until": _PLAIN,
    "refusal.emergency_off": _PLAIN,
    "refusal.repin_reason": _PLAIN,
    "refusal.repin_same": _PLAIN,
    "refusal.repin_waits": _PLAIN,
    "refusal.no_right": Saying(values=_action),
    "refusal.not_your_area": _PLAIN,
    "refusal.unknown_command": _PLAIN,
    "refusal.not_registered": _PLAIN,
    "refusal.card_old": _PLAIN,
    "refusal.unit_unknown": _PLAIN,
    "refusal.category_unknown": Saying(values=_categories),
    "refusal.code_invalid": _PLAIN,
    "refusal.code_too_often": _PLAIN,
    "refusal.group_unknown": Saying(values=_name),
    "refusal.own_group_only": _PLAIN,
    "refusal.leave_unknown": _PLAIN,
    "refusal.owner_only": _PLAIN,
    "refusal.taker_unknown": _PLAIN,
    "refusal.nickname": Saying(values=_action),
    "refusal.resident_close": _PLAIN,
    "refusal.shelved": _PLAIN,
    "refusal.not_shelved": _PLAIN,
    "refusal.shelve_danger": _PLAIN,
    "refusal.shelve_needs": _PLAIN,
    "refusal.shelve_day": Saying(values=_put_off),
    "refusal.of_a_person": _PLAIN,
    "refusal.not_accepted": _PLAIN,
    "refusal.extend_danger": _PLAIN,
    "refusal.extension_needs": Saying(values=_put_off),
    "refusal.extension_day": Saying(values=_put_off),
    "refusal.extended_before": _PLAIN,
    "refusal.asked_before": _PLAIN,
    "refusal.no_request": _PLAIN,
    "refusal.second_person": _PLAIN,
    "refusal.unreasonable_needs": _PLAIN,
    "refusal.return_decided": _PLAIN,
    "refusal.arbiter_decides": _PLAIN,
    "refusal.settle_danger": _PLAIN,
    "refusal.settle_not_yours": _PLAIN,
    "refusal.split_which": _PLAIN,
    "refusal.split_all": _PLAIN,
}
