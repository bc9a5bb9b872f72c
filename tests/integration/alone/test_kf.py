"""微信客服 over HTTP, from a resident's first word to his rating."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from registry.terms import DangerKind, Outcome, Said, Status, TicketKind
from storage import bindings, resident_rows
from storage.work import SqlWork
from tests.builders.alone import PUBLIC, AloneRun, alone
from tickets import assigning, rating
from tickets.telling import tell_alone


async def test_who_opens_the_chat_is_greeted_once(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.kf("enter", person="x-01")
        await run.kf("enter", person="x-01")
        assert len(await run.heard("x-01")) == 1
        assert "小格帮您转办" in (await run.heard("x-01"))[0]


async def test_a_report_becomes_a_ticket_is_done_and_rated_by_menu(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        ticket = run.tickets()[-1]
        assert ticket.kind is TicketKind.MATTER
        assert ticket.group is None
        said = await run.heard("x-01")
        assert any(ticket.aloud in text and f"{PUBLIC}/t/" in text for text in said)
        assert all("群" not in text for text in said)
        rules = run.service.house.rules()
        by = rules.registry.unit_people(ticket.unit)[0] if ticket.unit else rules.registry.person(ticket.owner or "")
        assert by is not None
        now = run.clock.now()
        await run.unit(lambda work: assigning.do_accept(work, rules, now, work.get_ticket(ticket.id), by, because="c1"))
        await run.unit(lambda work: rating.do_done(work, rules, now, work.get_ticket(ticket.id), by, because="c2"))
        menus = [s for s in await run.chat("x-01") if s.get("menu")]
        assert len(menus) == 1
        good = next(tap["id"] for tap in menus[0]["menu"] if tap["content"] == "好了")
        await run.says("x-01", "", tap=good)
        after = run.tickets()[-1]
        assert (after.status, after.outcome) == (Status.CLOSED, Outcome.SATISFIED)
        assert any("谢谢您回话" in text for text in await run.heard("x-01"))


async def test_not_yet_after_seven_days_opens_a_linked_matter_and_makes_the_old_unsatisfied(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        old = run.tickets()[-1]
        long_ago = run.clock.now() - timedelta(days=8)
        await run.unit(lambda work: work.save(replace(work.get_ticket(old.id), status=Status.CLOSED, outcome=Outcome.SATISFIED,
                                                      done_at=long_ago, closed_at=long_ago)))
        await run.says("x-01", "还没好")
        before, after = run.tickets()
        assert (before.status, before.outcome) == (Status.CLOSED, Outcome.UNSATISFIED)
        assert after.is_open
        assert after.id != old.id


async def test_a_private_matter_told_again_stays_private(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园3号楼老王家天天半夜打麻将吵得睡不着")
        old = run.tickets()[-1]
        long_ago = run.clock.now() - timedelta(days=8)
        await run.unit(lambda work: work.save(replace(work.get_ticket(old.id), status=Status.CLOSED, outcome=Outcome.SATISFIED,
                                                      done_at=long_ago, closed_at=long_ago)))
        await run.says("x-01", "还没好")
        _, after = run.tickets()
        assert after.kind is TicketKind.PRIVATE
        assert after.area == old.area
        assert [row.say.event for row in run.rows() if row.say.ticket == after.id and row.say.group is not None] == []


async def test_where_is_asked_once_and_the_matter_goes_there(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "我们楼道灯坏了好几天，晚上看不见")
        assert any("哪个小区" in text for text in await run.heard("x-01"))
        before = run.tickets()[-1]
        await run.says("x-01", "河湾花园")
        after = run.tickets()[-1]
        assert len(run.tickets()) == 1
        assert before.area != after.area
        assert after.area == run.service.decider.whereabouts.areas_named("河湾花园")[0]
        assert any("记下了，您在" in text for text in await run.heard("x-01"))
        await run.says("x-01", "单元门锁坏了关不上")
        assert run.tickets()[-1].area == after.area
        assert sum("哪个小区" in text for text in await run.heard("x-01")) == 1


async def test_what_is_told_of_a_person_reaches_no_group(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园3号楼老王家天天半夜打麻将吵得睡不着")
        ticket = run.tickets()[-1]
        assert ticket.kind is TicketKind.PRIVATE
        for hours in (1, 8, 24):
            await run.later(hours=hours)
        groups = [row.say.event for row in run.rows() if row.say.ticket == ticket.id and row.say.group is not None]
        assert groups == []
        shown = [m["text"] for g in (await run.wechat.state())["groups"] for m in g["messages"]]  # type: ignore[attr-defined,index]
        assert not any("麻将" in text or ticket.aloud in text for text in shown)
        assert any(row.say.person not in (None, "wmstranger01") for row in run.rows() if row.say.ticket == ticket.id)


async def test_person_danger_goes_to_confidants_only(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园5号楼有人说不想活了，站在楼顶要跳")
        ticket = run.tickets()[-1]
        assert ticket.danger is DangerKind.PERSON
        registry = run.service.house.rules().registry
        may = {person.id for person in registry.confidants(ticket.area)} | {"wmstranger01"}
        told = {row.say.person or row.say.group for row in run.rows() if row.say.ticket == ticket.id and row.say.event != "cards.refresh"}
        assert told <= may
        assert any("已转给值班人员" in text for text in await run.heard("x-01"))


async def test_nobody_hears_of_anothers_matter(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        number = run.tickets()[-1].aloud
        await run.says("x-02", f"{number} 咋样了")
        assert all("路灯" not in text and "已转给" not in text for text in await run.heard("x-02"))
        assert any("没有找到" in text for text in await run.heard("x-02"))
        await run.says("x-01", "我的事")
        assert number in (await run.heard("x-01"))[-1]


async def test_after_five_wrong_codes_the_sixth_is_told_to_wait_an_hour(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        until = run.clock.now() + timedelta(hours=3)
        await run.unit(lambda work: bindings.add_code(work.connection, "482916", "h-03", until))
        for number in range(5):
            await run.says("x-01", f"{111111 + number}")
        await run.says("x-01", "482916")
        *wrong, last = await run.heard("x-01")
        assert wrong == ["这个绑定码不对或过期了。请向网格办要一个新的，六位数字，直接发给小格。"] * 5
        assert last == "绑定码错的次数太多了，这一个没有看。请过一小时再发，或请网格办帮您绑定。"
        await run.later(minutes=61)
        await run.says("x-01", "482916")
        assert "绑定好了" in (await run.heard("x-01"))[-1]


async def test_the_sixth_sentence_waits_for_the_next_word(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        ticket = run.tickets()[-1]
        already = len(await run.heard("x-01"))

        def six(work: SqlWork) -> None:
            for number in range(6):
                tell_alone(work, run.clock.now(), ticket, Said.ANSWER, "answer.status", because=f"b{number}")

        await run.unit(six)
        assert len(await run.heard("x-01")) == 5
        waiting = [row for row in run.rows() if row.state == "waiting" and row.error == "no_word"]
        assert len(waiting) == already + 1
        await run.says("x-01", "好的")
        assert not [row for row in run.rows() if row.error == "no_word"]
        assert len(await run.heard("x-01")) == already + 6


async def test_after_48_hours_the_office_sees_what_cannot_be_said(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        ticket = run.tickets()[-1]
        await run.later(hours=49)
        rules = run.service.house.rules()
        by = rules.registry.person(ticket.owner or "")
        assert by is not None
        before = await run.heard("x-01")
        await run.unit(lambda work: rating.do_done(work, rules, run.clock.now(), work.get_ticket(ticket.id), by, because="c2"))
        assert await run.heard("x-01") == before
        asked = next(row for row in run.rows() if row.say.event == "ask_rating" and row.say.person == "wmstranger01")
        assert (asked.state, asked.error) == ("waiting", "no_word")
        await run.later(hours=25)
        asked = next(row for row in run.rows() if row.id == asked.id)
        assert asked.state == "failed"
        assert any(row.say.event == "alarm.send_failed" and row.say.args.get("row") == asked.id for row in run.rows())


async def test_wechats_own_refusal_counts_whatever_we_counted(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.wechat.act("/test/faults", kind="errcode", endpoint="kf/send_msg", errcode=95002, times=1)
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        receipt = next(row for row in run.rows() if row.say.event == "receipt" and row.say.person == "wmstranger01")
        assert (receipt.state, receipt.error) == ("waiting", "no_word")
        await run.says("x-01", "好的")
        assert next(row for row in run.rows() if row.id == receipt.id).state == "sent"


async def test_what_was_taken_and_not_delivered_is_said_again(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.wechat.act("/kf/switch", silently=4)
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        await run.works()
        receipt = next(row for row in run.rows() if row.say.event == "receipt")
        assert (receipt.state, receipt.error) == ("waiting", "no_word")
        await run.says("x-01", "好的")
        assert any(run.tickets()[-1].aloud in text for text in await run.heard("x-01"))


async def test_repeats_and_empty_pages_change_nothing(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.wechat.act("/kf/switch", page=1, empty_first=True)
        await run.kf("say", person="x-01", text="河湾花园3号楼2单元楼道灯坏了好几天")
        await run.kf("say", person="x-02", text="棉纺巷井盖不见了，没人管")
        await run.kf("again")
        assert len(run.tickets()) == 2
        # A reading from the very start finds every message known.
        account = run.service.settings.wecom_kf_account or ""
        await run.unit(lambda work: resident_rows.set_cursor(work, account, "", run.clock.now()))
        await run.kf("again")
        assert len(run.tickets()) == 2


async def test_a_recalled_report_is_withdrawn(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        given = await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        await run.kf("recall", person="x-01", message=given["message"])
        assert run.tickets()[-1].status is Status.WITHDRAWN


async def test_picture_place_and_voice(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "", kind="image")
        assert any("什么地方、什么事" in text for text in await run.heard("x-01"))
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        messages = run.service.store.look(lambda work: work.messages(1))
        assert {m.media for m in messages} == {"image", None}
        await run.says("x-02", "", kind="voice")
        assert run.tickets()[-1].id == 2
        assert any("语音收到了" in text for text in await run.heard("x-02"))


async def test_forget_me(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "河湾花园3号楼2单元楼道灯坏了好几天")
        await run.says("x-01", "忘记我")
        known = run.service.store.look(lambda work: work.resident("wmstranger01"))
        assert known is not None
        assert known.area is None
        assert any("不再记得" in text for text in await run.heard("x-01"))
        await run.later(hours=49)
        await run.service.forget()
        assert run.service.store.look(lambda work: work.resident("wmstranger01")) is None


async def test_a_head_binds_himself_by_code_and_is_answered(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        registry = run.service.house.rules().registry
        head = next(p for p in registry.people.values() if p.role.value == "household_head" and "wecom" not in p.identities)
        await run.unit(lambda work: _add_code(work, head.id, run))
        await run.says("x-01", "246810")
        assert any("绑定好了" in text for text in await run.heard("x-01"))
        await run.service.refresh_registry()
        known = run.service.house.rules().registry.person_by_identity("wechat", "wmstranger01")
        assert known is not None
        assert known.id == head.id
        await run.says("x-01", "帮助")
        assert any("帮邻居报事" in text for text in await run.heard("x-01"))


def _add_code(work: SqlWork, person: str, run: AloneRun) -> None:
    bindings.add_code(work.connection, "246810", person, run.clock.now() + timedelta(hours=1))


async def test_a_forged_callback_is_refused_and_reads_nothing(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        query = "msg_signature=0&timestamp=1&nonce=1"
        body = "<xml><ToUserName>x</ToUserName><Encrypt>AAAA</Encrypt></xml>"
        async with run.session.post(run.web.make_url(f"/wecom/app?{query}"), data=body) as answer:
            assert answer.status == 403
