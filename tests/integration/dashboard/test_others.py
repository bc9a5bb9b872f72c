"""台账, binding codes, unregistered chats, the residents' page, the API."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from dashboard.resident_code import ticket_code
from registry.source import to_data
from registry.terms import Category, Status
from storage.registry_rows import generation, load_registry, save_registry
from tests.builders.office import KEY, Office, token_in
from tests.integration.dashboard.conftest import Client, SignIn
from tickets import assigning, correcting, rating

# 台账 --------------------------------------------------------------------------


async def ledger(client: Client, first: str, last: str) -> list[list[object]]:
    answer = await client.get("/ledger.xlsx", params={"from": first, "to": last})
    assert answer.status == 200, await answer.text()
    assert answer.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = CalamineWorkbook.from_filelike(BytesIO(await answer.read()))
    return book.get_sheet_by_name("台账").to_python()


async def test_the_ledger_holds_the_tickets_of_its_days(sign_in: SignIn, office: Office) -> None:
    office.tell("老戏台漏水，电话13800001234")
    office.tell_person_danger()
    office.walk(days=1)
    office.tell()
    client = await sign_in()

    first_day = await ledger(client, "2026-03-02", "2026-03-02")
    both = await ledger(client, "2026-03-02", "2026-03-03")

    assert [line[0] for line in first_day[1:]] == ["2026-0302-1", "2026-0302-2"]
    assert [line[0] for line in both[1:]] == ["2026-0302-1", "2026-0302-2", "2026-0303-1"]
    assert "13800001234" not in str(both)
    assert "不想活" not in str(both)
    assert both[2][6] == "个人事项"


async def test_the_ledger_says_what_came_after_its_limit(sign_in: SignIn, office: Office) -> None:
    in_time, late_now, late_then = office.tell(), office.tell(), office.tell()
    lead = office.rules.registry.people["u-1"]
    for ticket in (in_time, late_then):
        office.do(assigning.do_accept, office.ticket(ticket.id), lead, because="x")
    office.do(rating.do_done, office.ticket(in_time.id), lead, because="x")
    office.walk(days=20)
    office.do(rating.do_done, office.ticket(late_then.id), lead, because="x")

    lines = (await ledger(await sign_in(), "2026-03-02", "2026-03-02"))[1:]

    assert {line[0]: line[14] for line in lines} == {in_time.number: "否", late_now.number: "是", late_then.number: "是"}


@pytest.mark.parametrize("query", ["", "?from=2026-03-02", "?from=2026-03-02&to=2026-03-01", "?from=x&to=y"])
async def test_wrong_days_are_refused_in_chinese(sign_in: SignIn, query: str) -> None:
    client = await sign_in()

    answer = await client.get(f"/ledger.xlsx{query}")

    assert answer.status == 400
    assert "日期" in await answer.text()


# codes ---------------------------------------------------------------------------


async def test_a_code_names_its_person_once(sign_in: SignIn, office: Office) -> None:
    client = await sign_in()
    page = await (await client.get("/codes")).text()
    assert "陶大山" in page
    assert "江一帆" not in page

    page = await (await client.post("/codes", data={"token": token_in(page), "person": "h-1"})).text()
    found = re.search(r'class="digits">(\d{3}) (\d{3})<', page)
    assert found
    code = found[1] + found[2]

    assert "明天 09:00 前有效" in page
    assert office.store.run(lambda work: work.take_binding_code(code, office.now)) == "h-1"
    assert office.store.run(lambda work: work.take_binding_code(code, office.now)) is None


async def test_a_code_runs_out_after_a_day(sign_in: SignIn, office: Office) -> None:
    client = await sign_in()
    token = token_in(await (await client.get("/codes")).text())
    page = await (await client.post("/codes", data={"token": token, "person": "m-1"})).text()
    found = re.search(r'class="digits">(\d{3}) (\d{3})<', page)
    assert found
    office.walk(hours=24)

    assert office.store.run(lambda work: work.take_binding_code(found[1] + found[2], office.now)) is None


@pytest.mark.parametrize("person", ["r-1", "u-1", "o-1", "", "nobody"])
async def test_codes_are_for_heads_and_grid_members(sign_in: SignIn, person: str) -> None:
    client = await sign_in()
    token = token_in(await (await client.get("/codes")).text())

    answer = await client.post("/codes", data={"token": token, "person": person})

    assert answer.status == 400
    assert "绑定码只发给名册里的户长和网格员" in await answer.text()


async def test_codes_are_for_ones_own_area(sign_in: SignIn) -> None:
    client = await sign_in("o-2")
    page = await (await client.get("/codes")).text()
    assert "陶大山" not in page

    answer = await client.post("/codes", data={"token": token_in(page), "person": "h-1"})

    assert answer.status == 403


async def test_people_are_found_by_name_group_or_grid(sign_in: SignIn) -> None:
    client = await sign_in()

    found = {}
    for words in ("陶", "南塘乡亲", "南塘第一", "没有的"):
        page = await (await client.get("/codes", params={"q": words})).text()
        found[words] = ("陶大山" in page, "白杨" in page)

    assert found == {"陶": (True, False), "南塘乡亲": (True, True), "南塘第一": (True, True), "没有的": (False, False)}


# unregistered --------------------------------------------------------------------


async def test_an_unknown_chat_is_bound_to_a_registered_group(sign_in: SignIn, office: Office) -> None:
    office.store.run(lambda work: save_registry(work, to_data(office.rules.registry), "x", office.now))
    office.walk(minutes=1)
    office.store.run(lambda work: work.note_stranger("aibot", "wrunknown", "wm9", office.now))
    client = await sign_in()
    page = await (await client.get("/chats")).text()
    assert "wrunknown" in page
    assert "智能机器人" in page
    before = office.store.run(generation)

    answer = await client.post(
        "/chats/group",
        data={"token": token_in(page), "channel": "aibot", "external": "wrunknown", "group": "柳渡镇协调群（协调群）｜g-coord"},
    )

    assert "已绑定：柳渡镇协调群" in await answer.text()
    assert "wrunknown" not in await (await client.get("/chats")).text()
    registry = office.store.run(load_registry)
    found = registry.group_by_address("aibot", "wrunknown")
    assert found is not None
    assert found.id == "g-coord"
    assert office.store.run(generation) > before


async def test_an_unknown_person_is_bound_to_a_registered_one(sign_in: SignIn, office: Office) -> None:
    office.store.run(lambda work: save_registry(work, to_data(office.rules.registry), "x", office.now))
    office.walk(minutes=1)
    office.store.run(lambda work: work.note_stranger("aibot", None, "JiangYiFan", office.now))
    client = await sign_in()
    page = await (await client.get("/chats")).text()
    assert "JiangYiFan" in page

    answer = await client.post(
        "/chats/person",
        data={"token": token_in(page), "channel": "aibot", "external": "JiangYiFan", "person": "江一帆（单位负责人）｜u-1"},
    )

    assert "已绑定：江一帆" in await answer.text()
    found = office.store.run(load_registry).person_by_identity("wecom", "JiangYiFan")
    assert found is not None
    assert found.id == "u-1"
    assert "JiangYiFan" not in await (await client.get("/chats")).text()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/chats/group", {"channel": "aibot", "external": "wrunknown", "group": "没有的群"}),
        ("/chats/group", {"channel": "nothing", "external": "wrunknown", "group": "｜g-coord"}),
        ("/chats/group", {"channel": "aibot", "external": "", "group": "｜g-coord"}),
        ("/chats/person", {"channel": "aibot", "external": "x", "person": "｜r-1"}),
        ("/chats/person", {"channel": "nothing", "external": "x", "person": "｜u-1"}),
    ],
)
async def test_a_wrong_binding_is_refused(sign_in: SignIn, path: str, data: dict[str, str]) -> None:
    client = await sign_in()
    token = token_in(await (await client.get("/chats")).text())

    answer = await client.post(path, data={"token": token, **data})

    assert answer.status == 400
    assert "没有选中" in await answer.text()


# residents -------------------------------------------------------------------------


async def test_a_resident_sees_how_far_it_is_and_no_names(visitor: Client, office: Office) -> None:
    ticket = office.tell()

    answer = await visitor.get(f"/t/{ticket_code(ticket.number, KEY)}")
    page = await answer.text()

    assert answer.status == 200
    for words in ("0302-1", "已交办", "供水排水", "前办结"):
        assert words in page
    for words in ("江一帆", "白杨", "水务局", "老戏台", "漏水", "顾春燕", "南塘"):
        assert words not in page


async def test_a_discreet_matter_is_only_a_matter(visitor: Client, office: Office) -> None:
    ticket = office.tell("邻居吵架", category=Category.DISPUTE)

    page = await (await visitor.get(f"/t/{ticket_code(ticket.number, KEY)}")).text()

    assert "您反映的事项" in page
    assert "矛盾纠纷" not in page


@pytest.mark.parametrize(("status", "words"), [(Status.DONE, "聊天里点「好了」"), (Status.CLOSED, "聊天里再说一声")])
async def test_who_told_it_alone_is_sent_to_no_group(visitor: Client, office: Office, status: Status, words: str) -> None:
    ticket = office.tell()
    office.do(lambda work, rules, now: work.save(replace(work.get_ticket(ticket.id), group=None, groups=(), status=status)))

    page = await (await visitor.get(f"/t/{ticket_code(ticket.number, KEY)}")).text()

    assert words in page
    assert "群里" not in page


async def test_a_person_danger_and_a_wrong_code_look_the_same(visitor: Client, office: Office) -> None:
    private = office.tell_person_danger()

    answers = [
        await visitor.get(f"/t/{code}")
        for code in (ticket_code(private.number, KEY), ticket_code("2026-0302-88", KEY), "2026030217-aaaaaaaaaaaaaaaa", "x")
    ]

    assert {answer.status for answer in answers} == {404}
    assert len({await answer.text() for answer in answers}) == 1


async def test_every_state_has_its_words(visitor: Client, office: Office) -> None:
    head, merged, excluded = office.tell(), office.tell(), office.tell()
    person = office.rules.registry.people["o-1"]
    office.do(correcting.do_merge, office.ticket(merged.id), office.ticket(head.id), person, because="x")
    office.do(correcting.do_exclude, office.ticket(excluded.id), person, because="x")

    pages = [await (await visitor.get(f"/t/{ticket_code(t.number, KEY)}")).text() for t in (merged, excluded)]

    assert "已并到同一件事" in pages[0]
    assert "不再办理" in pages[1]


# API ---------------------------------------------------------------------------------


async def test_the_api_wants_a_sign_in(visitor: Client) -> None:
    for path in ("/api/v1/tickets", "/api/v1/tickets/0302-1"):
        answer = await visitor.get(path)
        assert answer.status == 401
        assert (await answer.json())["error"] == "请先登录。"


async def test_the_api_lists_open_tickets(sign_in: SignIn, office: Office) -> None:
    office.tell("老戏台漏水，电话13800001234")
    office.tell_person_danger()
    client = await sign_in("d-1")

    body = await (await client.get("/api/v1/tickets")).json()

    by_number = {ticket["ticket"]: ticket for ticket in body["tickets"]}
    assert body["total"] == 2
    assert by_number["2026-0302-1"]["category"] == "water"
    assert by_number["2026-0302-1"]["due"] is not None
    assert set(by_number["2026-0302-2"]) == {"ticket", "status", "owner", "opened", "due", "category", "summary"}
    assert "13800001234" not in str(body)
    assert "不想活" not in str(body)


async def test_the_api_gives_one_ticket_with_its_history(sign_in: SignIn, office: Office) -> None:
    office.tell()
    client = await sign_in()

    body = await (await client.get("/api/v1/tickets/0302-1")).json()

    assert [line["what"] for line in body["history"]] == ["opened", "assigned"]
    assert body["history"][0]["by"] == "resident"
    missing = await client.get("/api/v1/tickets/0302-9")
    assert missing.status == 404
    assert "没有找到编号" in (await missing.json())["error"]
