"""Counts again what was made: videos, what became of them, what they cost.

Reads the rows it is given. Writes nothing.
"""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from generation.scenario.truth_books import Books
from generation.scenario.truth_rows import DAY, MICROS, Rows, each, label, ratio, sliced
from generation.scenario.truth_signups import MONTH, median_hours

GRAINS = ("week", "month")
BY_FEATURE = ("feature",)
BY_PLACE = ("feature", "region")
KEEPING = timedelta(days=7)
IS_API = pl.col("platform") == "api"
SUCCEEDED = pl.col("status") == "succeeded"
ENDED = pl.col("status").is_in(["succeeded", "failed", "moderated"])


def count_videos(books: Books) -> Iterator[pl.DataFrame]:
    """Every metric of jobs, features and programs."""
    rows = books.rows
    jobs = rows.jobs.rename({"model_id": "model"})
    yield from _outcomes(jobs)
    yield from _latency(jobs.join(books.holdings, on=["account_id", "day"], how="left"))
    yield from _programs(rows, jobs)
    yield from _waste(kept_jobs(rows, jobs))
    yield from _features(rows)
    yield from _trials_of_features(rows)
    yield from _adoption(rows)


def kept_jobs(rows: Rows, jobs: pl.DataFrame) -> pl.DataFrame:
    """Jobs with whether their video was saved or sent on within a week."""
    for how in ("downloaded", "shared"):
        first = (
            rows.of(f"video_{how}", "generation_id")
            .group_by("generation_id")
            .agg(pl.col("occurred_at").min().alias(f"{how}_at"))
        )
        in_time = pl.col(f"{how}_at") <= pl.col("occurred_at") + KEEPING
        jobs = jobs.join(first, on="generation_id", how="left").with_columns(
            in_time.fill_null(False).alias(how)
        )
    return jobs


def _outcomes(jobs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    cells = jobs.group_by("day", "model", "mode", "region", "resolution").agg(
        SUCCEEDED.sum().alias("delivered"),
        ENDED.sum().alias("ended"),
        (pl.col("status") == "moderated").sum().alias("moderated"),
        (pl.col("cost_micros").sum() / MICROS).alias("cost"),
        pl.col("video_seconds").filter(SUCCEEDED).sum().alias("seconds"),
    )
    sums = {name: pl.col(name).sum() for name in cells.columns[5:]}
    by: tuple[str, ...] = ("model", "region")
    grains = ("day", *GRAINS)
    yield from each("delivered_videos", cells, sums["delivered"], grains=grains, by=by)
    by = ("model", "mode", "region", "resolution")
    shares = {
        "generation_success_rate": ratio(sums["delivered"], sums["ended"]),
        "gpu_cost_per_second": ratio(sums["cost"], sums["seconds"]),
    }
    for metric, share in shares.items():
        yield from each(metric, cells, share, grains=GRAINS, by=by)
    share = ratio(sums["moderated"], sums["ended"])
    yield from each("moderation_rate", cells, share, grains=GRAINS, by=by[:3])


def _latency(jobs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    seconds = ((pl.col("queue_ms") + pl.col("run_ms")) / 1000).ceil()
    audience = label({"api": IS_API, "free": pl.col("segment").is_null()}, "paid")
    done = jobs.filter(SUCCEEDED).select(
        "day", "mode", "region", seconds.alias("seconds"), audience.alias("audience")
    )
    for percent in (50, 95):
        # The n-th of the sorted waits, where n is the percentage of all, rounded up.
        place = ((pl.len() * percent + 99) // 100 - 1).cast(pl.Int64)
        quantile = pl.col("seconds").sort().gather(place).first()
        metric = f"latency_p{percent}"
        by = ("mode", "audience", "region")
        yield from each(metric, done, quantile, grains=GRAINS, by=by)


def _programs(rows: Rows, jobs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    calls, by = jobs.filter(IS_API), ("model", "region")
    yield from each("api_calls", calls, pl.len(), grains=GRAINS, by=by)
    seconds = pl.col("video_seconds").filter(SUCCEEDED).sum()
    yield from each("api_delivered_seconds", calls, seconds, grains=GRAINS, by=by)
    errors = 1 - SUCCEEDED.mean()
    yield from each("api_error_rate", calls, errors, grains=GRAINS, by=by)
    places = rows.accounts.select("account_id", "region")
    asked = rows.requests.filter(IS_API).join(places, on="account_id")
    accounts = pl.col("account_id").n_unique()
    grains = ("day", *GRAINS)
    metric = "active_api_accounts"
    yield from each(metric, asked, accounts, grains=grains, by=("region",))


def _waste(jobs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    own, by = jobs.filter(SUCCEEDED & ~IS_API), ("model", "mode", "region")
    for metric, how in (("download_rate", "downloaded"), ("share_rate", "shared")):
        yield from each(metric, own, pl.col(how).mean(), grains=GRAINS, by=by)
    is_kept = IS_API | pl.col("downloaded") | pl.col("shared")
    ends = ("failed", "moderated", "cancelled")
    reasons = {end: pl.col("status") == end for end in ends}
    reason = label(reasons | {"not_kept": ~is_kept})
    jobs = jobs.with_columns(reason.alias("reason"))
    cost, is_waste = pl.col("cost_micros"), pl.col("reason").is_not_null()
    share = ratio(cost.filter(is_waste).sum(), cost.sum())
    yield from each("waste_share", jobs, share, grains=GRAINS, by=by)
    waste = jobs.filter(is_waste)
    sums = {"wasted_cost": cost.sum() / MICROS}
    sums |= {"wasted_gpu_seconds": pl.col("gpu_seconds").sum()}
    for metric, total in sums.items():
        yield from each(metric, waste, total, grains=GRAINS, by=("reason",))


def _features(rows: Rows) -> Iterator[pl.DataFrame]:
    """What people use; programs are out."""
    places = rows.users.select("user_id", "region")
    asked = rows.requests.filter(~IS_API).rename({"mode": "feature"})
    asked = asked.join(places, on="user_id")
    users = pl.col("user_id").n_unique()
    pairs = pl.struct("user_id", "feature").n_unique()
    by = ("region",)
    yield from each("feature_breadth", asked, pairs / users, grains=GRAINS, by=by)
    yield from each("feature_users", asked, users, grains=GRAINS, by=BY_PLACE)
    depth = pl.len() / users
    yield from each("feature_depth", asked, depth, grains=GRAINS, by=BY_PLACE)
    for grain in GRAINS:
        start = DAY.dt.truncate({"week": "1w", "month": "1mo"}[grain])
        people = asked.select("user_id", "feature", start.alias("day")).unique()
        everybody = people.group_by("day").agg(users.alias("all"))
        shares = people.join(everybody, on="day")
        adopted = pl.len() / pl.col("all").first()
        yield from sliced("feature_adoption", shares, adopted, grain, BY_FEATURE)
    weeks = asked.select("user_id", "feature", DAY.dt.truncate("1w")).unique()
    again = weeks.with_columns(DAY - KEEPING, again=True)
    both = weeks.join(again, on=["user_id", "feature", "day"], how="left")
    came = pl.col("again").fill_null(False).mean()
    yield from sliced("feature_retention", both, came, "week", BY_FEATURE)


def _offers_and_uses(rows: Rows) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first offer of each feature to each person, and every use of one."""
    offers = rows.of("feature_exposed", "user_id", "feature", "variant")
    offers = offers.filter(pl.col("variant") == "treatment")
    first = offers.sort("occurred_at").unique(["user_id", "feature"], keep="first")
    uses = rows.requests.filter(~IS_API).select(
        "user_id", pl.col("mode").alias("feature"), pl.col("occurred_at").alias("at")
    )
    return first, uses


def _trials_of_features(rows: Rows) -> Iterator[pl.DataFrame]:
    first, uses = _offers_and_uses(rows)
    in_time = (pl.col("at") >= pl.col("occurred_at")) & (
        pl.col("at") <= pl.col("occurred_at") + KEEPING
    )
    tried = first.join(uses, on=["user_id", "feature"], how="left")
    people = tried.group_by("user_id", "feature", "day").agg(
        in_time.fill_null(False).any().alias("tried")
    )
    share = pl.col("tried").mean()
    yield from sliced("feature_trial_7", people, share, "week", BY_FEATURE)


def _adoption(rows: Rows) -> Iterator[pl.DataFrame]:
    """Hours from the offer, or the signup where a feature is open to all."""
    offers, uses = _offers_and_uses(rows)
    features = uses.select("feature").unique()
    open_to_all = features.join(offers, on="feature", how="anti")
    signups = rows.users.select(
        "user_id",
        pl.col("registered_at").alias("occurred_at"),
        pl.col("registered_on").alias("day"),
    ).join(open_to_all, how="cross")
    starts = pl.concat([offers.select(signups.columns), signups])
    first = uses.group_by("user_id", "feature").agg(pl.col("at").min())
    waited = pl.col("at") - pl.col("occurred_at")
    people = starts.join(first, on=["user_id", "feature"], how="left").filter(
        (rows.last >= DAY) & (waited.is_null() | (waited >= timedelta()))
    )
    median = median_hours(pl.when(waited <= MONTH).then(waited))
    yield from sliced("time_to_adopt", people, median, "week", BY_FEATURE)
