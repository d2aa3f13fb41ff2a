"""A week's sessions and generations, chunk by chunk, each paid from a grant.

Reads nothing. Writes nothing itself: rows go to the landing writer.
"""

from dataclasses import dataclass, field

import numpy as np

from generation.scenario import compensation, people_events
from generation.scenario import usage_events as events
from generation.scenario.calendar import DAY_US, WEEK_US, week_start_us
from generation.scenario.enrolment import Enrolment
from generation.scenario.experiment_events import report_tests
from generation.scenario.ledger import Charges, PlanSlots, charge
from generation.scenario.load import load_at
from generation.scenario.model import ExpectedPath
from generation.scenario.population import PAYING
from generation.scenario.rationing import Rations
from generation.scenario.regions import region_values
from generation.scenario.sessions import Sessions, draw_sessions
from generation.scenario.streams import Stream, random_stream, uniforms_of
from generation.scenario.tally import Tally
from generation.scenario.usage_events import API_ACCOUNT, Reporter
from generation.scenario.videos import (
    MEAN_CREDITS,
    SUCCEEDED,
    Request,
    Videos,
    draw_counts,
    draw_videos,
)
from generation.scenario.wallet import Wallet, affordable, burn_counts

CHUNK = 1 << 17  # active users handled together; bounds the memory
PACKAGES = 1 << 13  # API packages handled together
PACK_BURN = 0.75  # of a pack's balance in a week its owner is active
PACKAGE_BURN = 0.19  # of a package's balance in a week
DISPERSION = np.array([0.55, 0.70, 0.70])  # free users, consumer and pro payers


@dataclass(frozen=True)
class Week:
    """What the week's chunks share."""

    week: int
    seed: int
    has_sessions: bool  # false before the activity window
    reporter: Reporter
    path: ExpectedPath
    slots: PlanSlots
    packs: Wallet
    rations: Rations
    enrolment: Enrolment
    tally: Tally | None = None
    compensated: list[compensation.Grants] = field(default_factory=list)
    delivered: list[int] = field(default_factory=list)  # videos, by chunk

    @property
    def end(self) -> int:
        """The first microsecond after the week."""
        return week_start_us(self.week) + WEEK_US

    @property
    def weeks_open(self) -> np.ndarray:
        """Weeks since each region got motion control."""
        return np.maximum(self.week - region_values("rollout_day") / 7, 0)


def expected_videos(
    active: np.ndarray, segment: np.ndarray, week: Week, *, total: float
) -> np.ndarray:
    """Mean number of generations of each active user, raked to the week's total."""
    means = week.path.video_means[:3, week.week]
    mean = means[segment]
    raked = max(total, 0.1 * mean.sum()) / max(mean.sum(), 1e-9)
    return mean * week.rations.same("videos", raked)


def plan_pack_videos(week: Week, active: np.ndarray) -> np.ndarray:
    """How many generations each open pack pays this week; its owner must be active.

    In its last week a pack pays none: a refund would come after its end.
    """
    packs = week.packs
    place = np.searchsorted(active, packs.owner)
    place = np.minimum(place, max(active.size - 1, 0))
    here = active[place] == packs.owner if active.size else np.zeros(0, bool)
    is_open = packs.starts < week_start_us(week.week)
    is_open &= packs.expires >= week.end
    count = burn_counts(
        packs.balance,
        np.full(packs.owner.size, PACK_BURN),
        MEAN_CREDITS,
        uniforms_of(packs.owner, week.seed, Stream.LEDGER, week.week),
    )
    return np.where(here & is_open, count, 0)


def run_chunk(
    week: Week,
    users: np.ndarray,
    *,
    number: int,
    chance: np.ndarray,
    mean: np.ndarray,
    segment: np.ndarray,
    registered: np.ndarray,
    assign_by: np.ndarray,
    pack_count: np.ndarray,
) -> None:
    """Sessions and generations of a chunk of the week's active users, ascending.

    Who joins an experiment this week does so with the first session, and before the
    time in `assign_by`.
    """
    people = week.reporter.people
    stream = random_stream(week.seed, Stream.SESSION, week.week, number)
    sessions = draw_sessions(
        people,
        users,
        chance=chance,
        registered=registered,
        week=week.week,
        seed=week.seed,
        stream=stream,
    )
    session_ids = np.zeros(sessions.owner.size, np.int64)
    if week.has_sessions:
        session_ids = people_events.report_sessions(week.reporter, users, sessions)
        _expose(week, users, sessions)
        report_tests(week.reporter, week.enrolment, users, sessions, assign_by)
    stream = random_stream(week.seed, Stream.VIDEO, week.week, number)
    own = uniforms_of(users, week.seed, Stream.VIDEO, week.week)
    count = draw_counts(mean, DISPERSION[segment], own) * week.has_sessions
    packs = week.packs
    position = np.searchsorted(users, packs.owner)
    position = np.minimum(position, users.size - 1)
    mine = np.flatnonzero((users[position] == packs.owner) & (pack_count > 0))
    owner = np.concatenate(
        [
            np.repeat(np.arange(users.size), count),
            np.repeat(position[mine], pack_count[mine]),
        ]
    )
    pack = np.concatenate(
        [np.full(int(count.sum()), -1), np.repeat(mine, pack_count[mine])]
    )
    videos = _make_videos(week, users, sessions, owner, pack, segment, stream)
    videos = videos.take(_within_packs(videos, packs))
    if videos.owner.size:
        _settle(week, videos, session_ids)
    if week.has_sessions:
        _end_sessions(week, users, sessions, session_ids, videos)


def _end_sessions(
    week: Week,
    users: np.ndarray,
    sessions: Sessions,
    session_ids: np.ndarray,
    videos: Videos,
) -> None:
    last = np.zeros(sessions.owner.size, np.int64)
    np.maximum.at(last, videos.session, videos.time)
    people_events.report_session_ends(
        week.reporter, users, sessions, session_ids, last_request=last
    )


def _make_videos(
    week: Week,
    users: np.ndarray,
    sessions: Sessions,
    owner: np.ndarray,
    pack: np.ndarray,
    segment: np.ndarray,
    stream: np.random.Generator,
) -> Videos:
    """Place generations into sessions, on the session's day, and draw their kind."""
    people = week.reporter.people
    pick = (stream.random(owner.size) * sessions.count[owner]).astype(np.int64)
    session = sessions.first[owner] + pick
    opened = sessions.time[session]
    wait = stream.exponential(480e6, owner.size).astype(np.int64) + 20_000_000
    midnight = (opened // DAY_US + 1) * DAY_US
    rest = (stream.random(owner.size) * 60e6).astype(np.int64) + 1_000_000
    time = np.minimum(opened + np.minimum(wait, 18_000_000_000), midnight - rest)
    user = users[owner]
    region = people.region[user]
    request = Request(
        owner=user,
        session=session,
        time=time,
        is_paid=(segment[owner] > 0) | (pack >= 0),
        pack=pack,
        can_motion=people.is_exposed[user]
        & ~people.is_holdout[user]
        & (time >= _rollout_us()[region]),
        weeks_open=week.weeks_open[region],
        load=load_at(week.path, week.week, time),
    )
    return draw_videos(request, week_day=week.week * 7, stream=stream)


def _within_packs(videos: Videos, packs: Wallet) -> np.ndarray:
    """Positions of the generations that their pack can pay, and all without a pack."""
    bought = np.flatnonzero(videos.pack >= 0)
    keep = np.ones(videos.owner.size, bool)
    if bought.size:
        keep[bought] = affordable(
            videos.pack[bought], videos.credits[bought], packs.balance
        )
    return np.flatnonzero(keep)


def _settle(week: Week, videos: Videos, session_ids: np.ndarray) -> None:
    number = np.zeros(videos.owner.size, np.int64)
    bought = videos.pack >= 0
    if week.tally is not None:
        week.tally.add_videos(week.week, videos)
    number[bought] = week.packs.number[videos.pack[bought]]
    charges = charge(videos, week.slots, pack_number=number, week_end=week.end)
    _book_packs(videos, charges, week.packs)
    week.delivered.append(int((videos.status == SUCCEEDED).sum()))
    generation = events.report_videos(
        week.reporter, videos, session_ids[videos.session] * week.has_sessions
    )
    events.report_charges(week.reporter, videos, charges, generation, "k")
    week.compensated.append(compensation.grant(week.reporter, videos))


def _book_packs(videos: Videos, charges: Charges, packs: Wallet) -> None:
    rows = np.flatnonzero(charges.kind == 1)
    kept = np.where(videos.status[rows] == 0, videos.credits[rows], 0)
    packs.balance -= np.bincount(videos.pack[rows], kept, packs.owner.size).astype(
        np.int64
    )


def _rollout_us() -> np.ndarray:
    return week_start_us(0) + (region_values("rollout_day") * DAY_US).astype(np.int64)


def _expose(week: Week, users: np.ndarray, sessions: Sessions) -> None:
    """A user's first session after the region's rollout shows the feature."""
    people = week.reporter.people
    rollout = _rollout_us()
    if rollout.min() >= week.end:
        return
    owner = users[sessions.owner]
    seen = ~people.is_exposed[owner] & (sessions.time >= rollout[people.region[owner]])
    rows = np.flatnonzero(seen)
    rows = rows[np.lexsort((sessions.time[rows], owner[rows]))]
    first = rows[np.diff(owner[rows], prepend=-1) != 0]
    who = owner[first]
    people.is_exposed[who] = True
    people_events.report_exposures(
        week.reporter, who, sessions.time[first] + 2_000_000, people.is_holdout[who]
    )


def segments(week: Week, active: np.ndarray, is_pro: np.ndarray) -> np.ndarray:
    """0 free, 1 consumer, 2 pro for each active user; `is_pro` belongs to the slots."""
    segment = (week.reporter.people.eligible_from[active] == PAYING).astype(np.int64)
    place = np.searchsorted(week.slots.user, active)
    place = np.minimum(place, max(week.slots.user.size - 1, 0))
    if week.slots.user.size:
        pro = (week.slots.user[place] == active) & is_pro[place]
        segment = np.where(pro & (segment > 0), 2, segment)
    return segment


def run_api(week: Week, packages: Wallet) -> int:
    """Generations that API accounts pay from packages; returns how many are asked."""
    stream = random_stream(week.seed, Stream.API_VIDEO, week.week)
    start = np.maximum(packages.starts, week_start_us(week.week))
    share = PACKAGE_BURN * (week.end - start) / WEEK_US
    own = stream.random(share.size)
    count = burn_counts(packages.balance, share, MEAN_CREDITS, own)
    asked = 0
    for first in range(0, count.size, PACKAGES):
        part = slice(first, first + PACKAGES)
        grant = first + np.repeat(np.arange(count[part].size), count[part])
        if grant.size:
            asked += _run_api_chunk(week, packages, start, grant, stream)
    return asked


def _run_api_chunk(
    week: Week,
    packages: Wallet,
    start: np.ndarray,
    grant: np.ndarray,
    stream: np.random.Generator,
) -> int:
    """Generations that some packages pay, one entry of `grant` for each."""
    span = (np.minimum(week.end, packages.expires) - start)[grant] - 1_000_000
    time = start[grant] + (stream.random(grant.size) * span).astype(np.int64)
    request = Request(
        owner=packages.owner[grant] + API_ACCOUNT,
        session=np.zeros(grant.size, np.int64),
        time=time,
        is_paid=np.ones(grant.size, bool),
        pack=grant,
        can_motion=np.zeros(grant.size, bool),
        weeks_open=np.zeros(grant.size),
        load=load_at(week.path, week.week, time),
    )
    videos = draw_videos(request, week_day=week.week * 7, stream=stream)
    videos = videos.take(_within_packs(videos, packages))
    none = np.empty(0, np.int64)
    slots = PlanSlots(none, none, none.reshape(0, 2), none.reshape(0, 2))
    charges = charge(
        videos, slots, pack_number=packages.number[videos.pack], week_end=week.end
    )
    _book_packs(videos, charges, packages)
    week.delivered.append(int((videos.status == SUCCEEDED).sum()))
    session = np.zeros(videos.owner.size, np.int64)
    generation = events.report_videos(week.reporter, videos, session)
    events.report_charges(week.reporter, videos, charges, generation, "j")
    return videos.owner.size
