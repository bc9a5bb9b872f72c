"""The sample county, alive: emulated WeCom and bot as processes of their own, and the words in which a story is told.

    county = ...
    county.resident("r-001").says("3栋楼下水管漏水了", county.group("g-basic-01"))
    county.group("g-coord-01").expects("待接单")
    county.person("u-02").clicks("accept")
    county.time.passes("30min")

Nothing sleeps for a fixed time: every expectation looks at the emulator's state until it holds or a deadline ends, and
what must not have been said is looked for only when the bot has nothing left to decide or to send.
"""

import json
import re
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from bot.demo import PASSWORD, Demo, started

#: A working Tuesday morning.
MORNING = "2026-11-24T09:00:00+08:00"
#: Real seconds that the bot may take for anything; an expectation fails after them.
DEADLINE_SECONDS = 20.0
_LENGTH = re.compile(r"(\d+)(s|min|h|d)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


T = TypeVar("T")


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def living_county(start: str = MORNING, *options: str) -> Iterator["County"]:
    """The demo's processes on free ports, ended with the block. `start` is the emulated time; `options` go to the
    emulator."""
    with started(0, free_port(), "--start", start, *options) as demo:
        yield County(demo)


_BESIDE_THE_REGISTRY = """
groups:
- {id: g-new, name: 钟楼新苑新业主群, tier: basic, hears: mentions, speaks: direct, owner: m-03, addresses: {aibot: wrgnew}}
people:
- {id: r-901, name: 祁小舟, role: resident, groups: [g-new]}
- {id: r-902, name: 阮半夏, nickname: 县里小阮, role: resident, groups: [g-basic-04]}
- {id: u-904, name: 邬南亭, role: unit_member, groups: [g-coord-01]}
"""


@contextmanager
def county_with_a_new_chat(folder: Path) -> Iterator["County"]:
    """With a chat that the registry does not know, and three people whom it does not know either."""
    chat = folder / "beside.yaml"
    chat.write_text(_BESIDE_THE_REGISTRY, encoding="utf-8")
    with living_county(MORNING, "--registry", str(chat)) as county:
        yield county


def eventually(look: Callable[[], T | None], failure: Callable[[], str]) -> T:
    """The first answer that is not None. Fails with the sentence after the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(failure())
        time.sleep(0.05)


@dataclass
class County:
    """A running demo. `consumed` holds the ids of messages that an expectation has met, so each counts once."""

    demo: Demo
    consumed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.time = Time(self)

    # who and where ------------------------------------------------------------
    def resident(self, person: str) -> "Person":
        return Person(self, person)

    def person(self, person: str) -> "Person":
        return Person(self, person)

    def owner(self, person: str) -> "Person":
        return Person(self, person)

    def group(self, group: str) -> "Group":
        return Group(self, group)

    def office_page(self) -> "OfficePage":
        return OfficePage(self)

    # the emulator's drive -----------------------------------------------------
    def call(self, path: str, data: dict[str, Any] | None = None) -> Any:
        """A GET, or a POST of JSON; a refusal raises AssertionError with the emulator's sentence."""
        body = None if data is None else json.dumps(data).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.demo.wecom["base_url"] + path, body), timeout=70) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{path} {data}: {error.code} {json.load(error)}") from error

    def refuses(self, path: str, data: dict[str, Any]) -> str:
        """The emulator's sentence for an act that must not be possible."""
        try:
            answer = self.call(path, data)
        except AssertionError as refused:
            return str(refused)
        raise AssertionError(f"{path} {data} was possible: {answer}")

    def state(self, last: int = 200) -> dict[str, Any]:
        return dict(self.call(f"/state?last={last}"))

    def now(self) -> datetime:
        return datetime.fromisoformat(self.call("/state?last=0")["now"])

    # the bot's database, read only --------------------------------------------
    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the bot's database as they are committed now."""
        with closing(sqlite3.connect(f"file:{self.demo.database}?mode=ro", uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def counts(self) -> dict[str, int]:
        """How many tickets, lines of history, messages in tickets and running clocks there are."""
        tables = ("tickets", "history", "ticket_messages", "words", "clocks", "steps", "addresses", "identities")
        return {table: self.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in tables}

    def ticket(self) -> dict[str, Any]:
        """The ticket opened last."""
        return self.rows("SELECT * FROM tickets ORDER BY id DESC LIMIT 1")[0]

    def expects_ticket(self, number: int = 1, **values: object) -> dict[str, Any]:
        """The n-th ticket, once its columns have these values."""

        def look() -> dict[str, Any] | None:
            found = self.rows("SELECT * FROM tickets ORDER BY id LIMIT 1 OFFSET ?", number - 1)
            return found[0] if found and all(found[0][key] == value for key, value in values.items()) else None

        return eventually(look, lambda: f"no ticket {number} with {values}: {self.rows('SELECT * FROM tickets')}")

    def kept(self) -> int:
        """How many callbacks and socket messages lie in the inbox, decided or not."""
        return int(self.rows("SELECT count(*) AS n FROM inbox")[0]["n"])

    def expects_kept(self, before: int) -> None:
        """Waits until one more lies there: what was just said or pressed is on its way to be decided."""
        eventually(lambda: True if self.kept() > before else None, lambda: "the bot kept nothing of what was said")

    def settles(self) -> None:
        """Until all that was said is decided and all that may leave has left."""

        def look() -> bool | None:
            state = self.call("/state?last=0")
            heard = self.rows("SELECT seq FROM cursors WHERE ear = 'archive'")
            if (heard[0]["seq"] if heard else 0) < state["archive_seq"]:
                return None
            if self.rows("SELECT 1 FROM inbox WHERE decided_at IS NULL AND set_aside_at IS NULL LIMIT 1"):
                return None
            return None if self._may_leave(datetime.fromisoformat(state["now"])) else True

        eventually(look, lambda: f"the bot does not settle: {self.rows('SELECT * FROM outbox WHERE state IN (?, ?)', 'waiting', 'sending')}")

    def _may_leave(self, now: datetime) -> bool:
        # the bot's clock may run a moment before the emulator's
        soon = now + timedelta(seconds=3)
        waiting = self.rows("SELECT not_before, parent, state, withdraw FROM outbox WHERE state IN ('waiting', 'sending') OR withdraw")
        return any(row["withdraw"] or row["state"] == "sending" or (row["parent"] is None and instant(row["not_before"]) <= soon)
                   for row in waiting)


def instant(stored: int) -> datetime:
    """A moment as SQLite keeps it, in microseconds."""
    return datetime.fromtimestamp(stored / 1_000_000, UTC)


class OfficePage:
    """The office page as a browser without scripts sees it, signed in as a person of the office."""

    def __init__(self, county: County, person: str = "d-01") -> None:
        self._root = county.demo.office
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        token = re.search(r'name="token" value="([^"]+)"', self.shows("/login"))
        assert token, "no form to sign in"
        form = {"token": token[1], "person": person, "password": PASSWORD, "next": "/"}
        self._opener.open(self._root + "/login", urlencode(form).encode(), timeout=20).close()

    def shows(self, path: str) -> str:
        """A page's HTML."""
        with self._opener.open(self._root + path, timeout=20) as answer:
            return str(answer.read().decode())


@dataclass
class Time:
    """The emulated time, which is walked: the bot does everything that falls due on the way."""

    county: County

    def passes(self, length: str) -> None:
        """A time such as `90s`, `30min`, `2h`, `1d`, after all that was said is done."""
        match = _LENGTH.fullmatch(length)
        assert match, length
        self.county.settles()
        self._walk(self.county.now() + timedelta(seconds=int(match[1]) * _SECONDS[match[2]]))

    def comes(self, hour: int, minute: int = 0) -> None:
        """The next such time of day."""
        self.county.settles()
        now = self.county.now()
        target = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        self._walk(target if target > now else target + timedelta(days=1))

    def _walk(self, target: datetime) -> None:
        self.county.call("/test/clock", {"walk_to": target.isoformat()})
        self.county.settles()


@dataclass
class Group:
    """A group and what can be read in it."""

    county: County
    id: str

    def messages(self) -> list[dict[str, Any]]:
        """What stands in the group; a card's text is what it shows."""
        state = self.county.state()
        messages = next(g["messages"] for g in state["groups"] if g["id"] == self.id)
        for message in messages:
            card = state["cards"].get(message["card"]) if message.get("card") else None
            if card:
                message["text"] += json.dumps(card["body"], ensure_ascii=False)
        return list(messages)

    def bot_said(self) -> list[str]:
        """Every sentence in the group that 小格 brought there: said, mass-sent or pasted by a person."""
        return [m["text"] for m in self.messages() if m["sender"] == "bot" or m["how"] in ("mass", "pasted")]

    def expects(self, *words: str) -> str:
        """Waits for one sentence of 小格 with all these words that no expectation has met yet; gives the sentence."""

        def look() -> str | None:
            for message in self.messages():
                ours = message["sender"] == "bot" or message["how"] in ("mass", "pasted")
                if ours and message["id"] not in self.county.consumed and all(word in message["text"] for word in words):
                    self.county.consumed.add(message["id"])
                    return str(message["text"])
            return None

        return eventually(look, lambda: f"{self.id} did not hear {words}; it heard:\n" + "\n".join(self.bot_said()))

    def never_hears(self, *words: str) -> None:
        """When all is settled, no sentence of 小格 in the group has any of these words (none given: there is none)."""
        self.county.settles()
        found = [text for text in self.bot_said() if not words or any(word in text for word in words)]
        assert not found, f"{self.id} heard {found}"


@dataclass
class Person:
    """A person with a phone: talks, reads cards, presses."""

    county: County
    id: str

    def says(self, text: str, group: Group | None = None, *, mentions: tuple[str, ...] = (), quote: str | None = None) -> str:
        """In a group, or 1:1 to 小格; gives the message's id."""
        data: dict[str, Any] = {"person": self.id, "text": text}
        if group is not None:
            data["group"] = group.id
        if mentions:
            data["mentions"] = list(mentions)
        if quote:
            data["quote"] = quote
        kept = self.county.kept()
        answer = self.county.call("/say", data)
        if answer["aibot"]:
            self.county.expects_kept(kept)
        return str(answer["message"])

    def tells_bot(self, text: str, group: Group) -> str:
        """@小格 in a group."""
        return self.says(text if text.startswith("@") else f"@小格 {text}", group, mentions=("bot",))

    def private(self) -> list[dict[str, Any]]:
        """The person's own screen, each entry with what it shows under `shown`."""
        state = self.county.state()
        entries = next(p["messages"] for p in state["people"] if p["id"] == self.id)
        for entry in entries:
            card = state["cards"].get(entry["card"]) if entry.get("card") else None
            entry["card_now"] = card
            entry["shown"] = entry["text"] + (json.dumps(self._body(card), ensure_ascii=False) if card else "")
        return list(entries)

    def _body(self, card: dict[str, Any]) -> dict[str, Any]:
        return dict(card["own"].get(self.id) or card["body"])

    def expects(self, *words: str) -> dict[str, Any]:
        """Waits for one card or 1:1 message with all these words that no expectation has met yet; gives it."""

        def look() -> dict[str, Any] | None:
            for entry in self.private():
                # a card that was changed says something new
                key = f"{self.id}:{entry['id']}:{hash(entry['shown'])}"
                if entry["sender"] == "bot" and key not in self.county.consumed and all(w in entry["shown"] for w in words):
                    self.county.consumed.add(key)
                    return entry
            return None

        return eventually(look, lambda: f"{self.id} got no {words}; has:\n" + "\n".join(e["shown"] for e in self.private()))

    def never_gets(self, *words: str) -> None:
        """When all is settled, nothing on the person's own screen has any of these words (none given: it is empty)."""
        self.county.settles()
        found = [e["shown"] for e in self.private()
                 if e["sender"] == "bot" and (not words or any(word in e["shown"] for word in words))]
        assert not found, f"{self.id} got {found}"

    def _buttons(self, card: dict[str, Any]) -> set[str]:
        """Keys that can still be pressed on the card as this person sees it."""
        body = self._body(card)
        return set() if "replace_text" in json.dumps(body) else {button["key"] for button in body.get("button_list") or []}

    def card_with(self, key: str, *words: str) -> dict[str, Any]:
        """Waits for the newest card with these words on which this button can be pressed; gives the card."""

        def look() -> dict[str, Any] | None:
            for entry in reversed(self.private()):
                card = entry["card_now"]
                if card and all(w in entry["shown"] for w in words) and key in self._buttons(card):
                    return dict(card)
            return None

        return eventually(look, lambda: f"{self.id} has no button {key}; has:\n" + "\n".join(e["shown"] for e in self.private()))

    def sees_no_button(self, key: str, *words: str) -> None:
        """No card with these words has this button any more."""
        entries = [e for e in self.private() if e["card_now"] and all(w in json.dumps(e["card_now"], ensure_ascii=False) for w in words)]
        assert entries, f"{self.id} has no card with {words}"
        left = [e["shown"] for e in entries if key in self._buttons(e["card_now"])]
        assert not left, f"{self.id} can still press {key}: {left}"

    def clicks(self, key: str, *words: str) -> dict[str, Any]:
        """Presses a button of the newest card that has it (and these words); gives the card."""
        card = self.card_with(key, *words)
        self.presses(card, key)
        return card

    def presses(self, card: dict[str, Any], key: str) -> None:
        kept = self.county.kept()
        self.county.call("/click", {"person": self.id, "card": card["id"], "key": key})
        self.county.expects_kept(kept)

    def tasks(self, state: str) -> list[dict[str, Any]]:
        """Mass sends that wait for this owner (`waiting`), went out (`sent`) or are off (`cancelled`)."""
        return [t for t in self.county.state()["tasks"] if t["owner"] == self.id and t["state"] == state]

    def expects_task(self, *words: str, state: str = "waiting") -> dict[str, Any]:
        """Waits for a mass send with these words in this state."""

        def look() -> dict[str, Any] | None:
            return next((t for t in self.tasks(state) if all(word in t["text"] for word in words)), None)

        return eventually(look, lambda: f"no {state} task of {self.id} with {words}: {self.county.state()['tasks']}")

    def confirms(self, *words: str) -> None:
        """Presses the mass send with these words."""
        self.county.call("/confirm", {"owner": self.id, "task": self.expects_task(*words)["id"]})

    def pastes(self, group: Group, *words: str) -> str:
        """Copies the text of the newest card that is to be pasted, says it in the group and presses 已转发; gives it."""
        card = self.card_with("pasted", *words)
        kept = self.county.kept()
        self.county.call("/paste", {"person": self.id, "group": group.id, "card": card["id"], "key": "pasted"})
        self.county.expects_kept(kept)
        return str(card["copy_text"])

