"""The pages in three languages: nothing unsaid, nothing left over, the same numbers."""

import ast
import string
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from dashboard import formats, language

ROOT = Path(__file__).parents[2] / "dashboard"
OTHERS = ("vi", "zh")
# Between thin spaces.
DASH = "\u2009–\u2009"
# Which argument of these is said, if it stands there in English.
PLACE = {
    **dict.fromkeys(("say", "say_empty", "guard", "open_page"), 0),
    **dict.fromkeys(("panel", "Tile", "Series"), 1),
    **dict.fromkeys(("draw_months", "draw_trend"), 2),
}
# Plans keep their names.
PLANS = {"Standard", "Pro", "Premier", "Ultra", "Team"}
TITLES = {"en": "Overview", "vi": "Tổng quan", "zh": "总览"}


@cache
def trees() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in sorted(ROOT.rglob("*.py"))]


def texts() -> set[str]:
    """Every string that stands in the code."""
    return {
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def said() -> set[str]:
    """The texts that are handed on to be said as they stand, with their sense."""
    found = set()
    for tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = PLACE.get(name, len(node.args))
            text = node.args[place] if place < len(node.args) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                sense = [key.value.value for key in node.keywords if key.arg == "sense"]
                found.add(f"{text.value} ({sense[0]})" if sense else text.value)
    return found - PLANS


def catalogue(spoken: str, name: str) -> dict[str, str]:
    return tomllib.loads((ROOT / "languages" / spoken / name).read_text())


def holes(text: str) -> list[str]:
    return sorted(hole for _, hole, _, _ in string.Formatter().parse(text) if hole)


@pytest.mark.parametrize("spoken", OTHERS)
def test_everything_that_is_said_is_translated_and_nothing_is_left_over(
    spoken: str,
) -> None:
    pages, metrics = (
        catalogue(spoken, name) for name in ("pages.toml", "metrics.toml")
    )
    assert len(said()) > 300
    assert said() - set(pages) - set(metrics) == set()
    assert set(pages) & set(metrics) == set()
    assert set(pages) - texts() - said() == set()


def test_both_languages_say_the_same_and_keep_every_placeholder() -> None:
    vi, zh = (catalogue(spoken, "pages.toml") for spoken in OTHERS)
    assert list(vi) == list(zh)
    for text in vi:
        assert holes(vi[text]) == holes(zh[text]) == holes(text), text


def test_the_overview_is_translated_and_keeps_its_numbers(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    shown = {spoken: open_page(month="2025-12", lang=spoken) for spoken in TITLES}
    assert {key: page.title[0].value for key, page in shown.items()} == TITLES
    values = [[tile.value for tile in page.metric] for page in shown.values()]
    assert values[0] == values[1] == values[2]
    assert [tile.label for tile in shown["vi"].metric] == [
        *("ARR", "WAU", "Chuyển đổi trả phí", "Người dùng trả phí", "Doanh thu")
    ]
    assert shown["zh"].metric[4].label == "收入"
    moved = {
        key: next(text.value for text in page.markdown if "47.3M" in text.value)
        for key, page in shown.items()
    }
    assert moved["vi"].startswith(
        "**Biến động.** ARR tăng \\$47.3M (+25%) lên \\$240M trong tháng 12 năm 2025"
    )
    assert moved["zh"].startswith(
        "**变化。** 2025年12月，ARR上升 \\$47.3M (+25%)，至 \\$240M"
    )
    assert not any(page.error for page in shown.values())


def test_the_address_wins_over_the_browser_and_what_is_unknown_is_english(
    home: Path, monkeypatch: pytest.MonkeyPatch, open_page
) -> None:
    browser = SimpleNamespace(locale="vi-VN", url="", theme=SimpleNamespace(type=None))
    monkeypatch.setattr(st, "context", browser)
    assert open_page().title[0].value == TITLES["vi"]
    page = open_page(lang="zh")
    assert page.title[0].value == TITLES["zh"]
    assert page.query_params["lang"] == "zh"  # a shared link carries it
    assert open_page(lang="tlh").title[0].value == TITLES["en"]
    browser.locale = "fr-FR"
    assert open_page().title[0].value == TITLES["en"]


def test_dates_are_those_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monday = date(2026, 1, 19)
    assert formats.day(monday) == "19 Jan 2026"  # outside a page
    printed = {}
    for spoken in OTHERS:
        monkeypatch.setattr(language, "current", lambda spoken=spoken: spoken)
        printed[spoken] = [
            formats.day(monday),
            formats.period("month", monday.replace(day=1)),
            formats.period("week", monday),
        ]
    assert printed["vi"] == ["19 thg 1, 2026", "thg 1 2026", f"19{DASH}25 thg 1, 2026"]
    assert printed["zh"] == ["2026年1月19日", "2026年1月", f"2026年1月19日{DASH}25日"]


def test_every_chinese_character_is_in_the_font_that_is_shipped() -> None:
    """A reader without a Chinese font sees boxes where one is missing."""
    said = "".join(language._catalogue("zh").values()) + "年月日"
    wanted = {sign for sign in said if ord(sign) >= 0x2E80}
    assert wanted - set((language.FOLDER / "zh" / "font.txt").read_text()) == set()
