"""Danger in a line: of a place or of a person, plain or doubtful."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.classifier.scan import Hit, Scan, clause_end, clause_start
from bot.classifier.spoilers import Spoilers
from bot.classifier.vocabulary import DangerName
from bot.messages import Reason
from registry.terms import Category, DangerKind

#: Somebody speaks of himself, lightly: 作业多得不想活了.
_LIGHT = re.compile(r"哈|嘿|嘻|作业|考试|加班|上班|论文|减肥|体重|游戏|追剧|剧情|电视剧|小说|电影|球|输了|排位|卷子|数学|英语|高数|早起|热死|冷死|好困|秃|脱发|单身|嘛嘛|表情|\[[^\]]{1,4}\]|呜呜|穷|花呗|快递|演员|歌|男主|女主|番|漫|股票|跌|涨停|输钱|得(我|人|俺|额)?(都|真)?(想|要)(跳|死|自杀|去死)")
#: Nobody laughs at a fire at his door.
_LAUGHS = re.compile(r"哈哈|笑死|嘻嘻|嘿嘿|\[(捂脸|呲牙|偷笑|坏笑|笑哭|破涕为笑|旺柴|撇嘴|调皮)\]")
_OVER = re.compile(r"灭了|扑灭|已灭|控制住|救出来|救上来|没事了|处理完|处理好|已消除|排除|解除|修好了|已处理|接走了|抓住了|制服|带走了|劝下来|送医院了|味道没有了|散了|不漏了|关阀了|虚惊|误报|看错|是假的|没着|没有着火|不是着火|不是煤气|平安|好着呢|找到了")
_OTHER_PERSON = re.compile(r"他|她|有人|有个|女的|男的|邻居|楼上|隔壁|对门|娃|孩子|女儿|儿子|老人|媳妇|老公|老婆|朋友|妈|爸|学生|小伙|姑娘|一个")


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger that a line tells."""

    name: str
    kind: DangerKind
    category: Category
    doubt: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DangerReader:
    """Finds danger with the county's lists."""

    names: Mapping[str, DangerName]

    def read(self, scan: Scan, rest: Scan, spoilers: Spoilers, *, alert: frozenset[str]) -> Danger | None:
        """The danger told by a line, or None. `alert` holds the names of dangers told in the talk just before."""
        plain = [hit for hit in scan.of("danger") if self._stands(hit, spoilers, rest)]
        weak = [hit for hit in scan.of("doubtful") if self._stands(hit, spoilers, rest)]
        signs = [hit for hit in scan.of("sign") if hit.rule.tag in alert and self._stands(hit, spoilers, rest)]
        if not plain and not weak and not signs:
            return None
        if rest.count("advert") >= 2 or _LAUGHS.search(scan.text):
            return None
        chosen = min(plain or weak or signs, key=lambda hit: (self._order(hit), hit.start))
        name = self.names[chosen.rule.tag]
        doubt = self._doubtful(chosen, plain=bool(plain), scan=scan, rest=rest, alert=alert)
        if name.kind is DangerKind.PERSON and _LIGHT.search(scan.text) and not _OTHER_PERSON.search(scan.text):
            return None
        kind_word = "场所危险" if name.kind is DangerKind.PLACE else "人身危险"
        reasons = [Reason(f"{kind_word}·{name.name}", chosen.words, 5.0)]
        if doubt:
            hedges = rest.of("hedges")
            reasons.append(Reason("疑似", hedges[0].words if hedges else chosen.words, -1.0))
        return Danger(name.name, name.kind, name.category, doubt, tuple(reasons))

    def _order(self, hit: Hit) -> int:
        return list(self.names).index(hit.rule.tag)

    @staticmethod
    def _stands(hit: Hit, spoilers: Spoilers, rest: Scan) -> bool:
        if spoilers.negated(hit) or spoilers.supposed(hit) or spoilers.elsewhere:
            return False
        if spoilers.gone(hit) or rest.has("planned") or (hit.rule.kind == "doubtful" and spoilers.own_thing(hit)):
            return False
        return not _OVER.search(spoilers.text, max(0, hit.start - 12))

    @staticmethod
    def _doubtful(hit: Hit, *, plain: bool, scan: Scan, rest: Scan, alert: frozenset[str]) -> bool:
        """Weak words are doubtful, hedged ones too; signs beside them or a danger told just before make it plain."""
        if hit.rule.tag in alert and (plain or scan.has("sign")):
            return False
        signed = any(
            sign.rule.tag == hit.rule.tag and (sign.start >= hit.end or sign.end <= hit.start) for sign in scan.of("sign")
        )
        if not plain:
            return not signed
        # 是不是我鼻子的问题 puts all in doubt, a short 好像 only its own clause
        begin, end = clause_start(scan.text, hit.last), clause_end(scan.text, hit.end)
        hedged = any(begin <= hedge.start <= end or len(hedge.words) >= 3 for hedge in rest.of("hedges"))
        return hedged and not signed
