"""The self-built app's session: message/send, update_template_card, recall, and clicks on its cards (wire §7)."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator.callbacks import AppCallbacks, Callback
from emulator.cards import INTERACTIVE, card_from_xml, check_card, check_choices, keys_of, size, with_button_replaced
from emulator.credentials import derived
from emulator.errors import ApiError, DriveError
from emulator.limits import Window, take
from emulator.registry import Person
from emulator.world import BOT, Card, Chat, Message, World

_APP_KINDS = ("image", "voice", "video", "location", "link")
CODE_LIFE = timedelta(hours=72)
RECALL_LIFE = timedelta(hours=24)
DUPLICATE_MOST_SECONDS = 4 * 3600


@dataclass(slots=True)
class Code:
    """A response_code: one use, 72 hours."""

    card: str
    ends: datetime
    used: bool = False


class AppMessages:
    """Cards and texts to single members, their clicks back."""

    def __init__(self, world: World, callbacks: AppCallbacks, corp_id: str, agent_id: int, seed: int) -> None:
        self._world = world
        self._callbacks = callbacks
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._seed = seed
        self._windows = (Window(30, 60), Window(1000, 3600))
        self._codes: dict[str, Code] = {}
        self._sent: dict[str, tuple[datetime, list[Message]]] = {}
        self._recent: dict[str, datetime] = {}
        self._task_ids: set[str] = set()

    def send(self, body: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """message/send → (answer fields, flags for the ledger); raises ApiError."""
        self._check_agent(body)
        people, invalid = self._recipients(body)
        kind = str(body.get("msgtype"))
        text, card_body = self._content(kind, body)
        if not people:
            raise ApiError(81013, "all touser, toparty, totag are invalid")
        now = self._world.clock.now()
        msgid = derived(self._seed, f"app message {len(self._sent) + 1}", 32)
        answer: dict[str, Any] = {"invaliduser": "|".join(invalid), "invalidparty": "", "invalidtag": ""}
        answer["msgid"] = msgid
        if body.get("enable_duplicate_check") == 1 and self._is_duplicate(body, now):
            self._sent[msgid] = (now, [])
            return answer, ("重复消息，没有投递",)
        if card_body is not None:
            self._check_task_id(card_body)
        reached = [p for p in people if take(self._windows, p.id, now)]
        flags = () if len(reached) == len(people) else ("超过每人频率，部分没有投递",)
        card: Card | None = None
        if card_body is not None:
            card = self._world.add_card("app", card_body, people=tuple(p.id for p in reached))
            if card_body["card_type"] in INTERACTIVE or card_body.get("action_menu"):
                answer["response_code"] = self._new_code(card)
        shown = "card" if card else "markdown" if kind == "markdown" else "text"
        self._sent[msgid] = (
            now,
            [
                self._world.post(Chat(person=p.id), BOT, "app", shown, text, card=card.id if card else None, door="app")
                for p in reached
            ],
        )
        return answer, flags

    def _check_agent(self, body: dict[str, Any]) -> None:
        if not isinstance(body.get("agentid"), int) or body["agentid"] != self._agent_id:
            raise ApiError(40056, "invalid agentid")

    def _recipients(self, body: dict[str, Any]) -> tuple[list[Person], list[str]]:
        touser = body.get("touser") or ""
        if not isinstance(touser, str):
            raise ApiError(40058, "touser must be a string joined by |")
        if touser == "@all":
            return [p for p in self._world.registry.people.values() if p.wecom], []
        names = [n for n in touser.split("|") if n]
        if len(names) > 1000:
            raise ApiError(40058, "touser: at most 1000")
        people: dict[str, Person] = {}
        invalid: list[str] = []
        for name in names:
            person = self._world.person_by_outside(name)
            if person and person.wecom == name:
                people[person.id] = person
            else:
                invalid.append(name)
        return list(people.values()), invalid

    def _content(self, kind: str, body: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
        part = body.get(kind)
        if kind not in ("text", "markdown", "textcard", "template_card"):
            raise ApiError(40008, "invalid message type (the emulator has text, markdown, textcard, template_card)")
        if not isinstance(part, dict):
            raise ApiError(40058, f"{kind} missing")
        if kind == "template_card":
            if self._callbacks.url is None and part.get("card_type") in INTERACTIVE:
                raise ApiError(40058, "interactive cards need a callback URL")
            return "", check_card(part)
        if kind == "textcard":
            title, description = str(part.get("title", "")), str(part.get("description", ""))
            if not title or not description or not part.get("url"):
                raise ApiError(40058, "textcard: title, description, url")
            if size(title) > 128 or size(description) > 512 or len(str(part.get("btntxt", ""))) > 4:
                raise ApiError(45002, "textcard too long")
            return f"{title}\n{description}", None
        content = part.get("content")
        if not isinstance(content, str) or not content:
            raise ApiError(44004, "empty content")
        if size(content) > 2048:
            raise ApiError(45002, "content exceeds 2048 bytes")
        return content, None

    def _is_duplicate(self, body: dict[str, Any], now: datetime) -> bool:
        interval = body.get("duplicate_check_interval", 1800)
        if not isinstance(interval, int) or not 0 < interval <= DUPLICATE_MOST_SECONDS:
            raise ApiError(40058, "duplicate_check_interval: at most 14400")
        same = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        before = self._recent.get(same)
        if before is not None and now - before < timedelta(seconds=interval):
            return True
        self._recent[same] = now
        return False

    def _check_task_id(self, card: dict[str, Any]) -> None:
        task_id = card.get("task_id")
        if not task_id:
            return
        if task_id in self._task_ids:
            raise ApiError(40058, "task_id was used before")
        self._task_ids.add(str(task_id))

    def _new_code(self, card: Card) -> str:
        code = derived(self._seed, f"response code {len(self._codes) + 1}", 43)
        self._codes[code] = Code(card.id, self._world.clock.now() + CODE_LIFE)
        return code

    def update_card(self, body: dict[str, Any]) -> dict[str, Any]:
        """update_template_card → answer with ``invaliduser`` as an array; raises ApiError."""
        self._check_agent(body)
        code = self._codes.get(str(body.get("response_code", "")))
        if code is None:
            raise ApiError(40058, "response_code unknown")
        if code.used:
            raise ApiError(40058, "response_code was used before")
        if self._world.clock.now() >= code.ends:
            raise ApiError(40058, "response_code expired (72 h)")
        card = self._world.cards[code.card]
        names = body.get("userids") or []
        if not isinstance(names, list):
            raise ApiError(40058, "userids must be an array")
        people: list[str] = list(card.people) if body.get("atall") == 1 else []
        invalid: list[str] = []
        for name in names:
            person = self._world.person_by_outside(str(name))
            if person and person.id in card.people:
                people.append(person.id)
            else:
                invalid.append(str(name))
        if not people:
            raise ApiError(81013, "no valid userids")
        self._change(card, people, self._replacement(card, body))
        code.used = True
        return {"invaliduser": invalid}

    def _replacement(self, card: Card, body: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        button, new = body.get("button"), body.get("template_card")
        if isinstance(button, dict) and button.get("replace_name"):
            name = str(button["replace_name"])
            return lambda old: with_button_replaced(old, name)
        if isinstance(new, dict):
            filled = {**new, "task_id": new.get("task_id") or card.task_id}
            # a card whose buttons give way to replace_text need not bring buttons
            if not (filled.get("replace_text") and "button_list" not in filled):
                check_card(filled)
            return lambda _: filled
        raise ApiError(40058, "button.replace_name or template_card missing")

    def _change(self, card: Card, people: list[str], how: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        for person in people:
            card.own[person] = how(card.seen_by(person))
        self._world.changed()

    def recall(self, body: dict[str, Any]) -> None:
        """message/recall within 24 h; raises ApiError."""
        sent = self._sent.get(str(body.get("msgid", "")))
        if sent is None:
            raise ApiError(40058, "msgid unknown")
        at, messages = sent
        if self._world.clock.now() - at > RECALL_LIFE:
            raise ApiError(40058, "msgid is older than 24 hours")
        for message in messages:
            message.recalled = True
            if message.card:
                self._world.cards[message.card].recalled = True
        self._world.changed()

    def click(self, person: Person, card: Card, key: str, choices: dict[str, list[str]]) -> None:
        """A member clicks a card of the app; raises DriveError when the card does not offer that."""
        if person.id not in card.people:
            raise DriveError("这张卡片不是发给他的", 403)
        if card.recalled:
            raise DriveError("这张卡片已经撤回")
        body = card.seen_by(person.id)
        if key not in keys_of(body):
            raise DriveError("卡片上没有这个按钮，或按钮已经不能点了")
        chosen = check_choices(body, choices)
        card.clicked[person.id] = key
        fields: dict[str, Any] = {
            **self._head(person, "event"),
            "Event": "template_card_event",
            "EventKey": key,
            "TaskId": card.task_id,
            "CardType": str(body["card_type"]),
            "ResponseCode": self._new_code(card),
            "AgentID": self._agent_id,
            "SelectedItems": {
                "SelectedItem": [
                    {"QuestionKey": question, "OptionIds": {"OptionId": list(options)}}
                    for question, options in chosen.items()
                ]
            },
        }

        def replied(reply: dict[str, Any]) -> None:
            button = reply.get("Button")
            if reply.get("MsgType") == "update_button" and isinstance(button, dict):
                name = str(button.get("ReplaceName", ""))
                self._change(card, [person.id], lambda old: with_button_replaced(old, name))
            new = reply.get("TemplateCard")
            if reply.get("MsgType") == "update_template_card" and isinstance(new, dict):
                changed = card_from_xml(new)
                # what WeCom would refuse leaves the card as it was
                with contextlib.suppress(ApiError):
                    self._change(card, [person.id], self._replacement(card, {"template_card": changed}))

        self._tell("template_card_event", fields, f"{person.shown} 点了卡片 {card.task_id}：{key}", replied)
        self._world.changed()

    def say(self, person: Person, message: Message) -> None:
        """A member writes to the app in its 1:1 session."""
        fields = self._head(person, message.kind if message.kind in _APP_KINDS else "text")
        if message.kind in ("voice", "video"):
            fields["MediaId"] = message.file or "MEDIA"
            fields |= {"Format": "amr"} if message.kind == "voice" else {"ThumbMediaId": message.file or "MEDIA"}
        elif message.kind == "location":
            detail = message.detail or {}
            fields["Location_X"], fields["Location_Y"] = str(detail.get("latitude", 0)), str(detail.get("longitude", 0))
            fields["Scale"], fields["Label"], fields["AppType"] = 15, str(detail.get("title", "")), "wxwork"
        elif message.kind == "link":
            detail = message.detail or {}
            fields["Title"], fields["Description"] = str(detail.get("title", "")), str(detail.get("description", ""))
            fields["Url"], fields["PicUrl"] = str(detail.get("link_url", "")), str(detail.get("image_url", ""))
        elif message.kind == "image":
            fields["PicUrl"] = f"/files/{message.file}"
            fields["MediaId"] = message.file
        else:
            fields["Content"] = message.text
        fields["MsgId"] = self._callbacks.next_msg_id()
        fields["AgentID"] = self._agent_id

        def replied(reply: dict[str, Any]) -> None:
            if reply.get("MsgType") == "text" and reply.get("Content"):
                self._world.post(Chat(person=person.id), BOT, "reply", "text", str(reply["Content"]), door="app")

        self._tell("message", fields, f"{person.shown} 对应用说话", replied)

    def _head(self, person: Person, kind: str) -> dict[str, Any]:
        return {
            "ToUserName": self._corp_id,
            "FromUserName": person.outside_id,
            "CreateTime": int(self._world.clock.now().timestamp()),
            "MsgType": kind,
        }

    def _tell(
        self, name: str, fields: dict[str, Any], summary: str, replied: Callable[[dict[str, Any]], None] | None
    ) -> None:
        self._callbacks.tell(Callback(name, fields, summary, self._agent_id, replied))

    def event(self, name: str, person: Person | None = None, **fields: Any) -> None:
        """Any event of the app with fields of its own: subscribe, enter_agent, inactive_alert …"""
        sender = person.outside_id if person else "sys"
        shown = person.shown if person else "企业微信"
        head: dict[str, Any] = {"ToUserName": self._corp_id, "FromUserName": sender}
        head |= {"CreateTime": int(self._world.clock.now().timestamp()), "MsgType": "event", "Event": name}

        def replied(reply: dict[str, Any]) -> None:
            if person and reply.get("MsgType") == "text" and reply.get("Content"):
                self._world.post(Chat(person=person.id), BOT, "reply", "text", str(reply["Content"]), door="app")

        self._tell(name, head | fields | {"AgentID": self._agent_id}, f"{shown}：{name}", replied)

    def group_changed(self, group: str, change: dict[str, Any]) -> None:
        """change_external_chat for a customer group; ``change`` holds ChangeType and what goes with it."""
        fields = {
            "ToUserName": self._corp_id,
            "FromUserName": "sys",
            "CreateTime": int(self._world.clock.now().timestamp()),
            "MsgType": "event",
            "Event": "change_external_chat",
            "ChatId": self._world.registry.groups[group].customer,
            **change,
        }
        name = self._world.registry.groups[group].name
        self._callbacks.tell(Callback("change_external_chat", fields, f"客户群变更：{name}", None))

    def audit_notify(self) -> None:
        """msgaudit_notify: there is something new in the archive."""
        fields = {
            "ToUserName": self._corp_id,
            "FromUserName": "sys",
            "CreateTime": int(self._world.clock.now().timestamp()),
            "MsgType": "event",
            "AgentID": 2000004,
            "Event": "msgaudit_notify",
        }
        self._callbacks.tell(Callback("msgaudit_notify", fields, "存档有新消息", 2000004, fault_name="archive"))

    def audit_approved(self, person: Person, staff: str) -> None:
        """change_external_contact with msg_audit_approved: a contact agreed to the archive."""
        fields = {
            "ToUserName": self._corp_id,
            "FromUserName": "sys",
            "CreateTime": int(self._world.clock.now().timestamp()),
            "MsgType": "event",
            "Event": "change_external_contact",
            "ChangeType": "msg_audit_approved",
            "UserID": staff,
            "ExternalUserID": person.outside_id,
        }
        summary = f"{person.shown} 同意存档"
        self._callbacks.tell(Callback("change_external_contact", fields, summary, None))
