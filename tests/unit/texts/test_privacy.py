"""What a group must not read: numbers (P12), names and rooms of discreet matters, person danger (P13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.texts import Rendered, Texts
from bot.texts.events import EVENTS
from registry.terms import DISCREET, Category, Status
from tests.unit.texts.samples import IDENTITY, PERSON_DANGER, PHONE, PLATE, REGISTRY, WITHOUT_TICKET, context, ticket
from tickets.model import Ticket

TEXTS = Texts.load()
GROUPS = ("g-basic", "g-coord", "g-cmd")
SEEDED = f"打{PHONE}找我，证件{IDENTITY}，车{PLATE}"
#: These carry a sentence that was rendered, hence masked, for its group.
CARRIERS = frozenset({"confirm.send", "paste.send"})


def everything(said: Rendered) -> str:
    return "\n".join((said.text, said.title, *(f"{name}{value}" for name, value in said.facts)))


def in_lists(about: Ticket, event: str, group: str | None, person: str | None = None) -> Rendered:
    """The event with the ticket as its own and as the one that its lists name."""
    given = context(event, matter=None if event in WITHOUT_TICKET else about, group=group, person=person, words=SEEDED,
                    number=SEEDED, name=SEEDED)
    return TEXTS.render(event, replace(given, tickets={1: about, 2: replace(about, id=2)}))


@pytest.mark.parametrize("event", [event for event in EVENTS if event not in CARRIERS])
@pytest.mark.parametrize("group", [*GROUPS, None])
def test_no_number_survives(event: str, group: str | None) -> None:
    about = ticket(place=SEEDED, summary=f"供水排水：{SEEDED}")
    said = everything(in_lists(about, event, group, None if group else "u-1"))
    assert PHONE not in said
    assert IDENTITY not in said
    assert PLATE not in said


#: An official's own published words go out as he wrote them.
PUBLISHED = frozenset({"missing.order", "answer.announcement"})


@pytest.mark.parametrize("event", [event for event in EVENTS if event not in CARRIERS | PUBLISHED])
@pytest.mark.parametrize("group", GROUPS)
def test_discreet_matters_keep_names_rooms_and_words_to_themselves(event: str, group: str) -> None:
    about = ticket(place="5号楼402", summary="矛盾纠纷·5号楼402：顾春燕家和楼上又吵起来")
    said = "".join(everything(in_lists(replace(about, category=one), event, group)) for one in DISCREET)
    assert "402" not in said
    assert "顾春燕" not in said
    assert "吵起来" not in said


def test_the_words_of_other_matters_are_told_to_those_who_work() -> None:
    about = ticket()
    assert "没水" in in_lists(about, "assigned", "g-coord").text
    assert "没水" not in in_lists(about, "receipt", "g-basic").text


def test_an_official_reads_the_discreet_matter_on_his_card() -> None:
    about = ticket(category=Category.DISPUTE, place="5号楼402", summary="矛盾纠纷·5号楼402：楼上楼下吵")
    assert "402" in everything(in_lists(about, "card.assigned", None, "u-1"))
    assert "402" not in everything(in_lists(about, "card.doubt", None, "h-1")), "a head is a neighbour"


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("group", GROUPS)
def test_a_group_never_reads_of_a_person_danger(event: str, group: str) -> None:
    said = everything(in_lists(ticket(**PERSON_DANGER), event, group))
    assert "不想活" not in said
    assert "桥头" not in said
    assert "个人帮扶·" not in said


def test_a_digest_leaves_person_danger_and_searches_out() -> None:
    rows = [{"event": "status.accepted", "ticket": 1}, {"event": "handed_to_duty", "ticket": 1}]
    for about in (ticket(**PERSON_DANGER), ticket(missing=True)):
        given = replace(context("digest", rows=rows), tickets={1: about})
        assert TEXTS.render("digest", given).text == ""


def test_the_group_hears_only_that_people_on_duty_have_it() -> None:
    said = TEXTS.render("handed_to_duty", context("handed_to_duty", matter=ticket(**PERSON_DANGER)))
    assert said.text == "已转给值班人员（0302-17）。"


@pytest.mark.parametrize("event", [e for e in EVENTS if e.startswith(("card.", "step.card")) and e not in WITHOUT_TICKET])
def test_only_confidants_read_a_person_danger(event: str) -> None:
    about = ticket(**PERSON_DANGER)
    assert "不想活" in TEXTS.render(event, context(event, matter=about, person="d-1")).text
    other = everything(TEXTS.render(event, context(event, matter=about, person="u-1")))
    assert "个人事项" in other
    assert "不想活" not in other
    assert "桥头" not in other


@pytest.mark.parametrize("event", [event for event in EVENTS if event.startswith(("answer.", "refusal.", "alarm."))])
def test_outside_cards_a_person_danger_is_a_number(event: str) -> None:
    said = everything(in_lists(ticket(**PERSON_DANGER), event, None, "d-1"))
    assert "不想活" not in said
    assert "桥头" not in said


@pytest.mark.parametrize("event", ["answer.status", "alarm.unasked", "danger.ended", "danger.false_alarm"])
def test_it_is_called_a_personal_matter(event: str) -> None:
    assert "个人事项" in TEXTS.render(event, context(event, matter=ticket(**PERSON_DANGER), person="d-1")).text


def test_titles_of_person_danger_show_nothing_on_a_locked_screen() -> None:
    for event in ("card.person", "card.person_doubt", "step.card"):
        said = TEXTS.render(event, context(event, matter=ticket(**PERSON_DANGER), person="d-1"))
        assert "个人事项" in said.title
        assert "帮扶" not in said.title


@pytest.mark.parametrize("event", sorted(set(EVENTS) - {"answer.who", "answer.leave", "binding.person"}))
def test_basic_groups_hear_no_names_of_officials(event: str) -> None:
    said = everything(TEXTS.render(event, context(event, group="g-basic")))
    assert not [person.name for person in REGISTRY.people.values() if person.name in said]


def test_working_groups_hear_who_has_it() -> None:
    assert "县水务局江一帆" in TEXTS.render("coord.accepted", context("coord.accepted")).text


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("group", GROUPS)
def test_residents_are_named_nowhere(event: str, group: str) -> None:
    given = context(event, matter=None if event in WITHOUT_TICKET else ticket(owner="r-1"), group=group, by="r-1",
                    people=["r-1"] if group == "g-basic" else [], owner="r-1")
    assert "顾春燕" not in TEXTS.render(event, given).text


def test_voices_are_called_in_their_own_group_only() -> None:
    assert TEXTS.render("ask_rating", context("ask_rating")).mentions == ("r-1",)
    assert TEXTS.render("ask_rating", context("ask_rating", group="g-coord")).mentions == ()
    assert TEXTS.render("ask_rating", context("ask_rating", voices=["u-1", "stranger"])).mentions == ()


def test_only_published_work_numbers_are_told() -> None:
    member, head = REGISTRY.people["m-1"], REGISTRY.people["h-1"]
    people = {
        **REGISTRY.people,
        "m-1": replace(member, phone="13800000001", publishes_phone=True, hours="工作日9点到17点"),
        "h-1": replace(head, phone="13800000002"),
    }
    county = type(REGISTRY).of(REGISTRY.areas.values(), REGISTRY.units.values(), REGISTRY.groups.values(), people.values())
    said = TEXTS.render("answer.who", replace(context("answer.who"), registry=county)).text
    assert "网格员白杨（工作日9点到17点），电话13800000001" in said
    assert "13800000002" not in said


def test_a_card_for_a_head_on_wechat_names_him_to_who_passes_it_on() -> None:
    said = TEXTS.render("card.danger", context("card.danger", person="m-1", stands_for="h-1"))
    assert said.text.startswith("请转告户长陶大山：")


def test_nothing_secret_shows_in_a_repr() -> None:
    assert SEEDED not in repr(context("missing.order", words=SEEDED))


def test_closed_person_danger_has_a_quiet_state() -> None:
    about = ticket(**PERSON_DANGER)
    assert TEXTS.state_line(about, REGISTRY) == "有专人跟进"
    assert TEXTS.state_line(replace(about, status=Status.CLOSED), REGISTRY) == "已结束"


@pytest.mark.parametrize("event", ["answer.mine", "away", "question.which"])
def test_lists_to_groups_leave_person_danger_and_searches_out(event: str) -> None:
    for about in (ticket(**PERSON_DANGER), ticket(missing=True)):
        given = context(event, group="g-basic")
        assert "0302-17" not in TEXTS.render(event, replace(given, tickets={1: about})).text
    alone = replace(context(event, person="d-1"), tickets={1: ticket(**PERSON_DANGER)})
    assert "0302-17 个人事项" in TEXTS.render(event, alone).text
