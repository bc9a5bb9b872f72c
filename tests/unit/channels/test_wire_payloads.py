"""Every kind of message and event of the documents, as it comes over the wire, decoded by the door that it comes to.

The payloads lie in `tests/data/wecom/<door>/`, written from the documents (wire §1.5, §2.2, §2.5, §5.2, §6.2, §9), and
what each means in `expected.json` beside them: the fields of its `Incoming` that are not their defaults, or why nobody
hears it.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.aibot_frames import is_displaced, read_body
from bot.channels.app_door import AppDoor
from bot.channels.archive_records import Dropped, read_record
from bot.channels.bot_door import BotDoor
from bot.channels.door import CallbackDoor
from bot.channels.kf_messages import read_kf_record
from bot.channels.mp_door import MpDoor
from bot.channels.stored import from_body
from bot.channels.times import CHINA
from bot.messages import Incoming
from tests.builders.wecom import AES_KEY, CORP, TOKEN, cipher, sealed

FOLDER = Path(__file__).parent.parent.parent / "data" / "wecom"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
NOW = datetime.fromtimestamp(1790000100, CHINA)
NAMES = ("小格",)


def names(door: str) -> list[str]:
    return sorted(path.name for path in (FOLDER / door).iterdir())


def payload(door: str, name: str) -> bytes:
    return (FOLDER / door / name).read_bytes()


def shown(heard: Incoming) -> dict[str, Any]:
    """What was heard as plain data; only what is not a default. `reply` has the seconds from `at` to its end."""
    plain: dict[str, Any] = {
        "id": heard.id,
        "channel": heard.channel,
        "sender": heard.sender,
        "at": heard.at.isoformat(timespec="milliseconds"),
        "kind": heard.kind.value,
        "words": heard.words.text,
        "group": heard.group,
        "mentions_bot": heard.mentions_bot,
        "quoted": heard.quoted_words.text if heard.quoted_words is not None else "",
        "media": [[one.kind, one.ref, one.key] for one in heard.media],
        "action": None,
        "recalls": heard.recalls,
        "reply": None,
        "sequence": heard.sequence,
        "account": heard.account,
    }
    if heard.action is not None:
        choices = {key: list(chosen) for key, chosen in heard.action.choices.items()}
        plain["action"] = [heard.action.key, heard.action.task_id, choices]
    if heard.reply is not None:
        seconds = (heard.reply.until - heard.at).total_seconds()
        plain["reply"] = [heard.reply.kind, heard.reply.ref, heard.reply.card, seconds]
    return {key: value for key, value in plain.items() if value not in (None, "", [], False)}


class Inbox:
    """Keeps bodies as the table does, and reads them back."""

    def __init__(self) -> None:
        self.rows: list[Incoming] = []

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        assert key == f"{incoming.channel}:{incoming.id}"
        assert from_body(body) == incoming
        self.rows.append(incoming)


def app_door(inbox: Inbox) -> CallbackDoor:
    return AppDoor(cipher(), CORP, inbox.accept)


def bot_door(inbox: Inbox) -> CallbackDoor:
    return BotDoor(cipher(""), inbox.accept, lambda: NOW, names=NAMES)


def mp_door(inbox: Inbox) -> CallbackDoor:
    return MpDoor(TOKEN, AES_KEY, CORP, inbox.accept)


async def through(make: Callable[[Inbox], CallbackDoor], path: str, query: dict[str, str], body: bytes) -> dict[str, Any]:
    """Post it to a door as WeCom does; the answer is 200 whatever it says."""
    inbox = Inbox()
    door = make(inbox)
    app = web.Application()
    app.router.add_post(path, door.receive)
    async with TestClient(TestServer(app)) as client, client.post(path, params=query, data=body) as answer:
        assert answer.status == 200, await answer.text()
    if inbox.rows:
        return shown(inbox.rows[0])
    return {"ignored": dict(door.counts)}


@pytest.mark.parametrize("name", names("app"))
async def test_the_apps_callbacks(name: str) -> None:
    query, body = sealed(payload("app", name).strip())
    assert await through(app_door, "/wecom/app", query, body) == EXPECTED[f"app/{name}"]


@pytest.mark.parametrize("name", names("aibot"))
async def test_the_bots_callbacks_by_url(name: str) -> None:
    """The same bodies as on the long connection, with the address for one answer that URL mode adds."""
    said = json.loads(payload("aibot", name))
    if said["msgtype"] != "stream":
        said["response_url"] = "https://example.com/answer?code=1"
    encrypted = cipher("").encrypt(json.dumps(said, ensure_ascii=False).encode())
    query = {"timestamp": "1790000000", "nonce": "n1", "msg_signature": cipher("").sign("1790000000", "n1", encrypted)}
    body = json.dumps({"encrypt": encrypted}).encode()
    assert await through(bot_door, "/wecom/bot", query, body) == EXPECTED[f"aibot_url/{name}"]


@pytest.mark.parametrize("name", names("aibot"))
def test_the_bots_frames(name: str) -> None:
    said = json.loads(payload("aibot", name))
    heard = read_body(said, NOW, NAMES, req_id="REQ-1")
    assert (shown(heard) if heard is not None else {"ignored": {}}) == EXPECTED[f"aibot/{name}"]
    assert is_displaced(said) == (name == "event_disconnected.json")


@pytest.mark.parametrize("name", names("archive"))
def test_the_archives_records(name: str) -> None:
    heard = read_record(json.loads(payload("archive", name)), 7, frozenset({"xiaoge"}), NAMES)
    assert (heard.why if isinstance(heard, Dropped) else shown(heard)) == EXPECTED[f"archive/{name}"]


@pytest.mark.parametrize("name", names("kf"))
def test_the_records_of_customer_service(name: str) -> None:
    heard = read_kf_record(json.loads(payload("kf", name)))
    assert (shown(heard) if heard is not None else {"ignored": {}}) == EXPECTED[f"kf/{name}"]


@pytest.mark.parametrize("name", names("mp"))
async def test_the_official_accounts_callbacks(name: str) -> None:
    query, body = sealed(payload("mp", name).strip())
    query["encrypt_type"] = "aes"
    assert await through(mp_door, "/wechat/mp", query, body) == EXPECTED[f"mp/{name}"]


def test_each_payload_has_its_meaning_and_each_meaning_its_payload() -> None:
    doors = {door.name: names(door.name) for door in FOLDER.iterdir() if door.is_dir()}
    files = {f"{door}/{name}" for door, found in doors.items() for name in found}
    assert files | {f"aibot_url/{name}" for name in doors["aibot"]} == set(EXPECTED)
