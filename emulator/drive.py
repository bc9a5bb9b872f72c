"""What people do in their clients: speak, send a picture, quote, recall, click, confirm, paste, join, agree."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from emulator.aibot import AiBot
from emulator.app_messages import AppMessages
from emulator.archive import Archive
from emulator.customer_groups import member_version
from emulator.errors import DriveError
from emulator.ledger import Ledger
from emulator.mass_send import MassSend
from emulator.pictures import make_png
from emulator.registry import Person
from emulator.world import BOT, Card, Chat, World

MOST_PICTURE_BYTES = 10 * 1024 * 1024


def text_to_copy(card: dict[str, Any]) -> str:
    """The text a card holds ready to copy: its quote area, else its sub title, else its description."""
    area = card.get("quote_area")
    if isinstance(area, dict) and area.get("quote_text"):
        return str(area["quote_text"])
    if card.get("sub_title_text"):
        return str(card["sub_title_text"])
    title = card.get("main_title")
    return str(title.get("desc") or "") if isinstance(title, dict) else ""


class Drive:
    """Acts of people; every refusal is a DriveError with a Chinese sentence."""

    def __init__(
        self, world: World, archive: Archive, aibot: AiBot, app: AppMessages, mass: MassSend, ledger: Ledger
    ) -> None:
        self._world = world
        self._archive = archive
        self._aibot = aibot
        self._app = app
        self._mass = mass
        self._ledger = ledger

    def _person(self, data: dict[str, Any], key: str = "person") -> Person:
        return self._world.person(str(data.get(key, "")))

    def _chat(self, data: dict[str, Any], person: Person) -> Chat:
        group = data.get("group")
        if group:
            self._world.group(str(group))
            if not self._world.is_member(person.id, str(group)):
                raise DriveError(f"{person.shown}不在这个群里", 403)
            return Chat(group=str(group))
        if not person.wecom:
            raise DriveError(f"{person.shown}用的是微信，不能和企业微信里的机器人单聊")
        return Chat(person=person.id)

    def _quote(self, data: dict[str, Any], chat: Chat) -> str | None:
        quote = data.get("quote")
        if not quote:
            return None
        quoted = self._world.message(str(quote))
        if quoted.chat != chat or quoted.recalled:
            raise DriveError("只能引用同一个会话里没有撤回的消息")
        return quoted.id

    def _mentions(self, data: dict[str, Any], text: str) -> tuple[str, tuple[str, ...]]:
        """The text with its leading @names, and the ids it mentions."""
        listed = [str(m) for m in data.get("mentions") or []]
        names: list[str] = []
        for one in listed:
            name = self._world.registry.bot_name if one == BOT else self._world.person(one).shown
            if f"@{name}" not in text:
                names.append(f"@{name} ")
        text = "".join(names) + text
        if BOT not in listed and self._aibot.mentioned_in(text):
            listed.append(BOT)
        return text, tuple(listed)

    def say(self, data: dict[str, Any]) -> dict[str, Any]:
        """A text in a group, or to the bot 1:1 (``to``: bot, the default, or app)."""
        person = self._person(data)
        chat = self._chat(data, person)
        text = data.get("text")
        if not isinstance(text, str) or not text.strip():
            raise DriveError("还没有写内容", 400)
        return self._speak(data, person, chat, "text", text)

    def _speak(
        self,
        data: dict[str, Any],
        person: Person,
        chat: Chat,
        kind: str,
        text: str,
        *,
        how: str = "typed",
        file: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        to_app = chat.person is not None and data.get("to") == "app"
        mentions: tuple[str, ...] = ()
        if chat.group:
            text, mentions = self._mentions(data, text)
        message = self._world.post(
            chat,
            person.id,
            how,
            kind,
            text,
            mentions=mentions,
            quote=self._quote(data, chat),
            file=file,
            detail=detail,
            door=None if chat.group else "app" if to_app else "aibot",
        )
        where = self._world.registry.groups[chat.group].name if chat.group else "应用" if to_app else "单聊"
        self._ledger.add("page", "person", kind, f"{person.shown}（{where}）：{text[:40]}")
        heard = False
        if to_app:
            self._app.say(person, message)
        else:
            if chat.person:
                self._aibot.enter(person)
            heard = self._aibot.hear(message)
        return {"message": message.id, "aibot": heard, "archive": message.archive_id}

    def picture(self, data: dict[str, Any]) -> dict[str, Any]:
        """A picture: ``png`` in base64, or one made on the spot; with ``text`` it becomes 图文 (mixed)."""
        person = self._person(data)
        chat = self._chat(data, person)
        raw = data.get("png")
        if raw:
            try:
                content = base64.b64decode(str(raw).rpartition(",")[2], validate=True)
            except binascii.Error as error:
                raise DriveError("图片内容不是 base64", 400) from error
            if not 5 < len(content) <= MOST_PICTURE_BYTES:
                raise DriveError("图片要大于 5 字节、不超过 10 MB", 400)
        else:
            content = make_png(len(self._world.files))
        mime = "image/jpeg" if content[:2] == b"\xff\xd8" else "image/png"
        file = self._world.add_file("picture", mime, content)
        text = str(data.get("text") or "")
        kind = "mixed" if text or data.get("mentions") else "image"
        return self._speak(data, person, chat, kind, text if kind == "mixed" else "[图片]", file=file.id)

    def voice(self, data: dict[str, Any]) -> dict[str, Any]:
        """A voice message; ``text`` is what a transcription would give in the bot's single chat."""
        person = self._person(data)
        chat = self._chat(data, person)
        text = "[语音]" if chat.group else str(data.get("text") or "[语音]")
        return self._speak(data, person, chat, "voice", text, detail={"seconds": int(data.get("seconds", 3))})

    def location(self, data: dict[str, Any]) -> dict[str, Any]:
        """A location with ``title`` and ``address``; longitude and latitude are numbers."""
        person = self._person(data)
        title, address = str(data.get("title") or "位置"), str(data.get("address") or "")
        detail = {
            "longitude": float(data.get("longitude", 108.5)),
            "latitude": float(data.get("latitude", 33.9)),
            "title": title,
            "address": address,
        }
        return self._speak(data, person, self._chat(data, person), "location", f"[位置] {title}", detail=detail)

    def link(self, data: dict[str, Any]) -> dict[str, Any]:
        """A shared link with ``title`` and ``url``."""
        person = self._person(data)
        title = str(data.get("title") or "链接")
        detail = {
            "title": title,
            "description": str(data.get("description") or ""),
            "link_url": str(data.get("url") or "https://example.com/"),
            "image_url": "",
        }
        return self._speak(data, person, self._chat(data, person), "link", f"[链接] {title}", detail=detail)

    def recall(self, data: dict[str, Any]) -> dict[str, Any]:
        """A person takes back an own message."""
        person = self._person(data)
        message = self._world.message(str(data.get("message", "")))
        if message.sender != person.id:
            raise DriveError("只能撤回自己的消息", 403)
        if message.recalled:
            raise DriveError("这条消息已经撤回了")
        message.recalled = True
        self._archive.recalled(message)
        self._ledger.add("page", "person", "recall", f"{person.shown} 撤回了一条消息")
        self._world.changed()
        return {"message": message.id}

    def click(self, data: dict[str, Any]) -> dict[str, Any]:
        """A click on a card: ``card`` is its id or task_id, ``choices`` maps question keys to option ids."""
        person = self._person(data)
        card = self._world.card(str(data.get("card", "")))
        raw = data.get("choices") or {}
        if not isinstance(raw, dict):
            raise DriveError("choices 应是 {问题: [选项]}", 400)
        choices = {str(q): [str(o) for o in (v if isinstance(v, list) else [v])] for q, v in raw.items()}
        heard = self._send_click(person, card, str(data.get("key", "")), choices)
        return {"card": card.id, "task_id": card.task_id, "heard": heard}

    def _send_click(self, person: Person, card: Card, key: str, choices: dict[str, list[str]]) -> bool:
        if card.door == "aibot":
            return self._aibot.click(person, card, key, choices)
        if card.door == "app":
            self._app.click(person, card, key, choices)
            return True
        raise DriveError("这种卡片没有可点的按钮")

    def confirm(self, data: dict[str, Any]) -> dict[str, Any]:
        """The owner presses send; without ``task`` the owner's oldest waiting one."""
        person = self._person(data, "owner")
        task = data.get("task")
        if not task:
            waiting = self._mass.oldest_waiting(person.id)
            if waiting is None:
                raise DriveError("没有等他确认的群发")
            task = waiting.id
        done = self._mass.confirm(person.id, str(task))
        self._ledger.add("page", "person", "confirm", f"{person.shown} 确认群发：{done.text[:40]}")
        return {"task": done.id, "results": done.results}

    def paste(self, data: dict[str, Any]) -> dict[str, Any]:
        """A person pastes a prepared text into a group; with ``card`` the card's text, then a click on ``key``."""
        person = self._person(data)
        if not data.get("group"):
            raise DriveError("要写明贴到哪个群", 400)
        chat = self._chat(data, person)
        card = self._world.card(str(data["card"])) if data.get("card") else None
        text = str(data.get("text") or "") or (text_to_copy(card.seen_by(person.id)) if card else "")
        if not text.strip():
            raise DriveError("没有可以转发的文字", 400)
        result = self._speak(data, person, chat, "text", text, how="pasted")
        if card and data.get("key"):
            result["heard"] = self._send_click(person, card, str(data["key"]), {})
        return result

    def enter(self, data: dict[str, Any]) -> dict[str, Any]:
        """A member opens the bot's single chat."""
        person = self._person(data)
        self._chat({}, person)
        self._aibot.enter(person)
        return {}

    def agree(self, data: dict[str, Any]) -> dict[str, Any]:
        """A resident agrees (or not) that the archive may hold what he says in a group."""
        person = self._person(data)
        group = self._world.group(str(data.get("group", "")))
        if person.wecom:
            raise DriveError("企业成员不需要同意存档")
        agreed = data.get("agreed", True) is True
        if agreed == self._world.agreed(person.id, group.id):
            return {"agreed": agreed}
        if agreed:
            self._world.refused.discard((person.id, group.id))
        else:
            self._world.refused.add((person.id, group.id))
        self._world.agreed_at[person.id, group.id] = self._world.clock.now()
        self._archive.agreement(person.id, group.id, agreed=agreed)
        if agreed:
            owner = self._world.customer_owner(group)
            self._app.audit_approved(person, owner.outside_id if owner else "")
        self._ledger.add("page", "person", "agree", f"{person.shown}{'同意' if agreed else '不同意'}存档")
        self._world.changed()
        return {"agreed": agreed}

    def join(self, data: dict[str, Any], *, joins: bool) -> dict[str, Any]:
        """A person joins a group again or leaves it; customer groups tell the app. With ``state`` he came by the QR code
        of a join way; with ``quietly`` it was done through the API, which sends no event."""
        person = self._person(data)
        group = self._world.group(str(data.get("group", "")))
        if group.id not in person.groups:
            raise DriveError("登记里他不属于这个群")
        if joins == self._world.is_member(person.id, group.id):
            raise DriveError("他已经在群里" if joins else "他已经不在群里")
        before = member_version(self._world, group.id)
        if joins:
            self._world.away.discard((person.id, group.id))
            self._world.join_states[person.id, group.id] = str(data.get("state") or "")
        else:
            self._world.away.add((person.id, group.id))
        self._world.member_versions[group.id] = self._world.member_versions.get(group.id, 0) + 1
        if group.kind == "customer" and not data.get("quietly"):
            scene = {"JoinScene": 3} if joins else {"QuitScene": 0}
            change = {
                "ChangeType": "update",
                "UpdateDetail": "add_member" if joins else "del_member",
                **scene,
                "MemChangeCnt": 1,
                "MemChangeList": {"Item": [person.outside_id]},
                "LastMemVer": before,
                "CurMemVer": member_version(self._world, group.id),
            }
            self._app.group_changed(group.id, change)
        self._world.changed()
        return {}
