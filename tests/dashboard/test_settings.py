"""The settings that are easy to lose and expensive to miss."""

import tomllib
from pathlib import Path

from streamlit import config

FOLDER = Path(__file__).parents[2] / "dashboard"
SETTINGS = tomllib.loads((FOLDER / ".streamlit" / "config.toml").read_text())


def test_no_collection_of_garbage_after_each_run() -> None:
    """The option is hidden; a Streamlit that drops it makes 50 readers wait seconds."""
    assert SETTINGS["runner"]["postScriptGC"] is False
    assert "runner.postScriptGC" in config.get_config_options()


def test_nothing_is_told_to_anybody() -> None:
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["browser"]["serverAddress"] == "localhost"
    assert SETTINGS["server"]["address"] == "127.0.0.1"


def test_every_font_of_the_theme_lies_here_with_its_licence() -> None:
    for face in SETTINGS["theme"]["fontFaces"]:
        assert (FOLDER / face["url"].removeprefix("app/")).is_file(), face["url"]
    licence = (FOLDER / "static" / "inter-LICENSE.txt").read_text()
    assert "SIL Open Font License" in licence


def test_the_style_sheet_stays_small() -> None:
    """What is not in it cannot break with the next Streamlit."""
    assert len((FOLDER / "theme.css").read_text().splitlines()) <= 20
    assert len((FOLDER / "head.css").read_text().splitlines()) <= 25


def test_the_dashboard_aggregates_nothing_in_sql() -> None:
    """A number shown is a row of a metric."""
    for file in FOLDER.rglob("*.py"):
        text = file.read_text().lower()
        for word in ("group by", "select sum(", "count(*)", "avg("):
            assert word not in text, f"{word} in {file}"
