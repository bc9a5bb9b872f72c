"""The one line by which a matter is known: category, place and the first report's words, masked, ≤ 60 characters."""

from registry.terms import CATEGORY_NAMES, Category
from tickets.masking import clip, mask_numbers

SUMMARY_CHARACTERS = 60


def summarise(category: Category, place: str | None, words: str) -> str:
    """`供水排水·3栋：没水了`, masked and clipped."""
    head = CATEGORY_NAMES[category] + (f"·{place}" if place else "")
    body = " ".join(mask_numbers(words).split())
    return clip(mask_numbers(f"{head}：{body}" if body else head), SUMMARY_CHARACTERS)
