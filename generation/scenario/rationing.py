"""What is scarce goes to the smallest keys; other worlds keep to the same lines.

The expected path says how many users of a group may do something. In the factual world
those with the smallest keys do, and the last key served is remembered. A world that
asks what would have happened to somebody must not hand out the places again: more
payers would push others out, and the arms would no longer be independent. It serves
whoever lies below the factual world's line, so a user's fate hangs on that user alone.

The line lies between the last key served and the first refused, and it matters on which
side: few are served in a group and week. At the last one served, that user would be
lost to the smallest growth of the key; at the first refused, that one would come in by
the smallest shrinking. So a world in which keys only grow has the line at the first
refused, every other at the last served; then neither happens more often than it should.
Reads nothing. Writes nothing.
"""

from typing import Any

import numpy as np


class Rations:
    """The lines of one week; with `factual`, those of another world.

    `keys_grow` says that nobody is more eager here than in the factual world.
    """

    def __init__(
        self, factual: "Rations | None" = None, *, keys_grow: bool = False
    ) -> None:
        self._factual, self._keys_grow = factual, keys_grow
        self._kept: dict[str, Any] = {}

    def open_week(self) -> None:
        """Forget the lines of the week before."""
        self._kept = {}

    def same(self, what: str, value: Any) -> Any:
        """The factual world's value, in every world."""
        if self._factual is not None:
            return self._factual._kept.get(what, value)
        self._kept[what] = value
        return value

    def serve(
        self,
        what: str,
        key: np.ndarray,
        group: np.ndarray,
        wanted: np.ndarray,
        *,
        natural: float | None = None,
    ) -> np.ndarray:
        """Positions of the `wanted` smallest finite keys in each group.

        Args:
            what: name of the line, once a week.
            key: smaller is served earlier.
            group: of each key.
            wanted: places by group; a replaying world goes by the line instead.
            natural: where the line lies if it may, whatever keys do.
        """
        if self._factual is not None:
            low, high = self._factual._kept[what]
            line = high if self._keys_grow else low
            if natural is not None:
                line = np.clip(natural, low, high)
            return np.flatnonzero(key < line[group])
        near = _nearest(key, group, wanted)
        order = near[np.lexsort((key[near], group[near]))]
        ranked, keys = group[order], key[order].astype(np.float64)
        first = np.searchsorted(ranked, np.arange(wanted.size + 1))
        rank = np.arange(order.size) - first[ranked]
        taken = (rank < wanted[ranked]) & np.isfinite(keys)
        end = first[:-1] + np.bincount(ranked[taken], minlength=wanted.size)
        padded = np.concatenate([[-np.inf], keys, [np.inf]])
        last = np.where(end > first[:-1], padded[end], -np.inf)
        refused = np.where(end < first[1:], padded[end + 1], np.inf)
        self._kept[what] = (np.nextafter(last, np.inf), refused)
        return order[taken]

    def deal(
        self, what: str, key: np.ndarray, group: np.ndarray, counts: np.ndarray
    ) -> np.ndarray:
        """A kind for each key, so that each group gets its counts. [kinds, groups].

        The keys of a group are cut into stretches as long as the counts; too few keys
        share the counts in proportion.
        """
        edges = np.full(counts.shape, np.inf)
        total = np.maximum(counts.sum(0), 1)
        for place in np.unique(group):
            keys = np.sort(key[group == place])
            share = np.minimum(1, keys.size / total[place])
            cut = np.round(np.cumsum(counts[:, place]) * share).astype(np.int64)
            edges[:, place] = np.append(keys, np.inf)[np.minimum(cut, keys.size)]
            edges[cut == cut[-1], place] = np.inf  # nothing lies beyond the last kind
        edges = self.same(what, edges)
        return (key >= edges[:, group]).sum(0)

    def spread(self, what: str, key: np.ndarray) -> np.ndarray:
        """Evenly spread shares of one in the order of the keys, below one."""
        keys = self.same(what, np.sort(key))
        rank = np.minimum(np.searchsorted(keys, key), max(keys.size - 1, 0))
        return (rank + key) / max(keys.size, 1)


def _nearest(key: np.ndarray, group: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Positions of the smallest keys of each group, one more than are wanted.

    Sorting everybody for a few would cost more than all else.
    """
    parts = [np.empty(0, np.int64)]
    for place, count in enumerate(np.maximum(wanted, 0).astype(np.int64)):
        here = np.flatnonzero(group == place)
        if count + 1 < here.size:
            here = here[np.argpartition(key[here], count)[: count + 1]]
        parts.append(here)
    return np.concatenate(parts)
