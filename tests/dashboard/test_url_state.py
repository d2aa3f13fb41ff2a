"""The search that stands in the address."""

import pytest

from dashboard import url_state


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("weekly", True),
        ("WEEKLY users", True),
        ("weekly_active", True),
        ("weekly revenue", False),
    ],
)
def test_every_word_must_occur(text: str, found: bool) -> None:
    assert url_state.matches(text, "weekly_active_users", "Distinct people") is found
