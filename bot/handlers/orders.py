"""What is a person who tags 小格 asking for? `read_order` is pure: words in, one order out. Wording is free.

The first pattern that fits wins; the order of the list is the order of precedence: what names a whole conversation
(binding, help) before what moves a matter, what is negated before what it negates, and a told matter last.
"""

# One pattern a line reads better than a wrapped one.
# ruff: noqa: E501

import re
from dataclasses import dataclass
from enum import StrEnum


class Order(StrEnum):
    """Everything that can be asked of 小格 by words."""

    BIND = "bind"
    CODE = "code"
    HELP = "help"
    MINE = "mine"
    TODAY = "today"
    WHY = "why"
    MUTE = "mute"
    UNMUTE = "unmute"
    WHO = "who"
    LEAVE = "leave"
    EXCLUDE = "exclude"
    FALSE_ALARM = "false"
    END_DANGER = "end"
    CONFIRM = "true"
    EMERGENCY = "emergency"
    PEACE = "peace"
    REPIN = "repin"
    MERGE = "merge"
    CATEGORY = "category"
    PLACE = "place"
    RETURN = "return"
    SUPERVISE = "supervise"
    LIFT = "lift"
    SEARCH = "search"
    FOUND = "found"
    PROXY = "proxy"
    REPORT = "report"
    ACCEPT = "accept"
    NOT_YET = "not_yet"
    DONE = "done"
    CONTACTED = "contacted"
    HAND_OVER = "hand_over"
    STATUS = "status"
    WITHDRAW = "withdraw"
    WHISTLE = "whistle"
    REPORT_IN = "report_in"
    PART_DONE = "part_done"
    ANSWER = "answer"
    TAKE_LEAD = "take_lead"
    TOPIC = "topic"
    TOPIC_OFF = "topic_off"
    OPINION = "opinion"
    SHELVE = "shelve"
    RESUME = "resume"
    EXTEND = "extend"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    UNREASONABLE = "unreasonable"
    CONFIRM_UNREASONABLE = "confirm_unreasonable"
    REFUSE_UNREASONABLE = "refuse_unreasonable"
    SETTLE = "settle"
    SPLIT = "split"
    ACKNOWLEDGE = "acknowledge"
    LOWER = "lower"
    SILENCE = "silence"
    NOTE = "note"
    SWAP = "swap"
    AGREE_SWAP = "agree_swap"
    REFUSE_SWAP = "refuse_swap"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """An order with its rest: `rest` is what follows the order's word (a reason, a place, a unit, a number of hours)."""

    order: Order
    rest: str = ""


_NUMBER = re.compile(r"(?<![\d-])(?:\d{4}-)?\d{4}-\d{1,4}(?![\d-])")

#: Precedence from top to bottom. Group "rest", where there is one, is what the order is about.
_PATTERNS: tuple[tuple[Order, re.Pattern[str]], ...] = tuple(
    (order, re.compile(pattern))
    for order, pattern in (
        (Order.BIND, r"^绑定\s*(?P<rest>[\w-]+)"),
        (Order.CODE, r"^(?P<rest>\d{6})$"),
        (Order.HELP, r"^(帮助|怎么用|咋用|咋个用|你?能(干|做)(啥|什么)|你会(啥|什么)|使用说明|help)[啊呀嘛?？。!！]*$"),
        (Order.NOTE, r"^交接?班(?!车)[：:，,\s]*(?P<rest>.*)"),
        (Order.REFUSE_SWAP, r"(不同意|不愿意|不能|拒绝|不).{0,2}换班|换班.{0,4}(不行|不同意|不愿意)"),
        (Order.AGREE_SWAP, r"^(我)?(同意|愿意|可以|能|好的?)[，, ]?换班|换班.{0,4}(同意|可以|行)[。!！]*$"),
        (Order.SWAP, r"(?P<rest>.*(换班|调班).*)"),
        (Order.SILENCE, r"静默\s*(?P<rest>.*)"),
        (Order.ACKNOWLEDGE, r"^(知道了|晓得了|我(正|还)?在(看|盯|跟)(着|了|进)?|(正|已经?)?在看(着|了)?|我(来)?(盯|看)着)[吧啦哈]*[。!！]*$"),
        (Order.LOWER, r"(降(一?级|下来)|(不用|别|莫|不要)(再|一直)(叫|呼|催)(人|我们|他们)?了?)(?P<rest>.*)"),
        (Order.EMERGENCY, r"^(现在)?(进入|启动|转入|转为)(战时|应急)(状态|模式|响应)?[，,：:\s]*(?P<rest>.*)"),
        (Order.PEACE, r"^(结束|解除|退出)(战时|应急)(状态|模式|响应)?|^(转为|恢复)平时"),
        (Order.REPIN, r"换(成|用|一下)?(新|现行|战时|平时)?(版)?的?规则|改按?(新|现行|战时|平时)(版)?的?规则(办)?"),
        (Order.ANSWER, r"督办的?(回复|答复|反馈)|(回复|答复)督办"),
        (Order.WHISTLE, r"(吹|拉)(个|一?声|一下|下|响)?(日常|联动|紧急)?哨|^(日常|联动)哨"),
        (Order.OPINION, r"会议意见|常委会(意见|议定|定了)"),
        (Order.TOPIC_OFF, r"(撤(销|回|下|出)?|退出|取消)(这个|这件)?专题|专题(撤|取消)"),
        (Order.TOPIC, r"(上|列(入|为)?|提(交|请)?|进)(县里|县委|常委会)?(的)?专题|(上|提交?)(常委)?会研究"),
        (Order.TAKE_LEAD, r"(?<!谁)领办(?!了?[吗没])(?P<rest>.*)"),
        (Order.REPORT_IN, r"(报到|签到)(了|啦)?([，,。!！]|$)"),
        (Order.SUPERVISE, r"^(批示|督办|挂牌|约谈)|^提醒(?!大家|各位|居民|群众|业主|邻居)"),
        (Order.PROXY, r"^代报\s*(?P<rest>.+)"),
        (Order.REPORT, r"^(帮(我|忙|个忙)|麻烦|请)?(报事|报个事|上报一件|登记|记一件|记个|记一下|反映)"),
        (Order.SEARCH, r"^(寻人|找人|寻找|帮忙找人|走失)"),
        (Order.MINE, r"(我|俺|额).{0,6}(还有|有)?(啥|什么|几件|哪些|多少).{0,4}(没|未)(办|完|结|(弄|搞|做)完)|我的单|我手上.{0,4}(单|件)|(没办完|未办结)的.{0,4}(列|几件|有哪)"),
        (Order.TODAY, r"^(今日|今天|今儿)(的)?(情况|怎么样|咋样|汇总)|^(今日|今天)(简报|小结)"),
        (Order.WHY, r"^(.{0,14})?(为什么|为啥|咋)(要)?(建单|建的单|立单|登记)|^(为什么|为啥)[?？]?$"),
        (Order.MUTE, r"^(静音|安静|静一静|(先)?(别|莫)说话|闭嘴)\s*(?P<rest>.*)"),
        (Order.UNMUTE, r"^(恢复(说话|发言|吧|了)?[。!！]*$|取消静音|解除静音|可以说话)"),
        (Order.WHO, r"(谁|哪个|哪位)(负责|管|包抓)(?!不)|(归|由)(谁|哪)|该找谁|找哪个(单位|部门)|网格员是谁|户长是谁"),
        (Order.LEAVE, r"(?P<rest>.*(请假|代班|替班|顶班).*)"),
        # What asks after a matter must not be taken for the order that it names: 办好了没, 接单了吗.
        (Order.STATUS, r"(好|完|结|成|通|修|办|接|来|管|弄|处理|解决|下来|单|动)(了|过)?(没有|没得|没|吗|冇|么)[?？!！。啊呀]*$|(电|水|气|暖|路|灯)(了)(没有|没得|没|吗|冇|么)[?？!！。啊呀]*$|(啥|什么|么子)时(候|间)?.{0,8}(好|修|弄|通|来|恢复|解决|处理|办)|(几时|多久|几点).{0,8}(好|修|弄|通|来|恢复|解决|处理|办)|有人(管|接|办|修|处理)(没|吗)|^查(一下|下|查)?"),
        # Who refuses what was asked for says the same words as who asks for it.
        (Order.REFUSE_UNREASONABLE, r"(不同意|不认可|不能?算|不属于|不是|驳回).{0,6}不合理"),
        (Order.CONFIRM_UNREASONABLE, r"(同意|确认|认可|核定).{0,6}不合理"),
        (Order.UNREASONABLE, r"(?P<rest>.*(不合理(的)?诉求|诉求不合理).*)"),
        (Order.REFUSE_EXTENSION, r"(不同意|不批准?|不准|不能|驳回).{0,4}延期"),
        (Order.GRANT_EXTENSION, r"(同意|批准|准许).{0,6}延期|延期.{0,4}(同意|批准)"),
        (Order.EXTEND, r"(?P<rest>(.*(申请|请求|要求|需要|想).{0,6})?(延期|宽限|延长时限|延长期限)(?!了).*)"),
        (Order.RESUME, r"恢复办理|取消挂账|不挂账?了|挂账.{0,3}取消"),
        (Order.SHELVE, r"(?P<rest>.*挂账.*)"),
        (Order.SPLIT, r"拆分|拆开|拆出来|分成两件|(另外|单独)(记|立|建)(一件|一单|单)?"),
        # 不用了，我自己换了 takes it back: nobody has to be asked whether it is over.
        (Order.SETTLE, r"^(?!.*(不用|不需要|不要|算了|撤回|取消)).*(自行(解决|处理|修好|修复)|(自己|自个儿?)(动手|凑钱|出钱|出力|掏钱|花钱)?(就|给|已经|都)?(解决|修|弄|处理|搞|补|整|清|疏|换|挖)(好|完|通|开|掉)?了)"),
        (Order.EXCLUDE, r"不是诉求|不算诉求|不是(个)?事|(不用|不要|别|莫)(建单|登记|立单)|(这|那)(个|条)?(是)?闲聊|是聊天|开玩笑的"),
        (Order.FALSE_ALARM, r"误报|虚惊|看错了|报错了|^(是)?假的|不是(真的|火|漏气)"),
        (Order.END_DANGER, r"(危险|险情|警报|警戒).{0,4}(解除|排除|消除|过去)|^解除|可以解除|(明火|火).{0,3}(扑灭|灭了)"),
        (Order.CONFIRM, r"^(属实|情况属实|是真的|确认属实|确实危险|(真的|确认|确实)[，,。!！])"),
        (Order.FOUND, r"(人|老人|老汉|孩子|娃|小孩|走失).{0,6}(找到|找着|寻到|寻着)"),
        (Order.MERGE, r"合并|并到|并成|并为|并一(下|起)|并案|是一(回|件|码|个)事|同一(件|回|个)(事)?"),
        (Order.CATEGORY, r"(改|换)(一下)?类别|类别(改|换)?(成|为|是|应该是|不对|错)|应该是.{2,6}的?类别?$"),
        (Order.PLACE, r"(改|换)(一下)?(地点|地址|位置)|(地点|地址|位置)(改|换)?(成|为|是|应该是|不对|.?错)"),
        (Order.SUPERVISE, r"督办|催办|催一?催|催(一|下|个)|^催|挂牌|约谈|提醒(一下|下)?(他们|单位|承办)|批示|限.{1,10}(办结|完成|解决)|(特急|一级|重点)(盯|办)|按(特急|一级|重点)|列(入|为)?(督办|一级|重点)"),
        (Order.RETURN, r"退回|退单|不归我们(管|办|负责)?|不是我们(管|的|单位)|不属于我们(管|的)?|不在我们(职责|范围)内?|(^|[，,])退(了|掉)?$"),
        (Order.NOT_YET, r"(先|暂时|暂)?(别|不|不要|莫|不能)(急着)?(办结|关|结|销)|还(没|冇|未)(有)?(好|弄|修|解决|办|处理|搞|整|换|通)|(没|冇|未)(有)?((修|弄|搞|整|换|处理)(好|完|通)|解决)"),
        (Order.ACCEPT, r"(我们|我|.{2,8}(局|所|公司|队|站|镇|院|办|委))?.{0,6}(接了|接单|受理了|受理|签收|已接|先接|接手|来办|牵头|(?<![么咋个何哪里儿去能])办了?$|接$)|(?<!直|紧)接[，,。!！]|^接$|我们(单位|公司|这边)?(马上|这就|来|去){0,2}(弄|处理|解决|搞)(吧|[，,。!！]|$)|算我们的|挂(在|到)?我们.{0,8}名下|是我们的"),
        (Order.DONE, r"办结|(搞|弄|整)(好|完|定)(了|咯|啦|咧|哒)?|搞定|办好了?|办完了?|处理(完|好)了?|已(处理|解决|修复|恢复|送电|供水|通)|修好了?|换好了?|(调解|清理|疏通|维修|收拾|拾掇|打扫|抢修|更换|安装|补|铺|装|焊|挖|刷)(好|完)了?|(办|弄|搞|整)妥|换了新|(可以|能|给)?(结|销|关)(了|掉|单|案)|能结|可以结|恢复(供水|供电|供气|供暖|通行|送电)|来(电|水|气)了|救出|撤了吧|请验收?"),
        (Order.CONTACTED, r"(已|已经)?(联系|联络|电话)(上|过)?(了)?(居民|群众|住户|当事人|本人)"),
        (Order.LIFT, r"^上报$|往上报|报上去|报(到|给)?(县|镇|乡|街道|指挥群|领导)|升级|提级|上报(指挥|县|镇|领导|一下)?"),
        (Order.HAND_OVER, r"(转办给|转交给|转派给|转给|转到|转办|转交|转派|转(?!角|弯|盘|运|圈|眼|身)|派给|派|交给|交|给|报|请|叫)\s*(?P<rest>[^，,。！!？?\s]{2,14})"),
        (Order.STATUS, r"进度|进展(咋|怎)|到哪(一步|里|儿)?(了|咧|啦)|到哪一步|咋样了|怎么样了|办得(咋|怎)|(有)?(说法|消息|结果)(没|了没|吗)|问问.{0,16}(没|吗|了没)"),
        (Order.WITHDRAW, r"不用了|不要了|不需要了|算了|撤回|取消(上报|报修)?"),
    )
)


def read_order(words: str) -> Asked:
    """The first order that the words (without the @) fit; NONE where they fit none: then the matter itself is told."""
    text = _NUMBER.sub("", words).strip(" 　,，:：。")
    for order, pattern in _PATTERNS:
        match = pattern.search(text)
        if match:
            rest = match.groupdict().get("rest")
            return Asked(order, (rest if rest is not None else text[match.end():]).strip(" ，,:：。"))
    return Asked(Order.NONE, text)


def numbers_in(words: str) -> tuple[str, ...]:
    """Ticket numbers said in the words, 0302-17 or 2026-0302-17, in order."""
    return tuple(match[0] for match in _NUMBER.finditer(words))


_HOURS = re.compile(r"(\d{1,2}|[一二两三四五六七八九十半])\s*(个)?(小时|钟头)")
_MINUTES = re.compile(r"(\d{1,3})\s*分钟")
_COUNT = {"半": 0.5, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def hours_in(words: str, default: float = 2.0) -> float:
    """How many hours are named (静音 2小时); at most 24."""
    match = _HOURS.search(words)
    if match:
        count = match[1]
        return min(float(count) if count.isdigit() else float(_COUNT[count]), 24.0)
    minutes = _MINUTES.search(words)
    return min(int(minutes[1]) / 60, 24.0) if minutes else default
