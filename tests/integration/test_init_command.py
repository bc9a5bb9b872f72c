"""`gridbot init`: what is asked, what is written, what is refused, and that the next commands work with it."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot import check as checking
from bot import cli
from bot.init import CHANNELS
from config.county import load_county
from config.settings import SHIPPED_COUNTY, Settings, load_settings
from tests.builders.tickets import NOW

AES_KEY = "q" * 43
#: Database, address, port, county files, password, public address.
BASIC = ("", "", "", "", "", "")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder, with no setting in the environment."""
    for name in [name for name in os.environ if name.startswith("GRIDBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*words: object, answers: tuple[str, ...] | None = None) -> Result:
    given = None if answers is None else "".join(f"{answer}\n" for answer in answers)
    return CliRunner().invoke(cli.app, ["init", *map(str, words)], input=given)


def written(folder: Path) -> dict[str, Any]:
    """What is filled in."""
    found = tomllib.loads((folder / "gridbot.toml").read_text("utf-8"))
    return {name: value for name, value in found.items() if value != ""}


# what is written ------------------------------------------------------------------------------------------------------


def test_enter_alone_gives_the_defaults_and_a_copy_of_the_county_files(folder: Path) -> None:
    done = init(answers=(*BASIC, ""))

    assert done.exit_code == 0, done.output
    found = written(folder)
    assert set(found) == {"database_url", "http_host", "http_port", "county_dir", "office_password", "session_key"}
    assert found["database_url"] == f"sqlite:///{folder}/gridbot.db"
    assert found["http_port"] == 8080
    assert len(found["session_key"]) == 64
    assert sorted(path.name for path in (folder / "county").rglob("*.yaml")) == sorted(
        path.name for path in SHIPPED_COUNTY.rglob("*.yaml")
    )
    assert load_county(folder / "county").registry_file == folder / "county" / "registry.yaml"
    assert "密码随机取了一个" in done.output
    assert found["office_password"] not in done.output
    assert found["session_key"] not in done.output


def test_nobody_else_can_read_the_file(folder: Path) -> None:
    init("--yes")

    assert stat.S_IMODE((folder / "gridbot.toml").stat().st_mode) == 0o600


def test_what_was_answered_stands_in_the_file_and_loads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "at_terminal", lambda: True)
    done = init(answers=(
        "sqlite:////srv/数据/格.db", "0.0.0.0", "9000", "", '密码"\\ 带引号#', "https://xg.example.cn", "是", "", "",
        "是", "ww1", "1000002", "app-secret", "Tok1", AES_KEY,
        "y", "bot-1", "bot-secret",
        "否", "否",
        "是", "wk1",
        "", "",
    ))  # fmt: skip

    assert done.exit_code == 0, done.output
    settings = load_settings()
    assert settings.database_url == "sqlite:////srv/数据/格.db"
    assert (settings.http_host, settings.http_port) == ("0.0.0.0", 9000)
    assert settings.office_password is not None
    assert settings.office_password.get_secret_value() == '密码"\\ 带引号#'
    assert settings.public_url == "https://xg.example.cn"
    assert settings.app_on
    assert settings.bot_by_socket
    assert settings.kf_on
    assert not settings.archive_on
    assert settings.wecom_app_agent_id == 1000002
    assert "ww1" in done.output
    assert not [secret for secret in ("app-secret", "Tok1", AES_KEY, "bot-secret", "带引号") if secret in done.output]
    assert "wecom_base_url" not in written(folder), "the usual address is not frozen into the file"


def test_an_address_of_a_private_installation_is_kept(folder: Path) -> None:
    init(answers=(*BASIC, "是", "https://wecom.example.cn", "wss://wecom.example.cn/ws", "", "", "", "", "", ""))

    assert load_settings().wecom_base_url == "https://wecom.example.cn"
    assert load_settings().wecom_bot_ws_url == "wss://wecom.example.cn/ws"


def test_every_channel_has_its_empty_lines_to_be_filled_in_later(folder: Path) -> None:
    init("--yes")

    found = tomllib.loads((folder / "gridbot.toml").read_text("utf-8"))
    assert {name for channel in CHANNELS for name in channel.needs} <= {name for name, value in found.items() if value == ""}
    assert set(found) <= set(Settings.model_fields)


def test_a_channel_is_filled_in_whole_or_not_at_all(folder: Path) -> None:
    done = init(answers=(*BASIC, "是", "", "", "是", "ww1", "1000002", "", "", "", "", "", ""))

    assert done.exit_code == 0, done.output
    assert "没有填应用的 Secret，「自建应用」先空着" in done.output
    assert not [name for name in written(folder) if name.startswith("wecom")]
    load_settings()


def test_the_enterprise_is_asked_for_once(folder: Path) -> None:
    done = init(answers=(
        *BASIC, "是", "", "", "是", "ww1", "1000002", "app-secret", "Tok1", AES_KEY, "", "", "是", "contact-secret", "", "", "",
    ))  # fmt: skip

    assert done.exit_code == 0, done.output
    assert done.output.count("企业 ID") == 1
    assert written(folder)["wecom_contact_secret"] == "contact-secret"


def test_wechat_service_needs_the_app(folder: Path) -> None:
    done = init(answers=(*BASIC, "是", "", "", "", "", "", "", "", ""))

    assert done.exit_code == 0, done.output
    assert "微信客服" not in done.output


# wrong answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "wrong", "sentence"),
    [
        (0, "mysql://x/y", "要写成 sqlite:////绝对路径/gridbot.db 或 postgresql://"),
        (2, "九千", "要写整数"),
        (2, "70000", "要写整数，而且在允许的范围里"),
        (3, "没有的文件夹", "没有这个文件夹"),
        (4, "short-1", "至少 8 位"),
        (4, "with\x07bell-long", "看不见的字符"),
        (5, "xg.example.cn", "要写成 https:// 或 http:// 开头的网址"),
        (6, "好的", "请回答 是 或 否"),
    ],
)
def test_a_wrong_answer_is_told_why_and_asked_again(folder: Path, place: int, wrong: str, sentence: str) -> None:
    answers = [*BASIC, ""]
    answers.insert(place, wrong)

    done = init(answers=tuple(answers))

    assert done.exit_code == 0, done.output
    assert sentence in done.output
    assert wrong not in (folder / "gridbot.toml").read_text("utf-8")


def test_county_files_with_faults_are_not_taken(folder: Path) -> None:
    (folder / "bad").mkdir()

    done = init(answers=("", "", "", "bad", "", "", "", ""))

    assert done.exit_code == 0, done.output
    assert "categories.yaml：没有这个文件" in done.output
    assert written(folder)["county_dir"] == str(folder / "county")


# nothing is overwritten -----------------------------------------------------------------------------------------------


def test_settings_that_are_there_stay(folder: Path) -> None:
    (folder / "gridbot.toml").write_text("http_port = 1\n")

    done = init("--yes")

    assert done.exit_code == 2
    assert f"{folder}/gridbot.toml 已经有了，没有改动它" in done.output
    assert (folder / "gridbot.toml").read_text() == "http_port = 1\n"
    assert not (folder / "county").exists()


def test_county_files_that_are_there_are_used_as_they_are(folder: Path) -> None:
    init("--yes")
    (folder / "gridbot.toml").unlink()
    (folder / "county" / "texts.yaml").write_text("number.gas: 0000-12345\n", "utf-8")

    done = init(answers=(*BASIC, ""))

    assert done.exit_code == 0, done.output
    assert f"直接回车就用 {folder}/county" in done.output
    assert (folder / "county" / "texts.yaml").read_text("utf-8") == "number.gas: 0000-12345\n"


def test_a_county_folder_that_is_something_else_is_refused(folder: Path) -> None:
    (folder / "county").mkdir()

    done = init("--yes")

    assert done.exit_code == 2
    assert "categories.yaml：没有这个文件" in done.output
    assert "请改好，或先给这个文件夹改个名字" in done.output
    assert not (folder / "gridbot.toml").exists()


def test_answers_that_end_early_leave_nothing_behind(folder: Path) -> None:
    done = init("县", answers=("", ""))

    assert done.exit_code == 2
    assert "没有答完，什么也没有写。" in done.output
    assert not list(folder.iterdir())


def test_a_file_in_the_folders_place_is_refused(folder: Path) -> None:
    (folder / "县").write_text("")

    done = init("县", "--yes")

    assert done.exit_code == 2
    assert "是一个文件，不是文件夹" in done.output


# where ----------------------------------------------------------------------------------------------------------------


def test_another_folder_is_made_and_how_it_is_found_is_said(folder: Path) -> None:
    done = init("县/一", "--yes")

    assert done.exit_code == 0, done.output
    assert written(folder / "县" / "一")["database_url"] == f"sqlite:///{folder}/县/一/gridbot.db"
    assert f"export GRIDBOT_SETTINGS={folder}/县/一/gridbot.toml" in done.output


def test_the_settings_go_where_they_are_looked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDBOT_SETTINGS", str(folder / "etc" / "xg.toml"))

    done = init("--yes")

    assert done.exit_code == 0, done.output
    assert load_settings().county_dir == folder / "etc" / "county"
    assert "export" not in done.output


def test_what_the_environment_overrides_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDBOT_HTTP_PORT", "9001")

    assert "环境变量 GRIDBOT_HTTP_PORT 已经设了，比文件里的优先" in init("--yes").output


def test_the_next_commands_work(folder: Path) -> None:
    told = init("--yes").output
    sample = next(line for line in told.splitlines() if "导入示例县" in line).rpartition("registry import ")[2]

    imported = CliRunner().invoke(cli.app, ["registry", "import", sample])
    report = checking.run(NOW)

    assert imported.exit_code == 0, imported.output
    assert report.errors == []
    assert (folder / "gridbot.db").exists()
