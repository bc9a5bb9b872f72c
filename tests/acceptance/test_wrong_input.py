"""Wrong input at the live doors: each its clear refusal, and nothing is lost or changed."""

import base64
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.channels.crypto import Cipher
from tests.builders.county import County, county_with_a_new_chat

STAMP, NONCE = "1795482000", "n-1"
BAD_SIGNATURE = "签名不对，这条回调不是企业微信用本应用的 Token 发来的，已拒绝。"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """One county for all: none of these changes anything for the others."""
    folder: Path = tmp_path_factory.mktemp("chats")
    with county_with_a_new_chat(folder) as county:
        yield county


@contextmanager
def nothing_changes(county: County) -> Iterator[None]:
    """The database counts the same before and after; nothing was set aside as poison."""
    county.settles()
    before = county.counts()
    yield
    county.settles()
    assert county.counts() == before
    assert county.rows("SELECT * FROM inbox WHERE set_aside IS NOT NULL") == []
    assert county.rows("SELECT * FROM set_aside") == []


def post(county: County, body: bytes, **query: str) -> tuple[int, str]:
    """What the app's callback door answers: status and sentence."""
    address = f"{county.demo.office}/wecom/app?{urlencode(query)}"
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "text/xml"}), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def sealed(county: County, inner: str, *, corp: str | None = None, sign_with: str | None = None) -> tuple[bytes, dict[str, str]]:
    """An encrypted callback as WeCom makes it; `corp` or `sign_with` make it a wrong one."""
    wecom = county.demo.wecom
    corp = corp or wecom["corp_id"]
    cipher = Cipher(wecom["app_token"], wecom["app_aes_key"], corp)
    encrypted = cipher.encrypt(inner.encode())
    signature = Cipher(sign_with or wecom["app_token"], wecom["app_aes_key"], corp).sign(STAMP, NONCE, encrypted)
    body = f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return body.encode(), {"msg_signature": signature, "timestamp": STAMP, "nonce": NONCE}


def message(corp: str) -> str:
    return (f"<xml><ToUserName>{corp}</ToUserName><FromUserName>m-01</FromUserName><CreateTime>{STAMP}</CreateTime>"
            "<MsgType>text</MsgType><Content>3栋水管爆了</Content><MsgId>77001</MsgId><AgentID>1000002</AgentID></xml>")


def click(county: County, person: str, task: str, key: str) -> str:
    corp = county.demo.wecom["corp_id"]
    return (f"<xml><ToUserName>{corp}</ToUserName><FromUserName>{person}</FromUserName><CreateTime>{STAMP}</CreateTime>"
            f"<MsgType>event</MsgType><Event>template_card_event</Event><EventKey>{key}</EventKey><TaskId>{task}</TaskId>"
            "<CardType>button_interaction</CardType><ResponseCode>code-1</ResponseCode><AgentID>1000002</AgentID></xml>")


def test_a_bad_signature_is_refused(county: County) -> None:
    with nothing_changes(county):
        body, query = sealed(county, message(county.demo.wecom["corp_id"]), sign_with="anothertoken")
        assert post(county, body, **query) == (403, BAD_SIGNATURE)
        assert post(county, body) == (403, BAD_SIGNATURE)


def test_another_corp_is_refused(county: County) -> None:
    with nothing_changes(county):
        body, query = sealed(county, message("wwforeign"), corp="wwforeign")
        status, sentence = post(county, body, **query)
        assert status == 403
        assert "别的企业" in sentence


def test_two_megabytes_are_refused(county: County) -> None:
    with nothing_changes(county):
        status, sentence = post(county, b"<xml>" + b"x" * 2 * 1024 * 1024, msg_signature="0", timestamp=STAMP, nonce=NONCE)
        assert status == 400
        assert "超过 1 MB" in sentence


@pytest.mark.parametrize(
    "body", [b"<xml><ToUserName>", b"{\"a\": 1", b"", b"\xff\xfe\x00", b"<!DOCTYPE x [<!ENTITY a \"b\">]><xml>&a;</xml>"]
)
def test_what_cannot_be_read_is_refused(county: County, body: bytes) -> None:
    with nothing_changes(county):
        status, sentence = post(county, body, msg_signature="0", timestamp=STAMP, nonce=NONCE)
        assert status in (400, 403)
        assert sentence.endswith("。")


def test_broken_words_inside_a_good_seal_are_refused(county: County) -> None:
    with nothing_changes(county):
        body, query = sealed(county, "<xml><MsgType>text")
        status, sentence = post(county, body, **query)
        assert status == 400
        assert sentence.endswith("。")
        torn = base64.b64encode(b"0" * 40)
        status, _ = post(county, b"<xml><ToUserName>x</ToUserName><Encrypt>" + torn + b"</Encrypt></xml>", **query)
        assert status == 403


def test_an_unknown_group_meets_silence_and_is_shown_to_the_office(county: County) -> None:
    unknown = county.group("g-new")
    with nothing_changes(county):
        county.resident("r-901").tells_bot("3栋水管爆了，快来人", unknown)
        county.person("m-03").tells_bot("我们这里停水了", unknown)
        county.person("m-03").tells_bot("绑定 g-nowhere", unknown)
        unknown.expects("没有绑定", "g-nowhere")
        county.settles()
        assert len(unknown.bot_said()) == 1
    assert "wrgnew" in county.office_page().shows("/chats")


def test_whoever_is_nobody_in_a_basic_group_is_a_resident_and_orders_nothing(county: County) -> None:
    """Residents are in no registry (design, section 4): an unknown person in a basic group is one, whatever he says he is."""
    group = county.group("g-basic-04")
    with nothing_changes(county):
        county.resident("r-902").tells_bot("我是镇里的，把这里的单都办结了", group)
        group.expects("办结要由承办的人来说")
        county.settles()


def test_a_stranger_among_officials_is_told_why_nothing_happens(county: County) -> None:
    coordination = county.group("g-coord-01")
    with nothing_changes(county):
        county.person("u-904").tells_bot("把这里的单都办结了", coordination)
        coordination.expects("名册里还没有您")
    assert "u-904" in county.office_page().shows("/chats")


def test_a_resident_cannot_close_a_neighbours_matter(county: County) -> None:
    group = county.group("g-basic-01")
    county.resident("r-001").says("3栋2单元楼道灯坏了好几天了，晚上看不见", group)
    number = county.expects_ticket()["aloud"]
    county.time.passes("30s")
    with nothing_changes(county):
        county.resident("r-002").tells_bot(f"{number} 办结", group)
        group.expects("办结要由承办的人来说")
        county.resident("r-003").tells_bot(f"{number} 不用了", group)
        group.expects(number, "不能由您撤回")


def test_a_nickname_that_poses_as_an_official_has_no_right(county: County) -> None:
    group = county.group("g-basic-01")
    number = county.expects_ticket()["aloud"]
    with nothing_changes(county):
        county.resident("r-007").tells_bot(f"{number} 我们接单了", group)
        group.expects("看昵称像是干部", "绑定")


def test_a_card_is_good_for_one_click_and_for_no_finished_matter(county: County) -> None:
    group = county.group("g-basic-04")
    county.resident("r-021").tells_bot("2号楼电梯坏了，上不去", group)
    ticket = county.expects_ticket(number=2, status="assigned")
    number = ticket["aloud"]
    county.time.passes("30s")
    taker = county.rows("SELECT person FROM outbox WHERE event = 'card.assigned' AND ticket = ?", ticket["id"])
    first, second = (county.person(row["person"]) for row in taker[:2])
    held, late = first.card_with("accept", number), second.card_with("accept", number)
    county.call("/test/faults", {"kind": "deliver_twice", "endpoint": "app"})
    first.presses(held, "accept")
    county.expects_ticket(number=2, status="accepted", owner=first.id)
    county.settles()
    accepted = "SELECT * FROM history WHERE ticket = ? AND what = 'accepted'"
    assert len(county.rows(accepted, ticket["id"])) == 1

    with nothing_changes(county):
        assert "不能点" in county.refuses("/click", {"person": first.id, "card": held["id"], "key": "accept"})
        assert "不能点" in county.refuses("/click", {"person": second.id, "card": late["id"], "key": "accept"})

    # a click that WeCom had taken before the card could change
    first.says(f"{number} 办结")
    county.expects_ticket(number=2, status="done")
    with nothing_changes(county):
        body, query = sealed(county, click(county, second.id, late["task_id"], "accept"))
        assert post(county, body, **query)[0] == 200
        second.expects(number)
