"""A real Chromium for tests: the machine's own, or Debian's put there by `make test`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from scripts.ensure_chromium import ADVICE, find_chromium

#: Milliseconds that a page has to show what is awaited; both cores may be busy with other tests.
PATIENCE = 20_000


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium, closed at the end.

    Without one the test skips and says so; where GRIDBOT_REQUIRE_BROWSER=1 it fails.
    """
    path = find_chromium()
    if path is None:
        if os.environ.get("GRIDBOT_REQUIRE_BROWSER") == "1":
            pytest.fail(f"没有找到 Chromium。{ADVICE}")
        pytest.skip(f"没有找到 Chromium，浏览器测试跳过。{ADVICE}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not start for root; the pages are ours, on loopback
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
