"""`make demo`: an emulated WeCom, the bot, its office page and a sample county, started together and stopped together."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from config.settings import Settings

EMULATOR_PORT = int(os.environ.get("DEMO_EMULATOR_PORT", "8765"))
BOT_PORT = int(os.environ.get("DEMO_PORT", "8080"))
#: Local sign-in of the demonstration's office page; only loopback is served.
PASSWORD = "gridbot-demo"

out = Console(soft_wrap=True, highlight=False, markup=False)


class DemoError(Exception):
    """The demonstration can't go on; the message says why and what to do."""


def main() -> int:
    """Start everything, print the addresses, wait for Ctrl-C. Gives the exit status."""
    started = time.monotonic()
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridbot-demo-")))
            registry = Settings.model_fields["county_dir"].default / "registry.yaml"
            out.print("① 启动模拟企业微信 …")
            emulator = spawn(stack, [sys.executable, "-m", "emulator", "--registry", str(registry), "--port", str(EMULATOR_PORT),
                                     "--callback-url", f"http://127.0.0.1:{BOT_PORT}/wecom/app", "--addressed",
                                     "--keys-dir", str(folder / "keys")], os.environ.copy(), stdout=subprocess.PIPE)
            wecom = first_line(emulator, "模拟企业微信", EMULATOR_PORT)
            environment = settings_for(wecom, folder)
            out.print("② 导入示例县 …")
            done = subprocess.run([sys.executable, "-m", "bot.cli", "registry", "import", str(registry)], env=environment,
                                  check=False, capture_output=True, text=True)
            if done.returncode:
                raise DemoError(f"示例县导入失败：\n{done.stderr.strip()}")
            out.print("③ 启动机器人和网格办页面 …")
            bot = spawn(stack, [sys.executable, "-m", "bot.cli", "run"], environment)
            wait_ready(bot, f"http://127.0.0.1:{BOT_PORT}/readyz")
            out.print(f"\n小格已就绪（{time.monotonic() - started:.1f} 秒）。按 Ctrl-C 结束。\n")
            out.print(f"  三级群聊天页    {wecom['page']}")
            out.print(f"  网格办页面      http://127.0.0.1:{BOT_PORT}/   密码 {PASSWORD}\n")
            out.print("试一试：在基础群里用居民的身份说「3号楼楼道灯坏了半个月了，老人晚上看不见」，再看协调群和各人的卡片。")
            return wait(emulator, bot)
    except DemoError as error:
        out.print(f"✗ {error}")
        return 1
    except KeyboardInterrupt:
        return 0


def settings_for(wecom: dict[str, Any], folder: Path) -> dict[str, str]:
    """The bot's settings for the emulator that has just started."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GRIDBOT_")}
    keys = Path(next(iter(wecom["archive_keys"].values()))).parent
    return environment | {
        "GRIDBOT_DATABASE_URL": f"sqlite:///{folder / 'gridbot.db'}",
        "GRIDBOT_HTTP_PORT": str(BOT_PORT),
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


def first_line(child: "subprocess.Popen[str]", name: str, port: int) -> dict[str, Any]:
    """The one line of JSON that the emulator prints when it is up."""
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        child.wait(5)
        raise DemoError(f"{name}没有起来（端口 {port}）。换一个端口再试：DEMO_EMULATOR_PORT=8766 make demo")
    found: dict[str, Any] = json.loads(line)
    return found


def wait_ready(child: "subprocess.Popen[str]", url: str) -> None:
    """Until the bot says that it is ready; at most 60 seconds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise DemoError(f"机器人没有起来（端口 {BOT_PORT}）。换一个端口再试：DEMO_PORT=8081 make demo")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    raise DemoError("机器人 60 秒还没有就绪。")


def wait(*children: "subprocess.Popen[str]") -> int:
    """Until Ctrl-C, SIGTERM, or until a child ends by itself."""
    stopped = False

    def end(*_: object) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    while not stopped:
        for child in children:
            if child.poll() is not None:
                raise DemoError(f"{child.args[2]} 意外结束（{child.returncode}）。")  # type: ignore[index]
        time.sleep(0.3)
    out.print("\n正在结束 …")
    return 0


if __name__ == "__main__":
    sys.exit(main())
