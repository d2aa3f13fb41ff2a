"""Forms in which clients state a generation that the contract does not know.

Reads nothing. Writes nothing. Each form has a file of its own in the landing folder:
`generation_submitted.<form>.parquet`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DRIFT_TYPE = "generation_submitted"
# First times of the forms; each keeps what the ones before it added.
_AUDIO = datetime(2025, 12, 3, tzinfo=UTC)  # a property `audio`
_REFERENCE = datetime(2025, 12, 18, tzinfo=UTC)  # `motion_ref_seconds`
_MILLISECONDS = datetime(2026, 2, 5, tzinfo=UTC)  # `duration_ms`, modes with hyphens
# A faulty release of the Android app: credits as text.
_TEXT = (datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 17, tzinfo=UTC))
FORMS = ("", "audio", "reference", "milliseconds", "text")
PLAIN, AUDIO, REFERENCE, MILLISECONDS, TEXT = range(len(FORMS))
_STARTS = np.array(
    [int(t.timestamp()) * 1_000_000 for t in (_AUDIO, _REFERENCE, _MILLISECONDS)]
)


def forms_of(event_type: str, table: pa.Table, occurred: np.ndarray) -> np.ndarray:
    """The form of each row: its place in FORMS; `occurred` are the true times."""
    if event_type != DRIFT_TYPE:
        return np.zeros(occurred.size, np.int64)
    form = np.searchsorted(_STARTS, occurred, side="right")
    low, high = (int(time.timestamp()) * 1_000_000 for time in _TEXT)
    is_faulty = (occurred >= low) & (occurred < high)
    if is_faulty.any():
        platform = table["platform"].cast(pa.string())
        is_faulty &= pc.equal(platform, "android").to_numpy()
        form = np.where(is_faulty, TEXT, form)
    return form


def split_forms(
    event_type: str, table: pa.Table, form: np.ndarray
) -> Iterator[tuple[str, pa.Table, np.ndarray]]:
    """The rows of each form in that form: file name, table, places in the table."""
    for which in np.unique(form):
        is_form = form == which
        places = np.flatnonzero(is_form)
        part = table if is_form.all() else table.filter(pa.array(is_form))
        name = f"{event_type}.{FORMS[which]}" if which else event_type
        yield name, _restate(part, int(which)), places


def _restate(table: pa.Table, form: int) -> pa.Table:
    """Say the same in a form."""
    if form >= AUDIO:
        table = table.append_column("audio", table["has_audio"])
    if form >= REFERENCE:
        is_motion = pc.equal(table["mode"].cast(pa.string()), "motion_control")
        unstated = pa.scalar(None, pa.float64())
        length = pc.if_else(is_motion, table["video_seconds"], unstated)
        table = table.append_column("motion_ref_seconds", length)
    if form == MILLISECONDS:
        length = pc.round(pc.multiply(table["video_seconds"], 1000.0)).cast(pa.int64())
        table = table.append_column("duration_ms", length).drop(["video_seconds"])
        mode = pc.replace_substring(table["mode"].cast(pa.string()), "_", "-")
        place = table.column_names.index("mode")
        table = table.set_column(place, "mode", mode)
    if form == TEXT:
        place = table.column_names.index("reserved_credits")
        text = table["reserved_credits"].cast(pa.string())
        table = table.set_column(place, "reserved_credits", text)
    return table
