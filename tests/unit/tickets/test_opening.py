"""受理: one ticket for one told matter, voices, what later messages add."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.terms import Act, Category, ClockKind, DangerKind, Lane, Said, Status, TicketKind, Urgency, What
from tests.builders.desk import (
    GRID_TWO,
    MORNING,
    TOWN,
    at,
    doubtful,
    echo,
    lost,
    person_danger,
    place_danger,
    rules,
    told,
)
from tests.unit.tickets.looking import clocks_of, events, hearers, hours, now_of, run_until, said, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, opening, rating
from tickets.model import Ticket

RULES = rules()


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**changes))


def test_a_told_leak_goes_to_the_unit_and_the_sponsors_lead_owns_it() -> None:
    work = MemoryWork()
    ticket = opened(work)
    assert (ticket.number, ticket.aloud) == ("2026-0302-1", "0302-1")
    assert (ticket.status, ticket.unit, ticket.owner) == (Status.ASSIGNED, "un-water", "sponsor")
    assert clocks_of(work, ticket) == {ClockKind.ACCEPT, ClockKind.FIRST_CONTACT, ClockKind.DONE}
    assert whats(work, ticket) == [What.OPENED, What.ASSIGNED]
    assert hearers(work, "assigned") == {"g-coord"}
    assert said(work, "assigned")[0].args["people"] == ["water-lead", "water"]
    assert hearers(work, "card.assigned") == {"water-lead", "water"}
    assert hearers(work, "receipt") == {"g-1"}
    assert "没水" in ticket.summary


def test_what_is_said_of_a_normal_matter_waits_for_the_speakers_last_fragment() -> None:
    work = MemoryWork()
    ticket = opened(work)
    assert [row.say.event for row in work.leaving(MORNING + timedelta(seconds=19))] == []
    later = MORNING + timedelta(seconds=15)
    opening.do_supplement(work, RULES, later, ticket, told("水表也不转", act=Act.SUPPLEMENT, at=later))
    assert work.leaving(MORNING + timedelta(seconds=34)) == []
    assert len(work.leaving(MORNING + timedelta(seconds=35))) == 4


def test_an_urgent_matter_is_said_at_once_even_at_night() -> None:
    work, night = MemoryWork(), at("03-02 23:00")
    opening.do_open(work, RULES, night, told(urgency=Urgency.URGENT, at=night))
    assert {row.say.event for row in work.leaving(night)} == {"assigned", "card.assigned", "receipt"}


def test_a_normal_matter_told_at_night_wakes_no_unit_before_seven() -> None:
    work, night = MemoryWork(), at("03-02 23:00")
    opening.do_open(work, RULES, night, told(at=night))
    assert {row.say.event for row in work.leaving(at("03-03 06:59"))} == {"receipt"}
    assert {row.say.event for row in work.leaving(at("03-03 07:00"))} == {"receipt", "assigned", "card.assigned"}


def test_a_matter_held_for_the_night_goes_out_when_it_becomes_urgent() -> None:
    """The unit must not first hear of it by the ladder that says it is late."""
    work, night = MemoryWork(), at("03-02 23:00")
    ticket = opening.do_open(work, RULES, night, told(at=night))
    worse = told("水都淹到床边了", urgency=Urgency.URGENT, act=Act.SUPPLEMENT, at=night)
    ticket = opening.do_supplement(work, RULES, night + timedelta(minutes=5), ticket, worse)
    assert ticket.urgency is Urgency.URGENT
    assert {"assigned", "card.assigned"} <= {row.say.event for row in work.leaving(night + timedelta(minutes=5))}
    assert len(said(work, "assigned")) == 1


@pytest.mark.parametrize(
    ("without", "owner"),
    [((), "member"), (("member",), "leader"), (("member", "leader"), "office"),
     (("member", "leader", "office"), "duty-day")],
)
def test_who_answers_first_where_no_unit_fits(without: tuple[str, ...], owner: str) -> None:
    work, book = MemoryWork(), rules(without=without)
    ticket = opening.do_open(work, book, MORNING, told(category=Category.EDUCATION, place=None))
    assert (ticket.status, ticket.owner, ticket.unit) == (Status.OPEN, owner, None)
    assert "card.no_unit" in events(work)


def test_a_county_without_anybody_says_so() -> None:
    work, book = MemoryWork(), rules(without=("member", "leader", "office", "duty-day", "duty-night", "county"))
    with pytest.raises(LookupError):
        opening.do_open(work, book, MORNING, told())


def test_where_an_owner_must_press_the_receipt_waits_for_the_digest() -> None:
    work = MemoryWork()
    opened(work, group="g-3", area=GRID_TWO, sender="r-4")
    receipt = said(work, "receipt")[0]
    assert (receipt.lane, receipt.not_before) == (Lane.DIGEST, at("03-02 17:40"))


def test_a_report_heard_late_is_marked_and_goes_to_the_grid_member() -> None:
    work = MemoryWork()
    ticket = opened(work, late=True)
    assert ticket.late
    assert hearers(work, "card.late") == {"member"}
    assert said(work, "receipt")[0].args["late"] is True


def test_a_muted_group_hears_no_receipt() -> None:
    work = MemoryWork()
    work.mute("g-1", MORNING + hours(2))
    opened(work)
    assert said(work, "receipt") == []
    assert hearers(work, "assigned") == {"g-coord"}


def test_a_consultation_is_the_grid_members_for_a_day() -> None:
    work = MemoryWork()
    ticket = opening.do_consult(work, RULES, MORNING, told("新生儿落户要带啥", act=Act.QUESTION, category=None, to_bot=True))
    assert (ticket.kind, ticket.owner, ticket.status) == (TicketKind.CONSULTATION, "member", Status.OPEN)
    assert work.clocks(ticket.id)[ClockKind.DONE].due_at == MORNING + hours(24)
    assert (hearers(work, "consult.taken"), hearers(work, "card.consult")) == ({"g-1"}, {"member"})


# voices ------------------------------------------------------------------------------------------------------------


def test_each_neighbour_is_one_voice_however_often_he_tells_it() -> None:
    work = MemoryWork()
    ticket = opened(work)
    ticket = opening.do_voice(work, RULES, MORNING, ticket, echo())
    ticket = opening.do_voice(work, RULES, MORNING, ticket, echo())
    assert ticket.voices == 2
    assert work.voices(ticket.id) == ["r-1", "r-2"]


def test_a_message_lies_in_one_ticket_and_counts_once() -> None:
    work = MemoryWork()
    first, second = opened(work, message="same"), opened(work)
    again = opening.do_voice(work, RULES, MORNING, second, told(message="same", sender="r-2"))
    assert (again.voices, work.ticket_of_message("same")) == (1, first.id)
    assert What.VOICE not in whats(work, second)


def test_ten_voices_raise_a_normal_matter_and_its_limits_come_nearer() -> None:
    work = MemoryWork()
    ticket = opened(work)
    before = work.clocks(ticket.id)[ClockKind.ACCEPT].due_at
    for row in work.tables.outbox:
        work.mark(row.id, "sent")
    for number in range(2, 11):
        assert ticket.urgency is Urgency.NORMAL
        ticket = opening.do_voice(work, RULES, MORNING, ticket, echo(sender=f"r-{number}"))
    assert ticket.urgency is Urgency.URGENT
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].limit_at == MORNING + timedelta(minutes=30)
    # the unit, which still believes that it has hours, hears it again; once, not with every further voice
    assert events(work).count("assigned") == 2
    opening.do_voice(work, RULES, MORNING, ticket, echo(sender="r-77"))
    assert events(work).count("assigned") == 2
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].due_at == MORNING + timedelta(minutes=30) < before


def test_a_neighbouring_group_that_tells_it_hears_of_it_too() -> None:
    work = MemoryWork()
    ticket = opening.do_voice(work, RULES, MORNING, opened(work), told(group="g-2", sender="r-3"))
    assert ticket.groups == ("g-1", "g-2")
    assigning.do_accept(work, RULES, MORNING, ticket, RULES.registry.people["water"], because="x")
    assert hearers(work, "status.accepted") == {"g-1", "g-2"}


def test_echo_words_are_not_kept() -> None:
    work = MemoryWork()
    ticket = opening.do_voice(work, RULES, MORNING, opened(work), echo(message="plus"))
    assert next(m for m in work.messages(ticket.id) if m.id == "plus").words is None


def test_told_again_while_done_reopens_it() -> None:
    work = MemoryWork()
    ticket = rating.do_done(work, RULES, MORNING, opened(work), RULES.registry.people["water"], because="x")
    ticket = opening.do_voice(work, RULES, MORNING, ticket, told("又没水了", sender="r-2"))
    assert (ticket.status, ticket.round, ticket.voices) == (Status.ASSIGNED, 2, 2)


def test_told_again_long_after_closing_is_a_new_ticket_linked_to_the_old() -> None:
    """Nothing recognised is dropped silently: a refusal would leave the second leak without an owner."""
    work = MemoryWork()
    old = rating.do_done(work, RULES, MORNING, opened(work), RULES.registry.people["water"], because="x")
    old = rating.close(work, MORNING, old, None, by=None)
    later = MORNING + timedelta(days=8)
    again = told("3栋又没水了", message="later", at=later, category=None, place=None)
    ticket = opening.do_voice(work, RULES, later, old, again)
    assert (ticket.id != old.id, ticket.linked_to, ticket.category) == (True, old.id, Category.WATER)
    assert work.ticket_of_message("later") == ticket.id
    assert now_of(work, ticket).linked_to == old.id
    assert [whats(work, one).count(What.LINKED) for one in (old, ticket)] == [1, 1]


# what is added -----------------------------------------------------------------------------------------------------


def test_a_place_told_later_completes_the_ticket() -> None:
    work = MemoryWork()
    ticket = opened(work, place=None)
    ticket = opening.do_supplement(work, RULES, MORNING, ticket, told("在3栋2单元", act=Act.SUPPLEMENT, place="3栋2单元"))
    assert ticket.place == "3栋2单元"
    assert "3栋2单元" in ticket.summary


def test_a_neighbour_who_has_none_either_names_his_own_house_of_several() -> None:
    work = MemoryWork()
    ticket = opened(work, category=Category.POWER, place=None)
    also = told("我们3排也黑了", act=Act.ECHO, category=Category.POWER, place="纺织院3排", sender="r-2", message="also")
    ticket = opening.do_voice(work, RULES, MORNING, ticket, also)
    assert ticket.place == "纺织院"
    whole = told("一到四排全停了", act=Act.SUPPLEMENT, category=Category.POWER, place="纺织院1至4排", sender="r-3", message="whole")
    assert opening.do_supplement(work, RULES, MORNING, ticket, whole).place == "纺织院1至4排"


def test_another_house_never_replaces_the_first() -> None:
    work = MemoryWork()
    ticket = opening.do_supplement(work, RULES, MORNING, opened(work), told("7栋", act=Act.SUPPLEMENT, place="7栋"))
    assert ticket.place == "3栋"


def test_a_kind_told_later_finds_the_unit() -> None:
    work = MemoryWork()
    ticket = opened(work, category=None, place=None)
    assert ticket.unit is None
    assigned = opening.do_supplement(work, RULES, MORNING, ticket, told("自来水管", act=Act.SUPPLEMENT))
    assert assigned.category is Category.WATER
    assert assigned.unit == "un-water", "a matter whose kind is known at last must not stay with nobody"


def test_danger_told_later_raises_the_alarm() -> None:
    work = MemoryWork()
    ticket = opening.do_voice(work, RULES, MORNING, opened(work), place_danger(sender="r-2"))
    assert ticket.in_danger
    assert hearers(work, "danger.group") == {"g-coord", "g-cmd"}


def test_a_doubt_told_later_asks() -> None:
    work = MemoryWork()
    ticket = opening.do_voice(work, RULES, MORNING, opened(work), doubtful(sender="r-2"))
    assert (ticket.doubt, ticket.urgency, ticket.danger) == (True, Urgency.URGENT, DangerKind.PLACE)
    assert ClockKind.DOUBT in work.clocks(ticket.id)


def test_a_person_danger_never_turns_into_a_place_danger() -> None:
    work = MemoryWork()
    private = opening.do_open(work, RULES, MORNING, person_danger(urgency=Urgency.URGENT, doubt=True))
    ticket = opening.do_voice(work, RULES, MORNING, private, place_danger())
    assert ticket.danger is DangerKind.PERSON
    assert {say.group for say in work.said if say.group} <= {"g-1"}
    assert {say.event for say in work.said if say.group} <= {"handed_to_duty"}


def test_a_group_that_joins_a_danger_has_the_advice_too() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, place_danger())
    opening.do_voice(work, RULES, MORNING, ticket, place_danger(group="g-2", sender="r-3"))
    assert hearers(work, "danger.advice") == {"g-1", "g-2"}
    assert len(said(work, "danger.advice")) == 2


def test_residents_who_say_that_it_is_over_are_believed_by_nobody_but_asked_about_once() -> None:
    work = MemoryWork()
    ticket = opened(work)
    for sender in ("r-1", "r-2"):
        ticket = opening.do_note_recovery(
            work, RULES, MORNING, ticket, told("来水了", act=Act.RECOVERY, sender=sender, category=None)
        )
    assert ticket.status is Status.ASSIGNED
    assert sorted(say.person or "" for say in said(work, "card.recovered")) == ["member", "sponsor"]


# 寻人 --------------------------------------------------------------------------------------------------------------


def test_a_missing_person_reaches_people_and_no_group() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, lost())
    assert hearers(work, "card.missing") == {"member", "leader", "duty-day", "duty-night", "police"}
    assert ticket.unit == "un-police"
    assert {say.event for say in work.said if say.group} == {"handed_to_duty"}
    run_until(work, MORNING + timedelta(days=3))
    assert {say.event for say in work.said if say.group and say.event not in ("brief", "digest")} == {"handed_to_duty"}


def test_a_person_danger_reaches_the_confidants_alone() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, at("03-02 23:00"), person_danger(at=at("03-02 23:00")))
    assert (ticket.owner, ticket.unit, ticket.status) == ("duty-night", None, Status.OPEN)
    assert next(say.person for say in said(work, "card.person")) == "duty-night"
    assert hearers(work, "card.person") == {"duty-day", "duty-night", "police"}
    assert all(say.lane is Lane.DANGER for say in said(work, "card.person"))
    assert {say.event for say in work.said if say.group} == {"handed_to_duty"}


def test_a_doubtful_person_danger_says_nothing_to_the_group() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, person_danger(urgency=Urgency.URGENT, doubt=True))
    assert ticket.is_private
    assert ticket.doubt
    assert hearers(work, "card.person_doubt") == {"duty-day", "duty-night", "police"}
    assert [say for say in work.said if say.group] == []


def test_township_and_grid_are_kept() -> None:
    work = MemoryWork()
    ticket = opened(work)
    assert (ticket.township, ticket.area, ticket.groups) == (TOWN, "99010101", ("g-1",))
    assert replace(ticket, status=Status.DONE).is_open
    assert said(work, "receipt")[0].kind is Said.RECEIPT
