"""客户群 as the API shows them: list, get with members (wire §6.1)."""

from __future__ import annotations

from typing import Any

from emulator.errors import ApiError
from emulator.world import World


def group_list(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """groupchat/list with owner_filter, limit and cursor; raises ApiError."""
    limit = body.get("limit")
    if not isinstance(limit, int) or not 1 <= limit <= 1000:
        raise ApiError(40058, "limit: 1 to 1000")
    owners = (body.get("owner_filter") or {}).get("userid_list") or []
    if len(owners) > 100:
        raise ApiError(40058, "userid_list: at most 100")
    rows = []
    for group in world.registry.groups.values():
        owner = world.customer_owner(group)
        if group.kind == "customer" and (not owners or (owner and owner.wecom in owners)):
            rows.append({"chat_id": group.customer, "status": 0})
    cursor = body.get("cursor") or "0"
    if not str(cursor).isdigit():
        raise ApiError(40058, "cursor")
    start = int(cursor)
    answer: dict[str, Any] = {"group_chat_list": rows[start : start + limit]}
    if start + limit < len(rows):
        answer["next_cursor"] = str(start + limit)
    return answer


def group_get(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """groupchat/get; names only with need_name=1; raises ApiError."""
    group = world.group_by("customer", str(body.get("chat_id", "")))
    if group is None or group.kind != "customer":
        raise ApiError(40050, "invalid chat_id")
    owner = world.customer_owner(group)
    joined = int(world.began.timestamp())
    members = []
    for person in world.members(group.id):
        row: dict[str, Any] = {
            "userid": person.outside_id,
            "type": 1 if person.wecom else 2,
            "join_time": joined,
            "join_scene": 1 if person.wecom else 3,
            "group_nickname": person.nickname,
        }
        if not person.wecom:
            row["state"] = world.join_states.get((person.id, group.id), "")
        if body.get("need_name") == 1:
            row["name"] = person.name if person.wecom else person.shown
        members.append(row)
    chat: dict[str, Any] = {
        "chat_id": group.customer,
        "name": group.name,
        "owner": owner.wecom if owner else "",
        "create_time": joined,
        "notice": "",
        "member_list": members,
        "admin_list": [],
        "member_version": member_version(world, group.id),
    }
    return {"group_chat": chat}


def member_version(world: World, group: str) -> str:
    """Changes with every join and leave."""
    return f"{group}-{world.member_versions.get(group, 0)}"
