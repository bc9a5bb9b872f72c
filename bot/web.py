"""The process's web server: WeCom's callbacks, the office page, and what a watcher asks."""

import secrets
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from bot import heartbeat
from bot.clock import WallClock
from dashboard.app import mount, not_found
from dashboard.deps import Deps
from storage import outbox, sweep
from storage.work import SqlWork

if TYPE_CHECKING:
    from bot.app import Service

#: A callback's body may not be larger; the door refuses it with a sentence.
MAX_BODY = 4 * 1024 * 1024


def build_web(service: "Service") -> web.Application:
    """Routes of all that this process serves."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[not_found])
    app.add_routes([
        web.get("/healthz", partial(_healthy, service)),
        web.get("/readyz", partial(_ready, service)),
        web.get("/metrics", partial(_metrics, service)),
    ])
    if service.app_door is not None:
        app.add_routes(service.app_door.routes())
    if service.mp_door is not None:
        app.add_routes(service.mp_door.routes())
    if service.bot_door is not None:
        app.add_routes(service.bot_door.routes())
    secret = service.settings.session_key
    password = service.settings.office_password
    mount(app, Deps(
        store=service.store,
        rules=service.house.rules,
        clock=service.clock.now,
        wall=WallClock().now,
        texts=service.house.texts,
        password=password.get_secret_value() if password else None,
        # Without a key of its own, sign-ins and residents' links last until the next start.
        session_key=secret.get_secret_value() if secret else secrets.token_hex(32),
    ))
    return app


async def _healthy(service: "Service", _: web.Request) -> web.Response:
    return web.Response(text=heartbeat.healthz(await service.store.read(sweep.last_beat)), content_type="application/json")


async def _ready(service: "Service", _: web.Request) -> web.Response:
    return web.Response(text="ready" if service.ready else "starting", status=200 if service.ready else 503)


async def _metrics(service: "Service", _: web.Request) -> web.Response:
    """Counts only: no person, no text."""
    registry = CollectorRegistry()
    waiting = Gauge("gridbot_outbox_waiting", "Sentences that wait, by lane", ["lane"], registry=registry)
    door = Counter("gridbot_app_door", "Callbacks of the app, by what became of them", ["what"], registry=registry)
    beat = Gauge("gridbot_sweep_heartbeat", "Unix time of the last sweep", registry=registry)

    def look(work: SqlWork) -> None:
        for lane, count in outbox.waiting_counts(work).items():
            waiting.labels(lane.value).set(count)
        last = sweep.last_beat(work)
        if last is not None:
            beat.set(last.timestamp())

    await service.store.read(look)
    if service.app_door is not None:
        for what, count in service.app_door.counts.items():
            door.labels(what).inc(count)
    return web.Response(body=generate_latest(registry), content_type="text/plain")
