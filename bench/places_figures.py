"""Figures of places on real addresses: parts cut out, and whether two addresses are one place.

    python bench/places_figures.py FOLDER [--misses]

FOLDER holds `address-parts-dev.jsonl` (text and spans by kind) and `address-pairs-dev.csv` (query, candidate, label). Where
it is not there the bench says so and leaves. Of the 21 kinds of part those are asked that talk in a county names: road,
number, building, unit, floor, room, village and hamlet, estate or shop. A part is found when a part of our place has the
same kind and its words contain, or lie in, the span's. Pairs: 完全匹配 is the same place, 不匹配 is not, 部分匹配 is left out.
"""

import csv
import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.classifier.places import Places, arabic
from bot.classifier.segment import best_cutter, boundaries
from bot.classifier.where import NOWHERE
from bot.corpus import COUNTY
from bot.loading import load_book
from tickets.place_match import Nearness, compare

#: Kinds of the addresses beside ours.
KINDS = {
    "road": ("named", "known"), "roadno": ("house",), "houseno": ("building", "house"), "cellno": ("entrance",), "floorno": ("floor",),
    "roomno": ("room", "house"), "community": ("named", "known"), "poi": ("named", "known", "spot"), "town": ("named",),
    "village_group": ("hamlet",),
}


def parts_figures(path: Path, places: Places, *, misses: bool) -> None:
    """Precision, recall and F1 by kind, and over all."""
    cut = best_cutter(())
    found, wanted, right = Counter[str](), Counter[str](), Counter[str]()
    for text in path.read_text(encoding="utf-8").split("\n"):
        if not text:
            continue
        row = json.loads(text)
        address = row["text"]
        ours = [part for place in places.find_all(address, NOWHERE, boundaries(cut(address))) for part in place.parts]
        for _, _, kind, words in row["spans"]:
            if kind not in KINDS:
                continue
            wanted[kind] += 1
            hit = next((part for part in ours if part.kind in KINDS[kind] and _same(part.words, words)), None)
            if hit is not None:
                right[kind] += 1
            elif misses:
                print(f"  {kind} {words} in {address} {[part.words for part in ours]}")
        found.update(part.kind for part in ours)
    for kind in KINDS:
        print(f"  {kind:14} {right[kind]:5} of {wanted[kind]:5}  recall {right[kind] / max(wanted[kind], 1):.3f}")
    precision, recall = right.total() / max(found.total(), 1), right.total() / max(wanted.total(), 1)
    print(f"parts: precision {precision:.3f} recall {recall:.3f} F1 {2 * precision * recall / max(precision + recall, 1e-9):.3f}")


def _same(ours: str, theirs: str) -> bool:
    ours, theirs = _plain(ours), _plain(theirs)
    return bool(theirs) and (ours in theirs or theirs in ours)


def _plain(words: str) -> str:
    digits = "".join(sign for sign in words if sign.isdigit())
    return digits or arabic(words.rstrip("号楼室栋幢座单元层"))


def pairs_figures(path: Path) -> None:
    """F1 of 「the same place」."""
    right = said = same = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["label"] not in ("完全匹配", "不匹配"):
                continue
            ours = compare(row["query"], row["candidate"]) in (Nearness.SAME, Nearness.AKIN)
            theirs = row["label"] == "完全匹配"
            right, said, same = right + (ours and theirs), said + ours, same + theirs
    precision, recall = right / max(said, 1), right / max(same, 1)
    print(f"pairs: precision {precision:.3f} recall {recall:.3f} F1 {2 * precision * recall / max(precision + recall, 1e-9):.3f}")


def main() -> None:
    """Both figures of a folder."""
    named = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    folder = Path(named[0]) if named else None
    files = [folder / name for name in ("address-parts-dev.jsonl", "address-pairs-dev.csv")] if folder else []
    if not files or not all(file.exists() for file in files):
        print("no addresses to measure on: name a folder with address-parts-dev.jsonl and address-pairs-dev.csv")
        return
    parts_figures(files[0], Places(load_book(COUNTY).county.places), misses="--misses" in sys.argv)  # type: ignore[arg-type]
    pairs_figures(files[1])


if __name__ == "__main__":
    main()
