"""The subcommands that the Studio page starts: `reel studio ...` and `reel arena ...`.

They print JSON, one object a line: {"done": 3, "steps": 8} after each step of the
sampler, and the answer last. The engine is named by string and loaded when they run.
"""

import json
import random
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from pipelines.settings import settings
from pipelines.terminal import fail

studio = typer.Typer(no_args_is_help=True, help="What the Studio page runs.")
arena = typer.Typer(no_args_is_help=True, help="Blind votes on two versions' clips.")

PromptArgument = Annotated[str, typer.Argument(help="what to show, in plain English")]
ImageOption = Annotated[Path | None, typer.Option(help="first frame")]
MotionOption = Annotated[Path | None, typer.Option(help="clip whose motion to use")]
TrajectoryOption = Annotated[
    Path | None, typer.Option(help="JSON list of [x, y] in 0..1 to follow")
]


@studio.command()
def price(
    prompt: PromptArgument,
    image: ImageOption = None,
    motion: MotionOption = None,
    trajectory: TrajectoryOption = None,
) -> None:
    """List the models that can make a clip, with credits and words they do not know."""
    try:
        offers = import_module("generation.studio").list_offers(
            prompt, image=image, motion=motion, trajectory=trajectory
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    _say([offer._asdict() for offer in offers])


@studio.command()
def make(
    prompt: PromptArgument,
    image: ImageOption = None,
    motion: MotionOption = None,
    trajectory: TrajectoryOption = None,
    model: Annotated[str, typer.Option(help="model id")] = "sprite-2",
    seed: Annotated[int, typer.Option(help="same seed, same clip")] = 0,
) -> None:
    """Make a clip and print its file, what it took and its events."""
    requests = import_module("generation.request")
    try:
        request = requests.GenerationRequest.create(
            prompt,
            image=image,
            motion=motion,
            trajectory=trajectory,
            model_id=model,
            seed=seed,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    home = settings().home
    engine = import_module("generation.engine")
    try:
        made = engine.generate(request, home=home, on_step=_report)
    except ValueError as error:  # a picture or clip that cannot be read
        raise fail(str(error)) from None
    read_events = import_module("generation.studio").read_job_events
    _say(
        {
            "generation_id": made.generation_id,
            "path": str(made.path),
            "model": request.model_id,
            "credits": made.credits,
            "cost_usd": float(made.cost_usd),
            "run_ms": made.metering.run_ms,
            "unknown_words": made.unknown_words,
            "events": read_events(home, made.generation_id),
        }
    )


@arena.command()
def pair() -> None:
    """Make two versions' clips of one prompt with one seed, in random order."""
    show_pair = import_module("generation.arena").show_pair
    shown = show_pair(settings().home, rng=random.SystemRandom(), on_step=_report)
    _say(
        {
            "pair_id": shown.pair_id,
            "prompt": shown.prompt,
            "left": str(shown.left),
            "right": str(shown.right),
        }
    )


@arena.command()
def vote(
    pair_id: Annotated[str, typer.Argument(help="as `reel arena pair` named it")],
    winner: Annotated[str, typer.Argument(help="left, right or tie")],
) -> None:
    """Say which clip of a pair is better; the answer tells who made them."""
    try:
        cast = import_module("generation.arena").cast_vote(
            settings().home, pair_id, winner=winner
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    _say(cast._asdict())


def _report(done: int, steps: int) -> None:
    _say({"done": done, "steps": steps})


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)
