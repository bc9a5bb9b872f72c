"""Do words tell of somebody by name? Such a matter is led from the group to the 1:1 chat, and is private there.

Only plain signs count: a family name with what neighbours add to it, or 叫 with a full name. Missing one costs little (what
groups hear of disputes, order and health names nobody anyway, P12); taking a place for a person would cost a report its
group.
"""

import re

_FAMILIES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
#: What follows a family name that is a street's, a village's or a trade's.
_NO_PERSON = r"(?![家]?(村|庄|湾|沟|坪|坝|河|镇|乡|街|路|巷|小区|花园|桥|店|铺|寨|堡|营|坡|山|台|口))"
_TITLE = (
    r"(某某?|姓|先生|女士|师傅|老汉|老头|老太|大爷|大妈|大娘|大叔|大嫂|大哥|大姐|阿姨|婶子?|嫂子?"
    r"|家(的|那)?(老?[大二三四]|儿子|媳妇|老人|男人|女人|两口子|婆婆|孩子|娃))"
)
_NAMED = re.compile(
    rf"(老|小)[{_FAMILIES}](?=[家他她又天老总跟和把在打骂欠偷占不，,。!！]){_NO_PERSON}"
    rf"|[{_FAMILIES}][一-龥]{{0,2}}?{_TITLE}{_NO_PERSON}"
    rf"|叫[{_FAMILIES}][一-龥]{{1,2}}(的|[，,。、\s]|$)"
)


def names_person(words: str) -> bool:
    """Whether the words name a person: 老王家又打起来了, 一个叫张小满的, 李某."""
    return _NAMED.search(words) is not None
