"""What is tried, paused, given, lost, disputed, committed or merged, a case a country.

Read as of Sunday 15 February 2026; every price is 10 dollars.
"""

from datetime import datetime

from generation.events import (
    AccountMerged,
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

AS_OF = "2026-02-15"
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


def merged(account: str, into: str, day: str):
    who = {"merged_account_id": account, "merged_user_id": f"user of {account}"}
    return event(AccountMerged, into, day, user_id=f"user of {into}", **who)


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
    # DE: one person subscribes twice; from 16 January on in one account, which renews
    *(registered(account, "DE") for account in ("one", "other")),
    terms(SubscriptionStarted, "one", "2025-12-01", "2026-01-01"),
    terms(SubscriptionStarted, "other", "2025-12-01", "2026-01-01"),
    merged("other", "one", "2026-01-16"),
    terms(
        SubscriptionRenewed,
        "one",
        "2026-02-01",
        "2026-03-01",
        subscription_id="subscription of other",
    ),
    # AU: a subscriber goes on in an account that never paid
    *(registered(account, "AU") for account in ("old", "heir")),
    terms(SubscriptionStarted, "old", "2025-12-01", "2026-01-01"),
    merged("old", "heir", "2026-01-16"),
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
]  # fmt: skip
