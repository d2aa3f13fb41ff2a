"""The adapter table: what each production pipeline takes, and what it makes.

A row is found by the class name that a checkpoint's model_index.json states.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from generation.request import Mode

Control = Literal["vace", "lines", "poses", "conditions", "redraw"]

TEXT: tuple[Mode, ...] = ("text_to_video",)
IMAGE: tuple[Mode, ...] = ("image_to_video",)
MOTION: tuple[Mode, ...] = ("motion_control",)


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Family:
    """One production pipeline.

    Attributes:
        pipeline: Its class in diffusers.
        modes: What it can be asked for; several controls also work without one.
        frame_step: A clip has a multiple of this many frames, and one more.
        frames: Frames of a clip when nobody says how many.
        most_frames: The most that it can make at once; None where nothing forbids more.
        size: Picture when nobody says how large.
        size_multiple: Width and height are multiples of this.
        fps: Frames a second that it was trained on.
        steps: Denoising steps when nobody says how many.
        guidance: How far the prompt is followed when nobody says.
        guidance_argument: Its name for that.
        frames_argument: Its name for the number of frames; None if the control clip
            decides.
        fps_argument: Its name for the frame rate; None if it is not told.
        reads_prompt: Whether it reads words at all.
        control: How motion reaches it; None if it cannot be led.
        follows_trajectory: Whether a drawn path can be turned into its control.
        strength: How much of a given clip is made anew, where it is drawn over.
        codec_in_float32: Whether its image codec loses quality in less.
    """

    pipeline: str
    modes: tuple[Mode, ...]
    frame_step: int
    frames: int
    size: Size
    size_multiple: int
    fps: int
    steps: int
    guidance: float
    most_frames: int | None = None
    guidance_argument: str = "guidance_scale"
    frames_argument: str | None = "num_frames"
    fps_argument: str | None = None
    reads_prompt: bool = True
    control: Control | None = None
    follows_trajectory: bool = False
    strength: float | None = None
    codec_in_float32: bool = False


WAN = Family(
    pipeline="WanPipeline",
    modes=TEXT,
    frame_step=4,
    frames=81,
    size=Size(832, 480),
    size_multiple=16,
    fps=16,
    steps=50,
    guidance=5.0,
    codec_in_float32=True,
)
LTX = Family(
    pipeline="LTXPipeline",
    modes=TEXT,
    frame_step=8,
    frames=121,
    size=Size(704, 480),
    size_multiple=32,
    fps=25,
    steps=50,
    guidance=3.0,
    fps_argument="frame_rate",
)
COGVIDEOX = Family(
    pipeline="CogVideoXPipeline",
    modes=TEXT,
    frame_step=4,
    frames=49,
    size=Size(720, 480),
    size_multiple=16,
    fps=8,
    steps=50,
    guidance=6.0,
)
ANIMATEDIFF = Family(
    pipeline="AnimateDiffPipeline",
    modes=TEXT,
    frame_step=1,
    frames=16,
    most_frames=32,  # as many places in time as its motion module knows
    size=Size(512, 512),
    size_multiple=8,
    fps=8,
    steps=25,
    guidance=7.5,
)
ROWS = (
    WAN,
    replace(WAN, pipeline="WanImageToVideoPipeline", modes=IMAGE),
    replace(
        WAN,
        pipeline="WanVACEPipeline",
        modes=(*TEXT, *IMAGE, *MOTION),
        control="vace",
        follows_trajectory=True,
    ),
    replace(
        WAN,
        pipeline="WanAnimatePipeline",
        modes=MOTION,
        frames=77,
        most_frames=77,  # one segment; longer ones would repeat their steps
        size=Size(1280, 720),
        fps=30,
        steps=20,
        guidance=1.0,
        frames_argument="segment_frame_length",
        control="poses",
    ),
    replace(
        WAN,
        pipeline="WanVideoToVideoPipeline",
        modes=MOTION,
        frames_argument=None,
        control="redraw",
        strength=0.8,
    ),
    LTX,
    replace(LTX, pipeline="LTXImageToVideoPipeline", modes=IMAGE),
    replace(
        LTX,
        pipeline="LTXConditionPipeline",
        modes=(*TEXT, *IMAGE, *MOTION),
        control="conditions",
        strength=0.5,
    ),
    COGVIDEOX,
    replace(COGVIDEOX, pipeline="CogVideoXImageToVideoPipeline", modes=IMAGE),
    replace(
        COGVIDEOX,
        pipeline="CogVideoXFunControlPipeline",
        modes=MOTION,
        frames_argument=None,
        control="lines",
        follows_trajectory=True,
    ),
    replace(
        COGVIDEOX,
        pipeline="CogVideoXVideoToVideoPipeline",
        modes=MOTION,
        frames_argument=None,
        control="redraw",
        strength=0.8,
    ),
    Family(
        pipeline="HunyuanVideoPipeline",
        modes=TEXT,
        frame_step=4,
        frames=129,
        size=Size(1280, 720),
        size_multiple=16,
        fps=24,
        steps=50,
        guidance=6.0,  # distilled: an input of the network, one evaluation a step
    ),
    Family(
        pipeline="MochiPipeline",
        modes=TEXT,
        frame_step=6,
        frames=85,
        size=Size(848, 480),
        size_multiple=16,
        fps=30,
        steps=64,
        guidance=4.5,
    ),
    ANIMATEDIFF,
    replace(
        ANIMATEDIFF,
        pipeline="AnimateDiffVideoToVideoPipeline",
        modes=MOTION,
        frames_argument=None,
        control="redraw",
        strength=0.8,
    ),
    Family(
        pipeline="StableVideoDiffusionPipeline",
        modes=IMAGE,
        frame_step=1,
        frames=25,
        size=Size(1024, 576),
        size_multiple=64,
        fps=7,
        steps=25,
        guidance=3.0,
        guidance_argument="max_guidance_scale",
        fps_argument="fps",
        reads_prompt=False,
    ),
)
FAMILIES = {family.pipeline: family for family in ROWS}


def find_family(model_index: dict[str, Any], network: dict[str, Any]) -> Family:
    """Return the row of a checkpoint.

    Args:
        model_index: What its model_index.json says.
        network: What the config.json of its network says.
    """
    pipeline = model_index.get("_class_name")
    if pipeline not in FAMILIES:
        raise ValueError(
            f"pipeline must be one of {', '.join(sorted(FAMILIES))}, got {pipeline}"
        )
    family = FAMILIES[pipeline]
    if model_index.get("expand_timesteps"):
        # Wan 2.2's 5B network: its codec is twice as coarse, its clips are faster.
        return replace(
            family, frames=121, size=Size(1280, 704), size_multiple=32, fps=24
        )
    if "sample_width" in network:
        # CogVideoX: each network was trained on one size; those of version 1.5 pair
        # their latents, and their clips are faster.
        return replace(
            family,
            frames=network["sample_frames"],
            size=Size(network["sample_width"] * 8, network["sample_height"] * 8),
            fps=16 if network.get("patch_size_t") else family.fps,
        )
    return family


def check_frames(family: Family, frames: int) -> None:
    """Refuse a number of frames that the family cannot make."""
    nearest = list_nearest_frames(family, frames)
    if frames not in nearest:
        step = family.frame_step
        rule = "any number of" if step == 1 else f"{step}k+1"
        most = "" if family.most_frames is None else f", at most {family.most_frames}"
        raise ValueError(
            f"{family.pipeline} makes clips of {rule} frames, at least "
            f"{_fewest(family)}{most}; got {frames}, nearest: "
            f"{' or '.join(map(str, nearest))}"
        )


def round_frames(family: Family, seconds: float) -> int:
    """Return the number of frames that comes nearest to a length."""
    wanted = seconds * family.fps
    nearest = list_nearest_frames(family, round(wanted))
    return min(nearest, key=lambda frames: abs(frames - wanted))


def list_nearest_frames(family: Family, frames: int) -> list[int]:
    """Return the allowed number below and the one above, or the only near one."""
    step = family.frame_step
    fewest = _fewest(family)
    below = max((frames - 1) // step * step + 1, fewest)
    above = max(-((1 - frames) // step) * step + 1, fewest)
    most = above if family.most_frames is None else family.most_frames
    return sorted({min(below, most), min(above, most)})


def check_size(family: Family, size: Size) -> None:
    """Refuse a picture that the family would silently crop."""
    multiple = family.size_multiple
    for name, pixels in zip(("width", "height"), size, strict=True):
        if pixels < multiple or pixels % multiple:
            nearest = max(round(pixels / multiple), 1) * multiple
            raise ValueError(
                f"{name} must be a multiple of {multiple} for {family.pipeline}, "
                f"got {pixels}; the nearest is {nearest}"
            )


def _fewest(family: Family) -> int:
    """One frame is a picture, no clip."""
    return family.frame_step + 1
