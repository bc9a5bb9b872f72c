"""A county's own wording: over the shipped sentences, checked at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.texts import Texts, TextsError
from tests.unit.texts.samples import context

ROOT = Path(__file__).resolve().parents[3]


def faults(overlay: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(TextsError) as caught:
        Texts.load(overlay)
    return caught.value.errors


def test_a_county_s_wording_is_said() -> None:
    texts = Texts.load({"receipt": "记到咯，{matter}（{mark}）交给{taker}，{area}的老乡等信儿。"})
    said = texts.render("receipt", context("receipt")).text
    assert said == "记到咯，供水排水·老戏台5号楼（0302-17）交给县水务局，南塘第一网格的老乡等信儿。"


def test_all_errors_are_told_at_once() -> None:
    errors = faults({
        "reciept": "收到（{mark}）",
        "withdrawn": "撤回了（{mark}），{phone}",
        "rated.thanks": "谢谢",
        "answer.unmuted": "好" * 700,
        "button.accept": "这件事就由我们单位接下来办理",
        "handed_to_duty": "  ",
        "number.gas": "燃气公司",
        "consult.done": "答复了（{mark}}",
    })
    assert len(errors) == 8
    assert all(error.startswith("texts.yaml：") for error in errors)
    assert "是不是「receipt」" in errors[0]
    assert "不能用 {phone}" in errors[1]
    assert "少了 {mark}" in errors[2]
    assert "太长" in errors[3]
    assert "最多 10 个字" in errors[4]
    assert "是空的" in errors[5]
    assert "电话号码" in errors[6]
    assert "花括号" in errors[7]


def test_numbers_want_quotes() -> None:
    assert "请加引号" in faults({"number.police": 110})[0]  # type: ignore[dict-item]


def test_a_blank_reaches_nothing_but_its_value() -> None:
    assert "花括号" in faults({"withdrawn": "撤回了（{mark}）{matter.__class__}"})[0]


def test_the_shipped_wording_passes_its_own_check() -> None:
    shipped = yaml.safe_load((ROOT / "bot/texts/sentences.yaml").read_text("utf-8"))
    Texts.load({name: text for name, text in shipped.items() if name != "number.gas"})


def test_the_sample_county_s_wording_passes() -> None:
    Texts.load(yaml.safe_load((ROOT / "config/county/texts.yaml").read_text("utf-8")))
