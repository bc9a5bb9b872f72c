"""企业群发 to customer groups: a task is only made, the owner presses send in the client (wire §6.3)."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulator.cards import size
from emulator.errors import ApiError, DriveError
from emulator.world import Chat, World

TEXT_BYTES = 4000
ATTACHMENTS = 9
CHATS = 2000
REMINDERS_A_DAY = 3


@dataclass(slots=True)
class Task:
    """One mass send of one owner. ``results`` has a row for each group once pressed: 1 sent, 3 refused (quota)."""

    id: str
    owner: str
    groups: tuple[str, ...]
    text: str
    attachments: list[dict[str, Any]]
    made: datetime
    sent: datetime | None = None
    cancelled: datetime | None = None
    results: dict[str, int] = field(default_factory=dict)
    reminded: list[datetime] = field(default_factory=list)

    @property
    def waiting(self) -> bool:
        """Whether the owner can still press."""
        return self.sent is None and self.cancelled is None


class MassSend:
    """Tasks of all owners; a group receives in a month at most as many as the month has days."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tasks: dict[str, Task] = {}
        self._received: Counter[tuple[str, int, int]] = Counter()

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        """add_msg_template; raises ApiError."""
        if body.get("chat_type") != "group":
            raise ApiError(40058, "chat_type: only group is emulated")
        owner = self._world.person_by_outside(str(body.get("sender", "")))
        if not body.get("sender"):
            raise ApiError(40058, "sender missing")
        if owner is None or owner.wecom != body["sender"]:
            raise ApiError(60111, "sender is no member")
        text = body.get("text")
        content = text.get("content", "") if isinstance(text, dict) else ""
        attachments = body.get("attachments") or []
        if not isinstance(content, str) or not isinstance(attachments, list):
            raise ApiError(40058, "text.content, attachments")
        if not content and not attachments:
            raise ApiError(44004, "text and attachments both empty")
        if size(content) > TEXT_BYTES or len(attachments) > ATTACHMENTS:
            raise ApiError(45002, "text.content exceeds 4000 bytes or more than 9 attachments")
        owned = {
            g.customer: g.id
            for g in self._world.registry.groups.values()
            if g.kind == "customer" and self._world.customer_owner(g) == owner
        }
        asked = body.get("chat_id_list")
        if asked is not None and (not isinstance(asked, list) or len(asked) > CHATS):
            raise ApiError(40058, "chat_id_list: at most 2000")
        wanted = [str(c) for c in asked] if asked else list(owned)
        groups = tuple(owned[c] for c in wanted if c in owned)
        failed = [c for c in wanted if c not in owned]
        if not groups:
            raise ApiError(41048, "no chat that can be sent to")
        made = self._world.clock.now()
        task = Task(f"msgGCAA{len(self.tasks) + 1:06d}", owner.id, groups, content, attachments, made)
        self.tasks[task.id] = task
        self._world.changed()
        return {"fail_list": failed, "msgid": task.id}

    def confirm(self, owner: str, task_id: str) -> Task:
        """The owner presses send; raises DriveError when the task cannot be pressed."""
        task = self.tasks.get(task_id)
        if task is None:
            raise DriveError(f"没有这个群发任务：{task_id}", 404)
        if task.owner != owner:
            raise DriveError("只有群主本人可以确认群发", 403)
        if task.cancelled:
            raise DriveError("这个群发任务已经取消，不能再发")
        if task.sent:
            raise DriveError("这个群发任务已经发过了")
        now = self._world.clock.now()
        task.sent = now
        days = calendar.monthrange(now.year, now.month)[1]
        for group in task.groups:
            month = (group, now.year, now.month)
            if self._received[month] >= days:
                task.results[group] = 3
                continue
            self._received[month] += 1
            task.results[group] = 1
            self._world.post(Chat(group=group), owner, "mass", "text", task.text)
        self._world.changed()
        return task

    def oldest_waiting(self, owner: str) -> Task | None:
        """The oldest task that this owner has not pressed."""
        return next((t for t in self.tasks.values() if t.owner == owner and t.waiting), None)

    def get(self, body: dict[str, Any]) -> Task:
        """The task of a request's msgid; raises ApiError."""
        task = self.tasks.get(str(body.get("msgid", "")))
        if task is None:
            raise ApiError(40058, "msgid unknown")
        return task

    def task_list(self, body: dict[str, Any]) -> dict[str, Any]:
        """get_groupmsg_task: status 0 unsent, 2 sent."""
        task = self.get(body)
        _check_limit(body, 1000)
        row: dict[str, Any] = {"userid": self._userid(task.owner), "status": 2 if task.sent else 0}
        if task.sent:
            row["send_time"] = int(task.sent.timestamp())
        return {"next_cursor": "", "task_list": [row]}

    def send_result(self, body: dict[str, Any]) -> dict[str, Any]:
        """get_groupmsg_send_result: groups not yet sent to are absent."""
        task = self.get(body)
        _check_limit(body, 1000)
        if body.get("userid") != self._userid(task.owner):
            raise ApiError(40058, "userid is not the task's sender")
        rows = []
        for group, status in task.results.items():
            rows.append(
                {
                    "chat_id": self._world.registry.groups[group].customer,
                    "userid": self._userid(task.owner),
                    "status": status,
                    "send_time": int(task.sent.timestamp()) if task.sent else 0,
                }
            )
        return {"next_cursor": "", "send_list": rows}

    def remind(self, body: dict[str, Any]) -> None:
        """remind_groupmsg_send: at most 3 in 24 hours; raises ApiError."""
        task = self.get(body)
        now = self._world.clock.now()
        if len([t for t in task.reminded if now - t < timedelta(hours=24)]) >= REMINDERS_A_DAY:
            raise ApiError(45009, "at most 3 reminders in 24 hours")
        if not task.waiting:
            raise ApiError(40058, "task is sent or cancelled")
        task.reminded.append(now)
        self._world.changed()

    def cancel(self, body: dict[str, Any]) -> None:
        """cancel_groupmsg_send: an unsent task can no longer be pressed; raises ApiError when it was sent."""
        task = self.get(body)
        if task.sent:
            raise ApiError(40058, "task is already sent")
        task.cancelled = task.cancelled or self._world.clock.now()
        self._world.changed()

    def _userid(self, person: str) -> str:
        return self._world.registry.people[person].outside_id


def _check_limit(body: dict[str, Any], most: int) -> None:
    limit = body.get("limit", 500)
    if not isinstance(limit, int) or not 1 <= limit <= most:
        raise ApiError(40058, f"limit: 1 to {most}")
