"""The registry's terms in the words of an office's workbook, both ways."""

from collections.abc import Mapping

from registry.fields import DAYS
from registry.terms import CATEGORY_NAMES, Hears, Level, Role, Speaks, Tier

LEVELS: Mapping[str, str] = {
    Level.COUNTY.value: "县",
    Level.TOWNSHIP.value: "镇街",
    Level.VILLAGE.value: "村社区",
    Level.GRID.value: "网格",
    Level.MICRO_GRID.value: "微网格",
}
TIERS: Mapping[str, str] = {
    Tier.BASIC.value: "基础群",
    Tier.COORDINATION.value: "协调群",
    Tier.COMMAND.value: "指挥群",
}
ROLES: Mapping[str, str] = {
    Role.RESIDENT.value: "居民",
    Role.HOUSEHOLD_HEAD.value: "中心户长",
    Role.GRID_MEMBER.value: "网格员",
    Role.GRID_LEADER.value: "网格长",
    Role.UNIT_MEMBER.value: "单位经办人",
    Role.UNIT_LEAD.value: "单位负责人",
    Role.COUNTY_LEADER.value: "县领导",
    Role.GRID_OFFICE.value: "网格办",
    Role.DUTY_OFFICER.value: "值班员",
}
HEARS: Mapping[str, str] = {
    Hears.ALL.value: "每句都听",
    Hears.MENTIONS.value: "只听@小格",
    Hears.NONE.value: "听不到",
}
SPEAKS: Mapping[str, str] = {
    Speaks.DIRECT.value: "直接说",
    Speaks.CONFIRM.value: "群主确认",
    Speaks.PASTE.value: "网格员转发",
}
CATEGORIES: Mapping[str, str] = {category.value: name for category, name in CATEGORY_NAMES.items()}
WEEKDAYS: Mapping[str, str] = dict(zip(DAYS, ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), strict=True))
YES, NO = "是", "否"

#: Further words that offices use for the same.
ALSO: Mapping[str, str] = {
    "县级": "county", "县区": "county", "乡镇": "township", "镇": "township", "街道": "township", "乡": "township",
    "村": "village", "社区": "village", "户长": "household_head", "经办人": "unit_member", "单位人员": "unit_member",
    "每句": "all", "只听@": "mentions", "只听艾特": "mentions",
}  # fmt: skip

#: What the checks call things that stand in the workbook under a Chinese name.
IN_SENTENCES: Mapping[str, str] = {
    **LEVELS, **TIERS, **ROLES,
    "aibot": "AI 机器人", "archive": "会话存档", "customer": "客户群", "webhook": "群机器人", "appchat": "应用群",
    "wecom": "企业微信", "wechat": "微信",
}  # fmt: skip
