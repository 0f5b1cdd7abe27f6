import pytest

from partywork.word import break_title
from partywork.word.titles import width


@pytest.mark.parametrize("lines", [
    ["云溪县林业局2026年上半年党建工作报告"],
    ["中共云溪县自然资源和规划局", "机关委员会2026年上半年党建工作报告"],
    ["中国共产党云溪县市场监督管理局", "机关委员会2026年上半年党建工作报告"],
    ["中共云溪县委机关工作委员会", "关于2026年上半年全面从严治党", "和党风廉政建设工作情况的报告"],
    ["云溪县人力资源和社会保障局机关党委", "关于2026年上半年意识形态工作责任制", "落实情况的总结报告暨下半年工作打算"],
])  # fmt: skip
def test_titles_are_broken_by_sense(lines):
    assert break_title("".join(lines)) == lines


@pytest.mark.parametrize(
    "title", ["局" * 21, "报" * 90, "2026年" * 30, "a" * 199, "中共" + "云溪" * 30 + "2026年报告"]
)
def test_any_title_fits_and_loses_nothing(title):
    lines = break_title(title)
    assert "".join(lines) == title
    assert max(map(width, lines)) <= 20


def test_years_and_names_stay_whole():
    for line in break_title("云溪县直属机关工作委员会关于2026年第一季度“三会一课”检查情况的报告"):
        assert line.count("“") == line.count("”")
        assert not line.startswith(("年", "度"))
        assert not line.endswith("2026")
