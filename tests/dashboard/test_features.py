"""The Features page as a reader meets it: use, a launch in time, what people get."""

from pathlib import Path

import duckdb
from streamlit.testing.v1 import AppTest


def tiles(page: AppTest) -> dict[str, tuple[str, str]]:
    return {tile.label: (tile.value, tile.delta) for tile in page.metric}


def test_the_tiles_are_the_rows_of_the_feature_launched_last(
    home: Path, story, open_page
) -> None:
    path = story.publish(home)
    page = open_page("features", month="2026-01")
    shown = tiles(page)
    with duckdb.connect(str(path), read_only=True) as build:
        (use,) = build.execute(
            "select value from metrics.feature_adoption where grain = 'month'"
            " and period_start = '2026-01-01' and feature = 'motion_control'"
        ).fetchone()
        (breadth,) = build.execute(
            "select value from metrics.feature_breadth where grain = 'month'"
            " and period_start = '2026-01-01'"
        ).fetchone()
    assert shown["Motion control use"][0] == f"{use:.1%}" == "40.0%"
    assert shown["Features per user"][0] == f"{breadth:.2f}" == "1.70"
    assert shown["Tried in 7 days"][0] == "20.0%"
    assert shown["Used again"][0] == "25.0%"
    assert shown["Downloaded"][0] == "14.0%"
    people = page.dataframe[0].value.set_index("Feature")
    # 700 sampled people, each standing for 100, against 400
    assert list(people["People"]) == ["70.0K", "60.0K", "40.0K"]
    assert people.loc["Motion control", "p95 wait"] == "15 min"
    # nobody stated a prompt: withheld
    assert set(people["Repeated"]) == {"—"}


def test_before_a_launch_there_is_no_feature_to_show(
    home: Path, story, open_page
) -> None:
    """In November nobody could use what came on 18 December."""
    story.publish(home)
    page = open_page("features", month="2025-11")
    assert list(tiles(page)) == ["Features per user", "Downloaded"]
    assert page.selectbox[1].options == ["Model 2.1", "Model 2.0"]
    assert not page.error


def test_before_and_after_is_said_not_to_be_a_cause(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("features", month="2026-01", launch="Motion control")
    badges = [text.value for text in page.markdown if "-badge[" in text.value]
    assert any("Not causal" in badge for badge in badges)
    wide = page.dataframe[2].value.set_index("Outcome")
    # launched on Thursday, 18 December: the weeks of 8 December and of 12 January
    assert list(wide.loc["Weekly actives"])[:2] == ["3.0M", "7.6M"]
    # the week of 9 February was not over in January
    assert wide.loc["Weekly actives", "8 weeks after"] == "—"
    assert any("Not causal" in text.value for text in page.caption)


def test_a_launch_in_the_address_is_the_one_that_is_shown(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("features", launch="Model 2.1")
    assert page.selectbox[1].value == "Model 2.1"
    # the week of 19 May and the fourth after that of 26 May
    wide = page.dataframe[2].value.set_index("Outcome")
    assert wide.loc["Weekly actives", "Week before"] != "—"
    links = [code.value for code in page.code]
    assert any("launch=Model+2.1" in link for link in links)
