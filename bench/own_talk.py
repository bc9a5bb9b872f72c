"""Group talk made for measuring: sentences of our own, with numbers and places filled in, in the mix of a living group.

About seven of ten are chat; the rest tell, add, echo, ask and thank.
"""

import random
from collections.abc import Iterator

CHAT = (
    "早上好呀各位邻居", "哈哈哈笑死我了", "今天这天真不错，适合晒被子", "谁家有闲置的婴儿推车，想收一个", "收到，谢谢",
    "晚上一起打羽毛球吗，{n}点老地方", "楼下早餐店的豆浆涨到{n}块了", "我家娃考了{n}十分，高兴坏了", "有没有拼车去市里的，周{c}走",
    "拼团苹果，{n}斤起，要的接龙", "1.老李 {n}斤\n2.小王 两斤", "这个视频太有意思了", "昨晚的球赛看了没", "快递帮我拿一下放门口，谢谢",
    "周末去爬山的报个名", "红烧肉要炖{n}十分钟才软", "孩子的作业本忘带了，谁家有第{n}单元的题", "祝大家节日快乐", "新开的那家面馆味道可以",
    "出去遛弯啦", "有会修电脑的邻居吗，想请教一下", "这两天降温，大家多穿点", "转发：冬季养生十条", "我妈做的腊肉可香了", "好的好的",
    "明天谁有空一起带娃去公园", "捡到一把钥匙，上面有个小熊，来{n}号楼下领", "哪家理发店手艺好", "刚才跳舞的音乐叫什么名字", "嗯嗯",
    "二手自行车八成新，{n}百出", "菜市场今天的鱼新鲜", "都睡了吗", "看电影有人约不", "家里的猫跑回来了，虚惊一场，谢谢大家帮着找",
)
TELLING = (
    "{n}号楼{c}单元楼道灯坏了{m}天了，晚上老人下楼看不见", "{n}栋又停水了，水龙头一滴水都没有", "小区东门的井盖翘起来了，骑车差点摔",
    "{n}号楼电梯又卡住了，{m}楼上不去", "垃圾桶满了{m}天没人清，臭得不行", "楼上半夜{m}点还在敲墙，孩子没法睡",
    "{n}栋{c}单元下水道堵了，污水冒到一楼", "路口的红绿灯不亮，车乱成一团", "门口那条路坑坑洼洼，下雨全是泥",
    "我们单元停电{m}个小时了，冰箱里的东西要坏了", "暖气只有十{c}度，家里有老人受不了", "河边那家厂子又在偷排，水都是黑的",
    "工地拖欠我们{m}个人三个月工钱", "我爸的高龄补贴{m}个月没到账", "消防通道又被车堵死了，没人管吗",
)
ADDING = (
    "就是{n}号楼后面那一片", "从早上{m}点就这样了", "我家也是", "+1", "同问", "我们{c}单元也没有", "拍了照片发群里了",
)
ASKING = ("上次报的楼道灯修了没", "有人知道什么时候来水吗", "物业上班到几点", "办得怎么样了", "修好了，谢谢", "来电了", "还是不行啊")
#: Share of each kind, in hundredths.
MIX = ((CHAT, 70), (TELLING, 12), (ADDING, 10), (ASKING, 8))
#: The mix of the transcript that the archive's figure speaks of: chat and notices 69, first and further reports 6 (5 of
#: them open a ticket), supplements and echoes 13, and the rest, where officials' orders count as asking.
TRANSCRIPT = ((CHAT, 69), (TELLING, 6), (ADDING, 13), (ASKING, 12))
Mix = tuple[tuple[tuple[str, ...], int], ...]


def lines(count: int, seed: int = 1, mix: Mix = MIX) -> list[str]:
    """So many lines of talk, the same for the same seed."""
    return list(_lines(count, random.Random(seed), mix))


def tellings(count: int, seed: int = 2) -> list[str]:
    """So many reports."""
    chance = random.Random(seed)
    return [_filled(chance.choice(TELLING), chance) for _ in range(count)]


def _lines(count: int, chance: random.Random, mix: Mix) -> Iterator[str]:
    kinds, shares = [kind for kind, _ in mix], [share for _, share in mix]
    for kind in chance.choices(kinds, shares, k=count):
        yield _filled(chance.choice(kind), chance)


def _filled(sentence: str, chance: random.Random) -> str:
    return sentence.format(n=chance.randint(1, 38), m=chance.randint(2, 11), c=chance.choice("一二三四五六"))
