"""Rows of generations and of the credits that pay them.

Reads nothing. Writes nothing itself: it hands columns to the landing writer.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from generation.scenario import columns as col
from generation.scenario import videos as video
from generation.scenario.landing import LandingWriter
from generation.scenario.ledger import CLAIM_US, Charges
from generation.scenario.population import PLATFORMS, Population
from generation.scenario.regions import COUNTRIES, REGIONS
from generation.scenario.releases import android_versions
from generation.scenario.streams import Stream, random_stream

API_ACCOUNT = 9 * 10**10  # numbers of API accounts lie above all users'
API_PLATFORM = PLATFORMS.index("api")
ANDROID_PLATFORM = PLATFORMS.index("android")
DESTINATIONS = ("link", "tiktok", "instagram", "x", "douyin")
DOWNLOADED, SHARED = 0.14, 0.04  # of the delivered videos, assumed
FIRST_COUNTRY = np.cumsum([0] + [len(r.countries) for r in REGIONS])[:-1]
_DELAYS_US = random_stream(1, 1).exponential(1.5e6, 1 << 16).astype(np.int64) + 20_000


@dataclass
class Numbers:
    """Counters of a week: each kind of id counts up from the week's own base."""

    week: int
    used: dict[str, int]

    def take(self, letter: str, count: int) -> np.ndarray:
        """The next `count` numbers of a kind."""
        first = self.week * col.WEEK_STEP + self.used.get(letter, 0)
        self.used[letter] = self.used.get(letter, 0) + count
        return np.arange(first, first + count)


@dataclass
class Reporter:
    """Puts rows into the landing files of the current week."""

    writer: LandingWriter
    people: Population
    api_region: np.ndarray
    numbers: Numbers

    def send(
        self,
        event_type: str,
        letter: str,
        source: str,
        occurred: np.ndarray,
        owner: np.ndarray,
        columns: dict[str, pa.Array],
    ) -> None:
        """Add the envelope of events that belong to users or API accounts."""
        if not occurred.size:
            return
        number = self.numbers.take(letter, occurred.size)
        platform, country = self.places(owner)
        delay = _DELAYS_US[number & (_DELAYS_US.size - 1)]
        envelope = {
            "event_id": col.ids(letter, number),
            "source": col.same(source, occurred.size),
            "occurred_at": col.times(occurred),
            "received_at": col.times(occurred + delay),
            "platform": col.coded(platform, PLATFORMS),
            "country": col.coded(country, COUNTRIES),
        }
        if source == "app":
            is_android = platform == ANDROID_PLATFORM
            envelope["app_version"] = android_versions(occurred, is_android)
        self.writer.add(event_type, occurred, envelope | columns)

    def places(self, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Platform and country of users and API accounts."""
        is_api = owner >= API_ACCOUNT
        user = np.where(is_api, 0, owner)
        platform, country = self.people.platform[user], self.people.country[user]
        if is_api.any():
            region = self.api_region[owner[is_api] - API_ACCOUNT]
            platform = np.where(is_api, API_PLATFORM, platform)
            country = country.copy()
            country[is_api] = FIRST_COUNTRY[region]
        return platform, country


def report_videos(
    to: Reporter, videos: video.Videos, session_number: np.ndarray
) -> np.ndarray:
    """Generations asked for and finished, downloads and shares; returns their ids."""
    owner = videos.owner
    is_user = owner < API_ACCOUNT
    number = to.numbers.take("g", owner.size)
    shared = {
        "account_id": col.ids("a", owner),
        "user_id": col.ids("u", owner, is_user),
        "generation_id": col.ids("g", number),
        "mode": col.coded(videos.mode, video.MODES),
        "model_id": col.coded(videos.model, video.MODELS),
        "resolution": col.coded(videos.quality, video.RESOLUTIONS),
        "has_audio": col.flags(videos.has_audio),
    }
    follows_motion = videos.mode == video.MOTION_CONTROL
    submitted = {
        "session_id": col.ids("e", session_number, is_user & (session_number > 0)),
        "video_seconds": col.numbers(videos.seconds),
        "reserved_credits": col.integers(videos.credits),
        "motion_reference_seconds": pa.array(
            videos.seconds.astype(np.float64), mask=~follows_motion
        ),
        "priority": col.coded(videos.is_paid.astype(np.int8), ("standard", "high")),
    }
    if not is_user.all():
        submitted["api_key_id"] = col.ids("K", owner, ~is_user)
    to.send("generation_submitted", "q", "app", videos.time, owner, shared | submitted)
    _report_finished(to, videos, shared)
    _report_uses(to, videos, number)
    return number


def _report_finished(
    to: Reporter, videos: video.Videos, shared: dict[str, pa.Array]
) -> None:
    delivered = videos.status == video.SUCCEEDED
    errors = np.select(
        [videos.status == video.FAILED, videos.status == video.MODERATED], [0, 1], -1
    )
    columns = {
        "status": col.coded(videos.status, video.STATUSES),
        "video_seconds": col.numbers(np.where(delivered, videos.seconds, 0)),
        "queue_ms": col.integers(videos.waited_ms),
        "run_ms": col.integers(videos.ran_ms),
        "started_at": col.times(videos.time + videos.waited_ms * 1000, videos.has_run),
        "charged_credits": col.integers(np.where(delivered, videos.credits, 0)),
        "cost_micros": col.integers(videos.cost_micros),
        "device": col.same(video.DEVICE, videos.owner.size),
        "gpu_seconds": col.numbers(np.round(videos.gpu_seconds, 3)),
        "error_class": col.coded(errors, ("capacity", "safety")),
        "error_code": col.coded(
            np.where(errors == 1, videos.has_run.astype(np.int8), -1),
            ("request_refused", "video_refused"),
        ),
    }
    to.send(
        "generation_finished",
        "f",
        "renderer",
        videos.finished,
        videos.owner,
        shared | columns,
    )


def _report_uses(to: Reporter, videos: video.Videos, number: np.ndarray) -> None:
    """Some delivered videos of users are saved or published within minutes."""
    stream = random_stream(to.numbers.week, Stream.DELIVERY, int(number[0]))
    draw = stream.random(number.size)
    mine = (videos.status == video.SUCCEEDED) & (videos.owner < API_ACCOUNT)
    for event_type, letter, low, high in (
        ("video_downloaded", "d", 0.0, DOWNLOADED),
        ("video_shared", "h", DOWNLOADED, DOWNLOADED + SHARED),
    ):
        rows = np.flatnonzero(mine & (draw >= low) & (draw < high))
        wait = stream.exponential(120e6, rows.size).astype(np.int64) + 1_000_000
        columns = {
            "user_id": col.ids("u", videos.owner[rows]),
            "account_id": col.ids("a", videos.owner[rows]),
            "generation_id": col.ids("g", number[rows]),
        }
        if event_type == "video_shared":
            where = stream.integers(0, len(DESTINATIONS), rows.size)
            columns["destination"] = col.coded(where, DESTINATIONS)
        time = videos.finished[rows] + wait
        to.send(event_type, letter, "app", time, videos.owner[rows], columns)


def report_charges(
    to: Reporter,
    videos: video.Videos,
    charges: Charges,
    generation: np.ndarray,
    bought_letter: str,
) -> None:
    """Credits spent and given back, and free credits claimed and expired."""
    claims = charges.claims
    claim_number = to.numbers.take("m", claims.owner.size)
    for kind, letter in ((0, "p"), (1, bought_letter), (2, "m")):
        rows = np.flatnonzero(charges.kind == kind)
        grant = charges.number[rows]
        if kind == 2 and rows.size:
            grant = claim_number[grant]
        _report_spending(to, videos, rows, col.ids(letter, grant), generation)
    columns = {
        "account_id": col.ids("a", claims.owner),
        "grant_id": col.ids("m", claim_number),
        "grant_type": col.same("promo", claims.owner.size),
        "granted_credits": col.integers(claims.granted),
        "expires_at": col.times(claims.time + CLAIM_US),
    }
    to.send("credits_granted", "c", "ledger", claims.time, claims.owner, columns)
    rest = np.flatnonzero(claims.left > 0)
    report_expiry(
        to,
        claims.owner[rest],
        col.ids("m", claim_number[rest]),
        claims.left[rest],
        claims.time[rest] + CLAIM_US,
    )


def _report_spending(
    to: Reporter,
    videos: video.Videos,
    rows: np.ndarray,
    grant: pa.Array,
    generation: np.ndarray,
) -> None:
    owner = videos.owner[rows]
    columns = {
        "account_id": col.ids("a", owner),
        "grant_id": grant,
        "generation_id": col.ids("g", generation[rows]),
        "spent_credits": col.integers(videos.credits[rows]),
    }
    to.send("credits_spent", "b", "ledger", videos.time[rows], owner, columns)
    failed = np.flatnonzero(videos.status[rows] != video.SUCCEEDED)
    back = rows[failed]
    columns = {
        "account_id": col.ids("a", videos.owner[back]),
        "grant_id": grant.take(pa.array(failed)),
        "generation_id": col.ids("g", generation[back]),
        "refunded_credits": col.integers(videos.credits[back]),
    }
    to.send(
        "credits_refunded",
        "v",
        "ledger",
        videos.finished[back],
        videos.owner[back],
        columns,
    )


def report_expiry(
    to: Reporter, owner: np.ndarray, grant: pa.Array, left: np.ndarray, time: np.ndarray
) -> None:
    """What was left of grants at their end."""
    columns = {
        "account_id": col.ids("a", owner),
        "grant_id": grant,
        "expired_credits": col.integers(left),
    }
    to.send("credits_expired", "z", "ledger", time, owner, columns)
