"""Figures of hearing on the measuring data: acts on a transcript, false reports on real chat, complaints recognised.

    python bench/reading_figures.py [--misses]

The data lie outside the project: GRIDBOT_DATA_DIR or ../shared/data beside it. Without them it says so and ends well.
With --misses it shows where it went wrong, on the screen only.
"""

import csv
import json
import os
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.classifier import NOWHERE, Classifier, LexiconData, Where
from bot.messages import Line, MessageKind, Verdict, Words
from registry.terms import Act, Role, Tier, Urgency

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("GRIDBOT_DATA_DIR", ROOT.parent / "shared" / "data"))
COUNTY = ROOT / "config" / "county"
CHATS = ("chat-sms-dev.csv", "chat-weibo-dev.csv", "chat-qq-group-dev.csv")
COMPLAINTS = ("complaints-7class-dev.csv", "leader-board-dev.csv")


def classifier() -> Classifier:
    """The classifier of the sample county."""
    parts = {
        name: yaml.safe_load((COUNTY / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("categories", "danger", "words", "places")
    }
    return Classifier.from_data(LexiconData(**parts))


def alone(text: str) -> Line:
    """A line said by a resident in a basic group, with nothing before it."""
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    return Line("m1", at, "r", Role.RESIDENT, Tier.BASIC, None, words=Words(text))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV of the data folder."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def transcript(folder: Path) -> Iterator[tuple[Line, Where, dict[str, Any]]]:
    """The lines of a transcript with what is known of their group and their gold label."""
    registry = yaml.safe_load((folder / "registry.yaml").read_text(encoding="utf-8"))
    roles = {person["id"]: Role(person["role"]) for person in registry["people"]}
    groups = {group["id"]: group for group in registry["groups"]}
    places = {area["code"]: area for area in registry["areas"]}
    wheres: dict[str, Where] = {}
    for group in registry["groups"]:
        names: list[str] = []
        prefix = ""
        for code, area in places.items():
            if code.startswith(group["area"]) or code in group.get("covers", []):
                names += area.get("places") or []
                if area.get("level") in ("village", "township"):
                    names.append(area["name"])
        own = places[group["area"]].get("places") or []
        if group["tier"] == "basic" and own:
            village = next(a for code, a in places.items() if code == group["area"][:12])
            prefix = own[0] if "组" not in own[0] else village["name"]
        wheres[group["id"]] = Where(tuple(dict.fromkeys(names)), prefix, (registry["bot"]["name"],))
    gold = {}
    for row in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(row)
        gold[label["id"]] = label
    for row in (folder / "messages.jsonl").read_text(encoding="utf-8").splitlines():
        message = json.loads(row)
        group = groups[message["group"]]
        yield (
            Line(
                id=message["id"],
                at=datetime.fromisoformat(message["time"]),
                sender=message["sender"],
                role=roles.get(message["sender"], Role.RESIDENT),
                tier=Tier(group["tier"]),
                group=message["group"],
                kind=MessageKind(message["type"]),
                words=Words(message["text"]),
                mentions=tuple(message.get("mentions", [])),
                mentions_bot=registry["bot"]["id"] in message.get("mentions", []),
                quote=message.get("quote"),
            ),
            wheres[message["group"]],
            gold[message["id"]],
        )


def read_transcript(reader: Classifier, folder: Path) -> list[tuple[Line, Verdict, dict[str, Any]]]:
    """Read a transcript line by line with the talk of its group: 60 lines, two hours."""
    talks: dict[str, deque[Line]] = defaultdict(lambda: deque(maxlen=60))
    read = []
    for line, where, gold in transcript(folder):
        talk = talks[line.group or ""]
        while talk and line.at - talk[0].at > timedelta(hours=2):
            talk.popleft()
        verdict = reader.read(line, tuple(talk), where)
        talk.append(line.read_as(verdict, None))
        read.append((line, verdict, gold))
    return read


def f1(pairs: list[tuple[str, str]]) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 of each class over (gold, read) pairs."""
    hit, gold, read = Counter[str](), Counter[str](), Counter[str]()
    for g, r in pairs:
        gold[g] += 1
        read[r] += 1
        hit[g] += g == r
    return {
        c: (
            hit[c] / read[c] if read[c] else 0.0,
            hit[c] / gold[c] if gold[c] else 0.0,
            2 * hit[c] / (gold[c] + read[c]) if gold[c] + read[c] else 0.0,
        )
        for c in sorted(gold | read)
    }


def acts(reader: Classifier, folder: Path, misses: bool) -> None:
    """Print the figures of one transcript."""
    began = time.perf_counter()
    read = read_transcript(reader, folder)
    seconds = time.perf_counter() - began
    table = f1([(g["act"], v.act.value) for _, v, g in read])
    macro = sum(row[2] for act, row in table.items() if any(g["act"] == act for _, _, g in read)) / len(
        {g["act"] for _, _, g in read}
    )
    print(f"{folder.name}: {len(read)} lines, {len(read) / seconds:,.0f}/s with talk; act macro-F1 {macro:.3f}")
    for act, (p, r, f) in table.items():
        print(f"  {act:13} P {p:.2f}  R {r:.2f}  F1 {f:.2f}")
    told = [(v, g) for _, v, g in read if g["act"] in ("report", "echo", "supplement", "recovery") and g["matter"]]
    caught = [(v, g) for v, g in told if v.act is not Act.CHAT]
    print(
        f"  of {len(told)} tellings caught {len(caught)}; of these category "
        f"{sum(v.category == g['category'] for v, g in caught) / len(caught):.3f}, urgency "
        f"{sum(v.urgency == g['urgency'] for v, g in caught) / len(caught):.3f}"
    )
    chat = [(v, g) for _, v, g in read if g["act"] == "chat"]
    print(f"  chat read as report {sum(v.act is Act.REPORT for v, _ in chat)}, as anything "
          f"{sum(v.act is not Act.CHAT for v, _ in chat)} of {len(chat)}; as danger "
          f"{sum(v.urgency is Urgency.DANGER for v, _ in chat)}")
    firsts = {}
    for _, v, g in read:
        if g["matter"] and g["act"] == "report":
            firsts.setdefault(g["matter"], v)
    print(f"  first reports read as report {sum(v.act is Act.REPORT for v in firsts.values())} of {len(firsts)}")
    if misses:
        for line, v, g in read:
            if v.act.value != g["act"]:
                print(f"    {line.id[-4:]} {line.role.value[:8]:8} {g['act']:>12} → {v.act.value:12} {line.words.text[:60]}"
                      f"  {[f'{r.rule}:{r.words}' for r in v.reasons[:3]]}")
            elif g["act"] == "report" and (v.category != g["category"] or v.urgency != g["urgency"]):
                print(f"    {line.id[-4:]} {g['category']}/{g['urgency']} → {v.category}/{v.urgency} {line.words.text[:60]}"
                      f"  {[f'{r.rule}:{r.words}' for r in v.reasons[:3]]}")


def false_reports(reader: Classifier, name: str, misses: bool) -> None:
    """Print how often real chat, line by line, is taken for a report or a danger."""
    verdicts = [(row["text"], reader.read(alone(row["text"]), (), NOWHERE)) for row in rows(name)]
    reports = [(t, v) for t, v in verdicts if v.act is Act.REPORT]
    danger = [(t, v) for t, v in verdicts if v.urgency is Urgency.DANGER]
    others = Counter(v.act.value for _, v in verdicts)
    n = len(verdicts)
    print(f"{name}: reports {1000 * len(reports) / n:.2f}, danger {1000 * len(danger) / n:.2f} per 1,000 of {n}; {dict(others)}")
    if misses:
        for text, v in [(t, v) for t, v in verdicts if v.act is not Act.CHAT][:400]:
            print(f"    {v.act.value:9} {v.category} {v.urgency} {text[:70]!r} {[f'{r.rule}:{r.words}:{r.weight:.1f}' for r in v.reasons[:4]]}")


def complaints(reader: Classifier, name: str, misses: bool) -> None:
    """Print how many titles of real complaints are taken as report or question."""
    titles = [row["title"] for row in rows(name) if row["title"].strip()]
    verdicts = [(title, reader.read(alone(title), (), NOWHERE)) for title in titles]
    taken = [v for _, v in verdicts if v.act in (Act.REPORT, Act.QUESTION)]
    print(f"{name}: {len(taken) / len(titles):.3f} of {len(titles)} titles taken; "
          f"{dict(Counter(v.act.value for _, v in verdicts))}")
    if misses:
        for title, v in verdicts:
            if v.act not in (Act.REPORT, Act.QUESTION):
                print(f"    {v.act.value} {title}")


def main() -> None:
    """Print everything."""
    if not (DATA / "transcripts-a").is_dir():
        print(f"没有测量数据：{DATA} 不存在或没有 transcripts-a，跳过。可用 GRIDBOT_DATA_DIR 指明。")
        return
    misses = "--misses" in sys.argv
    reader = classifier()
    acts(reader, DATA / "transcripts-a", misses)
    for name in CHATS:
        false_reports(reader, name, misses)
    for name in COMPLAINTS:
        complaints(reader, name, misses)


if __name__ == "__main__":
    main()
