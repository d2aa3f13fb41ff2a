"""Hand-computed MRR and revenue of what is tried, paused, given, lost or disputed.

One case a country, read as of Sunday 15 February 2026; every price is 10 dollars.
"""

from datetime import datetime

import pytest

from generation.events import (
    ChargebackLost,
    ChargebackOpened,
    ContractSigned,
    PaymentFailed,
    PaymentSucceeded,
    SubscriptionCancelled,
    SubscriptionPaused,
    SubscriptionRenewed,
    SubscriptionResumed,
    SubscriptionStarted,
    TrialStarted,
    UserRegistered,
)

IDS = iter(range(10_000))
COUPON = {"list_price_minor": 1000, "coupon": "QUARTER", "coupon_duration": "finite"}


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
    user = {"user_id": f"user of {account}", "channel": "organic", "country": country}
    return event(UserRegistered, account, "2025-10-01", **user)


def terms(kind: type, account: str, start: str, end: str, /, **more: object):
    fields = {
        "subscription_id": f"subscription of {account}",
        "plan_id": "standard",
        "interval": "month",
        "price_minor": 1000,
        "currency": "USD",
        "period_start": at(start),
        "period_end": at(end),
    }
    return event(kind, account, start, **(fields | more))


def of_subscription(kind: type, account: str, day: str, /, **fields: object):
    subscription = {"subscription_id": f"subscription of {account}"}
    return event(kind, account, day, **(subscription | fields))


def charge(kind: type, account: str, day: str, /, **fields: object):
    money = {
        "payment_id": f"payment of {account}",
        "amount_minor": 3100,
        "currency": "USD",
    }
    return event(kind, account, day, **(money | fields))


EVENTS = [
    # US: paused for January
    registered("pause", "US"),
    terms(SubscriptionStarted, "pause", "2025-12-01", "2026-01-01"),
    of_subscription(
        SubscriptionPaused,
        "pause",
        "2025-12-20",
        paused_from=at("2026-01-01"),
        resumes_at=at("2026-02-01"),
    ),
    terms(SubscriptionResumed, "pause", "2026-02-01", "2026-03-01"),
    # KR: a week for nothing before the first month
    registered("trial", "KR"),
    of_subscription(
        TrialStarted,
        "trial",
        "2026-01-01",
        plan_id="standard",
        interval="month",
        price_minor=1000,
        currency="USD",
        trial_ends_at=at("2026-01-08"),
    ),
    terms(SubscriptionStarted, "trial", "2026-01-08", "2026-02-08"),
    # JP: a trial that was not kept
    registered("dropped", "JP"),
    of_subscription(
        TrialStarted,
        "dropped",
        "2026-01-01",
        plan_id="standard",
        interval="month",
        price_minor=1000,
        currency="USD",
        trial_ends_at=at("2026-01-08"),
    ),
    of_subscription(
        SubscriptionCancelled, "dropped", "2026-01-08", ends_at=at("2026-01-08")
    ),
    # GB: the first month at three quarters of the price, the second at all of it
    registered("coupon", "GB"),
    terms(
        SubscriptionStarted,
        "coupon",
        "2025-12-15",
        "2026-01-15",
        price_minor=750,
        **COUPON,
    ),
    terms(SubscriptionRenewed, "coupon", "2026-01-15", "2026-02-15"),
    # BR: declined on 10 January, lost when its grace of 14 days is over
    registered("lost", "BR"),
    terms(SubscriptionStarted, "lost", "2025-12-10", "2026-01-10"),
    charge(
        PaymentFailed,
        "lost",
        "2026-01-10",
        kind="subscription",
        subscription_id="subscription of lost",
        next_attempt_at=at("2026-01-13"),
    ),
    of_subscription(
        SubscriptionCancelled,
        "lost",
        "2026-01-24",
        ends_at=at("2026-01-24"),
        reason="payment_failed",
        is_voluntary=False,
    ),
    # TR: January is given for nothing, to keep the payer
    registered("free", "TR"),
    terms(SubscriptionStarted, "free", "2025-12-01", "2026-01-01"),
    terms(
        SubscriptionRenewed, "free", "2026-01-01", "2026-02-01", offer="retention_offer"
    ),
    # IN: a dollar a day of January; its bank takes all of it back in February
    registered("dispute", "IN"),
    terms(SubscriptionStarted, "dispute", "2026-01-01", "2026-02-01"),
    charge(
        PaymentSucceeded,
        "dispute",
        "2026-01-01",
        kind="subscription",
        subscription_id="subscription of dispute",
        period_start=at("2026-01-01"),
        period_end=at("2026-02-01"),
    ),
    charge(ChargebackOpened, "dispute", "2026-01-20", chargeback_id="c"),
    charge(ChargebackLost, "dispute", "2026-02-10", chargeback_id="c", fee_minor=1500),
    # MX: 7,200 dollars for two years of 365 days, signed in January for February
    registered("contract", "MX"),
    event(
        ContractSigned,
        "contract",
        "2026-01-20",
        contract_id="n",
        starts_at=at("2026-02-01"),
        ends_at=at("2028-02-01"),
        committed_minor=720_000,
        currency="USD",
    ),
]
METRICS = (
    "arr_contracted",
    "arr_subscription",
    "cash_receipts",
    "discounted_mrr",
    "mrr",
    "mrr_movements",
    "net_revenue",
    "paying_users",
    "revenue",
    "trial_to_paid_cohort",
    "trial_to_paid_rolling30",
)


@pytest.fixture(scope="module")
def golden(build):
    return build(EVENTS, as_of="2026-02-15", metrics=METRICS)


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
