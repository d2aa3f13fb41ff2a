"""The Studio page as somebody meets it who makes a clip, stops one, and votes."""

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import studio_jobs, studio_panels

TODAY = datetime.now(UTC).date()
MONDAY = TODAY - timedelta(days=TODAY.weekday())


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def finish(page: AppTest, job: str, *, seconds: float = 300) -> AppTest:
    """Wait for a job of the page, and draw the page again."""
    page.session_state[job].wait(seconds)
    assert not page.session_state[job].is_running
    page.run()
    assert not page.exception
    assert not page.error
    return page


def words(page: AppTest) -> str:
    texts = (*page.markdown, *page.caption, *page.info, *page.success)
    return " ".join(text.value for text in texts)


def events(home: Path) -> list[dict[str, object]]:
    files = sorted((home / "landing" / "engine").glob("*.ndjson"))
    return [json.loads(line) for file in files for line in file.open()]


def delivered(count: int):
    """A change of the story: this week's videos of sprite-2, in a 1:100 sample."""

    def add(build) -> None:
        build.execute(
            "create or replace table metrics.delivered_videos as"
            f" select 'week' as grain, date '{MONDAY}' as period_start,"
            " 'sprite-2' as model, 'all' as region,"
            f" {count} as value, null::bigint as numerator,"
            " null::bigint as denominator, 'provisional' as state"
        )
        name = "'delivered_videos'"
        build.execute(f"delete from metrics.catalog where name = {name}")
        build.execute(
            "insert into metrics.catalog select * replace ("
            f" {name} as name, 'week' as grains,"
            " 'model, region' as dimensions, true as extensive)"
            " from metrics.catalog limit 1"
        )

    return add


def test_price_and_unknown_words_are_told_before_anything_is_made(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("studio")
    page.text_input(key="studio_prompt").set_value("a red xylophone -- rises").run()
    assert "**2 credits** · text to video · 2 s at 384p" in words(page)
    assert "never taught: “xylophone”" in words(page)
    page.text_input(key="studio_prompt").set_value("a red star rises").run()
    assert "knows every word" in words(page)
    assert page.selectbox(key="studio_model").options == ["sprite-2", "sprite-1"]
    page.text_input(key="studio_prompt").set_value(" ").run()
    assert "prompt must not be empty" in page.error[0].value
    assert not any(button.label == "Make the clip" for button in page.button)
    assert events(home) == []


def test_a_path_needs_two_points_and_the_model_that_can_follow_it(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("studio")
    page.session_state["studio_path"] = [(0.2, 0.2)]
    page.segmented_control(key="studio_motion").set_value(studio_panels.PATH).run()
    assert "Click two points or more" in words(page)
    page.session_state["studio_path"] = [(0.2, 0.2), (0.8, 0.8)]
    page.run()
    assert "**3 credits** · motion control" in words(page)  # 1.5 a second, 2 seconds
    assert page.selectbox(key="studio_model").options == ["sprite-2"]


def test_a_clip_is_made_with_its_events_and_counts_after_the_next_build(
    home: Path, story, open_page
) -> None:
    story.publish(home, build_id="20260330T040000-v3", change=delivered(3))
    page = finish(press(open_page("studio"), "Make the clip"), "studio_job")
    made = page.session_state["studio_job"].answer
    assert Path(made["path"]).stat().st_size > 1000
    assert page.get("video")
    told = Counter(event["event_type"] for event in events(home))
    assert told["generation_finished"] == 1
    submitted, spent, finished = (
        words(page).index(f"**{event}**: {said}")
        for event, said in (
            ("Generation submitted", "2 credits reserved, 0 unknown words"),
            ("Credits spent", "2 credits taken"),
            ("Generation finished", "succeeded, 2 credits charged"),
        )
    )
    assert submitted < spent < finished
    tile = next(tile for tile in page.metric if "sprite-2" in tile.label)
    assert (tile.value, tile.delta) == ("3", "")  # its own, not a hundred times as much
    assert "wait in the landing folder" in words(page)

    story.publish(home, build_id="20260330T050000-v4", change=delivered(4))
    page.run()
    tile = next(tile for tile in page.metric if "sprite-2" in tile.label)
    assert (tile.value, tile.delta) == ("4", "+1 with your clips")


def test_a_stopped_clip_gives_its_credits_back(home: Path, story, open_page) -> None:
    story.publish(home)
    page = press(open_page("studio"), "Make the clip")
    job = page.session_state["studio_job"]
    while job.is_running and not job.done:
        time.sleep(0.01)
    job.cancel()
    finish(page, "studio_job")
    assert "You stopped it" in words(page)
    told = Counter(event["event_type"] for event in events(home))
    assert told["credits_refunded"] == told["credits_spent"] == 1
    assert not list(home.glob("videos/*.mp4"))


def test_a_vote_is_blind_and_counts_once(home: Path, story, open_page) -> None:
    story.publish(home)
    page = finish(press(open_page("studio"), "Show a pair"), "arena_job")
    assert len(page.get("video")) == 2
    pair = page.session_state["arena_job"].answer
    assert "sprite" not in json.dumps(pair)
    finished = [e for e in events(home) if e["event_type"] == "generation_finished"]
    assert {event["model_id"] for event in finished} == {"sprite-1", "sprite-2"}
    assert len({event["seed"] for event in finished}) == 1

    page = press(page, "Left")
    (vote,) = [e for e in events(home) if e["event_type"] == "vote_cast"]
    assert (vote["pair_id"], vote["winner"]) == (pair["pair_id"], "left")
    assert vote["left_model_id"] == finished[0]["model_id"]  # the left one came first
    assert f"Left was `{vote['left_model_id']}`" in words(page)
    with pytest.raises(studio_jobs.Refused, match="has a vote already: left"):
        studio_jobs.ask(home, "arena", "vote", pair["pair_id"], "right")
    with pytest.raises(studio_jobs.Refused, match="no pair"):
        studio_jobs.ask(home, "arena", "vote", "nobody", "left")
    assert sum(event["event_type"] == "vote_cast" for event in events(home)) == 1


def test_without_a_build_the_page_says_what_to_run(home: Path, open_page) -> None:
    assert "reel demo" in open_page("studio").info[0].value
