"""Who refused that the archive holds his words, in memory for the ear that must obey (wire §5.5)."""

from collections.abc import Iterable

from bot.channels.consent import Agreement
from storage import consent_rows
from storage.store import Store


class KnownRefusers:
    """(room, external id) of all who have refused; filled from the store once, then by what is heard."""

    def __init__(self) -> None:
        self._pairs: set[tuple[str, str]] = set()

    def __contains__(self, pair: object) -> bool:
        return pair in self._pairs

    async def load(self, store: Store) -> None:
        """Everything that the store knows."""
        self._pairs = await store.read(consent_rows.refusers)

    def learn(self, agreements: Iterable[Agreement]) -> None:
        """What was committed just now."""
        for one in agreements:
            if one.agreed:
                self._pairs.discard((one.room, one.external))
            else:
                self._pairs.add((one.room, one.external))
