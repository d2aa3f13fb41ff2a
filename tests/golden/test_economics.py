"""Hand-computed retention, churn, margin and credit liability, one case a country.

Read as of 31 January 2026, so that January is closed and its base is 31 January 2025.
A euro costs 1.25 dollars (0.8 to the dollar) until May 2025 and 2 dollars (0.5) after.
"""

from datetime import datetime
from decimal import Decimal

import pytest

from generation.events import (
    CreditsExpired,
    CreditsGranted,
    CreditsRefunded,
    CreditsSpent,
    GenerationFinished,
    PaymentSucceeded,
    SubscriptionCancelled,
    SubscriptionChanged,
    SubscriptionRenewed,
    SubscriptionStarted,
    UserRegistered,
)

FX_RATES = "EUR,2024-01-01,0.8\nEUR,2025-06-01,0.5\n"
JANUARY = "2026-01-01"
IDS = iter(range(10_000))
COUNTRIES = {
    **{"stays": "US", "grows": "KR", "shrinks": "GB", "leaves": "BR", "returns": "IN"},
    **{"late": "JP", "euro": "DE", "quits": "TR", "cheaper": "MX", "fresh": "CN"},
    **{"buyer": "RU", "empty": "AU", "maker": "ID", "visitor": "EG"},
}


def at(day: str) -> datetime:
    """Noon of a day, UTC."""
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def event(kind: type, account: str, day: str, /, **fields: object):
    return kind(
        event_id=str(next(IDS)),
        source="test",
        occurred_at=at(day),
        account_id=account,
        **fields,
    )


def terms(kind: type, account: str, start: str, price: int, **more: object):
    """Monthly terms in dollars, in force from `start` until something follows."""
    fields = {"plan_id": "standard", "interval": "month", "currency": "USD"}
    fields |= {"subscription_id": f"subscription of {account}"}
    period = {"period_start": at(start), "period_end": at(start)}
    return event(kind, account, start, price_minor=price, **period, **(fields | more))


def started(account: str, start: str, price: int, **more: object):
    return terms(SubscriptionStarted, account, start, price, **more)


def cancelled(account: str, ends: str):
    return event(
        SubscriptionCancelled,
        account,
        ends,
        subscription_id=f"subscription of {account}",
        ends_at=at(ends),
    )


def pack(account: str, day: str, cents: int, until: str, kind: str = "pack"):
    """A hundred credits a dollar."""
    return event(
        CreditsGranted,
        account,
        day,
        grant_id=f"{account} {day}",
        grant_type=kind,
        granted_credits=cents,
        consideration_minor=cents,
        currency="USD",
        expires_at=at(until),
    )


def of_grant(kind: type, grant: str, day: str, /, **fields: object):
    return event(kind, grant.split()[0], day, grant_id=grant, **fields)


def video(account: str, day: str, cost_micros: int, status: str = "succeeded"):
    return event(
        GenerationFinished,
        account,
        day,
        generation_id=f"video of {account} on {day}",
        status=status,
        mode="text_to_video",
        model_id="sprite-2",
        resolution="384p",
        video_seconds=5.0 if status == "succeeded" else 0.0,
        queue_ms=0,
        run_ms=1000,
        charged_credits=0,
        cost_micros=cost_micros,
        device="gpu",
        gpu_seconds=1.0,
    )


SUBSCRIPTIONS = [
    # US: 10 dollars throughout
    started("stays", "2025-01-10", 1000),
    # KR: 10 becomes 37 in July
    started("grows", "2025-01-05", 1000),
    terms(SubscriptionChanged, "grows", "2025-07-05", 3700, plan_id="pro"),
    # GB: 37 becomes 10 in August
    started("shrinks", "2025-01-05", 3700, plan_id="pro"),
    terms(SubscriptionChanged, "shrinks", "2025-08-05", 1000),
    # BR: 10 until June
    started("leaves", "2025-01-05", 1000),
    cancelled("leaves", "2025-06-05"),
    # IN: 10 until April, back on 20 January
    started("returns", "2025-01-05", 1000),
    cancelled("returns", "2025-04-05"),
    started("returns", "2026-01-20", 1000, subscription_id="second of returns"),
    # JP: 20 from the day after the base day
    started("late", "2025-02-01", 2000),
    # DE: 8 euros; booked at 10 dollars, in December at 16
    started("euro", "2025-01-15", 800, currency="EUR"),
    terms(SubscriptionRenewed, "euro", "2025-12-15", 800, currency="EUR"),
    # TR: 10 until 10 January; MX: 37 becomes 10 on 12 January; CN: 20 from 15 January
    started("quits", "2025-02-10", 1000),
    cancelled("quits", "2026-01-10"),
    started("cheaper", "2025-03-01", 3700, plan_id="pro"),
    terms(SubscriptionChanged, "cheaper", "2026-01-12", 1000),
    started("fresh", "2026-01-15", 2000),
]
MONEY_AND_JOBS = [
    # KR earns 31 dollars in January on plan pro; a job for 6.20
    event(
        PaymentSucceeded,
        "grows",
        "2026-01-01",
        payment_id="payment of grows",
        kind="subscription",
        amount_minor=3100,
        currency="USD",
        subscription_id="subscription of grows",
        period_start=at("2026-01-01"),
        period_end=at("2026-02-01"),
    ),
    video("grows", "2026-01-05", 6_200_000),
    # RU: a free job, then 20 dollars of credits: 5 used, 1 given back by a failed job
    video("buyer", "2026-01-09", 125_000),
    pack("buyer", "2026-01-10", 2000, "2028-01-10"),
    of_grant(CreditsSpent, "buyer 2026-01-10", "2026-01-12",
             generation_id="g1", spent_credits=500),
    of_grant(CreditsRefunded, "buyer 2026-01-10", "2026-01-13",
             generation_id="g1", refunded_credits=100),
    video("buyer", "2026-01-12", 1_000_000),
    video("buyer", "2026-01-13", 500_000, "failed"),
    # AU: a dollar that expires unused, another used up on the 11th; a free job after
    pack("empty", "2025-12-01", 100, "2025-12-31"),
    of_grant(CreditsExpired, "empty 2025-12-01", "2025-12-31", expired_credits=100),
    pack("empty", "2026-01-10", 100, "2028-01-10"),
    of_grant(CreditsSpent, "empty 2026-01-10", "2026-01-11",
             generation_id="g2", spent_credits=100),
    video("empty", "2026-01-11", 100_000),
    video("empty", "2026-01-12", 200_000),
    # ID: an API package of 50 dollars, unused; a job for a dollar
    pack("maker", "2026-01-20", 5000, "2026-07-20", "api_package"),
    video("maker", "2026-01-21", 1_000_000),
    # EG: never paid
    video("visitor", "2026-01-14", 250_000),
]  # fmt: skip
REGISTRATIONS = [
    event(UserRegistered, account, "2025-01-01", **who, channel="organic")
    for account, country in COUNTRIES.items()
    for who in [{"user_id": f"user of {account}", "country": country}]
]


@pytest.fixture(scope="module")
def golden(build):
    events = [*REGISTRATIONS, *SUBSCRIPTIONS, *MONEY_AND_JOBS]
    golden = build(events, as_of="2026-01-31", fx_rates=FX_RATES)
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


def test_credits_burnt_beyond_their_grant_stop_the_build(build):
    # 100 granted, 101 spent
    spent = of_grant(CreditsSpent, "empty 2026-01-10", "2026-01-11",
                     generation_id="g", spent_credits=101)  # fmt: skip
    events = [pack("empty", "2026-01-10", 100, "2028-01-10"), spent]
    metrics = ["credit_liability"]
    results = build(events, as_of="2026-01-31", metrics=metrics).results
    assert results["test.reelmetrics.every_grant_adds_up"] == "fail"
