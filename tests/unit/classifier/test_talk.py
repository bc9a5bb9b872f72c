"""Lines that lean on what was said before."""

from bot.messages import MessageKind
from registry.terms import Act, Category, DangerKind, Role, Tier, Urgency
from tests.unit.classifier.builders import Talk


def test_fragments_of_one_speaker_are_one_report_and_its_supplements() -> None:
    talk = Talk()
    first = talk.say("a", "二单元楼道灯不亮了")
    more = talk.say("a", "从一楼黑到五楼", after=0.5)
    picture = talk.say("a", "[图片]", kind=MessageKind.IMAGE, after=0.3)
    assert first.act is Act.REPORT
    assert (more.act, more.refers_to, more.category) == (Act.SUPPLEMENT, "m1", Category.FACILITY)
    assert (picture.act, picture.refers_to) == (Act.SUPPLEMENT, "m1")


def test_neighbours_echo_a_cut_of_water() -> None:
    talk = Talk()
    talk.say("a", "怎么又停水了")
    for sender, text in (("b", "+1"), ("c", "我家也是"), ("d", "同问"), ("e", "8号楼也没水")):
        verdict = talk.say(sender, text)
        assert (verdict.act, verdict.refers_to) == (Act.ECHO, "m1"), text
        assert (verdict.category, verdict.urgency) == (Category.WATER, Urgency.URGENT)


def test_a_plus_one_under_a_chain_is_chat() -> None:
    talk = Talk()
    talk.say("a", "怎么又停水了")
    talk.say("b", "#接龙 草莓 1.老李 2份", after=2)
    talk.say("c", "#接龙 草莓 1.老李 2份 2.小王 1份", after=1)
    talk.say("d", "草莓甜不甜", after=1)
    assert talk.say("e", "+1", after=1).act is Act.CHAT


def test_echoes_of_two_matters_find_their_own() -> None:
    talk = Talk()
    talk.say("a", "我们楼停电了")
    talk.say("b", "西门垃圾堆了一个星期没人清", after=1)
    assert talk.say("c", "垃圾臭得我家窗户都不敢开", after=1).refers_to == "m2"
    assert talk.say("d", "我家也停电了", after=1).refers_to == "m1"


def test_another_building_with_a_broken_lamp_is_another_matter() -> None:
    talk = Talk()
    talk.say("a", "3号楼楼道灯坏了")
    verdict = talk.say("b", "7号楼的楼道灯也不亮", after=3)
    assert (verdict.act, verdict.refers_to) == (Act.REPORT, None)


def test_a_quote_ties_to_its_matter() -> None:
    talk = Talk()
    talk.say("a", "3号楼楼道灯坏了")
    talk.say("b", "北门口垃圾满了没人清", after=1)
    verdict = talk.say("c", "我也看见了", quote="m1", after=4)
    assert (verdict.act, verdict.refers_to) == (Act.ECHO, "m1")


def test_power_is_back() -> None:
    talk = Talk()
    talk.say("a", "停电了？谁家还有电")
    for text in ("来电了", "亮了", "来了来了"):
        verdict = talk.say("b", text, after=5)
        assert (verdict.act, verdict.category, verdict.refers_to) == (Act.RECOVERY, Category.POWER, "m1"), text


def test_asked_whether_mended_is_no_recovery() -> None:
    talk = Talk()
    talk.say("a", "电梯坏了，爬了十楼")
    verdict = talk.say("b", "电梯修好了没", after=30)
    assert (verdict.act, verdict.refers_to) == (Act.STATUS_QUERY, "m1")


def test_still_broken_takes_back_the_recovery() -> None:
    talk = Talk()
    talk.say("a", "下水道堵了，脏水漫到门口")
    talk.say("a", "通了", after=40)
    verdict = talk.say("a", "不满意，通了半天又堵了", after=30)
    assert verdict.act is Act.RATING
    assert verdict.satisfied is False


def test_thanks_for_the_work_is_a_rating() -> None:
    talk = Talk()
    talk.say("a", "楼道灯坏了，老人看不见路")
    verdict = talk.say("a", "灯修好了，谢谢师傅", after=60)
    assert (verdict.act, verdict.satisfied) == (Act.RATING, True)


def test_a_picture_and_then_who_is_in_charge() -> None:
    talk = Talk()
    picture = talk.say("a", "[图片]", kind=MessageKind.IMAGE)
    verdict = talk.say("a", "这谁管啊", after=0.5)
    assert picture.act is Act.CHAT
    assert (verdict.act, verdict.refers_to) == (Act.REPORT, "m1")


def test_a_smell_then_smoke_makes_the_danger_plain() -> None:
    talk = Talk()
    first = talk.say("a", "楼道里好像有股糊味")
    second = talk.say("b", "我也闻到了，电表箱在冒烟", after=1)
    assert (first.urgency, first.danger, first.doubt) == (Urgency.URGENT, DangerKind.PLACE, True)
    assert (second.urgency, second.doubt, second.refers_to) == (Urgency.DANGER, False, "m1")


def test_what_follows_a_danger_is_danger() -> None:
    talk = Talk()
    talk.say("a", "后山起火了，快来人")
    verdict = talk.say("a", "在水库上头那片松树林", after=0.5)
    assert (verdict.act, verdict.urgency, verdict.danger) == (Act.SUPPLEMENT, Urgency.DANGER, DangerKind.PLACE)


def test_ordinary_talk_after_a_report_stays_chat() -> None:
    talk = Talk()
    talk.say("a", "楼道灯坏了")
    for text in ("谢谢", "哈哈哈", "中午吃啥", "谁有螺丝刀借用一下", "你吃了没"):
        assert talk.say("b", text, after=2).act is Act.CHAT, text


def test_a_position_sent_after_a_report_gives_its_place() -> None:
    talk = Talk()
    talk.say("a", "路上有棵大树倒了，车过不去")
    verdict = talk.say("a", "[位置] 青石桥东头", kind=MessageKind.LOCATION)
    assert (verdict.act, verdict.place) == (Act.SUPPLEMENT, "青石桥东头")


def test_heads_and_officials_who_tag_command_and_residents_report() -> None:
    talk = Talk()
    text = "@小格 报事 3号楼停水了"
    head = talk.say("h", text, role=Role.HOUSEHOLD_HEAD, tagged=True)
    official = talk.say("o", "@小格 这个转水利局", role=Role.GRID_MEMBER, tagged=True)
    resident = talk.say("r", text, tagged=True, after=200)
    assert (head.act, head.category, head.urgency) == (Act.COMMAND, Category.WATER, Urgency.URGENT)
    assert (official.act, official.refers_to) == (Act.COMMAND, "m1")
    assert resident.act is Act.REPORT


def test_officials_untagged_give_notices_or_chat() -> None:
    talk = Talk()
    talk.say("a", "怎么又停水了")
    ack = talk.say("m", "收到，我联系水务的师傅", role=Role.GRID_MEMBER)
    plan = talk.say("m", "【通知】明天8点至12点检修管道，3号楼停水，请提前储水", role=Role.GRID_MEMBER)
    hello = talk.say("m", "早上好", role=Role.GRID_MEMBER)
    assert (ack.act, ack.refers_to) == (Act.NOTICE, "m1")
    assert (plan.act, plan.announces) == (Act.NOTICE, True)
    assert hello.act is Act.CHAT


def test_an_official_informs_in_everyday_words_too_but_chats_in_few() -> None:
    talk = Talk()
    said = [talk.say("m", text, role=Role.GRID_MEMBER) for text in
            ("带身份证和一寸照，周末也办", "辛苦大家", "今天中午吃的啥，谁家包饺子了吗", "哈哈哈你这个说法有意思得很")]
    assert [verdict.act for verdict in said] == [Act.NOTICE, Act.CHAT, Act.CHAT, Act.CHAT]
    assert said[0].category is None


def test_an_official_in_a_command_group_gives_a_notice() -> None:
    talk = Talk()
    verdict = talk.say("o", "抢修队已到现场，预计一小时恢复", role=Role.UNIT_LEAD, tier=Tier.COMMAND)
    assert verdict.act is Act.NOTICE


def test_a_head_speaks_as_a_neighbour_or_passes_on() -> None:
    talk = Talk()
    told = talk.say("h", "我家门口路灯坏了，黑咕隆咚", role=Role.HOUSEHOLD_HEAD)
    passed = talk.say("h", "供电公司说晚上八点修好", role=Role.HOUSEHOLD_HEAD, after=20)
    assert told.act is Act.REPORT
    assert passed.act is Act.NOTICE


def test_cards_recalls_and_links() -> None:
    talk = Talk()
    assert talk.say("a", "[按钮]", kind=MessageKind.CLICK).act is Act.COMMAND
    assert talk.say("a", "[撤回]", kind=MessageKind.RECALL).act is Act.CHAT
    assert talk.say("a", "[链接] 某地化工厂爆炸", kind=MessageKind.LINK).act is Act.CHAT


def test_missing_people_are_urgent_and_marked() -> None:
    talk = Talk()
    verdict = talk.say("a", "我奶奶走丢了，八十二岁，穿黑棉袄")
    assert (verdict.category, verdict.urgency, verdict.missing) == (Category.PERSON_HELP, Urgency.URGENT, True)
    found = talk.say("b", "找到了，在桥头坐着", after=30)
    assert (found.act, found.refers_to) == (Act.RECOVERY, "m1")


def test_a_building_alone_gets_the_estate_before_it() -> None:
    talk = Talk()
    assert talk.say("a", "十二栋二单元楼道灯坏了").place == "柳林小区12栋2单元楼道"
    assert talk.say("b", "青石桥栏杆断了", after=90).place == "青石桥"
