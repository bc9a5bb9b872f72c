"""What a check says about each refusal: no code of the documents goes without a sentence and a place to click."""

import pytest

from bot.channels.console import COSTS, MISSING, NAMES, OFF, OK, Door, Finding, advice, where
from bot.channels.outcomes import Failed, Limited, Partial, Retry, Sent, Unclear, outcome_of

#: Wire §8 and §4, each code by itself.
CODES = (
    -1, 40001, 40014, 42001, 41001, 40003, 60111, 40008, 40035, 40058, 44004, 45001, 45002, 45033, 40013, 40056, 45009, 46004,
    50001, 48002, 60011, 60020, 81013, 82001, 84061, 84074, 86001, 86003, 86004, 86005, 86006, 86007, 86008, 86216, 86217,
    93000, 301002, 301052,
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_sentence_and_a_place(code: int) -> None:
    for door in Door:
        found = advice(door, outcome_of({"errcode": code, "errmsg": "in English, from ip: 203.0.113.7"}))
        assert found is not None
        assert f"（错误码 {code}）" not in found.what
        assert "全局错误码" not in found.where
        for text in (found.what, found.where):
            assert text.endswith("。")
            assert "in English" not in text
        assert found.passing == (code in (-1, 45009, 45033))


def test_the_address_that_was_refused_is_named_and_the_place_is_the_doors() -> None:
    refused = outcome_of({"errcode": 60020, "errmsg": "not allow to access from your ip, from ip: 203.0.113.7, more"})
    found = advice(Door.APP, refused)
    assert found is not None
    assert "203.0.113.7" in found.what
    assert "企业可信 IP" in found.where
    archive = advice(Door.ARCHIVE, refused)
    assert archive is not None
    assert archive.where.startswith("会话内容存档")


def test_a_secret_is_renewed_where_it_lies() -> None:
    assert "WECOM_APP_SECRET" in where(Door.APP, 40001)
    assert "WECOM_ARCHIVE_SECRET" in where(Door.ARCHIVE, 40001)
    assert "时间" in where(Door.APP, 42001)


def test_an_unknown_code_is_named() -> None:
    found = advice(Door.APP, Failed(99999, "企业微信没有接受（错误码 99999）。"))
    assert found is not None
    assert "99999" in found.where


def test_what_went_well_needs_no_advice_and_silence_names_the_network() -> None:
    assert advice(Door.APP, Sent()) is None
    assert advice(Door.APP, Partial(("li",))) is None
    for outcome in (Retry(0, "连不上企业微信，没有发出，稍后再试。"), Unclear("发出后没有得到回答。")):
        found = advice(Door.APP, outcome)
        assert found is not None
        assert found.passing
        assert "BASE_URL" in found.where
        assert "没有发出" not in found.what
    limited = advice(Door.MEDIA, Limited(60))
    assert limited is not None
    assert limited.passing


def test_each_door_has_a_name_and_a_cost() -> None:
    assert set(NAMES) == set(COSTS) == set(Door)


def test_a_finding_is_told_in_lines() -> None:
    assert Finding(Door.APP, OK, ("可以用。",)).lines() == ["✓ 自建应用：可以用。"]
    missing = Finding(Door.WEBHOOK, MISSING, ("一群：失效。", "二群：失效。"), ("重新添加。",), 93000)
    assert missing.lines() == ["✗ 群机器人：一群：失效。", "   二群：失效。", "   怎么办：重新添加。", "   费用：不收费。"]
    assert missing.as_json()["code"] == 93000
    assert Finding(Door.ARCHIVE, OFF, ("没有配置。",)).lines()[1].startswith("   费用：")
