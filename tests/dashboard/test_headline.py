"""The sentence that says what moved, in words that do not mislead."""

import pandas as pd
import pytest

from dashboard import headline


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ({"China": 6e6, "Japan": 2e6}, "; China is 75% of the change"),
        ({"China": -6e6, "Japan": -2e6}, "; China is 75% of the change"),
        # 9 - 8 = 1: China would be 900 % of the change
        ({"China": 9e6, "Japan": -8e6}, "; China rose $9.0M while Japan fell $8.0M"),
        ({"China": 8e6, "Japan": -9e6}, "; Japan fell $9.0M while China rose $8.0M"),
        ({}, ""),
    ],
)
def test_a_share_of_the_change_is_at_most_the_whole(moves, said: str) -> None:
    changes = pd.Series(moves, dtype=float)
    assert headline.name_driver(changes, changes.sum(), "usd") == said
