"""The 公众号 over HTTP, in safe mode: verification, passive replies, the menu, 客服消息 within their limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.terms import Outcome, Status, TicketKind
from tests.builders.alone import PUBLIC, alone
from tickets import rating


async def test_the_address_is_verified_and_a_wrong_signature_refused(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        assert (await run.wechat.act("/mp/verify"))["accepted"] is True
        assert (await run.wechat.act("/mp/verify", signature="0" * 40))["accepted"] is False


async def test_a_follower_is_greeted_in_the_callbacks_own_reply(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.mp_acts("subscribe", person="x-01")
        said = await run.mp_heard("x-01")
        assert [one["how"] for one in said] == ["passive"]
        assert "小格帮您转办" in said[0]["text"]


async def test_a_report_is_answered_at_once_and_rated_by_menu(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        assert run.service.mp_mouth is not None
        await run.service.mp_mouth.set_menu()
        await run.mp_says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        ticket = run.tickets()[-1]
        said = await run.mp_heard("x-01")
        assert said[0]["how"] == "passive"
        assert ticket.aloud in said[0]["text"]
        assert f"{PUBLIC}/t/" in said[0]["text"]
        rules = run.service.house.rules()
        by = rules.registry.person(ticket.owner or "")
        assert by is not None
        await run.unit(lambda work: rating.do_done(work, rules, run.clock.now(), work.get_ticket(ticket.id), by, because="c2"))
        menu = next(one["menu"] for one in await run.mp_heard("x-01") if one.get("menu"))
        bad = next(tap["id"] for tap in menu if tap["content"] == "还没好")
        await run.mp_says("x-01", "", tap=bad)
        assert run.tickets()[-1].round == 2
        await run.unit(lambda work: rating.do_done(work, rules, run.clock.now(), work.get_ticket(ticket.id), by, because="c3"))
        await run.mp_says("x-01", "好了")
        after = run.tickets()[-1]
        assert (after.status, after.outcome) == (Status.CLOSED, Outcome.SATISFIED)


@pytest.mark.parametrize(("key", "piece"), [("report", "什么地方、什么事"), ("mine", "没有您正在办的事"), ("rate", "没有您正在办的事")])
async def test_the_menu_answers(tmp_path: Path, key: str, piece: str) -> None:
    async with alone(tmp_path) as run:
        assert run.service.mp_mouth is not None
        await run.service.mp_mouth.set_menu()
        await run.mp_acts("click", person="x-01", key=key)
        assert piece in (await run.mp_heard("x-01"))[-1]["text"]


async def test_a_repeated_delivery_is_heard_once(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.mp_says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        await run.mp_acts("again")
        await run.mp_acts("again")
        assert len(run.tickets()) == 1
        assert len(await run.mp_heard("x-01")) == 1


async def test_voice_that_wechat_put_into_words_is_read(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.mp_says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天", kind="voice")
        assert run.tickets()[-1].place is not None


async def test_what_is_told_of_a_person_is_private_here_too(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.mp_says("x-01", "河湾花园3号楼老王家天天半夜打麻将吵得睡不着")
        ticket = run.tickets()[-1]
        assert ticket.kind is TicketKind.PRIVATE
        assert not [row for row in run.rows() if row.say.ticket == ticket.id and row.say.group is not None]


async def test_codes_are_not_taken_here(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.mp_says("x-01", "246810")
        assert "不能绑定身份" in (await run.mp_heard("x-01"))[-1]["text"]


async def test_after_a_refusal_of_wechats_the_next_word_lets_it_leave(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.mp_says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        ticket = run.tickets()[-1]
        rules = run.service.house.rules()
        by = rules.registry.person(ticket.owner or "")
        assert by is not None
        await run.wechat.act("/test/faults", kind="errcode", endpoint="mp/message/custom/send", errcode=45015, times=1)
        await run.unit(lambda work: rating.do_done(work, rules, run.clock.now(), work.get_ticket(ticket.id), by, because="c2"))
        assert not any(one.get("menu") for one in await run.mp_heard("x-01"))
        await run.mp_says("x-01", "好的")
        assert any(one.get("menu") for one in await run.mp_heard("x-01"))


async def test_forged_or_open_messages_are_refused(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        url = run.web.make_url("/wechat/mp")
        sealed = "<xml><ToUserName>gh</ToUserName><Encrypt>AAAA</Encrypt></xml>"
        plain = "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId></xml>"
        for query, body, status in (
            ("?encrypt_type=aes&msg_signature=0&timestamp=1&nonce=1", sealed, 403), ("?signature=0&timestamp=1&nonce=1", plain, 400),
        ):
            async with run.session.post(f"{url}{query}", data=body) as answer:
                assert answer.status == status
        assert run.tickets() == []
