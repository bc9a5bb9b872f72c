"""The emulator's page and the office page as people use them in a real browser."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from bot.demo import PASSWORD
from tests.builders.browser import PATIENCE, open_browser
from tests.builders.county import County

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
#: A laptop's screen.
SIZE = {"width": 1366, "height": 768}
#: With this set the README's pictures are taken anew.
TAKE_PICTURES = os.environ.get("GRIDBOT_PICTURES") == "1"


@contextmanager
def open_screen(county: County) -> Iterator["Screen"]:
    """The chat page on a laptop's screen; what its scripts complain of fails the test."""
    with open_browser() as browser:
        context = browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(county.demo.wecom["page"])
        yield Screen(county, page)
        assert complaints == []


@dataclass(frozen=True)
class Screen:
    """Three phones side by side, the clock above them."""

    county: County
    page: Page

    def phone(self, tier: str) -> "Phone":
        return Phone(self, self.page.get_by_test_id(f"phone-{tier}"))

    def walks_to(self, moment: str) -> None:
        """The clock's own button: `2026-12-02T09:00`, after all that was said is done."""
        self.county.settles()
        self.page.get_by_test_id("walk-to").fill(moment)
        self.page.get_by_test_id("walk-go").click()
        expect(self.page.get_by_test_id("clock-now")).to_contain_text(moment[-5:])
        self.county.settles()

    def closes_ledger(self) -> None:
        """Room for the phones."""
        toggle = self.page.get_by_test_id("ledger-toggle")
        if toggle.get_attribute("aria-expanded") == "true":
            toggle.click()

    def takes(self, name: str) -> None:
        take(self.page, name)

    def office(self) -> Page:
        """The office page, signed in, in a tab of its own."""
        page = self.page.context.new_page()
        page.goto(self.county.demo.office + "/login")
        page.locator("select[name=person]").select_option("d-01")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("button.main").click()
        page.wait_for_url(re.compile(r":\d+/$"))
        return page


def take(page: Page, name: str) -> None:
    """A picture for the README, where they are asked for."""
    if TAKE_PICTURES:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")


@dataclass(frozen=True)
class Phone:
    """One tier's phone in somebody's hand."""

    screen: Screen
    at: Locator

    def held_by(self, person: str, group: str) -> "Phone":
        """This person, looking at this group."""
        self.at.get_by_test_id("group-picker").select_option(group)
        self.at.get_by_test_id("me-picker").select_option(person)
        self.at.get_by_test_id("tab-group").click()
        return self

    def says(self, text: str) -> None:
        kept = self.screen.county.kept() if text.startswith("@小格") else None
        self.at.get_by_test_id("input").fill(text)
        self.at.get_by_test_id("send").click()
        expect(self.at.get_by_test_id("message").filter(has_text=text.removeprefix("@小格").strip()).last).to_be_visible()
        if kept is not None:
            self.screen.county.expects_kept(kept)

    def shows(self, *words: str) -> None:
        """A message of the group with all these words, in the newest place where it stands."""
        found = self.at.get_by_test_id("message")
        for word in words:
            found = found.filter(has_text=word)
        expect(found.last).to_be_visible()

    def shows_nothing_of(self, word: str) -> None:
        self.screen.county.settles()
        expect(self.at.get_by_test_id("message").filter(has_text=word)).to_have_count(0)

    def private(self) -> "Phone":
        self.at.get_by_test_id("tab-private").click()
        return self

    def presses(self, key: str, *words: str) -> None:
        """A button on the newest card with these words."""
        card = self.at.get_by_test_id("card")
        for word in words:
            card = card.filter(has_text=word)
        kept = self.screen.county.kept()
        card.last.locator(f"[data-testid=card-button][data-key={key}]").click()
        self.screen.county.expects_kept(kept)

    def confirms(self, *words: str) -> None:
        """Sends the waiting mass send with these words, as its owner."""
        task = self.at.locator("[data-testid=task][data-state=waiting]")
        for word in words:
            task = task.filter(has_text=word)
        task.last.get_by_test_id("task-confirm").click()
