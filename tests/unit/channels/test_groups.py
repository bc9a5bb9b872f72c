"""What the channels for groups send and read: bodies to the byte, refusals with their Chinese sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.appchat import AppChat, AppGroup, Change, Wanted, change_of, wanted_members
from bot.channels.archive import Batch
from bot.channels.consent import Agreement, RoomAgreements, agreement_of, obeyed, obeying
from bot.channels.customer_groups import ChatChange, CustomerGroups, read_chat_change, read_contact_change
from bot.channels.join_ways import JoinWay, JoinWays
from bot.channels.limits import MemoryMeter
from bot.channels.mass_send import MassSend
from bot.channels.outcomes import Failed, Limited, Outcome, Retry, Sent, Unclear, outcome_of
from bot.channels.resident_reports import Order, ResidentReports, Step
from bot.channels.webhook import Webhook
from bot.channels.welcome import WelcomeTemplates
from bot.messages import Action, Incoming, MessageKind, Words

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def now() -> datetime:
    return NOW


class Calls:
    """Stands for the client: keeps what was asked, gives what it was told to give."""

    def __init__(self, *answers: Outcome | Mapping[str, Any]) -> None:
        self.answers = [one if not isinstance(one, Mapping) else Sent(data=one) for one in answers]
        self.asked: list[tuple[str, Any]] = []

    async def _take(self, path: str, body: Any) -> Outcome:
        self.asked.append((path, body))
        return self.answers.pop(0) if self.answers else Sent()

    async def post(self, path: str, body: Mapping[str, object], *, repeatable: bool = False) -> Outcome:
        return await self._take(path, dict(body))

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Outcome:
        return await self._take(path, dict(query or {}))

    async def post_with_key(self, path: str, key: str, body: Mapping[str, object]) -> Outcome:
        return await self._take(path, dict(body))

    async def download(self, url: str, *, limit: int) -> bytes | None:
        self.asked.append((url, limit))
        return b"\x89PNG\r\n\x1a\nrest"


def door(kind: Any, calls: Calls, *rest: Any) -> Any:
    """A channel over the stand-in."""
    return kind(calls, *rest)


# webhook and appchat ------------------------------------------------------------


@pytest.mark.parametrize("kind", [Webhook, AppChat])
@pytest.mark.parametrize(
    ("text", "sizes"),
    [("水" * 682 + "ab", [2048]), ("水" * 683, [2046, 3]), ("a" * 2049, [2048, 1]), ("水" * 1365 + "a", [2046, 2046, 4])],
)
async def test_texts_are_cut_at_2048_bytes_and_between_characters(kind: Any, text: str, sizes: list[int]) -> None:
    calls = Calls()
    outcome = await door(kind, calls, MemoryMeter(now)).send_text("key", text, mentions=["zhang"])
    assert isinstance(outcome, Sent)
    sent = [body["text"]["content"] for _, body in calls.asked]
    assert [len(piece.encode()) for piece in sent] == sizes
    assert "".join(sent) == text
    named = [body["text"].get("mentioned_list") for _, body in calls.asked]
    assert named == [None] * (len(sizes) - 1) + [["zhang"]], "the last piece calls people"


async def test_a_webhook_calls_people_by_mobile_too() -> None:
    calls = Calls()
    await door(Webhook, calls, MemoryMeter(now)).send_text("key", "请看", mentions=["@all"], mobiles=["13800000000"])
    assert calls.asked[0][1]["text"] == {
        "content": "请看", "mentioned_list": ["@all"], "mentioned_mobile_list": ["13800000000"],
    }


async def test_an_app_group_is_spoken_to_within_its_limit_and_an_unclear_piece_stays_unclear() -> None:
    calls = Calls()
    chats = door(AppChat, calls, MemoryMeter(now))
    outcomes = [await chats.send_text("c1", "一句") for _ in range(20)]
    assert [type(one) for one in outcomes[:10]] == [Sent] * 10
    assert isinstance(outcomes[-1], Limited)
    broken = door(AppChat, Calls(Sent(), Retry(-1, "忙")), MemoryMeter(now))
    assert isinstance(await broken.send_text("c1", "水" * 700), Unclear)
    assert isinstance(await broken.send_text("c1", ""), Failed)


def wanted(**changes: Any) -> Wanted:
    values: dict[str, Any] = {"chat_id": "liudu01", "name": "柳渡镇协调群", "owner": "zhang", "members": frozenset({"zhang", "li"})}
    return Wanted(**(values | changes))


def test_a_group_is_brought_into_step_by_its_difference() -> None:
    present = AppGroup("liudu01", "旧名", "wang", frozenset({"wang", "li", "zhao"}))
    assert change_of(present, wanted()) == Change("柳渡镇协调群", "zhang", ("zhang",), ("wang", "zhao"))
    assert not change_of(AppGroup("liudu01", "柳渡镇协调群", "zhang", frozenset({"zhang", "li"})), wanted())
    ownerless = wanted(owner=None, members=frozenset({"li", "zhao"}))
    assert change_of(present, ownerless).removed == (), "whoever owns the group is not removed from it"
    assert change_of(present, wanted(name="名" * 60)).name == "名" * 49 + "…"
    assert wanted_members(["li", None], "zhang") == {"li", "zhang"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"chat_id": "柳渡"}, "英文字母和数字"), ({"chat_id": "x" * 33}, "英文字母和数字"), ({"members": frozenset({"zhang"})}, "现在有 1 个")],
)
async def test_a_group_that_wecom_would_refuse_is_not_asked_for(changes: dict[str, Any], why: str) -> None:
    calls = Calls()
    outcome = await door(AppChat, calls, MemoryMeter(now)).create(wanted(**changes))
    assert isinstance(outcome, Failed)
    assert why in outcome.sentence
    assert calls.asked == []


@pytest.mark.parametrize(
    ("code", "says"),
    [(86001, "chatid"), (86003, "没有这个应用群"), (86004, "群名"), (86005, "群主"), (86006, "2 到 2000"), (86007, "名册"),
     (86008, "不是本应用建的"), (86216, "成员"), (81017, "群主"), (40050, "客户群"), (41048, "群主")],
)  # fmt: skip
def test_every_refusal_has_its_sentence(code: int, says: str) -> None:
    outcome = outcome_of({"errcode": code, "errmsg": "x"})
    assert isinstance(outcome, Failed)
    assert says in outcome.sentence


async def test_a_visible_range_that_is_too_small_says_what_to_change() -> None:
    refused = Failed(60011, "接收人不在应用的可见范围内", alert=True)
    outcome = await door(AppChat, Calls(refused), MemoryMeter(now)).create(wanted())
    assert isinstance(outcome, Failed)
    assert "可见范围要是全公司" in outcome.sentence


# customer groups ----------------------------------------------------------------


async def test_groups_are_listed_a_hundred_owners_at_a_time_and_page_by_page() -> None:
    calls = Calls(
        {"group_chat_list": [{"chat_id": "wr1", "status": 0}], "next_cursor": "c"},
        {"group_chat_list": [{"chat_id": "wr2", "status": 0}]},
        {"group_chat_list": [{"chat_id": "wr1", "status": 0}, {"chat_id": "wr3", "status": 0}], "next_cursor": ""},
    )
    found = await door(CustomerGroups, calls).list([f"u{n}" for n in range(101)] + ["u0"])
    assert found == ("wr1", "wr2", "wr3")
    owners = [len(body["owner_filter"]["userid_list"]) for _, body in calls.asked]
    assert owners == [100, 100, 1]
    assert [body["cursor"] for _, body in calls.asked] == ["", "c", ""]
    assert all(body["limit"] == 1000 for _, body in calls.asked)


async def test_a_list_that_breaks_off_is_not_taken_for_the_whole() -> None:
    refused = Failed(48002, "没有开通")
    assert await door(CustomerGroups, Calls({"group_chat_list": [], "next_cursor": "c"}, refused)).list(["u"]) == refused


async def test_a_group_is_read_without_names() -> None:
    calls = Calls({"group_chat": {
        "chat_id": "wr1", "name": "南塘乡亲群", "owner": "zhang", "member_version": "v7", "member_list": [
            {"userid": "zhang", "type": 1, "name": "张"}, {"userid": "wm1", "type": 2, "state": "77010101"},
            {"userid": "wm2", "type": 2, "state": "77010101"}, {"userid": "wm3", "type": 2, "state": "77010102"}, {"type": 2},
        ]}})  # fmt: skip
    group = await door(CustomerGroups, calls).get("wr1")
    assert calls.asked[0][1] == {"chat_id": "wr1", "need_name": 0}
    assert (group.owner, group.version, group.state) == ("zhang", "v7", "77010101")
    assert [member.external for member in group.residents] == ["wm1", "wm2", "wm3"]
    assert "张" not in repr(group)


def event(name: str, **fields: tuple[str, ...]) -> Incoming:
    group = fields["ChatId"][0] if "ChatId" in fields else None
    return Incoming("e1", "customer", "sys", NOW, MessageKind.SYSTEM, group=group, action=Action(name, "", fields))


def test_events_say_which_group_changed_and_who() -> None:
    fields = {"MemChangeList/Item": ("wm1", "wm2")}
    change = read_chat_change(event("change_external_chat", ChatId=("wr1",), ChangeType=("update",), UpdateDetail=("add_member",),
                                    LastMemVer=("v1",), CurMemVer=("v2",), **fields))
    assert change == ChatChange("wr1", "update", "add_member", "v1", "v2", ("wm1", "wm2"))
    contact = event("change_external_contact", ChangeType=("msg_audit_approved",), UserID=("zhang",), ExternalUserID=("wm1",))
    assert read_chat_change(contact) is None
    found = read_contact_change(contact)
    assert found is not None
    assert (found.kind, found.userid, found.external) == ("msg_audit_approved", "zhang", "wm1")
    assert read_contact_change(event("enter_agent")) is None


# join ways and welcome ----------------------------------------------------------


async def test_a_join_way_carries_the_grid_and_its_groups() -> None:
    calls = Calls({"config_id": "cfg1"}, {"join_way": {"qr_code": "http://x/qr.png", "state": "77010101", "chat_id_list": ["wr1"]}})
    ways = door(JoinWays, calls)
    assert await ways.create("77010101", ["wr1"], "南塘第一网格" * 10) == "cfg1"
    body = calls.asked[0][1]
    assert (body["scene"], body["state"], body["chat_id_list"]) == (2, "77010101", ["wr1"])
    assert len(body["room_base_name"]) == 40
    way = await ways.get("cfg1")
    assert way == JoinWay("cfg1", "77010101", ("wr1",), "http://x/qr.png")
    assert (await ways.picture(way)).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("state", "groups", "why"), [("7" * 31, ["wr1"], "30"), ("", ["wr1"], "30"), ("77", [], "1 到 5"), ("77", ["wr"] * 6, "1 到 5")]
)
async def test_a_join_way_beyond_the_limits_is_not_asked_for(state: str, groups: list[str], why: str) -> None:
    calls = Calls()
    outcome = await door(JoinWays, calls).create(state, groups, "x")
    assert isinstance(outcome, Failed)
    assert why in outcome.sentence
    assert calls.asked == []


async def test_a_welcome_text_fits_3000_bytes_or_says_so() -> None:
    calls = Calls({"template_id": "t1"})
    templates = door(WelcomeTemplates, calls, 1000002)
    assert await templates.add("水" * 1000) == "t1"
    assert calls.asked[0][1] == {"text": {"content": "水" * 1000}, "agentid": 1000002, "notify": 1}
    too_long = await templates.add("水" * 1000 + "a")
    assert isinstance(too_long, Failed)
    assert "3001 字节" in too_long.sentence
    assert isinstance(await templates.edit("t1", " "), Failed)
    assert len(calls.asked) == 1


# agreement ----------------------------------------------------------------------


def said(number: str, sender: str, words: str = "", kind: MessageKind = MessageKind.TEXT, **changes: Any) -> Incoming:
    return Incoming(number, "archive", sender, NOW, kind, Words(words), group="wr1", **changes)


def test_what_a_refuser_said_is_dropped_and_his_recall_is_not() -> None:
    heard = [said("m1", "wm1", "漏水了"), said("m2", "wm2", "漏水了"), said("m3", "wm1", kind=MessageKind.RECALL, recalls="m0")]
    kept, agreements, dropped = obeyed(heard, {("wr1", "wm1")})
    assert [one.id for one in kept] == ["m2", "m3"]
    assert (agreements, dropped) == ((), 1)
    batch = Batch(tuple(heard), 9, 3)
    assert obeying(batch, kept).cursor == 9


def test_a_word_holds_for_what_comes_after_it_in_the_same_batch() -> None:
    def word(number: str, key: str) -> Incoming:
        return said(number, "wm1", kind=MessageKind.SYSTEM, action=Action(key, "", {"userid": ("wm1",)}))

    heard = [said("m1", "wm1", "一"), word("m2", "disagree"), said("m3", "wm1", "二"), word("m4", "agree"), said("m5", "wm1", "三")]
    kept, agreements, dropped = obeyed(heard, frozenset())
    assert [one.id for one in kept] == ["m1", "m5"]
    assert [one.agreed for one in agreements] == [False, True]
    assert dropped == 1
    assert agreement_of(said("m6", "wm1", "同意")) is None


async def test_the_room_is_asked_with_the_documented_spelling() -> None:
    calls = Calls({"agreeinfo": [{"exteranalopenid": "wm1", "agree_status": "Disagree", "status_change_time": 1_790_000_000},
                                 {"exteranalopenid": "wm2", "agree_status": "Default_Agree"}, {}]})
    rows = await door(RoomAgreements, calls).check("wr1")
    assert rows == (
        Agreement("wr1", "wm1", False, datetime.fromtimestamp(1_790_000_000, UTC)),
        Agreement("wr1", "wm2", True, datetime.fromtimestamp(0, UTC)),
    )
    assert calls.asked == [("msgaudit/check_room_agree", {"roomid": "wr1"})]


# mass send and reports ----------------------------------------------------------


async def test_a_reminder_and_a_cancel_name_the_task() -> None:
    calls = Calls()
    mass = door(MassSend, calls)
    await mass.remind("t1")
    await mass.cancel("t1")
    assert calls.asked == [
        ("externalcontact/remind_groupmsg_send", {"msgid": "t1"}), ("externalcontact/cancel_groupmsg_send", {"msgid": "t1"}),
    ]


async def test_orders_are_asked_for_by_their_change_and_read_without_name_and_number() -> None:
    info = {"order_id": "o1", "desc": "桥头路灯不亮", "grid_id": "77010101", "grid_name": "南塘第一网格", "create_time": 1_790_000_000,
            "reporter_name": "申小满", "reporter_mobile": "13800000000", "unionid": "oU1", "location": {"name": "桥头"},
            "process_list": [{"process_type": 2, "solve_userid": "m-1", "solved_time": 1_790_000_100, "process_desc": "申小满的事"},
                             {"process_type": 99, "solved_time": 1_790_000_200}]}
    calls = Calls({"order_list": [{"order_id": "o1"}], "next_cursor": "n"}, {"order_list": [{"order_id": "o2"}], "next_cursor": ""},
                  {"order_info": info})
    reports = door(ResidentReports, calls)
    since = NOW - timedelta(minutes=5)
    assert await reports.changed_since(since) == ("o1", "o2")
    assert calls.asked[0][1] == {"begin_modify_time": int(since.timestamp()), "cursor": "", "limit": 50}
    order = await reports.order("o1")
    assert isinstance(order, Order)
    assert (order.words.text, order.place, order.reporter) == ("桥头路灯不亮", "桥头", "oU1")
    assert [(one.step, one.userid) for one in order.steps] == [(Step.ACCEPTED, "m-1")]
    assert "申小满" not in repr(order)
    assert "13800000000" not in repr(order)
    assert isinstance(await door(ResidentReports, Calls({"order_info": {}})).order("o3"), Unclear)
