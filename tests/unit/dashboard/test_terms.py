"""The pages have a Chinese word for everything that they may show, and say times as people do."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import pytest

from dashboard import terms
from registry.terms import Act, DangerKind, Lane, Level, Outcome, Role, Said, Status, Tier, Urgency
from tests.builders.tickets import NOW, a_ticket, minutes


@pytest.mark.parametrize(
    ("words", "enumeration"),
    [
        (terms.STATUS, Status), (terms.URGENCY, Urgency), (terms.OUTCOME, Outcome), (terms.ROLE, Role),
        (terms.TIER, Tier), (terms.LEVEL, Level), (terms.ACT, Act), (terms.LANE, Lane), (terms.SAID, Said),
    ],
)  # fmt: skip
def test_every_value_has_its_word(words: Mapping[StrEnum, str], enumeration: type[StrEnum]) -> None:
    assert set(words) == set(enumeration)
    assert all(word and not word.isascii() for word in words.values())


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(0), "今天 09:00"),
        (timedelta(days=-1), "昨天 09:00"),
        (timedelta(hours=15), "明天 00:00"),
        (timedelta(days=3), "3月5日 09:00"),
        (timedelta(days=-90), "2025年12月2日 09:00"),
    ],
)
def test_a_moment_is_said_as_people_say_it(later: timedelta, words: str) -> None:
    assert terms.when(NOW + later, NOW) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "不到1分钟"),
        (minutes(40), "40分钟"),
        (minutes(125), "2小时5分"),
        (timedelta(hours=3), "3小时"),
        (timedelta(days=3, hours=4, minutes=9), "3天4小时"),
        (timedelta(days=2), "2天"),
    ],
)
def test_a_length_of_time_has_at_most_two_units(length: timedelta, words: str) -> None:
    assert terms.span(length) == words


def test_a_limit_is_late_soon_or_neither() -> None:
    assert terms.due(NOW - minutes(90), NOW) == ("超 1小时30分", "late")
    assert terms.due(NOW + minutes(60), NOW) == ("今天 10:00前", "soon")
    assert terms.due(NOW + minutes(61), NOW) == ("今天 10:01前", "")
    assert terms.due(None, NOW) == ("—", "")


def test_an_ended_danger_is_no_running_one() -> None:
    running = a_ticket(urgency=Urgency.DANGER, danger=DangerKind.PLACE)
    ended = a_ticket(urgency=Urgency.DANGER, danger=DangerKind.PLACE, danger_ended_at=NOW)
    doubtful = a_ticket(urgency=Urgency.URGENT, danger=DangerKind.PLACE, doubt=True)

    assert [terms.urgency_name(t) for t in (running, ended, doubtful)] == ["险情", "险情已解除", "疑似险情"]
