"""A living county for each story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import county as builders
from tests.builders.county import County, living_county


@pytest.fixture
def county() -> Iterator[County]:
    """Emulated WeCom and bot on free ports, on a working Tuesday at nine in the morning."""
    with living_county() as county:
        yield county


@pytest.fixture
def county_with_a_new_chat(tmp_path: Path) -> Iterator[County]:
    """As `county`, with a chat beside the registry's groups that 小格 has been added to and doesn't know."""
    with builders.county_with_a_new_chat(tmp_path) as county:
        yield county
