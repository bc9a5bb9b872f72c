"""The audit sweep: questions whose answer must be nobody, asked every 60 s in straight SQL.

It shares no code with the pass or the sender, so that what they forget is found here (reliability R18). Each question
has a grace; what is found goes to the grid office's alarms.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text

from storage.dialect import upsert
from storage.tables import meta
from storage.times import from_micros, to_micros
from storage.work_base import OnConnection

#: An outside watcher alarms when the heartbeat is older.
HEARTBEAT_OLD = timedelta(minutes=3)
#: Ids shown with a finding.
SAMPLE = 5
#: How soon the office is told of the same question again.
HOURLY, DAILY = timedelta(hours=1), timedelta(days=1)

_BEAT = upsert(meta, ("name",), "value")


@dataclass(frozen=True, slots=True)
class Finding:
    """One question with an answer: how many, the first few ids (tickets, outbox rows, ears, groups …), and a sentence.
    `again`: after what time the office is told again; None where another sentence has told it."""

    code: str
    count: int
    sample: tuple[str, ...]
    sentence: str
    again: timedelta | None = HOURLY


@dataclass(frozen=True, slots=True)
class _Question:
    code: str
    sentence: str
    sql: str
    """Selects one column `found`. Times are bound: now_s<seconds> is `now` minus so many seconds."""
    again: timedelta | None = HOURLY


_OPEN = "('open', 'assigned', 'accepted', 'done', 'shelved')"

_QUESTIONS = (
    _Question(
        "S1",
        "收到 {count} 条消息超过 1 分钟还没有处理。",
        "SELECT key AS found FROM inbox WHERE decided_at IS NULL AND set_aside IS NULL AND at < :now_s60 ORDER BY id",
    ),
    _Question(
        "S2",
        "{count} 张未办结的工单没有责任人，或没有在走的时限。",
        f"""
        SELECT number AS found FROM tickets WHERE status IN {_OPEN} AND (owner IS NULL OR owner = ''
            OR NOT EXISTS (SELECT 1 FROM clocks WHERE clocks.ticket = tickets.id AND clocks.state = 'running'
                AND clocks.kind NOT IN ('warn_accept', 'warn_first_contact', 'warn_done')))
        ORDER BY id
        """,
    ),
    _Question(
        "S3",
        "{count} 个到期的时限或每天的例行事超过 2 分钟没有处理。",
        """
        SELECT number AS found FROM clocks JOIN tickets ON tickets.id = clocks.ticket
        WHERE clocks.state = 'running' AND clocks.due_at < :now_s120
        UNION ALL
        SELECT name AS found FROM agenda WHERE due_at < :now_s120
        """,
    ),
    _Question(
        "S4",
        "{count} 次催办已经决定，却没有排进发送队列。",
        """
        SELECT number AS found FROM steps JOIN tickets ON tickets.id = steps.ticket
        WHERE steps.at >= :now_s86400 AND steps.calls <> '[]' AND NOT EXISTS (
            SELECT 1 FROM outbox WHERE outbox.ticket = steps.ticket AND outbox.round = steps.round
            AND outbox.step = steps.step)
        ORDER BY steps.at
        """,
    ),
    _Question(
        "S5",
        "{count} 条要发的话超过时间还没有发出（紧急 20 秒，其他 2 分钟）。",
        """
        SELECT id AS found FROM outbox WHERE state = 'waiting' AND parent IS NULL
            AND ((lane_rank <= 1 AND not_before < :now_s20) OR (lane_rank > 1 AND not_before < :now_s120))
        UNION ALL
        SELECT id AS found FROM outbox WHERE state = 'sending' AND lease_until < :now_s120
        """,
    ),
    _Question(
        "S6",
        "{count} 条话没有发成，或不知道发成没有，5 分钟内无人查看。",
        """
        SELECT id AS found FROM outbox
        WHERE state IN ('unclear', 'failed') AND seen_at IS NULL AND changed_at < :now_s300 ORDER BY id
        """,
    ),
    _Question(
        "S7",
        "{count} 次催办重复。",
        """
        SELECT ticket AS found FROM steps WHERE at >= :now_s86400
        GROUP BY ticket, round, step HAVING count(*) > 1
        """,
    ),
    _Question(
        "S8",
        "{count} 张已办结的工单还有在走的时限，或还排着催办。",
        f"""
        SELECT number AS found FROM clocks JOIN tickets ON tickets.id = clocks.ticket
        WHERE clocks.state = 'running' AND tickets.status NOT IN {_OPEN}
        UNION ALL
        SELECT number AS found FROM outbox JOIN tickets ON tickets.id = outbox.ticket
        WHERE outbox.state IN ('waiting', 'asked') AND outbox.parent IS NULL AND outbox.kind = 'step'
            AND tickets.status NOT IN {_OPEN}
        """,
    ),
    _Question(
        "S9",
        "{count} 个群好几天没有听到一句话，比平时间隔的 5 倍还久（{sample}）。请看看小格还在不在群里。",
        """
        SELECT group_id AS found FROM group_hearing
        WHERE days >= 3 AND last_day <= :now_s172800
            AND :now_s0 - last_day > 5 * (last_day - first_day) / (days - 1)
        ORDER BY last_day, group_id
        """,
        DAILY,
    ),
    _Question(
        "S10",
        "存档消息的读取位置有 {count} 处不连续，可能漏读。",
        """
        SELECT ear AS found FROM (
            SELECT ear, seq, lag(seq) OVER (PARTITION BY ear ORDER BY minute) AS before FROM ear_marks
            WHERE minute >= :now_s86400 AND seq IS NOT NULL) AS marks
        WHERE before > seq
        UNION ALL
        SELECT ear_marks.ear AS found FROM ear_marks JOIN cursors ON cursors.ear = ear_marks.ear
        WHERE ear_marks.minute >= :now_s86400 AND ear_marks.seq > cursors.seq
        UNION ALL
        SELECT place AS found FROM set_aside WHERE error_class = 'Gap' AND at >= :now_s86400
        """,
    ),
    _Question(
        "S11",
        "今晚的催办有叫不到人或发不到群的，或者每天 17:00 的核对没有做。",
        # facts are canonical JSON, `count` first. The 17:00 proof has told the office of each place itself.
        """
        SELECT id AS found FROM (SELECT id, at, facts FROM office_log WHERE what = 'proved' ORDER BY id DESC LIMIT 1) AS last
        WHERE facts NOT LIKE '{"count"\\:0,%' OR at < :now_s108000
        """,
        None,
    ),
    _Question(
        "S12",
        "昨晚按经过重新数了一遍，有 {count} 个数字和页面上的对不上（{sample}）。",
        "SELECT substr(name, 9) || ' ' || value AS found FROM meta WHERE name LIKE 'differs\\:%' ORDER BY name",
        DAILY,
    ),
)

_GRACE = re.compile(r":now_s(\d+)")


def sweep(work: OnConnection, now: datetime) -> list[Finding]:
    """Ask every question; gives those that found something, in order of their codes."""
    findings: list[Finding] = []
    for question in _QUESTIONS:
        statement = text(question.sql)
        bound = {f"now_s{seconds}": to_micros(now - timedelta(seconds=int(seconds))) for seconds in _GRACE.findall(question.sql)}
        found = [str(row[0]) for row in work.connection.execute(statement, bound)]
        if found:
            sample = tuple(found[:SAMPLE])
            sentence = question.sentence.format(count=len(found), sample="、".join(sample))
            findings.append(Finding(question.code, len(found), sample, sentence, question.again))
    return findings


def beat(work: OnConnection, now: datetime) -> None:
    """The sweep has ended well at this time."""
    work.connection.execute(_BEAT.on(work.connection), {"name": "sweep_at", "value": str(to_micros(now))})


def last_beat(work: OnConnection) -> datetime | None:
    """When the sweep last ended well; None before the first."""
    found = work.connection.execute(select(meta.c.value).where(meta.c.name == "sweep_at")).scalar_one_or_none()
    return None if found is None else from_micros(int(found))
