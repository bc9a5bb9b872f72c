"""Every line of history has its sentence, and residents are named nowhere."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.history_words import sentence
from registry.terms import What
from tests.builders.registry_rows import registry_of, small_county
from tests.builders.tickets import NOW
from tickets.model import HistoryLine

REGISTRY = registry_of(small_county())


def line(what: What, by: str | None = None, to: str | None = None, **facts: Any) -> HistoryLine:
    return HistoryLine(1, 1, NOW, what, by, to, facts, "")


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize("by", [None, "r-1", "wm-unknown", "u-1"])
def test_every_line_is_a_chinese_sentence_without_residents_names(what: What, by: str | None) -> None:
    words = sentence(REGISTRY, line(what, by))

    assert words
    assert what.value not in words
    assert "顾春燕" not in words
    assert "wm-unknown" not in words
    assert "None" not in words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (line(What.OPENED, "r-1", "m-1"), "居民反映，受理为诉求，首问责任人 白杨（网格员）"),
        (line(What.VOICE, "r-1", voices=3), "又有居民反映，共 3 个声音"),
        (line(What.ASSIGNED, None, "un-water", owner="u-1"), "交办给 县水务局，接单前由 江一帆（县水务局） 负责"),
        (line(What.ACCEPTED, "u-1"), "江一帆（县水务局） 接单"),
        (line(What.ACKNOWLEDGED, "d-1", "u-1", office=True),
         "程日升（值班员）在网格办页面代 江一帆（县水务局） 登记接单"),
        (line(What.HANDED_OVER, "d-1", "un-town", **{"from": "un-water"}),
         "程日升（值班员）转办给 柳渡镇人民政府（原为 县水务局）"),
        (line(What.RAISED, None, ladder="accept", rung=2, step=2, calls=["g-cmd", "u-1"]),
         "接单超时，第 2 次升级，通知 云亭县指挥群、江一帆（县水务局）"),
        (line(What.RATED, "r-1", satisfied=False), "居民评价：不满意"),
        (replace(line(What.CORRECTED, "d-1"), facts={"from": "water", "to": "road"}), "程日升（值班员） 改类别：供水排水 → 道路桥梁"),
        (line(What.CLOSED, None, outcome="silent"), "关闭，评价：未回应"),
        (line(What.CLOSED, "d-1", excluded=True), "程日升（值班员） 认定不是诉求"),
        (line(What.CLOSED, "d-1", excluded=True, unreasonable=True), "程日升（值班员） 核定为不合理诉求，不再办理"),
        (line(What.SHELVED, "d-1", until="2026-03-12T09:00:00+08:00", times=1), "程日升（值班员） 挂账，2026-03-12复查"),
        (line(What.SHELVED, "d-1", until="2026-03-20T09:00:00+08:00", times=2), "程日升（值班员） 挂账（第 2 次），2026-03-20复查"),
        (line(What.SHELVED, "d-1", resumed=True), "程日升（值班员） 恢复办理"),
        (line(What.EXTENDED, "u-1", stage="asked", until="2026-03-14T18:00:00+08:00"), "江一帆（县水务局） 申请延期到2026-03-14"),
        (line(What.EXTENDED, "d-1", "u-1", stage="granted", until="2026-03-14T18:00:00+08:00"),
         "程日升（值班员） 同意延期到2026-03-14"),
        (line(What.SET_ASIDE, "u-1", stage="asked"), "江一帆（县水务局） 提出按不合理诉求处理"),
        (line(What.SET_ASIDE, "d-1", stage="refused"), "程日升（值班员） 不同意按不合理诉求处理"),
        (line(What.SPLIT, "d-1", "2026-0302-9"), "程日升（值班员） 拆出 2026-0302-9"),
        (replace(line(What.SPLIT, "d-1"), facts={"from": "2026-0302-1"}), "程日升（值班员） 从 2026-0302-1 拆出来"),
        (line(What.WHISTLED, "d-1", "un-water", kind="joint", units=["un-water", "un-town"], lead="un-water"),
         "程日升（值班员） 吹联动哨：县水务局、柳渡镇人民政府，县水务局 牵头"),
        (line(What.REPORTED_IN, "u-1", unit="un-water", late=True), "县水务局 报到（江一帆（县水务局）），过了时限"),
        (line(What.REPORTED_IN, "u-1", unit="un-water", part_done=True), "县水务局那部分完成（江一帆（县水务局））"),
        (line(What.RAISED, None, absent=["un-town"]), "吹哨到时没有报到，点名：柳渡镇人民政府"),
        (line(What.RAISED, None, "d-1", leader_proposed="returns", round=1), "退回多次，请 程日升（值班员） 领办"),
        (line(What.RAISED, "d-1", topic=True), "程日升（值班员） 列入专题"),
        (line(What.RAISED, "d-1", topic=False), "程日升（值班员） 撤出专题"),
        (line(What.SUPERVISED, "d-1", "u-1", grade="call_up"), "程日升（值班员） 约谈"),
        (line(What.SUPERVISED, "d-1", "u-1", grade="notice", urgent=True), "程日升（值班员） 督办（特急）"),
        (line(What.SUPERVISED, None, "d-1", lapsed="reminder", grade="notice"), "提醒到时没有回复，升为督办单"),
        (line(What.SUPERVISED, None, "d-1", lapsed="call_up", grade=None), "约谈到时没有回复，请县领导领办"),
        (line(What.SUPERVISED, "u-1", "d-1", answer=True), "江一帆（县水务局） 回复督办"),
        (line(What.SUPERVISED, "d-1", "d-2", leading=True), "程月明（值班员） 领办（程日升（值班员）安排）"),
        (line(What.SUPERVISED, "d-1", "u-1", opinion=True), "程日升（值班员） 记下会议意见"),
        (line(What.DANGER_ENDED, "d-1", false_alarm=True), "程日升（值班员） 确认是误报"),
    ],
)  # fmt: skip
def test_sentences(one: HistoryLine, words: str) -> None:
    assert sentence(REGISTRY, one) == words
