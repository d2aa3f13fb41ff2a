"""What calibration solves for, and the shape parameters that it holds fixed.

Reads params_<preset>.json beside this file. Writes nothing.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path

PRESETS = ("literal", "consistent")


def parameter_file(preset: str) -> Path:
    """Where the committed parameters of a preset lie."""
    if preset not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}")
    return Path(__file__).with_name(f"params_{preset}.json")


@dataclass(frozen=True)
class Parameters:
    """Levels and rates of the reference company.

    Attributes:
        motion_size: weekly registrations at the height of the viral wave.
        peak_weeks: weeks from a rollout to the height of its wave.
        shape: steepness of the wave.
        direct_effect: true effect of motion control on an exposed user's activity.
        resurrection: how strongly the wave brings old users back.
        activity_first: share of a cohort active one week after registration.
        activity_floor: share of a cohort active after a long time.
        activity_power: speed of the decline between the two.
        intent: willingness to pay at the days of `model.INTENT_DAYS`.
        conversion_us: factor on the conversion of the United States.
        conversion_cn: factor on the conversion of China.
        convert_consumer: weekly hazard of a free active user to take a consumer plan.
        convert_pro: the same for the professional plans.
        convert_motion: the same for the motion control pack.
        novelty_weeks: decay of the motion pack's appeal.
        enterprise_spend: dollars a month of an active API account.
        videos_free: videos of a free active user-week, before `video_level`.
        videos_consumer: of a consumer payer's week.
        videos_pro: of a professional payer's week.
        videos_account: of an API account's week.
        video_level: factor on all videos at the days of `model.VIDEO_DAYS`.
    """

    motion_size: float = 2.2e6
    peak_weeks: float = 2.5
    shape: float = 0.49
    direct_effect: float = 0.18
    resurrection: float = 0.35
    activity_first: float = 0.20
    activity_floor: float = 0.016
    activity_power: float = 0.9
    intent: tuple[float, ...] = (0.8, 1.25, 1.8, 0.6, 0.86, 0.34, 0.46, 1.0)
    conversion_us: float = 1.57
    conversion_cn: float = 0.77
    convert_consumer: float = 0.010
    convert_pro: float = 0.0018
    convert_motion: float = 0.17
    novelty_weeks: float = 2.2
    enterprise_spend: float = 583.0
    videos_free: float = 2.2
    videos_consumer: float = 14.0
    videos_pro: float = 70.0
    videos_account: float = 550.0
    video_level: tuple[float, ...] = (0.83, 0.83, 1.09, 0.51)

    @classmethod
    def load(cls, preset: str) -> "Parameters":
        """The committed, calibrated parameters of a preset."""
        raw = json.loads(parameter_file(preset).read_text())
        for name in ("intent", "video_level"):
            raw[name] = tuple(raw[name])
        return cls(**raw)

    def dump(self) -> str:
        """The parameters as JSON text."""
        raw = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps(raw, indent=1) + "\n"
