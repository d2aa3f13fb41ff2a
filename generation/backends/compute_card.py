"""What a clip of a published production model computes, takes and costs.

Reads data/reference/compute_card.csv, which count_costs.py writes, and
device_speed.csv. `python -m generation.backends.compute_card` prints the estimates.
"""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from generation.credits import REFERENCE, cost_usd

CARD = REFERENCE / "compute_card.csv"
SPEEDS = REFERENCE / "device_speed.csv"


class ClipCompute(NamedTuple):
    """One row of the compute card: a common clip of a published model.

    Attributes:
        evaluations: Of the network for one clip; guidance doubles the steps.
        parameters_million: Of the network that the steps evaluate.
        evaluation_tflop: Operations of one evaluation, in 10^12.
        decoding_tflop: Operations of turning the latents into pictures.
    """

    model_id: str
    pipeline: str
    width: int
    height: int
    frames: int
    fps: int
    evaluations: int
    parameters_million: int
    evaluation_tflop: float
    decoding_tflop: float

    @property
    def clip_tflop(self) -> float:
        """Operations of the whole clip, without its text encoder."""
        return self.evaluations * self.evaluation_tflop + self.decoding_tflop

    @property
    def video_seconds(self) -> float:
        """Length of the clip."""
        return self.frames / self.fps


class ClipCost(NamedTuple):
    """What a clip should take on a device."""

    device: str
    seconds: float
    usd: Decimal
    usd_per_video_second: Decimal


@cache
def read_compute_card(path: Path = CARD) -> tuple[ClipCompute, ...]:
    """Read every row of the card."""
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(
            ClipCompute(
                *(
                    convert(row[name])
                    for name, convert in ClipCompute.__annotations__.items()
                )
            )
            for row in csv.DictReader(file)
        )


@cache
def read_device_speeds(path: Path = SPEEDS) -> dict[str, float]:
    """Read the operations a second that each device reached, in 10^12."""
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["device"]: float(row["effective_tflops"])
            for row in csv.DictReader(file)
        }


def estimate_cost(clip: ClipCompute, device: str, *, on: date) -> ClipCost:
    """Estimate the time and the cost of a clip on one device."""
    speeds = read_device_speeds()
    if device not in speeds:
        raise ValueError(f"no speed for {device!r}; known devices: {sorted(speeds)}")
    seconds = clip.clip_tflop / speeds[device]
    usd = cost_usd(device, busy_seconds=seconds, on=on)
    return ClipCost(device, seconds, usd, usd / Decimal(str(clip.video_seconds)))


def main() -> None:
    """Print what each clip should cost on each device whose speed is known."""
    today = datetime.now(UTC).date()
    print("| model | clip | PFLOP | device | time, s | USD | USD a video second |")
    print("|---|---|---|---|---|---|---|")
    for clip in read_compute_card():
        for device in read_device_speeds():
            cost = estimate_cost(clip, device, on=today)
            print(
                f"| {clip.model_id} | {clip.width}x{clip.height}x{clip.frames} "
                f"| {clip.clip_tflop / 1000:.1f} | {device} | {cost.seconds:.0f} "
                f"| {cost.usd:.3f} | {cost.usd_per_video_second:.3f} |"
            )


if __name__ == "__main__":
    main()
