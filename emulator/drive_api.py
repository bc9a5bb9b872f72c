"""What the page and acceptance tests call: acts of people, state, events, ledger, clock, switches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from emulator.clock import CHINA
from emulator.errors import DriveError
from emulator.fault_script import make_script
from emulator.ledger import Entry
from emulator.view import SHOWN, state_view
from emulator.wecom import WeCom
from emulator.world import Chat

PAGE = Path(__file__).parent / "page"
WALK_SECONDS = 60.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, eq=False)
class Watcher:
    """One open page: what it has not been told yet."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    changed: bool = True
    entries: list[Entry] = field(default_factory=list)
    closing: bool = False


class Watchers:
    """All open pages."""

    def __init__(self) -> None:
        self._all: set[Watcher] = set()

    def add(self, watcher: Watcher) -> None:
        """A page opened."""
        self._all.add(watcher)

    def remove(self, watcher: Watcher) -> None:
        """A page closed."""
        self._all.discard(watcher)

    def changed(self) -> None:
        """Something that ``/state`` shows is different."""
        for watcher in self._all:
            watcher.changed = True
            watcher.wake.set()

    def entry(self, entry: Entry) -> None:
        """A new line of the ledger."""
        for watcher in self._all:
            watcher.entries.append(entry)
            watcher.wake.set()

    def close(self) -> None:
        """The emulator ends."""
        for watcher in self._all:
            watcher.closing = True
            watcher.wake.set()


def parse_time(value: Any) -> datetime:
    """An ISO time with offset; raises DriveError."""
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise DriveError(f"时间要写成 ISO 格式，例如 2026-03-02T08:00:00+08:00，写的是 {value!r}", 400) from error
    if time.tzinfo is None:
        raise DriveError("时间要带时区，例如 +08:00", 400)
    return time


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns a DriveError into its status and sentence."""
    try:
        return await handler(request)
    except DriveError as error:
        return web.json_response({"error": error.sentence}, status=error.status)


async def _data(request: web.Request) -> dict[str, Any]:
    try:
        data = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise DriveError("请求内容不是正确的 JSON", 400) from error
    if not isinstance(data, dict):
        raise DriveError("请求内容应是一个 JSON 对象", 400)
    return data


def _count(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, str(default))
    if not value.isdigit():
        raise DriveError(f"{name} 应是不小于 0 的整数", 400)
    return int(value)


def add_routes(app: web.Application, wecom: WeCom) -> None:
    """Page, acts, state, clock and switches."""
    watchers = Watchers()
    wecom.world.changed = watchers.changed
    wecom.ledger.on_new = watchers.entry
    drive = wecom.drive

    def act(do: Callable[[dict[str, Any]], dict[str, Any]]) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            data = await _data(request)
            try:
                return web.json_response({"ok": True, **do(data)})
            except (TypeError, ValueError) as error:
                raise DriveError(f"参数不对：{error}", 400) from error

        return handler

    def clock_state() -> dict[str, Any]:
        walking = wecom.clock.walking_to
        return {
            "now": wecom.clock.now().isoformat(),
            "walking_to": walking.isoformat() if walking else None,
        }

    async def get_clock(_: web.Request) -> web.StreamResponse:
        wecom.clock.asked()
        return web.json_response(clock_state())

    async def post_clock(request: web.Request) -> web.StreamResponse:
        data = await _data(request)
        if data.get("at"):
            wecom.clock.at(parse_time(data["at"]))
        else:
            wecom.clock.reached(parse_time(data.get("reached")))
        watchers.changed()
        return web.json_response(clock_state())

    def walk(data: dict[str, Any]) -> dict[str, Any]:
        ahead = wecom.clock.now() + timedelta(minutes=float(data.get("minutes") or 0))
        target = parse_time(data["to"]) if data.get("to") else ahead
        wecom.ledger.add("page", "clock", "walk", f"往后走到 {target.astimezone(CHINA):%m-%d %H:%M}")
        wecom.clock.walk(target)
        watchers.changed()
        return clock_state()

    async def test_clock(request: web.Request) -> web.StreamResponse:
        data = await _data(request)
        target = parse_time(data.get("walk_to"))
        if target > wecom.clock.now():
            wecom.clock.walk(target)
        watchers.changed()
        try:
            async with asyncio.timeout(WALK_SECONDS):
                while wecom.clock.walking_to is not None:
                    wecom.tick()
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise DriveError("60 秒内没有走到，机器人没有报告", 504) from error
        watchers.changed()
        return web.json_response({"ok": True, **clock_state()})

    async def state(request: web.Request) -> web.StreamResponse:
        shown = _count(request, "last", SHOWN)
        return web.json_response(state_view(wecom.world, wecom.aibot, wecom.archive, wecom.mass, shown))

    async def ledger(request: web.Request) -> web.StreamResponse:
        entries = wecom.ledger.entries(_count(request, "after", 0), _count(request, "limit", 500))
        return web.json_response([e.as_json() for e in entries])

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        watcher = Watcher()
        watchers.add(watcher)
        try:
            while not watcher.closing:
                if watcher.changed:
                    watcher.changed = False
                    await response.write(b"event: changed\ndata: {}\n\n")
                entries, watcher.entries = watcher.entries, []
                for entry in entries:
                    line = json.dumps(entry.as_json(), ensure_ascii=False)
                    await response.write(f"event: ledger\ndata: {line}\n\n".encode())
                watcher.wake.clear()
                try:
                    async with asyncio.timeout(15):
                        await watcher.wake.wait()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                # a burst of changes becomes one event
                await asyncio.sleep(0.05)
        except ConnectionError:
            return response
        finally:
            watchers.remove(watcher)
        return response

    async def faults(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            wecom.faults.add(await _data(request))
        elif request.method == "DELETE":
            wecom.faults.clear()
        return web.json_response({"ok": True, "faults": wecom.faults.as_json()})

    def fault_script(data: dict[str, Any]) -> dict[str, Any]:
        if not data:
            wecom.fault_script.load([])
            return {"script": []}
        try:
            seed, count, minutes = int(data.get("seed", 1)), int(data.get("count", 20)), float(data.get("minutes", 30))
        except (TypeError, ValueError) as error:
            raise DriveError("seed、count、minutes 应是数字", 400) from error
        kinds = frozenset(str(kind) for kind in data["kinds"]) if data.get("kinds") else None
        lines = make_script(seed, wecom.clock.now(), minutes, count, kinds)
        wecom.fault_script.load(lines)
        return {"script": [line.as_json() for line in lines]}

    def cut_socket(_: dict[str, Any]) -> dict[str, Any]:
        wecom.aibot.cut()
        return {}

    def address(data: dict[str, Any]) -> dict[str, Any]:
        chat = Chat(group=wecom.world.group(str(data["group"])).id) if data.get("group") else None
        wecom.aibot.addressed.add(chat or Chat(person=wecom.world.person(str(data.get("person", ""))).id))
        watchers.changed()
        return {}

    def switch(data: dict[str, Any]) -> dict[str, Any]:
        wecom.archive.switched(wecom.world.person(str(data.get("person", ""))).id)
        return {}

    def event(data: dict[str, Any]) -> dict[str, Any]:
        person = wecom.world.person(str(data["person"])) if data.get("person") else None
        wecom.app.event(str(data.get("event")), person, **(data.get("fields") or {}))
        return {}

    async def bot_verify(_: web.Request) -> web.StreamResponse:
        accepted, reason = await wecom.bot_url.verify() if wecom.bot_url else (False, "不是 URL 回调方式")
        return web.json_response({"ok": accepted, "reason": reason})

    async def verify(_: web.Request) -> web.StreamResponse:
        accepted, reason = await wecom.callbacks.verify()
        return web.json_response({"ok": accepted, "reason": reason})

    async def callback_url(request: web.Request) -> web.StreamResponse:
        wecom.callbacks.url = (await _data(request)).get("url")
        return web.json_response({"ok": True})

    async def file(request: web.Request) -> web.StreamResponse:
        kept = wecom.world.files.get(request.match_info["file"])
        if kept is None:
            return web.Response(status=404)
        return web.Response(body=kept.data, content_type=kept.mime)

    async def page(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})

    async def close(_: web.Application) -> None:
        watchers.close()

    app.on_shutdown.append(close)
    app.router.add_get("/", page)
    app.router.add_static("/page/", PAGE)
    app.router.add_get("/files/{file}", file)
    app.router.add_get("/clock", get_clock)
    app.router.add_post("/clock", post_clock)
    app.router.add_get("/state", state)
    app.router.add_get("/ledger", ledger)
    app.router.add_get("/events", events)
    for method in ("GET", "POST", "DELETE"):
        app.router.add_route(method, "/test/faults", faults)
    app.router.add_post("/test/clock", test_clock)
    app.router.add_post("/test/verify", verify)
    app.router.add_post("/test/bot_verify", bot_verify)
    app.router.add_post("/test/callback", callback_url)
    acts: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "/say": drive.say,
        "/picture": drive.picture,
        "/voice": drive.voice,
        "/location": drive.location,
        "/link": drive.link,
        "/recall": drive.recall,
        "/click": drive.click,
        "/confirm": drive.confirm,
        "/paste": drive.paste,
        "/enter": drive.enter,
        "/agree": drive.agree,
        "/join": lambda data: drive.join(data, joins=True),
        "/leave": lambda data: drive.join(data, joins=False),
        "/walk": walk,
        "/test/cut_socket": cut_socket,
        "/test/fault_script": fault_script,
        "/test/addressed": address,
        "/test/event": event,
        "/test/switch": switch,
    }
    for path, do in acts.items():
        app.router.add_post(path, act(do))
