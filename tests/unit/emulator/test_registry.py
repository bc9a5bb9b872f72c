"""The registry file: derived ids, and all faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.errors import RegistryError
from emulator.registry import read_registry, registry_from_data
from tests.unit.emulator.builders import SMALL


def test_ids_are_derived_where_the_file_gives_none() -> None:
    registry = read_registry(SMALL)
    group = registry.groups["g-basic-01"]
    assert (group.aibot, group.archive, group.customer, group.webhook) == (*("wrgbasic01",) * 3, "wh-g-basic-01")
    assert registry.people["gm-01"].wecom == "gm-01"
    assert (registry.people["re-01"].wecom, registry.people["re-01"].wechat) == (None, "wmre01")
    assert registry.people["hh-01"].wechat == "wmhh01"


def test_ids_of_the_file_win() -> None:
    data = {
        "groups": [{"id": "g", "tier": "basic", "addresses": {"customer": "wrX", "webhook": "KEY"}}],
        "people": [
            {"id": "h", "role": "household_head", "groups": ["g"], "identities": {"wecom": "head7"}},
        ],
    }
    registry = registry_from_data(data)
    assert (registry.groups["g"].customer, registry.groups["g"].aibot) == ("wrX", "wrg")
    assert registry.groups["g"].webhook == "KEY"
    assert registry.people["h"].outside_id == "head7"


def test_kinds_of_groups_follow_tier_and_speech() -> None:
    groups = read_registry(SMALL).groups
    assert [groups[g].kind for g in ("g-basic-01", "g-basic-02", "g-coord-01")] == ["customer", "internal", "internal"]
    assert [groups[g].archived for g in ("g-basic-01", "g-coord-01")] == [True, False]


def test_all_faults_are_named_at_once() -> None:
    data = {
        "groups": [
            {"id": "g-1", "tier": "top", "owner": "nobody", "parent": "g-9"},
            {"id": "g-1", "tier": "basic", "hears": "some"},
        ],
        "people": [{"id": "p", "role": "king", "groups": ["g-7"]}, {"name": "x"}],
    }
    with pytest.raises(RegistryError) as caught:
        registry_from_data(data)
    words = "\n".join(caught.value.faults)
    for part in ("tier", "出现了两次", "hears", "king", "g-7", "第 2 行没有 id"):
        assert part in words


def test_the_same_outside_id_twice_is_refused() -> None:
    data = {
        "groups": [{"id": "g", "tier": "basic"}],
        "people": [
            {"id": "a", "role": "resident", "identities": {"wechat": "wmX"}},
            {"id": "b", "role": "resident", "identities": {"wechat": "wmX"}},
        ],
    }
    with pytest.raises(RegistryError, match="wmX"):
        registry_from_data(data)


def test_further_files_add_what_the_bot_does_not_know(tmp_path: Path) -> None:
    more = tmp_path / "more.yaml"
    more.write_text(
        "groups: [{id: g-new, name: 没登记的群, tier: basic}]\npeople: [{id: s-1, role: resident, groups: [g-new]}]\n",
        encoding="utf-8",
    )
    registry = read_registry(SMALL, more)
    assert registry.county == "青禾县"
    assert [p.id for p in registry.members("g-new")] == ["s-1"]
    assert "g-basic-01" in registry.groups


def test_a_file_that_is_missing_or_no_yaml_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="读不到"):
        read_registry(tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("groups: [", encoding="utf-8")
    with pytest.raises(RegistryError, match="YAML"):
        read_registry(broken)
