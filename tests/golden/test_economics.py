"""Hand-computed retention, churn, margin and credit liability, one case a country.

tests/golden/economics_events.py tells who does what, until 31 January 2026.
"""

import runpy
from decimal import Decimal
from pathlib import Path

import pytest

from generation.events import CreditsSpent

JANUARY = "2026-01-01"


@pytest.fixture(scope="module")
def story():
    return runpy.run_path(str(Path(__file__).with_name("economics_events.py")))


@pytest.fixture(scope="module")
def golden(build, story):
    rates = story["FX_RATES"]
    golden = build(story["EVENTS"], as_of=story["AS_OF"], fx_rates=rates)
    failed = {n: s for n, s in golden.results.items() if s in ("error", "fail")}
    assert not failed
    return golden


@pytest.fixture(scope="module")
def january(golden):
    """Read January's value of a metric."""

    def read(metric: str, **dims: str):
        return golden.value(metric, JANUARY, "month", **dims)

    return read


def test_net_retention_compares_the_same_accounts_a_year_apart(january):
    # then: US 10, KR 10, GB 37, BR 10, IN 10, DE 8 / 0.8 = 10: 87
    # now: US 10, KR 37, GB 10, BR 0, IN 10 (back), DE 10: 77; JP and CN are new
    assert january("net_revenue_retention") == pytest.approx(77 / 87)
    assert january("net_revenue_retention", region="KR") == pytest.approx(3.7)
    assert january("net_revenue_retention", region="BR") == 0


def test_gross_retention_counts_no_account_above_its_base(january):
    # US 10, KR 10 of 37, GB 10, BR 0, IN 10, DE 10: 50 of 87
    assert january("gross_revenue_retention") == pytest.approx(50 / 87)
    assert january("gross_revenue_retention", region="KR") == 1
    assert january("gross_revenue_retention", region="UK") == pytest.approx(10 / 37)


def test_a_weak_dollar_retains_nobody(january):
    # 8 euros then and now; booked it would be 16 / 10
    assert january("net_revenue_retention", region="EU") == 1
    assert january("mrr", region="EU") == 16


def test_retention_without_a_base_is_withheld(golden):
    # JP came on 1 February 2025; nobody at all paid on 31 December 2024
    for metric in ("net_revenue_retention", "gross_revenue_retention"):
        assert golden.value(metric, JANUARY, "month", region="JP") is None
        assert golden.state(metric, JANUARY, "month", region="JP") == "withheld"
        assert golden.state(metric, "2025-12-01", "month", region="all") == "withheld"
        assert golden.state(metric, JANUARY, "month", region="all") == "closed"


def test_the_quick_ratio_sets_won_against_lost(golden, january):
    # won: CN 20 new, IN 10 reactivated; lost: TR 10 churned, MX 37 - 10 = 27 contracted
    assert january("quick_ratio") == pytest.approx(30 / 37)
    # July 2025: KR won 27 and nobody lost anything
    assert golden.value("quick_ratio", "2025-07-01", "month") is None


def test_logo_churn_is_of_the_accounts_that_opened_the_month(golden, january):
    # 31 December: US, KR, GB, JP, DE, TR, MX; TR left; CN and IN came later
    assert january("logo_churn") == pytest.approx(1 / 7)
    by_region = [january("logo_churn", region=name) for name in ("TR", "US", "CN")]
    assert by_region == [1, 0, None]
    # April 2025 opens with JP and TR too, besides the six of the base and MX: 9
    assert golden.value("logo_churn", "2025-04-01", "month") == pytest.approx(1 / 9)


def test_revenue_churn_counts_cheaper_plans_too(january):
    # TR 10 + MX 27, of US 10, KR 37, GB 10, JP 20, DE 16, TR 10, MX 37: 140
    assert january("revenue_churn") == pytest.approx(37 / 140)


def test_margin_takes_the_cost_of_every_job_from_revenue(january):
    # revenue: KR 31, RU 4 (400 credits), AU 1: 36
    # cost: KR 6.2, RU 0.125 + 1 + 0.5, AU 0.1 + 0.2, ID 1, EG 0.25: 9.375
    assert january("gross_margin") == pytest.approx((36 - 9.375) / 36)
    # RU: 4 less 1.625, the failed and the free job included
    assert january("gross_margin", region="RU") == pytest.approx(2.375 / 4)


def test_a_delivered_second_earns_what_it_is_set_against_in_cost(january):
    # RU: 4 of revenue and a cost of 1.625 for two videos of 5 seconds, one job failed
    assert january("revenue_per_second", region="RU") == pytest.approx(4 / 10)
    assert january("gpu_cost_per_second", region="RU") == pytest.approx(1.625 / 10)


def test_a_job_belongs_to_what_its_account_holds_that_day(golden, january):
    assert january("gross_margin", segment="pro") == pytest.approx((31 - 6.2) / 31)
    # RU 1 + 0.5 and AU 0.1 while they hold credits, of 4 + 1
    assert january("gross_margin", segment="consumer") == pytest.approx((5 - 1.6) / 5)
    assert january("gross_margin", plan="credit_pack") == pytest.approx((5 - 1.6) / 5)
    # ID and EG cost without revenue: there is no margin
    assert january("gross_margin", segment="enterprise") is None
    assert january("gross_margin", segment="free") is None


def test_revenue_goes_to_features_by_the_credits_charged_for_them(january):
    # KR: 10 of 40 credits for text, 30 for motion, of 31 dollars; all cost is text
    assert january("gross_margin", feature="text_to_video") == pytest.approx(
        (7.75 - 9.375) / 7.75
    )
    assert january("gross_margin", feature="motion_control") == 1
    # RU 4 and AU 1 were charged for nothing
    assert january("gross_margin", feature="none") == 1


def test_a_cohort_has_the_margin_of_those_who_signed_up_in_it(golden, january):
    # all but the dollar that ID cost, who earned nothing yet
    then, now = "2025-01-01", "2026-01-01"
    assert january("gross_margin", cohort=then) == pytest.approx((36 - 8.375) / 36)
    assert january("gross_margin", cohort=now) is None
    rows = golden.rows(
        "select revenue_micros, cost_micros from marts.fct_account_margin_monthly"
        " where account_id = 'buyer' and month_start = '2026-01-01'"
    )
    assert rows == [(4_000_000, 1_625_000)]


def test_the_free_tier_costs_what_holders_of_nothing_used(golden, january):
    # RU before it bought 0.125, AU after its last credit 0.2, EG 0.25
    assert january("free_tier_subsidy") == Decimal("0.575")
    assert golden.value("free_tier_subsidy", "2026-01-12") == Decimal("0.2")
    assert golden.value("free_tier_subsidy", "2026-01-05", "week") == Decimal("0.125")


def test_sold_credits_are_owed_until_used_or_expired(golden, january):
    # RU: 20 - 5 = 15, a dollar given back: 16
    assert golden.value("credit_liability", "2026-01-11", region="RU") == 20
    assert golden.value("credit_liability", "2026-01-12", region="RU") == 15
    assert golden.value("credit_liability", "2026-01-13", region="RU") == 16
    # AU: a dollar until it expires on 31 December
    assert golden.value("credit_liability", "2025-12-30", region="ROW") == 1
    assert golden.value("credit_liability", "2025-12-01", "month") == 0
    # January closes with RU 16, AU 0 and the API package 50
    assert january("credit_liability") == 66
    assert january("credit_liability", plan="api_package") == 50
    assert january("credit_liability", segment="consumer") == 16


def test_credits_burnt_beyond_their_grant_stop_the_build(build, story):
    # 100 granted until 15 January, 101 spent on the 16th
    of = {"generation_id": "g", "spent_credits": 101}
    spent = story["of_grant"](CreditsSpent, "empty 2026-01-10", "2026-01-16", **of)
    events = [story["pack"]("empty", "2026-01-10", 100, "2026-01-15"), spent]
    metrics = ["credit_liability", "grants_out_of_order"]
    results = build(events, as_of="2026-01-31", metrics=metrics).results
    assert results["test.reelmetrics.every_grant_adds_up"] == "fail"
    late = "test.reelmetrics.credits_are_burnt_while_their_grant_holds"
    assert results[late] == "fail"
