"""A production model through the engine: priced, made, written, metered, refunded."""

import math
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import av
import msgspec
import pytest

from generation.backends.checkpoints import find_checkpoint
from generation.backends.compute_card import estimate_cost, read_compute_card
from generation.backends.door import describe_model, load_production
from generation.credits import find_rate
from generation.engine import GenerationCancelled, generate
from generation.events import (
    AnyEvent,
    CreditsRefunded,
    GenerationFinished,
    GenerationSubmitted,
)
from generation.request import GenerationRequest


@pytest.fixture
def folder(tiny: Callable[[str], Path], tmp_path: Path) -> Path:
    """A tiny model under the name of a published one, which has a price."""
    place = tmp_path / "models" / "CogVideoX-2b"
    return Path(shutil.copytree(tiny("cogvideox"), place))


def spooled(home: Path) -> list[AnyEvent]:
    return [
        msgspec.json.decode(line, type=AnyEvent)
        for path in sorted((home / "landing" / "engine").glob("*.ndjson"))
        for line in path.read_bytes().splitlines()
    ]


def test_a_production_clip_is_written_and_metered(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    request = GenerationRequest.create(
        "a cat runs", model_id=str(folder), num_inference_steps=2
    )
    result = generate(request, home=home)
    with av.open(str(result.path)) as container:
        frames = list(container.decode(video=0))
        assert float(container.streams.video[0].average_rate) == 8
    assert [(frame.width, frame.height) for frame in frames] == [(16, 16)] * 9
    events = spooled(home)
    submitted = next(e for e in events if isinstance(e, GenerationSubmitted))
    assert (submitted.model_id, submitted.resolution) == ("CogVideoX-2b", "480p")
    assert submitted.unknown_word_count == 0  # its vocabulary is not known
    finished = next(e for e in events if isinstance(e, GenerationFinished))
    assert finished.status == "succeeded"
    assert (finished.num_frames, finished.nfe) == (9, 4)  # 2 steps with guidance
    assert finished.video_seconds == 9 / 8
    assert finished.charged_credits == 2  # 1.125 s at 1 a second, a part is a whole
    assert finished.flops is not None
    assert finished.flops > 1e6
    assert (finished.num_inference_steps, finished.guidance_scale) == (2, 6.0)
    # .36 USD/h is a tenth of a micro-dollar a millisecond.
    assert finished.cost_micros == pytest.approx(finished.busy_ms * 0.1, abs=1)
    assert (finished.width, finished.height, finished.fps) == (16, 16, 8)
    assert (finished.backend, finished.pipeline_class) == (
        "diffusers",
        "CogVideoXPipeline",
    )
    assert not [event for event in events if str(tmp_path) in str(event)]


def test_a_cancelled_production_clip_is_refunded(folder: Path, tmp_path: Path) -> None:
    request = GenerationRequest.create("a cat", model_id=str(folder))

    def cancel(done: int, total: int) -> None:
        assert (done, total) == (1, 50)
        raise GenerationCancelled

    with pytest.raises(GenerationCancelled):
        generate(request, home=tmp_path / "home", on_step=cancel)
    events = spooled(tmp_path / "home")
    ends = [event for event in events if isinstance(event, GenerationFinished)]
    assert [end.status for end in ends] == ["cancelled"]
    refunds = [event for event in events if isinstance(event, CreditsRefunded)]
    assert [refund.refunded_credits for refund in refunds] == [2]


def test_a_length_becomes_the_nearest_that_can_be_made_and_is_charged(
    tiny: Callable[[str], Path],
) -> None:
    request = GenerationRequest.create("a cat", model_id=str(tiny("wan")), seconds=5)
    assert request.seconds == 81 / 16  # 80 frames are none of 4k + 1
    assert (request.num_inference_steps, request.guidance_scale) == (50, 5.0)
    assert GenerationRequest.create("a cat", seconds=2).num_inference_steps == 8


def test_words_that_a_family_does_not_read_are_unknown(
    tiny: Callable[[str], Path], tmp_path: Path
) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(b"not read yet")
    request = GenerationRequest.create(
        "a red cat", model_id=str(tiny("svd")), image=image
    )
    assert request.unknown_words == ["a", "red", "cat"]


def test_a_model_without_a_price_is_refused_before_anything_runs(
    tiny: Callable[[str], Path], tmp_path: Path
) -> None:
    request = GenerationRequest.create("a cat", model_id=str(tiny("mochi")))
    with pytest.raises(ValueError, match="no price for mochi"):
        generate(request, home=tmp_path)


def test_production_prices_are_twice_the_computing_cost() -> None:
    day = date(2026, 11, 1)
    for clip in read_compute_card():
        tier = next(tier for tier in (480, 720) if clip.height <= tier)
        cost = estimate_cost(clip, "h100-sxm", on=day).usd_per_video_second
        mode = "motion_control" if "Animate-" in clip.model_id else "text_to_video"
        if "Image" in clip.pipeline or "Stable" in clip.pipeline:
            mode = "image_to_video"
        rate = find_rate(clip.model_id, mode, resolution=f"{tier}p", on=day)
        assert rate.credits_per_second == math.ceil(cost * 2 * 100)  # a credit: a cent


def test_a_setting_that_means_nothing_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REEL_OFFLOAD", "disk")
    with pytest.raises(ValueError, match="REEL_OFFLOAD must be one of none, model"):
        load_production(str(folder))


def test_a_card_says_what_the_checkpoint_can_make(tiny: Callable[[str], Path]) -> None:
    card = describe_model(str(tiny("wan_vace")))
    family = find_checkpoint(str(tiny("wan_vace"))).family
    assert card.modes == family.modes
    assert card.seconds == 81 / 16
    assert card.resolution == "480p"
