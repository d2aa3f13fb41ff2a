"""Hand-counted lifecycle, stickiness and retention of five people.

The history begins on Monday 5 January 2026 and is read as of Sunday 8 February. Weeks
begin on 5, 12, 19 and 26 January and on 2 February.
"""

from datetime import datetime

import pytest

from generation.events import SessionStarted, UserRegistered


def registered(user: str, day: str, country: str = "US", **more: object):
    return UserRegistered(
        event_id=f"registration of {user}",
        source="test",
        occurred_at=datetime.fromisoformat(f"{day}T08:00:00+00:00"),
        user_id=user,
        account_id=f"account of {user}",
        channel="organic",
        country=country,
        **more,
    )


def session(user: str, day: str):
    return SessionStarted(
        event_id=f"session of {user} on {day}",
        source="test",
        occurred_at=datetime.fromisoformat(f"{day}T09:00:00+00:00"),
        user_id=user,
        session_id=f"{user} {day}",
    )


DAYS = {
    # offsets from her signup on the 5th: 0, 1, 7, 9, 30
    "ann": ["2026-01-05", "2026-01-06", "2026-01-12", "2026-01-14", "2026-02-04"],
    # offsets from his signup on Sunday the 11th: 0, 13 (Saturday the 24th)
    "bob": ["2026-01-11", "2026-01-24"],
    # registered before the history of sessions, first seen on the 13th
    "cy": ["2026-01-13", "2026-01-19"],
    # offsets from her signup on the 14th: 0, 14
    "dee": ["2026-01-14", "2026-01-28"],
}
EVENTS = [
    registered("ann", "2026-01-05"),
    registered("bob", "2026-01-11", "KR"),
    registered("cy", "2025-06-01"),
    registered("dee", "2026-01-14"),
    registered("eve", "2026-01-07"),  # never comes back, not even once
    registered("robot", "2026-01-05", is_test=True),
    *(session(user, day) for user, days in DAYS.items() for day in days),
    session("robot", "2026-01-06"),
]
METRICS = (
    "retention",
    "stickiness",
    "user_lifecycle",
    "user_quick_ratio",
)


@pytest.fixture(scope="module")
def golden(build):
    golden = build(EVENTS, as_of="2026-02-08", metrics=METRICS)
    failed = {n: s for n, s in golden.results.items() if s in ("error", "fail")}
    assert not failed
    return golden


@pytest.fixture(scope="module")
def lifecycle(golden):
    """Read new, retained, resurrected, dormant and all of a week."""

    def read(week: str, **dims: str) -> list[object]:
        statuses = ("new", "retained", "resurrected", "dormant", "all")
        return [
            golden.value("user_lifecycle", week, "week", status=status, **dims)
            for status in statuses
        ]

    return read


def test_the_first_week_has_no_week_before_and_is_withheld(golden, lifecycle):
    assert lifecycle("2026-01-05") == [None] * 5
    state = golden.state("user_lifecycle", "2026-01-05", "week", status="new")
    assert state == "withheld"


def test_who_registered_before_the_history_is_back_not_new(lifecycle):
    # dee is new, ann retained, cy is back from before the history, bob is missing
    assert lifecycle("2026-01-12") == [1, 1, 1, 1, 3]


def test_a_week_of_absence_ends_in_dormant_or_resurrected(lifecycle):
    # week of the 19th: cy retained, bob resurrected; ann and dee are missing
    assert lifecycle("2026-01-19") == [0, 1, 1, 2, 2]
    # week of the 26th: dee resurrected; bob and cy are missing
    assert lifecycle("2026-01-26") == [0, 0, 1, 2, 1]
    # week of 2 February: ann resurrected after three weeks; dee is missing
    assert lifecycle("2026-02-02") == [0, 0, 1, 1, 1]


def test_the_dormant_are_counted_in_their_region(lifecycle):
    assert lifecycle("2026-01-12", region="KR") == [0, 0, 0, 1, 0]  # bob
    assert lifecycle("2026-01-19", region="KR") == [0, 0, 1, 0, 1]


def test_the_quick_ratio_sets_the_won_against_the_lost(golden):
    # week of the 12th: dee and cy won, bob lost; of the 19th: bob won, ann, dee lost
    assert golden.value("user_quick_ratio", "2026-01-12", "week") == 2
    assert golden.value("user_quick_ratio", "2026-01-19", "week") == 0.5


def test_without_anybody_lost_there_is_no_quick_ratio(golden):
    # Korea in the week of the 19th: bob is won, nobody is lost
    week = "2026-01-19"
    assert golden.value("user_quick_ratio", week, "week", region="KR") is None
    assert golden.state("user_quick_ratio", week, "week", region="KR") == "withheld"


def test_stickiness_is_person_days_over_28_times_the_people(golden):
    # 1 February looks back to 5 January: ann 4 days, bob 2, cy 2, dee 2 = 10 person-
    # days of 4 people: 10 / (28 x 4)
    assert golden.value("stickiness", "2026-02-01") == pytest.approx(10 / 112)
    # 2 February looks back to the 6th: ann's first day is out, she is not: 9 / 112
    assert golden.value("stickiness", "2026-02-02") == pytest.approx(9 / 112)
    # a month shows its last closed day, the 8th, back to 12 January: ann 12, 14 and
    # 4 February, bob 24, cy 13 and 19, dee 14 and 28 = 8 person-days of 4
    value = golden.value("stickiness", "2026-02-01", "month")
    assert value == pytest.approx(8 / 112)
    assert golden.state("stickiness", "2026-01-31", "day") == "withheld"


def test_retention_counts_the_calendar_day_itself(golden):
    # cohort of the 5th: ann, bob and eve; ann came on days 1, 7 and 30
    for measure in ("d1", "d7"):
        value = golden.value("retention", "2026-01-05", "week", measure=measure)
        assert value == pytest.approx(1 / 3), measure


def test_a_bracket_counts_each_person_once(golden):
    # days 7 to 13: ann on 7 and 9 (once), bob on 13: 2 of 3
    value = golden.value("retention", "2026-01-05", "week", measure="w1")
    assert value == pytest.approx(2 / 3)
    # days 14 to 20: nobody; dee's day 14 is in her own cohort: 1 of 1
    assert golden.value("retention", "2026-01-05", "week", measure="w2") == 0
    assert golden.value("retention", "2026-01-12", "week", measure="w2") == 1


def test_an_immature_cohort_leaves_its_young_signups_out_and_says_so(golden):
    # by 8 February only ann (the 5th) and eve (the 7th) have had their 30 days: day 30
    # of bob is the 10th; ann came on hers, 4 February: 1 of 2
    value = golden.value("retention", "2026-01-05", "week", measure="d30")
    assert value == pytest.approx(1 / 2)
    state = golden.state("retention", "2026-01-05", "week", measure="d30")
    assert state == "provisional"
    # w2 ends with day 20: mature for bob on 31 January
    state = golden.state("retention", "2026-01-05", "week", measure="w2")
    assert state == "closed"
    # nobody has had weeks of the future, and no cohort is older than the history
    assert golden.value("retention", "2026-01-05", "week", measure="w5") is None
    assert golden.value("retention", "2025-05-26", "week", measure="d1") is None
