"""Cached reads of the published build: rows of metrics and of the build's own account.

Reads the warehouse through `pipelines.warehouse` and computes no metric. Every cached
answer is keyed by the build id, so a new build can never show old numbers.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import language
from dashboard.language import say
from pipelines import warehouse
from pipelines.warehouse import NoSlice, NoWarehouse, UnknownMetric, Warehouse

__all__ = ["NoSlice", "NoWarehouse", "UnknownMetric"]

# Dimensions and the values to stay in, as they can be part of a cache key.
Slices = tuple[tuple[str, str], ...]

# The data folder of the checkout, for `streamlit run` without the reel command.
DEFAULT_HOME = Path(__file__).parents[1] / "data"
# Builds run once a day; two hours of grace for a slow one.
STALE_AFTER = timedelta(hours=26)


@dataclass(frozen=True)
class Build:
    """The published build, as its header badges need it.

    Attributes:
        build_id: Its name; part of every cache key.
        built_at: When it was made.
        as_of: The last closed day of the company.
        data_through: The last day with any event.
        sample_weight: How many real users one row stands for; 1 for real data.
        lake_version: Which loads it saw.
        reporting_time_zone: Whose midnight ends a day.
        code_version: Fingerprint of models and reference data.
        tests_passed: Tests that passed.
        tests_total: Tests that ran.
    """

    build_id: str
    built_at: datetime
    as_of: date
    data_through: date
    sample_weight: float
    lake_version: int
    reporting_time_zone: str
    code_version: str
    tests_passed: int
    tests_total: int

    @property
    def age(self) -> timedelta:
        """How long ago it was made."""
        return datetime.now(UTC) - self.built_at

    @property
    def is_stale(self) -> bool:
        """Whether a newer build should have come by now."""
        return self.age > STALE_AFTER


@dataclass(frozen=True)
class Entry:
    """What the catalog says of one metric."""

    name: str
    label: str
    unit: str
    format: str
    definition: str
    formula: str
    caveats: str
    owner: str
    definition_version: str
    extensive: bool
    grains: str
    dimensions: str


# What of an entry is for people.
TEXTS = ("label", "definition", "formula", "caveats")


def home() -> Path:
    """Find the data folder: `REEL_HOME`, set by the reel command."""
    return Path(os.environ.get("REEL_HOME") or DEFAULT_HOME).expanduser().resolve()


def current_build() -> Build:
    """Describe the published build.

    Raises:
        NoWarehouse: Nothing is published; the message says what to run.
    """
    build_id = warehouse.current_build_id(home())
    return _build(_open(str(home()), build_id or "").build_id)


def state_key() -> tuple[str | None, str | None]:
    """Name the published build and the failed one after it, to notice a change."""
    failure = last_failure()
    failed = str(failure.get("build_id")) if failure else None
    return warehouse.current_build_id(home()), failed


def last_failure() -> dict[str, object] | None:
    """Tell about a build that failed after the published one."""
    return warehouse.last_failure(home())


@st.cache_data(max_entries=500, show_spinner=False)
def metric(
    build_id: str,
    name: str,
    *,
    grain: str,
    by: str | None = None,
    slices: Slices = (),
) -> pd.DataFrame:
    """Read the rows of a metric that may be shown, oldest first.

    Withheld rows and rows without a value are left out, and periods that begin after
    the last closed day: a clip made today is no trend of a company read as of March.

    Raises:
        UnknownMetric: This build has no such metric.
        NoSlice: It is not told apart by these dimensions.
    """
    frame = _warehouse(build_id).metric(name, grain=grain, by=by, within=dict(slices))
    has_begun = frame["period_start"] <= pd.Timestamp(_build(build_id).as_of)
    return frame[(frame["state"] != "withheld") & frame["value"].notna() & has_begun]


def closed_months(build_id: str) -> list[date]:
    """List the months that may be chosen: those whose ARR is closed, newest first."""
    rows = metric(build_id, "arr_runrate", grain="month")
    starts = rows.loc[rows["state"] == "closed", "period_start"]
    return [start.date() for start in starts.sort_values(ascending=False)]


def statement(
    build_id: str,
    name: str,
    *,
    grain: str,
    by: str | None = None,
    slices: Slices = (),
) -> str:
    """Write the SQL that `metric` asks of the build."""
    return _warehouse(build_id).statement(name, grain=grain, by=by, within=dict(slices))


def catalog(build_id: str) -> dict[str, Entry]:
    """Read the metric catalog, by name, in the language of the reader."""
    return _catalog(build_id, language.current())


@st.cache_data(max_entries=8, show_spinner=False)
def newest(build_id: str) -> pd.DataFrame:
    """Read the last closed value and the newest state of each metric, by name."""
    return _warehouse(build_id).newest().set_index("name")


@st.cache_data(max_entries=8, show_spinner=False)
def launches(build_id: str) -> pd.DataFrame:
    """Read the launches to mark on charts; empty where the build has none."""
    build = _warehouse(build_id)
    present = build.query(
        "select table_name from information_schema.tables"
        " where table_schema = 'marts' and table_name = 'dim_launches'"
    )
    if present.empty:
        return pd.DataFrame(columns=["date", "title", "kind", "feature", "detail"])
    return build.query(
        "select date, title, kind, feature, detail from marts.dim_launches"
    )


@st.cache_data(max_entries=8, show_spinner=False)
def batches(build_id: str) -> pd.DataFrame:
    """Read what each load brought in, newest first."""
    return _read(build_id, "meta.ingest", order=("loaded_at desc", "batch_id desc"))


@st.cache_data(max_entries=8, show_spinner=False)
def quarantine(build_id: str) -> pd.DataFrame:
    """Read how many events were put aside, for which reason."""
    return _read(build_id, "meta.quarantine", order=('"count" desc', "reason"))


@st.cache_data(max_entries=8, show_spinner=False)
def tests(build_id: str) -> pd.DataFrame:
    """Read the tests this build went through, by model."""
    return _read(build_id, "meta.test_results", order=("model", "name"))


@st.cache_data(max_entries=8, show_spinner=False)
def open_tables(build_id: str) -> pd.DataFrame:
    """Read which tables analysts may query and what each holds, by name."""
    return _for_analysts(str(home()), build_id).query(
        'from meta.tables order by "table"'
    )


@st.cache_data(max_entries=8, show_spinner=False)
def open_columns(build_id: str) -> pd.DataFrame:
    """Read the columns of those tables, in their order: type and description."""
    return _for_analysts(str(home()), build_id).query("from meta.columns")


@st.cache_data(max_entries=50, show_spinner=False)
def sample(build_id: str, name: str, *, grain: str, by: str) -> pd.DataFrame:
    """Read a metric's slices as the sample has them, not scaled up, oldest first."""
    frame = _warehouse(build_id).metric(name, grain=grain, by=by, raw=True)
    return frame[frame["value"].notna()]


def analysts_file(build_id: str) -> Path:
    """Find the file that analysts may query.

    Raises:
        NoWarehouse: The build has none; the message says what to run.
    """
    return warehouse.open_for_analysts(home(), build_id).path


# Two builds in each language.
@st.cache_data(max_entries=8, show_spinner=False)
def _catalog(build_id: str, spoken: str) -> dict[str, Entry]:
    del spoken  # part of the key
    entries = {}
    for row in _warehouse(build_id).catalog().to_dict("records"):
        said = {field: say(row[field]) for field in TEXTS}
        facts = {field: row[field] for field in Entry.__annotations__}
        entries[row["name"]] = Entry(**(facts | said))
    return entries


def _read(build_id: str, table: str, *, order: Sequence[str]) -> pd.DataFrame:
    return _warehouse(build_id).query(f"from {table} order by {', '.join(order)}")


@st.cache_data(max_entries=8, show_spinner=False)
def _build(build_id: str) -> Build:
    row = _warehouse(build_id).build()
    facts = {field: row[field] for field in Build.__annotations__}
    for field in ("as_of", "data_through"):
        facts[field] = pd.Timestamp(str(row[field])).date()
    facts["built_at"] = pd.Timestamp(str(row["built_at"])).to_pydatetime()
    return Build(**facts)  # type: ignore[arg-type]


def _warehouse(build_id: str) -> Warehouse:
    return _open(str(home()), build_id)


# Two builds stay open: runs that began before a new one was published still read.
@st.cache_resource(
    max_entries=2, show_spinner=False, on_release=lambda build: build.close()
)
def _open(home: str, build_id: str) -> Warehouse:
    return warehouse.open_current(Path(home))


@st.cache_resource(
    max_entries=2, show_spinner=False, on_release=lambda build: build.close()
)
def _for_analysts(home: str, build_id: str) -> Warehouse:
    return warehouse.open_for_analysts(Path(home), build_id)
