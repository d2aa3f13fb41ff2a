"""Files that clips are written to and read from."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from generation.media import (
    LABEL,
    hash_frames,
    label_image,
    read_image,
    read_reference_clip,
    write_clip,
)


def moving_square(frames: int = 16, size: int = 48) -> np.ndarray:
    clip = np.full((frames, size, size, 3), 90, np.uint8)
    for index in range(frames):
        clip[index, 20:30, 2 * index : 2 * index + 10] = (230, 40, 40)
    return clip


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_written_clip_decodes_to_all_its_frames(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    assert write_clip(moving_square(), path, fps=8, height=384) == path.stat().st_size
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode()]
        assert container.streams.video[0].average_rate == 8
    assert len(frames) == 16
    assert frames[0].shape == (384, 384, 3)
    # the square's middle in frame 8: pixels x 16..25, y 20..29, enlarged eight times
    np.testing.assert_allclose(frames[8][200, 168], (230, 40, 40), atol=25)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_a_moving_picture_keeps_its_frames(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_clip(moving_square(), path, fps=8, height=96)
    with Image.open(path) as image:
        assert (image.n_frames, image.size) == (16, (96, 96))
        image.seek(8)
        pixel = image.convert("RGB").getpixel((42, 50))
    # the square's middle in frame 8: pixels x 16..25, y 20..29, enlarged twice
    np.testing.assert_allclose(pixel, (230, 40, 40), atol=25)


def test_the_same_frames_give_the_same_mp4_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write_clip(moving_square(), tmp_path / name, fps=8, height=384)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_every_frame_carries_a_visible_label() -> None:
    plain = Image.new("RGB", (384, 384), (120, 120, 120))
    change = np.abs(np.asarray(label_image(plain), int) - np.asarray(plain, int))
    assert LABEL == "AI generated"
    assert change[340:, 250:].max() > 100  # lower right corner
    assert change[:330, :].max() == 0


def test_an_unknown_format_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match=r"\.mp4, .*got clip.avi"):
        write_clip(moving_square(), tmp_path / "clip.avi", fps=8, height=96)
    assert list(tmp_path.iterdir()) == []


def test_the_hash_of_frames_changes_with_one_pixel() -> None:
    clip = moving_square()
    before = hash_frames(clip)
    assert before == hash_frames(clip.copy())
    clip[3, 3, 3, 0] += 1
    assert hash_frames(clip) != before


def test_a_reference_clip_is_read_as_small_square_frames(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_clip(moving_square(), path, fps=8, height=384)
    clip = read_reference_clip(path)
    assert clip.frames.shape == (16, 96, 96, 3)
    assert clip.seconds == pytest.approx(15 / 8)


def test_broken_and_endless_files_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    with pytest.raises(ValueError, match=r"broken.mp4 is no clip"):
        read_reference_clip(broken)
    with pytest.raises(ValueError, match=r"broken.mp4 is no picture"):
        read_image(broken)
    still = tmp_path / "still.gif"
    write_clip(moving_square(1), still, fps=8, height=48)
    with pytest.raises(ValueError, match="has 1 frames; motion needs at least 2"):
        read_reference_clip(still)
    slow = tmp_path / "slow.mp4"
    write_clip(moving_square(40), slow, fps=1, height=48)
    with pytest.raises(ValueError, match="longer than 30 seconds"):
        read_reference_clip(slow)
