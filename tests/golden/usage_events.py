"""What a few people of New York did from 27 October 2025 on, hour by hour.

Times are UTC: midnight in New York is 04:00 until 2 November 2025 and from 8 March
2026 on, 05:00 between. Read as of Sunday 15 March 2026.
"""

from datetime import datetime

from generation.events import (
    AccountMerged,
    CreditsGranted,
    CreditsSpent,
    FeatureExposed,
    GenerationFinished,
    GenerationSubmitted,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    SessionStarted,
    SubscriptionStarted,
    UserRegistered,
    VideoDownloaded,
    VideoShared,
)

AS_OF = "2026-03-15"
TIME_ZONE = "America/New_York"
PROMPTS = {name: name * 64 for name in ("a", "b", "c")}
IDS = iter(range(10_000))


def moment(at: str) -> datetime:
    return datetime.fromisoformat(f"{at}+00:00")


def event(kind: type, who: str, at: str, /, **fields: object):
    """An event of a person, or with no person of the program of an account."""
    of_person = fields.get("platform") != "api"
    return kind(
        event_id=str(next(IDS)),
        source="test",
        occurred_at=moment(at),
        user_id=who if of_person else None,
        account_id=f"account of {who}",
        **fields,
    )


def registered(who: str, at: str, country: str = "US", **more: object):
    fields = {"channel": "organic", "country": country} | more
    return event(UserRegistered, who, at, **fields)


def session(who: str, at: str, received: str | None = None, **more: object):
    arrived = moment(received) if received else None
    fields = {"session_id": f"{who} {at} {more}", "received_at": arrived}
    return event(SessionStarted, who, at, **fields, **more)


def asked(who: str, at: str, mode: str = "text_to_video", **more: object):
    fields = {"generation_id": f"{who} {at}", "mode": mode, "model_id": "reel-1"}
    fields |= {"resolution": "720p", "video_seconds": 5.0, "reserved_credits": 10}
    return event(GenerationSubmitted, who, at, **(fields | more))


def ended(who: str, at: str, cost: int, gpu: float, waits: tuple[int, int], **more):
    """The end of the job asked for at the same moment: cost in micro-dollars.

    `waits` are the milliseconds in the queue and at work.
    """
    fields = {"generation_id": f"{who} {at}", "mode": "text_to_video"}
    fields |= {"model_id": "reel-1", "resolution": "720p", "status": "succeeded"}
    fields |= {"video_seconds": 5.0, "charged_credits": 10, "device": "gpu"}
    fields |= {"queue_ms": waits[0], "run_ms": waits[1]}
    fields |= {"cost_micros": cost, "gpu_seconds": gpu} | more
    return event(GenerationFinished, who, at, **fields)


def paid(who: str, at: str, cents: int, kind: str = "credit_pack", **more: object):
    fields = {"payment_id": f"payment of {who}", "kind": kind, "currency": "USD"}
    return event(PaymentSucceeded, who, at, amount_minor=cents, **fields, **more)


def granted(who: str, at: str, credits: int, **more: object):
    fields = {"grant_id": f"grant of {who}", "granted_credits": credits}
    return event(CreditsGranted, who, at, **(fields | more))


def spent(who: str, at: str, credits: int, **more: object):
    fields = {"grant_id": f"grant of {who}", "generation_id": f"{who} {at}"}
    return event(CreditsSpent, who, at, spent_credits=credits, **(fields | more))


REGISTRATIONS = [
    *(registered(who, "2025-10-27T12:00:00") for who in ("ann", "zed")),
    registered("bea", "2025-11-03T12:00:00", "KR"),
    registered("cy", "2025-11-03T12:00:00"),
    registered("dee", "2025-11-03T12:00:00", platform="ios"),
    registered("bob", "2025-11-05T12:00:00"),
    registered("eve", "2025-11-05T12:00:00", channel="paid"),
    # six are watched for six days, two registered on the last closed day
    *(registered(f"k{n}", "2026-03-09T16:00:00") for n in range(1, 7)),
    *(registered(f"k{n}", "2026-03-15T12:00:00") for n in (7, 8)),
]
SESSIONS = [
    session("zed", "2025-10-27T13:00:00"),
    session("ann", "2025-10-27T13:00:00"),
    # Sunday 2 November has 25 hours: its first instant and its last second
    session("ann", "2025-11-02T04:00:00"),
    session("ann", "2025-11-03T04:59:59"),
    # the first instant of Monday, on a second platform the same day
    session("bea", "2025-11-03T05:00:00", platform="ios"),
    session("bea", "2025-11-03T14:00:00"),
    session("bea", "2025-11-05T14:00:00"),
    session("dee", "2025-11-04T14:00:00"),
    session("dee", "2025-11-06T14:00:00"),
    session("cy", "2025-11-09T20:00:00"),
    session("bea", "2025-11-12T14:00:00"),
    # one of these came in two days late
    session("eve", "2026-02-20T14:00:00"),
    session("eve", "2026-02-20T15:00:00", "2026-02-22T15:00:00"),
    session("eve", "2026-02-25T14:00:00"),
    # Sunday 8 March has 23 hours: its last second, and the first instant of Monday
    session("bob", "2026-03-09T03:59:59"),
    session("cy", "2026-03-09T04:00:00"),
    # after the last closed day
    session("k7", "2026-03-16T12:00:00"),
]
JOBS = [
    # bea asks twice for the same, keeps the second, and fails once; she pays nothing
    asked("bea", "2025-11-03T14:00:00", prompt_sha256=PROMPTS["a"]),
    ended("bea", "2025-11-03T14:00:00", 100_000, 10, (20_000, 40_000)),
    asked("bea", "2025-11-03T15:00:00", prompt_sha256=PROMPTS["a"]),
    ended("bea", "2025-11-03T15:00:00", 100_000, 10, (20_000, 41_500)),
    event(VideoDownloaded, "bea", "2025-11-03T15:10:00",
          generation_id="bea 2025-11-03T15:00:00"),
    event(VideoShared, "bea", "2025-11-04T15:10:00", destination="link",
          generation_id="bea 2025-11-03T15:00:00"),
    asked("bea", "2025-11-03T16:00:00"),
    ended("bea", "2025-11-03T16:00:00", 50_000, 5, (20_000, 1_000),
          status="failed", video_seconds=0.0),
    asked("bea", "2025-11-12T14:30:00"),
    # dee subscribed the day before; a motion, a moderated one, a still picture
    asked("dee", "2025-11-06T15:00:00", "motion_control", resolution="1080p"),
    ended("dee", "2025-11-06T15:00:00", 400_000, 40, (10_000, 290_000),
          mode="motion_control", resolution="1080p", video_seconds=10.0),
    asked("dee", "2025-11-06T16:00:00", prompt_sha256=PROMPTS["b"]),
    ended("dee", "2025-11-06T16:00:00", 30_000, 3, (200_000, 3_000),
          status="moderated", video_seconds=0.0),
    asked("dee", "2025-11-06T17:00:00", "image_to_video", prompt_sha256=PROMPTS["c"]),
    ended("dee", "2025-11-06T17:00:00", 120_000, 12, (20_000, 100_000),
          mode="image_to_video"),
    # a second too late to be kept
    event(VideoShared, "dee", "2025-11-13T17:00:01", destination="link",
          generation_id="dee 2025-11-06T17:00:00"),
    # ann follows a motion before it is offered to her
    asked("ann", "2025-11-01T14:00:00", "motion_control"),
    *(asked(f"k{n}", f"2026-03-09T{16 + 2 * n - 1}:00:00") for n in range(1, 4)),
    asked("k4", "2026-03-09T23:00:00"),
]  # fmt: skip
PROGRAMS = [
    part
    for who, at, status in [
        ("robo", "2025-11-04T10:00:00", "succeeded"),
        ("robo", "2025-11-05T10:00:00", "succeeded"),
        ("robo", "2025-11-05T11:00:00", "failed"),
        ("bot", "2025-11-05T10:00:00", "succeeded"),
    ]
    for seconds in [5.0 if status == "succeeded" else 0.0]
    for part in [
        asked(who, at, platform="api", api_key_id=f"{who} {status}"),
        ended(who, at, 10_000, 1, (10_000, 20_000), platform="api",
              status=status, video_seconds=seconds),
    ]
]  # fmt: skip
OFFERS = [
    event(FeatureExposed, who, f"2025-11-{day}T13:00:00",
          feature="motion_control", variant=variant)
    for who, day, variant in [
        ("bea", "03", "treatment"), ("dee", "03", "treatment"),
        ("cy", "03", "holdout"), ("ann", "10", "treatment"),
    ]
]  # fmt: skip
MONEY = [
    # 6 of 66 credits are left, and a job takes 30
    granted("bea", "2025-11-03T14:00:00", 66, grant_type="promo"),
    spent("bea", "2025-11-03T14:00:00", 30),
    spent("bea", "2025-11-03T15:00:00", 30),
    # cy has most of his left
    granted("cy", "2025-11-04T14:00:00", 66, grant_type="promo"),
    spent("cy", "2025-11-04T14:00:00", 10),
    # dee has used up hers the day after she pays
    granted("dee", "2025-11-05T13:00:00", 30, grant_type="promo"),
    spent("dee", "2025-11-06T15:00:00", 30),
    # dee pays after exactly 48 hours and gets 4 of 10 dollars back in December
    event(SubscriptionStarted, "dee", "2025-11-05T12:00:00", price_minor=1000,
          subscription_id="subscription of dee", plan_id="standard", interval="month",
          currency="USD", period_start=moment("2025-11-05T12:00:00"),
          period_end=moment("2025-12-05T12:00:00")),
    paid("dee", "2025-11-05T12:00:00", 1000, "subscription",
         subscription_id="subscription of dee"),
    event(PaymentRefunded, "dee", "2025-12-10T12:00:00", payment_id="payment of dee",
          refund_id="refund", amount_minor=400, currency="USD"),
    # cy's card is declined; eve pays at the last moment of 30 days, bob a second later
    event(PaymentFailed, "cy", "2025-11-20T12:00:00", payment_id="payment of cy",
          kind="credit_pack", amount_minor=500, currency="USD"),
    paid("eve", "2025-12-05T12:00:00", 2000, grant_id="grant of eve"),
    paid("bob", "2025-12-05T12:00:01", 3000),
    granted("eve", "2025-12-05T12:00:00", 100, grant_type="pack",
            consideration_minor=2000, currency="USD"),
    spent("eve", "2026-01-10T12:00:00", 30),
    # eve burns them before free ones that end in February; zed has none left of such
    granted("eve", "2025-12-20T12:00:00", 66, grant_type="promo",
            grant_id="gift to eve", expires_at=moment("2026-02-01T12:00:00")),
    granted("zed", "2026-01-05T12:00:00", 30, grant_type="promo",
            grant_id="gift to zed", expires_at=moment("2026-02-01T12:00:00")),
    spent("zed", "2026-01-06T12:00:00", 30, grant_id="gift to zed"),
    granted("zed", "2026-01-06T12:00:00", 30, grant_type="compensation"),
    spent("zed", "2026-01-07T12:00:00", 10),
]  # fmt: skip
# zed turns out to be ann; the day after he comes by both names
MERGES = [
    event(AccountMerged, "ann", "2025-12-01T12:00:00",
          merged_account_id="account of zed", merged_user_id="zed"),
    *(session(who, f"2025-{day}T14:00:00")
      for who in ("ann", "zed") for day in ("11-30", "12-02")),
]  # fmt: skip
EVENTS = [*MERGES, *REGISTRATIONS, *SESSIONS, *JOBS, *PROGRAMS, *OFFERS, *MONEY]
