"""The users of the simulated company: who they are and what state they are in.

Reads nothing. Writes nothing. Users are numbered by registration week and region.
"""

from dataclasses import dataclass, replace

import numpy as np

from generation.scenario.experiments import MOTION_CONTROL, is_treated
from generation.scenario.model import ExpectedPath
from generation.scenario.regions import NUM_REGIONS, draw_countries, region_values
from generation.scenario.streams import Stream, phases, random_stream, round_flow

BLOCK = 1 << 17  # users drawn together, always whole
PLATFORMS = ("web", "ios", "android", "api")
CHANNELS = ("organic", "viral", "paid", "reseller")
CORE_SHARE, CORE_FRAILTY, CASUAL_FRAILTY = 0.15, 4.0, 0.4706  # mean one
PAYING = np.int16(32767)


@dataclass
class Population:
    """Arrays over users; the last six change as the weeks pass."""

    first_of_week: np.ndarray  # [weeks + 1] index of the first user of each week
    week: np.ndarray
    region: np.ndarray
    country: np.ndarray
    platform: np.ndarray
    channel: np.ndarray
    is_core: np.ndarray
    is_viral: np.ndarray
    is_holdout: np.ndarray
    comes: np.ndarray  # false for those whom a world without the feature never sees
    eligible_from: np.ndarray  # first week to convert; PAYING while subscribed
    has_paid: np.ndarray
    is_exposed: np.ndarray
    is_engaged: np.ndarray  # pays or holds bought credits: active most weeks
    spell_end: np.ndarray  # last day of the latest run of active days
    is_gone: np.ndarray  # erased or merged into another account

    def branched(self) -> "Population":
        """The same people with a state of their own."""
        return replace(
            self,
            eligible_from=self.eligible_from.copy(),
            has_paid=self.has_paid.copy(),
            is_exposed=self.is_exposed.copy(),
            is_engaged=self.is_engaged.copy(),
            spell_end=self.spell_end.copy(),
            is_gone=self.is_gone.copy(),
        )

    def registered(self, week: int) -> int:
        """How many users there are at the end of a week."""
        return int(self.first_of_week[week + 1])


def settle(path: ExpectedPath, *, scale: float, seed: int, weeks: int) -> Population:
    """Draw everybody who registers in the first `weeks` weeks."""
    flow = path.registrations[:weeks] * scale
    counts = round_flow(flow, phases(seed, 1, (NUM_REGIONS,)))
    week = np.repeat(np.arange(weeks, dtype=np.int16), counts.sum(1))
    region = np.repeat(
        np.tile(np.arange(NUM_REGIONS, dtype=np.int8), weeks), counts.ravel()
    )
    share = path.viral / np.maximum(path.registrations, 1e-9)
    size = week.size
    drawn = {
        name: np.empty(size, kind)
        for name, kind in (
            ("country", np.int8),
            ("platform", np.int8),
            ("channel", np.int8),
            ("is_core", bool),
            ("is_viral", bool),
        )
    }
    for first in range(0, size, BLOCK):
        block = slice(first, min(first + BLOCK, size))
        uniform = random_stream(seed, Stream.USERS, first // BLOCK).random(
            (6, BLOCK), dtype=np.float32
        )[:, : block.stop - first]
        traits = _traits(uniform, region[block], share[week[block], region[block]])
        for name, values in traits.items():
            drawn[name][block] = values
    return Population(
        first_of_week=np.concatenate([[0], np.cumsum(counts.sum(1))]),
        week=week,
        region=region,
        **drawn,
        is_holdout=~is_treated(MOTION_CONTROL, np.arange(size), seed),
        comes=np.ones(size, bool),
        eligible_from=np.zeros(size, np.int16),
        has_paid=np.zeros(size, bool),
        is_exposed=np.zeros(size, bool),
        is_engaged=np.zeros(size, bool),
        spell_end=np.full(size, -1, np.int16),
        is_gone=np.zeros(size, bool),
    )


def _traits(
    uniform: np.ndarray, region: np.ndarray, viral_share: np.ndarray
) -> dict[str, np.ndarray]:
    is_viral = uniform[0] < viral_share
    app = np.clip(
        region_values("app_share")[region] * np.where(is_viral, 1.1, 1.0), 0, 0.95
    )
    platform = np.where(uniform[4] < app * 0.42, 1, np.where(uniform[4] < app, 2, 0))
    other = np.where(uniform[5] < 0.15, 2, np.where(uniform[5] < 0.17, 3, 0))
    return {
        "country": draw_countries(region, (uniform[5] * 7919) % 1),
        "platform": platform,
        "channel": np.where(is_viral, 1, other),
        "is_core": uniform[1] < CORE_SHARE,
        "is_viral": is_viral,
    }
