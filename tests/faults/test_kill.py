"""kill -9 of the slice at any moment (reliability T1): nothing lost, nothing twice, and no call without its mark."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from registry.terms import Status, What
from storage import chain, sweep
from storage.store import Store
from storage.tables import inbox, outbox, steps, tickets
from storage.work import SqlWork
from tests.faults.slice_process import START, prepare, read_ledger

ROOT = Path(__file__).parents[2]
#: A life that does not move for so long hangs.
HANGS_AFTER = 60.0


#: Outside ids of the groups heard by the archive, the estate as people say it, and two neighbours of each.
GROUPS = (
    ("wrgbasic01", "河湾花园", "wmr001", "wmr004"),
    ("wrgbasic02", "棉纺院", "wmr008", "wmr010"),
    ("wrgbasic03", "松坪", "wmr014", "wmr016"),
)


def story(count: int, seconds: int) -> list[dict[str, Any]]:
    """Matters of many houses, three at a time in three groups: told, told again by a neighbour, accepted (most), done.
    Now and then there is a fire. Messages of one group lie more than two hours apart, so that none is read by the talk
    before it: a life that was killed has forgotten the talk."""
    messages: list[dict[str, Any]] = []
    for first in range(0, count, len(GROUPS)):
        matters = range(first, first + len(GROUPS))
        for what in ("told", "again", "accept", "done"):
            messages += [one for matter in matters if (one := _said(matter, what)) is not None]
    messages = messages[:count]
    for place, message in enumerate(messages):
        message["at"] = (START + place * timedelta(seconds=seconds)).isoformat()
    return messages


def _said(matter: int, what: str) -> dict[str, Any] | None:
    group, estate, resident, neighbour = GROUPS[matter % len(GROUPS)]
    place = f"{estate}{matter % 999 + 1}栋{matter // 999 + 1}单元"
    fire = matter % 15 == 7
    match what:
        case "told":
            words = place + ("着火了，烟很大" if fire else "水管爆了，水往外喷")
            return {"id": f"{matter}-told", "group": group, "sender": resident, "words": words}
        case "again" if not fire:
            return {"id": f"{matter}-again", "group": group, "sender": neighbour, "words": place + "水管爆了，没水了"}
        case "accept" if matter % 10 != 3:
            return {"id": f"{matter}-accept", "sender": "u-02", "click": "accept", "of": f"{matter}-told"}
        case "done":
            return {"id": f"{matter}-done", "sender": "u-02", "click": "done", "of": f"{matter}-told"}
    return None


class Killer:
    """Lives of the slice in one folder, killed when the ledger has grown by a drawn amount."""

    def __init__(self, folder: Path, process: subprocess.Popen[str], chance: random.Random) -> None:
        self.folder, self.process, self.chance = folder, process, chance
        self.ledger = folder / "ledger.jsonl"
        self.kills = 0
        self.cut_off: Counter[int] = Counter()
        """Rows that were being sent when a life was killed, and how often."""

    def _line(self) -> int:
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        assert text, "the process that forks the lives has ended"
        return int(text)

    def begin(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._line()

    def size(self) -> int:
        return self.ledger.stat().st_size if self.ledger.exists() else 0

    def live(self, until: int | None) -> bool:
        """One life, killed once the ledger is longer than `until` bytes. True when it came to its end."""
        child = self.begin()
        last, moved = self.size(), time.monotonic()
        while until is not None and _runs(child):
            size = self.size()
            if size > until:
                # from the moment after a line to the middle of any commit that follows it
                time.sleep(self.chance.uniform(0, 0.04))
                os.kill(child, signal.SIGKILL)
                break
            if size != last:
                last, moved = size, time.monotonic()
            assert time.monotonic() - moved < HANGS_AFTER, "a life hangs"
            time.sleep(0.0005)
        code = self._line()
        if code == -signal.SIGKILL:
            self.kills += 1
            self.cut_off.update(sending(self.folder))
            return False
        assert code == 0, f"a life ended with {code}"
        return True


def _runs(child: int) -> bool:
    """Not ended, and not waiting to be buried."""
    try:
        return Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def killer(folder: Path, messages: list[dict[str, Any]], seconds: int, chance: random.Random) -> Iterator[Killer]:
    (folder / "messages.jsonl").write_text("".join(json.dumps(one) + "\n" for one in messages), encoding="utf-8")
    prepare(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.slice_process", str(folder), str(seconds)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )
    try:
        yield Killer(folder, process, chance)
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait(timeout=HANGS_AFTER)
        process.stdout.close()  # type: ignore[union-attr]


def rows(folder: Path, query: Any) -> list[Any]:
    with Store.open(f"sqlite:///{folder}/slice.db", readonly=True) as store:
        return store.look(lambda work: list(work.connection.execute(query)))


def sending(folder: Path) -> list[int]:
    return [row.id for row in rows(folder, select(outbox.c.id).where(outbox.c.state == "sending"))]


def run(folder: Path, kills: int, count: int, seconds: int) -> None:
    seed = int(os.environ.get("GRIDBOT_KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    sys.stdout.write(f"GRIDBOT_KILL_SEED={seed}\n")
    chance = random.Random(seed)
    messages = story(count, seconds)
    bytes_a_message = 180  # how much the ledger grows for a message, calls included; only spreads the kills
    with killer(folder, messages, seconds, chance) as one:
        at_end = False
        while one.kills < kills and not at_end:
            at_end = one.live(one.size() + chance.randrange(1, 2 * count * bytes_a_message // kills))
        before_the_last = one.kills
        assert one.live(None), "the last life was killed by nobody"
    assert before_the_last >= kills * 3 // 4, f"only {before_the_last} kills: the ledger grows faster than was thought"
    check(folder, messages, one.cut_off)


def check(folder: Path, messages: list[dict[str, Any]], cut_off: Counter[int]) -> None:
    """What must hold after any number of kills, once a life has come to its end."""
    lines = read_ledger(folder / "ledger.jsonl")
    answered = [line["answered"] for line in lines if "answered" in line]
    assert answered == [message["id"] for message in messages], "WeCom delivers all, in order"

    # P1, P2: each is kept once and decided once
    kept = rows(folder, select(inbox))
    assert sorted(row.key for row in kept) == sorted(f"wecom:{one}" for one in answered)
    assert all(row.decided_at is not None and row.set_aside is None for row in kept)

    with Store.open(f"sqlite:///{folder}/slice.db", readonly=True) as store:
        store.look(lambda work: check_tickets(work, messages))
        assert store.look(lambda work: [fault.sentence for fault in chain.verify(work.connection)]) == []
        # P3, P4 by the sweep's own eyes: unowned (S2), overdue (S3), unsaid (S4), twice (S7), closed with clocks (S8)
        end = max(row.changed_at for row in rows(folder, select(outbox.c.changed_at)))
        found = {finding.code for finding in store.look(lambda work: sweep.sweep(work, end))}
        assert found & {"S1", "S2", "S3", "S4", "S5", "S7", "S8"} == set()
    check_steps(folder)
    check_calls(folder, [line for line in lines if "send" in line], cut_off)


def check_tickets(work: SqlWork, messages: list[dict[str, Any]]) -> None:
    """One ticket for each matter, with its voices and no others, accepted and done once."""
    by_matter: dict[str, set[int | None]] = defaultdict(set)
    ids = {message["id"] for message in messages}
    for message in messages:
        by_matter[message["id"].split("-")[0]].add(work.ticket_of_message(message["id"]))
    assert all(len(found) == 1 and None not in found for found in by_matter.values()), "a matter has no ticket, or two"
    opened = [row.id for row in work.connection.execute(select(tickets.c.id))]
    assert sorted(opened) == sorted(next(iter(found)) or 0 for found in by_matter.values()), "a ticket of nothing"
    for matter, found in by_matter.items():
        ticket = work.get_ticket(next(iter(found)) or 0)
        happened = Counter(line.what for line in work.history(ticket.id))
        assert happened[What.OPENED] == 1
        assert happened[What.VOICE] == (f"{matter}-again" in ids)
        assert happened[What.ACCEPTED] == (f"{matter}-accept" in ids)
        assert happened[What.DONE] == (f"{matter}-done" in ids)
        assert (ticket.status in (Status.DONE, Status.CLOSED)) == (f"{matter}-done" in ids)


def check_steps(folder: Path) -> None:
    """P4: steps of a round are 1, 2, 3 …, each once, and their calls were queued."""
    by_round: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows(folder, select(steps).order_by(steps.c.ticket, steps.c.round, steps.c.step)):
        by_round[row.ticket, row.round].append(row.step)
    assert by_round, "the story must reach a limit"
    assert all(found == list(range(1, len(found) + 1)) for found in by_round.values())
    queued = Counter(
        (row.ticket, row.round, row.step, row.group_id, row.person)
        for row in rows(folder, select(outbox).where(outbox.c.kind == "step"))
    )
    assert set(queued.values()) <= {1}, "a step was called twice"


def check_calls(folder: Path, calls: list[dict[str, Any]], cut_off: Counter[int]) -> None:
    """P5, P6: what is recorded as said was said; twice only what a kill cut off, with the same mark."""
    often = Counter(call["send"] for call in calls)
    assert all(often[row] <= 1 + cut_off[row] for row in often), "said twice without having been cut off"
    marks: dict[int, set[str]] = defaultdict(set)
    for call in calls:
        marks[call["send"]].add(call["mark"])
    assert all(len(found) == 1 for found in marks.values())
    said = rows(folder, select(outbox))
    # P2 once more: whatever is decided a second time is answered a second time, or refused
    answers = Counter((row.because, row.event) for row in said if row.kind in ("answer", "refusal"))
    assert set(answers.values()) <= {1}
    assert not [row.event for row in said if row.kind == "refusal"], "a click was decided twice"
    assert {row.state for row in said} <= {"sent", "asked", "cancelled", "waiting", "unclear", "failed"}
    for row in said:
        if row.state in ("sent", "asked") and row.event != "cards.refresh" and row.parent is None:
            assert often[row.id] >= 1, f"recorded as {row.state} and never said: {row.event}"
        if row.state == "unclear":
            assert cut_off[row.id], "unclear without a kill"


def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    run(tmp_path, kills=20, count=160, seconds=2700)


@pytest.mark.long
def test_two_hundred_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    run(tmp_path, kills=200, count=20_000, seconds=2700)
