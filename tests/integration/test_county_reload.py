"""Changed county files come into use while the process runs, between two batches; wrong ones change nothing and are told."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from pathlib import Path

from bot.app import Service
from bot.classifier import NOWHERE
from bot.county_watch import CountyWatch
from bot.messages import Line, Words
from config.settings import Settings
from registry.source import to_data
from registry.terms import Act, Category, Role, Tier
from storage import county_notes, registry_rows
from storage.store import Store
from tests.builders.talk import COUNTY_DIR, MONDAY, shipped_registry

AT = datetime.fromisoformat(f"{MONDAY}+08:00")
#: A made-up word that no list knows until the county writes it down.
ODD = "我们这里锅驼泵趴窝了"


def county(folder: Path) -> Path:
    return Path(shutil.copytree(COUNTY_DIR, folder / "county"))


def service_in(folder: Path) -> Service:
    url = f"sqlite:///{folder / 'gridbot.db'}"
    with Store.open(url) as store:
        store.migrate()
        store.run(lambda work: registry_rows.save_registry(work, to_data(shipped_registry()), "test", AT))
    return Service(Settings(database_url=url, county_dir=folder / "county"))


def read(service: Service, text: str) -> tuple[Act, Category | None]:
    line = Line("m1", AT, "r-1", Role.RESIDENT, Tier.BASIC, None, words=Words(text))
    verdict = service.decider.classifier.read(line, (), NOWHERE)
    return verdict.act, verdict.category


def with_a_new_word(folder: Path) -> None:
    path = folder / "categories.yaml"
    path.write_text(path.read_text("utf-8").replace("  tells:\n", "  tells:\n    - 锅驼泵趴窝\n", 1), "utf-8")


async def test_a_changed_list_is_used_after_the_batch_and_a_wrong_one_never(tmp_path: Path) -> None:
    folder = county(tmp_path)
    service = await asyncio.to_thread(service_in, tmp_path)
    try:
        assert read(service, ODD)[0] is Act.CHAT
        with_a_new_word(folder)
        await service.look_at_county()
        assert read(service, ODD)[0] is Act.CHAT, "not in the middle of a batch"
        await service.decide_heard()
        assert read(service, ODD) == (Act.REPORT, Category.WATER)
        note = await service.store.read(county_notes.last)
        assert note is not None
        assert (note.files, note.errors) == (("categories.yaml",), ())

        (folder / "danger.yaml").write_text("place: 不是列表\nmist: []\n", "utf-8")
        (folder / "texts.yaml").write_text("no.such.sentence: 你好\n", "utf-8")
        await service.look_at_county()
        await service.decide_heard()
        assert read(service, ODD) == (Act.REPORT, Category.WATER), "the old go on"
        note = await service.store.read(county_notes.last)
        assert note is not None
        assert note.files == ("danger.yaml", "texts.yaml")
        assert any("danger.yaml" in error for error in note.errors)
        assert any("no.such.sentence" in error for error in note.errors), "all errors at once"
        waiting = await service.store.read(lambda work: work.connection.exec_driver_sql(
            "SELECT count(*) FROM outbox WHERE event = 'alarm.sweep'").scalar_one())
        assert waiting == 1, "the office is told once"
        await service.look_at_county()
        waiting = await service.store.read(lambda work: work.connection.exec_driver_sql(
            "SELECT count(*) FROM outbox WHERE event = 'alarm.sweep'").scalar_one())
        assert waiting == 1
    finally:
        await service.close()


async def test_new_wording_is_said_by_whoever_holds_the_texts(tmp_path: Path) -> None:
    folder = county(tmp_path)
    service = await asyncio.to_thread(service_in, tmp_path)
    try:
        texts = service.house.texts
        (folder / "texts.yaml").write_text("number.gas: '0000-12345'\n", "utf-8")
        await service.look_at_county()
        await service.decide_heard()
        assert texts.sentences.by_name["number.gas"] == "0000-12345"
        assert not texts.warnings()
    finally:
        await service.close()


def test_a_folder_without_a_version_in_use_is_wrong(tmp_path: Path) -> None:
    folder = county(tmp_path)
    watch = CountyWatch(folder)
    assert watch.look(["2026-01"]) is None
    old = folder / "policies" / "2026-01.yaml"
    (folder / "policies" / "2026-05.yaml").write_text(old.read_text("utf-8").replace("2026-01", "2026-05"), "utf-8")
    old.unlink()
    changed = watch.look(["2026-01"])
    assert changed is not None
    assert changed.book is None
    assert changed.files == ("policies/2026-01.yaml", "policies/2026-05.yaml")
    assert "2026-01" in changed.errors[0]
    assert watch.look(["2026-01"]) is None, "told once"
