"""``python -m emulator``: start the stand-in WeCom and print its addresses and credentials as one JSON line."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import signal
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from emulator.clock import CHINA, Clock
from emulator.credentials import Credentials, make_credentials
from emulator.errors import EmulatorError, RegistryError
from emulator.registry import read_registry
from emulator.server import Server
from emulator.tls import make_tls
from emulator.wecom import Options

BAD_START = 2


def make_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="企业微信模拟器：只在本机开放，状态在内存里，Ctrl-C 结束。"
        " A stand-in WeCom on loopback; state in memory; Ctrl-C ends it.",
    )
    parser.add_argument(
        "--registry",
        required=True,
        type=Path,
        action="append",
        help="登记文件 YAML（群、人），可写多次 / registry YAML, more files add groups and people",
    )
    parser.add_argument("--port", type=int, default=8765, help="端口，0 表示任选 / port, 0 picks one（8765）")
    parser.add_argument("--callback-url", help="机器人的应用回调地址 / where app callbacks go, e.g. …/wecom/app")
    parser.add_argument("--bot-callback-url", help="智能机器人 URL 回调地址 / the AI bot's URL mode, e.g. …/wecom/bot")
    parser.add_argument("--mp-url", help="公众号的服务器地址 / where the 公众号's messages go, e.g. …/wechat/mp")
    parser.add_argument("--clock", choices=("demo", "real"), default="demo", help="demo 可以快进 / demo can be walked")
    parser.add_argument("--start", type=datetime.fromisoformat, help="demo 时钟从何时开始（带时区） / first time, ISO")
    parser.add_argument("--seed", type=int, default=1, help="同一个种子给出同样的凭证 / same seed, same credentials")
    parser.add_argument("--keys-dir", type=Path, help="存档私钥放哪里（默认临时目录） / where the archive's PEMs go")
    parser.add_argument(
        "--addressed", action="store_true", help="当作每个内部群和成员都已 @ 过机器人 / count all chats as addressed"
    )
    parser.add_argument(
        "--bot-made-by", choices=("admin", "member"), default="admin", help="member：userid 是加密的 / wo… userids"
    )
    parser.add_argument("--retry-seconds", type=float, default=5.0, help="回调重投间隔 / pause before a redelivery")
    parser.add_argument("--tls", action="store_true", help="另开一个 HTTPS/WSS 端口 / a second port with TLS")
    for field in dataclasses.fields(Credentials):
        kind = int if field.name == "agent_id" else str
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, help="凭证，不写则由种子得出 / credential")
    return parser


def _credentials(args: argparse.Namespace) -> Credentials:
    credentials = make_credentials(args.seed)
    names = [f.name for f in dataclasses.fields(Credentials)]
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if len(given.get("app_aes_key", "x" * 43)) != 43:
        raise EmulatorError("--app-aes-key 应是 43 位字母数字 / must be 43 letters and digits")
    return dataclasses.replace(credentials, **given)


async def serve(args: argparse.Namespace, keys_dir: Path) -> None:
    """Run until SIGINT or SIGTERM; raises EmulatorError when it cannot start."""
    registry = read_registry(*args.registry)
    start = args.start or datetime.fromtimestamp(time.time(), CHINA)
    if start.tzinfo is None:
        raise EmulatorError("--start 要带时区，例如 2026-03-02T08:00:00+08:00 / needs an offset")
    clock = Clock(start, time.monotonic, can_walk=args.clock == "demo")
    options = Options(
        seed=args.seed,
        callback_url=args.callback_url,
        bot_callback_url=args.bot_callback_url,
        mp_url=args.mp_url,
        retry_seconds=args.retry_seconds,
        bot_made_by_admin=args.bot_made_by == "admin",
        all_addressed=args.addressed,
    )
    tls = make_tls(keys_dir, datetime.fromtimestamp(time.time(), CHINA)) if args.tls else None
    server = Server(registry, clock, _credentials(args), options, keys_dir, tls)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with server.running(args.port):
        print(json.dumps(server.announcement(), ensure_ascii=False), flush=True)
        print(f"企业微信模拟器：{server.base_url}/ （Ctrl-C 结束）", file=sys.stderr, flush=True)
        await ended.wait()


def main() -> int:
    """Entry point; 0 after a clean end, 2 when it could not start."""
    args = make_parser().parse_args()
    try:
        if args.keys_dir:
            asyncio.run(serve(args, args.keys_dir))
        else:
            with tempfile.TemporaryDirectory(prefix="emulator-keys-") as folder:
                asyncio.run(serve(args, Path(folder)))
    except RegistryError as error:
        print("登记文件有错 / the registry cannot be used:", file=sys.stderr)
        for fault in error.faults:
            print(f"  - {fault}", file=sys.stderr)
        return BAD_START
    except EmulatorError as error:
        print(str(error), file=sys.stderr)
        return BAD_START
    return 0


if __name__ == "__main__":
    sys.exit(main())
