"""How a call to WeCom ended, and what its codes ask for (wire, section 8).

A call never raises for what WeCom or the network does: it ends in one of six values. Their sentences are for people
and name no key, no token, no text. `Unclear` means that bytes left and no answer came; only the sender knows whether
this kind of sentence may be said twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | int | float | bool | None"


@dataclass(frozen=True, slots=True)
class OnCard:
    """An answer that changed the clicked card: its task id, the response code that this used up (if any), and whether
    no button is left on it."""

    task_id: str
    code: str = field(default="", repr=False)
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """Taken by WeCom. `data` is the answer's other fields."""

    msgid: str = ""
    response_code: str = ""
    data: Mapping[str, object] = field(default_factory=dict, repr=False)
    on_card: OnCard | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """Taken, but not for these people or groups (path/90236: errcode 0 with invaliduser)."""

    invalid: tuple[str, ...]
    msgid: str = ""
    response_code: str = ""
    data: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Limited:
    """Too fast, by our own count or WeCom's: nothing was sent; try after so many seconds. `waits_for` names what may let
    it leave before."""

    retry_after: float
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing was sent, for a passing reason: no connection, WeCom busy."""

    code: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """The request left and no usable answer came: it may or may not have been done."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Refused for good. `alert` marks what an administrator has to mend before anything can be sent again."""

    code: int
    sentence: str
    alert: bool = False


Outcome: TypeAlias = Sent | Partial | Limited | Retry | Unclear | Failed

STALE_TOKEN = frozenset({40001, 40014, 42001})
"""One refresh, one replay."""

BUSY = -1
OVER_FREQUENCY = 45009
TOO_MANY_AT_ONCE = 45033

_ALERTS: Mapping[int, str] = {
    40001: "应用密钥（Secret）不被接受，请在管理后台重新复制后更新配置。",
    40013: "企业 ID 不对，请对照管理后台「我的企业」更新配置。",
    40014: "企业微信不接受刚取得的 access_token，请检查应用密钥是否被重置。",
    40056: "应用编号（AgentID）不对，请对照管理后台更新配置。",
    42001: "企业微信不接受刚取得的 access_token，请检查本机时间和应用密钥。",
    48002: "这个应用没有开通该接口，请在管理后台给应用授权。",
    60011: "接收人不在应用的可见范围内，请在管理后台扩大可见范围。",
    93000: "群机器人地址已失效（机器人被移出群或地址被重置），请重新添加并登记。",
    301002: "没有会话内容存档的权限，请在管理后台开通。",
    301052: "会话内容存档已到期，请续费。",
}

_FINAL: Mapping[int, str] = {
    40003: "接收人的 userid 不存在，请更新名册。",
    40008: "消息类型不被支持。",
    40035: "请求的参数不对。",
    40058: "请求的参数不对。",
    41001: "请求没有带 access_token。",
    44004: "内容是空的。",
    45001: "文件太大。",
    45002: "内容太长。",
    40050: "客户群的编号不对，可能已解散或换了群。",
    41048: "这位群主名下没有能群发的客户群。",
    40006: "文件的大小不对。",
    40007: "文件的编号（media_id）不对或已过期，请重新上传。",
    46004: "接收人不存在。",
    50001: "网页的域名没有登记为可信域名。",
    60111: "接收人的 userid 不存在，请更新名册。",
    81013: "没有一个接收人有效，请更新名册。",
    82001: "接收人都不在应用的可见范围内。",
    84061: "不是客户关系，不能给他发。",
    81017: "成员太多，要写明群主才能查客户群。",
    84074: "没有权限给这位客户发。",
    86001: "群的编号（chatid）不对，只能用英文字母和数字。",
    86003: "没有这个应用群，可能还没建或已解散。",
    86004: "群名不对：不能为空，最多 50 个字。",
    86005: "群主不对：要是群里的企业成员，且在应用可见范围内。",
    86006: "群人数不对：要有 2 到 2000 人。",
    86007: "成员名单里有不是本企业的账号，请更新名册。",
    86008: "这个群不是本应用建的，不能改也不能发。",
    86216: "有成员不能进这个群，请核对他的账号和可见范围。",
    86217: "有成员不能进这个群，请核对他的账号和可见范围。",
    93001: "机器人不在这个群里，请先把小格拉进群。",
    93006: "群的编号不对，请核对登记的 chatid（区分大小写）。",
    93008: "机器人不能在这个群里发言，请先在群里 @小格 一次。",
    846605: "这次回应的凭据已失效。",
    846608: "回应的时间已过。",
    853000: "智能机器人的编号或密钥不对，请在管理后台重新复制。",
}

_IP = re.compile(r"from ip: ?([0-9A-Fa-f.:]{3,45})")


def outcome_of(answer: Mapping[str, object]) -> Outcome:
    """Read WeCom's answer: success is errcode 0 or absent, errmsg decides nothing (path/90664).

    Token codes come out as Failed here: whoever holds the token refreshes before asking.
    """
    code = answer.get("errcode", 0)
    if not isinstance(code, int) or isinstance(code, bool):
        return Unclear("企业微信的回答看不懂，不知道有没有发出。")
    if code == 0:
        return _accepted(answer)
    if code == OVER_FREQUENCY:
        return Limited(60.0)
    if code == TOO_MANY_AT_ONCE:
        return Limited(5.0)
    if code == BUSY:
        return Retry(code, "企业微信正忙，稍后再发。")
    if code == 60020:
        found = _IP.search(str(answer.get("errmsg", "")))
        where = f"本机出口地址 {found[1]} " if found else "本机的出口地址"
        return Failed(code, f"企业微信拒绝了{where}：请在管理后台应用的「企业可信IP」里加上它。", alert=True)
    if code in _ALERTS:
        return Failed(code, _ALERTS[code], alert=True)
    return Failed(code, _FINAL.get(code, f"企业微信没有接受（错误码 {code}）。"))


def _accepted(answer: Mapping[str, object]) -> Sent | Partial:
    msgid = str(answer.get("msgid") or "")
    response_code = str(answer.get("response_code") or "")
    invalid: list[str] = []
    for name in ("invaliduser", "invalidparty", "invalidtag", "unlicenseduser", "fail_list"):
        # a `|` string in message/send, an array in update_template_card (path/90236, 94888)
        value = answer.get(name)
        if isinstance(value, str):
            invalid += [part for part in value.split("|") if part]
        elif isinstance(value, list):
            invalid += [str(part) for part in value]
    if invalid:
        return Partial(tuple(dict.fromkeys(invalid)), msgid, response_code, answer)
    return Sent(msgid, response_code, answer)
