import pytest

from members.pinyin import spell


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("赵敏", "zhao min", "zm"),
        ("曾小红", "zeng xiaohong", "zxh"),
        ("单立人", "shan liren", "slr"),
        ("仇和平", "qiu heping", "qhp"),
        ("解放军", "xie fangjun", "xfj"),
        ("区志明", "ou zhiming", "ozm"),
        ("查大海", "zha dahai", "zdh"),
        ("任重", "ren zhong", "rz"),
        ("尉迟恭", "yuchi gong", "ycg"),
        ("令狐冲", "linghu chong", "lhc"),
        ("欧阳春晓", "ouyang chunxiao", "oycx"),
        ("单于", "shan yu", "sy"),
        ("李", "li", "l"),
        ("买买提·艾力", "mai maitiaili", "mmtal"),
    ],
)
def test_names_are_spelled_as_people_say_them(name, pinyin, initials):
    assert spell(name) == (pinyin, initials)


def test_the_longest_name_fits_its_columns():
    pinyin, initials = spell("庄" * 30)
    assert (len(pinyin) <= 120, initials) == (True, "z" * 30)
