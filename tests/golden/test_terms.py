"""Hand-computed MRR and revenue of what is tried, paused, given, lost or disputed.

tests/golden/terms_events.py tells who does what, one case a country.
"""

import runpy
from pathlib import Path

import pytest

METRICS = (
    "arr_contracted",
    "arr_subscription",
    "cash_receipts",
    "discounted_mrr",
    "logo_churn",
    "mrr",
    "mrr_change_effects",
    "mrr_movements",
    "net_revenue",
    "paying_users",
    "revenue",
    "trial_to_paid_cohort",
    "trial_to_paid_rolling30",
)


@pytest.fixture(scope="module")
def golden(build):
    case = runpy.run_path(str(Path(__file__).with_name("terms_events.py")))
    return build(case["EVENTS"], as_of=case["AS_OF"], metrics=METRICS)


def test_every_model_and_test_passes(golden):
    bad = {k: v for k, v in golden.results.items() if v in ("fail", "error", "skipped")}
    assert bad == {}


@pytest.mark.parametrize(
    ("region", "day", "dollars"),
    [
        ("US", "2025-12-31", 10),
        ("US", "2026-01-01", 0),
        ("US", "2026-01-31", 0),
        ("US", "2026-02-01", 10),
        ("KR", "2026-01-07", None),
        ("KR", "2026-01-08", 10),
        ("JP", "2026-01-05", None),
        ("UK", "2026-01-14", 7.5),
        ("UK", "2026-01-15", 10),
        ("BR", "2026-01-23", 10),
        ("BR", "2026-01-24", 0),
        ("TR", "2026-01-15", 10),
    ],
)
def test_mrr_is_what_is_in_force(golden, region, day, dollars):
    assert golden.value("mrr", day, region=region) == dollars


def test_paying_users_leave_out_trials_and_pauses(golden):
    assert golden.value("paying_users", "2026-01-05", region="KR") in (None, 0)
    assert golden.value("paying_users", "2026-01-15", region="US") == 0
    assert golden.value("paying_users", "2026-02-05", region="US") == 1


def test_a_month_given_for_nothing_earns_nothing(golden):
    assert golden.value("revenue", "2026-01-01", "month", region="TR") in (None, 0)


def test_a_lost_dispute_takes_the_revenue_back(golden):
    # 31 days at a dollar; the bank's fee is a cost, not revenue.
    assert golden.value("revenue", "2026-01-01", "month", region="IN") == 31
    assert golden.value("revenue", "2026-02-01", "month", region="IN") == -31


def test_the_fee_of_a_lost_dispute_is_cash_and_a_cost(golden):
    # 31 went back and the bank asked 15
    february = ("2026-02-01", "month")
    assert golden.value("cash_receipts", *february, region="IN", line="refund") == -31
    fee = golden.value("cash_receipts", *february, region="IN", line="dispute_fee")
    assert fee == -15
    assert golden.value("net_revenue", *february, region="IN") == -46


def test_trials_are_counted_by_their_beginning_and_by_their_end(golden):
    # KR kept its trial of 1 to 8 January, JP did not
    cohort = {
        region: golden.value("trial_to_paid_cohort", "2026-01-01", "month", **slices)
        for region, slices in {
            "all": {},
            "KR": {"region": "KR"},
            "JP": {"region": "JP"},
        }.items()
    }
    assert cohort == {"all": 0.5, "KR": 1, "JP": 0}
    # 8 January is among the 30 days up to 6 February, and not of those up to the 7th
    days = ["2026-01-07", "2026-01-08", "2026-02-06", "2026-02-07"]
    rolling = [golden.value("trial_to_paid_rolling30", day) for day in days]
    assert rolling == [None, 0.5, 0.5, None]


def test_a_cohort_of_trials_is_open_until_all_have_had_thirty_days(golden):
    # the week ends on 4 January, 42 days before 15 February; the month 15 days before
    states = [
        golden.state("trial_to_paid_cohort", start, grain, region="all", plan="all")
        for grain, start in (("week", "2025-12-29"), ("month", "2026-01-01"))
    ]
    assert states == ["closed", "provisional"]


def test_a_contract_is_contracted_from_its_signature_and_is_no_mrr(golden):
    # 7,200 for two years
    days = ["2026-01-19", "2026-01-20", "2026-02-15"]
    agreed = [golden.value("arr_contracted", day, region="LATAM") for day in days]
    assert agreed == [None, 3600, 3600]
    assert golden.value("arr_subscription", "2026-02-15", region="LATAM") is None


def test_discounts_are_a_line_within_mrr(golden):
    # TR's free January at 10 dollars, GB's first month at the 7.50 that it pays
    assert golden.value("discounted_mrr", "2026-01-10") == 17.5
    free = [golden.value("discounted_mrr", "2026-01-31", discount="free_period")]
    free += [golden.value("discounted_mrr", "2026-01-31", region="TR")]
    assert free == [10, 10]
    coupon = [
        golden.value("discounted_mrr", day, discount="coupon_finite")
        for day in ("2026-01-14", "2026-01-15")
    ]
    assert coupon == [7.5, 0]


@pytest.mark.parametrize(
    ("period", "movement"),
    [("2026-01-01", "pause"), ("2026-02-01", "resume")],
)
def test_a_declared_pause_is_no_churn_however_long(golden, period, movement):
    # January has 31 days, the policy's shortest lapse that is churn 8
    amounts = {
        kind: golden.value("mrr_movements", period, "month", region="US", movement=kind)
        for kind in ("pause", "resume", "churn", "reactivation")
    }
    signed = {"pause": -10, "resume": 10}[movement]
    assert amounts == dict.fromkeys(amounts) | {movement: signed}


def test_a_merge_is_neither_churn_nor_new(golden):
    regions = {"EU": 20, "ROW": 10}
    for region, dollars in regions.items():
        days = ["2026-01-15", "2026-01-16", "2026-02-15"]
        assert [golden.value("mrr", day, region=region) for day in days] == [
            dollars
        ] * 3
        moved = golden.rows(
            "select movement, value from metrics.mrr_movements where grain = 'month'"
            f" and region = '{region}' and segment = 'all' and plan = 'all'"
            " and movement <> 'all' and period_start >= '2026-01-01'"
        )
        assert moved in ([], [("transfer", 0)])


def test_merged_accounts_pay_as_one_from_the_merge_on(golden):
    def payers(period: str, grain: str = "day", region: str = "EU"):
        return golden.value("paying_users", period, grain, region=region)

    assert [payers(f"2026-01-{day}") for day in (15, 16)] == [2, 1]
    months = ("2025-12-01", "2026-01-01", "2026-02-01")
    assert [payers(month, "month") for month in months] == [2, 1, 1]
    assert [payers(month, "month", "ROW") for month in months] == [1, 1, 1]
