"""The number rules, as tables of what is written for which number."""

from datetime import date, timedelta
from math import nan

import pytest

from dashboard import formats


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (240_051_600, "$240M"),
        (24_700_000, "$24.7M"),
        (20_000_000, "$20.0M"),
        (773_600, "$774K"),
        (22_832, "$22.8K"),
        (1_234_000_000, "$1.2B"),
        (999_499, "$999K"),
        (999_500, "$1.0M"),
        (99_950_000, "$100M"),
        (512, "$512"),
        (4.9, "$4.90"),
        (0.01234, "$0.0123"),
        (0, "$0"),
        (-2_100_000, "−$2.1M"),
        (None, "—"),
        (nan, "—"),
    ],
)
def test_an_amount_has_its_currency_and_three_digits(amount, text: str) -> None:
    assert formats.usd(amount) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(7_700_100, "7.7M"), (3_000_000, "3.0M"), (774_000, "774K"), (98, "98")],
)
def test_a_count_has_no_currency(number: float, text: str) -> None:
    assert formats.count(number) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.036, "3.6%"),
        (0.0, "0.0%"),
        (0.9996, "100%"),
        (1.034, "103%"),
        (-0.021, "−2.1%"),
        (None, "—"),
        (nan, "—"),
    ],
)
def test_a_ratio_is_a_percentage(ratio, text: str) -> None:
    assert formats.percent(ratio) == text


@pytest.mark.parametrize(
    ("now", "then", "text"),
    [
        (7.7, 3.6667, "+110%"),  # the published reading: peak over December's mean
        (7.7, 3.0, "+157%"),
        (97, 100, "-3.0%"),
        (90.05, 100, "-10%"),  # 9.95% and more have no decimal
        (109.94, 100, "+9.9%"),
        (1099, 100, "+999%"),
        (1380, 100, "×13.8"),
        (100.04, 100, 0),
        (100, 0, None),
        (100, -5, None),
        (100, None, None),
        (None, 100, None),
        (nan, 100, None),
    ],
)
def test_a_change_is_signed_for_the_arrow_of_the_tile(now, then, text) -> None:
    assert formats.change(now, then) == text


@pytest.mark.parametrize(
    ("now", "then", "text"),
    [
        (0.036, 0.02, "+1.6 pp"),
        (0.02, 0.036, "-1.6 pp"),
        (0.0204, 0.02, 0),
        (0.02, None, None),
    ],
)
def test_rates_differ_by_points_not_by_percent(now, then, text) -> None:
    assert formats.points(now, then) == text


@pytest.mark.parametrize(
    ("form", "text"), [("usd", "$2.5M"), ("count", "2.5M"), ("percent", "250000000%")]
)
def test_the_catalog_chooses_the_format(form: str, text: str) -> None:
    assert formats.value(2_500_000, form) == text


@pytest.mark.parametrize(
    ("grain", "start", "text", "end"),
    [
        ("month", date(2024, 2, 1), "Feb 2024", date(2024, 2, 29)),
        ("week", date(2026, 1, 19), "19–25 Jan 2026", date(2026, 1, 25)),
        ("week", date(2025, 12, 29), "29 Dec–4 Jan 2026", date(2026, 1, 4)),
        ("day", date(2026, 3, 29), "29 Mar 2026", date(2026, 3, 29)),
    ],
)
def test_a_period_is_named_by_its_days(grain: str, start: date, text, end) -> None:
    assert formats.period(grain, start) == text
    assert formats.period_end(grain, start) == end


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(seconds=-3), "0 min"),  # a clock of another machine runs ahead
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=71), "71 h"),
        (timedelta(days=4), "4 d"),
    ],
)
def test_an_age_has_one_unit(elapsed: timedelta, text: str) -> None:
    assert formats.age(elapsed) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0.4 s"),
        (113, "113 s"),
        (163, "2.7 min"),
        (1618, "27 min"),
        (9000, "2.5 h"),
    ],
)
def test_a_duration_is_read_in_one_unit(seconds: float, text: str) -> None:
    assert formats.value(seconds, "duration") == text


def test_exact_counts_keep_every_digit() -> None:
    assert formats.whole(38_912_345) == "38,912,345"


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (2e6, "count", "2M"),
        (1e8, "usd", "$100M"),
        (0.05, "percent", "5%"),
        (0.05, "usd", "$0.05"),
        (0.205, "usd", "$0.205"),
        (1.5, "ratio", "1.5"),
        (60, "duration", "1 min"),
    ],
)
def test_an_axis_has_no_empty_decimal(number: float, form: str, text: str) -> None:
    assert formats.tick(number, form) == text


def test_two_amounts_in_a_sentence_do_not_become_a_formula() -> None:
    assert formats.markdown("from $1 to $2") == r"from \$1 to \$2"


def test_a_money_column_is_in_the_unit_of_its_largest_value() -> None:
    assert formats.table_unit(8_440_000) == (1e6, "M")
    assert formats.table_unit(999) == (1.0, "")
