"""Deliberate faults, one at a time in a copy of the tree: how many do the tests catch? (reliability T23)

    python scripts/planted_faults.py            # all of them, and the page docs/design/planted-faults.md
    python scripts/planted_faults.py 7 12       # only these, nothing written

It measures the tests, not the code. A fault that no test catches is a test to be written. Nothing of the working tree is
changed: each fault is put into a copy in a temporary folder, its tests are run there until the first failure, and it is
taken out again.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "design" / "planted-faults.md"
#: What the tests need; the rest stays where it is.
COPIED = ("bot", "registry", "tickets", "escalation", "storage", "dashboard", "emulator", "config", "tests", "scripts", "corpus", "docs")
#: A run that takes longer hangs, which counts as caught.
PATIENCE = 300

UNIT = "tests/unit/tickets/"
DESK = "tests/integration/desk/"
STORE = "tests/integration/storage/"
LADDER = "tests/unit/escalation/test_ladder.py"
#: The machine, for faults that only some order of events brings out.
LIFE = UNIT + "test_life.py"


@dataclass(frozen=True, slots=True)
class Fault:
    """`old` stands exactly once in the file and becomes `new`."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FAULTS: tuple[Fault, ...] = (
    Fault("a reopened matter starts no rung higher", "escalation/ladder.py",
          "max(case.round - 1, 0)", "max(case.round - 2, 0)", (LADDER, UNIT + "test_rating.py")),
    Fault("unanswered calls never grow rarer", "escalation/ladder.py",
          "2 ** min(repeats - STEADY_REPEATS, 20)", "1 ** min(repeats - STEADY_REPEATS, 20)", (LADDER,)),
    Fault("a doubtful danger reaches the command group", "escalation/ladder.py",
          "with_command = not case.doubt", "with_command = True", (LADDER, UNIT + "test_danger.py")),
    Fault("calls of normal matters wake people at night", "escalation/ladder.py",
          "if case.urgency is Urgency.NORMAL else next_at", "if case.urgency is Urgency.DANGER else next_at", (LADDER, UNIT + "test_time.py")),
    Fault("a step decided before is decided again", "tickets/rounds.py",
          "plan.missing):\n        return ticket", "plan.missing):\n        pass", (UNIT + "test_time.py", STORE + "test_answer_races.py", LIFE)),
    Fault("a call does not ask anew after a stale acknowledgement", "tickets/rounds.py",
          "ticket = replace(ticket, step=step, acknowledged_at=None)", "ticket = replace(ticket, step=step)",
          (UNIT + "test_acknowledging.py",)),
    Fault("a ladder stays on its rung", "tickets/rounds.py",
          "or now + timedelta(days=1), rung=plan.rung))", "or now + timedelta(days=1), rung=clock.rung))", (UNIT + "test_time.py",)),
    Fault("a raised urgency moves no limit", "tickets/rounds.py",
          "        if at < clock.limit_at:", "        if at < clock.limit_at and False:", (UNIT + "test_opening.py", UNIT + "test_danger.py")),
    Fault("who accepts is still reminded to accept", "tickets/assigning.py",
          "    work.stop_clocks(ticket.id, ClockKind.ACCEPT)\n", "", (UNIT + "test_assigning.py",)),
    Fault("calls queued before an acceptance still leave", "tickets/assigning.py",
          'events={"card.assigned", "card.no_unit", "step.group", "step.card"})\n    work.record(ticket.id, now, What.ACCEPTED',
          'events={"card.assigned", "card.no_unit"})\n    work.record(ticket.id, now, What.ACCEPTED',
          (UNIT + "test_assigning.py", LIFE)),
    Fault("one return too few before the office judges", "tickets/assigning.py",
          "arbiter_needed = returns > rules", "arbiter_needed = returns >= rules", (UNIT + "test_assigning.py", DESK + "test_deferrals.py")),
    Fault("what was accepted and returned is not waited for", "tickets/assigning.py",
          "    if was_accepted:\n        _start_accept_clock(work, rules, now, ticket)\n    work.record(ticket.id, now, What.RETURNED",
          "    work.record(ticket.id, now, What.RETURNED", (UNIT + "test_assigning.py",)),
    Fault("a returned matter has no owner", "tickets/assigning.py",
          "status=Status.OPEN, returns=returns, owner=owner, unit=None", "status=Status.OPEN, returns=returns, owner=None, unit=None",
          (UNIT + "test_assigning.py", LIFE)),
    Fault("normal matters are handed over in the middle of the night", "tickets/assigning.py",
          "return rules.calendar.after_quiet(now + timedelta(seconds=rules.policy_of(ticket).say.hold_seconds))",
          "return now + timedelta(seconds=rules.policy_of(ticket).say.hold_seconds)", (UNIT + "test_opening.py",)),
    Fault("a day too few to say that it is not settled", "tickets/rating.py",
          "timedelta(days=rules.policy_of(ticket).rating.reopen_within_days)",
          "timedelta(days=rules.policy_of(ticket).rating.reopen_within_days - 1)", (UNIT + "test_rating.py",)),
    Fault("a closed matter's clocks run on", "tickets/rating.py",
          "closed_at=now, last_at=max(ticket.last_at, now))\n    work.save(ticket)\n    work.stop_clocks(ticket.id)\n",
          "closed_at=now, last_at=max(ticket.last_at, now))\n    work.save(ticket)\n", (UNIT + "test_rating.py", LIFE)),
    Fault("a reopened matter stays in its round", "tickets/rating.py",
          "round=ticket.round + 1, step=0, owner=owner, outcome=None", "round=ticket.round, step=0, owner=owner, outcome=None",
          (UNIT + "test_rating.py",)),
    Fault("one voice takes back what another has told too", "tickets/rating.py",
          "    if len(voices) > 1:", "    if len(voices) > 2:", (UNIT + "test_rating.py",)),
    Fault("who says nothing counts as satisfied", "tickets/rating.py",
          "return close(work, now, ticket, Outcome.SILENT, by=None)", "return close(work, now, ticket, Outcome.SATISFIED, by=None)",
          (UNIT + "test_rating.py",)),
    Fault("sentences of an earlier round leave", "tickets/truth.py",
          "    if ticket.round != round_:\n        return False\n", "", (UNIT + "test_truth.py",)),
    Fault("an acknowledgement cancels no call", "tickets/acknowledging.py",
          "    work.cancel(ticket.id, now, events=CALLS)\n", "", (UNIT + "test_acknowledging.py",)),
    Fault("an acknowledgement holds no ladder", "tickets/acknowledging.py",
          "work.set_clock(replace(clock, due_at=max(clock.due_at, until)))", "work.set_clock(clock)", (UNIT + "test_acknowledging.py",)),
    Fault("a danger is silenced for hours", "tickets/silencing.py",
          "        until = min(until, latest_in_danger)\n", "        pass\n", (UNIT + "test_acknowledging.py", DESK + "test_duty.py", UNIT + "test_time.py")),
    Fault("who asked for the exclusion confirms it", "tickets/excluding.py",
          "    check_second(ticket, request, by)\n", "", (UNIT + "test_excluding.py",)),
    Fault("an extension beyond the fifteen days", "tickets/extending.py",
          "if until > latest.date() or limit <= now", "if limit <= now", (UNIT + "test_extending.py",)),
    Fault("the clocks of what is shelved run on", "tickets/shelving.py",
          "    work.stop_clocks(ticket.id, *_STANDING_STILL)\n", "", (UNIT + "test_shelving.py",)),
    Fault("an unanswered doubt never becomes danger", "tickets/danger.py",
          "    if not ticket.doubt or not ticket.is_open:\n        return ticket\n    return raise_alarm",
          "    if ticket.doubt or not ticket.is_open:\n        return ticket\n    return raise_alarm", (UNIT + "test_danger.py",)),
    Fault("groups hear of a person danger", "tickets/telling.py",
          "    if ticket.danger is DangerKind.PERSON or ticket.is_apart:\n        return event in _DISCREET_EVENTS\n", "",
          (UNIT + "test_danger.py", UNIT + "test_opening.py")),
    Fault("what an owner was asked to send is not called off", "storage/outbox.py",
          'return done.values(withdraw=True).where(_state("asked")), done.where(_state("waiting"))',
          'return done.where(_state("waiting")), done.where(_state("waiting"))', (STORE + "test_outbox.py",)),
    Fault("a lease that has not run out is taken", "storage/leases.py",
          "    if row.holder != holder and row.expires_at > now:\n        return None\n", "", (STORE + "test_inbox.py", STORE + "test_outbox.py")),
    Fault("a new holder has the old fence", "storage/leases.py",
          "else int(row.fence) + 1", "else int(row.fence)", (STORE + "test_inbox.py", STORE + "test_outbox.py")),
    Fault("a line's digest leaves out the line before", "storage/chain.py",
          "body = canonical([before, ticket, line,", 'body = canonical(["", ticket, line,', (STORE + "test_chain.py",)),
    Fault("a warning is given for a limit that has ended", "storage/clock_rows.py",
          'for kind in (*kinds, *warnings)]', 'for kind in kinds]', (STORE + "test_work.py",)),
    Fault("the sweep waits twenty minutes for a limit", "storage/sweep.py",
          "clocks.state = 'running' AND clocks.due_at < :now_s120", "clocks.state = 'running' AND clocks.due_at < :now_s1200",
          (STORE + "test_sweep.py",)),
    Fault("the recount forgets that a returned matter waits again", "storage/figures.py",
          "frozenset({What.RETURNED, What.ASSIGNED})", "frozenset[What]()", ("tests/integration/tickets/test_county_year.py",)),
)


def main() -> None:
    wanted = [int(number) for number in sys.argv[1:]]
    chosen = [(number, fault) for number, fault in enumerate(FAULTS, 1) if not wanted or number in wanted]
    with tempfile.TemporaryDirectory(prefix="gridbot-faults-") as folder:
        tree = copied(Path(folder))
        found = [(number, fault, tried(tree, number, fault)) for number, fault in chosen]
    caught = sum(by is not None for _, _, by in found)
    print(f"{caught} of {len(found)} caught")
    if not wanted:
        PAGE.write_text(page(found, caught), encoding="utf-8")
    sys.exit(caught < len(found))


def copied(folder: Path) -> Path:
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules", "*.db"))
    for name in ("pyproject.toml", "README.md", "README.en.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def tried(tree: Path, number: int, fault: Fault) -> str | None:
    """The test that caught it; None where none did."""
    file = tree / fault.file
    sound = file.read_text(encoding="utf-8")
    if sound.count(fault.old) != 1:
        raise SystemExit(f"fault {number}: its text stands {sound.count(fault.old)} times in {fault.file}")
    file.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
    began = time.monotonic()
    try:
        by = caught_by(tree, fault.tests)
    finally:
        file.write_text(sound, encoding="utf-8")
    print(f"{number:2} {'caught' if by else 'SURVIVED':8} {time.monotonic() - began:5.0f} s  {fault.what}  {by or ''}", flush=True)
    return by


def caught_by(tree: Path, tests: tuple[str, ...]) -> str | None:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not long and not postgres", *tests]
    try:
        ran = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return "it hangs"
    if ran.returncode == 0:
        return None
    if ran.returncode != 1:
        raise SystemExit(f"the tests did not run:\n{ran.stdout[-2000:]}{ran.stderr[-500:]}")
    failed = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return failed[0].split(" ")[1].removeprefix("tests/") if failed else "a test"


def page(found: list[tuple[int, Fault, str | None]], caught: int) -> str:
    rows = "\n".join(
        f"| {number} | {fault.what} | `{fault.file}` | {f'`{by}`' if by else '**survived**'} |" for number, fault, by in found
    )
    return f"""# Planted faults

Written by `scripts/planted_faults.py`; do not edit by hand. Each fault is put alone into a copy of the tree, and the tests
named for it there are run until the first failure. **{caught} of {len(found)} are caught.** A fault that survives asks for a
test: at first a step decided twice, a limit that stays where it was, a closed matter's clocks, sentences of an earlier
round and a stopped clock's warning survived, and each has its test now.

| | fault | in | caught by |
|---|---|---|---|
{rows}
"""


if __name__ == "__main__":
    main()
