"""`gridbot classify`: one verdict a line, whatever the line."""

import io
import json
from typing import Any

import pytest

from bot.classify import classify_stream, lines_of, one_line, verdict_json, verdict_line
from bot.messages import Reason, Verdict
from registry.terms import Act, Category, DangerKind, Urgency
from tests.unit.classifier.builders import county_classifier

KEYS = ["act", "category", "urgency", "danger", "doubt", "place", "confidence", "refers_to", "reasons"]


def run(*lines: str) -> tuple[list[dict[str, Any]], int, str]:
    out: list[str] = []
    wrong = classify_stream(lines, out.append, county_classifier())
    text = "".join(out)
    return [json.loads(row) for row in text.split("\n")[:-1]], wrong, text


def test_a_verdict_has_exactly_the_keys_of_the_contract() -> None:
    verdict = Verdict(
        Act.REPORT, Category.WATER, Urgency.URGENT, DangerKind.PLACE, True, "3栋", 0.8, "m1", (Reason("规则", "词", 3.0),)
    )
    data = verdict_json(verdict)
    assert list(data) == KEYS
    assert data["reasons"] == [{"rule": "规则", "words": "词", "weight": 3.0}]
    assert data["danger"] == "place"
    assert verdict_json(Verdict(Act.CHAT))["category"] is None


def test_plain_lines_and_objects_are_read_alike() -> None:
    rows, wrong, _ = run("我们小区停电了", '{"text": "我们小区停电了"}')
    assert wrong == 0
    assert rows[0] == rows[1]
    assert rows[0]["act"] == "report"


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(Act.CHAT),
        Verdict(Act.CHAT, confidence=0.9),
        Verdict(
            Act.REPORT, Category.WATER, Urgency.URGENT, DangerKind.PLACE, True, place='3号楼"东"\\侧\t\u2028口', confidence=1 / 3,
            refers_to="m-1\x1f", reasons=(Reason("停水", "没水\n了\x85", 2.00049), Reason("闲聊", "哈", -1), Reason("x", "", 1e-7)),
        ),
    ],
)
def test_a_verdict_is_written_as_the_general_encoder_writes_it(verdict: Verdict) -> None:
    assert verdict_line(verdict) == one_line(verdict_json(verdict))
    assert len(verdict_line(verdict).splitlines()) == 1


def test_every_line_gets_one_line_even_empty_ones() -> None:
    rows, wrong, _ = run("", "  ", '{"text": ""}', "你好")
    assert [row["act"] for row in rows] == ["chat"] * 4
    assert wrong == 0


def test_lines_of_a_group_share_a_talk_and_others_are_alone() -> None:
    lines = [
        json.dumps({"id": f"m{n}", "group": group, "sender": sender, "text": text})
        for n, (group, sender, text) in enumerate([("g", "a", "怎么又停水了"), ("g", "b", "我家也是"), ("k", "b", "我家也是")])
    ]
    rows, _, _ = run(*lines, '{"text": "我家也是"}')
    assert [row["act"] for row in rows] == ["report", "echo", "chat", "chat"]
    assert rows[1]["refers_to"] == "m0"


def test_wrong_lines_are_answered_and_counted_without_their_words() -> None:
    rows, wrong, text = run(
        '{"text": "秘密", ', "{}", '{"text": 5}', '{"text": "秘密", "role": "king"}', '{"text": "秘密", "time": "2026-03-02"}',
        '{"text": "秘密", "mentions": "bot"}',
    )
    assert wrong == len(rows) == 6
    assert all(row["act"] == "chat" and row["error"].startswith("第 ") for row in rows)
    assert "秘密" not in text


def test_roles_tiers_and_mentions_count() -> None:
    rows, _, _ = run(
        json.dumps({"text": "@小格 催一下", "role": "household_head", "mentions": ["bot"]}),
        json.dumps({"text": "抢修队已到现场，正在处理", "role": "unit_lead", "tier": "command"}),
    )
    assert [row["act"] for row in rows] == ["command", "notice"]


def test_line_ends_of_other_systems_are_escaped() -> None:
    _, _, text = run("3号楼停水了\u2028没人管\u0085\u2029")
    assert text.count("\n") == 1
    assert not set("\u0085\u2028\u2029") & set(text)


def test_input_is_cut_at_newlines_alone() -> None:
    raw = "停水了\u2028一样\r\n第二行\n\xff".encode("utf-8", "replace") + b"\xfe"
    assert len(list(lines_of(io.BytesIO(raw)))) == 3


def test_a_recalled_line_leaves_the_talk() -> None:
    rows, _, _ = run(
        json.dumps({"id": "a1", "group": "g", "sender": "a", "text": "停水了？"}),
        json.dumps({"id": "a2", "group": "g", "sender": "a", "type": "recall", "text": "", "recalls": "a1"}),
        json.dumps({"id": "a3", "group": "g", "sender": "b", "text": "+1"}),
    )
    assert [row["act"] for row in rows] == ["report", "chat", "chat"]


def test_halves_of_characters_can_be_written() -> None:
    rows, wrong, text = run('{"text": "3号楼停水了\\ud83d", "id": "\\ud83d"}')
    assert wrong == 0
    assert rows[0]["act"] == "report"
    text.encode("utf-8")
