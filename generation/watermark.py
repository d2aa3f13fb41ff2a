"""An invisible mark in the picture that says which generation it came from.

Reads and writes frames in memory. Thirty-two bits are spread over middle frequencies of
16 x 16 blocks, the same in every frame: fine enough not to be seen, coarse enough to
survive compression and half the size (docs/engine.md says what was measured).
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

BITS = 32
BLOCK = 16
SIZE = 384  # clips are looked at in the size in which they are delivered
KEY = 20_260_101  # fixes which coefficient carries which bit; not a secret
STRENGTH = 7.0  # of a coefficient; a pixel differs by one or two levels of 255
LIMIT = 4.0  # where an edge of the picture stops to count for more
MIN_CONFIDENCE = 1.5  # unmarked clips stay below 1.2, marked ones above 2.5
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# Below them lies the picture itself, above them what compression throws away.
_FREQUENCIES = tuple(
    (row, column)
    for row in range(BLOCK)
    for column in range(BLOCK)
    if 2 <= row + column <= 4
)


class Mark(NamedTuple):
    """What a clip's mark says.

    Attributes:
        payload: The bits read.
        confidence: How clearly, in standard deviations of a bit, on average.
    """

    payload: int
    confidence: float

    @property
    def is_present(self) -> bool:
        """Whether there is a mark at all."""
        return self.confidence >= MIN_CONFIDENCE


def payload_of(generation_id: str) -> int:
    """Return the bits that stand for a generation: the start of its id."""
    return int(generation_id[: BITS // 4], 16)


def embed_mark(frames: Pixels, payload: int) -> Pixels:
    """Add the mark to the brightness of [frames, height, width, 3]."""
    _, height, width, _ = frames.shape
    rows, columns = height // BLOCK, width // BLOCK
    bit_of, sign = _spread(rows * columns)
    bits = np.array([1.0 if payload >> bit & 1 else -1.0 for bit in range(BITS)])
    coefficients = np.zeros((rows * columns, BLOCK, BLOCK))
    values = (bits[bit_of] * sign * STRENGTH).reshape(rows * columns, -1)
    for index, (row, column) in enumerate(_FREQUENCIES):
        coefficients[:, row, column] = values[:, index]
    basis = _cosines()
    blocks = (basis.T @ coefficients @ basis).reshape(rows, columns, BLOCK, BLOCK)
    pattern = np.zeros((height, width), np.float32)
    pattern[: rows * BLOCK, : columns * BLOCK] = blocks.swapaxes(1, 2).reshape(
        rows * BLOCK, columns * BLOCK
    )
    marked = frames + pattern[None, :, :, None]
    return np.clip(np.rint(marked), 0, 255).astype(np.uint8)


def read_mark(frames: Pixels) -> Mark:
    """Read the mark of [frames, height, width, 3], of any size and compression."""
    mean = (frames.astype(np.float32) @ _LUMA).mean(axis=0)
    picture = Image.fromarray(mean).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    side = SIZE // BLOCK
    blocks = np.asarray(picture).reshape(side, BLOCK, side, BLOCK).swapaxes(1, 2)
    basis = _cosines()
    found = basis @ blocks.reshape(-1, BLOCK, BLOCK) @ basis.T
    values = np.stack([found[:, row, column] for row, column in _FREQUENCIES], axis=1)
    limited = (LIMIT * values / (np.abs(values) + LIMIT)).ravel()
    bit_of, sign = _spread(side * side)
    sums = np.bincount(bit_of, weights=limited * sign, minlength=BITS)
    spreads = np.sqrt(np.bincount(bit_of, weights=limited**2, minlength=BITS))
    scores = sums / np.maximum(spreads, 1e-6)
    payload = sum(1 << bit for bit in range(BITS) if scores[bit] > 0)
    return Mark(payload, float(np.abs(scores).mean()))


@cache
def _cosines() -> NDArray[np.float64]:
    """The orthonormal cosine transform of a block's side."""
    frequency, place = np.arange(BLOCK)[:, None], np.arange(BLOCK)[None]
    basis = np.cos(np.pi * (2 * place + 1) * frequency / (2 * BLOCK))
    basis *= np.sqrt(2 / BLOCK)
    basis[0] /= np.sqrt(2)
    return basis


@cache
def _spread(blocks: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which bit each coefficient carries, and with which sign."""
    rng = np.random.default_rng(KEY)
    count = blocks * len(_FREQUENCIES)
    return rng.permutation(np.arange(count) % BITS), rng.choice([-1.0, 1.0], count)
