"""专题 on the office page: the list, opinions, what is taken off, and both files. And the other orders from above."""

from __future__ import annotations

from io import BytesIO

from python_calamine import CalamineWorkbook

from dashboard.topics import COLUMNS
from registry.terms import Status
from tests.builders.office import Office, token_in
from tests.integration.dashboard.conftest import Client, SignIn
from tickets import topics
from tickets.model import Ticket


def raised(office: Office, words: str = "老戏台漏水，电话13800001234") -> Ticket:
    ticket = office.tell(words)
    office.do(topics.do_raise_topic, ticket, office.rules.registry.people["o-1"], because="x", words="全县都有")
    return ticket


async def post(client: Client, path: str, page: str, **form: str) -> tuple[int, str]:
    token = token_in(await (await client.get(page)).text())
    answer = await client.post(path, data={"token": token, **form})
    return answer.status, await answer.text()


async def test_the_list_shows_what_is_raised_masked(sign_in: SignIn, office: Office) -> None:
    ticket = raised(office)
    page = await (await (await sign_in()).get("/topics")).text()
    assert ticket.number in page
    assert "待上会" in page
    assert "穆青" in page
    assert "13800001234" not in page


async def test_an_opinion_is_noted_and_shown_with_who_noted_it(sign_in: SignIn, office: Office) -> None:
    ticket = raised(office)
    client = await sign_in()
    status, page = await post(client, f"/topics/{ticket.number}/opinion", "/topics", words="由水务牵头，月底前改完")
    assert (status, "由水务牵头，月底前改完" in page, "已记下" in page) == (200, True, True)
    assert office.lines(ticket.id)[-1] == "supervised"
    status, page = await post(client, f"/topics/{ticket.number}/opinion", "/topics", words="  ")
    assert (status, "会议意见是空的" in page) == (409, True)


async def test_it_is_taken_off_and_shown_only_when_asked_for(sign_in: SignIn, office: Office) -> None:
    ticket = raised(office)
    client = await sign_in()
    status, page = await post(client, f"/topics/{ticket.number}/withdraw", "/topics")
    assert (status, ticket.number in page, "没有列入专题的事" in page) == (200, False, True)
    assert ticket.number in await (await client.get("/topics?all=1")).text()
    status, page = await post(client, f"/topics/{ticket.number}/withdraw", "/codes")
    assert (status, "不在专题里" in page) == (409, True)


async def test_only_the_grid_office_notes_and_only_for_its_area(sign_in: SignIn, office: Office) -> None:
    ticket = raised(office)
    for person, reason in (("d-1", "您的身份不能"), ("o-2", "不在您负责的区域")):
        client = await sign_in(person)
        status, page = await post(client, f"/topics/{ticket.number}/opinion", "/codes", words="再议")
        assert (status, reason in page) == (409, True)
    status, page = await post(client, "/topics/2026-0302-99/opinion", "/codes", words="再议")
    assert (status, "没有找到编号" in page) == (404, True)


async def test_without_the_token_nothing_is_done(sign_in: SignIn, office: Office) -> None:
    ticket = raised(office)
    before = office.lines(ticket.id)
    answer = await (await sign_in()).post(f"/topics/{ticket.number}/opinion", data={"words": "再议"})
    assert answer.status == 403
    assert office.lines(ticket.id) == before


async def test_the_workbook_and_the_csv_hold_the_same_lines(sign_in: SignIn, office: Office) -> None:
    ticket = raised(office)
    office.do(topics.do_note_opinion, ticket, office.rules.registry.people["o-1"], "=1+1 由水务牵头", because="x")
    client = await sign_in()
    book = CalamineWorkbook.from_filelike(BytesIO(await (await client.get("/topics.xlsx")).read()))
    head, line = book.get_sheet_by_name("专题").to_python()
    assert head == [name for name, _ in COLUMNS]
    assert (line[0], line[12]) == (ticket.number, "=1+1 由水务牵头")
    text = (await (await client.get("/topics.csv")).read()).decode("utf-8-sig")
    rows = text.split("\r\n")
    assert rows[0].split(",") == head
    assert ticket.number in rows[1]
    assert "'=1+1" in rows[1], "no cell becomes a formula"
    assert "13800001234" not in text


async def test_a_person_danger_is_on_no_list(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_person_danger()
    client = await sign_in("d-1")
    status, _ = await post(client, f"/tickets/{ticket.number}/topic", "/codes")
    assert status == 409
    assert ticket.number not in await (await client.get("/topics?all=1")).text()


async def test_the_office_whistles_supervises_and_names_a_leader_on_the_page(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()
    where = f"/tickets/{ticket.number}"
    status, page = await post(client, f"{where}/whistle", where, unit1="un-power", unit2="", lead="", joint="1")
    assert (status, "已吹哨" in page) == (200, True)
    assert "云亭供电公司（未报到）" in page
    status, page = await post(client, f"{where}/whistle", where, unit1="")
    assert (status, "请至少选一个" in page) == (409, True)
    status, page = await post(client, f"{where}/supervise", where, words="抓紧", grade="call_up")
    assert (status, "约谈1次，待回复" in page) == (200, True)
    status, page = await post(client, f"{where}/topic", where, words="全县都有")
    assert (status, "待上会" in page) == (200, True)
    status, page = await post(client, f"{where}/lead", where, leader="u-1")
    assert (status, "请从名单里选一位县领导" in page) == (409, True)
    assert office.ticket(ticket.id).status is Status.ASSIGNED
