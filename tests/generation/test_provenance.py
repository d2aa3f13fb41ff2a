"""A clip says that a model made it: in a signed statement, and in the picture."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from generation.media import label_image, write_clip
from generation.provenance import read_statement, sign_clip
from generation.training.world import render, sample_scene
from generation.watermark import embed_mark, payload_of, read_mark

JOB = "c0ffee12-0000-4000-8000-000000000000"
MARK = 0xC0FFEE12


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    """A scene of the world that the model was taught: [16, 48, 48, 3]."""
    frames = render(sample_scene(np.random.default_rng(3))).clip
    return (np.clip(frames, 0, 1) * 255).round().astype(np.uint8)


def read_frames(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return np.stack([frame.to_ndarray(format="rgb24") for frame in frames])


def encode_again(frames: np.ndarray, path: Path, *, crf: int, scale: float) -> None:
    """What a site does to an uploaded clip: smaller, and compressed hard."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=8)
        stream.width = stream.height = round(frames.shape[1] * scale)
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(crf)}
        for pixels in frames:
            image = Image.fromarray(pixels).resize((stream.width, stream.height))
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())


def test_the_mark_survives_compression_and_half_the_size(
    tmp_path: Path, clip: np.ndarray
) -> None:
    write_clip(clip, tmp_path / "a.mp4", fps=8, height=384, mark=payload_of(JOB))
    made = read_frames(tmp_path / "a.mp4")
    assert read_mark(made).payload == MARK
    for crf, scale in ((28, 1.0), (23, 0.5), (28, 0.5)):
        encode_again(made, tmp_path / "b.mp4", crf=crf, scale=scale)
        mark = read_mark(read_frames(tmp_path / "b.mp4"))
        assert (mark.payload, mark.is_present) == (MARK, True), (crf, scale)


def test_an_unmarked_clip_is_not_taken_for_a_marked_one(
    tmp_path: Path, clip: np.ndarray
) -> None:
    write_clip(clip, tmp_path / "a.mp4", fps=8, height=384)
    assert not read_mark(read_frames(tmp_path / "a.mp4")).is_present
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (2, 384, 384, 3)).astype(np.uint8)
    assert not read_mark(noise).is_present


def test_the_mark_is_not_seen(clip: np.ndarray) -> None:
    images = [label_image(Image.fromarray(f).resize((384, 384))) for f in clip]
    plain = np.stack([np.asarray(image) for image in images])
    change = embed_mark(plain, MARK).astype(float) - plain
    quality = 10 * np.log10(255**2 / (change**2).mean())
    assert quality > 44  # decibels; 40 counts as not to be told apart


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".webp", ".png"])
def test_a_statement_is_valid_until_the_file_is_changed(
    tmp_path: Path, clip: np.ndarray, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    write_clip(clip[:4], path, fps=8, height=96)
    assert read_statement(path) is None
    signed = sign_clip(path, home=tmp_path, generation_id=JOB, facts={"seed": 7})
    assert read_statement(path) == (signed, "Valid", JOB)

    changed = bytearray(path.read_bytes())
    changed[-40] ^= 1
    path.write_bytes(bytes(changed))
    statement = read_statement(path)
    assert statement is not None
    assert statement.state == "Invalid"


def test_a_webm_has_no_place_for_a_statement(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    path.write_bytes(b"webm")
    assert sign_clip(path, home=tmp_path, generation_id=JOB, facts={}) is None
    assert path.read_bytes() == b"webm"


def test_the_key_is_its_owners_alone(tmp_path: Path, clip: np.ndarray) -> None:
    write_clip(clip[:2], tmp_path / "a.png", fps=8, height=48)
    sign_clip(tmp_path / "a.png", home=tmp_path, generation_id=JOB, facts={})
    key = tmp_path / "engine" / "identity" / "key.pem"
    assert key.stat().st_mode & 0o077 == 0
