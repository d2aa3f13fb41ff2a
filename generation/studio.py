"""What the Studio page asks of the engine: prices before a clip, its events after it.

Reads the price card, the model's vocabulary and the spool.
"""

import json
from pathlib import Path
from typing import NamedTuple

from generation.request import BUNDLED_MODELS, GenerationRequest
from generation.submission import quote


class Offer(NamedTuple):
    """What one model asks for a clip, before anything is reserved."""

    model: str
    mode: str
    resolution: str
    seconds: float
    credits: int
    unknown_words: list[str]


def list_offers(
    prompt: str,
    *,
    image: Path | None = None,
    motion: Path | None = None,
    trajectory: Path | None = None,
) -> list[Offer]:
    """List the models that can make the clip, the newest first.

    Raises:
        ValueError: None can; the message says why.
    """
    offers, refusals = [], []
    for model_id in BUNDLED_MODELS:
        try:
            request = GenerationRequest.create(
                prompt,
                image=image,
                motion=motion,
                trajectory=trajectory,
                model_id=model_id,
            )
        except ValueError as refusal:
            refusals.append(refusal)
        else:
            offers.append(_price(request))
    if not offers:
        raise refusals[-1]
    return offers[::-1]


def read_job_events(home: Path, job_id: str) -> list[dict[str, object]]:
    """Read the events of one job from the spool, in the order they were told."""
    lines = (
        json.loads(line)
        for path in sorted((home / "landing" / "engine").glob("*.ndjson"))
        for line in path.read_bytes().splitlines()
        if job_id.encode() in line
    )
    return [event for event in lines if event.get("generation_id") == job_id]


def _price(request: GenerationRequest) -> Offer:
    quoted = quote(request)
    return Offer(
        model=request.model_id,
        mode=request.mode,
        resolution=request.resolution,
        seconds=request.seconds,
        credits=quoted.credits,
        unknown_words=quoted.unknown_words,
    )
