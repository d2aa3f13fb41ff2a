"""One company of thirteen accounts, a case each, for the tests of finance.

Read as of Sunday 15 February 2026, under policies that differ from the declared ones:
5 days of grace, and half of all credits expected to expire, earned in proportion. A
euro costs 1.25 dollars (0.8 to the dollar) until 2025 ends and 2 dollars (0.5) after.
"""

from datetime import datetime

from generation.events import (
    ContractSigned,
    CreditsExpired,
    CreditsGranted,
    CreditsSpent,
    GenerationFinished,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    SeatAdded,
    SeatRemoved,
    SubscriptionCancelled,
    SubscriptionChanged,
    SubscriptionRenewed,
    SubscriptionStarted,
    UserRegistered,
    WorkspaceCreated,
)

AS_OF = "2026-02-15"
FX_RATES = "EUR,2025-01-01,0.8\nEUR,2026-01-01,0.5\n"
POLICIES = """grace_days,5,2026-01-01,test
breakage_method,proportional,2026-01-01,test
expected_breakage_percent,50,2026-01-01,test
grace_days,60,2026-03-01,not in force yet
"""
ADJUSTMENTS = """a1,fixed,mrr,25,2026-01-10,2026-02-01,lost export,ann,bob
a2,fixed,revenue,-7,2026-01-15,,migration error,ann,bob
"""
JANUARY = "2026-01-01"
IDS = iter(range(10_000))
COUNTRIES = {
    **{"late": "US", "saved": "KR", "revived": "GB", "brief": "BR", "switch": "TR"},
    **{"euro": "DE", "payer": "IN", "buyer": "RU", "owner": "JP", "signed": "MX"},
    **{"leaver": "AU", "fixed": "ID", "veteran": "CN"},
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
    """Monthly terms, said and in force on `start` unless `said` is another day."""
    fields = {"plan_id": "standard", "interval": "month", "currency": "USD"}
    fields |= {"subscription_id": f"subscription of {account}"}
    said = str(more.pop("said", start))
    period = {"period_start": at(start), "period_end": at(start)}
    return event(kind, account, said, price_minor=price, **period, **(fields | more))


def cancelled(account: str, said: str, ends: str):
    of = {"subscription_id": f"subscription of {account}", "ends_at": at(ends)}
    return event(SubscriptionCancelled, account, said, **of)


def charge(kind: type, account: str, day: str, cents: int, /, **more: object):
    """A charge for a subscription, that succeeded or failed."""
    fields = {"kind": "subscription", "currency": "USD"}
    fields |= {"subscription_id": f"subscription of {account}"}
    fields |= {"payment_id": f"payment of {account} on {day}", "amount_minor": cents}
    return event(kind, account, day, **(fields | more))


def period(start: str, end: str) -> dict[str, datetime]:
    return {"period_start": at(start), "period_end": at(end)}


def pack(account: str, day: str, credits: int, cents: int, until: str):
    return event(
        CreditsGranted,
        account,
        day,
        grant_id=f"grant of {account}",
        grant_type="pack",
        granted_credits=credits,
        consideration_minor=cents,
        currency="USD",
        expires_at=at(until),
    )


def spent(account: str, day: str, credits: int):
    of = {"grant_id": f"grant of {account}", "generation_id": f"g {day}"}
    return event(CreditsSpent, account, day, spent_credits=credits, **of)


def contract(account: str, signed: str, start: str, end: str, cents: int):
    return event(
        ContractSigned,
        account,
        signed,
        contract_id=f"contract of {account} from {start}",
        starts_at=at(start),
        ends_at=at(end),
        committed_minor=cents,
        currency="USD",
        seats=2,
    )


def seats(kind: type, account: str, day: str, seats: int, **more: object):
    of = {"workspace_id": f"workspace of {account}", "seats": seats}
    return event(kind, account, day, **of, **more)


EVENTS = [
    *(
        event(UserRegistered, account, "2025-10-01", channel="organic",
              user_id=f"user of {account}", country=country)
        for account, country in COUNTRIES.items()
    ),
    # US: 10 dollars, two failed charges, never paid again
    terms(SubscriptionStarted, "late", "2025-12-10", 1000),
    charge(PaymentFailed, "late", "2026-01-10", 1000),
    charge(PaymentFailed, "late", "2026-01-12", 1000, attempt=2),
    # KR: 20 dollars, paid three days late, 22 from 25 January
    terms(SubscriptionStarted, "saved", "2025-12-10", 2000),
    charge(PaymentFailed, "saved", "2026-01-10", 2000),
    charge(PaymentSucceeded, "saved", "2026-01-13", 2000),
    terms(SubscriptionChanged, "saved", "2026-01-25", 2200),
    # GB: 30 dollars, paid 19 days late
    terms(SubscriptionStarted, "revived", "2025-12-01", 3000),
    charge(PaymentFailed, "revived", "2026-01-01", 3000),
    charge(PaymentSucceeded, "revived", "2026-01-20", 3000),
    # BR: 10 dollars, gone on 28 December, back six days later
    terms(SubscriptionStarted, "brief", "2025-11-01", 1000),
    cancelled("brief", "2025-12-20", "2025-12-28"),
    terms(SubscriptionStarted, "brief", "2026-01-03", 1000, subscription_id="second"),
    # TR: standard at 10 becomes pro at 37
    terms(SubscriptionStarted, "switch", "2025-12-01", 1000),
    terms(SubscriptionChanged, "switch", "2026-01-15", 3700, plan_id="pro"),
    # DE: 24.80 euros for 31 days, 0.80 a day, twice
    terms(SubscriptionStarted, "euro", "2025-12-17", 2480, currency="EUR"),
    charge(PaymentSucceeded, "euro", "2025-12-17", 2480, currency="EUR",
           **period("2025-12-17", "2026-01-17")),
    terms(SubscriptionRenewed, "euro", "2026-01-17", 2480, currency="EUR"),
    charge(PaymentSucceeded, "euro", "2026-01-17", 2480, currency="EUR",
           **period("2026-01-17", "2026-02-17")),
    # IN: 100 dollars by an app store whose 30 hold 1 of the payment provider, 50 of
    # usage by invoice, 20 given back
    charge(PaymentSucceeded, "payer", "2026-01-05", 10_000, store="app_store",
           tax_minor=1800, fee_minor=3000, store_fee_minor=2900, psp_fee_minor=100,
           **period("2026-01-05", "2026-01-15")),
    charge(PaymentSucceeded, "payer", "2026-01-10", 5000, store="invoice",
           kind="usage", fee_minor=200),
    event(PaymentRefunded, "payer", "2026-01-20", refund_id="refund", currency="USD",
          payment_id="payment of payer on 2026-01-05", amount_minor=2000),
    # who has committed 360 for the year 2026 and has three seats, five, four
    contract("payer", "2025-12-20", "2026-01-01", "2027-01-01", 36_000),
    seats(WorkspaceCreated, "payer", "2025-12-20", 3, tier="enterprise"),
    seats(SeatAdded, "payer", "2026-01-20", 5),
    seats(SeatRemoved, "payer", "2026-02-10", 4),
    # RU: 1,000 credits for 10 dollars: 250 and 400 burnt, 350 expire
    pack("buyer", "2026-01-10", 1000, 1000, "2026-02-10"),
    spent("buyer", "2026-01-12", 250),
    spent("buyer", "2026-01-20", 400),
    event(CreditsExpired, "buyer", "2026-02-10", grant_id="grant of buyer",
          expired_credits=350),
    # JP: 500 credits for 5 dollars, unused
    pack("owner", "2025-10-01", 500, 500, "2027-10-01"),
    # MX: 40 dollars signed for March; AU: 10 dollars, known to end in March
    terms(SubscriptionStarted, "signed", "2026-03-01", 4000, said="2026-01-20"),
    terms(SubscriptionStarted, "leaver", "2025-12-01", 1000),
    cancelled("leaver", "2026-01-10", "2026-03-01"),
    # CN: 365 dollars for a year of 365 days, 5 given back, a job for 2 dollars; 720 are
    # committed until April, and renewed in February
    charge(PaymentSucceeded, "veteran", "2025-10-05", 36_500,
           **period("2025-10-05", "2026-10-05")),
    event(PaymentRefunded, "veteran", "2025-12-01", refund_id="second", currency="USD",
          payment_id="payment of veteran on 2025-10-05", amount_minor=500),
    contract("veteran", "2025-04-01", "2025-04-01", "2026-04-01", 72_000),
    contract("veteran", "2026-02-05", "2026-04-01", "2027-04-01", 72_000),
    event(GenerationFinished, "veteran", "2025-11-01", generation_id="g", queue_ms=0,
          status="succeeded", mode="text_to_video", model_id="sprite-2", run_ms=1,
          resolution="384p", video_seconds=5.0, charged_credits=0, device="gpu",
          cost_micros=2_000_000, gpu_seconds=1.0),
]  # fmt: skip
