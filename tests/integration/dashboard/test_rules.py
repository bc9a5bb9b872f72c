"""/rules: 平战转换 by the office, its log, and the proof of tonight's ladders."""

from __future__ import annotations

from registry.terms import What
from tests.builders.office import Office, token_in
from tests.integration.dashboard.conftest import SignIn
from tickets import emergency
from tickets.proof import do_proof


async def test_the_office_switches_it_on_and_off_and_both_are_logged(sign_in: SignIn, office: Office) -> None:
    client = await sign_in("o-1")
    page = await (await client.get("/rules")).text()
    assert "现在是平时" in page
    data = {"token": token_in(page), "reason": "北河水位超警", "until": "2099-03-05T18:00"}
    page = await (await client.post("/rules/emergency", data=data)).text()
    assert "现在是战时" in page
    assert "北河水位超警" in page
    assert office.store.run(lambda work: emergency.in_force(work, office.now)) is not None
    assert office.tell().policy.endswith("+emergency")
    assert "现在是战时" in await (await client.get("/")).text()

    page = await (await client.post("/rules/peace", data={"token": token_in(page)})).text()
    assert "现在是平时" in page
    assert "结束战时" in page
    assert "穆青" in page
    assert not office.tell().policy.endswith("+emergency")


async def test_without_a_reason_or_with_a_past_end_nothing_is_switched(sign_in: SignIn, office: Office) -> None:
    client = await sign_in("o-1")
    token = token_in(await (await client.get("/rules")).text())
    answer = await client.post("/rules/emergency", data={"token": token, "reason": " "})
    assert answer.status == 409
    assert "请写明原因" in await answer.text()
    answer = await client.post("/rules/emergency", data={"token": token, "reason": "汛情", "until": "2001-01-01T00:00"})
    assert "结束的时间已经过了" in await answer.text()
    answer = await client.post("/rules/emergency", data={"token": token, "reason": "汛情", "until": "soon"})
    assert answer.status == 400
    answer = await client.post("/rules/peace", data={"token": token})
    assert "不用结束" in await answer.text()
    assert office.store.run(lambda work: work.office_log(emergency.SWITCHES)) == []


async def test_the_proof_with_its_holes(sign_in: SignIn, office: Office) -> None:
    client = await sign_in("o-1")
    assert "还没有检查过" in await (await client.get("/rules")).text()
    office.do(do_proof)
    page = await (await client.get("/rules")).text()
    assert "叫不到人或发不到群" in page
    assert "没有绑定" in page
    assert "规则与战时" in await (await client.get("/")).text()


async def test_a_ticket_is_moved_to_the_rules_of_the_moment(sign_in: SignIn, office: Office) -> None:
    client = await sign_in("o-1")
    ticket = office.tell()
    page = await (await client.get(f"/tickets/{ticket.number}")).text()
    data = {"token": token_in(page), "words": "时限改了"}
    answer = await client.post(f"/tickets/{ticket.number}/repin", data=data)
    assert "已经按现行规则办" in await answer.text()
    office.do(emergency.do_start, office.rules.registry.people["o-1"], "汛情", None, because="x")
    await client.post(f"/tickets/{ticket.number}/repin", data=data)
    assert office.ticket(ticket.id).round == 2
    assert What.REPINNED.value in office.lines(ticket.id)
