"""应用群聊 appchat (wire §4): groups that the app made itself, members of WeCom only, no cards."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from emulator.cards import size
from emulator.errors import ApiError
from emulator.limits import Window
from emulator.world import BOT, Chat, World

CHAT_ID = re.compile(r"[0-9A-Za-z]{1,32}")
NAME_CHARS = 50
MEMBERS = 2000
TEXT_BYTES = 2048
MEMBER_A_MINUTE = 200
#: Groups of another app: known to WeCom, closed to this one.
FOREIGN = "foreign"

_ANSWERED_KINDS = ("text", "markdown")
_KINDS = ("text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown")


@dataclass(slots=True)
class AppGroup:
    """A group of the app; ``said`` is what came into it."""

    id: str
    name: str
    owner: str
    members: list[str]
    foreign: bool = False
    said: list[dict[str, Any]] = field(default_factory=list)


class AppChats:
    """Created, changed, read and spoken into by their chatid."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.groups: dict[str, AppGroup] = {FOREIGN: AppGroup(FOREIGN, "别的应用建的群", "", [], foreign=True)}
        self._windows: dict[str, Window] = {}
        self._made = 0
        self.whole_company = True

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """appchat/create; raises ApiError. 60011 where the app's visible range is not the whole company."""
        if not self.whole_company:
            raise ApiError(60011, "no privilege to access/modify contact/party/agent")
        chat_id = str(body.get("chatid") or "")
        if not chat_id:
            self._made += 1
            chat_id = f"auto{self._made:04d}"
        if not CHAT_ID.fullmatch(chat_id) or chat_id in self.groups:
            raise ApiError(86001, "invalid chatid")
        members = self._people(body.get("userlist"))
        if not 2 <= len(members) <= MEMBERS:
            raise ApiError(86006, "userlist: 2 to 2000")
        owner = str(body.get("owner") or members[0])
        if owner not in members:
            raise ApiError(86005, "owner is not in userlist")
        self.groups[chat_id] = AppGroup(chat_id, _name(body), owner, members)
        return {"chatid": chat_id}

    def update(self, body: dict[str, Any]) -> dict[str, Any]:
        """appchat/update: all or nothing."""
        group = self._mine(str(body.get("chatid", "")))
        name = _name(body) if "name" in body else group.name
        added = self._people(body.get("add_user_list") or [])
        gone = {str(one) for one in body.get("del_user_list") or []}
        members = [one for one in group.members if one not in gone]
        members += [one for one in added if one not in members]
        if not 2 <= len(members) <= MEMBERS:
            raise ApiError(86006, "members: 2 to 2000")
        owner = str(body.get("owner") or group.owner)
        if owner not in members:
            raise ApiError(86005, "owner is not in the group")
        group.name, group.owner, group.members = name, owner, members
        return {}

    def get(self, chat_id: str) -> dict[str, Any]:
        """appchat/get."""
        group = self._mine(chat_id)
        info = {"chatid": group.id, "name": group.name, "owner": group.owner, "userlist": list(group.members)}
        return {"chat_info": {**info, "chat_type": 0}}

    def send(self, body: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """appchat/send; what a member gets over 200 a minute is dropped in silence."""
        group = self._mine(str(body.get("chatid", "")))
        kind = str(body.get("msgtype"))
        if kind not in _KINDS:
            raise ApiError(40008, "invalid message type")
        if kind not in _ANSWERED_KINDS:
            raise ApiError(40058, f"{kind} is not emulated")
        part = body.get(kind)
        content = part.get("content") if isinstance(part, dict) else None
        if not isinstance(part, dict) or not isinstance(content, str) or not content:
            raise ApiError(44004, "empty content")
        if size(content) > TEXT_BYTES:
            raise ApiError(45002, "content too long (bytes)")
        now = self._world.clock.now()
        reached = 0
        for member in group.members:
            window = self._windows.setdefault(member, Window(MEMBER_A_MINUTE, 60))
            if not window.full("", now):
                window.use("", now)
                reached += 1
        if reached:
            named = [str(one) for one in part.get("mentioned_list") or []] if kind == "text" else []
            group.said.append({"text": content, "mentioned": named, "reached": reached})
            shown = self._world.group_by("appchat", group.id)
            if shown is not None:
                people = [p.id for p in map(self._world.person_by_outside, named) if p]
                self._world.post(Chat(group=shown.id), BOT, "appchat", kind, content, mentions=tuple(people))
        return {}, () if reached == len(group.members) else ("有人收到的太多，已悄悄丢掉",)

    def _mine(self, chat_id: str) -> AppGroup:
        group = self.groups.get(chat_id)
        if group is None:
            raise ApiError(86003, "chat does not exist")
        if group.foreign:
            raise ApiError(86008, "chat was not created by this app")
        return group

    def _people(self, raw: object) -> list[str]:
        if not isinstance(raw, list):
            raise ApiError(86007, "userlist")
        people: list[str] = []
        for one in dict.fromkeys(map(str, raw)):
            person = self._world.person_by_outside(one)
            if person is None or person.wecom != one:
                raise ApiError(86007, f"{one} is no member of the company")
            people.append(one)
        return people


def _name(body: dict[str, Any]) -> str:
    name = str(body.get("name") or "")
    if not 1 <= len(name) <= NAME_CHARS:
        raise ApiError(86004, "name: 1 to 50 characters")
    return name
