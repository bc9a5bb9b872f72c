"""What is wrong with the archive's ear, in sentences for the grid office that say what to do (R16; wire §5.1)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.channels.archive import Batch
from bot.channels.archive_helper import ArchiveUnavailable

SILENT_AFTER = timedelta(minutes=10)
HELD = timedelta(days=5)
"""How long WeCom keeps records for fetching; what is older is lost for good."""
_WARN_OF_LOSS = timedelta(days=1)


class ArchiveTrouble:
    """Told of each fetch. `refusal` gives why the library can't be used ("" where it can)."""

    def __init__(self, now: Callable[[], datetime], refusal: Callable[[], str] = lambda: "") -> None:
        self._now, self._refusal = now, refusal
        self._answered_at = now()
        self._error = ""
        self._key: int | None = None

    def begin(self, heard_until: datetime | None) -> None:
        """At a start: until when the ear heard before, where that is known."""
        if heard_until is not None:
            self._answered_at = min(heard_until, self._answered_at)

    def answered(self, batch: Batch) -> None:
        """A fetch was answered."""
        self._key = batch.waits_for
        if batch.waits_for is None or batch.records:
            self._answered_at = self._now()
            self._error = ""

    def failed(self, error: ArchiveUnavailable) -> None:
        """A fetch was not answered, or with an error."""
        self._error = error.sentence

    def findings(self) -> Iterator[str]:
        """Sentences; none while all is well."""
        if self._key is not None:
            yield (
                f"会话存档在等第 {self._key} 版私钥，这一版以后的消息都打不开。"
                f"请把它的 PEM 文件放进密钥目录，文件名以 {self._key}.pem 结尾；放好后接着听，不用重启。{self._loss()}"
            )
        elif self._now() - self._answered_at > SILENT_AFTER:
            reason = self._refusal() or self._error
            yield f"会话存档取不到消息，基础群里没有 @小格 的话听不到。{reason}{self._loss()}"

    def _loss(self) -> str:
        silent = self._now() - self._answered_at
        if silent < _WARN_OF_LOSS:
            return ""
        if silent >= HELD:
            return "已经超过 5 天，之前的消息取不回来了，请网格员到群里翻看。"
        lost_at = self._answered_at + HELD
        return f"存档只保留 5 天，{lost_at.month}月{lost_at.day}日{lost_at.hour}时前恢复，一句也不会丢。"
