"""The arena: one prompt, two versions, equal seeds; somebody says which clip is better.

Reads the prompts of the fixed set. Writes clips below <home>/videos/arena, the pairs
into the job store, and votes through its outbox.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, get_args
from uuid import UUID, uuid4, uuid5

from generation.engine import generate
from generation.events import VoteCast
from generation.jobs import JobStore, add_events
from generation.request import GenerationRequest
from generation.training.fixed_set import read_fixed_set

VERSIONS = ("sprite-1", "sprite-2")
VOTER = "local"  # the person at this computer
SEEDS = 2**31
PAIRS = """
create table if not exists arena_pairs (
    pair_id text primary key,
    prompt_id text not null,
    left_model_id text not null,
    right_model_id text not null,
    shown_at text not null,
    winner text
)
"""

Winner = Literal["left", "right", "tie"]
OnStep = Callable[[int, int], None]


class Pair(NamedTuple):
    """Two clips of one prompt; nothing here tells which version made which."""

    pair_id: str
    prompt: str
    left: Path
    right: Path


class Vote(NamedTuple):
    """A vote, and who had made the clips."""

    winner: Winner
    left_model_id: str
    right_model_id: str


def show_pair(home: Path, *, rng: random.Random, on_step: OnStep | None = None) -> Pair:
    """Make two clips of a random prompt with one seed, in random order.

    They are jobs like any other: priced, metered and told as usage events.
    """
    scenes = read_fixed_set()
    number, seed = rng.randrange(len(scenes)), rng.randrange(SEEDS)
    order = rng.sample(VERSIONS, k=2)
    pair_id = str(uuid4())
    files = [home / "videos" / "arena" / f"{pair_id}_{side}.mp4" for side in "lr"]
    for index, (model_id, path) in enumerate(zip(order, files, strict=True)):
        request = GenerationRequest.create(
            scenes[number].caption, model_id=model_id, seed=seed
        )
        generate(request, home=home, out=path, on_step=_after(index, on_step))
    with JobStore(home).transaction() as database:
        database.execute(PAIRS)
        database.execute(
            "insert into arena_pairs values (?, ?, ?, ?, ?, null)",
            (pair_id, f"fixed-{number:03d}", *order, datetime.now(UTC).isoformat()),
        )
    return Pair(pair_id, scenes[number].caption, *files)


def cast_vote(home: Path, pair_id: str, *, winner: Winner) -> Vote:
    """Record which clip is better, once; only now the versions are named."""
    if winner not in get_args(Winner):
        raise ValueError(f"winner must be left, right or tie, got {winner!r}")
    store = JobStore(home)
    with store.transaction() as database:
        database.execute(PAIRS)
        pair = database.execute(
            "select prompt_id, left_model_id, right_model_id, shown_at, winner"
            " from arena_pairs where pair_id = ?",
            (pair_id,),
        ).fetchone()
        if pair is None:
            raise ValueError(f"no pair {pair_id}; show one first")
        prompt_id, left, right, shown_at, earlier = pair
        if earlier is not None:
            raise ValueError(f"pair {pair_id} has a vote already: {earlier}")
        now = datetime.now(UTC)
        vote = VoteCast(
            event_id=str(uuid5(UUID(pair_id), "vote_cast")),
            source="engine",
            occurred_at=now,
            user_id=VOTER,
            account_id=VOTER,
            platform="cli",
            pair_id=pair_id,
            prompt_id=prompt_id,
            left_model_id=left,
            right_model_id=right,
            winner=winner,
            dwell_ms=round(
                (now - datetime.fromisoformat(shown_at)).total_seconds() * 1e3
            ),
        )
        add_events(database, [vote])
        database.execute(
            "update arena_pairs set winner = ? where pair_id = ?", (winner, pair_id)
        )
    store.relay()
    return Vote(winner, left, right)


def _after(clips: int, on_step: OnStep | None) -> OnStep | None:
    """Count the steps of the second clip on from the first's."""
    if on_step is None:
        return None
    return lambda done, steps: on_step(clips * steps + done, 2 * steps)
