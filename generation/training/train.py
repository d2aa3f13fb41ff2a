"""Train the bundled model: python -m generation.training.train --help.

Reads nothing but its own checkpoint; writes state.pt and progress.json below --folder.
Ctrl-C and SIGTERM save first; a kill loses the minutes since the last checkpoint. The
same command goes on from there.
"""

import argparse
import json
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from torch import Tensor

from generation.training.batches import draw_batch
from generation.training.checkpoint import (
    TrainingState,
    adopt_weights,
    averaged_weights,
    make_models,
    name_weights,
    restore_state,
    save_state,
)
from generation.training.losses import (
    denoising_errors,
    draw_noise_levels,
    subject_errors,
)
from generation.training.muon import Muon

LEARNING_RATE = 1e-3  # AdamW
TEXT_RATE = 3e-3  # rare words get few gradients
MUON_RATE = 0.02
AVERAGE_DECAY = 0.998
SHORT_FRAMES, LONG_FRAMES = 4, 16
SHORT_BATCH, LONG_BATCH = 24, 8
TRAJECTORY_SHOWN = 0.7  # share of the clips; the engine plans one for nearly every clip
LAYERS = ("transformer.subject.", "transformer.background.", "transformer.locate.")
VALIDATION_LEVELS = (0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.93, 1.0)


@dataclass(frozen=True)
class Plan:
    """How long to train; the earlier of both budgets ends it.

    Attributes:
        short_share: Part of the budget spent on 4-frame clips (colour and shape).
        mixed_share: Until this part, every other batch is still of 4-frame clips.
        subject_share: Part of the budget, at its beginning, spent on the subject layer
            alone: without the transformer a step takes a tenth of the time.
        is_body_kept: Whether all but the layers of the clip stay as they are.
        rate: Share of the full learning rates; a run that goes on from trained
            weights takes less than 1.
        start_from: Exported model whose weights the run begins with.
    """

    folder: Path
    cpu_minutes: float
    wall_minutes: float
    checkpoint_minutes: float
    short_share: float
    mixed_share: float
    seed: int
    dtype: torch.dtype
    subject_share: float = 0.0
    is_body_kept: bool = False
    rate: float = 1.0
    start_from: Path | None = None

    def progress(self, state: TrainingState) -> float:
        """Return the used share of the budget, 0..1."""
        used_cpu = state.spent_seconds / (60 * self.cpu_minutes)
        used_wall = state.elapsed_seconds / (60 * self.wall_minutes)
        return min(1.0, max(used_cpu, used_wall))


def train(plan: Plan) -> TrainingState:
    """Train until the plan's budget is used up, from the last checkpoint if any."""
    state = start_state(plan)
    if restore_state(state, plan.folder):
        print(f"resumed at step {state.step}, {plan.progress(state):.0%} of the budget")
    elif plan.start_from:
        untrained = adopt_weights(state, plan.start_from)
        print(f"begun from {plan.start_from}; untrained: {', '.join(untrained)}")
    next_save = state.elapsed_seconds + 60 * plan.checkpoint_minutes
    cpu, wall = time.process_time(), time.monotonic()
    running_loss = float("nan")
    with _progress_bar() as bar:
        task = bar.add_task("training", total=1.0, loss="")
        try:
            while (share := plan.progress(state)) < 1:
                loss = take_step(state, plan, share=share)
                now_cpu, now_wall = time.process_time(), time.monotonic()
                state.spent_seconds += now_cpu - cpu
                state.elapsed_seconds += now_wall - wall
                cpu, wall = now_cpu, now_wall
                running_loss = _smooth(running_loss, loss)
                bar.update(task, completed=share, loss=f"loss {running_loss:.4f}")
                if state.elapsed_seconds >= next_save:
                    record(state, plan, loss=running_loss)
                    next_save = state.elapsed_seconds + 60 * plan.checkpoint_minutes
        except KeyboardInterrupt:
            print("stopped; the same command goes on from here")
    record(state, plan, loss=running_loss)
    return state


def start_state(plan: Plan) -> TrainingState:
    """Build the untrained state: Muon for the blocks' matrices, AdamW for the rest."""
    transformer, text_encoder, tokenizer = make_models(seed=plan.seed)
    named = name_weights(transformer, text_encoder)
    for name, weight in named.items():
        weight.requires_grad_(name.startswith(LAYERS) or not plan.is_body_kept)
    matrices = {n for n, p in named.items() if ".blocks." in n and p.ndim == 2}
    matrices -= {n for n in matrices if n.endswith("modulation_offset")}
    text = {n for n in named if n.startswith(("text.", "transformer.text_"))}
    plain = [p for n, p in named.items() if n not in matrices | text]
    groups = [
        {"params": plain, "lr": LEARNING_RATE},
        {"params": [named[n] for n in sorted(text)], "lr": TEXT_RATE},
    ]
    adam = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    muon = Muon(
        [p for n, p in named.items() if n in matrices],
        lr=MUON_RATE,
        compute_dtype=plan.dtype,
    )
    for optimizer in (adam, muon):
        for group in optimizer.param_groups:
            group["full_lr"] = group["lr"]
    return TrainingState(
        transformer=transformer,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        optimizers=[adam, muon],
        average={n: p.detach().clone() for n, p in named.items()},
        rng=np.random.default_rng(plan.seed),
    )


def take_step(state: TrainingState, plan: Plan, *, share: float) -> float:
    """Draw a batch, descend once, and follow with the moving average."""
    count, frames = choose_batch(plan, step=state.step, share=share)
    batch = draw_batch(
        state.rng, count=count, frames=frames, trajectory_shown=TRAJECTORY_SHOWN
    )
    level = draw_noise_levels(len(batch.captions))
    measure = subject_errors if share < plan.subject_share else denoising_errors
    loss = measure(state, batch, level=level, dtype=plan.dtype).mean()
    loss.backward()

    rate = plan.rate * learning_rate_share(state.step, share)
    weights: list[Tensor] = list(state.weights().values())
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    for optimizer in state.optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["full_lr"] * rate
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    decay = min(AVERAGE_DECAY, (1 + state.step) / (10 + state.step))
    averages = [state.average[name] for name in state.weights()]
    with torch.no_grad():
        torch._foreach_lerp_(averages, weights, 1 - decay)
    state.step += 1
    state.clips += len(batch.captions)
    return float(loss.detach())


def choose_batch(plan: Plan, *, step: int, share: float) -> tuple[int, int]:
    """Clips and frames of a step: short, then in turns, then whole clips only."""
    is_turn = share < plan.mixed_share and step % 2 == 0
    if share < max(plan.short_share, plan.subject_share) or is_turn:
        return SHORT_BATCH, SHORT_FRAMES
    return LONG_BATCH, LONG_FRAMES


def learning_rate_share(step: int, share: float) -> float:
    """Warm up over 60 steps, stay, and fall in a line over the budget's last half."""
    decay = 1.0 if share < 0.5 else max(0.02, 2 * (1 - share))
    return min(1.0, (step + 1) / 60) * decay


def record(state: TrainingState, plan: Plan, *, loss: float) -> None:
    """Validate, save the checkpoint and append the figures to progress.json."""
    by_level = validate(state, dtype=plan.dtype)
    figures = {
        "step": state.step,
        "clips": state.clips,
        "cpu_minutes": round(state.spent_seconds / 60, 2),
        "wall_minutes": round(state.elapsed_seconds / 60, 2),
        "training_loss": round(loss, 5),
        "validation_loss": round(float(np.mean(list(by_level.values()))), 5),
    }
    figures.update({f"at_{level}": round(e, 5) for level, e in by_level.items()})
    state.history.append(figures)
    save_state(state, plan.folder)
    (plan.folder / "progress.json").write_text(json.dumps(state.history, indent=1))
    print(json.dumps(figures), flush=True)


def validate(state: TrainingState, *, dtype: torch.dtype) -> dict[float, float]:
    """Velocity error of the averaged weights at each noise level, on fixed clips."""
    rng, levels = np.random.default_rng(10_000), torch.tensor(VALIDATION_LEVELS)
    kept = torch.get_rng_state()
    torch.manual_seed(1)
    total = torch.zeros(len(levels))
    with torch.no_grad(), averaged_weights(state):
        for _ in range(6):
            batch = draw_batch(rng, count=len(levels), frames=LONG_FRAMES)
            total += denoising_errors(state, batch, level=levels, dtype=dtype) / 6
    torch.set_rng_state(kept)
    return dict(zip(VALIDATION_LEVELS, total.tolist(), strict=True))


def fastest_dtype() -> torch.dtype:
    """bfloat16 where the CPU multiplies it in hardware, else float32."""
    has_tiles = torch.cpu._is_amx_tile_supported()
    is_fast = has_tiles or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if is_fast else torch.float32


def _smooth(average: float, value: float) -> float:
    return value if average != average else 0.98 * average + 0.02 * value


def _progress_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}% {task.fields[loss]}"),
        TimeElapsedColumn(),
    )


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description="Train the bundled video model.")
    parser.add_argument("--folder", type=Path, default=Path("data/training/sprite-2"))
    parser.add_argument("--cpu-minutes", type=float, default=65)
    parser.add_argument("--wall-minutes", type=float, default=600)
    parser.add_argument("--checkpoint-minutes", type=float, default=3)
    parser.add_argument("--short-share", type=float, default=0.45)
    parser.add_argument("--mixed-share", type=float, default=0.75)
    parser.add_argument("--subject-share", type=float, default=0.15)
    parser.add_argument("--keep-body", dest="is_body_kept", action="store_true")
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--start-from", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    chosen = vars(parser.parse_args())
    torch.set_num_threads(chosen.pop("threads"))
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    train(Plan(**chosen, dtype=fastest_dtype()))


if __name__ == "__main__":
    main()
