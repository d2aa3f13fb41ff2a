"""What training descends on: velocity errors at random noise levels.

Reads and writes nothing.
"""

import torch
from torch import Tensor

from generation.bundled.transformer import pool_words, time_features
from generation.training.batches import Batch
from generation.training.checkpoint import TrainingState
from generation.training.world import SIZE

WEIGHT_FLOOR = 0.4  # below this noise level 1/t^2 would drown the semantic levels
PURE_NOISE = 0.12  # the log-normal draw alone never reaches t = 1
NEAR_WEIGHT = 5.0  # inside and outside the outline alike, or holes fill up
PLACE_WEIGHT = 0.3  # of the squared miss of the place found, in widths


def draw_noise_levels(count: int) -> Tensor:
    """Noise levels [count]: logistic-normal towards the noisy end, some exactly 1."""
    level = torch.sigmoid(torch.randn(count) + 0.8)
    return torch.where(torch.rand(count) < PURE_NOISE, torch.ones(count), level)


def denoising_errors(
    state: TrainingState, batch: Batch, *, level: Tensor, dtype: torch.dtype
) -> Tensor:
    """Velocity errors of a batch [batch], those near the subject weighted up."""
    states, mask = encode(state, batch.captions)
    noisy = add_noise(batch.clips, level)
    with torch.autocast("cpu", dtype=dtype, enabled=dtype != torch.float32):
        clean, found, opacity = state.transformer.predict(
            noisy, level, states, mask, batch.condition, batch.trajectory
        )
    missed = ((found / SIZE - batch.trajectory) ** 2).sum(-1).mean(1)
    return (
        weigh_errors(clean - batch.clips, batch, level=level)
        + weigh_errors(opacity - batch.coverage, batch, level=level)
        + PLACE_WEIGHT * missed
    )


def subject_errors(
    state: TrainingState, batch: Batch, *, level: Tensor, dtype: torch.dtype
) -> Tensor:
    """Velocity errors of the subject layer alone, over the true backdrop."""
    pooled = pool_words(*encode(state, batch.captions))
    noisy = add_noise(batch.clips, level)
    with torch.autocast("cpu", dtype=dtype, enabled=dtype != torch.float32):
        subject = state.transformer.subject(
            noisy,
            batch.trajectory * SIZE,
            pooled,
            time_features(level),
            is_given=torch.ones_like(level),
        )
    clean = batch.backdrop * (1 - subject.opacity) + subject.color
    return weigh_errors(clean - batch.clips, batch, level=level) + weigh_errors(
        subject.opacity - batch.coverage, batch, level=level
    )


def encode(state: TrainingState, captions: list[str]) -> tuple[Tensor, Tensor]:
    """Turn captions into word vectors [batch, words, text_dim] and their mask."""
    words = state.tokenizer(
        captions, padding="max_length", truncation=True, return_tensors="pt"
    )
    states = state.text_encoder(input_ids=words.input_ids).last_hidden_state
    return states, words.attention_mask


def add_noise(clips: Tensor, level: Tensor) -> Tensor:
    """Move clips towards noise, each by its level in 0..1."""
    t = level.view(-1, 1, 1, 1, 1)
    return (1 - t) * clips + t * torch.randn_like(clips)


def weigh_errors(errors: Tensor, batch: Batch, *, level: Tensor) -> Tensor:
    """Weigh the squares of a clip's errors by noise level and place: [batch]."""
    errors = errors.float() ** 2 * (1 + NEAR_WEIGHT * batch.near)
    return errors.mean((1, 2, 3, 4)) / level.clamp(min=WEIGHT_FLOOR) ** 2
