"""What people put right in how a matter was read: the kinds, and their names as people say them."""

from enum import StrEnum


class Correction(StrEnum):
    """What was put right."""

    NO_MATTER = "no_matter"
    CATEGORY = "category"
    MERGED = "merged"
    SPLIT = "split"


CORRECTION_NAMES = {
    Correction.NO_MATTER: "不是诉求",
    Correction.CATEGORY: "改类别",
    Correction.MERGED: "合并",
    Correction.SPLIT: "拆分",
}
