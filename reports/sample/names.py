"""Names of fictional people and organisations."""
from __future__ import annotations

from random import Random

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤曾"
MEN = ("建国", "志强", "伟", "军", "勇", "海涛", "文斌", "国栋", "立新", "鹏飞", "晓东", "俊", "明远", "永康", "振华", "家栋", "卫民", "宏亮",
       "泽宇", "浩然", "子轩", "承志", "守诚", "长林", "春生", "光明", "思远", "庆丰", "学武", "向阳")
WOMEN = ("秀英", "丽华", "敏", "静", "晓燕", "桂芳", "玉兰", "雪梅", "婷", "佳宁", "雨桐", "欣怡", "海霞", "文静", "慧", "春燕", "红梅", "淑珍",
         "艳", "思琪", "若溪", "亚楠", "清荷", "念慈", "素云", "巧玲")

BUREAU = {
    "name": "岚川县水利局", "party_group_name": "中共岚川县水利局党组", "organ_name": "中共岚川县水利局机关委员会",
    "addressee": "县直机关工委",
}
# (general branch or None, short name): twelve branches; the first three are the small sample.
BRANCHES = (
    ("机关总支", "办公室支部"), ("机关总支", "规划建设支部"), ("基层总支", "灌区中心支部"),
    ("机关总支", "水政水资源支部"), ("机关总支", "河湖管理支部"), ("机关总支", "财务审计支部"),
    ("基层总支", "水库管理所支部"), ("基层总支", "供水总站支部"), ("基层总支", "水土保持站支部"), ("基层总支", "农村水利站支部"),
    (None, "防汛抗旱支部"), (None, "离退休支部"),
)
TOWNS = ("青石", "柳坪", "白沙", "石桥", "龙泉", "桃源", "双河", "临江", "枫岭", "云台", "古塘", "新圩", "长滩", "竹溪", "茶亭", "马鞍", "南渡", "北岸",
         "东岭", "西坑")
UNITS = ("水利站", "河道所", "泵站", "供水所", "水库", "水文站", "灌区所", "闸管所", "水保站", "堤防所")


def person(random: Random) -> tuple[str, str]:
    """A name and a sex."""
    sex = "m" if random.random() < 0.62 else "f"
    return random.choice(SURNAMES) + random.choice(MEN if sex == "m" else WOMEN), sex


def many_branches(count: int) -> list[tuple[str, str]]:
    """(general branch, short name) for a large organisation: a general branch for each town."""
    pairs = [(f"{town}总支", f"{town}{unit}支部") for town in TOWNS for unit in UNITS]
    return pairs[:count]
