"""/groups: who owns which customer group, what is unregistered, the join codes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.source import to_data
from storage import consent_rows, customer_group_rows, join_way_rows
from storage.customer_group_rows import SeenGroup
from storage.registry_rows import load_registry, save_registry
from tests.builders.office import Office, token_in
from tests.builders.registry_rows import GRID
from tests.integration.dashboard.conftest import Client, SignIn

PNG = b"\x89PNG\r\n\x1a\nrest"


@pytest.fixture
def county(office: Office) -> Office:
    """The office's county in its store, with one customer group that WeCom showed."""
    office.store.run(lambda work: save_registry(work, to_data(office.rules.registry), "test", office.now - timedelta(days=1)))
    show(office, "wrnew", owner="m-1")
    return office


def show(office: Office, chat: str, *, owner: str, name: str = "南塘乡亲群") -> None:
    office.store.run(lambda work: customer_group_rows.seen(work, SeenGroup(chat, name, owner, "v1", 41, GRID, office.now)))
    refresh(office)


def refresh(office: Office) -> None:
    """As a process loads the registry again after a binding."""
    office.rules = replace(office.rules, registry=office.store.look(load_registry))


async def post(client: Client, path: str, **form: str) -> int:
    token = token_in(await (await client.get("/groups")).text())
    answer = await client.post(path, data={"token": token, **form}, allow_redirects=False)
    return answer.status


async def test_an_unregistered_group_is_shown_with_what_it_seems_to_be_and_bound(sign_in: SignIn, county: Office) -> None:
    client = await sign_in()
    page = await (await client.get("/groups")).text()
    assert "南塘乡亲群｜g-basic" in page
    assert "按入群码看像是它" in page
    assert await post(client, "/groups/bind", chat="wrnew", group="南塘乡亲群｜g-basic") == 303
    refresh(county)
    group = county.rules.registry.group_by_address("customer", "wrnew")
    assert group is not None
    assert group.id == "g-basic"
    page = await (await client.get("/groups?done=bound")).text()
    assert "已绑定" in page
    assert "41" in page


async def test_a_chat_that_wecom_never_showed_is_not_bound(sign_in: SignIn, county: Office) -> None:
    client = await sign_in()
    assert await post(client, "/groups/bind", chat="wrguessed", group="南塘乡亲群｜g-basic") == 400
    assert await post(client, "/groups/bind", chat="wrnew", group="没有这个群") == 400
    assert await post(client, "/groups/bind", chat="wrnew", group="柳渡镇协调群｜g-coord") == 400


async def test_whoever_serves_another_township_binds_nothing_here(sign_in: SignIn, county: Office) -> None:
    client = await sign_in("o-2")
    assert await post(client, "/groups/bind", chat="wrnew", group="南塘乡亲群｜g-basic") == 403


async def test_a_new_owner_is_agreed_to(sign_in: SignIn, county: Office) -> None:
    county.store.run(lambda work: work.bind_address("g-basic", "customer", "wrnew", "o-1", county.now))
    county.store.run(lambda work: work.bind_identity("u-2", "wecom", "u-2", None, county.now))
    show(county, "wrnew", owner="u-2")
    county.store.run(lambda work: consent_rows.put(work, [("wrgbasic", "wm1", False, county.now)]))
    client = await sign_in()
    page = await (await client.get("/groups")).text()
    assert "现在的群主是 沈岸（县水务局）" in page
    assert "wm1" not in page, "refusers are a number"
    assert await post(client, "/groups/owner", chat="wrnew", person="r-1") == 400
    assert await post(client, "/groups/owner", chat="wrnew", person="u-2") == 303
    refresh(county)
    assert county.rules.registry.groups["g-basic"].owner == "u-2"
    assert "现在的群主是" not in await (await client.get("/groups")).text()


async def test_a_grids_code_is_shown_and_printed(sign_in: SignIn, county: Office) -> None:
    client = await sign_in()
    assert (await client.get(f"/groups/codes/{GRID}.png")).status == 404
    assert (await client.get(f"/groups/sheets/{GRID}")).status == 404
    way = join_way_rows.KeptWay(GRID, "cfg1", ("wrnew",), PNG, county.now)
    county.store.run(lambda work: join_way_rows.put(work, way))
    picture = await client.get(f"/groups/codes/{GRID}.png")
    assert (picture.content_type, await picture.read()) == ("image/png", PNG)
    sheet = await (await client.get(f"/groups/sheets/{GRID}")).text()
    assert f"/groups/codes/{GRID}.png" in sheet
    assert "扫码加入南塘第一网格居民群" in sheet
    assert "点「不同意」" in sheet
    assert "打印门口张贴" in await (await client.get("/groups")).text()


async def test_nobody_sees_the_groups_without_signing_in(visitor: Client, county: Office) -> None:
    for path in ("/groups", f"/groups/codes/{GRID}.png", f"/groups/sheets/{GRID}"):
        assert (await visitor.get(path, allow_redirects=False)).status == 303
