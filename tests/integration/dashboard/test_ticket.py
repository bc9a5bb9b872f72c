"""A ticket's page: what it shows to whom, and every action of it."""

import re
from datetime import date

import pytest

from registry.terms import Act, Category, DangerKind, Outcome, Role, Status, Tier, Urgency
from storage import media_rows
from storage.work import SqlWork
from tests.builders.office import Office, token_in
from tests.builders.registry_rows import GRID, TOWN
from tests.integration.dashboard.conftest import Client, SignIn
from tickets import assigning, danger, excluding, extending, opening, rating
from tickets.model import Ticket
from tickets.told import Told


async def page_of(client: Client, ticket: Ticket) -> str:
    answer = await client.get(f"/tickets/{ticket.number}")
    assert answer.status == 200
    return await answer.text()


async def press(client: Client, ticket: Ticket, action: str, **fields: str) -> tuple[int, str]:
    """Press a button of the ticket's page; gives the status and the page that is shown then."""
    token = token_in(await page_of(client, ticket))
    answer = await client.post(f"/tickets/{ticket.number}/{action}", data={"token": token, **fields})
    return answer.history[0].status if answer.history else answer.status, await answer.text()


def told_refusal(page: str) -> str:
    found = re.search(r'<p class="say bad" role="alert">([^<]+)</p>', page)
    return found[1] if found else ""


async def test_it_shows_facts_words_history_and_what_was_told(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell("老戏台那边水管漏水，流了一地")
    page = await page_of(await sign_in(), ticket)

    for words in (
        "2026-0302-1", "供水排水 · 老戏台", "南塘乡亲群", "县水务局", "江一帆（县水务局）", "流了一地", "居民反映，受理为诉求",
        "首问责任人 白杨（网格员）", "交办给 县水务局", "柳渡镇协调群（协调群）", "等待发出", "供水：漏水",
    ):  # fmt: skip
        assert words in page
    assert "顾春燕" not in page


async def test_a_reason_that_several_words_met_stands_once(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell(reasons=(("供水排水", "没水", 3.0), ("供水排水", "停水", 1.5), ("拖得久", "三天", 0.7)))

    page = await page_of(await sign_in(), ticket)

    assert page.count("供水排水 +4.5") == 1
    assert "拖得久 +0.7" in page


async def test_the_spoken_number_finds_it_too(sign_in: SignIn, office: Office) -> None:
    office.tell()
    client = await sign_in()

    assert (await client.get("/tickets/0302-1")).status == 200


@pytest.mark.parametrize("number", ["0302-99", "2026-0302-99", "abc", "1 OR 1=1", "x" * 900])
async def test_an_unknown_number_is_a_page_in_chinese(sign_in: SignIn, number: str) -> None:
    client = await sign_in()

    answer = await client.get(f"/tickets/{number}")

    assert answer.status == 404
    assert "没有这张工单" in await answer.text()


async def test_heard_words_are_shown_as_words(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell("<script>alert(1)</script>漏水", place="<b>老戏台</b>")

    page = await page_of(await sign_in(), ticket)

    assert "<script>alert" not in page
    assert "<b>老戏台" not in page
    assert "&lt;script&gt;" in page


# actions ---------------------------------------------------------------------


async def test_acceptance_is_recorded_for_a_named_person(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()

    status, page = await press(await sign_in(), ticket, "accept", person="u-2")

    assert status == 303
    assert "已登记接单" in page
    after = office.ticket(ticket.id)
    assert (after.status, after.owner) == (Status.ACCEPTED, "u-2")
    assert "穆青（网格办）在网格办页面代 沈岸（县水务局） 登记接单" in page


async def test_acceptance_twice_is_refused_with_a_sentence(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()
    token = token_in(await page_of(client, ticket))
    await client.post(f"/tickets/{ticket.number}/accept", data={"token": token, "person": "u-2"})
    before = office.lines(ticket.id)

    answer = await client.post(f"/tickets/{ticket.number}/accept", data={"token": token, "person": "u-1"})

    assert answer.status == 409
    assert told_refusal(await answer.text())
    assert office.lines(ticket.id) == before
    assert office.ticket(ticket.id).owner == "u-2"


@pytest.mark.parametrize("person", ["", "r-1", "u-3", "nobody"])
async def test_acceptance_for_somebody_unfit_is_refused(sign_in: SignIn, office: Office, person: str) -> None:
    ticket = office.tell()

    status, page = await press(await sign_in(), ticket, "accept", person=person)

    assert status == 409
    assert told_refusal(page)
    assert office.ticket(ticket.id).status is Status.ASSIGNED


async def test_handing_over(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()

    status, page = await press(await sign_in(), ticket, "hand_over", unit="un-power")

    assert status == 303
    assert "穆青（网格办）转办给 云亭供电公司（原为 县水务局）" in page
    assert office.ticket(ticket.id).unit == "un-power"


@pytest.mark.parametrize("unit", ["", "nothing", "un-empty", "un-water"])
async def test_handing_over_to_nobody_is_refused(sign_in: SignIn, office: Office, unit: str) -> None:
    ticket = office.tell()

    status, page = await press(await sign_in(), ticket, "hand_over", unit=unit)

    assert (status, office.ticket(ticket.id).unit) == (409, "un-water")
    assert told_refusal(page)


async def test_returning_needs_a_reason(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()

    status, page = await press(client, ticket, "return", words="  ")
    assert status == 409
    assert told_refusal(page)

    status, page = await press(client, ticket, "return", words="管道在红线内，归物业")
    assert status == 303
    assert "管道在红线内，归物业" in page
    assert office.ticket(ticket.id).returns == 1


async def test_done_and_the_rating_told_by_telephone(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()

    status, page = await press(client, ticket, "done", words="换了一段管子")
    assert status == 303
    assert "换了一段管子" in page
    assert office.ticket(ticket.id).status is Status.DONE

    status, page = await press(client, ticket, "unsatisfied")
    assert status == 303
    assert office.ticket(ticket.id).round == 2

    await press(client, ticket, "done")
    await press(client, ticket, "satisfied")
    assert office.ticket(ticket.id).outcome is Outcome.SATISFIED


async def test_closing_the_rating(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()

    status, _ = await press(client, ticket, "close_rating")
    assert status == 409

    await press(client, ticket, "done")
    await press(client, ticket, "close_rating")
    after = office.ticket(ticket.id)
    assert (after.status, after.outcome) == (Status.CLOSED, Outcome.UNASKED)


@pytest.mark.parametrize(("action", "line"), [("lift", "raised"), ("contact", "contacted"), ("exclude", "closed")])
async def test_one_press_actions(sign_in: SignIn, office: Office, action: str, line: str) -> None:
    ticket = office.tell()

    status, _ = await press(await sign_in(), ticket, action)

    assert status == 303
    assert line in office.lines(ticket.id)


async def test_supervising(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()

    assert (await press(client, ticket, "supervise", words=""))[0] == 409
    status, page = await press(client, ticket, "supervise", words="今晚前修好", urgent="1")

    assert status == 303
    assert "穆青（网格办） 督办（特急）" in page
    assert "今晚前修好" in page
    assert office.ticket(ticket.id).urgency.value == "urgent"


async def test_correcting_category_and_place(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()

    await press(client, ticket, "category", category="power")
    await press(client, ticket, "place", place="  桥头  东侧 ")

    after = office.ticket(ticket.id)
    assert (after.category, after.place, after.unit) == (Category.POWER, "桥头 东侧", "un-power")
    assert (await press(client, ticket, "category", category="nothing"))[0] == 409
    assert (await press(client, ticket, "place", place=" "))[0] == 409


async def test_merging(sign_in: SignIn, office: Office) -> None:
    head, ticket = office.tell(), office.tell()
    client = await sign_in()

    for number in ("", "0302-99", ticket.aloud):
        status, page = await press(client, ticket, "merge", into=number)
        assert status == 409
        assert told_refusal(page)

    status, page = await press(client, ticket, "merge", into=head.aloud)
    assert status == 303
    assert f'已并入 <a href="/tickets/{head.number}">' in page
    assert office.ticket(ticket.id).merged_into == head.id


async def test_ending_a_danger(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_danger()

    status, _ = await press(await sign_in(), ticket, "end")

    assert status == 303
    assert office.ticket(ticket.id).danger_ended_at is not None


async def test_a_false_alarm(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_danger()
    client = await sign_in()

    await press(client, ticket, "lower")

    assert office.ticket(ticket.id).danger is None
    assert (await press(client, ticket, "end"))[0] == 409


async def test_a_doubt_that_is_true(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell("好像有煤气味", category=Category.GAS_HEATING, urgency=Urgency.URGENT, danger=DangerKind.PLACE, doubt=True)

    status, _ = await press(await sign_in(), ticket, "confirm")

    assert status == 303
    assert office.ticket(ticket.id).in_danger


async def test_there_is_nothing_to_confirm_where_nobody_doubted(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()

    assert (await press(await sign_in(), ticket, "confirm"))[0] == 409
    assert office.ticket(ticket.id).danger is None


async def test_a_finished_ticket_offers_nothing_and_refuses(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()
    await press(client, ticket, "exclude")
    page = await page_of(client, ticket)

    assert "这张工单已经结束" in page
    assert 'action="/tickets/' not in page
    for action in ("accept", "done", "lift", "hand_over", "supervise", "contact", "place", "category"):
        fields = {"person": "u-1", "unit": "un-power", "words": "x", "place": "x", "category": "power"}
        status, page = await press(client, ticket, action, **fields)
        assert status == 409
        assert told_refusal(page)


async def test_shelving_and_taking_up_again(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in()
    status, page = await press(client, ticket, "shelve", day="", words="等材料")
    assert status == 409
    assert "复查日期" in told_refusal(page)
    status, page = await press(client, ticket, "shelve", day="2026-03-20", words="等入冬前一起改造")
    assert status == 303
    assert "2026-03-20复查" in page
    assert "等入冬前一起改造" in page
    assert office.ticket(ticket.id).status is Status.SHELVED
    status, _ = await press(client, ticket, "resume")
    assert status == 303
    assert office.ticket(ticket.id).status is Status.ASSIGNED


async def test_what_a_unit_asked_for_the_office_decides_and_not_its_own_wish(sign_in: SignIn, office: Office) -> None:
    ticket, other = office.tell(), office.tell()
    client = await sign_in()
    lead = office.rules.registry.people["u-1"]
    office.do(assigning.do_accept, office.ticket(ticket.id), lead, because="x")
    office.do(extending.do_ask_extension, office.ticket(ticket.id), lead, date(2026, 3, 13), "等配件", because="x")
    status, page = await press(client, ticket, "grant_extension")
    assert (status, "同意延期到2026-03-13" in page) == (303, True)
    assert "等配件" in page

    assert (await press(client, other, "unreasonable", words="要占别家的地"))[0] == 303
    status, page = await press(client, other, "confirm_unreasonable")
    assert status == 409
    assert "另一位" in told_refusal(page)
    office.do(excluding.do_ask_exclusion, office.ticket(ticket.id), lead, "要占别家的地", because="x")
    status, page = await press(client, ticket, "confirm_unreasonable")
    assert (status, "核定为不合理诉求" in page) == (303, True)
    assert office.ticket(ticket.id).status is Status.EXCLUDED
    assert "<b>1</b><span>今日不合理诉求</span>" in await (await client.get("/")).text()


async def test_an_unknown_action_is_no_page(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()

    assert (await press(await sign_in(), ticket, "delete"))[0] == 404


async def test_another_townships_office_may_look_but_not_act(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    client = await sign_in("o-2")

    assert "这张工单不在您负责的区域" in await page_of(client, ticket)
    status, page = await press(client, ticket, "lift")

    assert status == 409
    assert told_refusal(page)


# privacy ----------------------------------------------------------------------


async def test_who_has_accepted_opens_the_numbers_and_history_knows(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell("老戏台漏水，联系我13800001234")
    client = await sign_in()
    page = await page_of(client, ticket)
    assert "13800001234" not in page
    assert "138****1234" in page
    assert "打开号码" not in page

    token = token_in(page)
    refused = await client.post(f"/tickets/{ticket.number}/numbers", data={"token": token})
    assert refused.status == 409
    assert "13800001234" not in await refused.text()

    await press(client, ticket, "accept", person="o-1")
    assert "打开号码" in await page_of(client, ticket)
    _, page = await press(client, ticket, "numbers")

    assert "13800001234" in page
    assert "穆青（网格办） 查看了遮住的号码" in page
    assert office.lines(ticket.id).count("opened_number") == 1
    assert "13800001234" not in await page_of(client, ticket)


async def test_in_danger_the_duty_officer_opens_them_at_once(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_danger("桥头冒火花，打13800001234")

    _, page = await press(await sign_in("d-1"), ticket, "numbers")

    assert "13800001234" in page


async def test_a_person_danger_is_read_by_confidants_alone(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_person_danger()

    page = await page_of(await sign_in("d-1"), ticket)
    assert "不想活了" in page
    assert "桥头" in page

    page = await page_of(await sign_in("o-1"), ticket)
    assert "个人事项" in page
    assert "知情人" in page
    for words in ("不想活", "桥头", "南塘", "个人帮扶", "居民反映"):
        assert words not in page


async def test_who_may_not_read_a_person_danger_may_not_act_on_it(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_person_danger()
    client = await sign_in("o-1")
    before = office.lines(ticket.id)

    for action in ("accept", "done", "lower", "numbers", "place"):
        status, page = await press(client, ticket, action, person="o-1", place="某处")
        assert status == 409
        assert "不想活" not in page
        assert told_refusal(page)

    assert office.lines(ticket.id) == before


async def test_a_confidant_works_on_a_person_danger(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_person_danger()
    client = await sign_in("d-1")

    await press(client, ticket, "accept", person="d-1")
    await press(client, ticket, "done", words="已到场，家人陪着")

    assert office.ticket(ticket.id).status is Status.CLOSED


async def test_voices_are_told_apart_by_a_count(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell()
    told = Told("m-x", office.now, "wm-neighbour", *_resident(), act=Act.ECHO)
    office.do(opening.do_voice, office.ticket(ticket.id), told)

    page = await page_of(await sign_in(), ticket)

    assert "居民1" in page
    assert "居民2" in page
    assert "wm-neighbour" not in page
    assert "只记下这件事，不留原话" in page


def _resident() -> tuple[object, ...]:
    return Role.RESIDENT, Tier.BASIC, "g-basic", GRID, TOWN


async def test_every_life_has_a_readable_history(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_danger()
    lead = office.rules.registry.people["u-3"]
    office.do(danger.do_end, office.ticket(ticket.id), lead, because="x")
    office.do(assigning.do_accept, office.ticket(ticket.id), lead, because="x")
    office.do(rating.do_done, office.ticket(ticket.id), lead, because="x")
    office.do(rating.do_rate, office.ticket(ticket.id), "r-1", False, because="x")

    page = await page_of(await sign_in(), ticket)

    assert "第 2 轮" in page
    for words in ("升为险情，三级群同时通知", "解除险情", "居民评价：不满意", "居民说还没好，重办，第 2 轮"):
        assert words in page


def with_files(office: Office) -> Ticket:
    """A matter with a kept picture, one that is being fetched, one that is lost, and a voice."""
    ticket = office.tell()

    def lay(work: SqlWork) -> None:
        message = work.messages(ticket.id)[0].id
        files = [("image", "A", None), ("image", "B", None), ("image", "C", None), ("voice", "D", None)]
        media_rows.add(work, message, "archive", files, office.now)
        kept, _, lost, voice = (one.id for one in media_rows.due(work, office.now))
        media_rows.keep(work, kept, "image/jpeg", b"\xff\xd8JPEG")
        media_rows.give_up(work, lost)
        media_rows.keep(work, voice, "audio/amr", b"#!AMR")

    office.store.run(lay)
    return ticket


async def test_pictures_and_voices_are_for_whoever_answers_for_the_matter(sign_in: SignIn, office: Office) -> None:
    ticket = with_files(office)
    client = await sign_in()
    page = await page_of(client, ticket)
    paths = re.findall(rf'src="(/tickets/{ticket.number}/files/\d+)"', page)
    assert len(paths) == 1
    picture = await client.get(paths[0])
    assert (picture.status, picture.content_type, await picture.read()) == (200, "image/jpeg", b"\xff\xd8JPEG")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    [voice] = re.findall(r'href="([^"]+)" download', page)
    heard = await client.get(voice)
    assert heard.headers["Content-Disposition"] == "attachment"
    assert "正在取" in page
    assert "没有取到" in page
    assert (await client.get(f"/tickets/{ticket.number}/files/99")).status == 404
    other = office.tell("老戏台东边路灯不亮", message="m-other")
    assert (await client.get(paths[0].replace(ticket.number, other.number))).status == 404


async def test_a_recalled_picture_is_gone_from_the_page(sign_in: SignIn, office: Office) -> None:
    ticket = with_files(office)
    client = await sign_in()
    [path] = re.findall(rf'src="(/tickets/{ticket.number}/files/\d+)"', await page_of(client, ticket))
    office.store.run(lambda work: work.erase_message(work.messages(ticket.id)[0].id))
    assert (await client.get(path)).status == 404


async def test_a_private_matters_picture_is_for_confidants_alone(sign_in: SignIn, office: Office) -> None:
    ticket = office.tell_person_danger()

    def lay(work: SqlWork) -> int:
        media_rows.add(work, work.messages(ticket.id)[0].id, "archive", [("image", "A", None)], office.now)
        [waiting] = media_rows.due(work, office.now)
        media_rows.keep(work, waiting.id, "image/jpeg", b"\xff\xd8")
        return waiting.id

    file = office.store.run(lay)
    client = await sign_in()
    assert (await client.get(f"/tickets/{ticket.number}/files/{file}")).status == 404
