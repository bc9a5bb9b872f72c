"""What a group's talk holds, and what stands beside it: lines of matters, for some days."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import CHINA
from bot.messages import Line, Verdict, Words
from bot.talk import MESSAGES, STANDING_AGE, STANDING_LINES, Talk
from registry.terms import Act, Category, Role, Tier, Urgency

NINE = datetime(2026, 3, 2, 9, tzinfo=CHINA)
LATER = timedelta(hours=5)


def said(message: str, at: datetime, act: Act = Act.CHAT, ticket: int | None = None, text: str = "楼道灯坏了") -> Line:
    verdict = Verdict(act) if act is Act.CHAT else Verdict(act, Category.FACILITY, Urgency.NORMAL)
    return Line(message, at, "r1", Role.RESIDENT, Tier.BASIC, "g1", words=Words(text), verdict=verdict, ticket=ticket)


def test_a_matter_stands_beside_the_talk_when_its_line_is_too_old_and_chat_does_not() -> None:
    talk = Talk()
    talk.add(said("m1", NINE))
    talk.add(said("m2", NINE, Act.REPORT))
    talk.amend("g1", "m2", Verdict(Act.REPORT, Category.FACILITY, Urgency.NORMAL), 7)
    assert talk.standing(said("m3", NINE + timedelta(hours=1))) == ()

    now = said("m3", NINE + LATER)
    assert [(line.id, line.ticket, line.words.text) for line in talk.standing(now)] == [("m2", 7, "楼道灯坏了")]
    assert talk.before(now) == ()


def test_a_matter_stands_when_sixty_others_came_after_it() -> None:
    talk = Talk()
    talk.add(said("m0", NINE, Act.REPORT, 7))
    for number in range(1, MESSAGES + 1):
        talk.add(said(f"m{number}", NINE + timedelta(seconds=number)))

    assert [line.id for line in talk.standing(said("new", NINE + timedelta(minutes=2)))] == ["m0"]


def test_of_echoes_and_answers_the_words_are_let_go() -> None:
    talk = Talk()
    for act in (Act.ECHO, Act.RECOVERY, Act.RATING, Act.STATUS_QUERY, Act.SUPPLEMENT, Act.NOTICE):
        talk.add(said(act.value, NINE, act, 7, "我家也是"))

    kept = {line.id: line.words.text for line in talk.standing(said("new", NINE + LATER))}
    assert kept == {"echo": "", "recovery": "", "rating": "", "status_query": "", "supplement": "我家也是", "notice": "我家也是"}


def test_a_recalled_line_stands_no_longer() -> None:
    talk = Talk()
    talk.add(said("m1", NINE, Act.REPORT, 7))
    assert talk.standing(said("new", NINE + LATER))

    assert talk.forget("m1")
    assert talk.standing(said("new", NINE + LATER)) == ()


def test_matters_are_forgotten_after_days_and_when_they_are_too_many() -> None:
    talk = Talk()
    talk.add(said("old", NINE, Act.REPORT, 1))
    for number in range(STANDING_LINES):
        talk.add(said(f"m{number}", NINE + timedelta(hours=3, seconds=number), Act.REPORT, 2))

    stood = talk.standing(said("new", NINE + timedelta(hours=9)))
    assert len(stood) == STANDING_LINES
    assert stood[0].id == "m0"
    assert Talk().standing(said("new", NINE)) == ()
    talk.drop_old(NINE + STANDING_AGE + LATER)
    assert talk.standing(said("new", NINE + STANDING_AGE + LATER)) == ()


def test_the_standing_lines_are_one_value_until_they_change() -> None:
    talk = Talk()
    talk.add(said("m1", NINE, Act.REPORT, 7))
    once = talk.standing(said("x", NINE + LATER))
    assert talk.standing(said("y", NINE + LATER)) is once

    talk.add(said("m2", NINE + LATER, Act.REPORT, 8))
    assert talk.standing(said("z", NINE + LATER)) is once
    assert [line.id for line in talk.standing(said("z", NINE + 2 * LATER))] == ["m1", "m2"]
