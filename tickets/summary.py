"""The one line by which a matter is known: category, place and the first report's words, masked, ≤ 60 characters."""

from registry.terms import Category
from tickets.masking import clip, mask_numbers

#: Chinese names of the categories, in the words of the residents' hotline.
CATEGORY_NAMES: dict[Category, str] = {
    Category.WATER: "供水排水",
    Category.POWER: "供电",
    Category.GAS_HEATING: "燃气供热",
    Category.ROAD: "道路桥梁",
    Category.TRAFFIC: "交通停车",
    Category.PROPERTY: "物业住房",
    Category.FACILITY: "公共设施",
    Category.SANITATION: "环境卫生",
    Category.POLLUTION: "环境污染",
    Category.NOISE: "噪音扰民",
    Category.HAZARD: "安全隐患",
    Category.DISPUTE: "矛盾纠纷",
    Category.ORDER: "治安",
    Category.SOCIAL: "社保救助",
    Category.EDUCATION: "教育",
    Category.HEALTH: "医疗卫生",
    Category.CONSUMER: "消费市场",
    Category.LABOUR: "劳动欠薪",
    Category.AGRICULTURE: "农业农村",
    Category.PERSON_HELP: "个人帮扶",
    Category.OTHER: "其他",
}

SUMMARY_CHARACTERS = 60


def summarise(category: Category, place: str | None, words: str) -> str:
    """`供水排水·3栋：没水了`, masked and clipped."""
    head = CATEGORY_NAMES[category] + (f"·{place}" if place else "")
    body = " ".join(mask_numbers(words).split())
    return clip(mask_numbers(f"{head}：{body}" if body else head), SUMMARY_CHARACTERS)
