"""Hand-counted active users, paid share and conversion.

The history begins on Monday 5 January 2026 and is read as of Sunday 15 February.
"""

from datetime import datetime

import pytest

from generation.events import (
    PaymentSucceeded,
    SessionStarted,
    SubscriptionStarted,
    UserRegistered,
)


def registered(user: str, at: str, country: str | None, **more: object):
    return UserRegistered(
        event_id=f"registered {user}",
        source="test",
        occurred_at=datetime.fromisoformat(at),
        user_id=user,
        account_id=f"account of {user}",
        channel="organic",
        country=country,
        **more,
    )


def session(user: str, at: str, **more: object):
    more = {"session_id": f"{user} {at} {more}", **more}
    return SessionStarted(
        event_id=f"session {user} {at} {more}",
        source="test",
        occurred_at=datetime.fromisoformat(at),
        user_id=user,
        **more,
    )


def paid_month(user: str, at: str):
    return PaymentSucceeded(
        event_id=f"payment {user}",
        source="test",
        occurred_at=datetime.fromisoformat(at),
        account_id=f"account of {user}",
        payment_id=f"payment {user}",
        kind="subscription",
        amount_minor=1000,
        currency="USD",
        subscription_id=f"subscription of {user}",
    )


EVENTS = [
    registered("ann", "2026-01-05T08:00:00+00:00", "US"),
    registered("bob", "2026-01-05T08:00:00+00:00", "KR"),
    registered("cy", "2026-01-12T00:00:00+00:00", "US"),
    registered("dee", "2026-01-05T08:00:00+00:00", None),
    registered("eve", "2026-01-13T12:00:00+00:00", "JP"),
    registered("robot", "2026-01-05T08:00:00+00:00", "US", is_test=True),
    # ann: two devices on one day, a second day in the same week
    session("ann", "2026-01-05T09:00:00+00:00", platform="web"),
    session("ann", "2026-01-05T21:00:00+00:00", platform="ios"),
    session("ann", "2026-01-08T09:00:00+00:00"),
    # bob: the last second of the ISO week, written in Shanghai time (Monday 07:59:59)
    session("bob", "2026-01-12T07:59:59+08:00"),
    # cy: the first moment of the next week
    session("cy", "2026-01-12T00:00:00+00:00"),
    # dee: once, on the first day; her seventh day is Sunday the 11th
    session("dee", "2026-01-05T10:00:00+00:00"),
    # none of these is activity of a person
    session("eve", "2026-01-20T10:00:00+00:00", is_foreground=False),
    session("eve", "2026-01-20T10:00:00+00:00", platform="api"),
    session("eve", "2026-01-20T10:00:00+00:00", is_test=True),
    session("robot", "2026-01-20T10:00:00+00:00"),
    # ann pays from Wednesday the 7th on
    SubscriptionStarted(
        event_id="subscription of ann",
        source="test",
        occurred_at=datetime.fromisoformat("2026-01-07T12:00:00+00:00"),
        account_id="account of ann",
        subscription_id="subscription of ann",
        plan_id="standard",
        interval="month",
        price_minor=1000,
        currency="USD",
        period_start=datetime.fromisoformat("2026-01-07T12:00:00+00:00"),
        period_end=datetime.fromisoformat("2026-02-07T12:00:00+00:00"),
    ),
    paid_month("ann", "2026-01-07T12:00:00+00:00"),
    # bob pays at the last moment of his 30 x 24 hours, dee a second after hers
    paid_month("bob", "2026-02-04T08:00:00+00:00"),
    paid_month("dee", "2026-02-04T08:00:01+00:00"),
    # eve pays an hour after she registered, but her week is not mature
    paid_month("eve", "2026-01-13T13:00:00+00:00"),
]
METRICS = (
    "daily_active_users",
    "free_to_paid_30",
    "monthly_active_users",
    "new_paying_users",
    "paid_share",
    "weekly_active_users",
)


@pytest.fixture(scope="module")
def golden(build):
    golden = build(EVENTS, as_of="2026-02-15", metrics=METRICS)
    failed = {n: s for n, s in golden.results.items() if s in ("error", "fail")}
    assert not failed
    return golden


def test_two_devices_of_one_person_are_one_active_user(golden):
    # ann (twice) and dee on Monday
    assert golden.value("daily_active_users", "2026-01-05") == 2
    assert golden.value("daily_active_users", "2026-01-05", region="US") == 1


def test_the_last_second_of_sunday_belongs_to_the_old_week(golden):
    # week of the 5th: ann, dee, bob (23:59:59 UTC on Sunday); cy came at midnight
    assert golden.value("weekly_active_users", "2026-01-05", "week") == 3
    # week of the 12th: cy alone
    assert golden.value("weekly_active_users", "2026-01-12", "week") == 1


def test_a_person_counts_for_seven_days_not_six_and_not_eight(golden):
    # dee came on the 5th only and is known by her unknown region
    assert golden.value("weekly_active_users", "2026-01-11", region="unknown") == 1
    assert golden.value("weekly_active_users", "2026-01-12", region="unknown") == 0


def test_a_month_reads_the_window_of_28_days_at_its_last_day(golden):
    # 31 January looks back to the 4th, a day before the history begins: 27 days only
    assert golden.state("monthly_active_users", "2026-01-01", "month") == "withheld"
    # 1 February looks back to 5 January: ann, bob, cy, dee; on the 2nd dee has left
    assert golden.value("monthly_active_users", "2026-02-01") == 4
    assert golden.value("monthly_active_users", "2026-02-02") == 3
    # February is not over; its last closed day is the 15th, and nobody came since
    assert golden.value("monthly_active_users", "2026-02-01", "month") == 0
    assert golden.state("monthly_active_users", "2026-02-01", "month") == "provisional"


def test_the_first_days_of_a_window_are_withheld(golden):
    assert golden.state("weekly_active_users", "2026-01-10", "day") == "withheld"
    assert golden.value("weekly_active_users", "2026-01-10") is None
    assert golden.state("weekly_active_users", "2026-01-11", "day") == "closed"


def test_background_api_and_test_sessions_are_no_activity(golden):
    # nobody else was active on the 20th
    assert golden.value("daily_active_users", "2026-01-20") == 0


def test_paid_share_counts_the_weekly_actives_who_pay_on_the_day(golden):
    # Sunday the 11th: of ann, bob and dee, ann pays
    assert golden.value("paid_share", "2026-01-05", "week") == pytest.approx(1 / 3)
    # Wednesday the 14th: ann (last seen on the 8th), bob and cy are active, ann pays
    assert golden.value("paid_share", "2026-01-14") == pytest.approx(1 / 3)
    # Thursday the 15th: ann's seven days are over
    assert golden.value("paid_share", "2026-01-15") == 0


def test_a_payer_pays_within_30_times_24_hours(golden):
    # week of the 5th: ann and bob of ann, bob, dee; the robot is a test account
    assert golden.value("free_to_paid_30", "2026-01-05", "week") == pytest.approx(2 / 3)
    assert golden.value("free_to_paid_30", "2026-01-05", "week", region="unknown") == 0


def test_an_immature_cohort_is_provisional(golden):
    # the week of the 5th ends on the 11th, mature on 10 February
    assert golden.state("free_to_paid_30", "2026-01-05", "week") == "closed"
    # the week of the 12th ends on the 18th, mature on 17 February: after the 15th
    assert golden.state("free_to_paid_30", "2026-01-12", "week") == "provisional"


def test_a_new_payer_counts_on_the_day_of_the_first_payment(golden):
    assert golden.value("new_paying_users", "2026-01-01", "month") == 2  # ann, eve
    assert golden.value("new_paying_users", "2026-02-02", "week") == 2  # bob, dee
