"""When rows are received, and the rows that are delivered again.

Reads nothing. Writes nothing.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generation.scenario.calendar import DAY_US
from generation.scenario.columns import same, times

HOUR_US = 3_600_000_000
_RETRY_US = 40_000_000  # mean wait of a client that saw no answer
_REPLAYED = 0.25  # of the re-sends: a client's queue, sent again within two weeks
_REPLAY_US = (HOUR_US, 14 * DAY_US)
_NOWHERE = "AQ"  # a country of nobody: what a contradicting repeat states


def re_send_waits(stream: np.random.Generator, count: int) -> np.ndarray:
    """How long after the first delivery a re-send comes."""
    retried = 1 + stream.exponential(_RETRY_US, count).astype(np.int64)
    replayed = stream.integers(*_REPLAY_US, count)
    return np.where(stream.random(count) < _REPLAYED, replayed, retried)


def times_of(table: pa.Table, name: str) -> np.ndarray:
    """A column of times in microseconds since 1970."""
    return table[name].cast(pa.int64()).to_numpy()


def receive(
    table: pa.Table, received: np.ndarray, wait: np.ndarray | None = None
) -> pa.Table:
    """Set the receipt; with a wait the client also sent that much later."""
    names = table.column_names
    if wait is not None and table["sent_at"].null_count == 0:
        sent = times(times_of(table, "sent_at") + wait)
        table = table.set_column(names.index("sent_at"), "sent_at", sent)
    return table.set_column(names.index("received_at"), "received_at", times(received))


def _retell(rows: pa.Table) -> pa.Table:
    """The same under another id."""
    renamed = pc.binary_join_element_wise("d", rows["event_id"], "")
    place = rows.column_names.index("event_id")
    return rows.set_column(place, "event_id", renamed)


def _contradict(rows: pa.Table) -> pa.Table:
    """Something else: half under the same id, half only about the same thing."""
    half = rows.num_rows // 2
    rows = pa.concat_tables([rows.slice(0, half), _retell(rows.slice(half))])
    place = rows.column_names.index("country")
    return rows.set_column(place, "country", same(_NOWHERE, rows.num_rows))


REPEATS = {
    "same_id": lambda rows: rows,
    "same_key": _retell,
    "conflicting_duplicate": _contradict,
}
