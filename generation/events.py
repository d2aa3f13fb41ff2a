"""The event contract: one msgspec Struct per event type, the only source of its schema.

JSON Schema, Arrow and dbt column types and docs/events.md are derived from them. Rules
that never change: integers are int64, money is integer minor units of `currency`
without tax, times are aware UTC at microsecond precision, ids are strings. A change of
a field's meaning or type needs a new `schema_version`; only nullable fields are added.
"""

from datetime import datetime
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

SCHEMA_VERSION = 1

Id = Annotated[str, Meta(min_length=1, max_length=100)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
PositiveCount = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Number = Annotated[float, Meta(ge=0)]
Timestamp = Annotated[datetime, Meta(tz=True)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]

Platform = Literal["web", "ios", "android", "api", "cli"]
Channel = Literal["organic", "viral", "paid", "reseller"]
Mode = Literal["text_to_video", "image_to_video", "motion_control"]
GrantType = Literal["plan", "pack", "api_package", "promo", "compensation"]
Interval = Literal["month", "quarter", "year"]
Store = Literal["web", "app_store", "google_play", "invoice"]
PaymentKind = Literal["subscription", "credit_pack", "api_package", "usage"]
GenerationStatus = Literal["succeeded", "failed", "moderated", "cancelled"]
ErrorClass = Literal["user_input", "safety", "capacity", "timeout", "oom", "internal"]


class Event(msgspec.Struct, kw_only=True, tag_field="event_type"):
    """The envelope that every event carries.

    An event is identified by (`source`, `event_id`): a producer that sends it again
    uses the same pair. `received_at` is set by the platform when a producer leaves it
    out.
    """

    event_id: Id
    source: Name
    occurred_at: Timestamp
    received_at: Timestamp | None = None
    schema_version: Literal[1] = 1
    user_id: Id | None = None
    account_id: Id | None = None
    session_id: Id | None = None
    platform: Platform = "web"
    app_version: Name | None = None
    country: Country | None = None
    is_test: bool = False


class UserRegistered(Event, tag="user_registered"):
    """A person opened an account; self-serve accounts have one user."""

    user_id: Id
    account_id: Id
    channel: Channel
    language: Name | None = None


class SessionStarted(Event, tag="session_started"):
    """A person brought the product to the foreground (rung 0 of activity)."""

    user_id: Id
    session_id: Id
    is_foreground: bool = True


class FeatureExposed(Event, tag="feature_exposed"):
    """A user was first offered a feature, or held out from it."""

    user_id: Id
    feature: Name
    variant: Literal["treatment", "holdout"]
    experiment: Name | None = None


class ExperimentAssigned(Event, tag="experiment_assigned"):
    """A user was dealt an arm of an experiment, before the arm could do anything.

    `eligibility` says why then: active in the weeks before a launch, newly registered,
    or first active while the experiment ran.
    """

    user_id: Id
    experiment: Name
    arm: Name
    eligibility: Literal["recently_active", "newcomer", "first_active_day"]


class GenerationSubmitted(Event, tag="generation_submitted"):
    """A video was asked for (rung 1). `reserved_credits` are held until it finishes."""

    account_id: Id
    generation_id: Id
    mode: Mode
    model_id: Name
    resolution: Name
    video_seconds: Number
    reserved_credits: Count
    has_audio: bool = False
    prompt_sha256: Sha256 | None = None
    prompt_word_count: Count | None = None
    unknown_word_count: Count | None = None


class GenerationFinished(Event, tag="generation_finished"):
    """The one terminal event of a generation, with its metering (rung 2 if succeeded).

    `video_seconds` is what was delivered (0 unless succeeded), `nfe` the number of
    network evaluations (classifier-free guidance doubles the steps), `cost_micros`
    the computing cost in millionths of a US dollar after the device price card.
    """

    account_id: Id
    generation_id: Id
    status: GenerationStatus
    mode: Mode
    model_id: Name
    resolution: Name
    video_seconds: Number
    queue_ms: Count
    run_ms: Count
    charged_credits: Count
    cost_micros: Count
    device: Name
    gpu_seconds: Number
    has_audio: bool = False
    model_version: Name | None = None
    weights_sha256: Sha256 | None = None
    load_ms: Count | None = None
    first_step_ms: Count | None = None
    encode_ms: Count | None = None
    cpu_seconds: Number | None = None
    peak_memory_mib: Number | None = None
    flops: Number | None = None
    num_frames: Count | None = None
    num_inference_steps: Count | None = None
    nfe: Count | None = None
    guidance_scale: Number | None = None
    seed: Count | None = None
    frames_sha256: Sha256 | None = None
    output_bytes: Count | None = None
    price_card_version: Name | None = None
    error_class: ErrorClass | None = None
    error_code: Name | None = None


class VideoDownloaded(Event, tag="video_downloaded"):
    """A delivered video was saved (rung 3)."""

    user_id: Id
    generation_id: Id


class VideoShared(Event, tag="video_shared"):
    """A delivered video was published or sent on (rung 3)."""

    user_id: Id
    generation_id: Id
    destination: Name


class CreditsGranted(Event, tag="credits_granted"):
    """Credits were given to an account; `consideration_minor` is what they cost it.

    Free and compensation grants have no consideration: they cause cost, never revenue.
    """

    account_id: Id
    grant_id: Id
    grant_type: GrantType
    granted_credits: PositiveCount
    consideration_minor: Count = 0
    currency: Currency | None = None
    expires_at: Timestamp | None = None


class CreditsSpent(Event, tag="credits_spent"):
    """Credits of one grant paid for one generation."""

    account_id: Id
    grant_id: Id
    generation_id: Id
    spent_credits: PositiveCount


class CreditsRefunded(Event, tag="credits_refunded"):
    """Credits of a failed generation went back to the grant that they came from."""

    account_id: Id
    grant_id: Id
    generation_id: Id
    refunded_credits: PositiveCount


class CreditsExpired(Event, tag="credits_expired"):
    """What was left of a grant ran out at its end."""

    account_id: Id
    grant_id: Id
    expired_credits: PositiveCount


class Subscription(Event):
    """What a subscription event states: the terms in force from `period_start` on.

    `price_minor` is the recurring price of one whole `interval`, for all seats, after
    discounts and without tax.
    """

    account_id: Id
    subscription_id: Id
    plan_id: Name
    interval: Interval
    price_minor: Count
    currency: Currency
    period_start: Timestamp
    period_end: Timestamp
    seats: PositiveCount = 1


class SubscriptionStarted(Subscription, tag="subscription_started"):
    """A paid subscription began."""


class SubscriptionRenewed(Subscription, tag="subscription_renewed"):
    """A further period began on the same plan, at the price stated."""


class SubscriptionChanged(Subscription, tag="subscription_changed"):
    """Plan, interval, seats or price changed within a running subscription."""


class SubscriptionCancelled(Event, tag="subscription_cancelled"):
    """A subscription will end at `ends_at`; it counts until then."""

    account_id: Id
    subscription_id: Id
    ends_at: Timestamp
    reason: Name | None = None
    is_voluntary: bool = True


class PaymentSucceeded(Event, tag="payment_succeeded"):
    """Money came in: `amount_minor` without tax, before the fees stated."""

    account_id: Id
    payment_id: Id
    kind: PaymentKind
    amount_minor: Count
    currency: Currency
    store: Store = "web"
    tax_minor: Count = 0
    fee_minor: Count = 0
    subscription_id: Id | None = None
    grant_id: Id | None = None
    period_start: Timestamp | None = None
    period_end: Timestamp | None = None


class PaymentFailed(Event, tag="payment_failed"):
    """A charge was declined."""

    account_id: Id
    payment_id: Id
    kind: PaymentKind
    amount_minor: Count
    currency: Currency
    attempt: PositiveCount = 1
    subscription_id: Id | None = None
    reason: Name | None = None


class PaymentRefunded(Event, tag="payment_refunded"):
    """Part or all of an earlier payment (`payment_id`) was given back."""

    account_id: Id
    payment_id: Id
    refund_id: Id
    amount_minor: PositiveCount
    currency: Currency
    reason: Name | None = None


class VoteCast(Event, tag="vote_cast"):
    """A blind comparison of two clips of one prompt."""

    user_id: Id
    pair_id: Id
    prompt_id: Id
    left_model_id: Name
    right_model_id: Name
    winner: Literal["left", "right", "tie"]
    dwell_ms: Count | None = None
    is_synthetic: bool = False


AnyEvent = (
    UserRegistered
    | SessionStarted
    | FeatureExposed
    | ExperimentAssigned
    | GenerationSubmitted
    | GenerationFinished
    | VideoDownloaded
    | VideoShared
    | CreditsGranted
    | CreditsSpent
    | CreditsRefunded
    | CreditsExpired
    | SubscriptionStarted
    | SubscriptionRenewed
    | SubscriptionChanged
    | SubscriptionCancelled
    | PaymentSucceeded
    | PaymentFailed
    | PaymentRefunded
    | VoteCast
)
EVENT_TYPES: dict[str, type[Event]] = {
    struct.__struct_config__.tag: struct for struct in get_args(AnyEvent)
}
