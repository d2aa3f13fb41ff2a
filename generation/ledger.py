"""A job's way through the books: what it reserved, took and gave back.

Every function works inside the caller's transaction on the job store.
"""

import hashlib
import sqlite3
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4, uuid5

import msgspec

from generation.credits import price_credits
from generation.events import (
    CreditsGranted,
    CreditsRefunded,
    CreditsSpent,
    ErrorClass,
    Event,
    GenerationFinished,
    GenerationStatus,
    GenerationSubmitted,
    Priority,
    SessionStarted,
    UserRegistered,
)
from generation.jobs import add_events
from generation.metering import Metering, describe_end
from generation.request import (
    GenerationRequest,
    list_prompt_words,
)

SOURCE = "engine"
LOCAL = "local"  # the person at this computer
GRANTED_CREDITS = 1_000  # a promotional grant whenever the last one is used up


class Order(NamedTuple):
    """Who asks for a job, and how it is to be made.

    Attributes:
        owner: The command that waits for the clip; None leaves it to the workers.
        idempotency_key: The same key again from the same account is the same job.
        batch_id: The batch that it came with.
    """

    account_id: str = LOCAL
    priority: Priority = "standard"
    owner: str | None = None
    idempotency_key: str | None = None
    batch_id: str | None = None


PLAIN_ORDER = Order()


def record_submission(
    database: sqlite3.Connection,
    request: GenerationRequest,
    *,
    job_id: str,
    session_id: str,
    path: Path,
    order: Order = PLAIN_ORDER,
) -> int:
    """Queue a job and take its credits; returns how many."""
    now = datetime.now(UTC)
    credits = price_request(request)
    envelope = _envelope(now, session_id, order.account_id)
    add_events(database, _introduce(database, envelope))
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
        priority=order.priority,
        idempotency_key=order.idempotency_key,
        batch_id=order.batch_id,
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
    _insert_job(database, request, submitted, order, grant_id=grant_id, path=path)
    return credits


def record_end(
    database: sqlite3.Connection,
    job_id: str,
    *,
    status: GenerationStatus,
    metering: Metering,
    fence: int | None = None,
    request: GenerationRequest | None = None,
    error_class: ErrorClass | None = None,
    error_code: str | None = None,
    error: str | None = None,
) -> GenerationFinished | None:
    """Write a job's one terminal event; None if it has ended or was taken over.

    Only a success is charged; otherwise the credits go back to their grant.
    """
    open_job = database.execute(
        "select grant_id, submitted, attempts from jobs where job_id = ?"
        " and status in ('queued', 'running') and fence = coalesce(?, fence)",
        (job_id, fence),
    ).fetchone()
    if open_job is None:
        return None
    grant_id, body, attempts = open_job
    submitted = msgspec.json.decode(body, type=GenerationSubmitted)
    now = datetime.now(UTC)
    finished = describe_end(
        submitted,
        status=status,
        metering=metering,
        request=request,
        error_class=error_class,
        error_code=error_code,
        attempt=attempts,
        event_id=event_id(job_id, GenerationFinished),
        envelope=_envelope(now, submitted.session_id, submitted.account_id),
    )
    add_events(database, [finished])
    if status != "succeeded":
        _give_back(database, submitted, grant_id)
    # The request goes, and with it the prompt.
    database.execute(
        "update jobs set status = ?, ended_at = ?, error = ?, request = null,"
        " worker_id = null where job_id = ?",
        (status, now.timestamp(), error, job_id),
    )
    return finished


def price_request(request: GenerationRequest) -> int:
    """Return the credits that a request costs today."""
    return price_credits(
        request.model_id,
        request.mode,
        resolution=request.resolution,
        seconds=request.seconds,
        on=datetime.now(UTC).date(),
    )


def event_id(job_id: str, event_type: type[Event]) -> str:
    """Return the id that an event of a job keeps however often it is sent."""
    return str(uuid5(UUID(job_id), str(event_type.__struct_config__.tag)))


def _insert_job(
    database: sqlite3.Connection,
    request: GenerationRequest,
    submitted: GenerationSubmitted,
    order: Order,
    *,
    grant_id: str,
    path: Path,
) -> None:
    row = {
        "job_id": submitted.generation_id,
        "status": "queued",
        "grant_id": grant_id,
        "submitted": msgspec.json.encode(submitted),
        "account_id": order.account_id,
        "idempotency_key": order.idempotency_key,
        "request": request.to_json(),
        "path": str(path),
        "priority": int(order.priority == "high"),
        "owner": order.owner,
        "steps": request.num_inference_steps,
        "available_at": time.time(),
    }
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    database.execute(f"insert into jobs ({names}) values ({marks})", row)


def _envelope(
    now: datetime, session_id: str | None, account_id: str | None
) -> dict[str, Any]:
    """An account of the engine has one user, of the same name."""
    return {
        "source": SOURCE,
        "occurred_at": now,
        "user_id": account_id,
        "account_id": account_id,
        "session_id": session_id,
        "platform": "cli",
    }


def _introduce(database: sqlite3.Connection, envelope: dict[str, Any]) -> list[Event]:
    """Return the events of a new account and of a new session, if they are new."""
    events: list[Event] = []
    account_id, session_id = envelope["account_id"], envelope["session_id"]
    known = database.execute(
        "select 1 from jobs where account_id = ? limit 1", (account_id,)
    ).fetchone()
    if known is None:
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
    account_id = envelope["account_id"]
    row = database.execute(
        "select grant_id from grants where account_id = ? and balance >= ?"
        " order by rowid",
        (account_id, credits),
    ).fetchone()
    grant_id = row[0] if row else str(uuid4())
    if row is None:
        granted = max(GRANTED_CREDITS, credits)
        database.execute(
            "insert into grants (grant_id, account_id, granted, balance)"
            " values (?, ?, ?, ?)",
            (grant_id, account_id, granted, granted),
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
        **_envelope(datetime.now(UTC), submitted.session_id, submitted.account_id),
    )
    add_events(database, [refunded])
