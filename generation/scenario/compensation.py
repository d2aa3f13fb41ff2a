"""Credits given for nothing to payers whose generation failed.

Reads nothing. Writes nothing itself: rows go to the landing writer. They are kept like
packs and pay generations from the next week on.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario import columns as col
from generation.scenario.calendar import DAY_US
from generation.scenario.streams import Stream, random_stream
from generation.scenario.usage_events import Reporter
from generation.scenario.videos import FAILED, Videos
from generation.scenario.wallet import Wallet

SHARE = 0.10  # of payers' failed generations; the others' credits just go back
CREDITS = 20  # a clip of five seconds
VALID_DAYS = 30


@dataclass(frozen=True)
class Grants:
    """Compensation granted, one entry each."""

    owner: np.ndarray
    number: np.ndarray
    time: np.ndarray


def grant(to: Reporter, videos: Videos) -> Grants:
    """Give credits for some failures, a minute after each."""
    first = to.numbers.used.get("k", 0)
    stream = random_stream(to.numbers.week, Stream.COMPENSATION, first)
    draw = stream.random(videos.owner.size)
    failed = (videos.status == FAILED) & videos.is_paid
    rows = np.flatnonzero(failed & (draw < SHARE))
    owner, time = videos.owner[rows], videos.finished[rows] + 60_000_000
    number = to.numbers.take("k", rows.size)
    columns = {
        "account_id": col.ids("a", owner),
        "user_id": col.ids("u", owner),
        "grant_id": col.ids("k", number),
        "grant_type": col.same("compensation", rows.size),
        "granted_credits": col.same(CREDITS, rows.size),
        "expires_at": col.times(time + VALID_DAYS * DAY_US),
    }
    to.send("credits_granted", "c", "ledger", time, owner, columns)
    return Grants(owner, number, time)


def keep(grants: list[Grants], wallet: Wallet) -> None:
    """Put the week's grants where packs are kept."""
    for each in grants:
        wallet.add(
            owner=each.owner,
            number=each.number,
            balance=np.full(each.owner.size, CREDITS),
            starts=each.time,
            expires=each.time + VALID_DAYS * DAY_US,
            gift=np.ones(each.owner.size, np.int64),
        )
