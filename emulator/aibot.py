"""智能机器人 on its long connection (wire §2): what it hears, what it may answer and push. No I/O of its own.

Points that the documents leave open are settled strictly and named here:

- one answer (markdown, card, or a stream) for each message callback; a second one is 846605;
- an interaction counts towards the three of a user until it is answered (a stream: until it is finished),
  at most 6 minutes, and 30 s when nothing at all comes back;
- a push to a chat where nobody has talked to the bot is 93008; a frame before the subscription is 853000.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from emulator.aibot_media import TYPES as MEDIA
from emulator.aibot_media import AiBotMedia
from emulator.archive import Archive
from emulator.cards import check_card, check_choices, keys_of, size
from emulator.credentials import Credentials, derived, key_bytes
from emulator.errors import ApiError, DriveError
from emulator.faults import Faults
from emulator.ledger import Ledger
from emulator.limits import Window, take
from emulator.registry import Group, Person
from emulator.world import BOT, Card, Chat, Message, World

Frame = dict[str, Any]

MARKDOWN_BYTES = 20480
REPLY_LIFE = timedelta(hours=24)
STREAM_LIFE = timedelta(minutes=6)
UNANSWERED_LIFE = timedelta(seconds=30)
EVENT_SECONDS = 5.0
SILENT_SECONDS = 90.0
AT_ONCE = 3
_MARKUP = re.compile(r"<[^>]*>|\*\*|^>\s?", re.MULTILINE)


class Connection(Protocol):
    """One socket of a client; both calls only queue."""

    def send(self, frame: Frame) -> None:
        """Send a frame."""

    def close(self) -> None:
        """Close after what is queued."""


@dataclass(slots=True)
class Interaction:
    """One callback that may be answered: kind is message, card or enter."""

    kind: str
    chat: Chat
    person: str
    at: datetime
    real: float
    card: str | None = None
    answered: bool = False
    stream_id: str | None = None
    stream_began: datetime | None = None
    stream_message: str | None = None
    finished: bool = False


class AiBot:
    """The bot's server side: one live connection, interactions by req_id, chats it was addressed in."""

    def __init__(
        self,
        world: World,
        archive: Archive,
        credentials: Credentials,
        ledger: Ledger,
        faults: Faults,
        seed: int,
        *,
        made_by_admin: bool = True,
        all_addressed: bool = False,
        file_url: Callable[[str], str] = lambda file: f"/aibot/file/{file}",
    ) -> None:
        self._world = world
        self._archive = archive
        self._credentials = credentials
        self._ledger = ledger
        self._faults = faults
        self._seed = seed
        self._made_by_admin = made_by_admin
        self._file_url = file_url
        self._live: Connection | None = None
        self._heard_at = 0.0
        self._by_url = False
        self._interactions: dict[str, Interaction] = {}
        self._open: dict[str, list[Interaction]] = defaultdict(list)
        self._withheld: dict[str, deque[tuple[Interaction, str, Frame]]] = defaultdict(deque)
        self._windows = (Window(30, 60), Window(1000, 3600))
        self._task_ids: set[str] = set()
        self._entered: dict[str, str] = {}
        self._count = 0
        self._media = AiBotMedia(world, seed)
        self.addressed: set[Chat] = set()
        if all_addressed:
            self.addressed.update(Chat(group=g.id) for g in world.registry.groups.values() if g.kind == "internal")
            self.addressed.update(Chat(person=p.id) for p in world.registry.people.values() if p.wecom)

    @property
    def connected(self) -> bool:
        """Whether a client is subscribed."""
        return self._live is not None

    # what the bot hears

    def userid(self, person: Person) -> str:
        """The plain userid, or the encrypted one when no super admin made the bot."""
        return person.outside_id if self._made_by_admin else self.open_userid(person)

    def open_userid(self, person: Person) -> str:
        """The encrypted ``wo…`` id of a member."""
        return "wo" + derived(self._seed, f"open userid {person.outside_id}", 30)

    def person_by_open_userid(self, open_userid: str) -> Person | None:
        """Inverse of ``open_userid``."""
        return next((p for p in self._world.registry.people.values() if self.open_userid(p) == open_userid), None)

    def mentioned_in(self, text: str) -> bool:
        """Whether the text holds the @ of the bot."""
        return f"@{self._world.registry.bot_name}" in text

    def hear(self, message: Message) -> bool:
        """Deliver a person's message if the bot is to hear it; True when it was sent or will be."""
        chat = message.chat
        if chat.group:
            group = self._world.registry.groups[chat.group]
            if group.kind != "internal" or not self.mentioned_in(message.text):
                return False
            if message.kind not in ("text", "mixed"):
                return False
        self.addressed.add(chat)
        person = self._world.registry.people[message.sender]
        body = self._head(chat, person, f"CAIQ{message.id}")
        body.update(self._said(message))
        if message.quote:
            quoted = self._world.messages[message.quote]
            body["quote"] = (
                self._said(quoted)
                if quoted.kind in ("text", "image", "mixed")
                else {"msgtype": "text", "text": {"content": quoted.text}}
            )
        interaction = self._interaction("message", chat, person)
        summary = f"{person.shown}：{message.text[:40]}"
        self._release(person.id)
        if self._open_count(person.id) >= AT_ONCE:
            self._withheld[person.id].append((interaction, summary, body))
            self._ledger.add("received", "aibot", "aibot_msg_callback", summary, flags=("三个会话未结束，暂不投递",))
            return True
        return self._callback("aibot_msg_callback", body, interaction, summary)

    def _head(self, chat: Chat, person: Person, msgid: str) -> Frame:
        body: Frame = {"msgid": msgid, "aibotid": self._credentials.bot_id}
        if chat.group:
            body["chatid"] = self._world.registry.groups[chat.group].aibot
        body["chattype"] = "group" if chat.group else "single"
        body["from"] = {"userid": self.userid(person)}
        return body

    def _said(self, message: Message) -> Frame:
        image = {"url": self._file_url(message.file), "aeskey": self.file_key(message.file)} if message.file else {}
        match message.kind:
            case "image":
                return {"msgtype": "image", "image": image}
            case "mixed":
                items = [
                    {"msgtype": "text", "text": {"content": message.text}},
                    {"msgtype": "image", "image": image},
                ]
                return {"msgtype": "mixed", "mixed": {"msg_item": items}}
            case "voice":
                return {"msgtype": "voice", "voice": {"content": message.text}}
            case _:
                return {"msgtype": "text", "text": {"content": message.text}}

    def file_key(self, file: str) -> str:
        """The aeskey of a picture's URL: base64 that may lack its ``=``."""
        return derived(self._seed, f"file key {file}", 43)

    def file_key_bytes(self, file: str) -> bytes:
        """The AES key behind ``file_key``."""
        return key_bytes(self.file_key(file))

    def enter(self, person: Person) -> None:
        """A member opens the single chat: an event the first time that day."""
        today = self._world.clock.now().date().isoformat()
        if self._entered.get(person.id) == today:
            return
        self._entered[person.id] = today
        chat = Chat(person=person.id)
        body = self._event(self._head(chat, person, self._new_id("EV")), {"eventtype": "enter_chat"})
        interaction = self._interaction("enter", chat, person)
        self._callback("aibot_event_callback", body, interaction, f"{person.shown} 打开单聊")

    def click(self, person: Person, card: Card, key: str, choices: dict[str, list[str]]) -> bool:
        """A click on a card that the bot sent: delivered once only. True when somebody was there to hear it."""
        body = card.seen_by(person.id)
        if card.group and not self._world.is_member(person.id, card.group):
            raise DriveError("他不在这个群里", 403)
        if card.group is None and person.id not in card.people:
            raise DriveError("这张卡片不是发给他的", 403)
        if key not in keys_of(body):
            raise DriveError("卡片上没有这个按钮，或按钮已经不能点了")
        chosen = check_choices(body, choices)
        card.clicked[person.id] = key
        chat = Chat(group=card.group) if card.group else Chat(person=person.id)
        event = {
            "eventtype": "template_card_event",
            "template_card_event": {
                "card_type": body["card_type"],
                "event_key": key,
                "task_id": card.task_id,
                "selected_items": {
                    "selected_item": [{"question_key": q, "option_ids": {"option_id": o}} for q, o in chosen.items()]
                },
            },
        }
        interaction = self._interaction("card", chat, person)
        interaction.card = card.id
        summary = f"{person.shown} 点了卡片 {card.task_id}：{key}"
        frame = self._event(self._head(chat, person, self._new_id("EV")), event)
        heard = self._callback("aibot_event_callback", frame, interaction, summary)
        self._world.changed()
        return heard

    def _event(self, body: Frame, event: Frame) -> Frame:
        return {
            **body,
            "create_time": int(self._world.clock.now().timestamp()),
            "msgtype": "event",
            "event": event,
        }

    def _new_id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:08d}"

    def _interaction(self, kind: str, chat: Chat, person: Person) -> Interaction:
        return Interaction(kind, chat, person.id, self._world.clock.now(), self._world.clock.real())

    def _callback(self, cmd: str, body: Frame, interaction: Interaction, summary: str) -> bool:
        if self._live is None:
            self._ledger.add("received", "aibot", cmd, summary, errcode=-1, request=body, flags=("没有长连接，丢失",))
            return False
        interaction.at, interaction.real = self._world.clock.now(), self._world.clock.real()
        if self._faults.strike("drop_callback", "aibot"):
            self._ledger.add("received", "aibot", cmd, summary, request=body, flags=("按设定丢失",))
            return False
        if interaction.kind == "message":
            self._open[interaction.person].append(interaction)
        times = 2 if self._faults.strike("deliver_twice", "aibot") else 1
        for number in range(times):
            req_id = self._new_id("req")
            self._interactions[req_id] = interaction
            self._live.send({"cmd": cmd, "headers": {"req_id": req_id}, "body": body})
            flags = ("重复投递",) if number else ()
            self._ledger.add("received", "aibot", cmd, summary, request=body, flags=flags)
        return True

    # three interactions at once

    def _is_open(self, interaction: Interaction) -> bool:
        if interaction.finished:
            return False
        age = self._world.clock.now() - interaction.at
        return age < (STREAM_LIFE if interaction.stream_id else UNANSWERED_LIFE)

    def _open_count(self, person: str) -> int:
        self._open[person] = [i for i in self._open[person] if self._is_open(i)]
        return len(self._open[person])

    def _release(self, person: str) -> None:
        waiting = self._withheld[person]
        while waiting and self._open_count(person) < AT_ONCE:
            interaction, summary, body = waiting.popleft()
            self._callback("aibot_msg_callback", body, interaction, summary)

    def tick(self) -> None:
        """Release what waits, forget what can no longer be answered, close a connection that stopped pinging."""
        for person in list(self._withheld):
            self._release(person)
        now = self._world.clock.now()
        for req_id in [r for r, i in self._interactions.items() if now - i.at > REPLY_LIFE]:
            del self._interactions[req_id]
        if self._live and not self._by_url and self._world.clock.real() - self._heard_at > SILENT_SECONDS:
            self._ledger.add("received", "aibot", "close", "90 秒没有心跳，断开长连接", errcode=-1)
            self.cut()

    # what the bot sends

    def cut(self) -> None:
        """Close the live connection from the server's side."""
        if self._live:
            self._live.close()
            self._live = None
            self._world.changed()

    def gone(self, connection: Connection) -> None:
        """A client's socket has closed."""
        if self._live is connection:
            self._live = None
            self._ledger.add("sent", "aibot", "close", "长连接断开")
            self._world.changed()

    def handle(self, connection: Connection, frame: Any) -> None:
        """One frame of a client; its ack goes out by the connection."""
        headers = frame.get("headers") if isinstance(frame, dict) else None
        req_id = headers.get("req_id") if isinstance(headers, dict) else None
        cmd = str(frame.get("cmd")) if isinstance(frame, dict) else ""
        body = frame.get("body") if isinstance(frame, dict) else None
        ack: Frame = {"headers": {"req_id": req_id or ""}, "errcode": 0, "errmsg": "ok"}
        if connection is self._live:
            self._heard_at = self._world.clock.real()
            self._world.clock.alive()
        cut = self._faults.strike("drop_request", cmd) if cmd != "ping" else None
        if cut:
            connection.close()
            self.gone(connection)
            return
        try:
            if not isinstance(req_id, str) or not req_id:
                raise ApiError(846605, "invalid req_id")
            given = self._carry_out(connection, cmd, req_id, body if isinstance(body, dict) else {})
            if given is not None:
                ack["body"] = given
        except ApiError as error:
            ack["errcode"], ack["errmsg"] = error.errcode, error.errmsg
        if cmd != "ping":
            self._ledger.add(
                "sent",
                "aibot",
                cmd or "?",
                self._summary(body),
                errcode=ack["errcode"],
                request=body,
                answer=ack["errmsg"],
            )
            if self._faults.strike("drop_answer", cmd):
                return
        connection.send(ack)

    def _summary(self, body: Any) -> str:
        if not isinstance(body, dict):
            return ""
        part = body.get(str(body.get("msgtype")))
        text = part.get("content", "") if isinstance(part, dict) else ""
        card = body.get("template_card")
        if isinstance(card, dict) and isinstance(card.get("main_title"), dict):
            text = text or str(card["main_title"].get("title", ""))
        return _MARKUP.sub("", str(text))[:60]

    def attach(self, connection: Connection) -> None:
        """URL mode: the door that is called stands in the connection's place, and nothing needs to ping."""
        self._live = connection
        self._by_url = True
        self._world.changed()

    def carry_out(self, connection: Connection, cmd: str, req_id: str, body: Frame) -> None:
        """What a passive reply in URL mode asks for; raises ApiError."""
        self._carry_out(connection, cmd, req_id, body)

    def head_of(self, req_id: str) -> Frame:
        """Chat and speaker of a callback, for the polls of its stream."""
        interaction = self._interactions[req_id]
        person = self._world.registry.people[interaction.person]
        return self._head(interaction.chat, person, self._new_id("ST"))

    def post_by_url(self, req_id: str, body: Frame) -> None:
        """A post by response_url into the callback's chat; raises ApiError."""
        interaction = self._interactions.get(req_id)
        if interaction is None:
            raise ApiError(846605, "response_url of an unknown callback")
        self._post(interaction.chat, body, "reply", ("markdown", "template_card"))
        interaction.finished = True
        self._release(interaction.person)

    def _carry_out(self, connection: Connection, cmd: str, req_id: str, body: Frame) -> Frame | None:
        """The ack's body, which only the upload commands have."""
        if cmd == "aibot_subscribe":
            self._subscribe(connection, body)
            return None
        if connection is not self._live:
            raise ApiError(853000, "not subscribed")
        if cmd == "ping":
            return None
        fault = self._faults.strike("errcode", cmd)
        if fault:
            raise ApiError(fault.errcode, "[emulator] by switch")
        match cmd:
            case "aibot_respond_msg":
                self._respond(req_id, body)
            case "aibot_respond_welcome_msg":
                self._respond_welcome(req_id, body)
            case "aibot_respond_update_msg":
                self._respond_update(req_id, body)
            case "aibot_send_msg":
                self._push(body)
            case "aibot_upload_media_init":
                return self._media.begin(body)
            case "aibot_upload_media_chunk":
                self._media.add(body)
            case "aibot_upload_media_finish":
                return self._media.finish(body)
            case _:
                raise ApiError(40058, f"cmd {cmd} is not emulated")
        return None

    def _subscribe(self, connection: Connection, body: Frame) -> None:
        fault = self._faults.strike("errcode", "aibot_subscribe")
        if fault:
            raise ApiError(fault.errcode, "[emulator] by switch")
        if body.get("bot_id") != self._credentials.bot_id or body.get("secret") != self._credentials.bot_secret:
            raise ApiError(853000, "invalid bot_id or secret")
        displaced = self._live
        self._live = connection
        self._heard_at = self._world.clock.real()
        if displaced is not None and displaced is not connection:
            event = {
                "msgid": self._new_id("EV"),
                "create_time": int(self._world.clock.now().timestamp()),
                "aibotid": self._credentials.bot_id,
                "msgtype": "event",
                "event": {"eventtype": "disconnected_event"},
            }
            displaced.send({"cmd": "aibot_event_callback", "headers": {"req_id": self._new_id("req")}, "body": event})
            displaced.close()
            self._ledger.add("received", "aibot", "disconnected_event", "另一处登录，旧连接断开")
        self._world.changed()

    def _known(self, req_id: str, kind: str) -> Interaction:
        interaction = self._interactions.get(req_id)
        if interaction is None or interaction.kind != kind:
            raise ApiError(846605, "invalid req_id")
        return interaction

    def _count_message(self, chat: Chat) -> None:
        if not take(self._windows, chat.key, self._world.clock.now()):
            raise ApiError(45009, "api freq out of limit")

    def _respond(self, req_id: str, body: Frame) -> None:
        interaction = self._known(req_id, "message")
        now = self._world.clock.now()
        if now - interaction.at > REPLY_LIFE:
            raise ApiError(846605, "req_id is older than 24 hours")
        if body.get("msgtype") == "stream":
            self._respond_stream(interaction, body, now)
            return
        if interaction.answered:
            raise ApiError(846605, "req_id was answered before")
        self._post(interaction.chat, body, "reply", ("markdown", "template_card", *MEDIA))
        interaction.answered = interaction.finished = True
        self._release(interaction.person)

    def _respond_stream(self, interaction: Interaction, body: Frame, now: datetime) -> None:
        stream = body.get("stream")
        if not isinstance(stream, dict) or not isinstance(stream.get("id"), str) or not stream["id"]:
            raise ApiError(40058, "stream.id missing")
        content = stream.get("content", "")
        if not isinstance(content, str) or size(content) > MARKDOWN_BYTES:
            raise ApiError(45002, "stream.content exceeds 20480 bytes")
        if stream.get("msg_item"):
            raise ApiError(40058, "msg_item is not supported on the long connection")
        if interaction.stream_id is None:
            if interaction.answered:
                raise ApiError(846605, "req_id was answered before")
            self._count_message(interaction.chat)
            message = self._world.post(interaction.chat, BOT, "stream", "stream", content, door="aibot", streaming=True)
            interaction.answered = True
            interaction.stream_id, interaction.stream_began = stream["id"], now
            interaction.stream_message = message.id
        if stream["id"] != interaction.stream_id:
            raise ApiError(846605, "another stream.id for the same req_id")
        if interaction.finished or interaction.stream_began is None or now - interaction.stream_began > STREAM_LIFE:
            raise ApiError(846608, "stream message update expired")
        shown = self._world.messages[str(interaction.stream_message)]
        shown.text = content
        if stream.get("finish") is True:
            interaction.finished = True
            shown.streaming = False
            self._archive.stream_ended(shown)
            self._release(interaction.person)
        self._world.changed()

    def _respond_welcome(self, req_id: str, body: Frame) -> None:
        interaction = self._known(req_id, "enter")
        if interaction.answered or self._world.clock.real() - interaction.real > EVENT_SECONDS:
            raise ApiError(846605, "welcome is answered already or later than 5 seconds")
        self._post(interaction.chat, body, "reply", ("text", "template_card"))
        interaction.answered = True

    def _respond_update(self, req_id: str, body: Frame) -> None:
        interaction = self._known(req_id, "card")
        if interaction.answered or self._world.clock.real() - interaction.real > EVENT_SECONDS:
            raise ApiError(846605, "card event is answered already or older than 5 seconds")
        if body.get("response_type") != "update_template_card":
            raise ApiError(40058, "response_type")
        new = body.get("template_card")
        card = self._world.cards[str(interaction.card)]
        if not isinstance(new, dict) or new.get("task_id") != card.task_id:
            raise ApiError(40058, "template_card.task_id must be the card's")
        if not (new.get("replace_text") and "button_list" not in new):
            check_card(new)
        names = body.get("userids")
        if card.group and names:
            for name in names:
                person = self._world.person_by_outside(str(name)) or self.person_by_open_userid(str(name))
                if person:
                    card.own[person.id] = new
        else:
            card.body = new
            card.own.clear()
        interaction.answered = True
        self._world.changed()

    def _push(self, body: Frame) -> None:
        chat = self._destination(body)
        if chat not in self.addressed:
            raise ApiError(93008, "nobody has talked to this bot in the chat")
        self._post(chat, body, "push", ("markdown", "template_card", *MEDIA))

    def _destination(self, body: Frame) -> Chat:
        chatid, chat_type = body.get("chatid"), body.get("chat_type", 0)
        if not isinstance(chatid, str) or not chatid or chat_type not in (0, 1, 2):
            raise ApiError(93006, "invalid chatid")
        if chat_type in (0, 2):
            group = self._world.group_by("aibot", chatid)
            if group:
                return self._internal(group)
        if chat_type in (0, 1):
            person = self._world.person_by_outside(chatid) or self.person_by_open_userid(chatid)
            if person and person.wecom:
                return Chat(person=person.id)
        raise ApiError(93006, "invalid chatid")

    def _internal(self, group: Group) -> Chat:
        if group.kind != "internal":
            raise ApiError(93001, "bot is not in the chat: customer groups cannot have one")
        return Chat(group=group.id)

    def _post(self, chat: Chat, body: Frame, how: str, kinds: tuple[str, ...]) -> None:
        kind = body.get("msgtype")
        if kind not in kinds:
            raise ApiError(40008, "invalid message type")
        part = body.get(str(kind))
        if kind == "template_card":
            card = check_card(part)
            task_id = card.get("task_id")
            if task_id and task_id in self._task_ids:
                raise ApiError(40058, "task_id was used before")
            self._count_message(chat)
            if task_id:
                self._task_ids.add(str(task_id))
            people = (chat.person,) if chat.person else ()
            kept = self._world.add_card("aibot", card, group=chat.group, people=people)
            self._world.post(chat, BOT, how, "card", "", card=kept.id, door="aibot")
            return
        if kind in MEDIA:
            file = self._media.file(str(kind), part)
            self._count_message(chat)
            shown, text = ("image", "[图片]") if kind == "image" else ("file", f"[文件] {file.name}")
            self._world.post(chat, BOT, how, shown, text, file=file.id, door="aibot")
            return
        content = part.get("content") if isinstance(part, dict) else None
        if not isinstance(content, str) or not content:
            raise ApiError(44004, "empty content")
        if size(content) > MARKDOWN_BYTES:
            raise ApiError(45002, "content exceeds 20480 bytes")
        self._count_message(chat)
        self._world.post(chat, BOT, how, "markdown", content, door="aibot")
