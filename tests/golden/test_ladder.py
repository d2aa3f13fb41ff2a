"""Hand-counted rungs of activity: who was there, asked, got a video and kept it.

The history begins on Monday 5 January 2026 and is read as of Wednesday 21 January.
"""

from datetime import datetime

import pytest

from generation.events import (
    GenerationFinished,
    GenerationSubmitted,
    SessionStarted,
    UserRegistered,
    VideoDownloaded,
    VideoShared,
)


def envelope(kind: str, user: str, at: str) -> dict[str, object]:
    return {
        "event_id": f"{kind} of {user} at {at}",
        "source": "test",
        "occurred_at": datetime.fromisoformat(f"{at}:00+00:00"),
        "user_id": user,
        "account_id": f"account of {user}",
    }


def registered(user: str, country: str):
    at = "2026-01-05T00:00"
    common = envelope("registration", user, at)
    return UserRegistered(**common, channel="organic", country=country)


def session(user: str, at: str):
    return SessionStarted(**envelope("session", user, at), session_id=f"{user} {at}")


def job(at: str) -> dict[str, object]:
    return {
        "generation_id": f"job {at}",
        "mode": "text_to_video",
        "model_id": "reel-1",
        "resolution": "720p",
        "video_seconds": 5.0,
    }


def submitted(user: str, at: str, **more: object):
    common = envelope("request", user, at)
    return GenerationSubmitted(**common, **job(at), reserved_credits=10, **more)


def finished(user: str, at: str, status: str = "succeeded"):
    return GenerationFinished(
        **envelope("end", user, at),
        **job(at),
        status=status,
        queue_ms=0,
        run_ms=60_000,
        charged_credits=10,
        cost_micros=5_000,
        device="gpu",
        gpu_seconds=60.0,
    )


def downloaded(user: str, at: str):
    return VideoDownloaded(**envelope("download", user, at), generation_id=f"job {at}")


def shared(user: str, at: str):
    common = envelope("share", user, at)
    return VideoShared(**common, generation_id=f"job {at}", destination="link")


EVENTS = [
    *(registered(user, "US") for user in ("ann", "bob", "cy")),
    *(registered(user, "KR") for user in ("dee", "eve", "fay")),
    # ann climbs the whole ladder on Monday the 5th
    session("ann", "2026-01-05T09:00"),
    submitted("ann", "2026-01-05T09:01"),
    finished("ann", "2026-01-05T09:05"),
    downloaded("ann", "2026-01-05T09:10"),
    # bob asks shortly before midnight of the 6th; the video comes while he is away
    session("bob", "2026-01-06T23:55"),
    submitted("bob", "2026-01-06T23:58"),
    finished("bob", "2026-01-07T00:03"),
    # on the 12th he comes back and shares it
    session("bob", "2026-01-12T10:00"),
    shared("bob", "2026-01-12T10:05"),
    # cy's request fails
    session("cy", "2026-01-07T09:00"),
    submitted("cy", "2026-01-07T09:01"),
    finished("cy", "2026-01-07T09:05", status="failed"),
    # dee looks around, and her script asks through the interface for programs
    session("dee", "2026-01-11T09:00"),
    submitted("dee", "2026-01-11T09:01", platform="api"),
    # eve asks on Sunday the 11th and again on the 13th
    session("eve", "2026-01-11T12:00"),
    submitted("eve", "2026-01-11T12:01"),
    session("eve", "2026-01-13T12:00"),
    submitted("eve", "2026-01-13T12:01"),
    finished("eve", "2026-01-13T12:05"),
    # fay never opened the product: her test monitor did everything
    submitted("fay", "2026-01-08T09:01", is_test=True),
]
METRICS = (
    "active_users_by_rung",
    "weekly_active_users",
)


@pytest.fixture(scope="module")
def golden(build):
    golden = build(EVENTS, as_of="2026-01-21", metrics=METRICS)
    failed = {n: s for n, s in golden.results.items() if s in ("error", "fail")}
    assert not failed
    return golden


@pytest.fixture(scope="module")
def rung(golden):
    """Read the weekly actives of a rung on a day."""

    def read(name: str, day: str, grain: str = "day", **dims: str):
        return golden.value("active_users_by_rung", day, grain, rung=name, **dims)

    return read


def test_each_rung_counts_who_got_that_far_in_the_iso_week(rung):
    # week of the 5th: ann, bob, cy, dee and eve were there; all but dee asked;
    # ann alone got a video while she was there, and kept it
    assert rung("session", "2026-01-05", "week") == 5
    assert rung("submitted", "2026-01-05", "week") == 4
    assert rung("delivered", "2026-01-05", "week") == 1
    assert rung("downloaded", "2026-01-05", "week") == 1


def test_the_total_of_the_ladder_is_weekly_active_users(golden):
    assert golden.value("active_users_by_rung", "2026-01-05", "week") == 5
    assert golden.value("weekly_active_users", "2026-01-05", "week") == 5


def test_a_day_stands_for_all_rungs_below_the_highest(rung):
    # week of the 12th: bob only shared, which holds submitted and delivered; eve got
    # a video, which holds submitted
    assert rung("downloaded", "2026-01-12", "week") == 1
    assert rung("delivered", "2026-01-12", "week") == 2
    assert rung("submitted", "2026-01-12", "week") == 2
    assert rung("session", "2026-01-12", "week") == 2


def test_what_comes_while_the_person_is_away_is_no_activity(rung):
    # 12 January looks back to the 6th: bob's video of the 7th came without him, so it
    # is his share of the 12th that counts; ann's day is out of the window
    assert rung("delivered", "2026-01-11", region="US") == 1  # ann on the 5th
    assert rung("delivered", "2026-01-12", region="US") == 1  # bob on the 12th


def test_a_rung_counts_seven_days_not_six_and_not_eight(rung):
    # bob shared on the 12th: counted to Sunday the 18th
    assert rung("downloaded", "2026-01-18") == 1
    assert rung("downloaded", "2026-01-19") == 0
    # eve asked on the 11th and the 13th: one person, counted to the 19th
    assert rung("submitted", "2026-01-13", region="KR") == 1
    assert rung("submitted", "2026-01-19", region="KR") == 1
    assert rung("submitted", "2026-01-20", region="KR") == 0


def test_a_month_reads_the_same_seven_days(golden, rung):
    # the last closed day of January is the 21st, back to the 15th: nobody came
    assert rung("session", "2026-01-01", "month") == 0
    state = golden.state("active_users_by_rung", "2026-01-01", "month", rung="session")
    assert state == "provisional"


def test_the_first_days_of_the_window_are_withheld(golden, rung):
    day = "2026-01-10"
    state = golden.state("active_users_by_rung", day, "day", rung="delivered")
    assert state == "withheld"
    assert rung("delivered", day) is None
