"""Where somebody says that he lives, in his own words."""

from __future__ import annotations

import pytest

from bot.whereabouts import Whereabouts
from tests.builders.talk import sample_registry, shipped_registry

HERE = Whereabouts(shipped_registry())


@pytest.mark.parametrize(
    ("words", "code"),
    [("河湾花园", "98020100100101"), ("我住在棉纺厂家属院3号楼", "98020100100102"), ("钟楼新苑的", "98020100100201"), ("河湾社区第二网格", "98020100100102")],
)
def test_a_spot_names_its_grid(words: str, code: str) -> None:
    assert HERE.areas_named(words) == (code,)


@pytest.mark.parametrize("words", ["", "你好", "灯坏了没人管"])
def test_nothing_is_guessed(words: str) -> None:
    assert HERE.areas_named(words) == ()


def test_one_name_in_two_places_is_asked_about_unless_what_lies_above_is_said() -> None:
    def twice(data: dict[str, list[dict[str, object]]]) -> None:
        for area in data["areas"]:
            if area["code"] in ("98020100100102", "98020100100201"):
                area["places"] = ["幸福小区"]

    both = Whereabouts(sample_registry(twice))
    assert set(both.areas_named("我在幸福小区")) == {"98020100100102", "98020100100201"}
    assert both.areas_named("钟楼社区的幸福小区") == ("98020100100201",)
