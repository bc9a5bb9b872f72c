"""`gridbot train`, `eval`, `corrections export` and `try`, as they are typed."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.clock import CHINA
from bot.decider import Decider
from bot.learning_commands import fitting
from bot.learning_commands.shadow import Shadow
from bot.loading import House, load_book
from bot.replay import read_messages
from bot.talk import Talk
from registry.source import to_data
from storage import registry_rows, shadow_rows
from storage.store import Store
from tests.builders.emulated import emulated
from tests.builders.talk import COUNTY_DIR, shipped_registry

AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)
#: A made-up machine that no list knows.
ODD = "我们这里锅驼泵趴窝了，没人管"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'gridbot.db'}"
    monkeypatch.setenv("GRIDBOT_DATABASE_URL", url)
    monkeypatch.delenv("GRIDBOT_COUNTY_DIR", raising=False)
    with Store.open(url, durable=False) as store:
        store.migrate()
        store.run(lambda work: registry_rows.save_registry(work, to_data(shipped_registry()), "test", AT))
    return url


def typed(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def rows(path: Path) -> Path:
    things = {"facility": ("路灯", "健身器材", "井盖", "围栏", "长椅"), "water": ("水管", "水表", "龙头", "水压", "自来水")}
    lines = [f"{thing}{fault},{label}" for label, all_things in things.items() for thing in all_things
             for fault in ("坏了", "又不行了", "没人修")]
    path.write_text("text,label\n" + "\n".join(lines) + "\n", "utf-8")
    return path


def test_train_then_eval(database: str, tmp_path: Path) -> None:
    file, model = rows(tmp_path / "rows.csv"), tmp_path / "m.npz"
    code, out, _ = typed("train", str(file), "-o", str(model))
    assert code == 0
    assert "30 条，2 类" in out
    assert "启用" in out
    code, out, _ = typed("eval", str(file), "--model", str(model), "--json")
    found = json.loads(out)
    assert (code, found["how"], found["macro_f1"], found["accuracy"]) == (0, "model", 1.0, 1.0)
    few = tmp_path / "few.csv"
    few.write_text("text,label\n水管坏了,water\n,water\n", "utf-8")
    code, out, _ = typed("eval", str(few), "--model", str(model))
    assert code == 0
    assert "第 3 行" in out
    code, out, _ = typed("eval", str(file), "--json")
    found = json.loads(out)
    assert (code, found["how"], found["rows"]) == (0, "5-fold", 30)
    assert 0.5 < found["macro_f1"] <= 1.0


def test_labels_of_no_category_can_be_evaluated_and_not_switched_on(database: str, tmp_path: Path) -> None:
    file, model = rows(tmp_path / "rows.csv"), tmp_path / "m.npz"
    file.write_text(file.read_text("utf-8").replace("facility", "某某股"), "utf-8")
    code, out, _ = typed("train", str(file), "-o", str(model))
    assert code == 0
    assert "某某股" in out
    assert "不能启用" in out
    assert typed("eval", str(file), "--model", str(model))[0] == 0
    county = Path(shutil.copytree(COUNTY_DIR, tmp_path / "county"))
    (county / "model.yaml").write_text("file: m.npz\n", "utf-8")
    shutil.copy(model, county / "m.npz")
    for tried in (county, county / "model.yaml", model):
        code, _, err = typed("try", str(tried), "--file", str(talk(tmp_path)))
        assert code == 1
        assert "某某股" in err


def test_wrong_files_are_told_in_sentences(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("text,label\n别的话,\n话,\n", "utf-8")
    code, _, err = typed("train", str(bad), "-o", str(tmp_path / "m.npz"))
    assert code == 1
    assert "第 2 行" in err
    assert "第 3 行" in err
    assert typed("eval", str(bad), "--model", str(bad))[2].startswith("✗ bad.csv 不是")
    assert "没有这个文件夹" in typed("train", str(rows(tmp_path / "r.csv")), "-o", str(tmp_path / "no" / "m.npz"))[2]

    def missing() -> None:
        raise fitting.TrainingMissing("训练要用 scikit-learn，这里没有装：请安装 gridbot[train]。")

    monkeypatch.setattr("bot.learning_commands.category_head.learners", missing)
    assert "gridbot[train]" in typed("eval", str(rows(tmp_path / "r.csv")))[2]


def test_nothing_corrected_writes_no_file(database: str, tmp_path: Path) -> None:
    code, _, err = typed("corrections", "export", str(tmp_path / "c.csv"))
    assert code == 1
    assert "没有人改过" in err
    assert not (tmp_path / "c.csv").exists()


# try ------------------------------------------------------------------------
def talk(folder: Path) -> Path:
    """A recorded talk: an odd matter, a plain one, chat."""
    said = [("r-001", ODD), ("r-002", "晚上吃面"), ("r-002", "3栋门口路灯坏了好几天没人修")]
    path = folder / "talk.jsonl"
    path.write_text("".join(json.dumps({
        "id": f"m{n}", "time": (AT + timedelta(minutes=50 * n)).isoformat(), "group": "g-basic-01", "sender": who, "type": "text",
        "text": text, "mentions": [],
    }, ensure_ascii=False) + "\n" for n, (who, text) in enumerate(said)), "utf-8")
    return path


def lists(folder: Path, *, lamps: bool = True) -> Path:
    """Lists that know the odd word and, without `lamps`, no lamps."""
    path = folder / "lists"
    path.mkdir()
    text = (COUNTY_DIR / "categories.yaml").read_text("utf-8").replace("  tells:\n", "  tells:\n    - 锅驼泵趴窝\n", 1)
    (path / "categories.yaml").write_text(text if lamps else text.replace("路灯", "某灯"), "utf-8")
    return path


def test_new_lists_on_a_recorded_talk(database: str, tmp_path: Path) -> None:
    code, out, _ = typed("try", str(lists(tmp_path)), "--file", str(talk(tmp_path)))
    assert code == 0
    assert "听了 3 条" in out
    assert "两边一样的工单 1 张" in out
    assert "多开 1 张，少开 0 张" in out
    assert "多开的：供水排水 1" in out
    assert "锅驼泵" not in out
    assert "路灯" not in out


def test_lists_that_lose_a_matter(database: str, tmp_path: Path) -> None:
    out = typed("try", str(lists(tmp_path, lamps=False)), "--file", str(talk(tmp_path)))[1]
    assert "少开 1 张" in out or "变了 1 张" in out


def test_what_cannot_be_tried(database: str, tmp_path: Path) -> None:
    good = lists(tmp_path)
    assert "写一个" in typed("try", str(good))[2]
    assert "写一个" in typed("try", str(good), "--days", "2", "--shadow", "3")[2]
    assert "要写试哪个" in typed("try", "--days", "2")[2]
    assert "没有接会话存档" in typed("try", str(good), "--days", "2")[2]
    assert "没有这个文件" in typed("try", str(tmp_path / "none"), "--shadow", "2")[2]
    (good / "words.yaml").write_text("a: [\n", "utf-8")
    (good / "plases.yaml").write_text("a: 1\n", "utf-8")
    err = typed("try", str(good), "--shadow", "2")[2]
    assert "words.yaml" in err
    assert "plases.yaml" in err


async def test_new_lists_on_the_archives_last_days(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    path = lists(tmp_path)
    async with emulated("--clock", "real", "--keys-dir", str(keys), registry=COUNTY_DIR / "registry.yaml") as wecom:
        state = await wecom.state()
        groups, people = state["groups"], state["people"]
        assert isinstance(groups, list)
        assert isinstance(people, list)
        await wecom.act("/say", person="r-001", group="g-basic-01", text=ODD)
        await wecom.act("/say", person="r-002", group="g-basic-01", text="晚上吃面")
        addresses = next(one for one in groups if one["id"] == "g-basic-01")["addresses"]
        with Store.open(database, durable=False) as store:
            store.run(lambda work: work.bind_address("g-basic-01", "archive", addresses["archive"], "test", AT))
        monkeypatch.setenv("GRIDBOT_WECOM_CORP_ID", "wwTEST")
        monkeypatch.setenv("GRIDBOT_WECOM_ARCHIVE_URL", wecom.said["archive_url"])
        monkeypatch.setenv("GRIDBOT_WECOM_ARCHIVE_KEYS_DIR", str(keys))
        code, out, err = await asyncio.to_thread(typed, "try", str(path), "--days", "1")
        assert (code, err) == (0, "")
        assert "听了 2 条" in out
        assert "多开 1 张" in out
        assert "锅驼泵" not in out
    code, _, err = await asyncio.to_thread(typed, "try", str(path), "--days", "1")
    assert code == 1
    assert "存档没有应答" in err


async def test_a_shadow_counts_by_day_and_keeps_no_words(database: str, tmp_path: Path) -> None:
    told = typed("try", str(lists(tmp_path)), "--shadow", "2")
    assert told[0] == 0
    with Store.open(database, durable=False) as store:
        order = store.look(shadow_rows.get_order)
        assert order is not None
        clock = [order.since]
        house = House(load_book(COUNTY_DIR), shipped_registry())
        decider = Decider(house.classifier, Talk(), house.rules)
        shadow = Shadow(store, decider, COUNTY_DIR, lambda: clock[0])
        shadow.hear([decider.read(one) for one in read_messages(talk(tmp_path))])
        await shadow.look()
        assert store.look(shadow_rows.days) == [], "nothing before it began"
        shadow.hear([decider.read(one) for one in read_messages(talk(tmp_path))])
        await shadow.look()
        (day,) = store.look(shadow_rows.days)
        assert (day.day, day.heard, day.same, day.added, day.lost, day.changed) == ("2026-03-02", 3, 1, 1, 0, 0)
        report = typed("try", "--shadow-report")[1]
        assert "2026-03-02：听了 3 条，一样 1 张，多开 1" in report
        dump = "\n".join(str(row) for row in store.look(lambda work: list(work.connection.exec_driver_sql("SELECT * FROM shadow_days"))))
        assert "锅驼泵" not in dump + report
        clock[0] = order.until
        await shadow.look()
        shadow.hear([decider.read(one) for one in read_messages(talk(tmp_path))])
        await shadow.look()
        assert store.look(shadow_rows.days)[0].heard == 3, "over is over"
        assert typed("try", "--shadow-off")[0] == 0
        assert "没有并排跑" in typed("try", "--shadow-report")[1]


async def test_a_shadow_whose_lists_are_gone_says_so(database: str, tmp_path: Path) -> None:
    path = lists(tmp_path)
    typed("try", str(path), "--shadow", "2")
    shutil.rmtree(path)
    with Store.open(database, durable=False) as store:
        house = House(load_book(COUNTY_DIR), shipped_registry())
        order = store.look(shadow_rows.get_order)
        assert order is not None
        shadow = Shadow(store, Decider(house.classifier, Talk(), house.rules), COUNTY_DIR, lambda: order.since)
        await shadow.look()
    assert "用不了：没有这个文件" in typed("try", "--shadow-report")[1]
