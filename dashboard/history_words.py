"""A ticket's history in Chinese, one sentence for each line. Facts and registered names only; heard words lie apart."""

from dashboard.people import official_name, unit_name
from dashboard.terms import OUTCOME, URGENCY
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES, Category, What
from tickets.carrying_over import TELLER
from tickets.model import HistoryLine

_URGENCIES = {urgency.value: name for urgency, name in URGENCY.items()}
_OUTCOMES = {outcome.value: name for outcome, name in OUTCOME.items()}
_LADDERS = {"accept": "接单", "done": "办结", "first_contact": "首次联系", "step": "险情"}


def sentence(registry: Registry, line: HistoryLine) -> str:
    """What happened, by whom, to whom. A resident is 「居民」; who is not named is the program itself."""
    facts = line.facts
    who = _who(registry, line.by)
    holder = official_name(registry, line.to) or ""
    unit = unit_name(registry, line.to) or ""
    match line.what:
        case What.OPENED:
            if facts.get("from") == TELLER:
                return f"从旧台账接过来（旧编号 {facts.get('old_number', '')}）" + (f"，负责人 {holder}" if holder else "")
            kind = "咨询" if facts.get("kind") == "consultation" else "诉求"
            return f"{who}反映，受理为{kind}" + (f"，首问责任人 {holder}" if holder else "")
        case What.VOICE:
            return f"又有{who}反映，共 {facts.get('voices', 1)} 个声音"
        case What.SUPPLEMENT if facts.get("door") == "resident_report":
            return _reported(line, who)
        case What.SUPPLEMENT:
            return f"{who}说可能已经好了" if facts.get("recovery") else f"{who}补充了情况"
        case What.ASSIGNED:
            owner = official_name(registry, str(facts["owner"])) if facts.get("owner") else None
            return f"交办给 {unit or '相关人员'}" + (f"，接单前由 {owner} 负责" if owner else "")
        case What.HANDED_OVER if "roster" in facts:
            return f"交接班：由 {who} 交给 {holder}"
        case What.HANDED_OVER:
            before = unit_name(registry, str(facts["from"])) if facts.get("from") else None
            return f"{who}转办给 {unit}" + (f"（原为 {before}）" if before else "")
        case What.ACCEPTED:
            return f"{who} 接单"
        case What.ACKNOWLEDGED if "silent_until" in facts:
            return f"{who} 静默到 {str(facts['silent_until'])[:16].replace('T', ' ')}，其间不提醒"
        case What.ACKNOWLEDGED if "silence_over" in facts:
            return "静默结束，接着提醒"
        case What.ACKNOWLEDGED if "ladders" in facts:
            return f"{who} 说知道了，催办先停到 {str(facts.get('until', ''))[:16].replace('T', ' ')}"
        case What.ACKNOWLEDGED:
            return f"{who}在网格办页面代 {holder} 登记接单" if facts.get("office") else f"{who} 表示已看到"
        case What.RETURNED:
            return f"{who} 退回（第 {facts.get('returns', 1)} 次）" + (f"，现由 {holder} 负责" if holder else "")
        case What.RAISED:
            return _raised(registry, line, who)
        case What.DONE:
            return f"{who} 办结" + ("，附照片" if facts.get("photo") else "")
        case What.ASKED_RATING:
            return "再次请群众评价" if facts.get("again") else "请群众评价"
        case What.RATED:
            return f"{who}评价：{'满意' if facts.get('satisfied') else '不满意'}"
        case What.REOPENED:
            return f"{who}说还没好，重办，第 {facts.get('round', 2)} 轮" + (f"，由 {holder} 负责" if holder else "")
        case What.CORRECTED:
            return _corrected(line, who)
        case What.WITHDRAWN:
            return "消息撤回后没有内容，撤回工单" if facts.get("recalled") else f"{who}说不用了，撤回工单"
        case What.CLOSED:
            if facts.get("unreasonable"):
                return f"{who} 核定为不合理诉求，不再办理"
            if facts.get("excluded"):
                return f"{who} 认定不是诉求"
            outcome = _OUTCOMES.get(str(facts.get("outcome")))
            return "关闭" + (f"，评价：{outcome}" if outcome else "")
        case What.DANGER_RAISED:
            return "升为险情，通知知情人员" if facts.get("kind") == "person" else "升为险情，三级群同时通知"
        case What.DANGER_ENDED:
            return f"{who} 确认是误报" if facts.get("false_alarm") else f"{who} 解除险情"
        case What.DOUBTED:
            return "像是险情，请人核实"
        case What.CONFIRMED:
            return f"{who} 确认属实"
        case What.OPENED_NUMBER:
            return f"{who} 查看了遮住的号码"
        case What.CONTACTED:
            return f"{who} 已联系群众"
        case What.WHISTLED:
            return f"{who} 发出寻人" if facts.get("search") else _whistled(registry, line, who)
        case What.REPORTED_IN:
            named = unit_name(registry, str(facts.get("unit"))) or who
            if facts.get("part_done"):
                return f"{named}那部分完成（{who}）"
            return f"{named} 报到（{who}）" + ("，过了时限" if facts.get("late") else "")
        case What.SUPERVISED:
            return _supervised(registry, line, who)
        case What.MERGED:
            return f"并入 {line.to}" if line.to else f"并入了 {facts.get('from', '另一张工单')}"
        case What.SHELVED:
            return _shelved(line, who)
        case What.EXTENDED | What.SET_ASIDE if "stage" in facts:
            return _requested(line, who)
        case What.SPLIT:
            return f"{who} 拆出 {line.to}" if line.to else f"{who} 从 {facts.get('from', '另一张工单')} 拆出来"
        case What.RECALLED:
            return "说话人撤回了一条消息，内容已抹去"
        case _:
            return f"{_PLAIN[line.what]}" + (f"（{who}）" if line.by else "")


_PLAIN = {
    What.EXTENDED: "延期",
    What.REPINNED: "改按新版时限规则",
    What.LINKED: "与旧工单关联",
    What.SETTLED_BY_RESIDENTS: "居民自己解决",
    What.SET_ASIDE: "搁置一条无法处理的消息",
}


def _reported(line: HistoryLine, who: str) -> str:
    """A step in 居民上报: told here, taken there."""
    step = _REPORT_STEPS.get(str(line.facts.get("step")), "有新进展")
    return f"居民上报：{step}" + (f"（{who}）" if line.by else "")


_REPORT_STEPS = {
    "received": "居民用小程序报来", "accepted": "那边已受理", "assigned": "那边已分配", "handed_over": "那边已转交",
    "done": "那边已办结，请负责人核实", "refused": "那边不受理", "working": "那边办理中",
}  # fmt: skip


def _shelved(line: HistoryLine, who: str) -> str:
    if line.facts.get("resumed"):
        return f"{who} 恢复办理"
    times = line.facts.get("times", 1)
    return f"{who} 挂账" + (f"（第 {times} 次）" if times > 1 else "") + f"，{_day(line)}复查"


def _requested(line: HistoryLine, who: str) -> str:
    what = f"延期到{_day(line)}" if line.what is What.EXTENDED else "按不合理诉求处理"
    verb = {"asked": "申请" if line.what is What.EXTENDED else "提出", "granted": "同意", "refused": "不同意"}
    return f"{who} {verb.get(str(line.facts['stage']), '提出')}{what}"


def _day(line: HistoryLine) -> str:
    """The day to which it is put off, as the county's clock wrote it."""
    return str(line.facts.get("until", "另定的日子"))[:10]


def _raised(registry: Registry, line: HistoryLine, who: str) -> str:
    facts = line.facts
    if "rerouted" in facts:
        others = "、".join(name for one in facts.get("to", ()) if (name := official_name(registry, str(one))))
        return f"有一句话没发出去，改发给 {others or '别的人'}"
    if facts.get("leader_proposed"):
        asked = official_name(registry, line.to) or "县领导"
        return f"{_PROPOSED.get(str(facts['leader_proposed']), '几次没有办好')}，请 {asked} 领办"
    if "topic" in facts:
        return f"{who} {'列入专题' if facts['topic'] else '撤出专题'}"
    if "absent" in facts:
        return f"吹哨到时没有报到，点名：{_units(registry, facts['absent'])}"
    if facts.get("by_hand"):
        return f"{who} 上报"
    if "urgency" in facts:
        return f"紧急程度升为「{_URGENCIES.get(str(facts['urgency']), '紧急')}」"
    called = [_called(registry, str(name)) for name in facts.get("calls", [])]
    ladder = _LADDERS.get(str(facts.get("ladder")), "办理")
    return f"{ladder}超时，第 {facts.get('step', 1)} 次升级" + (f"，通知 {'、'.join(called)}" if called else "")


_PROPOSED = {"returns": "退回多次", "reopened": "重办多次", "unsatisfied": "居民几次不满意", "unanswered": "约谈没有回复"}
_GRADES = {"reminder": "提醒", "notice": "督办单", "call_up": "约谈"}


def _units(registry: Registry, ids: object) -> str:
    named = [unit_name(registry, str(one)) for one in ids] if isinstance(ids, list) else []
    return "、".join(name for name in named if name) or "有关单位"


def _whistled(registry: Registry, line: HistoryLine, who: str) -> str:
    facts = line.facts
    if "units" not in facts:
        return f"{who} 吹哨"
    kind = "联动哨" if facts.get("kind") == "joint" else "日常哨"
    lead = unit_name(registry, line.to)
    return f"{who} 吹{kind}：{_units(registry, facts['units'])}" + (f"，{lead} 牵头" if lead else "")


def _supervised(registry: Registry, line: HistoryLine, who: str) -> str:
    facts = line.facts
    if facts.get("leading"):
        return f"{official_name(registry, line.to) or '县领导'} 领办" + ("" if line.by == line.to else f"（{who}安排）")
    if facts.get("opinion"):
        return f"{who} 记下会议意见"
    if facts.get("answer"):
        return f"{who} 回复督办"
    if "lapsed" in facts:
        lapsed, grade = _GRADES.get(str(facts["lapsed"]), "督办"), _GRADES.get(str(facts.get("grade")))
        return f"{lapsed}到时没有回复" + (f"，升为{grade}" if grade else "，请县领导领办")
    grade = _GRADES.get(str(facts.get("grade")), "督办")
    return f"{who} {'督办' if grade == '督办单' else grade}" + ("（特急）" if facts.get("urgent") else "")


def _called(registry: Registry, name: str) -> str:
    group = registry.group(name)
    return group.name if group else official_name(registry, name) or "有关人员"


def _corrected(line: HistoryLine, who: str) -> str:
    facts = line.facts
    if facts.get("by_message"):
        return "按后来的消息补全了" + "、".join(_FIELDS.get(str(f), "内容") for f in facts.get("fields", []))
    if facts.get("field") == "place":
        return f"{who} 改了地点"
    if facts.get("lowered"):
        return f"{who} 降级，写明了原因"
    if "to" in facts:
        return f"{who} 改类别：{_category(facts.get('from'))} → {_category(facts['to'])}"
    return f"{who} 更正"


_FIELDS = {"place": "地点", "category": "类别"}


def _category(value: object) -> str:
    return CATEGORY_NAMES[Category(str(value))] if value else "未定"


def _who(registry: Registry, person_id: str | None) -> str:
    if person_id is None:
        return "系统"
    return official_name(registry, person_id) or "居民"
