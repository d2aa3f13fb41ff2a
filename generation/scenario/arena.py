"""Blind comparisons of two models' clips, voted on by some active users.

Reads nothing. Writes nothing itself: it hands columns to the landing writer.
"""

import numpy as np

from generation.scenario import columns as col
from generation.scenario.calendar import week_start_us
from generation.scenario.streams import Stream, random_stream
from generation.scenario.usage_events import Reporter
from generation.scenario.videos import FIRST_MOTION, MODELS, RELEASED

VOTERS = 0.02  # of a week's active users, one vote each; assumed
PROMPTS = 400
TIES = 0.10
# The planted strengths, in points: a hundred points win 64 % of the decided votes.
STRENGTHS = np.array([880, 930, 970, 1020, 1050, 1110, 1080, 1140, 1190])
POINTS = 400 / np.log(10)


def report_votes(to: Reporter, users: np.ndarray, *, seed: int) -> None:
    """Votes of the week; `users` were active in it and had registered before."""
    week = to.numbers.week
    stream = random_stream(seed, Stream.VOTE, week)
    voter = users[stream.random(users.size) < VOTERS]
    live = np.flatnonzero(7 * week >= RELEASED)
    if live.size < 2 or not voter.size:
        return
    left = stream.integers(0, live.size, voter.size)
    right = (left + stream.integers(1, live.size, voter.size)) % live.size
    gap = STRENGTHS[live[left]] - STRENGTHS[live[right]]
    left_wins = stream.random(voter.size) < 1 / (1 + np.exp(-gap / POINTS))
    is_tie = stream.random(voter.size) < TIES
    winner = np.where(is_tie, 2, np.where(left_wins, 0, 1))
    time = week_start_us(week) + stream.integers(0, 7 * 86_400_000_000, voter.size)
    columns = {
        "user_id": col.ids("u", voter),
        "account_id": col.ids("a", voter),
        "pair_id": col.ids("V", to.numbers.take("V", voter.size)),
        "prompt_id": col.ids("Q", stream.integers(0, PROMPTS, voter.size)),
        "left_model_id": col.coded(live[left], MODELS[:FIRST_MOTION]),
        "right_model_id": col.coded(live[right], MODELS[:FIRST_MOTION]),
        "winner": col.coded(winner, ("left", "right", "tie")),
        "dwell_ms": col.integers(stream.gamma(2, 6000, voter.size)),
    }
    to.send("vote_cast", "Y", "app", time, voter, columns)
