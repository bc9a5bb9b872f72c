"""The pretended WeCom put together: everything but its servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from emulator.aibot import AiBot
from emulator.aibot_url import UrlBot
from emulator.app_messages import AppMessages
from emulator.appchat import AppChats
from emulator.archive import Archive
from emulator.callbacks import AppCallbacks
from emulator.cipher import CallbackCipher
from emulator.clock import Clock
from emulator.credentials import Credentials
from emulator.drive import Drive
from emulator.fault_script import FaultScript
from emulator.faults import Faults
from emulator.join_ways import JoinWays
from emulator.ledger import Ledger
from emulator.mass_send import MassSend
from emulator.registry import Registry
from emulator.report import Reports
from emulator.tokens import Tokens
from emulator.webhook import Webhook
from emulator.welcome import WelcomeTemplates
from emulator.world import World


@dataclass(frozen=True, slots=True)
class Options:
    """How strict or lenient the enterprise is set up."""

    seed: int = 1
    callback_url: str | None = None
    bot_callback_url: str | None = None
    mp_url: str | None = None
    retry_seconds: float = 5.0
    bot_made_by_admin: bool = True
    all_addressed: bool = False


class WeCom:
    """One enterprise with its groups, app, bot and archive."""

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        credentials: Credentials,
        keys: dict[int, RSAPrivateKey],
        options: Options,
        file_url: Callable[[str], str],
    ) -> None:
        self.clock = clock
        self.credentials = credentials
        self.seed = options.seed
        self.faults = Faults(options.seed)
        self.fault_script = FaultScript(self.faults)
        self.faults.coming = lambda: self.fault_script.tick(clock.now())
        self.ledger = Ledger(clock.now)
        clock.arrived = self._arrived
        self.world = World(registry, clock)
        self.archive = Archive(self.world, keys, options.seed)
        self.tokens = Tokens(
            credentials.corp_id, credentials.app_secret, options.seed, clock.now, clock.real, self.faults
        )
        cipher = CallbackCipher(credentials.app_token, credentials.app_aes_key, credentials.corp_id)
        self.callbacks = AppCallbacks(
            options.callback_url,
            cipher,
            credentials.corp_id,
            clock,
            self.ledger,
            self.faults,
            options.seed,
            options.retry_seconds,
        )
        self.app = AppMessages(self.world, self.callbacks, credentials.corp_id, credentials.agent_id, options.seed)
        self.aibot = AiBot(
            self.world,
            self.archive,
            credentials,
            self.ledger,
            self.faults,
            options.seed,
            made_by_admin=options.bot_made_by_admin,
            all_addressed=options.all_addressed,
            file_url=file_url,
        )
        self.bot_url: UrlBot | None = None
        if options.bot_callback_url is not None:
            self.bot_url = UrlBot(
                options.bot_callback_url,
                CallbackCipher(credentials.bot_token, credentials.bot_aes_key, ""),
                self.aibot,
                clock,
                self.ledger,
                options.seed,
                options.retry_seconds,
            )
        self.webhook = Webhook(self.world)
        self.mass = MassSend(self.world)
        self.joins = JoinWays(self.world)
        self.welcomes = WelcomeTemplates()
        self.appchat = AppChats(self.world)
        self.reports = Reports(clock)
        self.drive = Drive(self.world, self.archive, self.aibot, self.app, self.mass, self.ledger)

    def _arrived(self, how: str) -> None:
        self.ledger.add("page", "clock", "arrived", f"{how} {self.clock.now():%m-%d %H:%M}")

    def tick(self) -> None:
        """What happens by itself, about twice a second."""
        if self.clock.tick():
            self.world.changed()
        self.fault_script.tick(self.clock.now())
        self.aibot.tick()
        if self.callbacks.url and self.archive.take_notice(self.clock.real()):
            self.app.audit_notify()
