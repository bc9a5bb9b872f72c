"""/ : what is open, late, not sent, unknown or wrong."""

import re

import pytest

from registry.terms import Category, Form
from storage import county_notes, outbox
from storage.county_notes import CountyNote
from tests.builders.office import Office, token_in
from tests.integration.dashboard.conftest import SignIn
from tickets import assigning, correcting, rating


def rows_of(page: str) -> list[str]:
    """The spoken numbers in the list, in order."""
    return re.findall(r'<a class="number" href="/tickets/[\d-]+">([\d-]+)</a><small>', page)


async def board(sign_in: SignIn, query: str = "", person: str = "o-1") -> str:
    client = await sign_in(person)
    answer = await client.get(f"/{query}")
    assert answer.status == 200
    return await answer.text()


async def test_an_empty_county_says_so(sign_in: SignIn) -> None:
    page = await board(sign_in)

    assert "这里没有工单" in page
    assert "都发出去了" in page


async def test_an_open_ticket_shows_who_holds_it_and_until_when(sign_in: SignIn, office: Office) -> None:
    office.tell()

    page = await board(sign_in)

    for words in ("0302-1", "供水排水", "老戏台", "柳渡镇 南塘第一网格", "待接单", "江一帆（县水务局）", "前</td>"):
        assert words in page


async def test_each_tab_shows_its_own(sign_in: SignIn, office: Office) -> None:
    waiting, accepted, done, danger = office.tell(), office.tell(), office.tell(), office.tell_danger()
    unit_lead = office.rules.registry.people["u-1"]
    for ticket in (accepted, done):
        office.do(assigning.do_accept, office.ticket(ticket.id), unit_lead, because="x")
    office.do(rating.do_done, office.ticket(done.id), unit_lead, because="x")

    found = {tab: set(rows_of(await board(sign_in, f"?tab={tab}")))
             for tab in ("all", "danger", "waiting", "accepted", "rating", "overdue")}

    assert found == {
        "all": {t.aloud for t in (waiting, accepted, done, danger)},
        "danger": {danger.aloud},
        "waiting": {waiting.aloud, danger.aloud},
        "accepted": {accepted.aloud},
        "rating": {done.aloud},
        "overdue": set(),
    }


async def test_danger_stands_first_and_late_before_what_has_time(sign_in: SignIn, office: Office) -> None:
    first, second = office.tell(), office.tell()
    danger = office.tell_danger()

    assert rows_of(await board(sign_in))[0] == danger.aloud
    assert set(rows_of(await board(sign_in))[1:]) == {first.aloud, second.aloud}


async def test_what_is_overdue_is_told_with_how_long(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    office.walk(days=20)

    page = await board(sign_in, "?tab=overdue")

    assert rows_of(page) == [ticket.aloud]
    assert "超 " in page


@pytest.mark.parametrize(("words", "finds"), [("0302-2", 1), ("2026-0302-2", 1), ("桥头", 1), ("码头", 0), ("%", 0)])
async def test_search_by_number_or_place(sign_in: SignIn, office: Office, words: str, finds: int) -> None:
    office.tell()
    office.tell(place="桥头")

    page = await board(sign_in, f"?q={words.replace('%', '%25')}")

    assert len(rows_of(page)) == finds
    assert ("没有找到" in page) == (finds == 0)


async def test_long_lists_have_pages(sign_in: SignIn, office: Office) -> None:
    for _ in range(31):
        office.tell()

    first, second = await board(sign_in), await board(sign_in, "?page=2")

    assert (len(rows_of(first)), len(rows_of(second))) == (30, 1)
    assert "第 1 / 2 页，共 31 张" in first
    assert not set(rows_of(first)) & set(rows_of(second))


@pytest.mark.parametrize("query", ["?tab=nothing", "?page=-1", "?page=9999999999999", "?page=²", "?q=" + "x" * 500])
async def test_a_strange_address_is_no_error(sign_in: SignIn, office: Office, query: str) -> None:
    office.tell()

    await board(sign_in, query)


async def test_a_person_danger_is_a_number_in_the_list(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_person_danger()

    for person in ("o-1", "d-1"):
        page = await board(sign_in, person=person)
        assert rows_of(page) == [ticket.aloud]
        assert "个人事项" in page
        for words in ("不想活", "桥头", "南塘", "个人帮扶"):
            assert words not in page


async def test_a_person_danger_is_not_found_by_its_place(sign_in: SignIn, office: Office) -> None:
    office.tell_person_danger()

    assert rows_of(await board(sign_in, "?q=桥头")) == []


async def test_what_did_not_leave_waits_for_a_person(sign_in: SignIn, office: Office) -> None:
    office.tell_danger()
    row = office.store.run(lambda work: outbox.claim(work, office.now, 1)[0].id)
    office.store.run(lambda work: outbox.failed(work, row, office.now, "WeComError 45009"))
    client = await sign_in()

    page = await (await client.get("/")).text()
    assert "没发出去" in page.split('id="sends"')[1]
    assert "代码 WeComError 45009" in page

    answer = await client.post(f"/sends/{row}/seen", data={"token": token_in(page)}, allow_redirects=False)
    assert answer.status == 303

    page = await (await client.get("/")).text()
    assert "都发出去了" in page


async def test_what_waits_for_an_owner_is_shown(sign_in: SignIn, office: Office) -> None:
    office.tell_danger()
    row = office.store.run(lambda work: outbox.claim(work, office.now, 1)[0])
    office.store.run(lambda work: outbox.asked(work, row.id, office.now, Form.CONFIRM, "task-1"))

    page = await board(sign_in)

    assert "等群主确认" in page
    assert row.say.group is None or office.rules.registry.groups[row.say.group].name in page


async def test_strangers_are_counted(sign_in: SignIn, office: Office) -> None:
    office.store.run(lambda work: work.note_stranger("aibot", "wrunknown", "wm9", office.now))

    assert "未登记的群和人 <i>1</i>" in await board(sign_in)


async def test_the_polled_part_is_the_list_without_the_head(sign_in: SignIn, office: Office) -> None:
    office.tell()
    client = await sign_in()

    part = await (await client.get("/parts/board?tab=waiting", headers={"HX-Request": "true"})).text()

    assert "0302-1" in part
    assert "<header" not in part


async def test_alarms_of_the_sweep_are_told(sign_in: SignIn, office: Office) -> None:
    office.tell_danger()
    office.walk(minutes=5)

    assert 'class="alarms" role="alert"' in await board(sign_in)


async def test_urgency_has_its_colour(sign_in: SignIn, office: Office) -> None:
    office.tell_danger()

    assert '<tr class="danger">' in await board(sign_in)


async def test_who_was_told_of_a_person_danger_is_shown_to_confidants_alone(sign_in: SignIn, office: Office) -> None:
    office.tell_person_danger()
    row = office.store.run(lambda work: outbox.claim(work, office.now, 1)[0])
    office.store.run(lambda work: outbox.failed(work, row.id, office.now, "WeComError 81013"))

    sends = {person: (await board(sign_in, person=person)).split('id="sends"')[1] for person in ("o-1", "d-1")}

    assert "收件人不显示" in sends["o-1"]
    assert "个人事项" in sends["o-1"]
    assert "程日升" not in sends["o-1"]
    assert "程日升（值班员）" in sends["d-1"]


async def test_what_people_taught_and_the_lists_in_use_are_shown(sign_in: SignIn, office: Office) -> None:
    ticket, other = office.tell(), office.tell()
    by = office.rules.registry.people["o-1"]
    office.do(correcting.do_exclude, office.ticket(ticket.id), by, because="x")
    office.do(correcting.do_change_category, office.ticket(other.id), by, Category.POWER, because="x")
    office.store.run(lambda work: county_notes.put(work, CountyNote(office.now, ("words.yaml",))))

    page = await board(sign_in)

    assert "近30天教给小格的：不是诉求 1 · 改类别 1<" in page
    assert "词表已更新：words.yaml" in page

    office.store.run(lambda work: county_notes.put(work, CountyNote(office.now, ("danger.yaml",), ("第 3 行写错了",))))
    page = await board(sign_in)
    assert "danger.yaml" in page
    assert "还在用原来的：第 3 行写错了" in page
