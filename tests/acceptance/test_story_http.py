"""The county's stories, told over HTTP alone: people talk and press in the emulated WeCom, and what 小格 said is read
there."""

from datetime import timedelta

from tests.builders.county import County, instant


def test_a_leak_told_in_fragments_is_one_ticket_and_ends_settled(county: County) -> None:
    residents, coordination, command = county.group("g-basic-02"), county.group("g-coord-01"), county.group("g-cmd-01")

    # two neighbours tell one leak
    county.resident("r-008").says("2号楼楼下的水管漏水了", residents)
    county.resident("r-009").says("对，我家门口也是，水都流到路上了", residents)
    county.resident("r-008").says("就是2号楼1单元门口那根", residents)
    county.time.passes("1min")
    assert county.counts()["tickets"] == 1
    ticket = county.expects_ticket(category="water", status="assigned", unit="un-01", voices=2)
    number = ticket["aloud"]
    coordination.expects("待接单", number, "县水务局", "柏小泉")

    # the unit's person takes it; nobody else's button remains
    county.person("u-02").clicks("accept", number)
    coordination.expects("已接单", "柏小泉")
    county.expects_ticket(status="accepted", owner="u-02")
    county.settles()
    county.person("u-01").sees_no_button("accept", number)

    # the limit for the work passes: coordination group first, command group next
    command.never_hears("催办")
    county.time.passes("7d")
    coordination.expects("催办", number)
    county.time.passes("1d")
    command.expects("催办", number)

    # done; where a person must press, the question goes out with the day's digest
    county.person("u-02").tells_bot(f"{number} 修好了，办结", coordination)
    coordination.expects("记为办结", number)
    county.expects_ticket(status="done")
    county.time.comes(17, 31)
    residents.never_hears("办好了")
    county.owner("m-02").confirms(number)
    residents.expects("没好", number)

    # not settled after all: the next round of the same ticket
    county.resident("r-009").says("还没好，还在漏", residents)
    county.expects_ticket(status="assigned", round=2, owner="u-07")
    coordination.expects("重办", number)
    county.person("u-02").clicks("accept", "重办", number)
    county.expects_ticket(status="accepted", round=2)
    county.person("u-02").tells_bot(f"{number} 换了新管子，办结", coordination)
    county.expects_ticket(status="done", round=2)

    # settled and rated
    county.time.comes(17, 31)
    county.owner("m-02").confirms("说办好了", number)
    residents.expects("没好", number)
    county.resident("r-008").says("好了，谢谢", residents)
    county.expects_ticket(status="closed", outcome="satisfied", round=2)
    assert county.counts()["tickets"] == 1
    assert not county.rows("SELECT * FROM clocks WHERE state = 'running'")


def test_a_gas_smell_reaches_all_tiers_and_all_who_were_told_hear_of_its_end(county: County) -> None:
    residents, coordination, command = county.group("g-basic-01"), county.group("g-coord-01"), county.group("g-cmd-01")
    county.resident("r-003").says("5号楼楼道里有很浓的煤气味", residents)
    number = county.expects_ticket(urgency="danger", danger="place", doubt=0)["aloud"]
    advice = residents.expects("开窗", "119", number)
    assert advice.index("开窗") == 0, "what to do comes first"
    coordination.expects("险情", number)
    command.expects("险情", number)
    told = ("m-01", "l-01", "d-02", "u-06")
    for person in told:
        county.person(person).expects("险情", number)
    county.person("d-03").never_gets()
    county.person("u-06").clicks("accept", number)
    county.expects_ticket(status="accepted", owner="u-06")
    county.person("u-06").expects("由您处置", f"{number} 解除")

    county.settles()
    county.person("d-02").clicks("end", number)
    for group in (residents, coordination, command):
        group.expects("险情解除", number)
    for person in told:
        county.person(person).expects("险情解除", number)
    assert county.expects_ticket(urgency="danger")["danger_ended_at"]
    county.settles()
    county.person("m-01").sees_no_button("end", number)


def test_a_person_danger_reaches_no_group_and_only_confidants(county: County) -> None:
    residents = county.group("g-basic-01")
    county.resident("r-004").says("7栋的小李说不想活了，刚发消息说再见，快帮帮她", residents)
    number = county.expects_ticket(danger="person", urgency="danger", owner="d-02")["aloud"]
    for person in ("d-02", "l-01", "u-11"):
        county.person(person).expects("个人事项", number)
    county.time.passes("10min")
    for group in ("g-coord-01", "g-coord-02", "g-cmd-01"):
        county.group(group).never_hears()
    for sentence in residents.bot_said():
        assert sentence == f"已转给值班人员（{number}）。"
    for person in ("m-01", "u-04", "u-15", "c-01"):
        county.person(person).never_gets()

    county.person("d-02").clicks("accept", number)
    county.expects_ticket(status="accepted")
    county.person("d-02").says(f"{number} 解除")
    county.person("l-01").expects("解除", number)
    county.settles()
    for group in ("g-coord-01", "g-coord-02", "g-cmd-01"):
        county.group(group).never_hears()
    residents.never_hears("解除")


def test_a_mass_send_that_is_no_longer_true_is_called_off(county: County) -> None:
    residents, owner = county.group("g-basic-02"), county.owner("m-02")
    county.resident("r-010").says("3号楼楼道里有很浓的煤气味", residents)
    number = county.expects_ticket(urgency="danger")["aloud"]
    owner.expects_task("开窗", number)
    county.person("d-02").clicks("false", number)
    owner.expects_task("开窗", number, state="cancelled")
    owner.expects("不用发了", "棉纺院街坊群")
    county.settles()
    assert owner.tasks("waiting") == [], "who heard of no danger is not told that there is none"
    county.refuses("/confirm", {"owner": "m-02", "task": owner.tasks("cancelled")[0]["id"]})
    residents.never_hears()


def test_a_grid_member_pastes_what_no_bot_may_say(county: County) -> None:
    residents, member = county.group("g-basic-03"), county.person("m-04")
    county.resident("r-014").says("松坪二组井边的水管爆了，水冲到路上了", residents)
    number = county.expects_ticket(category="water")["aloud"]
    county.settles()
    residents.never_hears()
    text = member.pastes(residents, number)
    assert residents.expects(number) == text
    county.settles()
    said = county.rows("SELECT * FROM outbox WHERE group_id = 'g-basic-03' AND form = 'paste'")
    assert [row["state"] for row in said] == ["sent"]


def test_a_group_is_bound_by_an_official(county_with_a_new_chat: County) -> None:
    county = county_with_a_new_chat
    unbound = county.group("g-new")
    county.resident("r-901").tells_bot("5号楼电梯坏了", unbound)
    unbound.never_hears()
    assert county.counts()["tickets"] == 0
    county.person("m-03").tells_bot("绑定 g-basic-04", unbound)
    unbound.expects("绑定好了", "钟楼新苑业主群")
    county.person("m-03").tells_bot("报事 5号楼电梯坏了，老人下不了楼", unbound)
    number = county.expects_ticket(group_id="g-basic-04")["aloud"]
    unbound.expects("记下了", number)


def test_a_doubtful_danger_is_raised_by_silence(county: County) -> None:
    residents, command = county.group("g-basic-01"), county.group("g-cmd-01")
    county.resident("r-005").says("楼道里好像有股焦糊味，不知道是不是线烧了", residents)
    number = county.expects_ticket(doubt=1, danger="place", urgency="urgent")["aloud"]
    for person in ("m-01", "l-01", "d-02"):
        county.person(person).expects("疑似险情", number)
    county.time.passes("80s")
    command.never_hears()
    county.time.passes("15s")
    county.expects_ticket(doubt=0, urgency="danger")
    command.expects("险情", number)
    residents.expects("119", number)


def test_a_missing_person_is_told_to_groups_by_an_official_alone(county: County) -> None:
    residents, coordination = county.group("g-basic-01"), county.group("g-coord-01")
    county.resident("r-006").says("我妈走丢了，七十岁，穿蓝棉袄，早上从菜市场就没回来", residents)
    number = county.expects_ticket(missing=1)["aloud"]
    for person in ("m-01", "l-01", "d-02", "u-11"):
        county.person(person).expects("寻人", number)
    county.settles()
    coordination.never_hears()
    for sentence in residents.bot_said():
        assert "蓝棉袄" not in sentence
    county.person("l-01").tells_bot(f"寻人 {number} 七十岁老人走失，穿蓝色棉袄，请河湾花园邻里群、棉纺院街坊群留意", coordination)
    residents.expects("蓝色棉袄", "网格长", number)
    county.owner("m-02").confirms("蓝色棉袄", number)
    county.group("g-basic-02").expects("蓝色棉袄", number)
    county.group("g-basic-04").never_hears()
    county.person("l-01").tells_bot(f"{number} 老人找到了", coordination)
    residents.expects("找到了", number)
    county.owner("m-02").expects_task("找到了", number)
    county.expects_ticket(status="closed")


def test_a_word_said_before_the_clock_is_walked_is_decided_before_it(county: County) -> None:
    county.resident("r-001").says("3栋楼道水管爆了，水往屋里灌", county.group("g-basic-01"))
    target = county.now() + timedelta(hours=3)
    county.call("/test/clock", {"walk_to": target.isoformat()})
    ticket = county.expects_ticket(late=0, urgency="urgent")
    assert instant(ticket["opened_at"]) < target - timedelta(hours=2)
    county.group("g-cmd-01").expects("催办", ticket["aloud"])
