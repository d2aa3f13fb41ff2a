"""Hand-computed MRR, movements, ARR and revenue, one case a country.

Read as of Sunday 15 February 2026. A yen is booked at 150 to the dollar; a euro costs
1.25 dollars (0.8 to the dollar) until 2025 ends and 2 dollars (0.5) from 2026 on.
"""

from datetime import datetime
from decimal import Decimal

import pytest

from generation.events import (
    CreditsExpired,
    CreditsGranted,
    CreditsRefunded,
    CreditsSpent,
    PaymentRefunded,
    PaymentSucceeded,
    SubscriptionCancelled,
    SubscriptionChanged,
    SubscriptionRenewed,
    SubscriptionStarted,
    UserRegistered,
)

FX_RATES = "JPY,2025-01-01,150\nEUR,2025-01-01,0.8\nEUR,2026-01-01,0.5\n"
YEARLY = {"interval": "year", "plan_id": "pro"}
SECOND = {"subscription_id": "second subscription of back"}
IDS = iter(range(10_000))


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


def registered(account: str, country: str):
    return event(
        UserRegistered,
        account,
        "2025-10-01",
        user_id=f"user of {account}",
        channel="organic",
        country=country,
    )


def terms(kind: type, account: str, start: str, end: str, price: int, **more: object):
    fields = {"plan_id": "standard", "interval": "month", "currency": "USD"}
    fields |= {"subscription_id": f"subscription of {account}"}
    return event(
        kind,
        account,
        start,
        price_minor=price,
        period_start=at(start),
        period_end=at(end),
        **(fields | more),
    )


def cancelled(account: str, said: str, ends: str):
    return event(
        SubscriptionCancelled,
        account,
        said,
        subscription_id=f"subscription of {account}",
        ends_at=at(ends),
    )


def paid(account: str, start: str, end: str, amount: int):
    """A payment for the subscription's service from `start` until `end`."""
    return event(
        PaymentSucceeded,
        account,
        start,
        payment_id=f"payment of {account}",
        kind="subscription",
        amount_minor=amount,
        currency="USD",
        subscription_id=f"subscription of {account}",
        period_start=at(start),
        period_end=at(end),
    )


def of_pack(kind: type, day: str, /, **fields: object):
    return event(kind, "pack", day, grant_id="grant", **fields)


EVENTS = [
    # US: 10 dollars a month from 10 December, never renewed, never cancelled
    registered("open", "US"),
    terms(SubscriptionStarted, "open", "2025-12-10", "2026-01-10", 1000),
    paid("open", "2025-12-10", "2026-01-10", 1000),
    # KR: 240 dollars a year on plan pro from 1 November
    registered("annual", "KR"),
    terms(SubscriptionStarted, "annual", "2025-11-01", "2026-11-01", 24000, **YEARLY),
    # JP: 1,500 yen a month; the yen has no minor unit
    registered("yen", "JP"),
    terms(SubscriptionStarted, "yen", "2025-12-01", "2026-01-01", 1500, currency="JPY"),
    # GB: standard at 10 becomes pro at 37 in mid-January
    registered("upgrade", "GB"),
    terms(SubscriptionStarted, "upgrade", "2025-12-01", "2026-01-01", 1000),
    terms(
        SubscriptionChanged, "upgrade", "2026-01-15", "2026-02-15", 3700, plan_id="pro"
    ),
    # TR: pro at 37 becomes standard at 10
    registered("downgrade", "TR"),
    terms(
        SubscriptionStarted,
        "downgrade",
        "2025-12-01",
        "2026-01-01",
        3700,
        plan_id="pro",
    ),
    terms(SubscriptionChanged, "downgrade", "2026-01-05", "2026-02-05", 1000),
    # BR: 10 dollars in November, none in December, back in January
    registered("back", "BR"),
    terms(SubscriptionStarted, "back", "2025-11-01", "2025-12-01", 1000),
    cancelled("back", "2025-11-20", "2025-12-01"),
    terms(SubscriptionStarted, "back", "2026-01-10", "2026-02-10", 1000, **SECOND),
    # DE: 8 euros, booked at 0.8 = 10 dollars; renewed at 0.5 = 16 dollars
    registered("euro", "DE"),
    terms(SubscriptionStarted, "euro", "2025-12-15", "2026-01-15", 800, currency="EUR"),
    terms(SubscriptionRenewed, "euro", "2026-01-15", "2026-02-15", 800, currency="EUR"),
    # IN: 31 dollars for the 31 days from 1 January, all given back on the 20th
    registered("refund", "IN"),
    terms(SubscriptionStarted, "refund", "2026-01-01", "2026-02-01", 3100),
    paid("refund", "2026-01-01", "2026-02-01", 3100),
    event(
        PaymentRefunded,
        "refund",
        "2026-01-20",
        payment_id="payment of refund",
        refund_id="refund",
        amount_minor=3100,
        currency="USD",
    ),
    # RU: a pack of 2,000 credits for 20 dollars on 10 January, at an end on 10 February
    registered("pack", "RU"),
    of_pack(
        CreditsGranted,
        "2026-01-10",
        grant_type="pack",
        granted_credits=2000,
        consideration_minor=2000,
        currency="USD",
        expires_at=at("2026-02-10"),
    ),
    of_pack(
        PaymentSucceeded,
        "2026-01-10",
        payment_id="payment of pack",
        kind="credit_pack",
        amount_minor=2000,
        currency="USD",
    ),
    of_pack(CreditsSpent, "2026-01-12", generation_id="g1", spent_credits=500),
    of_pack(CreditsRefunded, "2026-01-13", generation_id="g1", refunded_credits=100),
    of_pack(CreditsExpired, "2026-02-10", expired_credits=1600),
]


@pytest.fixture(scope="module")
def golden(build):
    golden = build(EVENTS, as_of="2026-02-15", fx_rates=FX_RATES)
    failed = {n: s for n, s in golden.results.items() if s in ("error", "fail")}
    assert not failed
    return golden


def test_an_open_subscription_counts_in_every_month_until_as_of(golden):
    months = ["2025-12-01", "2026-01-01", "2026-02-01"]
    assert [golden.value("mrr", m, "month", region="US") for m in months] == [10] * 3
    assert golden.value("mrr", "2026-02-15", region="US") == 10
    assert golden.state("mrr", "2026-02-01", "month", region="US") == "provisional"


def test_a_subscription_counts_from_the_day_it_starts(golden):
    assert golden.value("mrr", "2025-12-09", region="US") is None
    assert golden.value("mrr", "2025-12-10", region="US") == 10


def test_an_annual_plan_counts_a_twelfth_of_its_price_each_month(golden):
    # 240 / 12 = 20; ARR 12 x 20 = 240
    assert golden.value("mrr", "2026-01-01", "month", region="KR") == 20
    assert golden.value("arr_subscription", "2026-01-01", "month", region="KR") == 240


def test_yen_have_no_minor_unit(golden):
    # 1,500 / 150 = 10 dollars, not 10 cents
    assert golden.value("mrr", "2026-01-01", "month", region="JP") == 10


def movements(golden, month: str, region: str) -> dict[str, Decimal]:
    rows = golden.rows(
        "select movement, value from metrics.mrr_movements where grain = 'month'"
        f" and period_start = '{month}' and region = '{region}' and movement <> 'all'"
    )
    return dict(rows)


def test_an_upgrade_is_expansion(golden):
    assert movements(golden, "2025-12-01", "UK") == {"new": 10}
    assert movements(golden, "2026-01-01", "UK") == {"expansion": 27}  # 37 - 10


def test_a_downgrade_is_contraction(golden):
    assert movements(golden, "2026-01-01", "TR") == {"contraction": -27}  # 10 - 37


def test_a_customer_who_comes_back_is_reactivated_not_new(golden):
    assert movements(golden, "2025-11-01", "BR") == {"new": 10}
    assert movements(golden, "2025-12-01", "BR") == {"churn": -10}
    assert movements(golden, "2026-01-01", "BR") == {"reactivation": 10}


def test_a_renewal_at_a_new_rate_moves_fx_only(golden):
    # 8 euros: 8 / 0.8 = 10 dollars, then 8 / 0.5 = 16
    assert movements(golden, "2025-12-01", "EU") == {"new": 10}
    assert movements(golden, "2026-01-01", "EU") == {"fx": 6}
    assert golden.value("mrr", "2026-01-14", region="EU") == 10
    assert golden.value("mrr", "2026-01-15", region="EU") == 16


def test_a_payment_is_earned_day_by_day_without_loss(golden):
    # 22 of 31 days fall into December: floor(10,000,000 x 22 / 31) = 7,096,774
    assert golden.value("revenue", "2025-12-01", "month", region="US") == Decimal(
        "7.096774"
    )
    # the other 9 days earn the rest: 10 - 7.096774
    assert golden.value("revenue", "2026-01-01", "month", region="US") == Decimal(
        "2.903226"
    )
    # first day: floor(10,000,000 / 31)
    assert golden.value("revenue", "2025-12-10", region="US") == Decimal("0.322580")


def test_a_refund_takes_revenue_back_and_leaves_mrr_and_payers(golden):
    # a dollar a day for 31 days, 31 given back on the 20th
    assert golden.value("revenue", "2026-01-19", region="IN") == 1
    assert golden.value("revenue", "2026-01-20", region="IN") == -30
    assert golden.value("revenue", "2026-01-01", "month", region="IN") == 0
    assert golden.value("mrr", "2026-01-01", "month", region="IN") == 31
    assert golden.value("new_paying_users", "2026-01-01", "month", region="IN") == 1


def test_a_pack_is_earned_as_its_credits_are_used(golden):
    # a credit is worth a cent: 500 used, 100 back, 1,600 left at the end
    assert golden.value("revenue", "2026-01-12", region="RU") == 5
    assert golden.value("revenue", "2026-01-13", region="RU") == -1
    assert golden.value("revenue", "2026-02-10", region="RU") == 16
    assert golden.value("revenue", "2026-02-11", region="RU") is None


def test_a_pack_is_in_run_rate_and_never_in_subscription_arr(golden):
    # 12 x 20 dollars sold in January
    assert golden.value("arr_runrate", "2026-01-01", "month", region="RU") == 240
    assert golden.value("arr_subscription", "2026-01-01", "month", region="RU") is None
    plans = golden.rows("select distinct plan from metrics.arr_subscription")
    assert {plan for (plan,) in plans} == {"all", "standard", "pro"}


def test_run_rate_is_the_mean_of_daily_mrr(golden):
    # GB: 10 on 14 days and 37 on 17 days of January: (140 + 629) / 31
    assert golden.value(
        "run_rate_revenue", "2026-01-01", "month", region="UK"
    ) == Decimal("24.806451")


def test_a_pack_buyer_pays_for_thirty_days(golden):
    # 10 January + 29 days = 8 February
    assert golden.value("paying_users", "2026-02-08", region="RU") == 1
    assert golden.value("paying_users", "2026-02-09", region="RU") == 0
    # either on any day of the month
    assert golden.value("paying_users", "2026-02-01", "month", region="RU") == 1


def test_segments_follow_the_plan(golden):
    # 15 February: KR (20) and GB (37) hold pro
    assert golden.value("mrr", "2026-02-15", segment="pro") == 57
    # all: US 10, KR 20, JP 10, GB 37, TR 10, BR 10, DE 16, IN 31
    assert golden.value("mrr", "2026-02-15") == 144
