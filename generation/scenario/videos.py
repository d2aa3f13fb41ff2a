"""Generations of a week: how many, of what kind, how long and at what cost.

Reads data/reference/{price_card,device_cost}.csv through credits. Writes nothing.
"""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache

import numpy as np
from scipy.special import betainc

from generation.credits import cost_usd, find_rate
from generation.scenario.calendar import FIRST_WEEK, day_index, day_of
from generation.scenario.load import queue_factor

MODELS = (
    "kling-v1-0",
    "kling-v1-5",
    "kling-v1-6",
    "kling-v2-0",
    "kling-v2-1",
    "kling-v2-5-turbo",
    "kling-video-o1",
    "kling-v2-6",
    "kling-v3-0",
    "motion-control-2-6",
    "motion-control-3-0",
)
RELEASED = np.array(
    [
        day_of(2024, 6, 3),
        day_of(2024, 9, 16),
        day_of(2024, 12, 16),
        day_of(2025, 4, 14),
        day_of(2025, 5, 26),
        day_of(2025, 9, 22),
        day_of(2025, 12, 1),
        day_of(2025, 12, 1),
        day_of(2026, 2, 2),
    ]
)
MOTION_3 = day_of(2026, 3, 2)
FIRST_MOTION, SECOND_MOTION = 9, 10
WITH_SOUND = np.array([False] * 7 + [True, True, False, False])
MODES = ("text_to_video", "image_to_video", "motion_control")
MOTION_CONTROL = 2
RESOLUTIONS = ("720p", "1080p")
STATUSES = ("succeeded", "failed", "moderated", "cancelled")
SUCCEEDED, FAILED, MODERATED = 0, 1, 2
FAILURE, MODERATION = 0.022, 0.036  # assumed rates
BUSY, MOST_FAILURES = 0.95, 0.06  # more fail where the devices are all busy
REFUSED_AT_ONCE = 0.5  # of the moderated: the request, not the video, was refused
REFUSAL_MS = 400
PRICED_ON = date(2026, 3, 31)  # the card has one price of each model
MOTION_SHARE = 0.38  # of the videos of a user who has it, decaying to a third
PAID_PRO_SHARE, FREE_PRO_SHARE = 0.55, 0.05
DEVICE = "h100-sxm"
DEVICES_PER_JOB = 2.16  # so that December's computing is about 28 % of the run-rate
MEAN_CREDITS = 36.0  # of a paid generation; turns credits to burn into generations


@dataclass
class Videos:
    """Generations of a chunk; one entry of each array per generation."""

    owner: np.ndarray  # user number, or API account number
    session: np.ndarray  # position in the chunk's sessions; -1 without one
    time: np.ndarray
    is_paid: np.ndarray
    pack: np.ndarray  # position in the wallet's packs; -1 unless one pays
    mode: np.ndarray
    model: np.ndarray
    quality: np.ndarray
    seconds: np.ndarray
    has_audio: np.ndarray
    credits: np.ndarray
    queue_ms: np.ndarray
    run_ms: np.ndarray
    status: np.ndarray
    is_refused: np.ndarray  # if it is moderated: before it ran

    def take(self, index: np.ndarray) -> "Videos":
        """A copy of some generations."""
        return Videos(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    @property
    def has_run(self) -> np.ndarray:
        """False for requests that were refused before they reached a device."""
        return ~(self.is_refused & (self.status == MODERATED))

    @property
    def waited_ms(self) -> np.ndarray:
        """Time in the queue; a refusal needs none."""
        return np.where(self.has_run, self.queue_ms, REFUSAL_MS)

    @property
    def ran_ms(self) -> np.ndarray:
        """Time on the devices."""
        return np.where(self.has_run, self.run_ms, 0)

    @property
    def finished(self) -> np.ndarray:
        """When each generation ended, in microseconds."""
        return self.time + (self.waited_ms + self.ran_ms) * 1000

    @property
    def gpu_seconds(self) -> np.ndarray:
        """Device time, all devices of a job together."""
        return self.ran_ms / 1000 * DEVICES_PER_JOB

    @property
    def cost_micros(self) -> np.ndarray:
        """Computing cost in millionths of a dollar, at each day's device price."""
        return cost_micros(self.gpu_seconds, self.time)


@dataclass(frozen=True)
class Request:
    """Who asks for generations, when, and what they may use; one entry each."""

    owner: np.ndarray
    session: np.ndarray
    time: np.ndarray
    is_paid: np.ndarray
    pack: np.ndarray
    can_motion: np.ndarray
    weeks_open: np.ndarray  # since the region has motion control
    load: np.ndarray  # of the devices at that time


def draw_videos(
    request: Request, *, week_day: int, stream: np.random.Generator
) -> Videos:
    """Choose what each generation of a week is and how long it takes."""
    count, is_paid = request.owner.size, request.is_paid
    model = _choose_model(count, week_day, stream)
    share = MOTION_SHARE * (1 / 3 + 2 / 3 * np.exp(-request.weeks_open / 12))
    motion = request.can_motion & (stream.random(count) < share)
    model[motion] = SECOND_MOTION if week_day >= MOTION_3 else FIRST_MOTION
    mode = np.where(motion, MOTION_CONTROL, (stream.random(count) < 0.55).astype(int))
    pro_share = np.where(is_paid, PAID_PRO_SHARE, FREE_PRO_SHARE)
    quality = (stream.random(count) < pro_share).astype(np.int64)
    seconds = np.where(stream.random(count) < 0.22, 10, 5)
    if motion.any():
        clip = stream.gamma(4, 2.4, int(motion.sum()))
        seconds[motion] = np.clip(np.round(clip), 3, 30)
    sound = WITH_SOUND[model] & (quality == 1) & (stream.random(count) < 0.4)
    usual = np.where(is_paid, 12, 160) * queue_factor(request.load)
    queue = stream.standard_gamma(1.2, count) * usual
    spread = np.exp(0.25 * stream.standard_normal(count))
    return Videos(
        owner=request.owner,
        session=request.session,
        time=request.time,
        is_paid=is_paid,
        pack=request.pack,
        mode=mode,
        model=model,
        quality=quality,
        seconds=seconds,
        has_audio=sound,
        credits=credits_per_second()[model, quality + sound] * seconds,
        queue_ms=(queue * 1000).astype(np.int64) + 40,
        run_ms=_run_ms(seconds, quality, spread),
        status=_choose_status(stream.random(count), request.load),
        is_refused=stream.random(count) < REFUSED_AT_ONCE,
    )


def _run_ms(seconds: np.ndarray, quality: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Running time: eight seconds for a second of video, fourteen at 1080p."""
    run = seconds * np.where(quality == 1, 14, 8) * spread
    return (run * 1000).astype(np.int64) + 100


def _choose_status(uniform: np.ndarray, load: np.ndarray) -> np.ndarray:
    """Some fail, more under load, and some are moderated."""
    failure = FAILURE + MOST_FAILURES / (1 + np.exp((BUSY - load) / 0.03))
    moderated = uniform < failure + MODERATION
    return np.where(
        uniform < failure, FAILED, np.where(moderated, MODERATED, SUCCEEDED)
    )


def cost_micros(gpu_seconds: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Computing cost of device time in millionths of a dollar."""
    if not time.size:
        return np.empty(0, np.int64)
    day = day_index(time)
    first = int(day.min())
    price = np.array(
        [micros_per_second(each) for each in range(first, int(day.max()) + 1)]
    )
    return np.ceil(gpu_seconds * price[day - first]).astype(np.int64)


@cache
def micros_per_second(day: int) -> float:
    """Price of a device second on a day, in millionths of a dollar."""
    on = FIRST_WEEK + timedelta(days=day)
    return float(cost_usd(DEVICE, busy_seconds=1, on=on) * 1_000_000)


@cache
def credits_per_second() -> np.ndarray:
    """Prices at 720p, 1080p and 1080p with sound. Shape [models, 3]."""
    rows = []
    for index, model in enumerate(MODELS):
        mode = "motion_control" if index >= FIRST_MOTION else "text_to_video"
        plain = [
            find_rate(model, mode, resolution=resolution, on=PRICED_ON)
            for resolution in RESOLUTIONS
        ]
        sound = plain[1]
        if WITH_SOUND[index]:
            sound = find_rate(
                model, mode, resolution="1080p", on=PRICED_ON, has_audio=True
            )
        rows.append([int(rate.credits_per_second) for rate in (*plain, sound)])
    return np.array(rows)


def _choose_model(count: int, week_day: int, stream: np.random.Generator) -> np.ndarray:
    """Mostly the newest model; the older ones fade."""
    live = np.flatnonzero(week_day >= RELEASED)
    weight = 0.5 ** np.arange(live.size)[::-1]
    edges = np.cumsum(weight / weight.sum())
    drawn = np.searchsorted(edges, stream.random(count), side="right")
    return live[np.minimum(drawn, live.size - 1)]


def draw_counts(
    mean: np.ndarray, dispersion: np.ndarray, uniform: np.ndarray
) -> np.ndarray:
    """Negative binomial numbers of generations: many make few, few make many.

    By inversion, so that a user's own `uniform` number decides whatever others do.
    `mean` and `dispersion` have few different pairs.
    """
    count = np.zeros(uniform.size, np.int64)
    for size in np.unique(dispersion):
        for level in np.unique(mean[dispersion == size]):
            rows = np.flatnonzero((dispersion == size) & (mean == level))
            most = (
                int(40 * level / min(size, 1)) + 40
            )  # beyond are less than one in 1e9
            below = betainc(size, np.arange(1, most + 1), size / (size + level))
            count[rows] = np.searchsorted(below, uniform[rows], side="right")
    return count
