"""The AI bot's WebSocket at ``/aibot/ws``: frames in and out of ``aibot.AiBot``, and its encrypted pictures."""

from __future__ import annotations

import asyncio
import json
import weakref
from datetime import timedelta

from aiohttp import WSMsgType, web

from emulator.aibot import Frame
from emulator.cipher import aes_encrypt
from emulator.wecom import WeCom

FILE_LIFE = timedelta(minutes=5)
MOST_FRAME_BYTES = 2 * 1024 * 1024


class Socket:
    """A connection that queues frames for one writer, so that their order is kept."""

    def __init__(self) -> None:
        self._out: asyncio.Queue[Frame | None] = asyncio.Queue()

    def send(self, frame: Frame) -> None:
        """Queue a frame."""
        self._out.put_nowait(frame)

    def close(self) -> None:
        """Close after what is queued."""
        self._out.put_nowait(None)

    async def write(self, ws: web.WebSocketResponse) -> None:
        """Send what is queued until closed."""
        while (frame := await self._out.get()) is not None:
            try:
                await ws.send_str(json.dumps(frame, ensure_ascii=False))
            except ConnectionError:
                return
        await ws.close()


def add_routes(app: web.Application, wecom: WeCom) -> None:
    """The socket and its files."""
    open_sockets: weakref.WeakSet[web.WebSocketResponse] = weakref.WeakSet()

    async def connect(request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(max_msg_size=MOST_FRAME_BYTES)
        await ws.prepare(request)
        open_sockets.add(ws)
        socket = Socket()
        writer = asyncio.create_task(socket.write(ws))
        try:
            async for message in ws:
                if message.type is not WSMsgType.TEXT:
                    continue
                try:
                    frame = json.loads(message.data)
                except ValueError:
                    frame = None
                wecom.aibot.handle(socket, frame)
        finally:
            wecom.aibot.gone(socket)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return ws

    async def file(request: web.Request) -> web.StreamResponse:
        kept = wecom.world.files.get(request.match_info["file"])
        if kept is None or wecom.clock.now() - kept.at > FILE_LIFE:
            return web.Response(status=404)
        return web.Response(body=aes_encrypt(wecom.aibot.file_key_bytes(kept.id), kept.data))

    async def close_all(_: web.Application) -> None:
        for ws in list(open_sockets):
            await ws.close(code=1001)

    app.router.add_get("/aibot/ws", connect)
    app.router.add_get("/aibot/file/{file}", file)
    app.on_shutdown.append(close_all)
