"""`gridbot corrections export`: what people put right, as rows that `gridbot train` reads."""

import csv
import io
import re
from collections.abc import Collection, Sequence

from bot.classifier.category_model import NONE
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES
from storage.correction_rows import Corrected
from tickets.learned import CORRECTION_NAMES
from tickets.masking import mask_numbers, without_rooms

COLUMNS = ("text", "label", "kind", "day", "other")
#: What stands where a registered person was named.
_SOMEBODY = "某某"


def people_in(registry: Registry) -> frozenset[str]:
    """Every name and nickname of the registry."""
    named = {name for person in registry.people.values() for name in (person.name, person.nickname) if name}
    return frozenset(name for name in named if len(name) > 1)


def anonymous(text: str, names: Collection[str]) -> str:
    """Words without numbers, rooms and registered names, on one line."""
    text = without_rooms(mask_numbers(" ".join(text.split())))
    if not names:
        return text
    return re.sub("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)), _SOMEBODY, text)


def export(found: Sequence[Corrected], names: Collection[str]) -> bytes:
    """A CSV file in UTF-8 with BOM, so that Excel opens it; columns text, label, kind, day, other."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for one in found:
        label = CATEGORY_NAMES[one.category] if one.category is not None else NONE
        rows.writerow([
            _cell(anonymous(one.words, names)), label, CORRECTION_NAMES[one.kind], one.at.date().isoformat(),
            _cell(anonymous(one.other, names)),
        ])
    return text.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
