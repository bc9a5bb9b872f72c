"""轮流进群 on the office page: the month's table, who is in by the member lists, the year as files."""

from io import BytesIO

from python_calamine import CalamineWorkbook

from storage import member_rows
from tests.builders.office import Office
from tests.builders.tickets import NOW
from tests.integration.dashboard.conftest import SignIn


async def test_the_month_s_table_says_where_the_plan_fails(sign_in: SignIn, office: Office) -> None:
    client = await sign_in()
    page = await (await client.get("/rotation?month=2026-03")).text()
    assert "轮流进群 2026-03" in page
    assert "没有登记县领导，排不出轮流进群。" in page
    assert 'href="/rotation?month=2026-02"' in page


async def test_what_is_no_month_is_refused_in_chinese(sign_in: SignIn) -> None:
    client = await sign_in()
    answer = await client.get("/rotation?month=三月")
    assert answer.status == 400
    assert "请写成 2026-03 这样" in await answer.text()


async def test_the_year_is_taken_away_as_files(sign_in: SignIn, office: Office) -> None:
    office.store.run(lambda work: member_rows.joined(work, "g-basic", (), NOW))
    client = await sign_in()
    answer = await client.get("/rotation.xlsx?month=2026-03")
    book = CalamineWorkbook.from_filelike(BytesIO(await answer.read()))
    assert book.sheet_names == ["轮流进群", "排不到的"]
    csv = (await (await client.get("/rotation.csv?month=2026-03")).read()).decode("utf-8-sig")
    assert csv.splitlines()[0] == "月份,县领导,群,网格,是否进群"
