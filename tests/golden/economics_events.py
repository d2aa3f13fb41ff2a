"""A year of fourteen accounts, a case a country, for the tests of economics.

Read as of 31 January 2026, so that January is closed and its base is 31 January 2025.
A euro costs 1.25 dollars (0.8 to the dollar) until May 2025 and 2 dollars (0.5) after.
"""

from datetime import datetime

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

AS_OF = "2026-01-31"
FX_RATES = "EUR,2024-01-01,0.8\nEUR,2025-06-01,0.5\n"
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


def video(account: str, day: str, cost_micros: int, **more: object):
    fields = {
        "generation_id": f"video of {account} on {day}",
        "status": "succeeded",
        "mode": "text_to_video",
        "model_id": "sprite-2",
        "resolution": "384p",
        "video_seconds": 5.0 if more.get("status") != "failed" else 0.0,
        "queue_ms": 0,
        "run_ms": 1000,
        "charged_credits": 0,
        "cost_micros": cost_micros,
        "device": "gpu",
        "gpu_seconds": 1.0,
    }
    return event(GenerationFinished, account, day, **(fields | more))


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
    # KR earns 31 dollars in January on plan pro; a job for 6.20 and 10 credits, and one
    # with motion for 30 credits that cost nothing
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
    video("grows", "2026-01-05", 6_200_000, charged_credits=10),
    video("grows", "2026-01-06", 0, charged_credits=30, mode="motion_control"),
    # RU: a free job, then 20 dollars of credits: 5 used, 1 given back by a failed job
    video("buyer", "2026-01-09", 125_000),
    pack("buyer", "2026-01-10", 2000, "2028-01-10"),
    of_grant(CreditsSpent, "buyer 2026-01-10", "2026-01-12",
             generation_id="g1", spent_credits=500),
    of_grant(CreditsRefunded, "buyer 2026-01-10", "2026-01-13",
             generation_id="g1", refunded_credits=100),
    video("buyer", "2026-01-12", 1_000_000),
    video("buyer", "2026-01-13", 500_000, status="failed"),
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
# ID came a year after all others
CAME = {"maker": "2026-01-15"}
REGISTRATIONS = [
    event(UserRegistered, account, day, **who, channel="organic")
    for account, country in COUNTRIES.items()
    for who in [{"user_id": f"user of {account}", "country": country}]
    for day in [CAME.get(account, "2025-01-01")]
]
EVENTS = [*REGISTRATIONS, *SUBSCRIPTIONS, *MONEY_AND_JOBS]
