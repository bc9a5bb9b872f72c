"""The chat page in a real browser: what three people do on their phones."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.builders.browser import open_browser
from tests.unit.emulator.builders import SMALL, button_card


class Program:
    """A started emulator and calls to it."""

    def __init__(self, line: dict[str, Any]) -> None:
        self.line = line

    def post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        """POST JSON."""
        request = urllib.request.Request(self.line["base_url"] + path, json.dumps(data).encode())
        with urllib.request.urlopen(request) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def api(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """A call with a token, as the bot makes it."""
        query = f"corpid={self.line['corp_id']}&corpsecret={self.line['app_secret']}"
        with urllib.request.urlopen(f"{self.line['base_url']}/cgi-bin/gettoken?{query}") as answer:
            token = json.load(answer)["access_token"]
        return self.post(f"/cgi-bin/{name}?access_token={token}", data)


@contextmanager
def emulator(keys: Path) -> Iterator[Program]:
    """The program on a free port, its callbacks going nowhere."""
    arguments = ("--registry", str(SMALL), "--port", "0", "--keys-dir", str(keys), "--retry-seconds", "60")
    nowhere = ("--callback-url", "http://127.0.0.1:9/wecom/app", "--start", "2026-03-02T08:00:00+08:00")
    command = [sys.executable, "-m", "emulator", *arguments, *nowhere]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout
        try:
            yield Program(json.loads(program.stdout.readline()))
        finally:
            program.terminate()
            program.wait(20)


@contextmanager
def opened(program: Program) -> Iterator[Page]:
    """The page on a laptop's screen; what its scripts complain of fails the test."""
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(program.line["page"])
        yield page
        assert complaints == []


@pytest.mark.browser
def test_people_talk_send_pictures_quote_and_recall(tmp_path: Path) -> None:
    with emulator(tmp_path) as program, opened(program) as page:
        phone = page.get_by_test_id("phone-basic")
        expect(phone.get_by_test_id("me-picker")).to_have_value("re-01")
        phone.get_by_test_id("input").fill("3号楼水管漏水了")
        phone.get_by_test_id("send").click()
        expect(phone.get_by_test_id("message")).to_contain_text("3号楼水管漏水了")
        phone.get_by_test_id("picture").click()
        phone.get_by_test_id("picture-make").click()
        expect(phone.get_by_test_id("message")).to_have_count(2)
        expect(phone.locator("img")).to_have_js_property("naturalWidth", 240)
        phone.get_by_test_id("me-picker").select_option("re-02")
        phone.get_by_test_id("message").first.hover()
        phone.get_by_test_id("message").first.get_by_test_id("quote").click()
        phone.get_by_test_id("input").fill("我家也是")
        phone.get_by_test_id("input").press("Enter")
        last = phone.get_by_test_id("message").last
        expect(last).to_contain_text("3号楼小满：3号楼水管漏水了")
        last.hover()
        last.get_by_test_id("recall").click()
        expect(phone.get_by_test_id("recalled")).to_contain_text("你撤回了一条消息")
        expect(page.get_by_test_id("ledger-entry").first).to_contain_text("撤回")


@pytest.mark.browser
def test_words_of_a_chat_never_become_markup(tmp_path: Path) -> None:
    with emulator(tmp_path) as program, opened(program) as page:
        words = "<img src=x onerror=alert(1)>**粗**"
        program.post("/say", {"group": "g-basic-01", "person": "re-01", "text": words})
        bubble = page.get_by_test_id("phone-basic").get_by_test_id("message")
        expect(bubble).to_contain_text(words)
        expect(bubble.locator("img")).to_have_count(0)


@pytest.mark.browser
def test_cards_are_clicked_forwarded_and_mass_sends_confirmed(tmp_path: Path) -> None:
    with emulator(tmp_path) as program, opened(program) as page:
        card = button_card(quote_area={"quote_text": "漏水已派单"}, button_list=[{"text": "已转发", "key": "pasted"}])
        send = {"touser": "gm-01", "agentid": 1000002, "msgtype": "template_card"}
        program.api("message/send", {**send, "template_card": card})
        program.api("message/send", {**send, "template_card": button_card("T-2")})
        body = {"chat_type": "group", "sender": "gm-01", "text": {"content": "今日办理情况"}}
        program.api("externalcontact/add_msg_template", body)
        phone = page.get_by_test_id("phone-basic")
        phone.get_by_test_id("me-picker").select_option("gm-01")
        expect(phone.get_by_test_id("private-badge")).to_have_text("3")
        phone.get_by_test_id("tab-private").click()
        phone.get_by_test_id("paste").click()
        expect(page.get_by_test_id("paste-text")).to_have_value("漏水已派单")
        page.get_by_test_id("paste-ok").click()
        phone.locator("[data-task='T-2'] [data-key='accept']").click()
        expect(phone.get_by_test_id("private-badge")).to_have_text("1")
        phone.get_by_test_id("task-confirm").click()
        expect(phone.get_by_test_id("task")).to_have_attribute("data-state", "sent")
        expect(phone.get_by_test_id("private-badge")).to_be_hidden()
        phone.get_by_test_id("tab-group").click()
        expect(phone.get_by_test_id("message")).to_have_count(2)
        expect(phone.get_by_test_id("message").last).to_contain_text("今日办理情况")


@pytest.mark.browser
def test_residents_on_wechat_have_no_single_chat_and_time_is_walked(tmp_path: Path) -> None:
    with emulator(tmp_path) as program, opened(program) as page:
        phone = page.get_by_test_id("phone-basic")
        phone.get_by_test_id("tab-private").click()
        expect(phone.get_by_test_id("input")).to_be_disabled()
        phone.get_by_test_id("consent").click()
        expect(phone.get_by_test_id("consent")).to_have_text("不同意存档")
        expect(page.get_by_test_id("clock-now")).to_contain_text("08:00")
        page.get_by_test_id("walk-2h").click()
        expect(page.get_by_test_id("clock-now")).to_contain_text("10:00")
        page.get_by_test_id("walk-to").fill("2026-03-03T09:00")
        page.get_by_test_id("walk-go").click()
        expect(page.get_by_test_id("clock-now")).to_contain_text("09:00")
