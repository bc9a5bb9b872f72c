"""The office page in a real Chromium: sign in, see the open ticket, accept it for a person, take the ledger away."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from dashboard.app import build
from registry.terms import Status
from tests.builders.browser import open_browser
from tests.builders.office import PASSWORD, Office

pytestmark = pytest.mark.browser


@contextmanager
def served(office: Office) -> Iterator[str]:
    """The page on a port of its own, in a thread beside the browser's; gives its address."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(build(office.deps()))

    async def start() -> str:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def sign_in(page: Page, address: str, person: str) -> None:
    page.goto(address)
    page.get_by_label("您是谁").select_option(label=person)
    page.get_by_label("办公密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#board")).to_be_visible()


def test_a_ticket_is_accepted_for_a_person_and_the_ledger_taken_away(
    browser: Browser, office: Office, tmp_path: Path
) -> None:
    ticket = office.tell()
    office.tell_person_danger()
    with served(office) as address, browser.new_context() as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        sign_in(page, address, "穆青（网格办）")

        expect(page.get_by_role("link", name="0302-1")).to_be_visible()
        expect(page.locator("tr", has_text="0302-2")).to_contain_text("个人事项")
        page.get_by_role("link", name="0302-1").click()
        page.get_by_label("谁接单").select_option(label="沈岸")
        page.get_by_role("button", name="登记接单").click()

        expect(page.get_by_role("status")).to_have_text("已登记接单。")
        expect(page.locator(".history")).to_contain_text("沈岸（县水务局） 接单")
        assert office.ticket(ticket.id).owner == "u-2"

        page.get_by_role("link", name="回到工单").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="导出 Excel").click()
        file = tmp_path / "ledger.xlsx"
        download.value.save_as(file)
        assert download.value.suggested_filename == "工单台账_20260131-20260302.xlsx"
        lines = CalamineWorkbook.from_path(file).get_sheet_by_name("台账").to_python()
        assert [line[0] for line in lines[1:]] == ["2026-0302-1", "2026-0302-2"]
        assert errors == []


def test_what_cannot_be_taken_back_is_asked_first(browser: Browser, office: Office) -> None:
    ticket = office.tell()
    with served(office) as address, browser.new_context() as context:
        page = context.new_page()
        sign_in(page, address, "穆青（网格办）")
        page.goto(f"{address}/tickets/0302-1")
        asked: list[str] = []

        def no(dialog: object) -> None:
            asked.append(dialog.message)  # type: ignore[attr-defined]
            dialog.dismiss()  # type: ignore[attr-defined]

        page.once("dialog", no)
        page.get_by_role("button", name="不是诉求").click()
        assert asked == ["确认这不是诉求吗？工单会就此结束。"]
        assert office.ticket(ticket.id).status is Status.ASSIGNED

        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="不是诉求").click()
        expect(page.get_by_role("status")).to_have_text("已登记：不是诉求。")
        assert office.ticket(ticket.id).status is Status.EXCLUDED


def test_the_list_refreshes_itself(browser: Browser, office: Office) -> None:
    with served(office) as address, browser.new_context() as context:
        page = context.new_page()
        page.clock.install()
        sign_in(page, address, "穆青（网格办）")
        expect(page.locator(".list")).to_contain_text("这里没有工单")
        # The words stand before the deferred script that sets the timer has run.
        page.wait_for_load_state("load")
        office.tell()

        page.clock.run_for(16_000)

        expect(page.get_by_role("link", name="0302-1")).to_be_visible()


def test_the_pages_work_without_javascript(browser: Browser, office: Office) -> None:
    ticket = office.tell()
    with served(office) as address, browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, address, "穆青（网格办）")
        page.get_by_role("link", name="0302-1").click()
        page.get_by_label("办理结果").fill("换了一段管子")
        page.get_by_role("button", name="办结", exact=True).click()

        expect(page.get_by_role("status")).to_contain_text("已办结")
        assert office.ticket(ticket.id).status is Status.DONE
