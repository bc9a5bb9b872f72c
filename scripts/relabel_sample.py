"""A second opinion on the corpus: shows every 200th message without its labels, later compares.

`show` prints each sampled message with up to 15 messages before it, all without labels, for a hand that has not seen
them; the hand writes its own labels to `corpus/relabelled.jsonl`. `compare` prints how often both agree.
The order is that of hand, file and line.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
RELABELLED = CORPUS / "relabelled.jsonl"
EVERY = 200
BEFORE = 15
LABELS = ("act", "category", "urgency", "danger")


def conversations() -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Header and messages of every conversation, in order of hand and file."""
    found = []
    for path in sorted(CORPUS.glob("hand-*/*.jsonl")):
        rows = [json.loads(text) for text in path.read_text(encoding="utf-8").split("\n") if text.strip()]
        found.append((rows[0], rows[1:]))
    return found


def show(hands: list[str]) -> None:
    """Print the sample of these hands (all, if none is named)."""
    position = 0
    for header, messages in conversations():
        for index, message in enumerate(messages):
            position += 1
            if position % EVERY or (hands and header["hand"] not in hands):
                continue
            print(f"\n===== {header['conversation']} {message['id']} · {header['kind']} · {header['group']}")
            for earlier in messages[max(0, index - BEFORE) : index]:
                print("   ", _line(header, earlier))
            print(">>>", _line(header, message))


def _line(header: dict[str, Any], message: dict[str, Any]) -> str:
    """A message as people see it: nothing of its labels."""
    role = header["people"].get(message["sender"], {}).get("role", "")
    quote = f" (on {message['quote']})" if message["quote"] else ""
    return f"{message['id']} {message['time'][5:16]} {message['sender']}/{role} {message['type']}{quote}: {message['text']}"


def compare(*, every_difference: bool) -> None:
    """Print the share of equal labels, and if wished each difference: ours, then the second opinion."""
    first = {(header["conversation"], row["id"]): row for header, rows in conversations() for row in rows}
    second = [json.loads(text) for text in RELABELLED.read_text(encoding="utf-8").split("\n") if text.strip()]
    pairs = [(first[row["conversation"], row["id"]], row) for row in second]
    for label in LABELS:
        equal = sum(ours[label] == theirs[label] for ours, theirs in pairs)
        print(f"{label:9} {equal}/{len(pairs)} = {equal / len(pairs):.3f}")
    both = [(ours, theirs) for ours, theirs in pairs if ours["category"] and theirs["category"]]
    equal = sum(ours["category"] == theirs["category"] for ours, theirs in both)
    print(f"category where both see one {equal}/{len(both)} = {equal / max(len(both), 1):.3f}")
    print(f"kappa of act {kappa([(ours['act'], theirs['act']) for ours, theirs in pairs]):.3f}")
    if every_difference:
        for ours, theirs in pairs:
            apart = [f"{label} {ours[label]} / {theirs[label]}" for label in LABELS if ours[label] != theirs[label]]
            if apart:
                print(f"{theirs['conversation']} {theirs['id']} {ours['text']} · {'; '.join(apart)}")


def kappa(pairs: list[tuple[str, str]]) -> float:
    """Cohen's kappa: agreement beyond what both would reach by chance."""
    total = len(pairs)
    observed = sum(a == b for a, b in pairs) / total
    by_chance = sum(
        sum(a == word for a, _ in pairs) * sum(b == word for _, b in pairs) for word in {word for pair in pairs for word in pair}
    ) / total**2
    return 1.0 if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    showing = commands.add_parser("show", help="print the sample without labels")
    showing.add_argument("hands", nargs="*", help="only these hands, like hand-a")
    comparing = commands.add_parser("compare", help="print the agreement")
    comparing.add_argument("--differences", action="store_true", help="print each difference too")
    arguments = parser.parse_args()
    if arguments.command == "show":
        show(arguments.hands)
    else:
        compare(every_difference=arguments.differences)


if __name__ == "__main__":
    main()
