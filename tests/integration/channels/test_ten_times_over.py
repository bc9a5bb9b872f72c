"""Ten times over every limit, from the outbox through sender and kept limits to the emulated WeCom, whose clock is walked.

WeCom never sees an excess, danger leaves within a minute of its moment, and of all else nothing is lost: it was sent, asked
of who must press, or told by a digest.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot.alone import LiveAlone
from bot.channels.aibot import AiBot, Link
from bot.channels.app_mouth import AppMouth
from bot.channels.client import WeComClient
from bot.channels.kf import KfMouth
from bot.channels.mass_send import MassSend
from bot.channels.times import CHINA
from bot.channels.webhook import Webhook
from bot.doors import LiveDoors
from bot.kept import KeptMeter
from bot.messages import Incoming
from bot.sender import Sender, Ways, pasted
from registry.terms import Form, Lane, Said
from storage import outbox
from storage.outbox import OutboxRow
from storage.work import SqlWork
from tests.builders.emulated import Emulated, emulated
from tests.builders.grouped import Grouped, grouped
from tests.builders.tickets import a_ticket
from tickets import daily
from tickets.model import ToSay
from tickets.resident import new_resident

START = datetime(2026, 6, 10, 10, 0, tzinfo=CHINA)
#: Each is ten times what WeCom allows: 30, 30 and 20 a minute, 5 for a word, a month's 30 days.
MEMBER, CONVERSATION, WEBHOOK, WORDS, MONTH = 300, 300, 200, 50, 300
RESIDENT = "wmstranger01"
STRANGER = """
people:
  - {id: x-01, name: 路人, nickname: 晨跑的人, role: resident, groups: [g-basic-01], identities: {wechat: wmstranger01}}
"""
STEP = timedelta(seconds=10)
#: Danger comes by so many at once, more than what is kept for it.
BURST = 8


def addressed(data: dict[str, list[dict[str, object]]]) -> None:
    addresses = {"g-basic-01": {"customer": "wrgbasic01"}, "g-coord-01": {"aibot": "wrgcoord01"}, "g-cmd-01": {"webhook": "wh-g-cmd-01"}}
    for group in data["groups"]:
        group["addresses"] = addresses.get(str(group["id"]), {})


class Flood:
    """A county whose outbox is flooded; the emulator's clock leads."""

    def __init__(self, county: Grouped, wecom: Emulated, client: WeComClient, bot: AiBot) -> None:
        self.county, self.wecom, self.bot = county, wecom, bot
        meter = KeptMeter(county.store, county.now)
        app, mass = AppMouth(client, int(wecom.said["agent_id"]), meter), MassSend(client)
        doors = LiveDoors(bot=bot, app=app, webhook=Webhook(client, meter), mass=mass)
        alone = LiveAlone(county.store, county.now, kf_mouth=KfMouth(client), mp_mouth=None)
        self.danger, self.others = (
            Sender(county.store, county.rules, county.house.texts, doors, Ways(), county.now, lanes, alone)
            for lanes in ((Lane.DANGER,), (Lane.URGENT, Lane.NORMAL, Lane.DIGEST))
        )
        self.rows: list[int] = []

    def say(
        self, many: int, lane: Lane, *, group: str | None = None, person: str | None = None, ticket: int | None = None,
        event: str = "consult.done",
    ) -> None:
        row = ToSay(kind=Said.STATUS, event=event, lane=lane, ticket=ticket, because="flood", group=group, person=person)
        self.rows += self.county.store.run(lambda work: [work.say(row, self.county.clock) for _ in range(many)])

    def a_matter(self) -> int:
        """What the group's normal sentences are about: a digest tells of matters."""
        ticket = a_ticket("2026-0610-1", area="99900100100101", township="999001001", group="g-basic-02", groups=("g-basic-02",),
                          owner="gm-01", policy=self.county.rules().policy.version, opened_at=START, last_at=START)
        return self.county.store.run(lambda work: work.add_ticket(ticket)).id

    def all_rows(self) -> list[OutboxRow]:
        return self.county.store.look(lambda work: [outbox.get(work, row) for row in self.rows])

    async def leave(self, sender: Sender) -> None:
        while await sender.run_once():
            pass

    async def walk(self, target: datetime) -> None:
        """The emulator goes there, then we."""
        given = await self.wecom.act("/test/clock", walk_to=target.isoformat())
        self.county.clock = datetime.fromisoformat(str(given["now"]))

    async def resident_speaks(self) -> None:
        """A word in 微信客服: five more may be said to him."""
        await self.wecom.act("/kf/say", person="x-01", text="好的")
        now = self.county.clock

        def unit(work: SqlWork) -> None:
            known = work.resident(RESIDENT) or new_resident(RESIDENT, "kf", RESIDENT, self.wecom.said["kf_account"], now)
            work.put_resident(known.spoke(now))
            work.word_came(RESIDENT, now)

        self.county.store.run(unit)

    async def press(self) -> None:
        """Owners press what they were asked, grid members tap 已转发."""
        for row in self.all_rows():
            if row.state == "asked" and row.form is Form.CONFIRM and row.task_ref:
                await self.wecom.act("/confirm", owner="gm-01", task=row.task_ref)
            elif row.state == "asked" and row.form is Form.PASTE and row.task_ref:
                task = row.task_ref
                self.county.store.run(lambda work, task=task: pasted(work, self.county.rules(), task, self.county.clock))
        await self.others.look_for_presses()


async def heard(incoming: Incoming, key: str, body: bytes) -> None:
    """Nobody is listened to here."""


@asynccontextmanager
async def flood(folder: Path) -> AsyncIterator[Flood]:
    strangers = folder / "strangers.yaml"
    strangers.write_text(STRANGER, "utf-8")
    options = ("--start", START.isoformat(), "--addressed", "--callback-url", "http://127.0.0.1:9/wecom/app", "--registry", str(strangers))
    with grouped(folder, addressed) as county:
        county.clock = START
        async with emulated(*options) as wecom:
            said = wecom.said
            bot = AiBot(said["ws_url"], said["bot_id"], said["bot_secret"], heard, county.now, KeptMeter(county.store, county.now))
            held = asyncio.create_task(bot.run())
            async with WeComClient(said["base_url"], said["corp_id"], said["app_secret"], county.now) as client, asyncio.timeout(300):
                while bot.link is not Link.UP:  # noqa: ASYNC110 - the connection is up when it is up
                    await asyncio.sleep(0.01)
                yield Flood(county, wecom, client, bot)
            held.cancel()
            await asyncio.gather(held, return_exceptions=True)


def most_within(times: list[datetime], span: timedelta) -> int:
    """The fullest window; the ledger's times are whole seconds, so the window is a second shorter than WeCom's."""
    times = sorted(times)
    return max((n - bisect_left(times, at - span + timedelta(seconds=1)) + 1 for n, at in enumerate(times)), default=0)


async def test_ten_times_over_every_limit(tmp_path: Path) -> None:
    async with flood(tmp_path) as run:
        run.say(MEMBER, Lane.URGENT, person="ul-01")
        run.say(CONVERSATION - 30, Lane.URGENT, group="g-coord-01")
        run.say(30, Lane.NORMAL, group="g-coord-01", ticket=run.a_matter(), event="coord.done")
        run.say(WEBHOOK, Lane.URGENT, group="g-cmd-01")
        run.say(MONTH, Lane.URGENT, group="g-basic-01")
        await run.resident_speaks()
        run.say(WORDS, Lane.NORMAL, person=RESIDENT)

        for step in range(60 * 6):
            if step % 6 == 0:
                await run.leave(run.others)
            if step % 30 == 3:
                for group in ("g-coord-01", "g-cmd-01", "g-basic-01"):
                    run.say(BURST, Lane.DANGER, group=group)
                run.say(BURST, Lane.DANGER, person="ul-01")
            if step % 12 == 11:
                await run.resident_speaks()
            await run.leave(run.danger)
            await run.walk(run.county.clock + STEP)
            if step > 60 and step % 30 == 29 and all(r.state != "waiting" or r.say.lane is Lane.DIGEST for r in run.all_rows()):
                break
        await run.press()
        await run.walk(START.replace(hour=17, minute=30))
        run.county.store.run(lambda work: daily.do_digest(work, run.county.rules(), run.county.clock))
        for _ in range(60):
            await run.leave(run.others)
            await run.walk(run.county.clock + timedelta(minutes=1))
        await run.press()

        rows = run.all_rows()
        assert Counter(row.state for row in rows) == {"sent": len(rows)}, Counter((r.state, r.error, r.say.group or r.say.person) for r in rows)
        digests = {row.say.parent for row in rows if row.say.parent is not None}
        assert digests
        danger = [row for row in rows if row.say.lane is Lane.DANGER]
        left = [(row.asked_at or row.sent_at or datetime.max.replace(tzinfo=CHINA)) - row.created_at for row in danger]
        assert max(left) <= timedelta(seconds=60), sorted(left)[-5:]

        ledger = await run.wecom.look("/ledger?limit=5000")
        assert ledger[0]["n"] == 1
        assert [(one["endpoint"], one["errcode"]) for one in ledger if one["direction"] == "sent" and one["errcode"]] == []
        assert [one for one in ledger if "超过每人频率，部分没有投递" in one["flags"]] == []  # type: ignore[operator]
        by_destination: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
        names = {"message/send": "touser", "webhook/send": "", "aibot_send_msg": "chatid"}
        for one in ledger:
            endpoint, request = str(one["endpoint"]), one["request"]
            if endpoint in names:
                assert isinstance(request, dict)
                by_destination[endpoint, str(request.get(names[endpoint], ""))].append(datetime.fromisoformat(str(one["time"])))
        assert {endpoint for endpoint, _ in by_destination} == set(names)
        for (endpoint, _), times in by_destination.items():
            assert most_within(times, timedelta(minutes=1)) <= (20 if endpoint == "webhook/send" else 30)
            assert most_within(times, timedelta(hours=1)) <= 1000
        assert sum(one["endpoint"] == "kf/send_msg" for one in ledger) == WORDS
