"""The SQL page as an analyst meets it, in every state of the data."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import queries, query_book, sandbox, sql_panels
from pipelines import warehouse

PAYERS = (
    "select region, value from metrics.revenue where region in ('CN', 'US')"
    " and period_start = date '2025-12-01' order by region"
)


def press(page: AppTest, label: str) -> AppTest:
    """Press a button and wait until nothing is running any more."""
    next(button for button in page.button if button.label == label).click()
    page.run()
    while any(button.label == "Cancel" for button in page.button):
        time.sleep(0.1)
        page.run()
    assert not page.exception
    return page


def run(page: AppTest, sql: str) -> AppTest:
    page.text_area[0].set_value(sql)
    return press(page, "Run")


def has_asked(page: AppTest) -> bool:
    """Whether anything was started, be it answered yet or not."""
    return "sql_job" in page.session_state


def captions(page: AppTest) -> str:
    return " ".join(text.value for text in page.caption)


def words(page: AppTest) -> str:
    return " ".join(text.value for text in page.markdown)


def test_the_page_opens_with_an_example_that_has_not_run(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("sql")
    assert page.text_area[0].value == sql_panels.EXAMPLES[0].read_text()
    assert not has_asked(page)


def test_a_statement_is_answered_with_the_rows_of_the_sample(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = run(open_page("sql"), PAYERS)
    shown = page.dataframe[0].value
    # December 2025: $17.4M recognised at company level; China 29 %, US 26 %, 1 in 100
    direct = warehouse.open_current(home).query(PAYERS)
    assert shown["region"].tolist() == ["CN", "US"]
    assert shown["value"].tolist() == pytest.approx(direct["value"].astype(float))
    assert shown["value"][0] / shown["value"][1] == pytest.approx(0.29 / 0.26)
    assert "2 rows" in words(page)


def test_the_page_says_which_build_it_asks_and_how_its_rows_weigh(
    home: Path, story, open_page
) -> None:
    """An analyst who adds sample rows up must not report 1 % of the company."""
    story.publish(home)
    said = captions(open_page("sql"))
    assert "`20260330T040000-v3`" in said
    assert "as of 29 Mar 2026" in said
    assert "rows are the sample's own" in said
    assert "one stands for 100" in said


def test_real_data_need_no_weight(home: Path, story, open_page) -> None:
    story.publish(home, weight=1)
    assert "sample" not in captions(open_page("sql"))


def test_a_link_fills_the_editor_and_runs_nothing(home: Path, story, open_page) -> None:
    """Else a link in a mail makes its reader ask what somebody else wants."""
    story.publish(home)
    page = open_page("sql", q="select 'from the link' as x")
    assert page.text_area[0].value == "select 'from the link' as x"
    assert any("has not run" in note.value for note in page.info)
    assert not has_asked(page)
    press(page, "Run")
    assert page.dataframe[0].value["x"].tolist() == ["from the link"]
    assert not any("has not run" in note.value for note in page.info)


def test_share_gives_the_address_with_the_statement(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("sql")
    page.text_area[0].set_value("select 1 as a, '&' as b")
    press(page, "Share")
    link = next(code.value for code in page.code if "?q=" in code.value)
    assert link.endswith("?q=select+1+as+a%2C+%27%26%27+as+b")
    assert page.query_params["q"] == "select 1 as a, '&' as b"
    assert not has_asked(page)


def test_an_error_points_at_its_place(home: Path, story, open_page) -> None:
    story.publish(home)
    page = run(open_page("sql"), "select 'é',\n  nope\nfrom metrics.mrr")
    assert page.error[0].value == "**Binder error** in line 2, column 3"
    said = page.code[0].value.splitlines()
    assert said[:2] == ["  nope", "  ^"]
    assert '"nope" not found' in said[2]


def test_a_refusal_says_why(home: Path, story, open_page) -> None:
    story.publish(home)
    page = run(open_page("sql"), "drop table metrics.mrr")
    assert page.error[0].value == "**Refused**"
    assert "Only SELECT and EXPLAIN" in page.code[0].value


def test_after_a_killed_statement_the_page_lives_on(
    home: Path, story, open_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.publish(home)
    page = open_page("sql")
    with monkeypatch.context() as short:
        short.setattr(sandbox, "LIMITS", sandbox.Limits(wall_seconds=1))
        run(page, "select count(*) from range(1000000) a, range(1000000) b")
    assert page.error[0].value == "**Stopped after 1 s**"
    run(page, "select 6 * 7 as x")
    assert page.dataframe[0].value["x"].tolist() == [42]
    outcomes = [past.outcome for past in query_book.history(home, "local")]
    assert outcomes == ["Answered", "Stopped after 1 s"]


def test_an_empty_answer_has_no_chart(home: Path, story, open_page) -> None:
    story.publish(home)
    page = run(open_page("sql"), "select period_start, value from metrics.mrr limit 0")
    assert "0 rows" in words(page)
    assert any("A chart needs a row" in note.value for note in page.info)


def test_what_is_saved_and_asked_is_there_on_the_next_visit(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = run(open_page("sql"), "-- Two and two\nselect 2 + 2 as x")
    press(page, "Save")
    later = open_page("sql")
    labels = [button.label for button in later.button]
    assert labels.count("Two and two") == 2  # among the saved and in the history
    press(later, "Two and two")
    assert later.text_area[0].value == "-- Two and two\nselect 2 + 2 as x"
    assert not has_asked(later)


def test_a_statement_is_in_the_history_once(home: Path, story, open_page) -> None:
    story.publish(home)
    page = run(open_page("sql"), "select 1 as x")
    page.run()  # the page is drawn again for every choice on it
    assert [past.sql for past in query_book.history(home, "local")] == ["select 1 as x"]


def test_an_example_is_put_into_the_editor_and_not_run(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = press(open_page("sql"), "What every metric means and who answers for it")
    assert "from metrics.catalog" in page.text_area[0].value
    assert not has_asked(page)
    assert len(press(page, "Run").dataframe[0].value) == len(story.METRICS)


def test_tables_are_listed_with_their_docs_and_can_be_searched(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("sql")
    labels = [block.label for block in page.expander]
    assert {"metrics.mrr", "marts.dim_launches", "meta.build"} <= set(labels)
    assert "`sample_weight` double: The sample_weight." in words(page)
    page.text_input[0].set_value("sample_weight").run()
    assert [block.label for block in page.expander] == ["meta.build"]
    page.text_input[0].set_value("nothing like it").run()
    assert any("No table matches" in note.value for note in page.info)


def test_a_link_cannot_load_a_picture_from_elsewhere(
    home: Path, story, open_page
) -> None:
    """What a link says stands as it is; as Markdown it would tell who opens it."""
    story.publish(home)
    picture = "![x](https://example.invalid/seen.png)"
    for page, key in (("sql", "table"), ("data", "test"), ("data", "metric")):
        notes = [note.value for note in open_page(page, **{key: picture}).info]
        assert any("\\!\\[x\\](https\\:" in note for note in notes), notes
        assert not any("![x]" in note for note in notes)


def test_without_a_warehouse_the_page_names_the_command(home: Path, open_page) -> None:
    page = open_page("sql")
    assert "reel demo" in page.info[0].value
    assert not page.exception


def test_a_build_without_the_analysts_file_names_the_command(
    home: Path, story, open_page
) -> None:
    """Never fall back to the file that knows its users."""
    build_id = story.publish(home).stem
    warehouse.analysts_path(home, build_id).unlink()
    page = open_page("sql")
    assert "reel build --full-refresh" in page.info[0].value
    assert not page.text_area
    with pytest.raises(queries.NoWarehouse):
        queries.analysts_file(build_id)
