"""By which words an official means a unit: 「转城管」 means 县城市管理局.

Short forms come from three sources: the county's own `aliases`, the full name with its head (county) and tail (局,
公司) taken off, and the abbreviations that all counties use.
"""

from collections.abc import Iterable

from registry.model import Unit

#: What official names begin with beside the county's own name.
_HEADS = ("县", "市", "区", "国网", "中国")
_TAILS = (
    "股份有限公司", "有限责任公司", "有限公司", "分公司", "公司", "集团", "管理局", "分局", "局", "委员会",
    "办公室", "人民政府", "街道办事处", "服务中心", "中心", "大队", "支队", "总站", "站", "所", "院",
)  # fmt: skip
#: Common abbreviations, by a piece of the full name.
_COMMON = {
    "城市管理": ("城管局", "城管"),
    "综合执法": ("执法局", "综合执法"),
    "住房和城乡建设": ("住建局", "住建"),
    "人力资源和社会保障": ("人社局", "人社"),
    "市场监督管理": ("市场监管局", "市场监管", "市监局", "市监"),
    "卫生健康": ("卫健局", "卫健委", "卫健"),
    "医疗保障": ("医保局", "医保"),
    "教育体育": ("教体局", "教体", "教育局", "教育"),
    "生态环境": ("环保局", "环保", "环境局"),
    "农业农村": ("农业局", "农业"),
    "自然资源": ("国土局", "国土", "资源局"),
    "应急管理": ("应急局", "应急"),
    "交通运输": ("交通局", "交通"),
    "交通警察": ("交警队", "交警"),
    "文化和旅游": ("文旅局", "文旅"),
    "退役军人事务": ("退役军人局", "退役军人"),
    "消防救援": ("消防队", "消防"),
    "供电": ("供电", "电力公司", "电力局", "电力"),
    "电力": ("供电公司", "供电局", "供电", "电力"),
    "燃气": ("燃气公司", "燃气", "天然气"),
    "天然气": ("燃气公司", "燃气", "天然气"),
    "热力": ("热力公司", "热力", "供热公司", "供热"),
    "供热": ("热力公司", "供热"),
    "自来水": ("自来水公司", "自来水", "供水公司", "供水"),
    "供水": ("自来水公司", "自来水", "供水"),
    "水务": ("水务局", "水利局", "水利"),
    "水利": ("水利局", "水务局", "水务"),
    "物业": ("物业公司", "物业"),
    "派出所": ("派出所",),
    "公安": ("公安局", "公安"),
}
_TOO_SHORT = 2


def alias_words(unit: Unit, county_names: Iterable[str]) -> tuple[str, ...]:
    """All words that mean the unit, the full name first. `county_names` are taken off the front of the name."""
    words = dict.fromkeys((unit.name, *unit.aliases))
    stem = _without_head(unit.name, county_names)
    words[stem] = None
    # 公安局望河派出所 is called 望河派出所
    words[stem.partition("局")[2]] = None
    for tail in _TAILS:
        if stem.endswith(tail):
            words[stem.removesuffix(tail)] = None
    for piece, short in _COMMON.items():
        if piece in unit.name:
            words.update(dict.fromkeys(short))
    if "人民政府" in stem:
        # 柳河镇人民政府 is called 柳河镇政府, 镇政府, 柳河镇
        place = stem.removesuffix("人民政府")
        words.update(dict.fromkeys((place + "政府", place[-1:] + "政府")))
    return tuple(word for word in words if len(word) >= _TOO_SHORT)


def _without_head(name: str, county_names: Iterable[str]) -> str:
    heads = (*sorted(county_names, key=len, reverse=True), *_HEADS)
    stem = name
    taken = True
    while taken:
        taken = False
        for head in heads:
            if stem.startswith(head) and len(stem) - len(head) >= _TOO_SHORT:
                stem, taken = stem[len(head) :], True
    return stem
