"""政民沟通 · 居民上报 (wire §6.4, path/93517–93519): orders can be listed and read, never written by an app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.clock import Clock
from emulator.errors import ApiError, DriveError

MOST = 50
#: 受理, 分配, 转交, 办结, 拒绝, 办理中.
PROCESS_TYPES = (2, 3, 4, 5, 6, 7)


@dataclass(slots=True)
class Order:
    """What a resident reported by the mini-program; times are seconds."""

    id: str
    desc: str
    grid_id: str
    grid_name: str
    reporter: str
    mobile: str
    unionid: str
    case_name: str
    urge_type: int
    location: dict[str, Any]
    created: int
    modified: int
    processors: list[str] = field(default_factory=list)
    process: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The order as the API gives it."""
        return {
            "order_id": self.id,
            "desc": self.desc,
            "urge_type": self.urge_type,
            "case_name": self.case_name,
            "grid_name": self.grid_name,
            "grid_id": self.grid_id,
            "reporter_name": self.reporter,
            "reporter_mobile": self.mobile,
            "unionid": self.unionid,
            "image_urls": [],
            "video_media_ids": [],
            "create_time": self.created,
            "location": self.location,
            "processor_userids": list(self.processors),
            "process_list": list(self.process),
        }


class Reports:
    """All orders, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.orders: dict[str, Order] = {}

    def order_list(self, body: dict[str, Any]) -> dict[str, Any]:
        """report/resident/get_order_list; raises ApiError."""
        limit = body.get("limit", MOST)
        if not isinstance(limit, int) or not 1 <= limit <= MOST:
            raise ApiError(40058, "limit: 1 to 50")
        cursor = str(body.get("cursor") or "0")
        if not cursor.isdigit():
            raise ApiError(40058, "cursor")
        created, modified = body.get("begin_create_time", 0), body.get("begin_modify_time", 0)
        if not isinstance(created, int) or not isinstance(modified, int):
            raise ApiError(40058, "begin_create_time, begin_modify_time")
        found = [o for o in self.orders.values() if o.created >= created and o.modified >= modified]
        start = int(cursor)
        answer: dict[str, Any] = {"order_list": [o.as_json() for o in found[start : start + limit]], "next_cursor": ""}
        if start + limit < len(found):
            answer["next_cursor"] = str(start + limit)
        return answer

    def order_info(self, body: dict[str, Any]) -> dict[str, Any]:
        """report/resident/get_order_info; raises ApiError."""
        order = self.orders.get(str(body.get("order_id", "")))
        if order is None:
            raise ApiError(40058, "order_id unknown")
        return {"order_info": order.as_json()}

    def report(self, data: dict[str, Any]) -> dict[str, Any]:
        """A resident hands in a report (for the page and tests)."""
        desc = str(data.get("desc", ""))
        if not desc:
            raise DriveError("desc 要写报了什么", 400)
        now = int(self._clock.now().timestamp())
        order = Order(
            id=f"ord{len(self.orders) + 1:06d}",
            desc=desc,
            grid_id=str(data.get("grid_id", "")),
            grid_name=str(data.get("grid_name", "")),
            reporter=str(data.get("reporter", "居民")),
            mobile=str(data.get("mobile", "")),
            unionid=str(data.get("unionid", "")),
            case_name=str(data.get("case_name", "")),
            urge_type=int(data.get("urge_type", 1)),
            location={"name": str(data.get("place", "")), "address": "", "latitude": 0, "longitude": 0},
            created=now,
            modified=now,
        )
        self.orders[order.id] = order
        return {"order_id": order.id}

    def process(self, data: dict[str, Any]) -> dict[str, Any]:
        """Somebody of the grid takes a step on an order."""
        order = self.orders.get(str(data.get("order_id", "")))
        kind = data.get("process_type")
        if order is None or kind not in PROCESS_TYPES:
            raise DriveError("没有这个上报，或这一步不认识", 400)
        now = int(self._clock.now().timestamp())
        userid = str(data.get("userid", ""))
        step = {"process_type": kind, "solve_userid": userid, "process_desc": str(data.get("desc", "")), "status": 1}
        order.process.append({**step, "solved_time": now, "image_urls": [], "video_media_ids": []})
        if userid:
            order.processors = [userid]
        order.modified = now
        return {"order_id": order.id}
