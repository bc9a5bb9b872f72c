"""Whether residents agreed that the archive may hold what they say in a group (path/91782, 91361; wire §5.3, §5.5).

Asked per group by WeCom itself. Who has not agreed is simply absent from the archive; that nothing of a refuser is kept
even when a record slips through is our own rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from bot.channels.archive import Batch
from bot.channels.client import WeComClient
from bot.channels.outcomes import Outcome, Sent
from bot.messages import Incoming, MessageKind

AGREE, DISAGREE = "agree", "disagree"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The last word of a resident about one room (archive id)."""

    room: str
    external: str
    agreed: bool
    at: datetime


class Refusers(Protocol):
    """Who has refused, as far as it is known."""

    def __contains__(self, pair: object) -> bool:
        """Whether (room, external id) has refused."""
        ...


class RoomAgreements:
    """Asks with the archive's own token."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def check(self, room: str) -> tuple[Agreement, ...] | Outcome:
        """Everybody of the room from outside the company. Any status but Disagree counts as agreed."""
        outcome = await self._client.post("msgaudit/check_room_agree", {"roomid": room}, repeatable=True)
        if not isinstance(outcome, Sent):
            return outcome
        rows = outcome.data.get("agreeinfo")
        return tuple(
            # the misspelled name is the documented one
            Agreement(room, external, row.get("agree_status") != "Disagree", _at(row))
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and (external := str(row.get("exteranalopenid") or ""))
        )


def agreement_of(incoming: Incoming) -> Agreement | None:
    """An agree or disagree record of the archive; None for everything else."""
    action = incoming.action
    if action is None or action.key not in (AGREE, DISAGREE) or incoming.group is None:
        return None
    external = next(iter(action.choices.get("userid", ())), "") or incoming.sender
    return Agreement(incoming.group, external, action.key == AGREE, incoming.at)


def obeyed(heard: Sequence[Incoming], refusers: Refusers) -> tuple[tuple[Incoming, ...], tuple[Agreement, ...], int]:
    """What may be decided, the agreements met on the way, and how many messages of refusers were dropped.

    A word of agreement or refusal holds for what comes after it in the same batch. A recall by a refuser still takes
    effect: it only takes away.
    """
    kept: list[Incoming] = []
    agreements: list[Agreement] = []
    lately: dict[tuple[str, str], bool] = {}
    dropped = 0
    for incoming in heard:
        agreement = agreement_of(incoming)
        if agreement is not None:
            agreements.append(agreement)
            lately[agreement.room, agreement.external] = agreement.agreed
            continue
        if incoming.group is not None and incoming.kind is not MessageKind.RECALL:
            pair = (incoming.group, incoming.sender)
            if not lately.get(pair, pair not in refusers):
                dropped += 1
                continue
        kept.append(incoming)
    return tuple(kept), tuple(agreements), dropped


def obeying(batch: Batch, kept: Sequence[Incoming]) -> Batch:
    """The batch with only what may be decided; cursor and counts stay."""
    return Batch(tuple(kept), batch.cursor, batch.records, batch.set_aside, batch.dropped, batch.gap)


def _at(row: Mapping[str, object]) -> datetime:
    seconds = row.get("status_change_time")
    known = isinstance(seconds, int) and 0 < seconds < 2**33
    return datetime.fromtimestamp(seconds if known and isinstance(seconds, int) else 0, UTC)
