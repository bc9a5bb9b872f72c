"""The AI bot hears encrypted ids (`wo…`) where no super admin made it; the self-built app turns them into userids
(path/100719; wire §2.8). What was learnt is kept; whom WeCom can't name (outside the app's visible range) stays a
stranger, whom the office page shows."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.channels.client import Pause, WeComClient
from bot.channels.outcomes import Limited, Retry, Sent
from bot.messages import Incoming

AT_ONCE = 1000
"""Ids in one call."""

TRIES = 3
"""A message can't be given to its speaker later, so that a passing fault is waited out, 1 s each time."""


class OpenUsers(Protocol):
    """Keeps what was learnt."""

    async def known(self, open_userids: Sequence[str]) -> Mapping[str, str | None]:
        """Userids by encrypted id; None where WeCom lately knew none. What was never asked is absent."""
        ...

    async def learn(self, found: Mapping[str, str | None]) -> None:
        """Keep what WeCom told."""
        ...


class PlainSenders:
    """Puts plain userids into what the AI bot heard. Without a `client` (no app) nothing can be turned."""

    def __init__(self, client: WeComClient | None, kept: OpenUsers, *, pause: Pause = asyncio.sleep) -> None:
        self._client, self._kept, self._pause = client, kept, pause

    async def plain(self, heard: Sequence[Incoming]) -> list[Incoming]:
        """The same messages with the senders' userids where they could be learnt."""
        asked = sorted({one.sender for one in heard if is_encrypted(one)})
        if not asked:
            return list(heard)
        names = dict(await self._kept.known(asked))
        new = [one for one in asked if one not in names]
        for start in range(0, len(new), AT_ONCE):
            found = await self._ask(new[start : start + AT_ONCE])
            await self._kept.learn(found)
            names |= found
        return [replace(one, sender=names.get(one.sender) or one.sender) if is_encrypted(one) else one for one in heard]

    async def _ask(self, open_userids: Sequence[str]) -> dict[str, str | None]:
        if self._client is None:
            return {}
        for _ in range(TRIES):
            body = {"open_userid_list": list(open_userids)}
            outcome = await self._client.post("batch/openuserid_to_userid", body, repeatable=True)
            if isinstance(outcome, Sent):
                return _named(open_userids, outcome.data)
            if not isinstance(outcome, Retry | Limited):
                break
            await self._pause(1.0)
        return {}


def is_encrypted(incoming: Incoming) -> bool:
    """Whether its sender is an encrypted id of a member. `wo…` says so on the AI bot's channel only."""
    return incoming.channel == "aibot" and incoming.sender.startswith("wo") and len(incoming.sender) > 20


def _named(asked: Sequence[str], answer: Mapping[str, object]) -> dict[str, str | None]:
    found: dict[str, str | None] = dict.fromkeys(asked)
    pairs = answer.get("userid_list")
    for pair in pairs if isinstance(pairs, list) else []:
        if isinstance(pair, dict) and pair.get("open_userid") in found and isinstance(pair.get("userid"), str):
            found[str(pair["open_userid"])] = str(pair["userid"])
    return found
