"""A living county for each story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.county import MORNING, County, living_county


@pytest.fixture
def county() -> Iterator[County]:
    """Emulated WeCom and bot on free ports, on a working Tuesday at nine in the morning."""
    with living_county() as county:
        yield county


@pytest.fixture
def county_with_a_new_chat(tmp_path: Path) -> Iterator[County]:
    """As `county`, with a chat beside the registry's groups that 小格 has been added to and doesn't know."""
    chat = tmp_path / "chat.yaml"
    chat.write_text(
        "groups:\n"
        "- {id: g-new, name: 钟楼新苑新业主群, tier: basic, hears: mentions, speaks: direct, owner: m-03,\n"
        "   addresses: {aibot: wrgnew}}\n"
        "people:\n"
        "- {id: r-901, name: 祁小舟, role: resident, groups: [g-new]}\n",
        encoding="utf-8",
    )
    with living_county(MORNING, "--registry", str(chat)) as county:
        yield county
