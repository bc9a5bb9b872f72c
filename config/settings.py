"""How this installation is set: from the environment (prefix GRIDBOT_) or one TOML file; the environment wins.

The TOML file is the one GRIDBOT_SETTINGS names, else `gridbot.toml` in the working directory. Its keys are the names
without the prefix, in small or capital letters.
"""

import difflib
import ipaddress
import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "GRIDBOT_"
#: Names the TOML file; it is no setting itself.
_FILE_VARIABLE = "settings"
#: Tell the tests about their browser; the program does not read them.
_ABOUT_THE_TESTS = frozenset({"chromium", "require_browser"})
FILE = "gridbot.toml"
SHIPPED_COUNTY = Path(__file__).parent / "county"


class SettingsError(Exception):
    """Settings that cannot be used; `errors` has every reason, in Chinese."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


def _database_url(value: str) -> str:
    if re.match(r"sqlite:////.|sqlite:///[A-Za-z]:[\\/].|postgresql(\+psycopg)?://.", value):
        return value
    raise ValueError("要写成 sqlite:////绝对路径/gridbot.db 或 postgresql://用户:密码@主机/库名")


def _http_url(value: str) -> str:
    if re.fullmatch(r"https?://[^/\s]+(/\S*)?", value):
        return value.rstrip("/")
    raise ValueError("要写成 https:// 或 http:// 开头的网址")


def _socket_url(value: str) -> str:
    if re.fullmatch(r"wss?://[^/\s]+(/\S*)?", value):
        return value
    raise ValueError("要写成 wss:// 或 ws:// 开头的网址")


def _callback_token(value: SecretStr) -> SecretStr:
    if re.fullmatch(r"[A-Za-z0-9]{1,32}", value.get_secret_value()):
        return value
    raise ValueError("只能是 32 位以内的英文字母和数字")


def _aes_key(value: SecretStr) -> SecretStr:
    if re.fullmatch(r"[A-Za-z0-9]{43}", value.get_secret_value()):
        return value
    raise ValueError("要正好 43 位英文字母和数字")


def _password(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) >= 8:
        return value
    raise ValueError("至少 8 位")


def _session_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) >= 32:
        return value
    raise ValueError("至少 32 位")


def _folder(value: Path) -> Path:
    if value.is_dir():
        return value.resolve()
    raise ValueError("没有这个文件夹")


def _file_to_write(value: Path) -> Path:
    if value.parent.is_dir() and not value.is_dir():
        return value.resolve()
    raise ValueError("要写一个文件，它所在的文件夹要先建好")


def _file(value: Path) -> Path:
    if value.is_file():
        return value.resolve()
    raise ValueError("没有这个文件")


def _command(value: str) -> str:
    try:
        parts = shlex.split(value)
    except ValueError:
        parts = []
    if parts and shutil.which(parts[0]) is not None:
        return value
    raise ValueError("找不到这个命令，要写成 /绝对路径/命令 参数")


def _addresses(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError("要写 IP 地址或网段，用逗号分开") from None


HttpUrl = Annotated[str, AfterValidator(_http_url)]
SocketUrl = Annotated[str, AfterValidator(_socket_url)]
Folder = Annotated[Path, AfterValidator(_folder)]
ExistingFile = Annotated[Path, AfterValidator(_file)]
FileToWrite = Annotated[Path, AfterValidator(_file_to_write)]
Command = Annotated[str, AfterValidator(_command)]
CallbackToken = Annotated[SecretStr, AfterValidator(_callback_token)]
AesKey = Annotated[SecretStr, AfterValidator(_aes_key)]


class Settings(BaseSettings):
    """Everything that differs from one installation to the next. A secret that is not set is None."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default_factory=lambda: f"sqlite:///{Path.cwd() / 'gridbot.db'}",
        repr=False,  # may carry a password
    )
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    county_dir: Folder = SHIPPED_COUNTY
    demo_clock_url: HttpUrl | None = None
    heartbeat_file: FileToWrite | None = None
    transcriber_command: Command | None = None
    transcriber_seconds: int = Field(default=30, ge=1, le=300)

    office_password: Annotated[SecretStr, AfterValidator(_password)] | None = None
    session_key: Annotated[SecretStr, AfterValidator(_session_key)] | None = None

    wecom_base_url: HttpUrl = "https://qyapi.weixin.qq.com"
    wecom_corp_id: str | None = None
    wecom_app_agent_id: int | None = Field(default=None, ge=1)
    wecom_app_secret: SecretStr | None = None
    wecom_app_token: CallbackToken | None = None
    wecom_app_aes_key: AesKey | None = None
    wecom_callback_host_ips: Annotated[
        tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_addresses)
    ] = ()

    wecom_bot_id: str | None = None
    wecom_bot_secret: SecretStr | None = None
    wecom_bot_ws_url: SocketUrl = "wss://openws.work.weixin.qq.com"
    wecom_bot_token: CallbackToken | None = None
    wecom_bot_aes_key: AesKey | None = None

    wecom_archive_url: HttpUrl | None = None
    wecom_archive_keys_dir: Folder | None = None
    wecom_archive_secret: SecretStr | None = None
    wecom_archive_library: ExistingFile | None = None
    wecom_archive_proxy: HttpUrl | None = None
    wecom_archive_proxy_password: SecretStr | None = None
    wecom_archive_own: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_addresses)] = ()

    wecom_contact_secret: SecretStr | None = None
    wecom_report_secret: SecretStr | None = None
    wecom_appchat_nightly: bool = False

    wecom_kf_account: str | None = None
    wecom_kf_secret: SecretStr | None = None

    wechat_mp_base_url: HttpUrl = "https://api.weixin.qq.com"
    wechat_mp_app_id: str | None = None
    wechat_mp_app_secret: SecretStr | None = None
    wechat_mp_token: CallbackToken | None = None
    wechat_mp_aes_key: AesKey | None = None

    public_url: HttpUrl | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # the file's values come in as arguments, and the environment stands before them
        return env_settings, init_settings

    @property
    def contact_secret(self) -> SecretStr | None:
        """The secret for 客户联系: its own, else the app's."""
        return self.wecom_contact_secret or self.wecom_app_secret

    @property
    def kf_secret(self) -> SecretStr | None:
        """The secret for 微信客服: its own, else the app's."""
        return self.wecom_kf_secret or self.wecom_app_secret

    @property
    def kf_on(self) -> bool:
        """微信客服: residents and heads on WeChat, each in his own chat."""
        return self.wecom_kf_account is not None and self.wecom_corp_id is not None and self.kf_secret is not None

    @property
    def mp_on(self) -> bool:
        """The county's 公众号, in safe mode."""
        return self.wechat_mp_app_id is not None

    @property
    def app_on(self) -> bool:
        """The self-built app: callbacks, cards to people, mass sends."""
        return self.wecom_corp_id is not None and self.wecom_app_secret is not None

    @property
    def bot_by_socket(self) -> bool:
        """The AI bot on its long connection."""
        return self.wecom_bot_id is not None and self.wecom_bot_secret is not None

    @property
    def bot_by_url(self) -> bool:
        """The AI bot by callbacks: its token and AES key are set and its secret is not."""
        return self.wecom_bot_token is not None and self.wecom_bot_secret is None

    @property
    def archive_on(self) -> bool:
        """The conversation archive, by the helper around the native library."""
        return self.wecom_archive_url is not None or self.wecom_archive_library is not None


_APP = ("wecom_corp_id", "wecom_app_agent_id", "wecom_app_secret", "wecom_app_token", "wecom_app_aes_key")
_MP = ("wechat_mp_app_id", "wechat_mp_app_secret", "wechat_mp_token", "wechat_mp_aes_key")
_ARCHIVE = ("wecom_archive_library", "wecom_archive_secret", "wecom_archive_keys_dir")
_ARCHIVE_ELSEWHERE = ("wecom_archive_url", "wecom_archive_keys_dir")


def load_settings() -> Settings:
    """The settings of this process.

    Raises `SettingsError` with every error at once; no value that was entered stands in it.
    """
    environment = {
        name[len(PREFIX) :].lower(): value
        for name, value in os.environ.items()
        if name.upper().startswith(PREFIX) and value
    }
    file, in_file, errors = _read_file(environment.pop(_FILE_VARIABLE, None))
    for key in environment:
        if key not in Settings.model_fields and key not in _ABOUT_THE_TESTS:
            errors.append(f"环境变量 {PREFIX}{key.upper()}：没有这一项{_meant(key)}")
    for key in [key for key in in_file if key not in Settings.model_fields]:
        errors.append(f"{file} 里的 {key}：没有这一项{_meant(key)}")
        del in_file[key]
    settings = None
    try:
        settings = Settings(**in_file)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False, include_input=False, include_context=False):
            key = str(error["loc"][0]) if error["loc"] else ""
            where = f"环境变量 {PREFIX}{key.upper()}" if key in environment else f"{file} 里的 {key}"
            errors.append(f"{where}：{_reason(error['type'], error['msg'])}")
    errors += between({**in_file, **environment})
    if errors or settings is None:
        raise SettingsError(tuple(errors))
    return settings


def channels_off(settings: Settings) -> tuple[str, ...]:
    """What does not run with these settings, one Chinese sentence each, for `gridbot check`."""
    sentences: list[str] = []
    if not settings.app_on:
        sentences.append(f"自建应用没有配置：收不到回调，发不了卡片和群发任务。要填 {_names(_APP)}。")
    if not (settings.bot_by_socket or settings.bot_by_url):
        sentences.append(
            "智能机器人没有配置：群里 @小格 听不到，也不能主动说话。长连接填 "
            f"{_names(('wecom_bot_id', 'wecom_bot_secret'))}；回调方式填 "
            f"{_names(('wecom_bot_token', 'wecom_bot_aes_key'))}。"
        )
    elif settings.bot_by_url:
        sentences.append("智能机器人用回调方式：能回答 @，不能主动推送；要主动推送请改用长连接。")
    if not settings.archive_on:
        sentences.append(f"会话存档没有配置：只听得到 @小格 的消息。要填 {_names(_ARCHIVE)}。")
    if settings.contact_secret is None or settings.wecom_corp_id is None:
        sentences.append(f"客户联系没有配置：不能发群主确认的群发。要填 {_names(('wecom_contact_secret',))}。")
    if not (settings.kf_on or settings.mp_on):
        sentences.append(
            "微信客服和公众号都没有配置：居民不能私聊报事，用微信的户长不能一对一说话。微信客服填 "
            f"{_names(('wecom_kf_account',))}；公众号填 {_names(_MP)}。"
        )
    if settings.office_password is None:
        sentences.append(f"网格办页面没有设密码：不能登录。要填 {_names(('office_password',))}。")
    return tuple(sentences)


def _read_file(named: str | None) -> tuple[str, dict[str, Any], list[str]]:
    path = Path(named) if named is not None else Path(FILE)
    if named is None and not path.exists():
        return FILE, {}, []
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return path.name, {}, [f"环境变量 {PREFIX}{_FILE_VARIABLE.upper()}：没有这个文件"]
    except OSError:
        return path.name, {}, [f"{path.name}：打不开，请看看文件的权限"]
    except UnicodeDecodeError:
        return path.name, {}, [f"{path.name}：请用 UTF-8 编码保存"]
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"第 {line[1]} 行" if line else "文件末尾"
        return path.name, {}, [f"{path.name}：{where}不是正确的 TOML，文字要加引号，每行写成「名称 = 值」"]
    return path.name, {key.lower(): value for key, value in found.items() if value != ""}, []


def read_one(name: str, text: str) -> tuple[str | int, str]:
    """One setting as it was typed: its value as a settings file holds it, and why it cannot be used ("" where it can)."""
    field = Settings.model_fields[name]
    known: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    try:
        value = TypeAdapter(known).validate_python(text)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        return "", _reason(first["type"], first["msg"])
    return value if isinstance(value, int) else str(value) if isinstance(value, Path) else text, ""


def between(values: Mapping[str, object]) -> list[str]:
    """What is wrong between settings, from the values as they were entered."""
    errors = [
        f"{what}只配置了一部分，还缺 {_names(missing)}"
        for what, missing in (
            ("自建应用", _missing(values, _APP, shared=("wecom_corp_id",))),
            ("智能机器人", _missing_bot(values)),
            ("会话存档", _missing_archive(values)),
            ("客户联系", _missing(values, ("wecom_contact_secret", "wecom_corp_id"), shared=("wecom_corp_id",))),
            ("微信客服", _missing(values, ("wecom_kf_account", *_APP), shared=_APP)),
            ("公众号", _missing(values, _MP, shared=())),
            ("居民上报", _missing(values, ("wecom_report_secret", "wecom_corp_id"), shared=("wecom_corp_id",))),
            ("会话存档密钥", _missing(values, ("wecom_archive_secret", "wecom_corp_id"), shared=("wecom_corp_id",))),
        )
        if missing
    ]
    if "wecom_archive_library" in values and "wecom_archive_url" in values:
        errors.append(f"{_names(('wecom_archive_library', 'wecom_archive_url'))} 只能填一个：本机有存档组件就填前一个")
    others = (*_APP[1:], *_ARCHIVE, "wecom_archive_url", "wecom_contact_secret", "wecom_report_secret", "wecom_bot_id", "wecom_bot_token")
    if "wecom_corp_id" in values and not any(name in values for name in others):
        errors.append(f"只填了 {_names(('wecom_corp_id',))}，自建应用还缺 {_names(_APP[1:])}")
    if "demo_clock_url" in values and not _is_loopback(values.get("wecom_base_url")):
        errors.append(
            f"{_names(('demo_clock_url',))} 只能和本机的模拟企业微信一起用，{_names(('wecom_base_url',))} 不是本机地址"
        )
    return errors


def _missing(values: Mapping[str, object], names: tuple[str, ...], shared: tuple[str, ...]) -> tuple[str, ...]:
    if not any(name in values for name in names if name not in shared):
        return ()
    return tuple(name for name in names if name not in values)


def _missing_archive(values: Mapping[str, object]) -> tuple[str, ...]:
    """The library beside us, or, in the demonstration, an archive answered elsewhere."""
    shared = ("wecom_corp_id", "wecom_archive_secret")
    if "wecom_archive_url" in values and "wecom_archive_library" not in values:
        return _missing(values, (*_ARCHIVE_ELSEWHERE, "wecom_corp_id"), shared=shared)
    return _missing(values, (*_ARCHIVE, "wecom_corp_id"), shared=shared)


def _missing_bot(values: Mapping[str, object]) -> tuple[str, ...]:
    token, key = "wecom_bot_token", "wecom_bot_aes_key"
    by_url = tuple(name for name in (token, key) if name not in values)
    if len(by_url) == 1:
        return by_url
    if "wecom_bot_secret" in values or by_url:
        return _missing(values, ("wecom_bot_id", "wecom_bot_secret"), shared=())
    return ()


def _is_loopback(url: object) -> bool:
    try:
        host = urlsplit(str(url)).hostname if url is not None else None
        return host is not None and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False


def _names(fields: tuple[str, ...]) -> str:
    return "、".join(f"{PREFIX}{name.upper()}" for name in fields)


def _meant(key: str) -> str:
    near = difflib.get_close_matches(key, Settings.model_fields, n=1)
    return f"，是不是 {near[0].upper()}？" if near else ""


def _reason(kind: str, message: str) -> str:
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind.startswith(("int_", "greater_", "less_")):
        return "要写整数，而且在允许的范围里"
    if kind.startswith("bool"):
        return "要写 true 或 false"
    if kind == "tuple_type":
        return "要写 IP 地址或网段，用逗号分开"
    return "要写一段文字"
