"""Refusals: a request that the desk understands and does not grant. The sentence lies in `bot/texts`."""

from collections.abc import Mapping
from typing import Any


class RefusedError(Exception):
    """What was asked for is not done. `reason` names the sentence that says why and what to do instead."""

    def __init__(self, reason: str, ticket: int | None = None, **facts: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.ticket = ticket
        self.facts: Mapping[str, Any] = facts
