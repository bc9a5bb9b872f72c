"""Stories of the counties' own reports, told in words over the real decider and storage, in matters made up here.

Each says what every tier heard, who answered for the matter at each moment, and how it ended. After every act the audit
sweep is asked (`tests/builders/story.py`), so that at no moment anything lies without an owner or a clock.
"""

from __future__ import annotations

from typing import Any

from registry.terms import ClockKind, Outcome, Status, Urgency, What
from tests.builders.story import Story
from tests.builders.talk import last_refusal, sample_registry

BASIC, VILLAGE = "g-basic-01", "g-basic-03"
COORD, COORD_VILLAGE, COMMAND = "g-coord-01", "g-coord-02", "g-cmd-01"


def test_the_blocked_pipe_between_property_company_and_neighbourhood() -> None:
    """Each says that it is the other's. The sponsor holds it in between, the grid office decides, and no clock stood still."""
    with Story.begins() as story:
        story.resident("r-001").says("2号楼一单元的下水道堵了三天了，厕所都用不成")
        story.group(BASIC).expects("已转给县水务局", story.number, kind="receipt")
        story.group(COORD).expects("待接单", story.number, "县水务局")
        story.person("u-02").gets(story.number, "请接单", kind="card")
        assert story.matter.owner == "u-04", "until a unit has accepted, the grid's sponsor answers for it"
        limit = story.talk.clocks()[ClockKind.DONE].limit_at

        story.person("u-02").says(f"@小格 {story.number} 退回，小区里面的管子归物业", COORD)
        story.person("u-04").gets("小区里面的管子归物业", "现由您负责")
        story.person("u-04").says(f"@小格 {story.number} 转给 河湾物业", COORD)
        story.person("u-09").gets(story.number, "请接单")
        story.time.passes("2h")
        story.person("u-09").says(f"@小格 {story.number} 退回，堵的是小区外的主管，物业没有设备", COORD)
        story.person("u-04").gets("物业没有设备", "现由您负责")
        story.person("c-01").gets("退回过2次", "要不要领办")
        story.person("u-04").says(f"@小格 {story.number} 转给 县水务局", COORD)
        story.person("u-02").says(f"@小格 {story.number} 退回，还是归物业", COORD)
        story.person("d-01").gets("已退回多次", "请您定由谁办")
        assert story.matter.owner == "d-01"
        assert story.matter.returns == 3
        story.group(BASIC).hears_nothing("退回")

        story.person("d-01").says(f"@小格 {story.number} 转给 县水务局", COORD)
        story.person("u-02").says(f"@小格 {story.number} 退回，真的不归我们", COORD)
        assert "是网格办定的，不能再退" in last_refusal(story.talk)
        story.person("u-02").says(f"@小格 {story.number} 接单", COORD)
        story.group(BASIC).expects(story.number, "县水务局已接单")
        assert story.talk.clocks()[ClockKind.DONE].limit_at == limit, "returning it moved no limit"

        story.person("u-02").says(f"@小格 {story.number} 办结，主管已疏通，井口加了滤网", COORD)
        story.group(BASIC).expects(story.number, "县水务局说已经办好了")
        story.resident("r-001").says("好了，谢谢")
        story.group(BASIC).expects("谢谢您回话", story.number)

        matter = story.only_one()
        assert (matter.status, matter.outcome, matter.unit) == (Status.CLOSED, Outcome.SATISFIED, "un-01")
        assert story.owned_by() == ["u-04", "d-01", "u-04", "u-02"]
        assert story.talk.whats().count("returned") == 3
        story.group(COMMAND).never_heard(story.number, "待接单")


def test_the_road_washed_out_and_mended_by_thirty_villagers_in_fifteen_days() -> None:
    """The unit had an extension by name; the village was quicker. No unit is credited, and the voices are asked."""
    with Story.begins() as story:
        story.resident("r-014").says("磨坊沟口的路昨晚被大水冲断了，车过不去，娃上学都绕远")
        assert story.matter.urgency is Urgency.URGENT
        story.group(COORD_VILLAGE).expects("紧急", story.number, "县交通运输局")
        story.group(VILLAGE).hears_nothing()
        story.person("m-04").gets("已转给县交通运输局")
        story.person("m-04").pastes(VILLAGE)
        story.group(VILLAGE).expects("已转给县交通运输局", story.number)

        story.person("u-10").says(f"@小格 {story.number} 接单", COORD_VILLAGE)
        story.person("m-04").pastes(VILLAGE)
        story.person("u-10").says(f"@小格 {story.number} 申请延期到3月17日，水退了机械才进得去", COORD_VILLAGE)
        story.person("l-04").gets("申请延期到3月17日", "机械才进得去")
        before = story.talk.clocks()[ClockKind.DONE].limit_at
        assert before.date().isoformat() == "2026-03-09", "asking moves nothing"
        story.person("l-04").clicks("grant_extension")
        story.group(COORD_VILLAGE).expects("宋长河同意延期", "3月17日")
        story.person("m-04").pastes(VILLAGE)
        story.group(VILLAGE).expects("延到3月17日", story.number)

        story.time.comes("2026-03-16 15:00")
        assert not story.talk.lines(COMMAND, ever=True, kind="step"), "nothing is late within the extension"
        story.person("h-04").says(f"@小格 {story.number} 自行解决，村里三十个人出工把路垫好了", VILLAGE)
        story.group(COORD_VILLAGE).expects("居民自己解决了，不用再办")
        story.person("u-10").gets("居民自己解决了")
        story.person("m-04").gets("记为居民自行解决")
        assert story.matter.status is Status.DONE
        story.person("m-04").pastes(VILLAGE)
        story.group(VILLAGE).expects("大家自己解决了", "好了请回")
        story.resident("r-014").says("好了，车能过了")

        matter = story.only_one()
        assert (matter.status, matter.outcome) == (Status.CLOSED, Outcome.SATISFIED)
        assert story.owned_by() == ["u-15", "u-10"]
        assert What.SETTLED_BY_RESIDENTS.value in story.talk.whats()
        assert What.DONE.value not in story.talk.whats(), "no unit may count it as its own"


def without_a_market_regulator(data: dict[str, Any]) -> None:
    """Nobody in the county takes consumer matters."""
    for unit in data["units"]:
        unit["categories"] = [category for category in unit["categories"] if category != "consumer"] or ["agriculture"]


def test_the_prepaid_card_that_no_unit_owned() -> None:
    """What no unit fits goes to the town that takes the rest; after three refusals the office decides, and a leader leads."""
    with Story.begins(registry=sample_registry(without_a_market_regulator)) as story:
        story.resident("r-002").says("3号楼底商的洗衣店关门了，充的预付卡里还有两千块，找谁都说不归他管")
        story.group(BASIC).expects("已转给望水镇人民政府", story.number)
        story.person("u-20").says(f"@小格 {story.number} 退回，镇上没有管预付卡的", COORD)
        story.person("u-04").says(f"@小格 {story.number} 转给 市场监督管理局", COORD)
        story.person("u-14").says(f"@小格 {story.number} 退回，预付卡备案归商务", COORD)
        story.person("c-01").gets("退回过2次", "领办")
        story.person("u-04").says(f"@小格 {story.number} 转给 望水派出所", COORD)
        story.person("u-11").says(f"@小格 {story.number} 退回，够不上立案", COORD)
        story.person("d-01").gets("够不上立案", "请您定由谁办")
        assert (story.matter.owner, story.matter.unit) == ("d-01", None)

        story.person("c-01").clicks("take_lead")
        story.group(COORD).expects("关远山领办", story.number)
        story.group(COMMAND).hears_nothing("退回")
        story.person("d-01").says(f"@小格 {story.number} 转给 市场监督管理局", COORD)
        story.person("u-14").says(f"@小格 {story.number} 退回，还是不归我们", COORD)
        assert "不能再退" in last_refusal(story.talk)
        story.person("u-14").says(f"@小格 {story.number} 接单", COORD)
        story.person("l-01").says(f"@小格 {story.number} 联动哨 派出所 望水镇，市场监督管理局牵头", COORD)
        story.person("u-11").gets("吹哨", "市场监督管理局牵头")
        story.person("u-11").clicks("report_in")
        story.group(COORD).expects("武定安报到了")
        story.time.passes("61min")
        named = story.group(COORD).expects("未报到", "望水镇人民政府")
        assert "派出所" not in named.split("未报到")[1].split("\n")[0]
        story.person("u-20").clicks("report_in")
        story.person("u-14").says(f"@小格 {story.number} 办结，老板已经退了卡里的钱", COORD)
        story.resident("r-002").says("好了，钱退回来了")

        matter = story.only_one()
        assert (matter.status, matter.outcome, matter.unit, matter.leader) == (Status.CLOSED, Outcome.SATISFIED, "un-11", "c-01")
        assert story.owned_by() == ["u-04", "d-01", "u-04", "u-14"]
        story.group(BASIC).never_heard("退回")


def test_seventy_households_and_one_leaking_main() -> None:
    """Seventy voices are one ticket; their number raises it; one who is left without water is enough to open it again."""
    with Story.begins() as story:
        story.resident("r-001").says("3号楼门口的主水管漏了，水流了一地")
        assert story.matter.urgency is Urgency.NORMAL
        group = story.group(BASIC)
        heard = len(group.all_heard())
        others = ("我家也停水了", "+1", "我们楼也没水", "同样没水")
        for household in range(1, 70):
            story.talk.says(f"x-{household:03d}", others[household % 4], to=BASIC, wait="3s")
        story.look()
        matter = story.only_one()
        assert (matter.voices, matter.urgency) == (70, Urgency.URGENT)
        assert story.talk.whats().count("opened") == 1
        assert len(group.all_heard()) - heard <= 2, "seventy voices are not seventy answers"
        story.group(COORD).heard("紧急", story.number)

        story.person("u-02").says(f"@小格 {story.number} 接单", COORD)
        group.expects("县水务局已接单")
        story.person("u-02").says(f"@小格 {story.number} 办结，换了两米主管", COORD)
        group.expects("县水务局说已经办好了")
        assert len(story.talk.lines(BASIC, kind="ask_rating")) == 1, "the seventy are asked once, together"
        story.resident("x-005", BASIC).says("好了，谢谢师傅")
        assert story.matter.status is Status.CLOSED
        story.time.passes("3h")
        story.resident("x-009", BASIC).says("没好，六楼还没有水")
        group.expects("还没好", "重新办")
        story.group(COORD).expects("重办", story.number, "第2轮")
        assert (story.matter.status, story.matter.round) == (Status.ASSIGNED, 2)
        story.person("u-02").says(f"@小格 {story.number} 接单", COORD)
        story.person("u-02").says(f"@小格 {story.number} 办结，六楼的阀门也开了", COORD)
        story.resident("x-009", BASIC).says("好了")

        matter = story.only_one()
        assert (matter.status, matter.voices) == (Status.CLOSED, 70)
        assert matter.outcome is Outcome.SATISFIED
        assert story.owned_by() == ["u-04", "u-02", "u-04", "u-02"]


def test_the_fish_that_died_in_an_unannounced_power_cut() -> None:
    """Power back is not the matter settled: 没好 opens it one rung higher, a leader leads, two units are whistled."""
    with Story.begins() as story:
        story.resident("r-016").says("昨晚松坪二组没通知就停电，增氧机全停了，我一塘鱼都死了，损失谁来管")
        assert story.matter.urgency is Urgency.URGENT
        story.person("u-03").gets(story.number, "请接单")
        story.person("m-04").pastes(VILLAGE)
        story.person("u-03").says(f"@小格 {story.number} 接单", COORD_VILLAGE)
        story.person("u-03").says(f"@小格 {story.number} 办结，已经送电", COORD_VILLAGE)
        story.person("m-04").pastes(VILLAGE)
        story.group(VILLAGE).expects("晴川供电公司说已经办好了")
        story.resident("r-016").says("没好，鱼的损失没人管")
        story.group(COORD_VILLAGE).expects("重办", "第2轮", story.number)
        story.person("u-15").gets("居民说还没办好")
        assert (story.matter.round, story.matter.outcome) == (2, None)

        story.person("c-01").says(f"@小格 {story.number} 我来领办", COMMAND)
        story.group(COORD_VILLAGE).expects("关远山领办", story.number)
        story.person("c-01").says(f"@小格 {story.number} 督办 三天内给个说法", COMMAND)
        story.group(COORD_VILLAGE).expects("督办单", "关远山")
        story.person("l-04").says(f"@小格 {story.number} 联动哨 供电公司 农业农村局，供电公司牵头", COORD_VILLAGE)
        story.person("u-19").gets("吹哨", "晴川供电公司牵头")
        story.person("u-03").says(f"@小格 {story.number} 接单", COORD_VILLAGE)
        story.person("u-19").clicks("report_in")
        story.person("u-03").says(f"@小格 {story.number} 督办回复：按鱼价赔，以后停电提前一天说", COORD_VILLAGE)
        story.person("c-01").gets("按鱼价赔")
        assert ClockKind.SUPERVISION not in story.talk.clocks()
        story.person("u-03").says(f"@小格 {story.number} 办结，赔款已付清", COORD_VILLAGE)
        story.person("m-04").pastes(VILLAGE)
        story.group(VILLAGE).expects("说已经办好了")
        story.resident("r-016").says("好了，钱收到了")

        matter = story.only_one()
        assert (matter.status, matter.round, matter.leader) == (Status.CLOSED, 2, "c-01")
        assert matter.outcome is Outcome.SATISFIED
        assert story.owned_by() == ["u-15", "u-03", "u-15", "u-03"]


def test_the_old_man_who_cannot_activate_his_card() -> None:
    """Somebody comes to the door. What concerns one person's affairs is in no group's words; he is asked twice."""
    with Story.begins() as story:
        story.resident("r-003").says("2号楼我爸八十多了，社保卡激活不了，跑了三趟大厅都说要本人用手机刷脸，他刷不过")
        story.group(BASIC).expects("社保救助", "已转给县民政局")
        story.person("u-15").gets("社保卡激活不了", "请接单")
        story.person("u-15").says(f"@小格 {story.number} 转给 人力资源和社会保障局", COORD)
        story.person("u-16").gets("社保卡激活不了", "请接单")
        story.person("u-16").says(f"@小格 {story.number} 接单", COORD)
        story.person("u-16").says(f"@小格 {story.number} 已联系居民，明天上门", COORD)
        assert ClockKind.FIRST_CONTACT not in story.talk.clocks()
        story.time.comes("2026-03-03 15:00")
        story.person("u-16").says(f"@小格 {story.number} 办结，上门给老人激活了", COORD)
        story.group(BASIC).expects("说已经办好了", story.number)
        story.time.passes("25h")
        story.group(BASIC).expects("再问一声", story.number)
        story.resident("r-003").says("好了，谢谢你们跑一趟")

        matter = story.only_one()
        assert (matter.status, matter.outcome, matter.unit) == (Status.CLOSED, Outcome.SATISFIED, "un-12")
        assert story.owned_by() == ["u-04", "u-16"]
        for group in (BASIC, COORD, COMMAND):
            for private in ("2号楼", "我爸", "刷脸"):
                story.group(group).never_heard(story.number, private)
