"""The clip world and the training loop, on a budget of seconds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generation.bundled.pipeline import load_pipeline
from generation.training.batches import draw_batch
from generation.training.checkpoint import (
    adopt_weights,
    averaged_weights,
    restore_state,
)
from generation.training.export import export
from generation.training.muon import Muon, orthogonalize
from generation.training.train import (
    SHORT_BATCH,
    Plan,
    choose_batch,
    learning_rate_share,
    record,
    start_state,
    take_step,
)
from generation.training.vocabulary import MOTIONS, list_words
from generation.training.world import render, sample_scene, write_caption

torch.set_num_threads(1)


def plan(folder: Path) -> Plan:
    return Plan(
        folder=folder,
        cpu_minutes=10,
        wall_minutes=10,
        checkpoint_minutes=10,
        short_share=0.2,
        mixed_share=0.2,
        seed=0,
        dtype=torch.float32,
    )


def test_a_seed_draws_the_same_scene_and_clip_again() -> None:
    scenes = [sample_scene(np.random.default_rng(4)) for _ in range(2)]
    assert scenes[0].caption == scenes[1].caption
    np.testing.assert_array_equal(render(scenes[0])[0], render(scenes[1])[0])


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_subject_never_leaves_the_picture(motion: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        path = sample_scene(rng, motion=motion).trajectory
        assert path.min() >= 0.15
        assert path.max() <= 0.85


def test_the_subject_is_drawn_where_its_trajectory_says() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        clip, _, disc, _ = render(sample_scene(rng, motion="path"))
        spread = clip.max(axis=-1) - clip.min(axis=-1)
        assert (spread > 0.5)[disc == 0].sum() == 0  # nothing saturated elsewhere
        assert (spread > 0.5)[disc == 1].any()


def test_every_caption_is_made_of_known_words() -> None:
    rng, known = np.random.default_rng(0), set(list_words())
    for _ in range(500):
        words = sample_scene(rng).caption.split()
        assert set(words) <= known
        assert len(words) <= 15  # with the end token, what the model reads


def test_the_plain_caption_says_everything() -> None:
    parts = {
        "size": "big",
        "texture": "striped",
        "color": "red",
        "shape": "star",
        "motion": "bounce",
        "background": "sand",
    }
    assert write_caption(parts) == "a big striped red star bounces on desert sand"


def test_a_short_batch_holds_the_beginning_of_its_motions() -> None:
    long = draw_batch(np.random.default_rng(8), count=4, frames=16)
    short = draw_batch(np.random.default_rng(8), count=4, frames=4)
    torch.testing.assert_close(long.clips[:, :, :4], short.clips)
    torch.testing.assert_close(long.condition[:, :, :4], short.condition)
    assert long.captions == short.captions


@pytest.mark.parametrize("shape", [(1, 8, 24), (3, 24, 8)])
def test_muon_brings_every_singular_value_near_one(shape: tuple[int, ...]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalize(matrix))
    assert values.min() > 0.7
    assert values.max() < 1.3


def test_muon_descends() -> None:
    weight, target = torch.nn.Parameter(torch.zeros(4, 4)), 2 * torch.eye(4)
    muon = Muon([weight], lr=0.1, weight_decay=0.0)
    losses = []
    for _ in range(50):
        loss = ((weight - target) ** 2).sum()
        losses.append(loss.item())
        loss.backward()
        muon.step()
        muon.zero_grad()
    assert losses[-1] < 0.2 * losses[0]  # 20 steps of 0.1 reach it, then it swings


def test_the_learning_rate_warms_up_stays_and_falls() -> None:
    assert learning_rate_share(0, 0.0) == pytest.approx(1 / 60)
    assert learning_rate_share(500, 0.4) == 1
    assert learning_rate_share(500, 0.75) == pytest.approx(0.5)
    assert learning_rate_share(500, 1.0) == pytest.approx(0.02)


def test_a_resumed_run_takes_the_same_step_as_one_that_went_on(tmp_path: Path) -> None:
    state = start_state(plan(tmp_path))
    take_step(state, plan(tmp_path), share=0.0)
    record(state, plan(tmp_path), loss=1.0)
    on = take_step(state, plan(tmp_path), share=0.0)

    resumed = start_state(plan(tmp_path))
    assert restore_state(resumed, tmp_path)
    assert (resumed.step, resumed.clips) == (1, SHORT_BATCH)
    assert take_step(resumed, plan(tmp_path), share=0.0) == on
    for name, weight in state.weights().items():
        torch.testing.assert_close(weight, resumed.weights()[name], rtol=0, atol=0)


def test_clips_are_short_then_in_turns_then_whole(tmp_path: Path) -> None:
    mixed = replace(plan(tmp_path), short_share=0.4, mixed_share=0.7)
    short, whole = (24, 4), (8, 16)  # clips, frames
    for share, expected in (
        (0.39, [short, short]),
        (0.41, [short, whole]),
        (0.71, [whole, whole]),
    ):
        steps = [choose_batch(mixed, step=step, share=share) for step in (100, 101)]
        assert steps == expected


def test_a_kept_body_stays_and_the_layers_learn(tmp_path: Path) -> None:
    kept = replace(plan(tmp_path), is_body_kept=True, subject_share=0.5)
    state = start_state(kept)
    before = {name: w.detach().clone() for name, w in state.weights().items()}
    changed = []
    for share in (0.4, 0.6):  # the subject alone, then all layers
        take_step(state, kept, share=share)
        names = [n for n, w in state.weights().items() if not torch.equal(w, before[n])]
        changed.append({name.split(".")[1] for name in names})
    assert changed == [{"subject"}, {"subject", "background", "locate"}]


def test_a_run_begins_from_an_exported_model(tmp_path: Path) -> None:
    state = start_state(plan(tmp_path))
    record(state, plan(tmp_path), loss=1.0)
    export(tmp_path, tmp_path / "model")
    other = start_state(replace(plan(tmp_path), seed=1))
    assert adopt_weights(other, tmp_path / "model") == []
    for name, weight in state.weights().items():
        halved = weight.half().float()
        torch.testing.assert_close(other.weights()[name], halved, rtol=0, atol=0)
        torch.testing.assert_close(other.average[name], halved, rtol=0, atol=0)


def test_a_checkpoint_exports_its_averaged_weights(tmp_path: Path) -> None:
    state = start_state(plan(tmp_path))
    take_step(state, plan(tmp_path), share=0.0)
    record(state, plan(tmp_path), loss=1.0)
    export(tmp_path, tmp_path / "model")
    loaded = load_pipeline(tmp_path / "model").transformer.embed.weight
    with averaged_weights(state):
        averaged = state.transformer.embed.weight.detach().clone()
    torch.testing.assert_close(loaded, averaged.half().float(), rtol=0, atol=0)
    assert not torch.equal(averaged, state.transformer.embed.weight)
