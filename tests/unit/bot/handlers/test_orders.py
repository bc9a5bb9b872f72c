"""Free wording becomes one order; who may not is refused with why."""

from __future__ import annotations

import pytest

from bot.handlers.orders import Order, hours_in, numbers_in, read_order
from bot.handlers.rights import MAY, check_may
from registry.model import Person
from registry.terms import OFFICIALS, DangerKind, Role
from tests.builders.desk import GRID_TWO, MORNING, person, person_danger, rules, told, who
from tests.unit.tickets.memory import MemoryWork
from tickets import opening
from tickets.errors import RefusedError
from tickets.model import Ticket

#: Own sentences, as people in several dialects would say them to 小格.
SAID: dict[Order, tuple[str, ...]] = {
    Order.ACKNOWLEDGE: ("0302-17 知道了", "我在看", "晓得了", "我正在看着", "我盯着"),
    Order.LOWER: ("0302-17 降级，已经来水了", "这件不用再叫了，人已经到了", "别再叫了，已经约好后天修"),
    Order.SILENCE: ("静默 0302-17 2小时", "0302-17 静默半小时", "静默30分钟"),
    Order.NOTE: ("交班：三网格的配电箱还在等配件", "交接班 夜里再看一眼河边"),
    Order.SWAP: ("换班 11月27日夜班 和 李四 11月29日夜班", "我想和李四换班，我的27号换他的29号"),
    Order.AGREE_SWAP: ("同意换班", "我同意换班", "换班可以"),
    Order.REFUSE_SWAP: ("不同意换班", "换班不行", "不能换班"),
    Order.SHELVE: (
        "0302-17 挂账到4月15日，等入冬前一起改造",
        "这件先挂账，下个月的管网改造一起做，5月20号复查",
        "挂账",
    ),
    Order.RESUME: (
        "0302-17 恢复办理",
        "材料到了，取消挂账",
        "不挂账了",
    ),
    Order.EXTEND: (
        "0302-17 申请延期到3月12日，配件要从厂家调",
        "这件想延期三天，等雨停",
        "请求宽限两天，机械还在路上",
    ),
    Order.GRANT_EXTENSION: (
        "同意延期",
        "0302-17 同意他们延期",
        "延期的事批准",
    ),
    Order.REFUSE_EXTENSION: (
        "不同意延期",
        "0302-17 不能延期，居民等着",
    ),
    Order.UNREASONABLE: (
        "0302-17 不合理诉求，要把公共绿地划给他家停车",
        "这是诉求不合理，占的是别家的宅基",
    ),
    Order.CONFIRM_UNREASONABLE: (
        "同意，不合理诉求",
        "0302-17 确认不合理",
    ),
    Order.REFUSE_UNREASONABLE: (
        "不同意按不合理诉求",
        "这不是不合理诉求，该办",
    ),
    Order.SETTLE: (
        "0302-17 自行解决",
        "邻居们自己动手修好了",
        "几家人自己凑钱换了",
    ),
    Order.SPLIT: (
        "0302-17 拆分",
        "这条拆出来",
        "另外记一件",
    ),
    Order.BIND: (
        "绑定 g-basic-02",
    ),
    Order.CODE: (
        "385102",
    ),
    Order.HELP: (
        "帮助",
        "咋用啊",
        "你会啥",
        "使用说明",
        "你能干啥",
        "怎么用？",
    ),
    Order.PROXY: (
        "代报 槐苑群：3栋没水",
    ),
    Order.REPORT: (
        "报事 3栋下水道堵了",
        "登记一件，路灯不亮",
        "记一下，东门口井盖没了",
    ),
    Order.SEARCH: (
        "寻人 王大爷穿灰衣服，早上出门没回",
        "帮忙找人，七十岁老太太",
        "寻找走失儿童，穿红衣",
        "寻人：李某某，女，八岁",
    ),
    Order.MINE: (
        "我还有啥没办",
        "我还有几件没完",
        "我的单",
        "我手上几单",
        "没办完的列一下",
        "我名下还有多少没办",
        "俺还有啥没弄完",
    ),
    Order.TODAY: (
        "今日情况",
        "今天情况咋样",
        "今儿咋样",
        "今天汇总",
        "今日小结",
    ),
    Order.WHY: (
        "为啥建单",
        "这事为什么要建单",
        "为啥",
    ),
    Order.MUTE: (
        "静音 2小时",
        "先别说话",
        "静一静，莫说话",
        "安静半小时",
    ),
    Order.UNMUTE: (
        "恢复",
        "取消静音",
        "可以说话了",
    ),
    Order.WHO: (
        "谁负责",
        "这片归谁管",
        "下水道该找谁",
        "我们这网格员是谁",
        "请问路灯谁管",
        "停车场归谁管",
        "三号楼户长是谁",
    ),
    Order.LEAVE: (
        "明天请假，某某代班",
        "后天老李替班",
    ),
    Order.EXCLUDE: (
        "不是诉求",
        "这不是个事，别登记",
        "这个是闲聊",
        "闲话，莫登记",
        "他们在开玩笑，不是诉求",
        "别建单，我问问而已",
    ),
    Order.FALSE_ALARM: (
        "0302-3 误报",
        "虚惊一场，是烧纸的",
        "看错了，不是火",
        "没得火，误报了",
        "假的，是炊烟",
    ),
    Order.END_DANGER: (
        "0302-3 解除",
        "险情已经排除",
        "警报解除",
        "火灭了，没事了",
        "危险过去了",
        "险情解除了，都回吧",
    ),
    Order.CONFIRM: (
        "属实",
        "情况属实，正在疏散",
        "真的，烟大得很",
        "属实，赶紧来",
        "确认，是漏气",
    ),
    Order.FOUND: (
        "人找到了",
        "老人找着了，在公园",
        "娃寻到了",
        "娃娃找到了，莫找了",
        "人已找到",
        "老汉回来了，找着了",
    ),
    Order.EMERGENCY: ("进入战时 北河汛情", "启动应急响应，暴雪 到明天18点", "转入战时状态：水位超警"),
    Order.PEACE: ("结束战时", "退出应急状态", "恢复平时"),
    Order.REPIN: ("0302-17 换规则，时限改了", "这件改按新规则办，县里发了新办法"),
    Order.MERGE: (
        "0302-3 合并到 0302-1",
        "和0302-1是一回事",
        "这两个是同一件事",
        "跟0302-2是一个事",
        "0302-4、0302-5并案",
        "0302-5和0302-4是同一个",
    ),
    Order.CATEGORY: (
        "改类别 供电",
        "0302-3 类别改成环境卫生",
        "类别不对，是供电",
        "这个应该是物业的类别",
    ),
    Order.PLACE: (
        "改地点 5栋",
        "0302-5 地址改为老戏台旁边",
        "地点是东门口",
        "位置改成3栋后头",
        "位置写错了，是5栋",
    ),
    Order.SUPERVISE: (
        "督办",
        "0302-3 督办，三天内办结",
        "批示：请水务局立即处理",
        "限明天中午前解决",
        "催一下",
        "催办0302-3",
    ),
    Order.RETURN: (
        "退回 不归我们管",
        "0302-3 退单，属于物业",
        "这不是我们单位的",
        "这单不是我们的，退了",
        "退回，属于产权人自己的管线",
        "搞错了，退",
        "这片不归我们局管",
    ),
    Order.NOT_YET: (
        "先别办结，水还在漏",
        "还没修好，先不要关",
        "莫急着结，还没弄好",
        "没修好，又漏了",
        "还冇弄好",
        "还没弄好，等两天",
        "又坏了，没弄好",
    ),
    Order.ACCEPT: (
        "我们接了",
        "0302-3 我们接",
        "收到，接单",
        "水务公司受理",
        "这个是我们的，马上派人",
        "我来办",
        "0302-3 签收",
        "俺们接了",
        "额们局接了，下午到",
        "我们所接单，李工去",
        "这个我先接着",
        "算我们的，马上去",
        "安排人了，我们处理",
        "要得，我们来弄",
        "中，俺来办",
    ),
    Order.DONE: (
        "办好了",
        "0302-3 办结",
        "修好了，水来了",
        "管道换好了",
        "已处理，请验收",
        "化粪池疏通好了",
        "可以销单了",
        "弄好喽",
        "搞定了",
        "拾掇好了",
        "整好了，水通了",
        "弄妥了",
        "已经修好，麻烦验收",
        "0302-3 办妥",
        "灯亮了，换了新的",
        "路面补好了",
    ),
    Order.CONTACTED: (
        "已联系居民",
        "打电话联系过住户了",
    ),
    Order.LIFT: (
        "上报",
        "往上报",
        "报给指挥群",
        "升级，三天没人管",
        "上报领导",
        "再不管就往上报了",
        "提级处理",
        "0302-3 上报县里",
    ),
    Order.HAND_OVER: (
        "转给供电公司",
        "0302-3 转办水务",
        "交给城管局处理",
        "派给物业",
        "请水务局看看",
        "这个转给水务",
        "麻烦转一下供电公司",
        "0302-3 给供电公司",
        "这归水务，给他们",
        "叫水务局来看",
    ),
    Order.STATUS: (
        "0302-3 进度",
        "查0302-3",
        "那个路灯咋样了",
        "水管办得咋样",
        "有说法没",
        "问问昨天那个灯修了没",
        "修好了没",
        "办好了吗",
        "弄好没得",
        "来电了吗",
        "0302-3 啥时候能办好",
        "什么时候能修好",
        "这事有结果没",
        "还没办好吗",
        "你们办了没",
        "处理完了没有",
        "水来了没",
    ),
    Order.WITHDRAW: (
        "算了",
        "撤回",
        "不需要了，谢谢",
        "不要了",
        "莫管了，不用了",
    ),
    Order.WHISTLE: (
        "吹哨 城管局 供电公司 物业 牵头 城管局",
        "吹个哨，叫上供电公司和物业，城管牵头",
        "联动哨：水务、供电，由水务牵头",
        "吹一下哨，请住建局来一趟",
        "0302-3 吹响联动哨 派出所",
    ),
    Order.REPORT_IN: (
        "报到",
        "0302-3 我们报到了",
        "签到",
        "供电公司报到，人在路上",
    ),
    Order.ANSWER: (
        "督办回复：管子已经换好，晚上通水",
        "回复督办 明天上午办完",
    ),
    Order.TAKE_LEAD: (
        "我来领办",
        "领办 钟县长",
        "这件我领办",
    ),
    Order.TOPIC: (
        "上专题",
        "0302-3 列入专题",
        "提交常委会研究",
    ),
    Order.TOPIC_OFF: (
        "撤专题",
        "这件撤回专题吧",
    ),
    Order.OPINION: (
        "会议意见：由住建局牵头，月底前改完",
    ),
    Order.NONE: (
        "3栋2单元下水道堵了",
        "东门口路灯不亮三天了",
        "这水咋又浑了",
        "我们这儿啥时候没水的都说不清",
        "接电话没人理，路灯不亮",
        "楼下施工太吵",
        "家里没水，孩子没法洗澡",
        "水管接头漏水",
        "转角处井盖没了",
    ),
}
CASES = [(words, order) for order, sentences in SAID.items() for words in sentences]


@pytest.mark.parametrize(("words", "order"), CASES, ids=[words for words, _ in CASES])
def test_free_wording_is_read_as_one_order(words: str, order: Order) -> None:
    assert read_order(words).order is order


def test_the_table_is_wide() -> None:
    assert len(CASES) == len({words for words, _ in CASES}) >= 120
    # 我们这部分完成 is what 办结 means when a whistled unit says it.
    assert set(SAID) == set(Order) - {Order.PART_DONE}


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("退回 不归我们管，是产权人的", "不归我们管，是产权人的"),
        ("改地点 5栋东头", "5栋东头"),
        ("0302-3 转给供电公司", "供电公司"),
        ("绑定 g-basic-02", "g-basic-02"),
        ("静音 3小时", "3小时"),
        ("代报 槐苑群：没水", "槐苑群：没水"),
    ],
)
def test_what_the_order_is_about_follows_it(words: str, rest: str) -> None:
    assert read_order(words).rest == rest


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("0302-17 我们接了", ("0302-17",)),
        ("2026-0302-17合并到0302-3", ("2026-0302-17", "0302-3")),
        ("打0913-2212345没人接", ()),
        ("没有编号", ()),
    ],
)
def test_numbers_said_aloud(words: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(words) == numbers


@pytest.mark.parametrize(
    ("words", "hours"),
    [("2小时", 2.0), ("两个小时", 2.0), ("半小时", 0.5), ("30分钟", 0.5), ("", 2.0), ("99小时", 24.0)],
)
def test_how_long_a_silence_lasts(words: str, hours: float) -> None:
    assert hours_in(words) == hours


# who may ------------------------------------------------------------------------------------------------------------

RULES = rules()
ACTORS = {
    Role.RESIDENT: "r-1", Role.HOUSEHOLD_HEAD: "head", Role.GRID_MEMBER: "member", Role.GRID_LEADER: "leader",
    Role.UNIT_MEMBER: "water", Role.UNIT_LEAD: "sponsor", Role.COUNTY_LEADER: "county", Role.GRID_OFFICE: "office",
    Role.DUTY_OFFICER: "duty-day",
}


def opened(**changes: object) -> Ticket:
    return opening.do_open(MemoryWork(), RULES, MORNING, told(**changes))


def refusal(by: Person, order: Order, ticket: Ticket | None) -> str | None:
    """The reason that he is told, None where he may."""
    try:
        check_may(RULES, by, order, ticket)
    except RefusedError as refused:
        return refused.reason
    return None


@pytest.mark.parametrize("order", MAY)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says_and_nothing_else(order: Order, role: Role) -> None:
    reason = refusal(who(ACTORS[role]), order, opened())
    if role in MAY[order]:
        assert reason is None
    else:
        assert reason == ("resident_close" if (role, order) == (Role.RESIDENT, Order.DONE) else "no_right")


def test_residents_and_heads_never_end_or_supervise() -> None:
    for order in (Order.END_DANGER, Order.FALSE_ALARM, Order.SEARCH, Order.LEAVE):
        assert MAY[order] == OFFICIALS
    assert Role.HOUSEHOLD_HEAD not in MAY[Order.SUPERVISE] | MAY[Order.ACCEPT] | MAY[Order.RETURN]


@pytest.mark.parametrize("order", [Order.DONE, Order.EXCLUDE, Order.LIFT, Order.NOT_YET, Order.FOUND])
def test_the_neighbours_head_has_no_say_in_another_grid(order: Order) -> None:
    assert refusal(who("head-3"), order, opened()) == "not_your_area"
    assert refusal(who("head-3"), order, opened(group="g-3", area=GRID_TWO)) is None


def test_a_unit_of_another_place_can_not_accept() -> None:
    stranger = person("far", Role.UNIT_MEMBER, None, "un-far")
    assert refusal(stranger, Order.ACCEPT, opened()) == "not_your_area"


def test_that_a_person_danger_exists_is_said_to_nobody_but_its_confidants() -> None:
    private = opening.do_open(MemoryWork(), RULES, MORNING, person_danger())
    assert private.danger is DangerKind.PERSON
    for one in ("member", "leader", "office", "sponsor"):
        assert refusal(who(one), Order.HAND_OVER, private) == "not_found"
    assert refusal(who("police"), Order.DONE, private) in (None, "not_your_area")
    assert refusal(who("duty-day"), Order.DONE, private) is None
