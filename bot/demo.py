"""`make demo`: an emulated WeCom, the bot, its office page and a sample county, started together and stopped together."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console

from config.settings import Settings

#: Local sign-in of the demonstration's office page; only loopback is served.
PASSWORD = "gridbot-demo"

out = Console(soft_wrap=True, highlight=False, markup=False)


class DemoError(Exception):
    """The demonstration can't go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs: the emulator's announcement (addresses and credentials), the bot's root address, the database file,
    and both processes."""

    wecom: dict[str, Any]
    office: str
    database: Path
    emulator: "subprocess.Popen[str]"
    bot: "subprocess.Popen[str]"


def main() -> int:
    """Start everything, print the addresses, wait for Ctrl-C. Gives the exit status."""
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        ports = port_from("DEMO_EMULATOR_PORT", 8765), port_from("DEMO_PORT", 8080)
        with started(*ports) as demo:
            try:
                out.print(f"\n小格已就绪（{time.monotonic() - began:.1f} 秒）。按 Ctrl-C 结束。\n")
                out.print(f"  三级群聊天页    {demo.wecom['page']}")
                out.print(f"  网格办页面      {demo.office}/   密码 {PASSWORD}\n")
                out.print("试一试：在基础群里用居民的身份说「3号楼楼道灯坏了半个月了，老人晚上看不见」，再看协调群和各人的卡片。")
                watch(demo)
            except KeyboardInterrupt:
                out.print("\n正在结束 …")
    except DemoError as error:
        out.print(f"✗ {error}")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


@contextmanager
def started(emulator_port: int, bot_port: int, *options: str) -> Iterator[Demo]:
    """The emulator (port 0: any), the bot with its office page, and the sample county; ended with the block.

    `options` go to the emulator, for instance `--start TIME`. Raises DemoError with what is wrong.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridbot-demo-")))
        registry = Settings.model_fields["county_dir"].default / "registry.yaml"
        for port, name in ((emulator_port, "DEMO_EMULATOR_PORT"), (bot_port, "DEMO_PORT")):
            check_free(port, name)
        out.print("① 启动模拟企业微信 …")
        emulator = spawn(stack, [sys.executable, "-m", "emulator", "--registry", str(registry), "--port", str(emulator_port),
                                 "--callback-url", f"http://127.0.0.1:{bot_port}/wecom/app", "--addressed",
                                 "--keys-dir", str(folder / "keys"), *options], os.environ.copy(), stdout=subprocess.PIPE)
        wecom = first_line(emulator)
        environment = settings_for(wecom, folder, bot_port)
        out.print("② 导入示例县 …")
        done = subprocess.run([sys.executable, "-m", "bot.cli", "registry", "import", str(registry)], env=environment,
                              check=False, capture_output=True, text=True)
        if done.returncode:
            raise DemoError(f"示例县导入失败：\n{done.stderr.strip()}")
        out.print("③ 启动机器人和网格办页面 …")
        bot = spawn(stack, [sys.executable, "-m", "bot.cli", "run"], environment)
        office = f"http://127.0.0.1:{bot_port}"
        wait_ready(bot, f"{office}/readyz")
        yield Demo(wecom, office, folder / "gridbot.db", emulator, bot)


def port_from(name: str, default: int) -> int:
    """A port number from the environment. Raises DemoError where it is none."""
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise DemoError(f"{name} 要写成 1 到 65535 的端口号，现在是「{text}」。")
    return int(text)


def check_free(port: int, name: str) -> None:
    """Raises DemoError where another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemoError(f"端口 {port} 已被别的程序占用。换一个端口再试：{name}={port + 1} make demo") from None


def settings_for(wecom: dict[str, Any], folder: Path, port: int) -> dict[str, str]:
    """The bot's settings for the emulator that has just started."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GRIDBOT_")}
    keys = Path(next(iter(wecom["archive_keys"].values()))).parent
    return environment | {
        "GRIDBOT_DATABASE_URL": f"sqlite:///{folder / 'gridbot.db'}",
        "GRIDBOT_HTTP_PORT": str(port),
        "GRIDBOT_DEMO_CLOCK_URL": wecom["clock_url"],
        "GRIDBOT_OFFICE_PASSWORD": PASSWORD,
        "GRIDBOT_SESSION_KEY": secrets.token_hex(32),
        "GRIDBOT_WECOM_BASE_URL": wecom["base_url"],
        "GRIDBOT_WECOM_CORP_ID": wecom["corp_id"],
        "GRIDBOT_WECOM_APP_AGENT_ID": str(wecom["agent_id"]),
        "GRIDBOT_WECOM_APP_SECRET": wecom["app_secret"],
        "GRIDBOT_WECOM_APP_TOKEN": wecom["app_token"],
        "GRIDBOT_WECOM_APP_AES_KEY": wecom["app_aes_key"],
        "GRIDBOT_WECOM_BOT_ID": wecom["bot_id"],
        "GRIDBOT_WECOM_BOT_SECRET": wecom["bot_secret"],
        "GRIDBOT_WECOM_BOT_WS_URL": wecom["ws_url"],
        "GRIDBOT_WECOM_ARCHIVE_URL": wecom["archive_url"],
        "GRIDBOT_WECOM_ARCHIVE_KEYS_DIR": str(keys),
    }


def spawn(
    stack: ExitStack, command: list[str], environment: dict[str, str], stdout: int | None = None
) -> "subprocess.Popen[str]":
    """Start a child in a group of its own, so that Ctrl-C reaches it through us alone, in order."""
    child = subprocess.Popen(command, env=environment, stdout=stdout, text=True, start_new_session=True)
    stack.callback(stop, child)
    return child


def stop(child: "subprocess.Popen[str]") -> None:
    """Ask it to end; after ten seconds end it."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdout is not None:
        child.stdout.close()


def first_line(child: "subprocess.Popen[str]") -> dict[str, Any]:
    """The one line of JSON that the emulator prints when it is up; why it is not, it has said itself."""
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        child.wait(5)
        raise DemoError("模拟企业微信没有起来，原因见上面。")
    found: dict[str, Any] = json.loads(line)
    return found


def wait_ready(child: "subprocess.Popen[str]", url: str) -> None:
    """Until the bot says that it is ready; at most 60 seconds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise DemoError("机器人没有起来，原因见上面。")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    raise DemoError("机器人 60 秒还没有就绪。")


def watch(demo: Demo) -> NoReturn:
    """Until Ctrl-C or SIGTERM (KeyboardInterrupt), or until a child ends by itself (DemoError)."""
    while True:
        for child, name in ((demo.emulator, "模拟企业微信"), (demo.bot, "机器人")):
            if child.poll() is not None:
                raise DemoError(f"{name}意外结束（{child.returncode}）。")
        time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
