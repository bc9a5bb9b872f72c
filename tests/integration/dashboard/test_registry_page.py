"""/registry: the workbook taken home, looked over and imported; who may, and what is refused."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from registry.registry import Registry
from registry.source import to_data
from registry.workbook import read_workbook
from registry.workbook_writer import write_template, write_workbook
from storage.registry_rows import load_imported, save_registry
from tests.builders.office import Office, office_county, token_in
from tests.builders.registry_rows import registry_of, row
from tests.builders.workbooks import put, sheets_of, workbook_of
from tests.integration.dashboard.conftest import Client, SignIn


def changed(**person: Any) -> Registry:
    data = to_data(office_county())
    row(data, "people", "m-1").update(person or {"name": "白桦"})
    return registry_of(data)


@pytest.fixture
def imported(office: Office) -> Registry:
    registry = office_county()
    office.store.run(lambda work: save_registry(work, to_data(registry), "cli", office.now))
    return registry


def kept(office: Office) -> Registry | None:
    return office.store.look(load_imported)


async def upload(client: Client, content: bytes, token: str | None = None) -> tuple[int, str]:
    form = FormData()
    form.add_field("token", token if token is not None else token_in(await (await client.get("/registry")).text()))
    form.add_field("file", BytesIO(content), filename="登记.xlsx", content_type="application/octet-stream")
    answer = await client.post("/registry/look", data=form)
    return answer.status, await answer.text()


def hidden(page: str) -> dict[str, str]:
    fields = dict(re.findall(r'name="(token|version|data)" value="([^"]*)"', page.partition('action="/registry/import"')[2]))
    assert set(fields) == {"token", "version", "data"}
    return fields


async def test_the_registry_is_taken_home_and_comes_back_equal(sign_in: SignIn, imported: Registry) -> None:
    client = await sign_in()
    answer = await client.get("/registry.xlsx")
    again, _ = read_workbook(await answer.read())
    assert again == imported
    status, page = await upload(client, await (await client.get("/registry.xlsx")).read())
    assert status == 200
    assert "和现在的登记一样，没有变化。" in page
    assert await (await client.get("/registry-template.xlsx")).read() == write_template()


async def test_changes_are_shown_and_written_only_when_confirmed(
    sign_in: SignIn, office: Office, imported: Registry
) -> None:
    client = await sign_in()
    status, page = await upload(client, write_workbook(changed()))
    assert status == 200
    assert "修改 人员 m-1（白桦）：名称 白杨 → 白桦" in page
    assert "还缺什么" in page
    assert kept(office) == imported
    answer = await client.post("/registry/import", data=hidden(page))
    assert "已导入，马上生效。" in await answer.text()
    assert kept(office) == changed()
    page = await (await client.get("/registry")).text()
    assert "穆青" in page
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    answer = await client.post("/registry/undo", data={"token": token_in(page), "version": version})
    assert "已恢复到上一次导入之前" in await answer.text()
    assert kept(office) == imported


async def test_the_first_import_needs_nothing_before_it(sign_in: SignIn, office: Office) -> None:
    client = await sign_in()
    assert "还没有登记" in await (await client.get("/registry")).text()
    assert (await client.get("/registry.xlsx")).status == 404
    _, page = await upload(client, write_workbook(office_county()))
    assert "首次导入：" in page
    await client.post("/registry/import", data=hidden(page))
    assert kept(office) == office_county()


async def test_every_wrong_cell_is_shown_and_nothing_written(sign_in: SignIn, office: Office, imported: Registry) -> None:
    sheets = sheets_of(imported)
    put(sheets, "人员", 4, "角色", "网格<b>")
    put(sheets, "群", 2, "区域", "9999")
    status, page = await upload(await sign_in(), workbook_of(sheets))
    assert status == 400
    assert "没有写入" in page
    assert "工作表「人员」第 4 行「角色」列：没有「网格&lt;b&gt;」这个写法" in page
    assert "工作表「群」第 2 行「区域」列：找不到编号为「9999」的区域" in page
    assert kept(office) == imported


@pytest.mark.parametrize(("content", "sentence"), [(b"", "文件是空的。"), (b"x,y", "这不是 Excel 文件"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧格式")])
async def test_a_file_that_is_no_workbook_is_refused(
    sign_in: SignIn, imported: Registry, content: bytes, sentence: str
) -> None:
    status, page = await upload(await sign_in(), content)
    assert status == 400
    assert sentence in page


async def test_somebody_else_was_quicker(sign_in: SignIn, office: Office, imported: Registry) -> None:
    client = await sign_in()
    _, page = await upload(client, write_workbook(changed()))
    other = changed(name="白露")
    office.store.run(lambda work: save_registry(work, to_data(other), "cli", office.now))
    answer = await client.post("/registry/import", data=hidden(page))
    page = await answer.text()
    assert "登记被别人改过，还没有写入" in page
    assert "名称 白露 → 白桦" in page
    assert kept(office) == other
    await client.post("/registry/import", data=hidden(page))
    assert kept(office) == changed()


async def test_who_imports_stays_in_the_registry(sign_in: SignIn, office: Office, imported: Registry) -> None:
    data = to_data(imported)
    data["people"] = [person for person in data["people"] if person["id"] != "o-1"]
    status, page = await upload(await sign_in(), write_workbook(registry_of(data)))
    assert status == 400
    assert "新的登记里没有您" in page


@pytest.mark.parametrize("person", ["o-2", "d-1"])
async def test_only_the_countys_grid_office_may(sign_in: SignIn, office: Office, imported: Registry, person: str) -> None:
    client = await sign_in(person)
    for path in ("/registry", "/registry.xlsx", "/registry-template.xlsx"):
        assert (await client.get(path)).status == 403
    token = token_in(await (await client.get("/")).text())
    status, _ = await upload(client, write_workbook(changed()), token)
    assert status == 403
    for path in ("/registry/import", "/registry/undo"):
        assert (await client.post(path, data={"token": token, "version": "1", "data": ""})).status == 403
    assert kept(office) == imported


async def test_without_the_sessions_token_nothing_is_read(sign_in: SignIn, office: Office, imported: Registry) -> None:
    client = await sign_in()
    status, page = await upload(client, write_workbook(changed()), token="x")
    assert (status, "这个页面过期了" in page) == (403, True)
    _, page = await upload(client, write_workbook(changed()))
    assert (await client.post("/registry/import", data=hidden(page) | {"token": ""})).status == 403
    assert (await client.post("/registry/undo", data={"version": "1"})).status == 403
    assert kept(office) == imported


async def test_strangers_sign_in_first(visitor: Client, imported: Registry) -> None:
    for path in ("/registry", "/registry.xlsx", "/registry-template.xlsx"):
        answer = await visitor.get(path, allow_redirects=False)
        assert (answer.status, answer.headers["Location"].startswith("/login")) == (303, True)


async def test_what_is_too_large_or_no_form_is_refused(sign_in: SignIn, imported: Registry) -> None:
    client = await sign_in()
    status, page = await upload(client, b"PK" + b"\0" * (8 * 1024 * 1024))
    assert (status, "最大 8 MB" in page) == (413, True)
    answer = await client.post("/registry/look", data={"token": "x"})
    assert (answer.status, "没有收到文件" in await answer.text()) == (415, True)
    answer = await client.post("/registry/look", data=b"--x\r\nbroken", headers={"Content-Type": "multipart/form-data; boundary=y"})
    assert (answer.status, "看不懂提交的内容" in await answer.text()) == (400, True)
    page = await (await client.get("/registry")).text()
    for data in ("", "====", "eJwDAAAAAAE=", "bm90IHppcA=="):
        answer = await client.post("/registry/import", data={"token": token_in(page), "version": "1", "data": data})
        assert (answer.status, "看不懂提交的内容" in await answer.text()) == (400, True)


async def test_an_undo_of_what_is_not_in_use_any_more_is_refused(sign_in: SignIn, office: Office, imported: Registry) -> None:
    client = await sign_in()
    token = token_in(await (await client.get("/registry")).text())
    for version in ("1", "99", "", "x"):
        answer = await client.post("/registry/undo", data={"token": token, "version": version})
        assert (answer.status, "不能撤销" in await answer.text()) == (409, True)
    assert kept(office) == imported
