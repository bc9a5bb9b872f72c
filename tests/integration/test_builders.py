"""The machinery that other tests stand on works on this machine."""

from __future__ import annotations

import psycopg
import pytest

from tests.builders.browser import open_browser
from tests.builders.postgres import empty_database


@pytest.mark.postgres
def test_each_database_is_new_and_empty() -> None:
    for _ in range(2):
        with empty_database() as address, psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE told (words text)")
            connection.execute("INSERT INTO told VALUES ('路灯不亮')")
            assert connection.execute("SELECT words FROM told").fetchall() == [("路灯不亮",)]


@pytest.mark.browser
def test_the_browser_draws_chinese() -> None:
    with open_browser() as browser:
        page = browser.new_page()
        page.set_content("<span id=a>网格群</span><br><span id=b>\uffff\uffff\uffff</span>")
        assert page.inner_text("#a") == "网格群"
        # a font without the characters would draw three equal boxes for both
        assert page.locator("#a").screenshot() != page.locator("#b").screenshot()
