"""Builders for the emulator's tests: a small county, a clock in the test's hand, keys made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from emulator.clock import CHINA, Clock
from emulator.credentials import make_credentials
from emulator.registry import read_registry
from emulator.wecom import Options, WeCom
from emulator.world import Chat, Message

SMALL = Path(__file__).parent / "small.yaml"
START = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)


@dataclass(slots=True)
class RealSeconds:
    """A monotonic clock that a test moves."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        """Seconds now."""
        return self.seconds

    def pass_by(self, **parts: float) -> None:
        """Let time pass: keywords of timedelta."""
        self.seconds += timedelta(**parts).total_seconds()


@dataclass(slots=True)
class Line:
    """A client's connection that keeps what it was sent."""

    frames: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False

    def send(self, frame: dict[str, Any]) -> None:
        """Keep a frame."""
        self.frames.append(frame)

    def close(self) -> None:
        """Note the end."""
        self.closed = True

    def callbacks(self) -> list[dict[str, Any]]:
        """Frames with a cmd: not the acks."""
        return [f for f in self.frames if "cmd" in f]

    def ack(self) -> int:
        """The errcode of the last ack."""
        return int([f for f in self.frames if "cmd" not in f][-1]["errcode"])


@cache
def keys() -> dict[int, RSAPrivateKey]:
    """Two RSA keys, made once for all tests."""
    return {v: generate_private_key(public_exponent=65537, key_size=2048) for v in (1, 2)}


def make_wecom(real: RealSeconds, options: Options | None = None) -> WeCom:
    """The small county on Monday 2 March 2026, 08:00."""
    options = options or Options(callback_url="http://127.0.0.1:9/wecom/app")
    registry = read_registry(SMALL)
    return WeCom(registry, Clock(START, real), make_credentials(1), keys(), options, lambda f: f"http://emu/{f}")


def said_in(wecom: WeCom, group: str) -> list[Message]:
    """What a group shows."""
    return wecom.world.chats.get(Chat(group=group), [])


def told_to(wecom: WeCom, person: str) -> list[Message]:
    """What a person's private screen shows."""
    return wecom.world.chats.get(Chat(person=person), [])


def button_card(task_id: str = "T-1", **more: Any) -> dict[str, Any]:
    """A card with two buttons."""
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "3号楼水管漏水", "desc": "请接单"},
        "button_list": [
            {"text": "接单", "style": 1, "key": "accept"},
            {"text": "退回", "style": 2, "key": "return"},
        ],
        "task_id": task_id,
        **more,
    }


def app_message(touser: str, kind: str = "text", **part: Any) -> dict[str, Any]:
    """A body of message/send."""
    return {"touser": touser, "agentid": 1000002, "msgtype": kind, kind: part or {"content": "您好"}}
