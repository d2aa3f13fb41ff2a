"""What a job took, and the one event that tells it.

Reads the price and device cards. Writes nothing.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from generation.credits import cost_usd, find_device_cost, find_rate, to_micros
from generation.events import (
    ErrorClass,
    FlopsMethod,
    GenerationFinished,
    GenerationStatus,
    GenerationSubmitted,
    ModerationOutcome,
    ModerationStage,
    MotionSource,
)
from generation.request import GenerationRequest

# A safety refusal or a user's mistake stays one however often it is tried.
RETRYABLE: frozenset[ErrorClass] = frozenset({"capacity", "timeout", "oom", "internal"})


@dataclass(frozen=True, kw_only=True)
class Metering:
    """What running a job took; a failed job has measured only some of it.

    Attributes:
        queue_ms: How long the job could have run and did not.
        busy_ms: How long all attempts together kept the device; this is what costs.
        run_ms: The sampler alone, of the last attempt.
        encode_ms: Marking, writing and signing the file.
    """

    queue_ms: int = 0
    busy_ms: int = 0
    load_ms: int | None = None
    run_ms: int = 0
    first_step_ms: int | None = None
    encode_ms: int | None = None
    started_at: datetime | None = None
    worker_id: str | None = None
    cpu_seconds: float | None = None
    peak_memory_mib: float | None = None
    device: str = "cpu"
    device_count: int = 1
    flops: float | None = None
    flops_method: FlopsMethod | None = None
    nfe: int | None = None
    num_frames: int | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    frames_sha256: str | None = None
    determinism_key: str | None = None
    output_bytes: int | None = None
    container: str | None = None
    watermark_id: str | None = None
    c2pa_manifest_id: str | None = None
    weights_sha256: str | None = None
    model_version: str | None = None
    backend: str | None = None
    pipeline_class: str | None = None
    scheduler: str | None = None
    motion_source: MotionSource | None = None
    moderation_stage: ModerationStage | None = None
    moderation_outcome: ModerationOutcome | None = None
    moderation_category: str | None = None
    policy_version: str | None = None

    def cost_usd(self, on: date) -> Decimal:
        """Return the computing cost of the time the job kept the device busy."""
        busy = self.busy_ms / 1000
        return cost_usd(self.device, busy_seconds=busy, on=on, count=self.device_count)

    @property
    def gpu_seconds(self) -> float:
        """Seconds of graphics processors; none on a CPU."""
        if self.device == "cpu":
            return 0.0
        return self.device_count * self.busy_ms / 1000


def describe_end(
    submitted: GenerationSubmitted,
    *,
    status: GenerationStatus,
    metering: Metering,
    request: GenerationRequest | None,
    error_class: ErrorClass | None,
    error_code: str | None,
    attempt: int,
    event_id: str,
    envelope: dict[str, Any],
) -> GenerationFinished:
    """Return a job's terminal event: only a success delivers and is charged."""
    now: datetime = envelope["occurred_at"]
    is_success = status == "succeeded"
    waited = now - submitted.occurred_at.astimezone(UTC)
    return GenerationFinished(
        event_id=event_id,
        generation_id=submitted.generation_id,
        status=status,
        mode=submitted.mode,
        model_id=submitted.model_id,
        resolution=submitted.resolution,
        video_seconds=submitted.video_seconds if is_success else 0.0,
        charged_credits=submitted.reserved_credits if is_success else 0,
        cost_micros=to_micros(metering.cost_usd(now.date())),
        cost_basis="measured_seconds",
        device_cost_version=find_device_cost(metering.device, on=now.date()).version,
        gpu_seconds=metering.gpu_seconds,
        total_ms=max(0, round(waited.total_seconds() * 1000)),
        error_class=error_class,
        error_code=error_code,
        is_retryable=None if error_class is None else error_class in RETRYABLE,
        attempt=attempt,
        **_state_price(submitted),
        **_state_choices(request),
        **asdict(metering),
        **envelope,
    )


def _state_price(submitted: GenerationSubmitted) -> dict[str, Any]:
    """The price card's row as it was when the job was submitted."""
    rate = find_rate(
        submitted.model_id,
        submitted.mode,
        resolution=submitted.resolution,
        on=submitted.occurred_at.date(),
    )
    price: dict[str, Any] = {"price_card_version": rate.version}
    if rate.list_usd_per_second is not None:
        seconds = Decimal(str(submitted.video_seconds))
        price["list_price_micros"] = to_micros(rate.list_usd_per_second * seconds)
    return price


def _state_choices(request: GenerationRequest | None) -> dict[str, Any]:
    """What the user chose; unknown once the request is gone."""
    if request is None:
        return {}
    return {
        "num_inference_steps": request.num_inference_steps,
        "guidance_scale": request.guidance_scale,
        "seed": request.seed,
    }
