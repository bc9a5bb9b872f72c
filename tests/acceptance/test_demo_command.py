"""`make demo`'s program: it starts, says where, ends cleanly, and says clearly what is wrong."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.builders.county import free_port

COMMAND = [sys.executable, "-m", "bot.demo"]


def environment(emulator: int, bot: int) -> dict[str, str]:
    return os.environ | {"DEMO_EMULATOR_PORT": str(emulator), "DEMO_PORT": str(bot)}


@contextmanager
def demo(emulator: int, bot: int) -> Iterator["subprocess.Popen[str]"]:
    """The running program, in a group of its own as a shell would start it."""
    with subprocess.Popen(
        COMMAND, env=environment(emulator, bot), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def children_of(pid: int) -> list[int]:
    """Process ids of the direct children, by the kernel's own list."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as found:
        return [int(child) for child in found.read().split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_says_where_it_is_and_ends_cleanly_on_ctrl_c() -> None:
    emulator, bot = free_port(), free_port()
    with demo(emulator, bot) as program:
        assert program.stdout is not None
        said = ""
        for line in program.stdout:
            said += line
            if "试一试" in line:
                break
        assert re.search(rf"三级群聊天页 +http://127\.0\.0\.1:{emulator}/", said)
        assert re.search(rf"网格办页面 +http://127\.0\.0\.1:{bot}/ +密码 gridbot-demo", said)
        children = children_of(program.pid)
        assert len(children) == 2
        program.send_signal(signal.SIGINT)
        rest, errors = program.communicate(timeout=30)
        assert program.returncode == 0, errors
        assert "正在结束" in rest
        assert "Traceback" not in errors
        assert not [child for child in children if is_alive(child)]
    for port in (emulator, bot):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))


def test_a_taken_port_is_named_with_what_to_do() -> None:
    for name in ("DEMO_EMULATOR_PORT", "DEMO_PORT"):
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            settings = environment(free_port(), free_port()) | {name: str(port)}
            done = subprocess.run(COMMAND, env=settings, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert f"端口 {port} 已被别的程序占用" in done.stdout
        assert f"{name}={port + 1} make demo" in done.stdout
        assert "Traceback" not in done.stderr


def test_a_port_that_is_no_number_is_refused() -> None:
    settings = environment(1, 2) | {"DEMO_PORT": "八零八零"}
    done = subprocess.run(COMMAND, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "DEMO_PORT 要写成 1 到 65535 的端口号" in done.stdout
