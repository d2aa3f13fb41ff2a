"""The engine's usage events: what a job reserved, took, cost and gave back.

Every function works inside the caller's transaction on the job store.
"""

import hashlib
import sqlite3
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec

from generation.credits import cost_usd, find_rate, price_credits, to_micros
from generation.events import (
    CreditsGranted,
    CreditsRefunded,
    CreditsSpent,
    ErrorClass,
    Event,
    GenerationFinished,
    GenerationStatus,
    GenerationSubmitted,
    SessionStarted,
    UserRegistered,
)
from generation.jobs import add_events
from generation.request import GenerationRequest, list_prompt_words

SOURCE = "engine"
USER = ACCOUNT = "local"  # the person at this computer
GRANTED_CREDITS = 1_000  # a promotional grant whenever the last one is used up
DEVICE = "cpu"


@dataclass(frozen=True, kw_only=True)
class Metering:
    """What running a job took; a failed job has measured only the first fields."""

    queue_ms: int = 0
    load_ms: int | None = None
    run_ms: int = 0
    first_step_ms: int | None = None
    encode_ms: int | None = None
    cpu_seconds: float | None = None
    peak_memory_mib: float | None = None
    flops: float | None = None
    nfe: int | None = None
    num_frames: int | None = None
    frames_sha256: str | None = None
    output_bytes: int | None = None
    weights_sha256: str | None = None
    device: str = DEVICE

    @property
    def busy_seconds(self) -> float:
        """How long the job kept the device."""
        return ((self.load_ms or 0) + self.run_ms + (self.encode_ms or 0)) / 1000

    def cost_usd(self, on: date) -> Decimal:
        """Return the computing cost of the time the job kept the device busy."""
        return cost_usd(self.device, busy_seconds=self.busy_seconds, on=on)


def record_submission(
    database: sqlite3.Connection,
    request: GenerationRequest,
    *,
    job_id: str,
    session_id: str,
) -> int:
    """Queue a job and take its credits; returns how many."""
    now = datetime.now(UTC)
    credits = price_credits(
        request.model_id,
        request.mode,
        resolution=request.resolution,
        seconds=request.seconds,
        on=now.date(),
    )
    envelope = _envelope(now, session_id)
    add_events(database, _introduce(database, envelope, session_id))
    grant_id = _take_credits(database, credits, envelope)
    prompt = unicodedata.normalize("NFC", request.prompt)
    submitted = GenerationSubmitted(
        event_id=event_id(job_id, GenerationSubmitted),
        generation_id=job_id,
        mode=request.mode,
        model_id=request.model_id,
        resolution=request.resolution,
        video_seconds=request.seconds,
        reserved_credits=credits,
        prompt_sha256=hashlib.sha256(prompt.encode()).hexdigest(),
        prompt_word_count=len(list_prompt_words(prompt)),
        unknown_word_count=len(request.unknown_words),
        **envelope,
    )
    spent = CreditsSpent(
        event_id=event_id(job_id, CreditsSpent),
        generation_id=job_id,
        grant_id=grant_id,
        spent_credits=credits,
        **envelope,
    )
    add_events(database, [submitted, spent])
    database.execute(
        "insert into jobs (job_id, status, grant_id, submitted) values (?, ?, ?, ?)",
        (job_id, "queued", grant_id, msgspec.json.encode(submitted)),
    )
    return credits


def record_start(database: sqlite3.Connection, job_id: str) -> None:
    """Mark a job as running."""
    database.execute("update jobs set status = 'running' where job_id = ?", (job_id,))


def record_end(
    database: sqlite3.Connection,
    job_id: str,
    *,
    status: GenerationStatus,
    metering: Metering,
    request: GenerationRequest | None = None,
    error_class: ErrorClass | None = None,
    error_code: str | None = None,
) -> GenerationFinished | None:
    """Write a job's one terminal event; None if it has ended before.

    Only a success is charged; otherwise the credits go back to their grant.
    """
    open_job = database.execute(
        "select grant_id, submitted from jobs"
        " where job_id = ? and status in ('queued', 'running')",
        (job_id,),
    ).fetchone()
    if open_job is None:
        return None
    grant_id, body = open_job
    submitted = msgspec.json.decode(body, type=GenerationSubmitted)
    finished = _describe_end(
        submitted,
        status=status,
        metering=metering,
        request=request,
        error_class=error_class,
        error_code=error_code,
    )
    add_events(database, [finished])
    if status != "succeeded":
        _give_back(database, submitted, grant_id)
    database.execute("update jobs set status = ? where job_id = ?", (status, job_id))
    return finished


def event_id(job_id: str, event_type: type[Event]) -> str:
    """Return the id that an event of a job keeps however often it is sent."""
    return str(uuid5(UUID(job_id), str(event_type.__struct_config__.tag)))


def _describe_end(
    submitted: GenerationSubmitted,
    *,
    status: GenerationStatus,
    metering: Metering,
    request: GenerationRequest | None,
    error_class: ErrorClass | None,
    error_code: str | None,
) -> GenerationFinished:
    now = datetime.now(UTC)
    is_success = status == "succeeded"
    rate = find_rate(
        submitted.model_id,
        submitted.mode,
        resolution=submitted.resolution,
        on=submitted.occurred_at.date(),
    )
    chosen: dict[str, Any] = {}
    if request is not None:
        chosen = {
            "num_inference_steps": request.num_inference_steps,
            "guidance_scale": request.guidance_scale,
            "seed": request.seed,
        }
    return GenerationFinished(
        event_id=event_id(submitted.generation_id, GenerationFinished),
        generation_id=submitted.generation_id,
        status=status,
        mode=submitted.mode,
        model_id=submitted.model_id,
        model_version="v2",
        resolution=submitted.resolution,
        video_seconds=submitted.video_seconds if is_success else 0.0,
        charged_credits=submitted.reserved_credits if is_success else 0,
        cost_micros=to_micros(metering.cost_usd(now.date())),
        gpu_seconds=0.0 if metering.device == DEVICE else metering.busy_seconds,
        price_card_version=rate.version,
        error_class=error_class,
        error_code=error_code,
        **vars(metering),
        **chosen,
        **_envelope(now, submitted.session_id),
    )


def _envelope(now: datetime, session_id: str | None) -> dict[str, Any]:
    return {
        "source": SOURCE,
        "occurred_at": now,
        "user_id": USER,
        "account_id": ACCOUNT,
        "session_id": session_id,
        "platform": "cli",
    }


def _introduce(
    database: sqlite3.Connection, envelope: dict[str, Any], session_id: str
) -> list[Event]:
    """Return the events of a new data folder and of a new session, if they are new."""
    events: list[Event] = []
    if database.execute("select 1 from jobs limit 1").fetchone() is None:
        events.append(
            UserRegistered(event_id=str(uuid4()), channel="organic", **envelope)
        )
    started = SessionStarted(event_id=event_id(session_id, SessionStarted), **envelope)
    is_known = database.execute(
        "select 1 from outbox where event_id = ?", (started.event_id,)
    ).fetchone()
    return events if is_known else [*events, started]


def _take_credits(
    database: sqlite3.Connection, credits: int, envelope: dict[str, Any]
) -> str:
    """Take credits from the oldest grant that can pay; without one, grant more."""
    row = database.execute(
        "select grant_id from grants where balance >= ? order by rowid", (credits,)
    ).fetchone()
    grant_id = row[0] if row else str(uuid4())
    if row is None:
        granted = max(GRANTED_CREDITS, credits)
        database.execute(
            "insert into grants (grant_id, granted, balance) values (?, ?, ?)",
            (grant_id, granted, granted),
        )
        grant = CreditsGranted(
            event_id=event_id(grant_id, CreditsGranted),
            grant_id=grant_id,
            grant_type="promo",
            granted_credits=granted,
            **envelope,
        )
        add_events(database, [grant])
    database.execute(
        "update grants set balance = balance - ? where grant_id = ?",
        (credits, grant_id),
    )
    return grant_id


def _give_back(
    database: sqlite3.Connection, submitted: GenerationSubmitted, grant_id: str
) -> None:
    credits = submitted.reserved_credits
    database.execute(
        "update grants set balance = balance + ? where grant_id = ?",
        (credits, grant_id),
    )
    refunded = CreditsRefunded(
        event_id=event_id(submitted.generation_id, CreditsRefunded),
        generation_id=submitted.generation_id,
        grant_id=grant_id,
        refunded_credits=credits,
        **_envelope(datetime.now(UTC), submitted.session_id),
    )
    add_events(database, [refunded])
