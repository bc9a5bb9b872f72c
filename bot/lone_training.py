"""Fitting the lone reader (`bot/classifier/lone.py`); and what it and the lists hear on hands that it never saw.

Development only. `python -m bot.lone_training [HAND…]` prints figures; `bot/training.py` writes the shipped weights.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from bot.classifier.lone import LoneReader, Tells, runs_of
from bot.classifier.reader import Classifier
from bot.classifier.readers import Readers
from bot.classifier.vocabulary import LexiconData
from bot.classifier.weights import Weights
from bot.classifier.where import NOWHERE
from bot.corpus import COUNTY, LoneLine, lone_lines_of, read_corpus, read_lone_lines
from bot.fitting import fit_columns, matrix_of, names_of
from bot.messages import Line, Words
from config.county import load_county
from registry.terms import Role, Tier

#: A run of characters met in fewer lines is left out.
LEAST = 3
STRENGTH = 1.0


def fit_lone(reader: Classifier, lines: Sequence[LoneLine]) -> Weights:
    """Weights fitted to lines; `reader` makes them plain."""
    rows = [runs_of(reader.plain(line.text)) for line in lines]
    names = names_of(rows, LEAST)
    weights, bias = np.zeros((len(names), len(Tells))), np.full(len(Tells), -9.0)
    fit_columns(matrix_of(rows, names), [line.tells for line in lines], weights, bias, strength=STRENGTH)
    return Weights.of(names, weights, bias)


def heard(classifier: Classifier, lines: Sequence[LoneLine]) -> str:
    """Shares of dangers heard, and of other lines that cry danger or are taken for reports."""
    dangers = [line for line in lines if line.tells >= Tells.PLACE]
    nothing = [line for line in lines if line.tells is Tells.NOTHING]
    reports = [line for line in lines if line.tells is Tells.REPORT]
    read = {id(line): classifier.read(_said(line), (), NOWHERE) for line in lines}
    share = len([line for line in dangers if read[id(line)].danger]) / max(len(dangers), 1)
    told = len([line for line in reports if read[id(line)].category]) / max(len(reports), 1)
    cried = len([line for line in nothing if read[id(line)].danger])
    false = len([line for line in nothing if read[id(line)].category and read[id(line)].act.value == "report"])
    return (f"dangers {share:.2f} of {len(dangers)}, reports {told:.2f} of {len(reports)}; of {len(nothing)} others danger {cried}, "
            f"report {false}")


def _said(line: LoneLine) -> Line:
    return Line(id="1", at=datetime(2026, 1, 1, tzinfo=UTC), sender="a", role=Role.RESIDENT, tier=Tier.BASIC, group="g", words=Words(line.text))


def main() -> None:
    """For each hand of lone lines: the lists alone, and with a reader fitted on all others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hands", nargs="*", help="of these hands only")
    named = parser.parse_args().hands
    county = load_county(COUNTY)
    data = LexiconData(county.categories, county.danger, county.words, county.places)
    rules = Classifier.from_data(data)
    written = read_lone_lines()
    lines = [*written, *lone_lines_of(read_corpus())]
    for hand in named or sorted({line.hand for line in written}):
        out = [line for line in written if line.hand == hand] or [line for line in lines if line.hand == hand]
        lone = LoneReader(fit_lone(rules, [line for line in lines if line.hand != hand]))
        sys.stdout.write(f"{hand:10} lists alone: {heard(rules, out)}\n")
        sys.stdout.write(f"{hand:10} with reader: {heard(Classifier.from_data(data, Readers(lone=lone)), out)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
