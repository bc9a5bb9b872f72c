"""The Chinese of what the pages show: enumerations in the glossary's words, moments, lengths of time."""

from datetime import datetime, timedelta

from registry.terms import CATEGORY_NAMES, Act, Lane, Level, Outcome, Role, Said, Status, Tier, Urgency
from tickets.called_in import Grade
from tickets.model import Ticket

#: What a person danger is called in every list (promise P13).
PRIVATE = "个人事项"

STATUS = {
    Status.OPEN: "待交办",
    Status.ASSIGNED: "待接单",
    Status.ACCEPTED: "办理中",
    Status.DONE: "待评价",
    Status.CLOSED: "已办结",
    Status.SHELVED: "挂账",
    Status.EXCLUDED: "不是诉求",
    Status.WITHDRAWN: "已撤回",
    Status.MERGED: "已并案",
}

URGENCY = {Urgency.NORMAL: "一般", Urgency.URGENT: "紧急", Urgency.DANGER: "险情"}

OUTCOME = {
    Outcome.SATISFIED: "满意",
    Outcome.UNSATISFIED: "不满意",
    Outcome.SILENT: "未回应",
    Outcome.UNASKED: "未问到",
}

ROLE = {
    Role.RESIDENT: "居民",
    Role.HOUSEHOLD_HEAD: "户长",
    Role.GRID_MEMBER: "网格员",
    Role.GRID_LEADER: "网格长",
    Role.UNIT_MEMBER: "经办人",
    Role.UNIT_LEAD: "单位负责人",
    Role.COUNTY_LEADER: "县领导",
    Role.GRID_OFFICE: "网格办",
    Role.DUTY_OFFICER: "值班员",
}

TIER = {Tier.BASIC: "基础群", Tier.COORDINATION: "协调群", Tier.COMMAND: "指挥群"}

LEVEL = {
    Level.COUNTY: "县",
    Level.TOWNSHIP: "镇街",
    Level.VILLAGE: "村社区",
    Level.GRID: "网格",
    Level.MICRO_GRID: "微网格",
}

ACT = {
    Act.REPORT: "报事",
    Act.SUPPLEMENT: "补充",
    Act.ECHO: "附和",
    Act.RECOVERY: "说好了",
    Act.STATUS_QUERY: "问进度",
    Act.RATING: "评价",
    Act.QUESTION: "咨询",
    Act.COMMAND: "指令",
    Act.NOTICE: "干部的话",
    Act.CHAT: "闲聊",
}

LANE = {Lane.DANGER: "险情", Lane.URGENT: "紧急", Lane.NORMAL: "一般", Lane.DIGEST: "汇总"}

SAID = {
    Said.RECEIPT: "收到回执",
    Said.ADVICE: "险情提醒",
    Said.QUESTION: "询问",
    Said.ASSIGNED: "交办",
    Said.CARD: "卡片",
    Said.STEP: "催办",
    Said.STATUS: "进展",
    Said.DIGEST: "汇总",
    Said.ASK_RATING: "请评价",
    Said.ANSWER: "答复",
    Said.REFUSAL: "说明",
    Said.DANGER: "险情通报",
    Said.DANGER_ENDED: "险情解除",
    Said.ALARM: "告警",
    Said.BRIEF: "早报",
    Said.AWAY: "离线说明",
    Said.PROOF: "当日证明",
    Said.HELP: "帮助",
    Said.BINDING: "绑定",
}

#: States of an outbox row (design, section 3).
SENDING = {
    "waiting": "等待发出",
    "sending": "正在发出",
    "asked": "等人确认",
    "sent": "已发出",
    "unclear": "不确定是否发出",
    "failed": "没发出去",
    "cancelled": "不用发了",
}

GRADE = {Grade.REMINDER: "提醒", Grade.NOTICE: "督办单", Grade.CALL_UP: "约谈"}

FORM = {"direct": "直接说", "confirm": "群主确认", "paste": "网格员转发", "card": "卡片"}

CHANNEL = {
    "aibot": "智能机器人",
    "archive": "会话存档",
    "customer": "客户群",
    "webhook": "群机器人",
    "appchat": "应用群",
    "app": "自建应用",
    "wecom": "企业微信",
    "wechat": "微信",
}


def category_name(ticket: Ticket) -> str:
    """The category in Chinese; a person danger has none in lists."""
    return PRIVATE if ticket.is_private else CATEGORY_NAMES[ticket.category]


def urgency_name(ticket: Ticket) -> str:
    """险情 while it runs; what was ended goes on as urgent and says so; doubt says so."""
    if ticket.in_danger:
        return "险情"
    if ticket.doubt:
        return "疑似险情"
    if ticket.urgency is Urgency.DANGER:
        return "险情已解除"
    return URGENCY[ticket.urgency]


def when(at: datetime | None, now: datetime) -> str:
    """`今天 09:05`, `昨天 18:00`, `3月2日 09:05`, with the year where it is not this one; `—` for none."""
    if at is None:
        return "—"
    at = at.astimezone(now.tzinfo)
    days = (at.date() - now.date()).days
    clock = f"{at:%H:%M}"
    if days in _NEAR:
        return f"{_NEAR[days]} {clock}"
    day = f"{at.month}月{at.day}日 {clock}"
    return day if at.year == now.year else f"{at.year}年{day}"


_NEAR = {-1: "昨天", 0: "今天", 1: "明天"}


def span(length: timedelta) -> str:
    """A length of time in its largest one or two units: `3天4小时`, `2小时5分`, `40分钟`, `不到1分钟`."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 1:
        return "不到1分钟"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes}分钟"
    days, hours = divmod(hours, 24)
    if not days:
        return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"
    return f"{days}天{hours}小时" if hours else f"{days}天"


def due(limit: datetime | None, now: datetime) -> tuple[str, str]:
    """(words, look) of a time limit: look is `late`, `soon` (under an hour) or empty."""
    if limit is None:
        return "—", ""
    left = limit - now
    if left < timedelta(0):
        return f"超 {span(left)}", "late"
    words = f"{when(limit, now)}前"
    return words, "soon" if left <= timedelta(hours=1) else ""
