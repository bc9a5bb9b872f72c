"""Sixty corruptions, planted one by one in a county that has lived three days: each is found, nothing else is.

The same days, looked at every hour before anything is planted, give no alarm.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage import ears, inbox, recounting, sweep
from storage.store import Store
from storage.times import to_micros
from storage.work import SqlWork
from tests.builders.talk import Talk
from tickets.model import Ticket

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
#: Everything is planted at this hour of the county's third evening.
END = "2026-03-04 18:05"


@dataclass(frozen=True, slots=True)
class Lived:
    """A county's database after its days, and what is asked of it."""

    path: Path
    now: datetime


def look(path: Path, now: datetime) -> list[sweep.Finding]:
    with Store.open(f"sqlite:///{path}", durable=False) as store:
        return store.look(lambda work: sweep.sweep(work, now))


def tells(talk: Talk, person: str, words: str) -> Ticket:
    """A matter of its own, some time after the one before."""
    talk.passes("20min")
    return talk.opens(person, words)


def live(talk: Talk) -> Iterator[None]:
    """Three days with matters in every state; yields at each hour."""
    def hours(until: str) -> Iterator[None]:
        end = datetime.fromisoformat(until).replace(tzinfo=talk.now.tzinfo)
        while talk.now < end:
            talk.replay.walk_to(min(end, talk.now + timedelta(hours=1)))
            yield

    lamp = tells(talk, "r-001", "@小格 报事 3号楼2单元楼道灯坏了半个月了，老人晚上下楼看不见")
    water = tells(talk, "r-002", "@小格 报事 5号楼从昨天起就没水，做饭都成问题")
    talk.says("u-02", f"@小格 {water.aloud} 接单", to="g-coord-01")
    yield
    lift = tells(talk, "r-003", "@小格 报事 6号楼电梯卡在四楼不动了，没有人在里面")
    talk.says("u-09", f"@小格 {lift.aloud} 接单", to="g-coord-01")
    talk.says("l-01", f"@小格 {lift.aloud} 挂账，3月20日复查，等厂家的配件", to="g-coord-01")
    bins = tells(talk, "r-004", "@小格 报事 10号楼门口的垃圾桶三天没有人收，味道很大")
    talk.says("u-09", f"@小格 {bins.aloud} 接单", to="g-coord-01")
    talk.says("u-09", f"@小格 {bins.aloud} 办结，已经清运", to="g-coord-01")
    talk.says("r-004", "好了，谢谢")
    gate = tells(talk, "r-005", "@小格 报事 9号楼楼下烧烤店的油烟直往家里灌")
    talk.says("r-005", f"@小格 {gate.aloud} 不用了")
    drain = tells(talk, "r-006", "@小格 报事 8号楼后面的路坑坑洼洼，电动车骑过去直颠")
    talk.says("l-01", f"@小格 {drain.aloud} 吹哨 城管局 住建局，物业牵头", to="g-coord-01")
    talk.says("c-01", f"@小格 {drain.aloud} 督办 两天之内办好", to="g-cmd-01")
    yield from hours("2026-03-03 09:00")
    talk.says("u-09", f"@小格 {lamp.aloud} 接单", to="g-coord-01")
    joke = tells(talk, "r-007", "@小格 报事 4号楼楼下半夜还有人放音响，吵得睡不着")
    talk.says("h-01", f"@小格 {joke.aloud} 不是诉求")
    yield from hours("2026-03-04 09:00")
    tells(talk, "r-002", "@小格 报事 2号楼楼道里堆满了旧家具，走路都侧着身")
    noise = tells(talk, "r-003", "@小格 报事 7号楼楼下的井盖碎了一块，老人差点崴脚")
    talk.says("u-09", f"@小格 {noise.aloud} 接单", to="g-coord-01")
    talk.says("u-09", f"@小格 {noise.aloud} 办结，换了新的", to="g-coord-01")
    yield from hours(END)


def beside(work: SqlWork, now: datetime) -> None:
    """What the live process keeps, which a replay has not: ears, inbox, the recount; and groups heard for weeks."""
    for back in (2, 1, 0):
        ears.mark(work, "archive", now - timedelta(minutes=back), 100 - back)
    ears.set_cursor(work, "archive", 100)
    for number in range(3):
        inbox.put(work, f"k{number}", "aibot", "x", now - timedelta(hours=1))
        inbox.decide(work, f"k{number}", now - timedelta(hours=1))
    for day in range(30, -1, -1):
        work.note_heard({"g-basic-01": now - timedelta(days=day), "g-coord-01": now - timedelta(days=day)})
    for day in (35, 28, 21, 14, 7):
        work.note_heard({"g-basic-03": now - timedelta(days=day)})
    recounting.plan(work, now)
    recounting.keep(work, now, recounting.count(work, now))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with Talk("2026-03-02 09:00") as talk:
        for _ in live(talk):
            found = talk.store.look(lambda work: sweep.sweep(work, talk.now))
            assert found == [], f"a false alarm at {talk.now}: {found}"
        talk.store.run(lambda work: beside(work, talk.now))
        path = tmp_path_factory.mktemp("lived") / "county.db"
        talk.store.close()
        with sqlite3.connect(talk.database) as source, sqlite3.connect(path) as target:
            source.backup(target)
        yield Lived(path, talk.now)


def one(status: str) -> str:
    """The first ticket in a state, as a subquery."""
    return f"(SELECT min(id) FROM tickets WHERE status = '{status}')"


def sent(kind: str = "%") -> str:
    """A sentence that has left, as a subquery."""
    return f"(SELECT min(id) FROM outbox WHERE state = 'sent' AND parent IS NULL AND kind LIKE '{kind}')"


def clock(ticket: str, kind: str, due: str = "+86400000000", state: str = "running") -> str:
    return (f"INSERT OR REPLACE INTO clocks (ticket, kind, due_at, limit_at, rung, state) "
            f"VALUES ({ticket}, '{kind}', {{now}} {due}, {{now}} {due}, 0, '{state}')")


def undecided(key: str, ago: int, channel: str = "aibot") -> str:
    return f"INSERT INTO inbox (key, channel, body, at, tries) VALUES ('{key}', '{channel}', 'x', {{now}} - {ago}, 0)"


def waiting(lane: int, ago: int) -> str:
    """A sentence that has left stands in the queue again."""
    return f"UPDATE outbox SET state = 'waiting', lane_rank = {lane}, not_before = {{now}} - {ago} WHERE id = {sent()}"


def twice(times: int = 1) -> tuple[str, ...]:
    """The schema forbids a step twice, so its key is taken away first."""
    again = "INSERT INTO steps SELECT * FROM loose WHERE rowid = 1"
    return ("CREATE TABLE loose AS SELECT * FROM steps ORDER BY at DESC", "DROP TABLE steps",
            "CREATE TABLE steps AS SELECT * FROM loose", *[again] * times)


STEP_OF_TODAY = "(SELECT max(rowid) FROM steps WHERE calls <> '[]' AND at > {now} - 86000000000)"
OF_THAT_STEP = ("ticket = (SELECT ticket FROM steps WHERE rowid = {step}) AND round = (SELECT round FROM steps WHERE rowid = {step}) "
                "AND step = (SELECT step FROM steps WHERE rowid = {step})").replace("{step}", STEP_OF_TODAY)
PROVED = "(SELECT max(id) FROM office_log WHERE what = 'proved')"

PLANTED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("S1", "a message of the bot lies two minutes", (undecided("a", 2 * MINUTE),)),
    ("S1", "a message of the app lies a day", (undecided("b", DAY, "app"),)),
    ("S1", "a decided one is undecided again", ("UPDATE inbox SET decided_at = NULL WHERE key = 'k1'",)),
    ("S1", "all are undecided", ("UPDATE inbox SET decided_at = NULL",)),
    ("S1", "a message just over the grace", (undecided("c", 61 * SECOND),)),
    ("S2", "an assigned one has no owner", (f"UPDATE tickets SET owner = NULL WHERE id = {one('assigned')}",)),
    ("S2", "an accepted one has an empty owner", (f"UPDATE tickets SET owner = '' WHERE id = {one('accepted')}",)),
    ("S2", "a shelved one has no owner", (f"UPDATE tickets SET owner = NULL WHERE id = {one('shelved')}",)),
    ("S2", "a done one has no owner", (f"UPDATE tickets SET owner = NULL WHERE id = {one('done')}",)),
    ("S2", "an assigned one lost its clocks", (f"DELETE FROM clocks WHERE ticket = {one('assigned')}",)),
    ("S2", "an accepted one's clocks are stopped", (f"UPDATE clocks SET state = 'stopped' WHERE ticket = {one('accepted')}",)),
    ("S2", "a shelved one lost its review", (f"DELETE FROM clocks WHERE kind = 'review' AND ticket = {one('shelved')}",)),
    ("S2", "a done one waits for no rating", (f"DELETE FROM clocks WHERE ticket = {one('done')}",)),
    ("S2", "only a warning is left", (f"DELETE FROM clocks WHERE ticket = {one('accepted')}", clock(one("accepted"), "warn_done"))),
    ("S2", "a closed one is open again by hand", (f"UPDATE tickets SET status = 'assigned' WHERE id = {one('closed')}",)),
    ("S3", "an accept limit stays due", (clock(one("assigned"), "accept", "-180000000"),)),
    ("S3", "a done limit stays due", (clock(one("accepted"), "done", "-180000000"),)),
    ("S3", "a review stays due", (clock(one("shelved"), "review", "-86400000000"),)),
    ("S3", "a rating stays due", (clock(one("done"), "rating", "-121000000"),)),
    ("S3", "a supervision stays due", (clock(one("assigned"), "supervision", "-600000000"),)),
    ("S3", "the morning lines were not said", ("UPDATE agenda SET due_at = {now} - 600000000 WHERE name = 'brief'",)),
    ("S3", "the recount was not done", ("UPDATE agenda SET due_at = {now} - 600000000 WHERE name = 'recount'",)),
    ("S4", "a step's sentence is gone", (f"DELETE FROM outbox WHERE {OF_THAT_STEP}",)),
    ("S4", "a step is decided and not queued", (
        f"INSERT INTO steps VALUES ({one('assigned')}, 1, 91, {{now}}, 'accept', 1, '[\"u-09\"]', '[]')",)),
    ("S4", "its sentence is of another step", (f"UPDATE outbox SET step = 99 WHERE {OF_THAT_STEP}",)),
    ("S4", "its sentence is of another round", (f"UPDATE outbox SET round = 9 WHERE {OF_THAT_STEP}",)),
    ("S5", "a normal sentence waits three minutes", (waiting(2, 3 * MINUTE),)),
    ("S5", "a digest waits three minutes", (waiting(3, 3 * MINUTE),)),
    ("S5", "an urgent one waits thirty seconds", (waiting(1, 30 * SECOND),)),
    ("S5", "a danger waits twenty-one seconds", (waiting(0, 21 * SECOND),)),
    ("S5", "one has waited since yesterday", (waiting(2, DAY),)),
    ("S5", "a sender died with one", (f"UPDATE outbox SET state = 'sending', lease_until = {{now}} - 180000000 WHERE id = {sent()}",)),
    ("S5", "a sender died with all", ("UPDATE outbox SET state = 'sending', lease_until = {now} - 180000000 WHERE state = 'sent'",)),
    ("S6", "one has failed", (f"UPDATE outbox SET state = 'failed', changed_at = {{now}} - 360000000 WHERE id = {sent()}",)),
    ("S6", "one is unclear", (f"UPDATE outbox SET state = 'unclear', changed_at = {{now}} - 301000000 WHERE id = {sent()}",)),
    ("S6", "a step has failed", (f"UPDATE outbox SET state = 'failed', changed_at = {{now}} - 360000000 WHERE id = {sent('step')}",)),
    ("S6", "all have failed", ("UPDATE outbox SET state = 'failed', changed_at = {now} - 86400000000 WHERE state = 'sent'",)),
    ("S6", "who looked is forgotten", (
        f"UPDATE outbox SET state = 'unclear', seen_at = NULL, changed_at = {{now}} - 7200000000 WHERE id = {sent('card')}",)),
    ("S7", "a step stands twice", twice()),
    ("S7", "a step stands four times", twice(3)),
    ("S8", "a closed one has an accept limit", (clock(one("closed"), "accept"),)),
    ("S8", "a withdrawn one has a done limit", (clock(one("withdrawn"), "done"),)),
    ("S8", "an excluded one waits for a rating", (clock(one("excluded"), "rating"),)),
    ("S8", "an accepted one is closed by hand", (f"UPDATE tickets SET status = 'closed' WHERE id = {one('accepted')}",)),
    ("S8", "a closed one has a step in the queue", (
        f"UPDATE outbox SET state = 'waiting', kind = 'step', not_before = {{now}} + 600000000, ticket = {one('closed')} WHERE id = {sent()}",)),
    ("S8", "a withdrawn one's step waits for a press", (
        f"UPDATE outbox SET state = 'asked', kind = 'step', ticket = {one('withdrawn')} WHERE id = {sent()}",)),
    ("S9", "a daily group is silent for six days", (
        "UPDATE group_hearing SET last_day = last_day - 6 * 86400000000 WHERE group_id = 'g-basic-01'",)),
    ("S9", "a weekly group is silent for six weeks", (
        "UPDATE group_hearing SET last_day = last_day - 35 * 86400000000, first_day = first_day - 35 * 86400000000 "
        "WHERE group_id = 'g-basic-03'",)),
    ("S9", "two groups are silent", (
        "UPDATE group_hearing SET last_day = last_day - 10 * 86400000000 WHERE group_id IN ('g-basic-01', 'g-coord-01')",)),
    ("S10", "a mark goes back", ("UPDATE ear_marks SET seq = 40 WHERE minute = (SELECT max(minute) FROM ear_marks)",)),
    ("S10", "a mark is ahead of the cursor", ("UPDATE ear_marks SET seq = 140 WHERE minute = (SELECT max(minute) FROM ear_marks)",)),
    ("S10", "the cursor was set back", ("UPDATE cursors SET seq = 50",)),
    ("S10", "WeCom no longer has what lay between", (
        "INSERT INTO set_aside (ear, place, error_class, at) VALUES ('archive', '100-250', 'Gap', {now} - 3600000000)",)),
    ("S11", "a step of tonight reaches nobody", (
        f"UPDATE office_log SET facts = replace(facts, '\"count\":0', '\"count\":2') WHERE id = {PROVED}",)),
    ("S11", "the proof was not made", (f"UPDATE office_log SET at = at - 2 * 86400000000 WHERE id = {PROVED}",)),
    ("S11", "the last proofs are gone", ("DELETE FROM office_log WHERE what = 'proved' AND at > {now} - 40 * 3600000000",)),
    ("S12", "a closing is in no history", (
        f"DELETE FROM history WHERE what = 'closed' AND ticket = {one('closed')}", "recount")),
    ("S12", "a ticket is in no history", (
        f"DELETE FROM history WHERE ticket = {one('assigned')}", "recount")),
    ("S12", "an opening is told twice", (
        f"INSERT INTO history (ticket, line, at, what, facts, digest) VALUES ({one('closed')}, 90, {{now}}, 'reopened', '{{{{}}}}', 'x')",
        "recount")),
    ("S12", "a done one is not done by its history", (
        f"DELETE FROM history WHERE what = 'opened' AND ticket = {one('done')}",
        f"DELETE FROM history WHERE ticket = {one('done')}", "recount")),
)


def test_there_are_sixty_over_all_twelve_questions() -> None:
    assert len(PLANTED) == 60
    assert {code for code, _, _ in PLANTED} == {f"S{number}" for number in range(1, 13)}


def test_a_sound_county_gives_no_alarm(lived: Lived) -> None:
    assert look(lived.path, lived.now) == []


@pytest.mark.parametrize(("code", "statements"), [pytest.param(code, sql, id=f"{code} {name}") for code, name, sql in PLANTED])
def test_what_is_planted_is_found(lived: Lived, tmp_path: Path, code: str, statements: tuple[str, ...]) -> None:
    path = tmp_path / "corrupt.db"
    shutil.copy(lived.path, path)
    changed = 0
    with sqlite3.connect(path) as connection:
        for sql in statements:
            if sql != "recount":
                changed += connection.execute(sql.format(now=to_micros(lived.now))).rowcount != 0
    assert changed, "nothing was planted"
    if "recount" in statements:
        count_anew(path, lived.now)
    assert [finding.code for finding in look(path, lived.now)] == [code]


def count_anew(path: Path, now: datetime) -> None:
    with Store.open(f"sqlite:///{path}", durable=False) as store:
        run: Callable[[SqlWork], None] = lambda work: recounting.keep(work, now, recounting.count(work, now))  # noqa: E731
        store.run(run)
