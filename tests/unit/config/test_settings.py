"""Settings from the environment and one TOML file, with every error at once and no secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import Settings, SettingsError, channels_off, load_settings

APP = {
    "GRIDBOT_WECOM_CORP_ID": "ww0000000000000001",
    "GRIDBOT_WECOM_APP_AGENT_ID": "1000002",
    "GRIDBOT_WECOM_APP_SECRET": "app-secret",
    "GRIDBOT_WECOM_APP_TOKEN": "Token123",
    "GRIDBOT_WECOM_APP_AES_KEY": "a" * 43,
}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def setenv(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def errors() -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value.errors


def test_without_anything_it_runs_on_a_local_file_with_every_channel_off(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.database_url == f"sqlite:///{tmp_path}/gridbot.db"
    assert settings.database_url.startswith("sqlite:////")
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.wecom_base_url == "https://qyapi.weixin.qq.com"
    assert settings.wecom_bot_ws_url == "wss://openws.work.weixin.qq.com"
    assert (settings.county_dir / "registry.yaml").is_file()
    assert [line[:4] for line in channels_off(settings)] == ["自建应用", "智能机器", "会话存档", "客户联系", "微信客服", "网格办页"]


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gridbot.toml").write_text('HTTP_PORT = 9001\nhttp_host = "0.0.0.0"\n', "utf-8")
    assert (load_settings().http_port, load_settings().http_host) == (9001, "0.0.0.0")
    monkeypatch.setenv("GRIDBOT_HTTP_PORT", "9002")
    assert (load_settings().http_port, load_settings().http_host) == (9002, "0.0.0.0")


def test_another_file_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gridbot.toml").write_text("http_port = 1\n", "utf-8")
    (tmp_path / "other.toml").write_text("http_port = 2\n", "utf-8")
    monkeypatch.setenv("GRIDBOT_SETTINGS", str(tmp_path / "other.toml"))
    assert load_settings().http_port == 2
    monkeypatch.setenv("GRIDBOT_SETTINGS", str(tmp_path / "none.toml"))
    assert errors() == ("环境变量 GRIDBOT_SETTINGS：没有这个文件",)


def test_an_empty_variable_is_as_if_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    setenv(monkeypatch, {"GRIDBOT_WECOM_BOT_ID": "", "GRIDBOT_HTTP_PORT": ""})
    assert load_settings().http_port == 8080


def test_all_errors_are_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gridbot.toml").write_text('http_prot = 1\nwecom_base_url = "qyapi"\nofficepassword = "x"\n', "utf-8")
    setenv(
        monkeypatch,
        {
            "GRIDBOT_DATABASE_URL": "sqlite:///here.db",
            "GRIDBOT_HTTP_PORT": "eighty",
            "GRIDBOT_COUNTY_DIR": str(tmp_path / "none"),
            "GRIDBOT_WECOM_APP_AGENT_ID": "0",
            "GRIDBOT_WECOM_APP_TOKEN": "with-dash",
            "GRIDBOT_WECOM_APP_AES_KEY": "short",
            "GRIDBOT_WECOM_BOT_WS_URL": "https://bot",
            "GRIDBOT_WECOM_BOT_SECRETS": "x",
            "GRIDBOT_WECOM_BOT_ID": "bot-1",
            "GRIDBOT_WECOM_ARCHIVE_URL": "http://127.0.0.1:1",
            "GRIDBOT_WECOM_CALLBACK_HOST_IPS": "10.0.0.0/8, somewhere",
            "GRIDBOT_OFFICE_PASSWORD": "short",
            "GRIDBOT_DEMO_CLOCK_URL": "http://127.0.0.1:1/clock",
        },
    )
    assert sorted(errors()) == sorted(
        [
            "环境变量 GRIDBOT_WECOM_BOT_SECRETS：没有这一项，是不是 WECOM_BOT_SECRET？",
            "gridbot.toml 里的 http_prot：没有这一项，是不是 HTTP_PORT？",
            "环境变量 GRIDBOT_DATABASE_URL：要写成 sqlite:////绝对路径/gridbot.db 或 postgresql://用户:密码@主机/库名",
            "环境变量 GRIDBOT_HTTP_PORT：要写整数，而且在允许的范围里",
            "环境变量 GRIDBOT_COUNTY_DIR：没有这个文件夹",
            "环境变量 GRIDBOT_WECOM_APP_AGENT_ID：要写整数，而且在允许的范围里",
            "环境变量 GRIDBOT_WECOM_APP_TOKEN：只能是 32 位以内的英文字母和数字",
            "环境变量 GRIDBOT_WECOM_APP_AES_KEY：要正好 43 位英文字母和数字",
            "环境变量 GRIDBOT_WECOM_BOT_WS_URL：要写成 wss:// 或 ws:// 开头的网址",
            "环境变量 GRIDBOT_WECOM_CALLBACK_HOST_IPS：要写 IP 地址或网段，用逗号分开",
            "环境变量 GRIDBOT_OFFICE_PASSWORD：至少 8 位",
            "gridbot.toml 里的 officepassword：没有这一项，是不是 OFFICE_PASSWORD？",
            "gridbot.toml 里的 wecom_base_url：要写成 https:// 或 http:// 开头的网址",
            "自建应用只配置了一部分，还缺 GRIDBOT_WECOM_CORP_ID、GRIDBOT_WECOM_APP_SECRET",
            "智能机器人只配置了一部分，还缺 GRIDBOT_WECOM_BOT_SECRET",
            "会话存档只配置了一部分，还缺 GRIDBOT_WECOM_ARCHIVE_KEYS_DIR、GRIDBOT_WECOM_CORP_ID",
            "GRIDBOT_DEMO_CLOCK_URL 只能和本机的模拟企业微信一起用，GRIDBOT_WECOM_BASE_URL 不是本机地址",
        ]
    )


@pytest.mark.parametrize(
    "text", ["http_port = \n", "http_port = 1\nhttp_port = 2\n", "[wecom\n", 'http_host = "a\n', "http_port: 1\n"]
)
def test_a_file_that_is_no_toml_is_told_by_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "gridbot.toml").write_text(text, "utf-8")
    (error,) = errors()
    assert error.startswith("gridbot.toml：第 ")
    assert "行不是正确的 TOML" in error


def test_a_section_in_the_file_is_no_setting(tmp_path: Path) -> None:
    (tmp_path / "gridbot.toml").write_text("[wecom]\ncorp_id = 'x'\n", "utf-8")
    assert errors() == ("gridbot.toml 里的 wecom：没有这一项",)


@pytest.mark.parametrize("base", ["http://127.0.0.1:18080/cgi-bin", "http://localhost:1", "http://[::1]:1"])
def test_the_demo_clock_goes_with_a_wecom_on_this_machine(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    setenv(monkeypatch, {"GRIDBOT_DEMO_CLOCK_URL": "http://127.0.0.1:1/clock", "GRIDBOT_WECOM_BASE_URL": base})
    assert load_settings().demo_clock_url == "http://127.0.0.1:1/clock"


@pytest.mark.parametrize(
    "base", ["https://qyapi.weixin.qq.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "http://localhost.cn"]
)
def test_the_demo_clock_is_refused_with_any_other(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    setenv(monkeypatch, {"GRIDBOT_DEMO_CLOCK_URL": "http://127.0.0.1:1/clock", "GRIDBOT_WECOM_BASE_URL": base})
    assert [error[:22] for error in errors()] == ["GRIDBOT_DEMO_CLOCK_URL"]


def test_a_whole_channel_is_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    setenv(monkeypatch, APP)
    settings = load_settings()
    assert settings.app_on
    assert settings.contact_secret is settings.wecom_app_secret
    assert not settings.archive_on
    setenv(monkeypatch, {"GRIDBOT_WECOM_ARCHIVE_URL": "http://127.0.0.1:1", "GRIDBOT_WECOM_ARCHIVE_KEYS_DIR": "."})
    assert load_settings().archive_on
    assert load_settings().wecom_archive_keys_dir == tmp_path


def test_the_archives_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    library = tmp_path / "lib.so"
    library.touch()
    own = {"GRIDBOT_WECOM_CORP_ID": "ww1", "GRIDBOT_WECOM_ARCHIVE_LIBRARY": str(library)}
    setenv(monkeypatch, own)
    assert list(errors()) == [
        "会话存档只配置了一部分，还缺 GRIDBOT_WECOM_ARCHIVE_SECRET、GRIDBOT_WECOM_ARCHIVE_KEYS_DIR"
    ]
    setenv(monkeypatch, {"GRIDBOT_WECOM_ARCHIVE_SECRET": "s", "GRIDBOT_WECOM_ARCHIVE_KEYS_DIR": str(tmp_path),
                         "GRIDBOT_WECOM_ARCHIVE_OWN": "xiaoge, xiaoge2"})
    settings = load_settings()
    assert settings.archive_on
    assert settings.wecom_archive_own == ("xiaoge", "xiaoge2")
    setenv(monkeypatch, {"GRIDBOT_WECOM_ARCHIVE_URL": "http://127.0.0.1:1"})
    assert any("只能填一个" in error for error in errors())
    monkeypatch.delenv("GRIDBOT_WECOM_ARCHIVE_URL")
    library.unlink()
    assert "环境变量 GRIDBOT_WECOM_ARCHIVE_LIBRARY：没有这个文件" in errors()


@pytest.mark.parametrize(("command", "wrong"), [("cat -", False), ("no-such-command-here x", True), ("'", True)])
def test_a_command_that_is_there(monkeypatch: pytest.MonkeyPatch, command: str, wrong: bool) -> None:
    monkeypatch.setenv("GRIDBOT_TRANSCRIBER_COMMAND", command)
    if wrong:
        assert ["TRANSCRIBER_COMMAND：找不到这个命令" in error for error in errors()] == [True]
    else:
        assert load_settings().transcriber_command == command


def test_a_lone_corp_id_switches_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDBOT_WECOM_CORP_ID", "ww1")
    assert [error[:25] for error in errors()] == ["只填了 GRIDBOT_WECOM_CORP_ID"]


SOCKET = {"GRIDBOT_WECOM_BOT_ID": "bot-1", "GRIDBOT_WECOM_BOT_SECRET": "bot-secret"}
URL = {"GRIDBOT_WECOM_BOT_TOKEN": "Tok", "GRIDBOT_WECOM_BOT_AES_KEY": "b" * 43}


@pytest.mark.parametrize(
    ("values", "by_socket", "by_url"),
    [({}, False, False), (SOCKET, True, False), (URL, False, True), (SOCKET | URL, True, False)],
)
def test_the_bot_runs_by_url_only_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], by_socket: bool, by_url: bool
) -> None:
    setenv(monkeypatch, values)
    settings = load_settings()
    assert (settings.bot_by_socket, settings.bot_by_url) == (by_socket, by_url)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"GRIDBOT_WECOM_BOT_SECRET": "s"}, "GRIDBOT_WECOM_BOT_ID"),
        ({"GRIDBOT_WECOM_BOT_ID": "s"}, "GRIDBOT_WECOM_BOT_SECRET"),
        ({"GRIDBOT_WECOM_BOT_TOKEN": "s"}, "GRIDBOT_WECOM_BOT_AES_KEY"),
        (SOCKET | {"GRIDBOT_WECOM_BOT_AES_KEY": "b" * 43}, "GRIDBOT_WECOM_BOT_TOKEN"),
        (URL | {"GRIDBOT_WECOM_BOT_SECRET": "s"}, "GRIDBOT_WECOM_BOT_ID"),
    ],
)
def test_half_a_bot_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], missing: str
) -> None:
    setenv(monkeypatch, values)
    assert errors() == (f"智能机器人只配置了一部分，还缺 {missing}",)


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    setenv(monkeypatch, APP | SOCKET | {"GRIDBOT_DATABASE_URL": "postgresql://grid:db-secret@localhost/grid"})
    assert "secret" not in repr(load_settings()).replace("_secret", "")
    setenv(monkeypatch, {"GRIDBOT_WECOM_APP_AES_KEY": "not-a-key-at-all", "GRIDBOT_DATABASE_URL": "mysql://db-secret"})
    assert not [word for word in ("not-a-key", "db-secret") if word in "".join(errors())]
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert not [word for word in ("not-a-key", "db-secret") if word in str(caught.value)]


def test_variables_about_the_tests_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    setenv(monkeypatch, {"GRIDBOT_REQUIRE_BROWSER": "1", "GRIDBOT_CHROMIUM": "/usr/bin/true"})
    assert load_settings().http_port == 8080


def test_callback_networks_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDBOT_WECOM_CALLBACK_HOST_IPS", "10.1.0.0/16, 10.2.3.4")
    assert load_settings().wecom_callback_host_ips == ("10.1.0.0/16", "10.2.3.4/32")


def test_settings_do_not_change_while_running() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.http_port = 1
    assert isinstance(settings, Settings)
