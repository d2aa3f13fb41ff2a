"""The link that says everything, and the rows behind each block."""

import io
import re
from pathlib import Path

import pandas as pd
import pytest

from dashboard import take_away
from dashboard.take_away import BEHIND, Rows
from pipelines import warehouse

ROOT = Path(__file__).parents[2]
PAGES = ("overview", "growth", "revenue")


def panels(page: str) -> list[str]:
    text = (ROOT / "dashboard" / "app_pages" / f"{page}.py").read_text()
    return re.findall(r'layout\.panel\("(\w+)"', text)


@pytest.mark.parametrize("page", PAGES)
def test_each_block_offers_its_rows(home: Path, story, open_page, page: str) -> None:
    story.publish(home)
    opened = open_page(page)
    assert not opened.exception
    offered = {button.key for button in opened.button}
    asked = [panel for panel in panels(page) if panel != "map"]  # as its table's
    assert {f"data_{panel}" for panel in ("tiles", *asked)} <= offered
    for panel in asked[:2]:
        opened.button(key=f"data_{panel}").click().run()
        for rows in BEHIND[panel]:
            name = "_".join(filter(None, rows))
            for ending in ("csv", "parquet"):
                key = f"file_{name}_{ending}"
                files = opened.get("download_button")
                assert any(key in file.proto.id for file in files), key


@pytest.mark.parametrize("page", PAGES)
def test_the_link_carries_the_month_even_when_it_is_the_newest(
    home: Path, story, open_page, page: str
) -> None:
    """A link made in March must not show April to who opens it in May."""
    story.publish(home)
    codes = [code.value for code in open_page(page).code]
    everything = "&region=all&segment=all&plan=all&vs=month&span=15"
    assert any(code.endswith(f"?month=2026-02{everything}") for code in codes)
    codes = [code.value for code in open_page(page, month="2025-12").code]
    assert any(code.endswith(f"?month=2025-12{everything}") for code in codes)


def test_a_file_holds_the_numbers_of_the_page(home: Path, story) -> None:
    """Company level, as the chart shows them, not the rows of the sample."""
    build_id = story.publish(home).stem
    rows = Rows("weekly_active_users", "week")
    shown = take_away.read(build_id, rows)
    file = pd.read_csv(io.BytesIO(take_away.to_csv(shown)))
    peak = file.loc[file["period_start"] == "2025-12-08", "value"]
    assert peak.tolist() == [3_000_000]
    again = pd.read_parquet(io.BytesIO(take_away.to_parquet(shown)))
    assert again["value"].tolist() == file["value"].tolist()


def test_slices_are_those_of_the_metric(home: Path, story) -> None:
    build_id = story.publish(home).stem
    rows = Rows("mrr_movements", "month", "movement")
    file = take_away.read(build_id, rows)
    direct = warehouse.open_current(home).metric(
        "mrr_movements", grain="month", by="movement"
    )
    assert file["movement"].tolist() == direct["movement"].tolist()
    assert file["value"].tolist() == pytest.approx(direct["value"].tolist())
