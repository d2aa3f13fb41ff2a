"""A request for one clip, checked before anything is reserved or run.

Reads the user's trajectory file and the bundled model's word list.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

Mode = Literal["text_to_video", "image_to_video", "motion_control"]
Point = tuple[float, float]

TOKENIZER = Path(__file__).parent / "bundled/weights/v2/tokenizer/tokenizer.json"
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
CLIP_SUFFIXES = (".mp4", ".webm", ".mov", ".gif", ".mkv")
OUTPUT_SUFFIXES = (".mp4", ".webm", ".gif", ".webp", ".png")
MAX_PROMPT_CHARACTERS = 2_500
MAX_IMAGE_BYTES = 20 * 2**20
MAX_CLIP_BYTES = 200 * 2**20
MAX_TRAJECTORY_BYTES = 2**20
MAX_TRAJECTORY_POINTS = 1_000
MAX_STEPS = 100
MAX_GUIDANCE = 20.0
MAX_SEED = 2**63 - 1


class ModelCard(NamedTuple):
    """What a model can make, and how when nobody says.

    Attributes:
        round_seconds: Gives the length it can make that is nearest to another; None if
            it makes one length only.
        reads_prompt: Whether it reads words at all.
    """

    modes: tuple[Mode, ...]
    seconds: float
    resolution: str
    steps: int = 8
    guidance: float = 2.5
    round_seconds: Callable[[float], float] | None = None
    reads_prompt: bool = True


# sprite-1 is the network of sprite-2 with its trajectory channels switched off; with
# them, words alone move a subject too (planner.py).
BUNDLED_MODELS = {
    "sprite-1": ModelCard(("text_to_video", "image_to_video"), 2.0, "384p"),
    "sprite-2": ModelCard(
        ("text_to_video", "image_to_video", "motion_control"), 2.0, "384p"
    ),
}


@dataclass(frozen=True, kw_only=True)
class GenerationRequest:
    """One clip to make; it is valid once it exists.

    Attributes:
        checkpoint: Folder or hub id of a production model; its last part is the
            model's id.
        image: First frame.
        trajectory: Path of the subject, x and y in 0..1, y down.
        reference_clip: Clip whose motion the subject follows, instead of a trajectory.
        guidance_scale: Above 1, how far the prompt is followed; doubles the work.
    """

    prompt: str
    mode: Mode
    model_id: str = "sprite-2"
    checkpoint: str | None = None
    image: Path | None = None
    trajectory: tuple[Point, ...] | None = None
    reference_clip: Path | None = None
    seconds: float = 2.0
    seed: int = 0
    num_inference_steps: int = 8
    guidance_scale: float = 2.5

    @classmethod
    def create(
        cls,
        prompt: str,
        *,
        image: Path | None = None,
        motion: Path | None = None,
        trajectory: Path | Sequence[Point] | None = None,
        seconds: float | None = None,
        model_id: str = "sprite-2",
        seed: int = 0,
        num_inference_steps: int | None = None,
        guidance_scale: float | None = None,
    ) -> "GenerationRequest":
        """Build a request from what a user gives; the mode follows from it.

        A length that a production model cannot make becomes the nearest one it can.
        """
        card = find_model(model_id)
        is_bundled = model_id in BUNDLED_MODELS
        length = card.seconds if seconds is None else seconds
        if card.round_seconds is not None:
            length = card.round_seconds(length)
        points = (
            read_trajectory(trajectory) if isinstance(trajectory, Path) else trajectory
        )
        has_motion = motion is not None or points is not None
        mode: Mode = "text_to_video" if image is None else "image_to_video"
        return cls(
            prompt=prompt,
            mode="motion_control" if has_motion else mode,
            model_id=model_id if is_bundled else name_checkpoint(model_id),
            checkpoint=None if is_bundled else model_id,
            image=image,
            trajectory=None if points is None else tuple((x, y) for x, y in points),
            reference_clip=motion,
            seconds=length,
            seed=seed,
            num_inference_steps=(
                card.steps if num_inference_steps is None else num_inference_steps
            ),
            guidance_scale=card.guidance if guidance_scale is None else guidance_scale,
        )

    def __post_init__(self) -> None:
        """Refuse what cannot be made; the message names the value and the fix."""
        card = self.card
        _check_prompt(self.prompt)
        _check_mode(self, card)
        round_seconds = card.round_seconds or (lambda _: card.seconds)
        if self.seconds != round_seconds(self.seconds):
            raise ValueError(
                f"seconds must be {round_seconds(self.seconds):g} for {self.model_id}, "
                f"got {self.seconds:g}"
            )
        _check_range("seed", self.seed, low=0, high=MAX_SEED)
        _check_range("steps", self.num_inference_steps, low=1, high=MAX_STEPS)
        _check_range("guidance_scale", self.guidance_scale, low=0, high=MAX_GUIDANCE)
        if self.trajectory is not None:
            _check_points(self.trajectory)
        if self.image is not None:
            _check_file(self.image, suffixes=IMAGE_SUFFIXES, limit=MAX_IMAGE_BYTES)
        if self.reference_clip is not None:
            _check_file(
                self.reference_clip, suffixes=CLIP_SUFFIXES, limit=MAX_CLIP_BYTES
            )

    def to_json(self) -> bytes:
        """Write it down for another process, whose working folder may be another."""
        values = {name: _to_plain(value) for name, value in vars(self).items()}
        return json.dumps(values).encode()

    @classmethod
    def from_json(cls, body: bytes) -> "GenerationRequest":
        """Read what `to_json` wrote; its files are checked again."""
        values = json.loads(body)
        for name in ("image", "reference_clip"):
            values[name] = values[name] and Path(values[name])
        if values["trajectory"] is not None:
            values["trajectory"] = tuple((x, y) for x, y in values["trajectory"])
        return cls(**values)

    @property
    def card(self) -> ModelCard:
        """What its model can make."""
        return find_model(self.checkpoint or self.model_id)

    @property
    def resolution(self) -> str:
        """The delivered height, as the price card names it."""
        return self.card.resolution

    @property
    def unknown_words(self) -> list[str]:
        """Words of the prompt that its model was never taught, as far as is known."""
        if self.checkpoint is None:
            return find_unknown_words(self.prompt)
        return [] if self.card.reads_prompt else list_prompt_words(self.prompt)


def find_model(model_id: str) -> ModelCard:
    """Return what a model can make: a bundled one, or the checkpoint of a big one."""
    if model_id in BUNDLED_MODELS:
        return BUNDLED_MODELS[model_id]
    if "/" not in model_id and not Path(model_id).is_dir():
        raise ValueError(
            f"model must be one of {list(BUNDLED_MODELS)}, got {model_id}; "
            "a production model is named by its folder or its hub id, owner/name"
        )
    # Here, not above: it takes seconds to import.
    from generation.backends.door import describe_model

    return describe_model(model_id)


def name_checkpoint(reference: str) -> str:
    """Return the id of a production model: the last part of its folder or hub id."""
    return reference.rstrip("/").rpartition("/")[2]


def read_trajectory(path: Path) -> tuple[Point, ...]:
    """Read a JSON list of [x, y] from a file."""
    _check_file(path, suffixes=(".json",), limit=MAX_TRAJECTORY_BYTES)
    try:
        points = json.loads(path.read_text(encoding="utf-8"))
        return tuple((float(x), float(y)) for x, y in points)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{path} must hold a JSON list of [x, y] pairs, such as "
            f"[[0.2, 0.5], [0.8, 0.5]]: {error}"
        ) from None


def check_output(path: Path) -> str:
    """Return the suffix of a clip's file, or say what can be written."""
    suffix = path.suffix.lower()
    if suffix not in OUTPUT_SUFFIXES:
        raise ValueError(
            f"output must end in one of {', '.join(OUTPUT_SUFFIXES)}, got {path.name}"
        )
    if path.is_dir():
        raise ValueError(f"output must be a file, {path} is a folder")
    return suffix


def list_prompt_words(prompt: str) -> list[str]:
    """Split a prompt as the bundled tokenizer does, without punctuation."""
    return re.findall(r"\w+", unicodedata.normalize("NFKC", prompt).lower())


def find_unknown_words(prompt: str) -> list[str]:
    """Return the words that the bundled model was never taught."""
    known = _known_words()
    return [word for word in list_prompt_words(prompt) if word not in known]


@cache
def _known_words() -> frozenset[str]:
    return frozenset(json.loads(TOKENIZER.read_text())["model"]["vocab"])


def _to_plain(value: object) -> object:
    return str(value.resolve()) if isinstance(value, Path) else value


def _check_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise ValueError("prompt must not be empty; say what to show")
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise ValueError(
            f"prompt must have at most {MAX_PROMPT_CHARACTERS} characters, "
            f"got {len(prompt)}"
        )


def _check_mode(request: GenerationRequest, card: ModelCard) -> None:
    if request.mode not in card.modes:
        able = [
            name
            for name, other in BUNDLED_MODELS.items()
            if request.mode in other.modes
        ]
        raise ValueError(
            f"{request.model_id} cannot do {request.mode}; choose one of {able}"
        )
    sources = (request.trajectory is not None) + (request.reference_clip is not None)
    if sources > 1:
        raise ValueError("give a trajectory or a reference clip, not both")
    if (request.mode == "motion_control") != bool(sources):
        raise ValueError(
            "motion_control needs a trajectory or a reference clip, and they need it; "
            f"got mode {request.mode} with {sources} of them"
        )
    if request.mode == "image_to_video" and request.image is None:
        raise ValueError("image_to_video needs an image")


def _check_points(points: tuple[Point, ...]) -> None:
    if not 1 <= len(points) <= MAX_TRAJECTORY_POINTS:
        raise ValueError(
            f"trajectory must have 1 to {MAX_TRAJECTORY_POINTS} points, "
            f"got {len(points)}"
        )
    for point in points:
        # Written so that NaN is refused too.
        if not all(0 <= value <= 1 for value in point):
            raise ValueError(
                f"trajectory points must be x, y in 0..1 of the picture, got {point}"
            )


def _check_range(name: str, value: float, *, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be {low} to {high}, got {value}")


def _check_file(path: Path, *, suffixes: tuple[str, ...], limit: int) -> None:
    if path.suffix.lower() not in suffixes:
        raise ValueError(f"{path} must be one of {', '.join(suffixes)}")
    if not path.is_file():
        raise ValueError(f"{path} is no file; check the path")
    size = path.stat().st_size
    if not 0 < size <= limit:
        raise ValueError(f"{path} must have 1 to {limit:,} bytes, has {size:,}")
