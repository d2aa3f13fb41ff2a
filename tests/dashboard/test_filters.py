"""One region, segment or plan for a whole page, or the reason why not."""

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from pipelines import warehouse
from pipelines.warehouse import NoSlice


def tiles(page: AppTest) -> dict[str, str]:
    return {tile.label: tile.value for tile in page.metric}


def test_a_region_in_the_address_filters_what_knows_regions(
    home: Path, story, open_page
) -> None:
    path = story.publish(home)
    page = open_page(month="2025-12", region="US")
    with duckdb.connect(str(path), read_only=True) as build:
        (sample,) = build.execute(
            "select value from metrics.arr_runrate"
            " where period_start = '2025-12-01' and region = 'US'"
        ).fetchone()
    # 26 % of 240 M
    assert tiles(page)["ARR"] == f"${float(sample) * 100 / 1e6:.1f}M" == "$62.4M"
    assert [box.value for box in page.selectbox] == ["2025-12", "US", "all", "all"]
    # the story has no weekly actives of one region: a dash, not the company's
    assert tiles(page)["WAU"] == "—"
    assert any("What moved in United States" in text.value for text in page.markdown)
    table = page.dataframe[0].value
    assert [round(share) for share in table["Share"]] == [100]
    assert not page.error


def test_a_block_that_cannot_be_filtered_says_so_and_shows_nothing(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("growth", month="2025-12", segment="pro")
    notes = [note.value for note in page.info]
    assert len(notes) == 8  # no metric of this page is told apart by segment
    assert all("Cannot be filtered like this" in note for note in notes)
    assert set(tiles(page).values()) == {"—"}
    assert page.metric[0].help.count("No value within these filters") == 1


def test_a_filter_that_does_not_exist_falls_back_to_everything(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page(month="2025-12", region="ATLANTIS' or 1=1--")
    assert tiles(page)["ARR"] == "$240M"
    assert page.query_params["region"] == "all"


def test_two_dimensions_together_are_refused_where_no_row_has_both(
    home: Path, story
) -> None:
    """An empty answer would look like a segment without revenue."""
    story.publish(home)
    build = warehouse.open_current(home)
    with pytest.raises(NoSlice, match="not split by region and segment together"):
        build.metric("run_rate_revenue", by="region", within={"segment": "pro"})
    one = build.metric("run_rate_revenue", within={"segment": "pro"})
    assert set(one["segment"]) == {"pro"}
    assert set(one["region"]) == {"all"}


def test_a_quote_in_a_value_stays_a_value(home: Path, story) -> None:
    story.publish(home)
    build = warehouse.open_current(home)
    assert build.metric("mrr", within={"plan": "x' or '1'='1"}).empty


def test_the_rows_lead_to_their_statement(home: Path, story, open_page) -> None:
    story.publish(home)
    page = open_page(month="2025-12", region="US")
    page.button(key="data_arr").click().run()
    shown = page.dataframe[-1].value
    assert list(shown.columns) == ["Period", "Region", "ARR, run-rate", "State"]
    newest = shown.iloc[0].tolist()
    assert newest[:2] == ["Mar 2026", "United States"]
    assert newest[3] == "Provisional"
    link = page.get("page_link")[0].proto
    assert "q=" in link.query_string
    assert "region+%3D+%27US%27" in link.query_string


def test_a_page_offers_the_dimensions_that_most_of_its_tiles_know(
    home: Path, story, open_page
) -> None:
    """A filter that most of a page refuses would be a promise it does not keep."""

    def split_by_region(build: duckdb.DuckDBPyConnection) -> None:
        for metric in ("business_share", "credit_liability"):
            build.execute(f"alter table metrics.{metric} add region varchar")
            build.execute(f"update metrics.{metric} set region = 'all'")
        for metric in ("active_api_accounts", "credit_liability"):
            build.execute(
                f"insert into metrics.{metric} by name"
                " select * replace ('US' as region, value / 2 as value)"
                f" from metrics.{metric} where region = 'all'"
            )
        build.execute(
            "update metrics.catalog set dimensions = 'region'"
            " where name in ('business_share', 'credit_liability')"
        )

    story.publish(home, change=split_by_region)
    page = open_page("accounts", month="2025-12", region="US")
    # three of five tiles know it now
    assert [box.label for box in page.selectbox] == ["As of the end of", "Region"]
    # half of 170 at 1:100
    assert tiles(page)["API accounts"] == "8.5K"
    assert tiles(page)["Contracted ARR"] == "—"
    assert any("What moved in United States" in text.value for text in page.markdown)
    page.button(key="data_api_accounts").click().run()
    assert set(page.dataframe[-1].value["Region"]) == {"United States"}
    assert [box.label for box in open_page("service").selectbox] == ["As of the end of"]
