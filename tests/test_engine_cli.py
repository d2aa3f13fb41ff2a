"""The engine's commands as a person or a script meets them."""

import json
from pathlib import Path

import pytest
from PIL import Image


def test_clips_are_quoted_queued_shown_and_cancelled(tmp_path: Path, reel) -> None:
    home = tmp_path / "home"
    batch = tmp_path / "wishes.csv"
    batch.write_text(
        "prompt,account,priority\na red star over lava,ann,\na blue ball,bob,high\n"
    )
    quoted = reel(home, "generate", "--batch", str(batch), "--quote", "--json")
    assert [json.loads(line) for line in quoted.stdout.splitlines()] == [
        {"credits": 2, "unknown_words": ["lava"], "refused_for": None},
        {"credits": 2, "unknown_words": [], "refused_for": None},
    ]
    assert not home.exists()  # a quote reserves nothing

    queued = reel(home, "generate", "--batch", str(batch), "--queue", "--json")
    jobs = [json.loads(line) for line in queued.stdout.splitlines()]
    assert [job["is_new"] for job in jobs] == [True, True]
    ann, bob = (job["generation_id"] for job in jobs)
    assert reel(home, "engine", "cancel", ann).returncode == 0
    again = reel(home, "engine", "cancel", ann)
    assert again.returncode == 1
    assert f"{ann} has ended already: cancelled" in again.stderr.replace("\n", " ")

    one = json.loads(reel(home, "engine", "status", bob, "--json").stdout)
    assert (one["status"], one["priority"], one["position"]) == ("queued", "high", 0)
    assert one["path"] == str(home / "videos" / f"{bob}.mp4")
    table = reel(home, "engine", "status").stdout
    assert [line.split()[2] for line in table.splitlines()[1:]] == [
        *("queued", "cancelled"),
    ]


def test_variations_are_made_here_and_told_as_json(tmp_path: Path, reel) -> None:
    out = tmp_path / "star.webp"
    finished = reel(
        *(tmp_path / "home", "generate", "a red star", "--variations", "2"),
        *("--steps", "1", "--seed", "5", "--json", "-o", str(out)),
    )
    assert finished.returncode == 0, finished.stderr
    clips = [json.loads(line) for line in finished.stdout.splitlines()]
    paths = [Path(clip["path"]) for clip in clips]
    assert paths == [tmp_path / "star-1.webp", tmp_path / "star-2.webp"]
    assert clips[0]["frames_sha256"] != clips[1]["frames_sha256"]
    for path in paths:
        with Image.open(path) as image:
            assert image.n_frames == 16


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["generate"], 2, "give a prompt, or a file"),
        (["generate", "a", "--batch", "b.csv"], 2, "give a prompt, or a file"),
        (["generate", "--batch", "b.csv", "-o", "c.mp4"], 2, "-o is for one prompt"),
        (["generate", "a", "-o", "a.avi"], 2, "must end in one of .mp4"),
        (["generate", "a", "--variations", "0"], 2, "must be 1 to 100, got 0"),
        (["engine", "serve", "--workers", "0"], 2, "workers must be at least 1"),
        (["engine", "cancel", "nothing"], 1, "no job nothing"),
        (["engine", "status", "nothing"], 1, "no job nothing"),
    ],
)
def test_bad_use_of_the_engine_says_what_is_wrong(
    tmp_path: Path, reel, arguments: list[str], code: int, said: str
) -> None:
    finished = reel(tmp_path, *arguments)
    assert finished.returncode == code, finished.stderr
    assert said in " ".join(finished.stderr.replace("│", " ").split())
    assert finished.stdout == ""
