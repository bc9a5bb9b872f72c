"""What a refusal at one of WeCom's doors asks an administrator to do: where to click in the console. Pure.

Codes are those of wire §8; the console's menus are named as the documents name them (path/90664, 91614, 92109, 101463)
and may stand elsewhere in a private deployment, so each path begins with what to look for. Of costs only what the
documents say is said; prices are the console's.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.channels.outcomes import Failed, Limited, Outcome, Partial, Retry, Sent, Unclear


class Door(StrEnum):
    """One thing that can be opened in the console, as `gridbot check --wecom` tries it."""

    APP = "app"
    CALLBACK = "callback"
    MEDIA = "media"
    BOT = "bot"
    BOT_CALLBACK = "bot_callback"
    WEBHOOK = "webhook"
    CONTACT = "contact"
    ARCHIVE = "archive"
    ARCHIVE_HELPER = "archive_helper"
    KF = "kf"
    MP = "mp"
    REPORT = "report"


NAMES = {
    Door.APP: "自建应用",
    Door.CALLBACK: "应用的回调地址",
    Door.MEDIA: "上传素材",
    Door.BOT: "智能机器人（长连接）",
    Door.BOT_CALLBACK: "智能机器人（回调方式）",
    Door.WEBHOOK: "群机器人",
    Door.CONTACT: "客户联系",
    Door.ARCHIVE: "会话存档",
    Door.ARCHIVE_HELPER: "存档组件",
    Door.KF: "微信客服",
    Door.MP: "公众号",
    Door.REPORT: "居民上报（政务版）",
}

COSTS = {
    Door.APP: "不收费。2022 年 6 月以后建的应用要填企业可信 IP。",
    Door.CALLBACK: "不收费；要有一个企业微信能访问的网址。",
    Door.MEDIA: "不收费。",
    Door.BOT: "不收费。要由超级管理员创建，否则成员编号是加密的。",
    Door.BOT_CALLBACK: "不收费；网址的域名要是本企业备案过的。",
    Door.WEBHOOK: "不收费。",
    Door.CONTACT: "不收费；企业要完成认证，成员要在客户联系的使用范围里。",
    Door.ARCHIVE: "按人按年收费，每个要听的群里有一名开通的成员就够；价格以管理后台的报价为准。",
    Door.ARCHIVE_HELPER: "不另外收费；要一台能上网的 Linux 机器放官方的库。",
    Door.KF: "开通和价格以管理后台显示的为准。",
    Door.MP: "要认证的服务号；认证费以公众平台显示的为准。",
    Door.REPORT: "政务版企业微信的功能，向当地的企业微信服务人员开通。",
}

OK, MISSING, UNCLEAR, OFF, UNTRIED = "ok", "missing", "unclear", "off", "untried"
_MARKS = {OK: "✓", MISSING: "✗", UNCLEAR: "?", OFF: "·", UNTRIED: "·"}

_APP = "应用管理 › 自建 › 小格的应用"
_CALLERS = "「可调用接口的应用」里勾上小格的应用"
_SECRET = {
    Door.CONTACT: f"{_APP} › Secret 重新查看，更新 GRIDBOT_WECOM_CONTACT_SECRET（没填就是 GRIDBOT_WECOM_APP_SECRET）。",
    Door.ARCHIVE: "会话内容存档 › Secret 重新查看，更新 GRIDBOT_WECOM_ARCHIVE_SECRET。",
    Door.KF: f"{_APP} › Secret 重新查看，更新 GRIDBOT_WECOM_KF_SECRET（没填就是 GRIDBOT_WECOM_APP_SECRET）。",
    Door.MP: "公众平台 › 设置与开发 › 基本配置：重置 AppSecret，更新 GRIDBOT_WECHAT_MP_APP_SECRET。",
    Door.REPORT: "居民上报所用应用的 Secret 重新查看，更新 GRIDBOT_WECOM_REPORT_SECRET。",
}
_MP = "公众平台 › 设置与开发 › 基本配置"
_ALLOW = {
    Door.MP: f"{_MP}：看接口权限；发客服消息要认证的服务号。",
    Door.CONTACT: f"客户与上下游 › 客户联系 › 客户 › API：{_CALLERS}。",
    Door.ARCHIVE: "会话内容存档 › 设置：确认已开通，密钥要用存档自己的 Secret，不是应用的。",
    Door.KF: f"应用管理 › 微信客服 › API：{_CALLERS}，并把客服账号交给它管理。",
    Door.REPORT: f"政民沟通 › 居民上报：{_CALLERS}。",
}
_RANGE = {
    Door.CONTACT: "客户与上下游 › 客户联系 › 权限配置 › 使用范围：加上网格员和小格的成员账号。",
    Door.KF: "应用管理 › 微信客服 › API：把客服账号交给小格的应用管理。",
}
_TRUSTED = {
    Door.ARCHIVE: "会话内容存档 › 可信 IP 地址：加上这台机器的出口地址。",
    Door.ARCHIVE_HELPER: "会话内容存档 › 可信 IP 地址：加上存档组件那台机器的出口地址。",
}
_BY_CODE = {
    40125: "公众平台 › 设置与开发 › 基本配置：重置 AppSecret，更新 GRIDBOT_WECHAT_MP_APP_SECRET。",
    40164: "公众平台 › 设置与开发 › 基本配置 › IP 白名单：加上这台机器的出口地址。",
    40013: "我的企业 › 企业信息 › 企业 ID，更新 GRIDBOT_WECOM_CORP_ID。",
    40056: f"{_APP} › AgentId，更新 GRIDBOT_WECOM_APP_AGENT_ID。",
    50001: f"{_APP} › 网页授权及 JS-SDK › 设置可信域名。",
    93000: "在那个群里：群设置 › 群机器人（消息推送）› 添加，把新地址里 key= 后面的一段填进登记表的 webhook。",
    93008: "在那个群里 @小格 说一句话。",
    93001: "把小格拉进那个群。",
    301002: "会话内容存档 › 开通并购买账号，企业要先完成认证。",
    301052: "会话内容存档 › 续费。",
    853000: "智能机器人 › 小格 › API 模式 › 使用长连接：重新复制 Bot ID 和 Secret，更新 GRIDBOT_WECOM_BOT_ID、_BOT_SECRET；"
    "一千人以上的企业要先由管理员允许。",
}
_TOKEN = frozenset({40001, 40014, 42001})
_OUTSIDE_RANGE = frozenset({60011, 81013, 82001, 60111, 40003, 46004, 84061, 84074})
_OURS = frozenset({40008, 40035, 40058, 41001, 44004, 45001, 45002})
_WAIT = frozenset({-1, 45009, 45033})


@dataclass(frozen=True, slots=True)
class Advice:
    """What is missing at a door and where to mend it. `passing`: it may be gone the next time."""

    what: str
    where: str
    code: int = 0
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What came out at one door: state is ok, missing, unclear (try again), off (not set) or untried."""

    door: Door
    state: str
    said: tuple[str, ...]
    todo: tuple[str, ...] = ()
    code: int = 0

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "door": self.door.value,
            "name": NAMES[self.door],
            "state": self.state,
            "said": list(self.said),
            "todo": list(self.todo),
            "cost": COSTS[self.door],
            "code": self.code,
        }

    def lines(self) -> list[str]:
        """For people. What is well is one line; what is not says what to do and what it costs."""
        found = [f"{_MARKS[self.state]} {NAMES[self.door]}：{self.said[0] if self.said else '可以用。'}"]
        found += [f"   {sentence}" for sentence in self.said[1:]]
        found += [f"   怎么办：{todo}" for todo in self.todo]
        if self.state in (MISSING, OFF):
            found.append(f"   费用：{COSTS[self.door]}")
        return found


def advice(door: Door, outcome: Outcome) -> Advice | None:
    """What to do after a try at `door`; None when it went well."""
    match outcome:
        case Sent() | Partial():
            return None
        case Limited():
            return Advice("这一类接口刚才用得太多，企业微信让等一等。", "过一分钟再检查一次。", 45009, passing=True)
        case Retry(code=code, sentence=sentence):
            return Advice(_asked(sentence), _no_answer(code), code, passing=True)
        case Unclear():
            return Advice("企业微信没有回答。", _no_answer(0), passing=True)
        case Failed(code=code, sentence=sentence):
            return Advice(sentence, where(door, code), code)


def where(door: Door, code: int) -> str:
    """Where in the console (or here) a refusal with this code is mended."""
    if code in _TOKEN:
        clock = "" if code == 40001 else "先看看这台机器的时间准不准；"
        return clock + _SECRET.get(door, f"{_APP} › Secret 重新查看，更新 GRIDBOT_WECOM_APP_SECRET。")
    if code == 60020:
        return _TRUSTED.get(door, f"{_APP} › 企业可信 IP：加上上面那个地址。")
    if code == 48002:
        return _ALLOW.get(door, f"{_APP}：给它开通这个接口的权限。")
    if code in _OUTSIDE_RANGE:
        return _RANGE.get(door, f"{_APP} › 可见范围：加上登记的人员所在的部门。")
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code in _WAIT:
        return "过一分钟再检查一次。"
    if 86000 <= code < 86300:
        return "核对登记表里这个应用群的编号和成员，再运行 gridbot appchat sync。"
    if code in _OURS:
        return "这是小格这边的问题，请把这一行连同版本告诉开发的人。"
    if door in _ALLOW:
        return _ALLOW[door]
    return f"在企业微信开发者中心的「全局错误码」里查 {code}。"


def _asked(sentence: str) -> str:
    return sentence.replace("，没有发出，稍后再试", "").replace("，稍后再试", "").replace("，稍后再发", "")


def _no_answer(code: int) -> str:
    if code in _WAIT:
        return "过一分钟再检查一次。"
    return "看看这台机器能不能上网、能不能解析域名，防火墙有没有拦；私有部署请核对 GRIDBOT_WECOM_BASE_URL。"
