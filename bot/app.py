"""The composition root: a live process of ears, decider, pass, sender and web, put together and taken down in order."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import heartbeat
from bot.alone import LiveAlone, keep_page, note_undelivered
from bot.channel_watch import ChannelWatch
from bot.channels.aibot import AiBot
from bot.channels.app_door import AppDoor
from bot.channels.app_messages import APP_RESPONSE_CODE
from bot.channels.app_mouth import AppMouth
from bot.channels.appchat import AppChat
from bot.channels.archive import ArchiveEar, Batch
from bot.channels.archive_helper import ArchiveHelper, ArchiveUnavailable
from bot.channels.archive_keeper import ArchiveKeeper, NativeArchive
from bot.channels.archive_trouble import ArchiveTrouble
from bot.channels.bot_door import BotDoor, UrlMouth
from bot.channels.client import WeComClient
from bot.channels.crypto import Cipher
from bot.channels.kf import KfEar, KfMouth, Page
from bot.channels.mass_send import MassSend
from bot.channels.media import fetch_app_media, fetch_archive_media, fetch_bot_media
from bot.channels.mp import MpClient, MpMouth
from bot.channels.mp_door import MpDoor
from bot.channels.open_users import PlainSenders
from bot.channels.passive import PassiveAnswers
from bot.channels.source import Sources, from_anywhere
from bot.channels.stored import from_body
from bot.channels.together import Delivery, Together
from bot.channels.webhook import Webhook
from bot.clock import Clock, DemoClock, WallClock
from bot.county_watch import Changed, CountyWatch
from bot.decider import Decided, Decider
from bot.demo_clock import follow
from bot.doors import LiveDoors
from bot.groups.care import GroupCare
from bot.handlers.clicks import PASTED
from bot.handlers.door_events import hear_event
from bot.kept import KeptMeter, KeptOpenUsers, KeptShutDoors, KeptTokens
from bot.kept_media import Fetch, KeptMedia
from bot.learning_commands.shadow import Shadow
from bot.loading import House, LoadingError, load_book
from bot.messages import Incoming
from bot.sender import Sender, Ways, keep_click_code, pasted
from bot.talk import STANDING_AGE, Talk
from bot.texts.standing import app_group_hello
from bot.transcribing import Transcriber
from bot.web import build_web
from config.settings import Settings
from dashboard.resident_code import ticket_code
from escalation.emergency import MARK
from registry.terms import Lane
from storage import (
    county_notes,
    ears,
    inbox,
    message_rows,
    outbox,
    recounting,
    registry_rows,
    resident_rows,
    retention,
    sweep,
    ticket_rows,
)
from storage.county_notes import CountyNote
from storage.store import Store
from storage.work import SqlWork
from tickets import away, daily, duty
from tickets.alarming import tell_office
from tickets.due import do_due, do_pass

log = structlog.get_logger(__name__)

ARCHIVE = "archive"
SOCKET = "aibot"
#: Messages decided in one unit (design, section 3).
BATCH = 200
#: How many messages of matters a start looks through, the newest first.
_REMEMBERED = 20_000
#: How far back the talk is read at a start.
TALK_BACK = timedelta(minutes=10)


class Service:
    """One process. `run` returns when it was told to stop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store.open(settings.database_url)
        self.store.migrate()
        self.house = House(load_book(settings.county_dir), self.store.look(registry_rows.load_registry))
        if not self.house.rules().registry.groups:
            raise LoadingError(("还没有登记：先运行 gridbot registry import FILE。",))
        self._generation = self.store.look(registry_rows.generation)
        wall = WallClock()
        self.clock: Clock = DemoClock(wall) if settings.demo_clock_url else wall
        self.talk = Talk()
        self.decider = Decider(self.house.classifier, self.talk, self.house.rules)
        self.ways = Ways()
        self._together = Together(self._commit)
        self.wake = asyncio.Event()
        self.stopping = asyncio.Event()
        self.ready = False
        self._tasks: list[asyncio.Task[Any]] = []
        self._passing = asyncio.Lock()
        self._deciding = asyncio.Lock()
        self._alarmed: dict[str, datetime] = {}
        self._county = CountyWatch(settings.county_dir)
        self._county_looking = asyncio.Lock()
        self._county_changed: Changed | None = None
        self.shadow = Shadow(self.store, self.decider, settings.county_dir, self.clock.now)
        self._archive_up = True
        self._build_channels()

    # channels -----------------------------------------------------------------
    def _build_channels(self) -> None:
        s, now = self.settings, self.clock.now
        meter = KeptMeter(self.store, now)
        self.passive = PassiveAnswers()
        self.sources = Sources(s.wecom_callback_host_ips)
        allowed = self.sources if s.wecom_callback_host_ips else from_anywhere
        self.app_client = self.contact_client = None
        app = mass = webhook = appchat = None
        if s.app_on and s.wecom_corp_id and s.wecom_app_secret and s.wecom_app_agent_id:
            self.app_client = self._client(s.wecom_corp_id, s.wecom_app_secret.get_secret_value())
            app = AppMouth(self.app_client, s.wecom_app_agent_id, meter)
            webhook = Webhook(self.app_client, meter)
            appchat = AppChat(self.app_client, meter)
            contact = s.wecom_contact_secret
            self.contact_client = (
                self._client(s.wecom_corp_id, contact.get_secret_value()) if contact else self.app_client
            )
            mass = MassSend(self.contact_client)
        self.bot: AiBot | None = None
        names = (self.house.rules().registry.bot_name,)
        if s.bot_by_socket and s.wecom_bot_id and s.wecom_bot_secret:
            self.bot = AiBot(s.wecom_bot_ws_url, s.wecom_bot_id, s.wecom_bot_secret.get_secret_value(), self.accept, now, meter,
                             names=names, on_link=lambda link, _: log.warning("aibot_link", state=link.value))
        self.bot_door: BotDoor | None = None
        url_mouth = None
        if s.bot_by_url and s.wecom_bot_token and s.wecom_bot_aes_key:
            # The AI bot's receiveid is empty (wire, section 1.1).
            cipher = Cipher(s.wecom_bot_token.get_secret_value(), s.wecom_bot_aes_key.get_secret_value(), "")
            self.bot_door = BotDoor(cipher, self.accept, now, names=names, answers=self.passive, allowed=allowed)
            url_mouth = UrlMouth(self.app_client or WeComClient(s.wecom_base_url, "", "", now))
        self._build_archive(names)
        self.app_door: AppDoor | None = None
        if s.wecom_corp_id and s.wecom_app_token and s.wecom_app_aes_key:
            cipher = Cipher(s.wecom_app_token.get_secret_value(), s.wecom_app_aes_key.get_secret_value(), s.wecom_corp_id)
            self.app_door = AppDoor(
                cipher, s.wecom_corp_id, self.accept, wake_archive=self.wake.set, wake_kf=self._wake_kf, answers=self.passive, allowed=allowed
            )
        self.plain_senders = PlainSenders(self.app_client, KeptOpenUsers(self.store, now))
        doors = LiveDoors(
            bot=self.bot, app=app, webhook=webhook, mass=mass, url=url_mouth, appchat=appchat, passive=self.passive,
            streams=self.bot_door.streams if self.bot_door is not None else None, shut=KeptShutDoors(self.store, now),
        )
        reports, archive_api = s.wecom_report_secret, s.wecom_archive_secret
        self.own_clients = [
            self._client(s.wecom_corp_id or "", secret.get_secret_value()) if secret else None for secret in (reports, archive_api)
        ]
        self.care = GroupCare(
            self.store, self.decider, self.house.rules, now, contact=self.contact_client, reports=self.own_clients[0],
            archive=self.own_clients[1], appchat=appchat if s.wecom_appchat_nightly else None,
            hello=app_group_hello(self.house.texts),
        )
        clients = (self.app_client, self.contact_client, *self.own_clients)
        self.watch = ChannelWatch(clients, self.bot, doors, self.house.rules, now, self.archive_trouble)
        alone = self._build_alone()
        self._build_media()
        # Danger has a line of its own, so that it never stands behind a slow call about something else.
        self.senders = [
            Sending(Sender(self.store, self.house.rules, self.house.texts, doors, self.ways, now, lanes, alone))
            for lanes in ((Lane.DANGER,), (Lane.URGENT, Lane.NORMAL, Lane.DIGEST))
        ]

    def _build_alone(self) -> LiveAlone | None:
        """Residents and heads in their own chats: 微信客服 and the 公众号."""
        s, now = self.settings, self.clock.now
        self.kf: KfEar | None = None
        self.mp_door: MpDoor | None = None
        self.kf_client: WeComClient | None = None
        self.mp_client: MpClient | None = None
        self.mp_mouth: MpMouth | None = None
        kf_mouth = None
        if s.kf_on and s.wecom_kf_account and s.wecom_corp_id and s.kf_secret:
            self.kf_client = self._client(s.wecom_corp_id, s.kf_secret.get_secret_value()) if s.wecom_kf_secret else self.app_client
        if self.kf_client is not None and s.wecom_kf_account:
            self.kf = KfEar(self.kf_client, (s.wecom_kf_account,), self._kf_cursor, self._keep_kf)
            kf_mouth = KfMouth(self.kf_client)
        if s.wechat_mp_app_id and s.wechat_mp_app_secret and s.wechat_mp_token and s.wechat_mp_aes_key:
            secret = s.wechat_mp_app_secret.get_secret_value()
            shelf = KeptTokens(self.store, now, s.wechat_mp_app_id, secret)
            self.mp_client = MpClient(s.wechat_mp_base_url, s.wechat_mp_app_id, secret, now, shelf=shelf)
            self.mp_mouth = MpMouth(self.mp_client)
            self.mp_door = MpDoor(s.wechat_mp_token.get_secret_value(), s.wechat_mp_aes_key.get_secret_value(),
                                  s.wechat_mp_app_id, self.accept, answers=self.passive)
        if kf_mouth is None and self.mp_mouth is None:
            return None
        return LiveAlone(self.store, now, kf_mouth=kf_mouth, mp_mouth=self.mp_mouth, passive=self.passive, page_of=self._page_of())

    def _page_of(self) -> Callable[[str], str] | None:
        """The address of a ticket's page; None unless the county has an address of its own and a lasting key."""
        root, key = self.settings.public_url, self.settings.session_key
        if root is None or key is None:
            return None
        return lambda number: f"{root}/t/{ticket_code(number, key.get_secret_value())}"

    async def _kf_cursor(self, account: str) -> str:
        return await self.store.read(lambda work: resident_rows.cursor(work, account))

    async def _keep_kf(self, page: Page) -> None:
        """WeCom is the log of 微信客服: the rows and how far it was read are one transaction."""
        now = self.clock.now()
        await self.store.unit(partial(keep_page, page=page, now=now), writer="door")
        for _, incoming, _ in page.heard:
            if incoming.reply is not None:
                self.ways.keep(incoming.id, incoming.reply)
        if page.heard:
            self.wake.set()

    def _wake_kf(self, account: str, token: str) -> None:
        if self.kf is not None and account:
            self.kf.wake(account, token)

    def _build_archive(self, names: tuple[str, ...]) -> None:
        """The archive's ear: by the native library in a process of its own, or by a helper that runs elsewhere."""
        s = self.settings
        self.archive_keeper: ArchiveKeeper | None = None
        self.archive_helper: ArchiveHelper | None = None
        self.archive: ArchiveEar | None = None
        self.archive_trouble: ArchiveTrouble | None = None
        if s.wecom_archive_library and s.wecom_corp_id and s.wecom_archive_secret:
            password = s.wecom_archive_proxy_password
            native = NativeArchive(
                s.wecom_archive_library, s.wecom_corp_id, s.wecom_archive_secret.get_secret_value(),
                s.wecom_archive_proxy or "", password.get_secret_value() if password else "",
            )
            self.archive_keeper = ArchiveKeeper(native)
            self.archive_helper = self.archive_keeper.helper
        elif s.wecom_archive_url:
            self.archive_helper = ArchiveHelper(s.wecom_archive_url)
        if self.archive_helper is not None and s.wecom_archive_keys_dir:
            own = frozenset(s.wecom_archive_own)
            self.archive = ArchiveEar(self.archive_helper, s.wecom_archive_keys_dir, own=own, names=names)
            keeper = self.archive_keeper
            self.archive_trouble = ArchiveTrouble(self.clock.now, lambda: keeper.refusal if keeper is not None else "")

    def _build_media(self) -> None:
        """How the files of each ear are had: kept with tickets, and voices made words where a command does that."""
        s = self.settings
        doors: dict[str, Fetch] = {}
        if self.archive_helper is not None:
            doors[ARCHIVE] = partial(fetch_archive_media, self.archive_helper)
        for ear, client in (("app", self.app_client), ("kf", self.kf_client), ("mp", self.mp_client)):
            if client is not None:
                doors[ear] = partial(fetch_app_media, client)
        if s.bot_by_socket or s.bot_by_url:
            self.files_client = self.app_client or WeComClient(s.wecom_base_url, "", "", self.clock.now)
            self.own_clients.append(self.files_client)
            doors[SOCKET] = partial(fetch_bot_media, self.files_client)
        self.media = KeptMedia(self.store, self.clock.now, doors)
        self.transcriber: Transcriber | None = None
        if s.transcriber_command:
            self.transcriber = Transcriber(s.transcriber_command, s.transcriber_seconds, doors, self.hear_words)

    def _client(self, corp_id: str, secret: str) -> WeComClient:
        """One app's way to the API, its token shared with all processes."""
        shelf = KeptTokens(self.store, self.clock.now, corp_id, secret)
        return WeComClient(self.settings.wecom_base_url, corp_id, secret, self.clock.now, shelf=shelf)

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        """Keep before answering (P1): committed when this returns; a repeat is kept once (P2)."""
        await self._together.accept(incoming, key, body)
        if incoming.reply is not None:
            self.ways.keep(incoming.id, incoming.reply)
        self.wake.set()

    async def _commit(self, deliveries: Sequence[Delivery]) -> None:
        now = self.clock.now()
        rows = [(d.key, d.incoming.channel, d.body.decode("ascii"), now) for d in deliveries]
        await self.store.unit(lambda work: inbox.put_many(work, rows), writer="door")

    # hearing ------------------------------------------------------------------
    async def decide_forever(self) -> None:
        """The one decider loop: inbox rows before the next archive batch, in order of arrival."""
        while not self.stopping.is_set():
            self.wake.clear()
            try:
                await self.decide_heard()
            except Exception as error:
                log.error("decider_failed", error=type(error).__name__)
                await asyncio.sleep(1.0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.wake.wait()

    async def decide_heard(self) -> None:
        """Everything that waits now, once."""
        async with self._deciding:
            await self.refresh_county()
            await self.refresh_registry()
            await self.decide_inbox()
            await self.decide_archive()

    async def catch_up(self) -> None:
        """Before the demo's clock is walked: nothing said or pressed before the walk is decided as if it came after."""
        if self.kf is not None:
            await self.kf.read_all()
        await self.decide_heard()
        await self.send_due()
        await self.look_for_presses()

    async def decide_inbox(self) -> int:
        """Decide what waits in the inbox; gives how many rows were looked at."""
        seen = 0
        while rows := await self.store.read(lambda work: inbox.undecided(work, BATCH)):
            # A binding in the batch before holds for this one.
            await self.refresh_county()
            await self.refresh_registry()
            now = self.clock.now()
            kept: list[tuple[str, Incoming]] = []
            unreadable = []
            for row in rows:
                try:
                    kept.append((row.key, from_body(row.body.encode("ascii"))))
                except (ValueError, KeyError, TypeError) as error:
                    unreadable.append((row.key, type(error).__name__))
            named = await self.plain_senders.plain([incoming for _, incoming in kept])
            reads = []
            for (key, _), incoming in zip(kept, named, strict=True):
                try:
                    reads.append((key, self.decider.read(incoming)))
                except (ValueError, KeyError, TypeError) as error:
                    unreadable.append((key, type(error).__name__))

            def unit(work: SqlWork, reads: Any = reads, unreadable: Any = unreadable, now: Any = now) -> list[Decided]:
                for key, error in unreadable:
                    inbox.fail(work, key, error, now)
                decided = self.decider.decide_batch(work, [read for _, read in reads], now)
                self.media.note(work, decided, now)
                for (key, read), one in zip(reads, decided, strict=True):
                    if one.error is not None:
                        inbox.fail(work, key, one.error, now)
                    else:
                        hear_event(work, self.house.rules(), read.incoming, read.person, now)
                        note_undelivered(work, self.house.rules(), read.incoming, now)
                        way = read.incoming.reply
                        if way is not None and way.kind == APP_RESPONSE_CODE:
                            keep_click_code(work, way, now)
                        if read.incoming.action is not None and read.incoming.action.key == PASTED:
                            pasted(work, self.house.rules(), read.incoming.action.task_id, now)
                        inbox.decide(work, key, now, message=read.incoming.id if one.decision.ticket else None)
                ears.mark(work, SOCKET, now)
                return decided

            self._settle(await self.store.unit(unit, writer="decider"))
            self.shadow.hear([read for _, read in reads])
            self._end_waits(named)
            for _, read in reads:
                await self.care.heard(read.incoming)
            seen += len(rows)
        return seen

    def _end_waits(self, decided: Sequence[Incoming]) -> None:
        """Callbacks that wait for an answer wait no longer than the sender needs."""
        for incoming in decided:
            if incoming.reply is not None:
                self.passive.decided(incoming.reply.ref)
                if self.bot_door is not None:
                    self.bot_door.streams.decided(incoming.reply.ref)

    async def decide_archive(self) -> int:
        """Decide what the archive has; effects and cursor are one transaction. Gives how many were heard."""
        if self.archive is None:
            return 0
        heard = 0
        cursor = await self.store.read(lambda work: ears.cursor(work, ARCHIVE)) or 0
        async with contextlib.aclosing(self._archive_batches(self.archive, cursor)) as batches:
            async for fetched in batches:
                await self.refresh_county()
                now = self.clock.now()
                batch, agreements = self.care.obeyed(fetched)
                reads = [self.decider.read(incoming) for incoming in batch.heard]

                def unit(
                    work: SqlWork, batch: Any = batch, reads: Any = reads, now: Any = now, agreements: Any = agreements
                ) -> list[Decided]:
                    self.care.keep(work, agreements)
                    if batch.gap is not None:
                        # What lay between is gone for good; the sweep shows it with its bounds.
                        ears.lay_aside(work, ARCHIVE, f"{batch.gap.after}-{batch.gap.first}", "Gap", now)
                    for bad in batch.set_aside:
                        ears.lay_aside(work, ARCHIVE, str(bad.seq), bad.error, now)
                    decided = self.decider.decide_batch(work, reads, now)
                    self.media.note(work, decided, now)
                    for one in decided:
                        if one.error is not None:
                            ears.lay_aside(work, ARCHIVE, str(one.read.incoming.sequence), one.error, now)
                    ears.set_cursor(work, ARCHIVE, batch.cursor)
                    ears.mark(work, ARCHIVE, now, batch.cursor)
                    return decided

                if batch.records:
                    self._settle(await self.store.unit(unit, writer="decider"))
                    self.shadow.hear(reads)
                    self.care.refusers.learn(agreements)
                    heard += len(reads)
        return heard

    async def _archive_batches(self, archive: ArchiveEar, cursor: int) -> AsyncGenerator[Batch, None]:
        """Batches after a cursor until the archive has no more. While one is decided the next is fetched and opened;
        where deciding fails it is let go, since the cursor has not moved."""
        coming = asyncio.create_task(archive.batch(cursor, BATCH))
        try:
            while not self.stopping.is_set():
                try:
                    batch = await coming
                except ArchiveUnavailable as error:
                    if self.archive_trouble is not None:
                        self.archive_trouble.failed(error)
                    if self._archive_up:
                        log.warning("archive_unavailable", error=type(error).__name__)
                    self._archive_up = False
                    return
                self._archive_up = True
                if self.archive_trouble is not None:
                    self.archive_trouble.answered(batch)
                more = batch.records == BATCH
                if more:
                    coming = asyncio.create_task(archive.batch(batch.cursor, BATCH))
                yield batch
                if not more:
                    return
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    def _settle(self, decided: list[Decided]) -> None:
        for one in decided:
            self.decider.settle(one)
        if self.transcriber is not None:
            self.transcriber.note(decided)

    async def hear_words(self, incoming: Incoming) -> None:
        """What was said in a voice message, once it is words: decided like any other message."""
        async with self._deciding:
            now = self.clock.now()
            read = self.decider.read(incoming)
            self._settle(await self.store.unit(lambda work: self.decider.decide_batch(work, [read], now), writer="decider"))

    async def remember_matters(self) -> None:
        """What groups said days ago and lies in tickets stands beside their talk again."""
        since = self.clock.now() - STANDING_AGE
        found = await self.store.read(lambda work: message_rows.lately(work.connection, since, _REMEMBERED))
        self.talk.stand(self.decider.as_heard(found))

    async def fill_talk(self) -> None:
        """Read the last ten minutes before the cursor back into the talk; they were decided before."""
        if self.archive is None:
            return
        cursor = await self.store.read(lambda work: ears.cursor(work, ARCHIVE)) or 0
        back = self.clock.now() - TALK_BACK
        start = await self.store.read(lambda work: ears.mark_before(work, ARCHIVE, back))
        seq = start if start is not None else max(cursor - BATCH, 0)
        with contextlib.suppress(ArchiveUnavailable):
            while seq < cursor:
                batch = await self.archive.batch(seq, BATCH)
                if not batch.records:
                    return
                for incoming in self.care.obeyed(batch)[0].heard:
                    if (incoming.sequence or 0) <= cursor:
                        self.decider.read(incoming)
                seq = batch.cursor

    async def refresh_registry(self) -> None:
        """An import, a binding or a stand-in was committed, here or elsewhere: load the registry anew."""
        generation = await self.store.read(registry_rows.generation)
        if generation != self._generation:
            self._generation = generation
            self.house.replace_registry(await self.store.read(registry_rows.load_registry))
            # a swap, a stand-in or new rosters: whoever is on duty by them takes over
            rules = self.house.rules()
            await self.store.unit(lambda work: duty.plan_duty(work, rules, self.clock.now()), writer="pass")

    async def look_at_county(self) -> None:
        """Every 10 seconds, and at once on SIGHUP: read the county's files where they were changed. Right ones wait for
        the end of the decider's batch; with wrong ones the old go on, and the office is told everything that is wrong.
        Talk that became too old in quiet groups is forgotten in the same round."""
        self.talk.drop_old(self.clock.now())
        async with self._county_looking:
            used = await self.store.read(lambda work: ticket_rows.versions_in_use(work.connection))
            changed = await asyncio.to_thread(self._county.look, {version.removesuffix(MARK) for version in used})
        if changed is None:
            return
        if changed.book is not None:
            self._county_changed = changed
            self.wake.set()
            return
        log.warning("county_files_wrong", files=changed.files, errors=len(changed.errors))
        now = self.clock.now()
        finding = f"县里的文件（{'、'.join(changed.files)}）改错了，还在用原来的：{'；'.join(changed.errors[:3])}。"
        if len(changed.errors) > 3:
            finding += f"一共 {len(changed.errors)} 处。"

        def note(work: SqlWork) -> None:
            county_notes.put(work, CountyNote(now, changed.files, changed.errors))
            tell_office(work, self.house.rules(), now, "alarm.sweep", because="county_files",
                        args={"code": "county", "finding": finding})

        await self.store.unit(note, writer="pass")

    async def refresh_county(self) -> None:
        """Between two batches: the county's changed files come into use, all at once."""
        changed, self._county_changed = self._county_changed, None
        if changed is None or changed.book is None:
            return
        self.house.replace_book(changed.book)
        self.decider.classifier = self.house.classifier
        log.info("county_files_in_use", files=changed.files)
        note = CountyNote(self.clock.now(), changed.files)
        await self.store.unit(lambda work: county_notes.put(work, note), writer="decider")

    # time ---------------------------------------------------------------------
    async def do_due(self) -> int:
        """The pass: everything due, batch by batch."""
        total = 0
        async with self._passing:
            try:
                while count := await self.store.unit(
                    lambda work: do_pass(work, self.house.rules(), self.clock.now()), writer="pass"
                ):
                    total += count
            except Exception as error:
                log.error("pass_failed", error=type(error).__name__)
                total += await self._do_due_singly()
        if isinstance(self.clock, DemoClock):
            # Time that is walked stops at everything due until it is done.
            total += await self.recount_due()
        return total

    async def recount_due(self) -> int:
        """The nightly recount, when its hour has come: it reads for seconds, beside the writer and the pass, and only its
        result is written."""
        now = self.clock.now()
        if not await self.store.read(lambda work: recounting.is_due(work, now)):
            return 0
        differing = await self.store.read(lambda work: recounting.count(work, now))
        await self.store.unit(lambda work: recounting.keep(work, now, differing), writer="pass")
        return 1

    async def _do_due_singly(self) -> int:
        """A batch has failed: each clock in a unit of its own, so that one bad ticket holds up no other. What fails
        stays due, and the sweep shows it."""
        done = 0
        for clock in await self.store.read(lambda work: work.due_clocks(self.clock.now())):
            try:
                await self.store.unit(partial(do_due, rules=self.house.rules(), now=self.clock.now(), clock=clock), writer="pass")
                done += 1
            except Exception as error:
                log.error("clock_failed", ticket=clock.ticket, clock=clock.kind.value, error=type(error).__name__)
        return done

    async def send_due(self) -> int:
        """Empty the outbox of what may leave now."""
        return sum(await asyncio.gather(*(line.empty() for line in self.senders)))

    async def send_forever(self, line: "Sending") -> None:
        while not self.stopping.is_set():
            try:
                if not await line.empty():
                    await asyncio.sleep(0.1)
            except Exception as error:
                log.error("sender_failed", error=type(error).__name__)
                await asyncio.sleep(1.0)

    async def next_moment(self) -> Any:
        """When something is due next: a clock, the agenda, a held sentence."""

        def earliest(work: SqlWork) -> Any:
            moments = (work.next_due(), work.next_agenda(), outbox.next_waiting(work))
            return min((moment for moment in moments if moment is not None), default=None)

        return await self.store.read(earliest)

    async def look_for_presses(self) -> None:
        await self.senders[-1].sender.look_for_presses()

    async def sweep(self) -> None:
        """Prove that nothing is overdue, unowned or unsent; the heartbeat is for an outside watcher."""

        now = self.clock.now()

        def check(work: SqlWork) -> list[str]:
            sweep.beat(work, now)
            found = sweep.sweep(work, now)
            new = [one for one in found if one.again is not None and now - self._alarmed.get(one.code, now - one.again) >= one.again]
            for one in new:
                tell_office(work, self.house.rules(), now, "alarm.sweep", because=f"sweep:{one.code}",
                            args={"code": one.code, "finding": one.sentence})
            for one in found:
                log.warning("sweep", code=one.code, count=one.count)
            return [one.code for one in new]

        for code in await self.store.unit(check, writer="pass"):
            self._alarmed[code] = now
        if self.settings.heartbeat_file is not None:
            await asyncio.to_thread(heartbeat.write, self.settings.heartbeat_file, now)

    async def watch_channels(self) -> None:
        """Tell the grid office what is wrong with the channels."""
        if self.watch.is_due():
            self.watch.told(await self.store.unit(self.watch.tell, writer="pass"))

    async def refresh_sources(self) -> None:
        """WeCom's own addresses, where callers are checked (path/92521: once a day)."""
        if self.settings.wecom_callback_host_ips and self.app_client is not None:
            await self.sources.refresh(self.app_client)

    async def forget(self) -> None:
        await self.store.unit(lambda work: retention.forget(work, self.clock.now()), writer="pass")

    # life ---------------------------------------------------------------------
    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def run(self) -> None:
        """Start everything, say that it is ready, and stop cleanly when told."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self.stopping.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._start(self.look_at_county()))
        runner = web.AppRunner(build_web(self), access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self.settings.http_host, self.settings.http_port)
            await site.start()
        except OSError:
            await self.close()
            await runner.cleanup()
            raise LoadingError((f"端口 {self.settings.http_port} 被占用，请换一个 GRIDBOT_HTTP_PORT。",)) from None
        scheduler = AsyncIOScheduler()
        try:
            if isinstance(self.clock, DemoClock) and self.settings.demo_clock_url:
                await self._follow_first(self.clock, self.settings.demo_clock_url)
            await self._begin(scheduler)
            await self.stopping.wait()
        finally:
            self.ready = False
            if scheduler.running:
                scheduler.shutdown(wait=False)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await runner.cleanup()
            await self.close()

    async def _follow_first(self, clock: DemoClock, url: str) -> None:
        """The demo's time is known before anything is planned by it."""
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            clock.set(datetime.fromisoformat((await answer.json())["now"]))

    async def _begin(self, scheduler: AsyncIOScheduler) -> None:
        now = self.clock.now()
        rules = self.house.rules()

        def plan(work: SqlWork) -> None:
            daily.plan(work, rules, now, work.agenda_names())
            recounting.plan(work, now)
            since = ears.away_since(work, SOCKET, now)
            if since is not None:
                away.do_tell_away(work, rules, now, since, by_hand=True)

        await self.store.unit(plan, writer="pass")
        await self.care.start()
        if self.archive_keeper is not None:
            self._start(self.archive_keeper.run())
            with contextlib.suppress(TimeoutError):
                # so that the talk can be filled; a library that hangs must not hold up the rest
                await asyncio.wait_for(self.archive_keeper.first_said(), 5)
        if self.archive_trouble is not None:
            self.archive_trouble.begin(await self.store.read(lambda work: ears.away_since(work, ARCHIVE, now)))
        await self.remember_matters()
        await self.fill_talk()
        if self.bot is not None:
            self._start(self.bot.run())
        if self.kf is not None:
            self._start(self.kf.run())
        if self.mp_mouth is not None:
            self._start(self.mp_mouth.set_menu())
        self._start(self.decide_forever())
        self._start(self.care.first_look())
        self._start(self.mark_hearing())
        for line in self.senders:
            self._start(self.send_forever(line))
        jobs: dict[str, Any] = {"misfire_grace_time": None, "max_instances": 1, "coalesce": True}
        scheduler.add_job(self.do_due, "interval", seconds=1, **jobs)
        scheduler.add_job(self.sweep, "interval", seconds=60, **jobs)
        scheduler.add_job(self.recount_due, "interval", seconds=60, **jobs)
        scheduler.add_job(self.forget, "interval", hours=1, **jobs)
        scheduler.add_job(self.look_at_county, "interval", seconds=10, **jobs)
        scheduler.add_job(self.shadow.look, "interval", seconds=20, **jobs)
        scheduler.add_job(self.media.fetch_due, "interval", seconds=2, **jobs)
        scheduler.add_job(self.watch_channels, "interval", seconds=20, **jobs)
        scheduler.add_job(self.refresh_sources, "interval", hours=24, next_run_time=WallClock().now(), **jobs)
        scheduler.add_job(self.look_for_presses, "interval", seconds=5 if self.settings.demo_clock_url else 60, **jobs)
        self.care.add_jobs(scheduler, jobs)
        scheduler.start()
        if isinstance(self.clock, DemoClock) and self.settings.demo_clock_url:
            self._start(follow(self, self.clock, self.settings.demo_clock_url))
        self.ready = True
        log.info("ready", port=self.settings.http_port)

    async def mark_hearing(self) -> None:
        """While the socket is up, one row a minute says that the bot was there."""
        while not self.stopping.is_set():
            if self.bot is not None and self.bot.link == "up":
                await self.store.unit(lambda work: ears.mark(work, SOCKET, self.clock.now()), writer="decider")
            await asyncio.sleep(20)

    async def close(self) -> None:
        for client in {self.app_client, self.contact_client, self.kf_client, self.mp_client, *self.own_clients}:
            if client is not None:
                await client.close()
        if self.archive is not None:
            self.archive.close()
        if self.transcriber is not None:
            await self.transcriber.close()
        if self.archive_keeper is not None:
            await self.archive_keeper.close()
        elif self.archive_helper is not None:
            await self.archive_helper.close()
        self.store.close()


class Sending:
    """One line of the outbox: one call to `empty` at a time."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self._lock = asyncio.Lock()

    async def empty(self) -> int:
        """Send until nothing may leave now; gives how many rows were taken."""
        total = 0
        async with self._lock:
            while count := await self.sender.run_once():
                total += count
        return total


def serve(settings: Settings) -> None:
    """Run one process until it is told to stop."""

    async def main() -> None:
        await Service(settings).run()

    asyncio.run(main())
