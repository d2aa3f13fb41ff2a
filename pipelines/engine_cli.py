"""The commands of the engine: `reel generate` and `reel engine ...`.

Machine-readable output goes to stdout alone; progress and messages go to stderr.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

engine = typer.Typer(no_args_is_help=True, help="The queue of clips and its workers.")

JsonOption = Annotated[bool, typer.Option("--json", help="one JSON object a clip")]
JobArgument = Annotated[str, typer.Argument(help="the generation's id")]


class Urgency(StrEnum):
    """How a job stands in the queue."""

    STANDARD = "standard"
    HIGH = "high"


def generate(
    prompt: Annotated[
        str | None, typer.Argument(help="what to show, in plain English")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option(help="JSON lines or CSV with a clip a line")
    ] = None,
    image: Annotated[Path | None, typer.Option(help="first frame")] = None,
    motion: Annotated[
        Path | None, typer.Option(help="clip whose motion to use")
    ] = None,
    trajectory: Annotated[
        Path | None, typer.Option(help="JSON list of [x, y] in 0..1 to follow")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="length of the clip")] = None,
    model: Annotated[str, typer.Option(help="model id")] = "sprite-2",
    seed: Annotated[int, typer.Option(help="same seed, same clip")] = 0,
    steps: Annotated[int, typer.Option(help="more steps, sharper and slower")] = 8,
    variations: Annotated[int, typer.Option(help="clips with seeds from SEED on")] = 1,
    account: Annotated[str, typer.Option(help="who asks and pays")] = "local",
    priority: Annotated[Urgency, typer.Option()] = Urgency.STANDARD,
    queue: Annotated[
        bool, typer.Option("--queue", help="leave it to `reel engine serve`")
    ] = False,
    quote: Annotated[
        bool, typer.Option("--quote", help="only tell price and unknown words")
    ] = False,
    as_json: JsonOption = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="a .mp4, .webm, .gif, .webp or .png"),
    ] = None,
) -> None:
    """Make clips from a prompt or a file of them, and record their usage events."""
    from pipelines.engine_commands import (
        read_wishes,
        run_generate,
        run_queue,
        run_quote,
    )

    wishes = read_wishes(
        prompt,
        batch=batch,
        out=out,
        variations=variations,
        image=image,
        motion=motion,
        trajectory=trajectory,
        seconds=seconds,
        model_id=model,
        seed=seed,
        num_inference_steps=steps,
    )
    if quote:
        run_quote(wishes, as_json=as_json)
    elif queue:
        run_queue(wishes, account=account, priority=priority.value, as_json=as_json)
    else:
        run_generate(wishes, account=account, as_json=as_json)


@engine.command()
def serve(
    workers: Annotated[int, typer.Option(help="clips made at once")] = 1,
    drain: Annotated[
        bool, typer.Option("--drain", help="end when the queue is empty")
    ] = False,
) -> None:
    """Make the clips of the queue until Ctrl-C; unfinished ones stay in it."""
    from pipelines.engine_commands import run_serve

    run_serve(workers, is_draining=drain)


@engine.command()
def status(
    job: Annotated[
        str | None, typer.Argument(help="the generation's id; none: list them")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the open jobs and the last that ended."""
    from pipelines.engine_commands import run_engine_status

    run_engine_status(job, as_json=as_json)


@engine.command()
def cancel(job: JobArgument) -> None:
    """Cancel a job, at once or after the running step; its credits go back."""
    from pipelines.engine_commands import run_cancel

    run_cancel(job)
