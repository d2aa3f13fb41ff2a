"""Hand-counted use, conversion, cohorts, waste and latency, in the days of New York.

The week of Monday 3 November 2025 holds most of it; tests/golden/usage_events.py tells
who does what.
"""

import runpy
from decimal import Decimal
from pathlib import Path

import pytest

WEEK = "2025-11-03"
NOVEMBER = "2025-11-01"


@pytest.fixture(scope="module")
def golden(build):
    case = runpy.run_path(str(Path(__file__).with_name("usage_events.py")))
    golden = build(case["EVENTS"], as_of=case["AS_OF"], time_zone=case["TIME_ZONE"])
    failed = {n: s for n, s in golden.results.items() if s in ("error", "fail")}
    assert not failed
    return golden


@pytest.fixture(scope="module")
def week(golden):
    """Read the value of the week of 3 November."""

    def read(metric: str, **dims: str):
        return golden.value(metric, WEEK, "week", **dims)

    return read


def test_a_day_of_25_hours_is_one_day(golden):
    # ann came at 00:00:00 and at 23:59:59 of Sunday; bea at 00:00:00 of Monday
    assert golden.value("daily_active_users", "2025-11-02") == 1
    assert golden.value("daily_active_users", "2025-11-03") == 1
    # ann, zed; in UTC ann's last second would be Monday's
    assert golden.value("weekly_active_users", "2025-10-27", "week") == 2


def test_a_day_of_23_hours_is_one_day(golden):
    assert golden.value("daily_active_users", "2026-03-08") == 1  # bob, 23:59:59
    assert golden.value("daily_active_users", "2026-03-09") == 1  # cy, 00:00:00


def test_slices_of_actives_overlap(week):
    assert week("weekly_active_users") == 3  # bea, cy, dee
    assert week("weekly_active_users", platform="web") == 3
    assert week("weekly_active_users", platform="ios") == 1  # bea on Monday
    # dee came on Tuesday without a plan and on Thursday with one
    assert week("weekly_active_users", plan="none") == 3
    assert week("weekly_active_users", plan="standard") == 1


def test_thirty_days_hold_two_more_than_28(golden):
    # 25 November: ann, bea, cy, dee; zed's 27 October is the 30th day back
    assert golden.value("monthly_active_users", "2025-11-25") == 4
    assert golden.value("monthly_active_users_30", "2025-11-25") == 5
    assert golden.value("monthly_active_users_30", "2025-11-26") == 4


def test_active_days_are_counted_per_person(golden, week):
    # cy came once; bea and dee on two days
    assert [week("active_days_7", days=days) for days in "12"] == [1, 2]
    # 27 October to 23 November: zed and cy 1, ann and dee 2, bea 3
    bars = [golden.value("active_days_28", "2025-11-17", "week", days=d) for d in "123"]
    assert bars == [2, 2, 1]
    assert golden.state("active_days_28", "2025-11-10", "week") == "withheld"


def test_dau_to_mau_is_of_one_day(golden):
    # 8 March: bob; in its 28 days bob and eve
    assert golden.value("dau_to_mau", "2026-03-08") == pytest.approx(1 / 2)


def test_creators_got_a_video_while_they_were_there(week):
    assert week("weekly_creators") == 2  # bea and dee


def test_programs_are_counted_apart(golden, week):
    assert golden.value("active_api_accounts", "2025-11-04") == 1  # robo
    assert week("active_api_accounts") == 2
    assert week("api_calls") == 4
    assert week("api_error_rate") == pytest.approx(1 / 4)
    assert week("api_delivered_seconds") == 15  # three of five seconds


def test_the_keys_of_a_program_are_told_apart_in_the_mart(golden):
    calls = golden.rows(
        "select api_key_id, sum(calls), sum(errors), sum(latency_ms), max(slowest_ms)"
        " from marts.fct_api_usage_daily where account_id = 'account of robo'"
        " group by api_key_id order by api_key_id"
    )
    # 10 s in the queue and 20 at work, twice; the one that failed delivered nothing
    failed, succeeded = (1, 1, 0, 0), (2, 0, 60_000, 30_000)
    assert calls == [("robo failed", *failed), ("robo succeeded", *succeeded)]


def test_recent_days_are_as_complete_as_days_used_to_be(golden):
    def complete(day: str, band: str = "all"):
        return golden.value("data_completeness", day, band=band)

    # the last receipt was on 16 March; of the curve's days, 20 February had one of two
    # sessions at once and the other two days later, 25 February its only one
    assert complete("2026-03-16") == pytest.approx(2 / 3)
    assert complete("2026-03-16", "low") == pytest.approx(1 / 2)
    assert complete("2026-03-16", "high") == 1
    assert complete("2026-03-15") == pytest.approx(2 / 3)
    assert complete("2026-03-14") == 1
    assert golden.state("data_completeness", "2026-03-16", "day") == "provisional"
    assert golden.state("data_completeness", "2026-03-15", "day") == "closed"


def test_each_step_is_a_share_of_the_signups(golden, week):
    # bea, cy, dee, bob and eve registered
    def step(name: str):
        return week("signup_funnel", step=name)

    assert step("submitted") == step("delivered") == pytest.approx(2 / 5)  # bea, dee
    assert step("credits_out") == pytest.approx(2 / 5)  # bea, dee
    assert step("checkout") == pytest.approx(3 / 5)  # dee, cy's card, eve
    assert step("paid") == pytest.approx(2 / 5)  # dee, eve
    # the cohort of March is not mature
    assert golden.value("signup_funnel", "2026-03-09", "week", step="paid") is None


def test_who_still_waits_is_neither_dropped_nor_lost(golden, week):
    # k1 to k4 ask after 1, 3, 5 and 7 hours, k5 and k6 not in six days, k7 and k8 were
    # not watched for a day. Still waiting: 5/6, 4/6, 3/6 after 5 hours. Without those
    # who wait it would be 3 hours, with k7 and k8 as refusals 7.
    read = golden.value("time_to_step", "2026-03-09", "week", step="submitted")
    assert read == 5
    # of the five of November two ever asked: the median is not reached
    assert week("time_to_step", step="submitted") is None


def test_who_has_not_tried_a_feature_still_waits_for_it(golden, week):
    # offered to bea and dee; dee's first motion came 74 hours later: one half
    assert week("time_to_adopt", feature="motion_control") == 74
    # ann had used it before it was offered to her, in the week of 10 November
    motions = "from metrics.time_to_adopt where feature = 'motion_control'"
    assert golden.rows(f"select count(*) {motions}") == [(1,)]
    # words from the signup on: bea and dee of five in November; in March as above
    assert week("time_to_adopt", feature="text_to_video") is None
    march = golden.value("time_to_adopt", "2026-03-09", "week", feature="text_to_video")
    assert march == 5


def test_conversion_in_1_7_30_and_90_days(golden, week):
    # dee after 48 hours, eve after 30 x 24 and bob a second later, of five
    windows = [week(f"free_to_paid_{days}") for days in (1, 7, 30, 90)]
    assert windows == pytest.approx([0, 1 / 5, 2 / 5, 3 / 5])
    assert week("free_to_paid_30", channel="paid") == 1  # eve alone
    assert week("free_to_paid_30", platform="ios") == 1  # dee alone
    assert week("free_to_paid_30", first_feature="motion_control") == 1
    # cy, bob and eve never asked for a video
    assert week("free_to_paid_30", first_feature="none") == pytest.approx(1 / 3)
    # bea had used up a grant, and pays nothing; dee, eve and bob pay before
    states = ("ran_out", "has_credits")
    shares = [week("free_to_paid_90", credit_state=state) for state in states]
    assert shares == pytest.approx([0, 3 / 4])
    # November's last signups have had 90 days on 28 February
    assert golden.state("free_to_paid_90", NOVEMBER, "month") == "closed"


def test_three_definitions_of_a_payer(golden):
    def payers(metric: str, month: str, **dims: str):
        return golden.value(metric, month, "month", **dims)

    # dee subscribes on and on; eve and bob buy a pack on 5 December
    assert payers("subscribed_users", "2025-12-01") == 1
    assert payers("subscribed_users", "2025-12-01", plan="standard") == 1
    assert payers("paying_users", "2025-12-01") == 3
    assert payers("paying_users", "2026-01-01") == 3  # until 4 January
    assert payers("settled_payers", "2025-12-01") == 2
    assert payers("settled_payers", NOVEMBER, kind="subscription") == 1
    assert payers("new_paying_users", "2025-12-01", channel="paid") == 1  # eve


def test_retention_by_calendar_week_and_bracket(golden, week):
    # of November's five bea came in the week after
    assert week("weekly_retention", weeks="1") == pytest.approx(1 / 5)
    # ann's last second was still in the week in which she registered
    assert golden.value("weekly_retention", "2025-10-27", "week", weeks="1") == 0
    # it was her day 6: in the bracket, not on day 7
    for measure, value in (("d6_8", 1 / 2), ("d7", 0)):
        read = golden.value("retention", "2025-10-27", "week", measure=measure)
        assert read == pytest.approx(value)


def test_cohorts_add_up_money_and_credits(golden):
    def cohort(metric: str, months: str):
        return golden.value(metric, NOVEMBER, "month", months_since=months)

    # dee 10; in December 4 less, eve 20 and bob 30 more; five accounts
    assert cohort("cohort_revenue_per_signup", "0") == pytest.approx(10 / 5)
    assert cohort("cohort_revenue_per_signup", "1") == pytest.approx(56 / 5)
    assert cohort("cohort_revenue_per_payer", "0") == 10
    assert cohort("cohort_revenue_per_payer", "4") == pytest.approx(56 / 3)
    # bea, cy and dee spent 60, 10 and 30 credits in November, eve 30 in January
    assert cohort("cohort_credits_per_signup", "0") == 20
    assert cohort("cohort_credits_per_signup", "2") == 6
    assert cohort("cohort_credit_retention", "1") == 0
    assert cohort("cohort_credit_retention", "2") == pytest.approx(1 / 5)


def test_free_use_is_paid_by_those_who_come_to_pay(golden):
    # bea's three jobs 0.25; dee paid before her first; dee, eve and bob came to pay
    read = golden.value("subsidy_per_payer", NOVEMBER, "month")
    assert read == pytest.approx(0.25 / 3)


def test_what_nobody_kept_is_waste(week):
    # repeated: bea's first; failed: bea's and robo's; not kept: dee's two
    parts = {"repeated": "0.1", "failed": "0.06", "moderated": "0.03"}
    parts |= {"not_kept": "0.52", "all": "0.71"}
    read = {reason: week("wasted_cost", reason=reason) for reason in parts}
    assert read == {reason: Decimal(amount) for reason, amount in parts.items()}
    # 10 + (5 + 1) + 3 + (40 + 12) device seconds
    assert week("wasted_gpu_seconds") == 71
    # all cost: 0.25 + 0.55 + 0.04
    assert week("waste_share") == pytest.approx(0.71 / 0.84)


def test_a_second_costs_what_all_jobs_cost(week):
    # delivered: 5 + 5, 10 + 5, 3 x 5
    assert week("gpu_cost_per_second") == pytest.approx(0.84 / 40)
    assert week("gpu_cost_per_second", resolution="1080p") == pytest.approx(0.04)
    assert week("gpu_cost_per_second", mode="motion_control") == pytest.approx(0.04)
    assert week("gpu_cost_per_second", region="KR") == pytest.approx(0.25 / 10)


def test_quality_in_the_product(week):
    # ten jobs: seven succeeded, two failed, one was moderated
    assert week("generation_success_rate") == pytest.approx(7 / 10)
    assert week("generation_success_rate", mode="text_to_video") == pytest.approx(5 / 8)
    assert week("moderation_rate") == pytest.approx(1 / 10)
    # of four videos of people bea kept one; dee sent hers a second too late
    assert week("download_rate") == week("share_rate") == pytest.approx(1 / 4)
    # three delivered videos have a known prompt, one came again
    assert week("regenerate_rate") == pytest.approx(1 / 3)


def test_latency_is_a_latency_that_somebody_had(week):
    # 30 30 30 60 62 120 300: the 4th of 7, the 7th of 7; 61.5 seconds are 62
    assert [week("latency_p50"), week("latency_p95")] == [60, 300]
    assert [week(f"latency_p{p}", audience="free") for p in (50, 95)] == [60, 62]
    assert week("latency_p50", audience="paid") == 120
    assert week("latency_p50", mode="text_to_video") == 30
    # bea of KR is free, and alone there
    assert [week(f"latency_p{p}", region="KR") for p in (50, 95)] == [60, 62]
    assert week("latency_p95", audience="free", region="KR") == 62


def test_breadth_depth_and_retention_of_features(week):
    # bea text; dee motion, text and picture
    assert week("feature_breadth") == 2
    assert week("feature_depth", feature="text_to_video") == 2  # bea 3, dee 1
    assert week("feature_depth") == 3  # six videos of two people
    assert week("feature_users") == 2
    assert week("feature_users", feature="motion_control") == 1  # dee
    # bea is the one of KR, dee the one of US
    assert week("feature_users", region="KR") == 1
    assert week("feature_breadth", region="KR") == 1
    assert week("feature_breadth", region="US") == 3
    assert week("feature_depth", feature="text_to_video", region="US") == 1
    adopted = {"feature": "motion_control"}
    assert week("feature_adoption", **adopted) == pytest.approx(1 / 2)
    assert week("feature_adoption", **adopted, region="US") == 1
    # bea asks for text again in the next week, dee does not
    back = week("feature_retention", feature="text_to_video")
    assert back == pytest.approx(1 / 2)
    # offered to bea and dee; dee used it on the third day
    assert week("feature_trial_7", feature="motion_control") == pytest.approx(1 / 2)


def test_waiting_against_coming_back(week):
    # bea waited 20 s on average and came again, dee 230 / 3 and did not
    assert week("retention_by_wait", minutes="under_half") == 1
    assert week("retention_by_wait", minutes="1_to_2") == 0
    assert week("retention_by_wait") == pytest.approx(1 / 2)


def test_bought_credits_burn_down(golden):
    rows = golden.rows(
        "select bought_credits, used_credits, balance_credits"
        " from marts.fct_account_credits_monthly"
        " where account_id = 'account of eve' order by month_start"
    )
    assert rows == [(100, 0, 100), (0, 30, 70), (0, 0, 70), (0, 0, 70)]


def test_what_ends_first_is_burnt_first(golden):
    # eve's pack before her gift; zed's gift, and his compensation when it was used up
    burnt = ("grants_out_of_order", "2026-01-01", "month")
    kinds = ("all", "pack", "compensation")
    shares = [golden.value(*burnt, grant_type=kind) for kind in kinds]
    assert shares == pytest.approx([1 / 3, 1, 0])


def test_who_is_merged_counts_once_from_then_on(golden):
    days = ["2025-11-30", "2025-12-02"]
    assert [golden.value("daily_active_users", day) for day in days] == [2, 1]
    # ann, zed, bea, cy, dee, bob, eve
    days = ["2025-11-30", "2025-12-01"]
    assert [golden.value("registered_users", day) for day in days] == [7, 6]
    weeks = ["2025-11-24", "2025-12-01"]  # of both days
    of_web = {"grain": "week", "platform": "web"}
    web = [golden.value("weekly_active_users", start, **of_web) for start in weeks]
    assert web == [2, 1]
