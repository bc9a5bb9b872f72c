from bisect import bisect_right
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.limits import CONVERSATION, MEMBER, WEBHOOK, Bucket, Limit, MemoryMeter, take
from bot.channels.times import CHINA
from registry.terms import Lane

START = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)


def most_within(times: list[datetime], window: timedelta) -> int:
    """The fullest window that starts at one of the times."""
    return max((bisect_right(times, at + window) - place for place, at in enumerate(times)), default=0)


@pytest.mark.parametrize(
    ("limit", "a_minute", "an_hour"), [(CONVERSATION, 30, 1000), (MEMBER, 30, 1000), (WEBHOOK, 20, 10**9)]
)
@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 3), st.booleans()), max_size=300))
def test_wecom_never_sees_an_excess(
    limit: Limit, a_minute: int, an_hour: int, asks: list[tuple[float, int, bool]]
) -> None:
    now, bucket = START, None
    sent: list[datetime] = []
    for pause, count, danger in asks:
        now += timedelta(seconds=pause)
        bucket, seconds = take(bucket, limit, now, count=count, danger=danger)
        if not seconds:
            sent += [now] * count
    assert most_within(sent, timedelta(minutes=1)) <= a_minute
    assert most_within(sent, timedelta(hours=1)) <= an_hour


@pytest.mark.parametrize("danger", [False, True])
@pytest.mark.parametrize("limit", [CONVERSATION, MEMBER, WEBHOOK])
def test_greed_for_two_hours_stays_below_the_figures_and_still_gets_its_rate(limit: Limit, danger: bool) -> None:
    now, bucket = START, None
    sent: list[datetime] = []
    while now < START + timedelta(hours=2):
        bucket, seconds = take(bucket, limit, now, danger=danger)
        if seconds:
            now += timedelta(seconds=seconds)
        else:
            sent.append(now)
    assert most_within(sent, timedelta(minutes=1)) <= (20 if limit is WEBHOOK else 30)
    assert most_within(sent, timedelta(hours=1)) <= 1000
    assert len(sent) >= 110 * limit.per_minute


def test_the_reserve_is_for_danger() -> None:
    bucket: Bucket | None = None
    for _ in range(CONVERSATION.burst - CONVERSATION.reserve):
        bucket, seconds = take(bucket, CONVERSATION, START)
        assert seconds == 0
    _, seconds = take(bucket, CONVERSATION, START)
    assert seconds > 0
    for _ in range(CONVERSATION.reserve):
        bucket, seconds = take(bucket, CONVERSATION, START, danger=True)
        assert seconds == 0
    _, seconds = take(bucket, CONVERSATION, START, danger=True)
    assert 0 < seconds <= 60


def test_the_wait_named_is_enough() -> None:
    bucket, _ = take(None, WEBHOOK, START, count=WEBHOOK.burst - WEBHOOK.reserve)
    bucket, seconds = take(bucket, WEBHOOK, START)
    _, again = take(bucket, WEBHOOK, START + timedelta(seconds=seconds))
    assert again == 0


def test_a_clock_that_goes_back_refills_nothing() -> None:
    bucket, _ = take(None, WEBHOOK, START, count=5, danger=True)
    later, _ = take(bucket, WEBHOOK, START - timedelta(hours=1), danger=True)
    assert later.level == 4
    assert later.at == START


def test_more_pieces_than_the_burst_can_leave_when_the_bucket_is_full() -> None:
    bucket, seconds = take(None, WEBHOOK, START, count=40)
    assert seconds == 0
    _, seconds = take(bucket, WEBHOOK, START)
    assert seconds > 60


async def test_the_meter_keeps_destinations_apart_and_drains_on_refusal() -> None:
    meter = MemoryMeter(lambda: START, keep=2)
    assert await meter.wait("a", WEBHOOK, Lane.NORMAL) == 0
    await meter.drain("a", WEBHOOK)
    assert await meter.wait("a", WEBHOOK, Lane.DANGER) > 0
    assert await meter.wait("b", WEBHOOK, Lane.NORMAL) == 0
    assert await meter.wait("c", WEBHOOK, Lane.NORMAL) == 0
    assert await meter.wait("a", WEBHOOK, Lane.NORMAL) == 0, "the oldest destination beyond `keep` is forgotten"
