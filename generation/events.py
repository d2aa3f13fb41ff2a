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
CouponDuration = Literal["finite", "forever"]
Offer = Literal["retention_offer"]
Tier = Literal["team", "enterprise"]
Priority = Literal["standard", "high"]
GenerationStatus = Literal["succeeded", "failed", "moderated", "cancelled"]
ErrorClass = Literal["user_input", "safety", "capacity", "timeout", "oom", "internal"]
MotionSource = Literal["trajectory", "reference_clip", "planned"]
FlopsMethod = Literal["formula", "counter", "meta", "table"]
CostBasis = Literal["measured_seconds", "flops_model"]
ModerationStage = Literal["input_text", "input_image", "output"]
ModerationOutcome = Literal["passed", "refused"]


class Event(msgspec.Struct, kw_only=True, tag_field="event_type"):
    """The envelope that every event carries.

    An event is identified by (`source`, `event_id`): a producer that sends it again
    uses the same pair. `received_at` is set by the platform when a producer leaves it
    out. `sent_at` is the time on the client's own clock when it sent the event: where
    the clock is wrong, it says by how much.
    """

    event_id: Id
    source: Name
    occurred_at: Timestamp
    received_at: Timestamp | None = None
    sent_at: Timestamp | None = None
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
    """A video was asked for (rung 1). `reserved_credits` are held until it finishes.

    `motion_reference_seconds` is the length of the clip whose motion is followed;
    `api_key_id` names the key that asked, null for people. A producer that asks again
    with an account's `idempotency_key` gets the job that it has; jobs of one file have
    a `batch_id`.
    """

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
    motion_reference_seconds: Number | None = None
    priority: Priority | None = None
    api_key_id: Id | None = None
    idempotency_key: Id | None = None
    batch_id: Id | None = None


class GenerationFinished(Event, tag="generation_finished"):
    """The one terminal event of a generation, with its metering (rung 2 if succeeded).

    `video_seconds` is what was delivered (0 unless succeeded), `nfe` the number of
    network evaluations (classifier-free guidance doubles the steps), `cost_micros`
    the computing cost in millionths of a US dollar after the device price card. It
    waited `queue_ms` until `started_at`, null where it never ran. `attempt` counts the
    tries; together they kept `device_count` devices for `busy_ms`, which is what costs.
    `total_ms` is from the request to the end. Frames with the same request and
    `determinism_key` are the same to the bit. `watermark_id` is what the invisible mark
    in the picture says, `c2pa_manifest_id` names the signed statement in the file.
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
    started_at: Timestamp | None = None
    attempt: Count | None = None
    busy_ms: Count | None = None
    total_ms: Count | None = None
    worker_id: Name | None = None
    device_count: Count | None = None
    backend: Name | None = None
    pipeline_class: Name | None = None
    scheduler: Name | None = None
    motion_source: MotionSource | None = None
    width: Count | None = None
    height: Count | None = None
    fps: Number | None = None
    flops_method: FlopsMethod | None = None
    determinism_key: Name | None = None
    container: Name | None = None
    watermark_id: Name | None = None
    c2pa_manifest_id: Name | None = None
    list_price_micros: Count | None = None
    device_cost_version: Name | None = None
    cost_basis: CostBasis | None = None
    is_retryable: bool | None = None
    moderation_stage: ModerationStage | None = None
    moderation_outcome: ModerationOutcome | None = None
    moderation_category: Name | None = None
    policy_version: Name | None = None


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
    discounts and without tax; `list_price_minor` the price before the coupon. A period
    given for nothing states the usual price and its `offer`; no payment follows.
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
    list_price_minor: Count | None = None
    coupon: Name | None = None
    coupon_duration: CouponDuration | None = None
    offer: Offer | None = None


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
    """Money came in: `amount_minor` without tax, before the fees stated.

    `fee_minor` is the whole fee: `store_fee_minor` of an app store and `psp_fee_minor`
    of the payment provider, where they are known apart.
    """

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
    invoice_id: Id | None = None
    store_fee_minor: Count | None = None
    psp_fee_minor: Count | None = None


class PaymentFailed(Event, tag="payment_failed"):
    """A charge was declined; `next_attempt_at` is null after the last attempt."""

    account_id: Id
    payment_id: Id
    kind: PaymentKind
    amount_minor: Count
    currency: Currency
    attempt: PositiveCount = 1
    subscription_id: Id | None = None
    reason: Name | None = None
    invoice_id: Id | None = None
    next_attempt_at: Timestamp | None = None


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


class TrialStarted(Event, tag="trial_started"):
    """A subscription was tried for nothing; it starts when it is first paid.

    `price_minor` is what an `interval` will cost. A trial not kept is cancelled.
    """

    account_id: Id
    subscription_id: Id
    plan_id: Name
    interval: Interval
    price_minor: Count
    currency: Currency
    trial_ends_at: Timestamp


class SubscriptionPaused(Event, tag="subscription_paused"):
    """A subscription rests, unpaid, from `paused_from` on; `resumes_at` is planned."""

    account_id: Id
    subscription_id: Id
    paused_from: Timestamp
    resumes_at: Timestamp | None = None


class SubscriptionResumed(Subscription, tag="subscription_resumed"):
    """A paused subscription goes on, at the price stated."""


class InvoiceIssued(Event, tag="invoice_issued"):
    """An account was asked for `amount_minor` and the tax on it, due at `due_at`."""

    account_id: Id
    invoice_id: Id
    kind: PaymentKind
    amount_minor: Count
    currency: Currency
    due_at: Timestamp
    tax_minor: Count = 0
    subscription_id: Id | None = None
    period_start: Timestamp | None = None
    period_end: Timestamp | None = None


class Chargeback(Event):
    """What a dispute of the payment `payment_id` at the payer's bank states."""

    account_id: Id
    payment_id: Id
    chargeback_id: Id
    amount_minor: PositiveCount
    currency: Currency


class ChargebackOpened(Chargeback, tag="chargeback_opened"):
    """A payer disputed a payment; the money is held until the bank has decided."""

    reason: Name | None = None


class ChargebackWon(Chargeback, tag="chargeback_won"):
    """The bank left the money with the house."""


class ChargebackLost(Chargeback, tag="chargeback_lost"):
    """The bank gave the money back to the payer; `fee_minor` is what it asked."""

    fee_minor: Count = 0


class WorkspaceCreated(Event, tag="workspace_created"):
    """An account got a workspace with `seats` for its people."""

    account_id: Id
    workspace_id: Id
    tier: Tier
    seats: PositiveCount = 1


class SeatChange(Event):
    """How many seats a workspace has after a change."""

    account_id: Id
    workspace_id: Id
    seats: PositiveCount
    subscription_id: Id | None = None


class SeatAdded(SeatChange, tag="seat_added"):
    """A workspace grew; its price follows with `subscription_changed`."""


class SeatRemoved(SeatChange, tag="seat_removed"):
    """A workspace shrank; its price follows with `subscription_changed`."""


class ContractSigned(Event, tag="contract_signed"):
    """An account committed to spend `committed_minor` without tax over the term.

    `reseller` names who sold it, null for a direct sale.
    """

    account_id: Id
    contract_id: Id
    starts_at: Timestamp
    ends_at: Timestamp
    committed_minor: Count
    currency: Currency
    seats: PositiveCount = 1
    workspace_id: Id | None = None
    reseller: Name | None = None


class ApiKeyCreated(Event, tag="api_key_created"):
    """An account made a key for programs."""

    account_id: Id
    api_key_id: Id
    workspace_id: Id | None = None


class DeviceSeen(Event, tag="device_seen"):
    """A user came with a device for the first time."""

    user_id: Id
    device_id: Id
    os: Name


class SessionEnded(Event, tag="session_ended"):
    """The product left the foreground, `duration_ms` after the session started."""

    user_id: Id
    session_id: Id
    duration_ms: Count


class AccountMerged(Event, tag="account_merged"):
    """`merged_account_id` was the same person as `account_id`, which goes on alone."""

    account_id: Id
    user_id: Id
    merged_account_id: Id
    merged_user_id: Id


class UserDeleted(Event, tag="user_deleted"):
    """A user asked for erasure; nothing of the user follows."""

    user_id: Id
    account_id: Id


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
    | TrialStarted
    | SubscriptionPaused
    | SubscriptionResumed
    | InvoiceIssued
    | ChargebackOpened
    | ChargebackWon
    | ChargebackLost
    | WorkspaceCreated
    | SeatAdded
    | SeatRemoved
    | ContractSigned
    | ApiKeyCreated
    | DeviceSeen
    | SessionEnded
    | AccountMerged
    | UserDeleted
)
EVENT_TYPES: dict[str, type[Event]] = {
    struct.__struct_config__.tag: struct for struct in get_args(AnyEvent)
}
# What an event is about: of two events of a type that agree in these fields one is a
# repeat, whatever their ids. What can rightly happen again has its time among them.
NATURAL_KEYS: dict[str, tuple[str, ...]] = {
    "user_registered": ("user_id",),
    "session_started": ("session_id",),
    "feature_exposed": ("user_id", "feature", "experiment"),
    "experiment_assigned": ("user_id", "experiment"),
    "generation_submitted": ("generation_id",),
    "generation_finished": ("generation_id",),
    "video_downloaded": ("generation_id", "user_id", "occurred_at"),
    "video_shared": ("generation_id", "user_id", "destination", "occurred_at"),
    "credits_granted": ("grant_id",),
    "credits_spent": ("generation_id", "grant_id"),
    "credits_refunded": ("generation_id", "grant_id"),
    "credits_expired": ("grant_id",),
    "subscription_started": ("subscription_id",),
    "subscription_renewed": ("subscription_id", "period_start"),
    "subscription_changed": ("subscription_id", "occurred_at"),
    "subscription_cancelled": ("subscription_id", "occurred_at"),
    "payment_succeeded": ("payment_id",),
    "payment_failed": ("payment_id", "attempt"),
    "payment_refunded": ("refund_id",),
    "vote_cast": ("pair_id", "user_id"),
    "trial_started": ("subscription_id",),
    "subscription_paused": ("subscription_id", "paused_from"),
    "subscription_resumed": ("subscription_id", "period_start"),
    "invoice_issued": ("invoice_id",),
    "chargeback_opened": ("chargeback_id",),
    "chargeback_won": ("chargeback_id",),
    "chargeback_lost": ("chargeback_id",),
    "workspace_created": ("workspace_id",),
    "seat_added": ("workspace_id", "occurred_at"),
    "seat_removed": ("workspace_id", "occurred_at"),
    "contract_signed": ("contract_id",),
    "api_key_created": ("api_key_id",),
    "device_seen": ("user_id", "device_id"),
    "session_ended": ("session_id",),
    "account_merged": ("merged_account_id",),
    "user_deleted": ("user_id",),
}
