"""What the office sees of a matter that was carried over from its old ledger."""

from __future__ import annotations

from datetime import timedelta

from registry.terms import Category, Status
from tests.builders.office import Office
from tests.builders.registry_rows import GRID
from tests.integration.dashboard.conftest import SignIn
from tickets.carrying_over import OldMatter, do_carry_over


async def test_a_carried_matter_says_where_it_came_from(sign_in: SignIn, office: Office) -> None:
    matter = OldMatter("旧-7", office.now - timedelta(days=20), GRID, "老戏台", Category.WATER, "水管漏水，打13800000000",
                       "un-water", Status.ASSIGNED, office.now - timedelta(days=10))
    done = office.do(do_carry_over, [matter])
    client = await sign_in()
    page = await (await client.get(f"/tickets/{done.carried[0].ticket.number}")).text()
    assert "从旧台账接过来（旧编号 旧-7）" in page
    assert "<b>旧台账</b>" in page
    assert "13800000000" not in page
    assert "居民1" not in page
    assert "一对一" not in page
    board = await (await client.get("/?tab=overdue")).text()
    assert done.carried[0].ticket.aloud in board
