"""Random streams and rounding that make the rows follow the expected path.

Reads nothing. Writes nothing. Every draw comes from a generator keyed by what it is for
(stream, week, block), so no result depends on order, processes or a later end date.
"""

from enum import IntEnum

import numpy as np

GOLDEN = 0.6180339887498949


class Stream(IntEnum):
    """What a random stream is for."""

    PHASE = 1
    USERS = 2
    ACTIVITY = 3
    REGISTRATION = 4
    CONVERSION = 5
    RENEWAL = 6
    TOP_UP = 7
    PACKAGE = 8
    SESSION = 9
    VIDEO = 10
    API_VIDEO = 11
    LEDGER = 12
    DELIVERY = 13
    BILLING = 14
    EXPOSURE = 15
    DIRT = 16
    TRIAL = 17
    DEPARTURE = 18
    VOTE = 19
    COMPENSATION = 20
    SESSION_END = 21
    BOTS = 22
    EXPERIMENT = 23


def random_stream(seed: int, *key: int) -> np.random.Generator:
    """A generator for one purpose; equal keys give equal numbers."""
    state = np.random.SeedSequence([seed, *key]).generate_state(2, np.uint64)
    return np.random.Generator(np.random.Philox(key=state))


def uniforms_of(users: np.ndarray, seed: int, *key: int) -> np.ndarray:
    """A number in (0, 1) for each user and purpose, whoever else is asked for.

    A counter-based hash (the mixing steps of splitmix64): worlds that differ in who is
    active still draw the same number for the same user.
    """
    salt = np.random.SeedSequence([seed, *key]).generate_state(1, np.uint64)[0]
    bits = users.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + salt
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits ^= bits >> np.uint64(shift)
        bits *= np.uint64(factor)
    bits ^= bits >> np.uint64(31)
    return ((bits >> np.uint64(11)) + 0.5) * 2.0**-53


def phases(seed: int, what: int, shape: tuple[int, ...]) -> np.ndarray:
    """Rounding thresholds, evenly spread so that the cells' errors cancel out."""
    start = random_stream(seed, Stream.PHASE, what).random()
    cells = np.arange(int(np.prod(shape)))
    return ((start + GOLDEN * cells) % 1).reshape(shape)


def round_flow(flow: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Whole numbers whose running sums over axis 0 stay within one of the flow's."""
    total = np.floor(np.cumsum(flow, axis=0) + phase).astype(np.int64)
    return np.diff(total, axis=0, prepend=np.zeros_like(total[:1]))


def round_level(level: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Whole numbers within one of a level, unbiased over the cells."""
    return np.floor(level + phase).astype(np.int64)


def choose_evenly(chance: np.ndarray, stream: np.random.Generator) -> np.ndarray:
    """Draw each entry by its chance; their number is within one of the chances' sum."""
    taken = np.floor(np.cumsum(chance) + stream.random())
    return np.diff(taken, prepend=0) > 0
