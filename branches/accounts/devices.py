"""What a browser calls itself, in words by which a person recognises his own computer."""

from __future__ import annotations

# The first that fits: most browsers also name the ones they descend from.
BROWSERS = (
    ("MicroMessenger/", "微信"),
    ("QQBrowser/", "QQ浏览器"),
    ("Edg", "Edge浏览器"),
    ("Firefox/", "火狐浏览器"),
    ("Chrome/", "谷歌或同类浏览器"),
    ("Safari/", "苹果浏览器"),
)
SYSTEMS = (
    ("Windows", "Windows电脑"),
    ("Android", "安卓手机"),
    ("HarmonyOS", "鸿蒙手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux电脑"),
)
UNKNOWN = "未知设备"


def device_of(agent: str) -> str:
    """Windows电脑上的火狐浏览器."""
    browser = next((words for mark, words in BROWSERS if mark in agent), "")
    system = next((words for mark, words in SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{system}上的{browser}"
    return browser or system or UNKNOWN
