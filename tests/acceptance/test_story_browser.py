"""The county's core story in a real Chromium, on the chat page's three phones and on the office page.

With GRIDBOT_PICTURES=1 it takes the README's pictures on its way.
"""

import pytest
from playwright.sync_api import expect

from tests.builders.county import County
from tests.builders.screen import open_screen, take

pytestmark = pytest.mark.browser


def test_a_leak_from_the_first_word_to_the_rating(county: County) -> None:
    with open_screen(county) as screen:
        screen.closes_ledger()
        basic, coordination, command = screen.phone("basic"), screen.phone("coordination"), screen.phone("command")
        command.held_by("c-01", "g-cmd-01")
        coordination.held_by("u-02", "g-coord-01")

        basic.held_by("r-008", "g-basic-02").says("2号楼楼下的水管漏水了")
        basic.held_by("r-009", "g-basic-02").says("对，我家门口也是，水都流到路上了")
        basic.held_by("r-008", "g-basic-02").says("就是2号楼1单元门口那根")
        screen.walks_to("2026-11-24T09:05")
        number = str(county.expects_ticket(voices=2, unit="un-01")["aloud"])
        coordination.shows("待接单", number)
        coordination.private()
        screen.takes("cards")
        coordination.presses("accept", number)
        coordination.held_by("u-02", "g-coord-01").shows("已接单", number)

        screen.walks_to("2026-12-02T09:10")
        command.shows("催办", number)

        coordination.says(f"@小格 {number} 修好了，办结")
        coordination.shows("记为办结", number)
        screen.walks_to("2026-12-02T17:31")
        basic.held_by("m-02", "g-basic-02").private()
        expect(basic.at.locator("[data-testid=task][data-state=waiting]")).to_have_count(1)
        screen.takes("mass-send")
        basic.confirms(number)
        basic.held_by("r-009", "g-basic-02").shows("没好", number)
        basic.says("还没好，还在漏")
        coordination.shows("重办", number)
        coordination.private().presses("accept", "重办", number)
        county.expects_ticket(status="accepted", round=2)
        coordination.held_by("u-02", "g-coord-01").says(f"@小格 {number} 换了新管子，办结")
        county.expects_ticket(status="done", round=2)

        screen.walks_to("2026-12-03T17:31")
        basic.held_by("m-02", "g-basic-02").private().confirms(number, "说办好了")
        basic.held_by("r-008", "g-basic-02").says("好了，谢谢")
        county.expects_ticket(status="closed", outcome="satisfied", round=2)

        office = screen.office()
        office.goto(f"{county.demo.office}/tickets/2026-{number}")
        for word in ("柏小泉", "满意", "重办"):
            expect(office.locator("main")).to_contain_text(word)
        take(office, "office-ticket")


def test_dangers_reach_whom_they_must_and_nobody_else(county: County) -> None:
    with open_screen(county) as screen:
        screen.closes_ledger()
        basic, coordination, command = screen.phone("basic"), screen.phone("coordination"), screen.phone("command")
        command.held_by("d-02", "g-cmd-01")

        # an urgent matter where 小格 may speak: nobody takes it in time, so it rises by the hour
        basic.held_by("r-001", "g-basic-01").says("3栋楼道水管爆了，水往屋里灌")
        urgent = str(county.expects_ticket(urgency="urgent", unit="un-01")["aloud"])
        basic.shows("收到", urgent)
        screen.walks_to("2026-11-24T10:05")
        command.shows("催办", urgent)
        coordination.held_by("u-02", "g-coord-01").private().presses("accept", urgent)
        coordination.held_by("u-02", "g-coord-01").shows("已接单", urgent)
        basic.shows("已接单", urgent)
        screen.takes("three-tiers")

        # gas: all tiers at once, and the end reaches all
        basic.held_by("r-003", "g-basic-01").says("5号楼楼道里有很浓的煤气味")
        basic.shows("开窗", "119")
        number = str(county.expects_ticket(2, urgency="danger", danger="place")["aloud"])
        coordination.held_by("u-06", "g-coord-01")
        coordination.shows("险情", number)
        command.shows("险情", number)
        command.private()
        expect(command.at.get_by_test_id("card").filter(has_text=number)).to_have_count(1)
        screen.takes("danger")

        # a person's danger: confidants' cards and no group
        basic.held_by("r-004", "g-basic-01").says("7栋的小李说不想活了，刚发消息说再见，快帮帮她")
        private = str(county.expects_ticket(3, danger="person")["aloud"])
        expect(command.at.get_by_test_id("card").filter(has_text=private)).to_contain_text("个人事项")
        coordination.shows_nothing_of(private)
        command.held_by("d-02", "g-cmd-01").shows_nothing_of(private)

        # a mass send that waits for its owner, and is called off
        basic.held_by("r-010", "g-basic-02").says("3号楼楼道里有很浓的煤气味")
        third = str(county.expects_ticket(4, danger="place")["aloud"])
        basic.held_by("m-02", "g-basic-02").private()
        task = basic.at.get_by_test_id("task").filter(has_text=third)
        expect(task).to_have_attribute("data-state", "waiting")
        command.private().presses("false", third)
        expect(task).to_have_attribute("data-state", "cancelled")
        expect(task.get_by_test_id("task-confirm")).to_have_count(0)

        # the office sees all of them
        office = screen.office()
        for one in (urgent, number, private, third):
            expect(office.locator("main")).to_contain_text(one)
        take(office, "office-list")
        office.close()

        command.presses("end", number)
        coordination.shows("险情解除", number)
        command.held_by("d-02", "g-cmd-01").shows("险情解除", number)
        basic.held_by("r-003", "g-basic-01").shows("险情解除", number)
