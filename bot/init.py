"""`gridbot init`: asks for the settings and writes them, with a copy of the county's files beside them. Nothing is written
before the last answer, and nothing that is there is overwritten."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from bot.loading import AskedWrongly
from config.county import CountyError, load_county
from config.settings import FILE, PREFIX, SHIPPED_COUNTY, Settings, between, read_one

#: Asks one line and gives the answer, "" where only Enter was pressed; hidden: it is not shown while it is typed.
Ask: TypeAlias = Callable[[str, bool], str]
Say: TypeAlias = Callable[[str], None]

_YES, _NO = ("是", "y", "yes"), ("否", "n", "no")
_SECRETS = ("_secret", "_token", "_aes_key", "_password")


@dataclass(frozen=True, slots=True)
class Channel:
    """A door of WeCom: what it is for, the settings that it must have, and their names in the console."""

    name: str
    does: str
    needs: Mapping[str, str]
    only_with_app: bool = False
    """Asked only where the self-built app is filled in."""


CHANNELS = (
    Channel("自建应用", "给人发卡片、收按钮、群发任务", {
        "wecom_corp_id": "企业 ID", "wecom_app_agent_id": "应用的 AgentId", "wecom_app_secret": "应用的 Secret",
        "wecom_app_token": "接收消息的 Token", "wecom_app_aes_key": "接收消息的 EncodingAESKey",
    }),
    Channel("智能机器人", "听 @小格，在内部群说话；长连接方式", {"wecom_bot_id": "Bot ID", "wecom_bot_secret": "机器人的 Secret"}),
    Channel("会话存档", "听基础群", {
        "wecom_corp_id": "企业 ID", "wecom_archive_library": "官方库 libWeWorkFinanceSdk_C.so 的路径",
        "wecom_archive_secret": "会话存档的 Secret", "wecom_archive_keys_dir": "私钥所在的文件夹",
    }),
    Channel("客户联系的密钥", "不填就用自建应用的", {"wecom_corp_id": "企业 ID", "wecom_contact_secret": "客户联系的 Secret"}),
    Channel("微信客服", "居民和用微信的户长一对一说话", {"wecom_kf_account": "客服账号（wk 开头）"}, only_with_app=True),
    Channel("公众号", "居民在公众号里报事、问进度、评价", {
        "wechat_mp_app_id": "AppID", "wechat_mp_app_secret": "AppSecret", "wechat_mp_token": "服务器配置的 Token",
        "wechat_mp_aes_key": "服务器配置的 EncodingAESKey",
    }),
    Channel("居民上报", "居民用小程序报的事接成工单；政务版", {
        "wecom_corp_id": "企业 ID", "wecom_report_secret": "居民上报的 Secret",
    }),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where the settings go. `is_found`: the commands find the file by themselves."""

    file: Path
    is_found: bool

    @property
    def folder(self) -> Path:
        return self.file.parent


@dataclass(slots=True)
class Answers:
    """The values by the settings' names, and whether the shipped county files are to be copied to `county_dir`."""

    values: dict[str, str | int] = field(default_factory=dict)
    copies_county: bool = False
    made_password: bool = False


def target(folder: Path | None) -> Target:
    """The file in this folder, else the one that GRIDBOT_SETTINGS names, else the one in the working folder. Raises
    AskedWrongly where it is there already."""
    named = os.environ.get(f"{PREFIX}SETTINGS")
    file = folder / FILE if folder is not None else Path(named or FILE)
    found = Path(named) if named else Path(FILE)
    whole = file.absolute()
    if whole.exists():
        raise AskedWrongly((f"{whole} 已经有了，没有改动它。要重新写，先给它改个名字；只改一两项，直接改文件，见「设置」。",))
    if whole.parent.exists() and not whole.parent.is_dir():
        raise AskedWrongly((f"{whole.parent} 是一个文件，不是文件夹，请换一个。",))
    return Target(whole, whole == found.absolute())


def unasked(at: Target) -> Answers:
    """What is written where nobody is asked: the defaults, with all channels off."""
    return ask_all(at, lambda _question, _hidden: "", lambda _sentence: None)


def ask_all(at: Target, ask: Ask, say: Say) -> Answers:
    """Every question in turn; a wrong answer is told why and asked again. Raises AskedWrongly where the answers do not go
    together."""
    answers = Answers()
    values = answers.values
    say(f"一问一答，最后写成 {at.file}。直接回车就用方括号里的；不知道的先空着，以后在文件里补。")
    values["database_url"] = _one(ask, say, "database_url", "数据库", f"sqlite:///{at.folder / 'gridbot.db'}")
    values["http_host"] = _one(ask, say, "http_host", "监听地址", Settings.model_fields["http_host"].default)
    values["http_port"] = _one(ask, say, "http_port", "端口", str(Settings.model_fields["http_port"].default))
    values["county_dir"], answers.copies_county = _county(at, ask, say)
    password = _one(ask, say, "office_password", "网格办页面的密码，至少 8 位；直接回车就随机取一个", "")
    answers.made_password = password == ""
    values["office_password"] = password or secrets.token_urlsafe(12)
    values["session_key"] = secrets.token_hex(32)
    _keep(values, "public_url", _one(ask, say, "public_url", "居民打得开的网址，https:// 开头；直接回车先不填", ""))
    if _yes(ask, say, "现在就填企业微信的各项吗？没有账号先不填"):
        _ask_channels(values, ask, say)
    if errors := between(values):
        raise AskedWrongly((*errors, "什么也没有写。"))
    return answers


def write(at: Target, answers: Answers) -> list[str]:
    """Write the files; gives the lines for people. Raises AskedWrongly where they cannot be written."""
    county = Path(str(answers.values["county_dir"]))
    try:
        at.folder.mkdir(parents=True, exist_ok=True)
        if answers.copies_county:
            # Files of their own, though the shipped ones may be read-only.
            shutil.copytree(SHIPPED_COUNTY, county, copy_function=shutil.copyfile)
        # Passwords and secrets stand in it: nobody else may read it, not even for a moment.
        with os.fdopen(os.open(at.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(as_toml(answers.values))
    except FileExistsError as error:
        raise AskedWrongly((f"{error.filename} 已经有了，没有改动它。",)) from None
    except OSError as error:
        raise AskedWrongly((f"写不了 {error.filename}，请看看文件夹在不在、有没有权限。",)) from None
    return _told(at, answers, county)


def as_toml(values: Mapping[str, str | int]) -> str:
    """The settings file: what was answered, and every channel's settings with what they are, empty where not filled in
    (an empty setting counts as not set)."""
    left = dict(values)

    def line(name: str, meaning: str) -> str:
        value = left.pop(name, "")
        # A JSON string of printable characters is a TOML string, too.
        return f"{name} = {json.dumps(value, ensure_ascii=False)}{f'  # {meaning}' if meaning else ''}"

    lines = [
        "# 小格的设置。环境变量（前缀 GRIDBOT_）比这里优先。每一项的意思见「设置」（docs/operator/settings.md）。",
        "# 里面有密码和密钥：只让运行小格的账号读得到，不要外传。空着的就是没有填。",
        "",
        line("database_url", ""),
        line("http_host", "监听地址"),
        line("http_port", "端口"),
        line("county_dir", "县里的文件"),
        line("office_password", "网格办页面的密码"),
        line("session_key", "登录和居民链接的密钥；换了要重新登录，旧链接打不开"),
        line("public_url", "居民打得开的网址，https:// 开头"),
    ]
    named = {"database_url"}
    for channel in CHANNELS:
        lines += ["", f"# {channel.name}：{channel.does}"]
        lines += [line(name, meaning) for name, meaning in channel.needs.items() if name not in named]
        named |= channel.needs.keys()
    lines += ["", "# 其他", *(line(name, "") for name in list(left))] if left else []
    return "\n".join(lines) + "\n"


def _ask_channels(values: dict[str, str | int], ask: Ask, say: Say) -> None:
    for name, label in (("wecom_base_url", "接口的根地址，私有部署才改"), ("wecom_bot_ws_url", "智能机器人长连接的地址，私有部署才改")):
        usual = Settings.model_fields[name].default
        answer = _one(ask, say, name, label, usual)
        if answer != usual:
            values[name] = answer
    for channel in CHANNELS:
        if channel.only_with_app and "wecom_app_secret" not in values:
            continue
        if _yes(ask, say, f"填「{channel.name}」吗？（{channel.does}）"):
            values |= _ask_channel(channel, values, ask, say)


def _ask_channel(channel: Channel, known: Mapping[str, str | int], ask: Ask, say: Say) -> dict[str, str | int]:
    """A channel is filled in whole or not at all: an empty answer leaves it for later."""
    found: dict[str, str | int] = {}
    for name, label in channel.needs.items():
        if name in known:
            continue
        _keep(found, name, _one(ask, say, name, f"  {label}", ""))
        if name not in found:
            say(f"  没有填{label}，「{channel.name}」先空着，以后在文件里补。")
            return {}
    return found


def _county(at: Target, ask: Ask, say: Say) -> tuple[str, bool]:
    """The folder of the county's files, and whether it is to be made from the shipped ones."""
    beside = at.folder / "county"
    what = f"直接回车就用 {beside}" if beside.exists() else f"直接回车就把自带的示例抄一份到 {beside}"
    while True:
        answer = ask(f"县里的文件在哪个文件夹？{what}", False)
        if not answer and not beside.exists():
            return str(beside), True
        folder = Path(answer).absolute() if answer else beside
        try:
            load_county(folder)
        except CountyError as error:
            if not answer:
                raise AskedWrongly((*(f"{beside}：{one}" for one in error.errors), "请改好，或先给这个文件夹改个名字。")) from None
            for sentence in error.errors:
                say(f"✗ {sentence}")
        else:
            return str(folder), False


def _one(ask: Ask, say: Say, name: str, label: str, usual: str) -> str | int:
    """The answer to one setting as it goes into the file, or the usual one; asked until it can be used."""
    while True:
        answer = ask(f"{label} [{usual}]" if usual else label, name.endswith(_SECRETS)) or usual
        if not answer:
            return ""
        if not answer.isprintable():
            say("✗ 里面有看不见的字符，请重新输入")
            continue
        value, wrong = read_one(name, answer)
        if not wrong:
            return value
        say(f"✗ {wrong}，请重新输入")


def _keep(values: dict[str, str | int], name: str, value: str | int) -> None:
    if value != "":
        values[name] = value


def _yes(ask: Ask, say: Say, question: str) -> bool:
    while True:
        answer = ask(f"{question}（是/否）[否]", False).lower()
        if answer in _YES:
            return True
        if not answer or answer in _NO:
            return False
        say("✗ 请回答 是 或 否")


def _told(at: Target, answers: Answers, county: Path) -> list[str]:
    lines = [f"已写好 {at.file}，只有您这个账号读得到。"]
    if answers.copies_county:
        lines.append(f"县里的文件抄在 {county}，是示例，上线以前要改成本县的。")
    if answers.made_password:
        lines.append("网格办页面的密码随机取了一个，在设置文件的 office_password 里。")
    over = [f"{PREFIX}{name.upper()}" for name in answers.values if os.environ.get(f"{PREFIX}{name.upper()}")]
    if over:
        lines.append(f"注意：环境变量 {'、'.join(over)} 已经设了，比文件里的优先。")
    sample = f"；只想先看看，就导入示例县：gridbot registry import {county / 'registry.yaml'}" if answers.copies_county else ""
    steps = [
        f"改 {county} 里的文件，上线前一定要改的写在「县里的文件」（docs/operator/county-files.md）",
        "gridbot registry template 登记.xlsx，填好后 gridbot registry import 登记.xlsx" + sample,
        "gridbot check，照它说的补",
        f"gridbot run，再打开 http://{answers.values['http_host']}:{answers.values['http_port']}/",
    ]
    if not at.is_found:
        steps.insert(0, f"export {PREFIX}SETTINGS={at.file}")
    return [*lines, "接下来：", *(f"  {number}. {step}" for number, step in enumerate(steps, start=1))]
