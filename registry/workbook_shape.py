"""The shape of a registry workbook: its sheets and columns, what each is for, and an example row of each sheet.

Reader and writer both go by it, so a file that was exported is a file that can be imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from registry.workbook_words import CATEGORIES, HEARS, LEVELS, ROLES, SPEAKS, TIERS

#: The first column of every sheet: the office's own notes, never imported.
NOTE = "备注"
#: A row whose note begins so is an example and is skipped.
EXAMPLE = "示例"
README_SHEET = "说明"


class Kind(Enum):
    """How a cell is read and written."""

    TEXT = auto()
    """Words as they stand."""
    CODE = auto()
    """Ids, codes and whole numbers: full-width letters and digits become plain ones."""
    PHONE = auto()
    TEXTS = auto()
    """Several words with 、 between them."""
    CODES = auto()
    """Several ids with 、 between them."""
    WORD = auto()
    """One word of a list."""
    WORDS = auto()
    """Several words of a list."""
    FLAG = auto()
    TIME = auto()
    DAY = auto()
    WEEKDAYS = auto()
    TEAMS = auto()
    """Teams with | between them, each several ids."""


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the field of the registry's row, with a dot the key inside a mapping (identities.wecom)."""

    header: str
    name: str
    kind: Kind
    says: str
    must: bool = False
    width: int = 14
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`table` is the registry's list. `inner` is a list inside a roster: there the first column names the roster."""

    name: str
    table: str
    columns: tuple[Column, ...]
    says: str
    example: Mapping[str, str]
    inner: str | None = None
    must: bool = False

    def column(self, name: str) -> Column | None:
        """The column of a field; for a mapping's own name its first column."""
        return next((column for column in self.columns if column.name.split(".")[0] == name), None)


_MUST = True
ROSTER_ID = "roster"
_ROSTER = Column("值班表", ROSTER_ID, Kind.CODE, "「值班」表里的编号", _MUST)
_WEEKDAYS = Column("星期", "days", Kind.WEEKDAYS, "哪几天开始这一班，例如 周一、周二 或 周一至周五；空着是每天", width=18)
_FROM = Column("从", "from", Kind.TIME, "几点开始，例如 08:00", _MUST, 8)
_UNTIL = Column("到", "until", Kind.TIME, "几点结束，例如 20:00；不晚于开始就是到第二天", _MUST, 8)
_SHIFT_NAME = Column("班名", "name", Kind.TEXT, "大家怎么叫这一班，例如 夜班", width=10)

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "机器人", "bot",
        (
            Column("编号", "id", Kind.CODE, "机器人自己的编号，一般写 bot", _MUST),
            Column("名称", "name", Kind.TEXT, "群里怎么叫它", _MUST),
        ),
        "只有一行。不填就是 bot、小格。",
        {"id": "bot", "name": "小格"},
    ),
    Sheet(
        "区划", "areas",
        (
            Column("编码", "code", Kind.CODE, "一地一码，其他表都用它来指这个地方", _MUST, 18),
            Column("级别", "level", Kind.WORD, "县、镇街、村社区、网格、微网格", _MUST, 10, LEVELS),
            Column("名称", "name", Kind.TEXT, "正式名称", _MUST, 22),
            Column("上级编码", "parent", Kind.CODE, "上一级的编码；县空着", width=18),
            Column("地名", "places", Kind.TEXTS, "群众怎么叫这里的小区、路、点位，用顿号隔开", width=34),
            Column("包抓单位", "sponsor", Kind.CODE, "包抓这个网格的单位，写「单位」表里的编号"),
        ),
        "县、镇街、村社区、网格，一行一个。",
        {"code": "990101001", "level": "网格", "name": "样例村第一网格", "parent": "990101", "places": "样例广场、样例路",
         "sponsor": "dw-01"},
        must=True,
    ),
    Sheet(
        "单位", "units",
        (
            Column("编号", "id", Kind.CODE, "自己定，不重复，例如 dw-01", _MUST),
            Column("名称", "name", Kind.TEXT, "单位全称", _MUST, 26),
            Column("类型", "kind", Kind.TEXT, "例如 department、company、township，只作说明", _MUST),
            Column("区域", "area", Kind.CODE, "它管的区域的编码", _MUST, 18),
            Column("负责的类别", "categories", Kind.WORDS, "用顿号隔开，只能是：" + "、".join(CATEGORIES.values()), width=34,
                   words=CATEGORIES),
            Column("简称", "aliases", Kind.TEXTS, "本县干部怎么叫它，用顿号隔开", width=22),
        ),
        "做事的单位：部门、公司、镇街。",
        {"id": "dw-01", "name": "样例县水务局", "kind": "department", "area": "99", "categories": "供水排水", "aliases": "水务"},
        must=True,
    ),
    Sheet(
        "群", "groups",
        (
            Column("编号", "id", Kind.CODE, "自己定，不重复，例如 q-01；「@小格 绑定 编号」用的就是它", _MUST),
            Column("群名", "name", Kind.TEXT, "群的名称", _MUST, 26),
            Column("层级", "tier", Kind.WORD, "基础群、协调群、指挥群", _MUST, 10, TIERS),
            Column("区域", "area", Kind.CODE, "这个群属于哪个区域的编码", _MUST, 18),
            Column("群主", "owner", Kind.CODE, "「人员」表里的编号"),
            Column("上级群", "parent", Kind.CODE, "基础群写协调群的编号，协调群写指挥群的编号，指挥群空着"),
            Column("能听到", "hears", Kind.WORD, "每句都听（有存档）、只听@小格、听不到", _MUST, 14, HEARS),
            Column("怎么说", "speaks", Kind.WORD, "直接说（内部群）、群主确认（客户群群发）、网格员转发", _MUST, 14, SPEAKS),
            Column("覆盖区域", "covers", Kind.CODES, "协调群、指挥群管几个区域时写编码，用顿号隔开；空着就是本区域", width=22),
            Column("AI机器人群号", "addresses.aibot", Kind.TEXT, "智能机器人给的群编号；不知道先空着，绑定后自动有", width=18),
            Column("存档群号", "addresses.archive", Kind.TEXT, "会话存档里的群编号，wr 开头", width=18),
            Column("客户群号", "addresses.customer", Kind.TEXT, "客户联系里的群编号，wr 开头", width=18),
            Column("群机器人KEY", "addresses.webhook", Kind.TEXT, "群机器人地址里 key= 后面那一段", width=18),
            Column("应用群号", "addresses.appchat", Kind.TEXT, "应用建的群的编号", width=18),
            Column("网格办的群", "office", Kind.FLAG, "网格办自己的群写 是：告警发到这里", width=12),
        ),
        "小格在的每一个群。",
        {"id": "q-01", "name": "样例村第一网格群", "tier": "基础群", "area": "990101001", "owner": "ry-01", "parent": "q-02",
         "hears": "每句都听", "speaks": "群主确认"},
        must=True,
    ),
    Sheet(
        "人员", "people",
        (
            Column("编号", "id", Kind.CODE, "自己定，不重复，例如 ry-01", _MUST),
            Column("姓名", "name", Kind.TEXT, "姓名", _MUST, 12),
            Column("角色", "role", Kind.WORD, "、".join(ROLES.values()), _MUST, 14, ROLES),
            Column("群里的称呼", "nickname", Kind.TEXT, "群昵称，只用来认人说的话，不作身份"),
            Column("区域", "area", Kind.CODE, "负责哪个区域的编码", width=18),
            Column("单位", "unit", Kind.CODE, "单位人员写「单位」表里的编号"),
            Column("电话", "phone", Kind.PHONE, "工作电话", width=16),
            Column("公布电话", "publishes_phone", Kind.FLAG, "写 是，群众问「谁负责」时才会说这个号码", width=10),
            Column("工作时间", "hours", Kind.TEXT, "什么时候找得到，例如 工作日 8:30–18:00", width=18),
            Column("知情专人", "confidant", Kind.FLAG, "写 是，可以知道个人事项（人身危险）", width=10),
            Column("所在群", "groups", Kind.CODES, "在哪些群里，写群编号，用顿号隔开", width=22),
            Column("企业微信账号", "identities.wecom", Kind.TEXT, "企业成员的 userid；身份只认它，不认昵称", width=16),
            Column("微信外部联系人", "identities.wechat", Kind.TEXT, "外部联系人编号，wm 开头；可以以后用绑定码绑", width=18),
        ),
        "要办事的人：中心户长、网格员、单位人员、领导、值班员。居民不用写。",
        {"id": "ry-01", "name": "张样例", "role": "网格员", "area": "990101001", "phone": "138****0000", "groups": "q-01、q-02"},
        must=True,
    ),
    Sheet(
        "值班", "rosters",
        (
            Column("编号", "id", Kind.CODE, "自己定，不重复，例如 zb-01", _MUST),
            Column("角色", "role", Kind.WORD, "谁来值：一般是 值班员", _MUST, 14, ROLES),
            Column("区域", "area", Kind.CODE, "值哪个区域的班，写编码", _MUST, 18),
        ),
        "一行一张值班表；班次写在后面三张表里。没有值班表就找本区域的全部值班员。",
        {"id": "zb-01", "role": "值班员", "area": "99"},
    ),
    Sheet(
        "班次", "rosters",
        (
            _ROSTER, _SHIFT_NAME, _FROM, _UNTIL, _WEEKDAYS,
            Column("人员", "people", Kind.CODES, "这一班的人，写编号，用顿号隔开", _MUST, 22),
        ),
        "固定的人值固定的时间。",
        {"roster": "zb-01", "name": "白班", "from": "08:00", "until": "20:00", "days": "周一至周五", "people": "ry-02、ry-03"},
        inner="shifts",
    ),
    Sheet(
        "轮班", "rosters",
        (
            _ROSTER, _SHIFT_NAME, _FROM, _UNTIL,
            Column("从哪天起", "since", Kind.DAY, "第一组从这天开始，例如 2026-01-01", _MUST),
            Column("每组几天", "days_each", Kind.CODE, "一组连值几天；空着是 1 天", width=10),
            Column("各组人员", "teams", Kind.TEAMS, "组和组用竖线隔开，组里用顿号：ry-02、ry-03|ry-04", _MUST, 34),
            _WEEKDAYS,
        ),
        "几组人轮流值，写一次，年年有效。",
        {"roster": "zb-01", "name": "夜班", "from": "20:00", "until": "08:00", "since": "2026-01-01", "days_each": "1",
         "teams": "ry-02|ry-03"},
        inner="rotations",
    ),
    Sheet(
        "代班", "rosters",
        (
            _ROSTER,
            Column("日期", "day", Kind.DAY, "哪天，例如 2026-03-02", _MUST),
            Column("到哪天", "until", Kind.DAY, "连着几天时写最后一天；空着就是一天"),
            Column("班名", "shift", Kind.TEXT, "只代其中一班时写班名，没有班名的写几点开始；空着是全天", width=10),
            Column("请假人", "absent", Kind.CODE, "谁请假，写编号", _MUST),
            Column("代班人", "instead", Kind.CODE, "谁来代，写编号；空着就是没有人代"),
        ),
        "谁哪天请假，谁来代。",
        {"roster": "zb-01", "day": "2026-03-02", "absent": "ry-02", "instead": "ry-03"},
        inner="overrides",
    ),
)
