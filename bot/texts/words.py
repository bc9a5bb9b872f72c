"""The small words inside sentences: moments, lengths of time, roles, orders, the visible mark."""

from datetime import date, datetime, timedelta

from registry.terms import Role

ROLES = {
    Role.RESIDENT: "居民",
    Role.HOUSEHOLD_HEAD: "户长",
    Role.GRID_MEMBER: "网格员",
    Role.GRID_LEADER: "网格长",
    Role.UNIT_MEMBER: "承办单位",
    Role.UNIT_LEAD: "承办单位负责人",
    Role.COUNTY_LEADER: "县领导",
    Role.GRID_OFFICE: "网格办",
    Role.DUTY_OFFICER: "值班员",
}

#: Roles and groups that a rung names (`why`, `missing`), beside the roles above.
RUNG_NAMES = {
    **{role.value: name for role, name in ROLES.items()},
    "owner": "当前负责人",
    "unit_members": "承办单位经办人",
    "unit_lead": "承办单位负责人",
    "sponsor_lead": "包抓单位负责人",
    "confidants": "几位专人",
    "coordination": "协调群",
    "command": "指挥群",
    "own": "承办单位自己的群",
    "leader": "领办领导",
}

#: What a person asked for (`action`), as a verb.
ORDERS = {
    "exclude": "取消诉求",
    "false": "定为误报",
    "end": "解除险情",
    "true": "确认险情",
    "repin": "换规则",
    "merge": "合并",
    "category": "改类别",
    "place": "改地点",
    "return": "退回",
    "supervise": "督办",
    "lift": "上报",
    "search": "发寻人消息",
    "found": "说人找到了",
    "proxy": "替人报事",
    "accept": "接单",
    "not_yet": "说还没好",
    "done": "办结",
    "contacted": "记下已联系",
    "hand_over": "转办",
    "status": "查进度",
    "withdraw": "撤回",
    "today": "看今日情况",
    "mine": "看自己的单",
    "leave": "请假换班",
    "swap": "换班",
    "note": "交班",
    "acknowledge": "说知道了",
    "lower": "降级",
    "silence": "静默",
    "why": "问为什么建单",
    "shelve": "挂账",
    "resume": "恢复办理",
    "extend": "申请延期",
    "grant_extension": "批准延期",
    "refuse_extension": "驳回延期",
    "unreasonable": "提出不合理诉求",
    "confirm_unreasonable": "核定不合理诉求",
    "refuse_unreasonable": "核定不合理诉求",
    "settle": "记为自行解决",
    "split": "拆分",
    "answer": "回复督办",
    "take_lead": "领办",
    "whistle": "吹哨",
    "report_in": "报到",
    "topic": "上专题",
    "topic_off": "撤专题",
    "opinion": "记会议意见",
}


def mark(aloud: str, step: int = 0) -> str:
    """The visible mark (P6): the number as said aloud, with the step where there is one: `0302-17`, `0302-17·2`."""
    return f"{aloud}·{step}" if step else aloud


def moment(at: datetime, now: datetime) -> str:
    """`3月2日 18:00` in the time zone of `now`; with the year where it is another."""
    at = at.astimezone(now.tzinfo)
    said = f"{at.month}月{at.day}日 {at:%H:%M}"
    return said if at.year == now.year else f"{at.year}年{said}"


def day_of(day: date) -> str:
    """`3月2日`."""
    return f"{day.month}月{day.day}日"


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `2天`, `3小时`, `40分钟`."""
    minutes = max(int(length.total_seconds() // 60), 1)
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60)}天"
    return f"{minutes // 60}小时" if minutes >= 60 else f"{minutes}分钟"


def instant(value: object) -> datetime | None:
    """A moment of `args`: ISO text with offset, or a datetime; None for anything else, a naive one too."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def clip_bytes(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, with an ellipsis where something was cut."""
    raw = text.encode()
    return text if len(raw) <= limit else raw[: limit - 3].decode(errors="ignore") + "…"


def one_line(text: str) -> str:
    """The words with every run of white space as one space."""
    return " ".join(text.split())
