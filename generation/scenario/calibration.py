"""Solves the scenario's parameters so that the published figures come out.

Reads nothing. Writes params_<preset>.json when run as a program.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from generation.scenario.measures import measure
from generation.scenario.model import simulate_path
from generation.scenario.parameters import PRESETS, Parameters, parameter_file

MARCH_RUN_RATE = 8.45e6  # US dollars: an annual run-rate above 100 million
TARGETS = {
    "wau_before_launch": 3.0e6,
    "wau_december_mean": 7.7e6 / 2.10,
    "wau_january_peak": 7.7e6,
    "consumer_december": 6e6,
    "pro_december": 8e6,
    "enterprise_december": 6e6,
    "share_us": 0.26,
    "share_cn": 0.29,
    "run_rate_march": MARCH_RUN_RATE,
    "recognised_2025Q1": 150e6,
    "recognised_2025Q2": 250e6,
    "recognised_2025Q3": 300e6,
    "recognised_2025Q4": 340e6,
    "videos_january": 60e6,
    "videos_april": 168e6,
    "videos_december": 600e6,
}
# Published too, but not solved for: what they say about the model is evidence.
CHECKS = {
    "registered_april": 22e6,
    "registered_december": 60e6,
    "videos_april_to_december": 432e6,
}
ITERATIONS = 150
RATIO = 4.5
RATIO_MEASURE = {"literal": "payers_ratio", "consistent": "new_payers_ratio"}


def targets(preset: str) -> dict[str, float]:
    """The 17 fitted figures of a preset."""
    return TARGETS | {RATIO_MEASURE[preset]: RATIO}


def published(preset: str) -> dict[str, float]:
    """All public figures that the company is compared with."""
    return targets(preset) | CHECKS


class Reached(NamedTuple):
    """How near the company comes to a published figure; `error` is relative."""

    figure: str
    target: float
    achieved: float
    error: float
    is_fitted: bool


def compare(preset: str, p: Parameters) -> list[Reached]:
    """The published figures beside those of a set of parameters."""
    figures = measure(simulate_path(p))
    fitted = targets(preset)
    return [
        Reached(name, target, figures[name], figures[name] / target - 1, name in fitted)
        for name, target in published(preset).items()
    ]


def calibrate(
    preset: str,
    *,
    iterations: int = ITERATIONS,
    start: Parameters | None = None,
    on_step: Callable[[int], None] = lambda step: None,
) -> Parameters:
    """Damped multiplicative fixed point: each parameter follows one figure."""
    p = start or Parameters()
    for step in range(iterations):
        p = _step(p, measure(simulate_path(p)), RATIO_MEASURE[preset])
        on_step(step + 1)
    return p


def difference(one: Parameters, other: Parameters) -> float:
    """The largest relative difference between two sets of parameters."""
    pairs = [
        (np.atleast_1d(getattr(p, field.name)) for p in (one, other))
        for field in fields(Parameters)
    ]
    return max(float(np.max(np.abs(a / b - 1))) for a, b in pairs)


def _gain(m: dict[str, float], name: str, power: float) -> float:
    """Damped factor towards a figure's target."""
    return _clip(TARGETS[name] / m[name]) ** power


def _step(p: Parameters, m: dict[str, float], ratio: str) -> Parameters:
    gain = partial(_gain, m)
    mean = m["wau_december_mean"] / TARGETS["wau_december_mean"]
    return replace(
        p,
        activity_floor=p.activity_floor * gain("wau_before_launch", 1.0),
        motion_size=p.motion_size * gain("wau_january_peak", 0.9),
        shape=float(np.clip(p.shape * _clip(mean) ** 3, 0.3, 8)),
        convert_consumer=p.convert_consumer * gain("consumer_december", 0.6),
        convert_pro=p.convert_pro * gain("pro_december", 0.6),
        enterprise_spend=p.enterprise_spend * gain("enterprise_december", 0.8),
        conversion_us=p.conversion_us * gain("share_us", 0.8),
        conversion_cn=p.conversion_cn * gain("share_cn", 0.8),
        convert_motion=p.convert_motion
        * _clip((RATIO - 1) / max(m[ratio] - 1, 0.05)) ** 0.6,
        intent=_intent(p, m),
        video_level=_video_level(p, m),
    )


def _intent(p: Parameters, m: dict[str, float]) -> tuple[float, ...]:
    """Willingness to pay: one node for each quarter, one for March's run-rate."""
    gain = partial(_gain, m)
    rest_wanted = TARGETS["recognised_2025Q1"] / 7.25 - MARCH_RUN_RATE
    rest_now = max(m["recognised_2025Q1"] / 7.25 - m["run_rate_march"], 1e6)
    january = p.intent[2] * _clip(rest_wanted / rest_now) ** 0.8
    return (
        0.45 * january,
        0.70 * january,
        january,
        p.intent[3] * gain("run_rate_march", 0.6),
        p.intent[4] * gain("recognised_2025Q2", 0.8),
        p.intent[5] * gain("recognised_2025Q3", 0.8),
        p.intent[6] * gain("recognised_2025Q4", 0.8),
        1.0,
    )


def _video_level(p: Parameters, m: dict[str, float]) -> tuple[float, ...]:
    names = ("videos_january", "videos_april", "videos_december")
    wanted = np.diff([0.0, *(TARGETS[name] for name in names)])
    now = np.diff([0.0, *(m[name] for name in names)])
    early, spring, autumn = (
        _clip(target / value) ** power
        for target, value, power in zip(wanted, now, (0.5, 0.5, 0.8), strict=True)
    )
    first = p.video_level[1] * early
    return first, first, p.video_level[2] * spring, p.video_level[3] * autumn


def _clip(ratio: float) -> float:
    return float(np.clip(ratio, 0.85, 1.18))


def main() -> None:
    """Solve and store the parameters of every preset."""
    for preset in PRESETS:
        p = calibrate(preset)
        parameter_file(preset).write_text(p.dump())
        for row in compare(preset, p):
            print(
                f"{preset:10s} {row.figure:22s} {row.achieved:16,.3f} {row.error:+.4%}"
            )


if __name__ == "__main__":
    main()
