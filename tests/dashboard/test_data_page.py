"""The Data page as a reader meets it, in every state of the data."""

from datetime import timedelta
from pathlib import Path

from streamlit.testing.v1 import AppTest

from pipelines import warehouse


def tiles(page: AppTest) -> dict[str, str]:
    return {tile.label: tile.value for tile in page.metric}


def badges(page: AppTest) -> str:
    return " ".join(text.value for text in page.markdown if "-badge[" in text.value)


def test_received_is_accepted_and_duplicate_and_quarantined(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("data")
    # 1,000,000 + 998,000 + 412,345; 994,100 + 991,950 + 410,000;
    # 5,800 + 5,990 + 2,300; 100 + 60 + 45
    assert tiles(page)["Received"] == "2,410,345"
    assert tiles(page)["Accepted"] == "= 2,396,050"
    assert tiles(page)["Duplicates"] == "+ 14,090"
    assert tiles(page)["Quarantined"] == "+ 205"
    assert any("Adds up to the row over 3 loads" in text.value for text in page.caption)


def test_an_account_that_does_not_add_up_is_an_error(
    home: Path, story, open_page
) -> None:
    story.publish(
        home,
        change=lambda build: build.execute(
            "update meta.ingest set accepted = accepted - 7"
            " where batch_id = 'batch-0002'"
        ),
    )
    assert "off by 7 rows" in open_page("data").error[0].value


def test_the_page_says_how_far_the_data_reach_and_what_made_them(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("data")
    shown = tiles(page)
    assert shown["Data through"] == "29 Mar 2026"
    # an event of the next day is there, but that day is not over
    assert any("newest event 30 Mar 2026" in text.value for text in page.caption)
    assert shown["Built"] == "4 h ago"
    assert shown["Tests passed"] == "3/3"
    assert shown["Lake version"] == "3"


def test_loads_and_quarantine_are_listed_in_words(home: Path, story, open_page) -> None:
    story.publish(home)
    loads, _, quarantine, *_ = (table.value for table in open_page("data").dataframe)
    assert list(loads["Load"]) == ["batch-0003", "batch-0002", "batch-0001"]
    assert list(quarantine["Reason"]) == ["Not JSON", "Wrong type", "In the future"]
    assert list(quarantine["Rows"]) == [130, 60, 15]
    for column in (*loads.columns, *quarantine.columns):
        assert "_" not in column


def test_the_tests_can_be_searched(home: Path, story, open_page) -> None:
    story.publish(home)
    page = open_page("data", test="mrr change")
    assert list(page.dataframe[-1].value["Model"]) == ["MRR movements"]
    page.text_input(key="widget_test").set_value("nothing like it").run()
    assert "No test matches" in page.info[0].value


def test_a_failed_test_stands_on_top_with_its_message(
    home: Path, story, open_page
) -> None:
    story.publish(
        home,
        change=lambda build: build.execute(
            "update meta.test_results set status = 'warn', failures = 4,"
            " message = 'Got 4 results' where model = 'weekly_active_users'"
        ),
    )
    first = open_page("data").dataframe[-1].value.iloc[0]
    assert (first["Result"], first["Failures"]) == ("Warn", 4)
    assert first["Message"] == "Got 4 results"


def test_the_catalogue_gives_every_metric_its_definition(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    text = " ".join(block.value for block in open_page("data").markdown)
    for name, entry in story.METRICS.items():
        assert f"`{name}`" in text
        assert entry[6] in text


def test_a_definition_says_its_last_closed_value_and_the_state_of_the_newest(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("data", metric="arr_runrate")
    said = [block.value for block in page.markdown]
    # February: 12 x 29.28 M; March is open
    assert "**\\$351M** · Feb 2026" in said
    assert any("Mar 2026: provisional" in text for text in said)
    assert any("days end at midnight, UTC" in text.value for text in page.caption)
    page = open_page("data", metric="repeated")
    said = [block.value for block in page.markdown]
    assert "No closed period" in said
    assert any("Mar 2026: withheld" in text for text in said)


def test_the_catalogue_can_be_searched(home: Path, story, open_page) -> None:
    story.publish(home)
    text = " ".join(
        block.value for block in open_page("data", metric="paying").markdown
    )
    assert "`paying_users`" in text
    assert "`revenue`" not in text


def test_without_a_warehouse_the_page_names_the_command(home: Path, open_page) -> None:
    page = open_page("data")
    assert "reel demo" in page.info[0].value
    assert not page.exception


def test_an_old_build_is_stale_and_says_so(home: Path, story, open_page) -> None:
    story.publish(home, age=timedelta(days=4))
    page = open_page("data")
    assert "Stale · 4 d" in badges(page)
    assert "4 d old" in page.warning[0].value


def test_a_failed_newer_build_has_a_banner(home: Path, story, open_page) -> None:
    story.publish(home)
    warehouse.record_failure(home, {"build_id": "later", "failed": ["mrr: boom"]})
    page = open_page("data")
    assert "was not published" in page.error[0].value
    assert tiles(page)["Tests passed"] == "3/3"


def test_an_empty_account_is_explained(home: Path, story, open_page) -> None:
    def clear(build) -> None:
        for table in ("meta.ingest", "meta.quarantine", "meta.test_results"):
            build.execute(f"delete from {table}")

    story.publish(home, change=clear)
    page = open_page("data")
    said = " ".join(note.value for note in page.info)
    for part in ("Nothing has been loaded", "Quarantine is empty", "No test has run"):
        assert part in said
    assert not page.error
