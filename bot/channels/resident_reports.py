"""居民上报 of the government edition: what residents report by WeCom's own mini-program (path/93518, 93519; wire §6.4).

Read only: no callback, no order can be written. The reporter's name and number are left where they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum

from bot.channels.clean import clean
from bot.channels.client import WeComClient
from bot.channels.outcomes import Outcome, Sent, Unclear
from bot.messages import Words

PAGE = 50
PAGES = 200


class Step(IntEnum):
    """process_type of a step on an order."""

    ACCEPTED = 2
    ASSIGNED = 3
    HANDED_OVER = 4
    DONE = 5
    REFUSED = 6
    WORKING = 7


@dataclass(frozen=True, slots=True)
class Process:
    """One step that was taken; `userid` took it. What he wrote is his own and is not read."""

    step: Step
    userid: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """One report. `reporter` is the unionid, "" where WeCom gives none; `place` the name of the spot on the map."""

    id: str
    words: Words
    grid_id: str
    grid_name: str
    place: str
    reporter: str
    created: datetime
    steps: tuple[Process, ...] = field(default=())


class ResidentReports:
    """Reads with the token of the app that 居民上报 lists under 可调用接口的应用."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def changed_since(self, since: datetime) -> tuple[str, ...] | Outcome:
        """Ids of all orders that were made or changed at or after this moment."""
        found: dict[str, None] = {}
        cursor = ""
        for _ in range(PAGES):
            body = {"begin_modify_time": int(since.timestamp()), "cursor": cursor, "limit": PAGE}
            outcome = await self._client.post("report/resident/get_order_list", body, repeatable=True)
            if not isinstance(outcome, Sent):
                return outcome
            rows = outcome.data.get("order_list")
            for row in rows if isinstance(rows, list) else []:
                if isinstance(row, dict) and isinstance(row.get("order_id"), str):
                    found[row["order_id"]] = None
            following = outcome.data.get("next_cursor")
            if not isinstance(following, str) or not following or following == cursor:
                return tuple(found)
            cursor = following
        return Unclear("居民上报的页数太多，没有读完。")

    async def order(self, order_id: str) -> Order | Outcome:
        """One order with the steps taken on it."""
        body = {"order_id": order_id}
        outcome = await self._client.post("report/resident/get_order_info", body, repeatable=True)
        if not isinstance(outcome, Sent):
            return outcome
        info = outcome.data.get("order_info")
        created = _at(info.get("create_time")) if isinstance(info, dict) else None
        if not isinstance(info, dict) or created is None:
            return Unclear("企业微信没有说清这个上报的情况，稍后再试。")
        location = info.get("location")
        steps = info.get("process_list")
        return Order(
            id=order_id,
            words=Words(_text(info, "desc")),
            grid_id=_text(info, "grid_id"),
            grid_name=_text(info, "grid_name"),
            place=_text(location, "name") if isinstance(location, dict) else "",
            reporter=_text(info, "unionid"),
            created=created,
            steps=tuple(
                Process(step, _text(row, "solve_userid"), at)
                for row in (steps if isinstance(steps, list) else [])
                if isinstance(row, dict) and (at := _at(row.get("solved_time"))) is not None
                for step in Step
                if row.get("process_type") == step
            ),
        )


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    return clean(value) if isinstance(value, str) else ""


def _at(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < 2**33 else None
