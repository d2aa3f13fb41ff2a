"""The expected books, against periods written out by hand and a brute-force count."""

from datetime import UTC, datetime

import numpy as np
import pytest

from generation.scenario import accounting, retention
from generation.scenario.calendar import MONTHS, add_months, day_of, month_weights
from generation.scenario.prices import MINOR_FACTOR, units_per_usd
from generation.scenario.regions import CURRENCIES
from generation.scenario.streams import phases, round_flow, round_level

USD = CURRENCIES.index("USD")
CONSUMER, YEARLY = 0, 1


def microseconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1e6)


def test_months_end_on_the_last_day_where_the_31st_is_missing() -> None:
    start = np.array([microseconds(2025, 1, 31, 9, 30)])
    assert add_months(start, 1)[0] == microseconds(2025, 2, 28, 9, 30)
    assert add_months(start, 2)[0] == microseconds(2025, 3, 31, 9, 30)
    assert add_months(start, 12)[0] == microseconds(2026, 1, 31, 9, 30)


def test_the_run_rate_of_one_weeks_starts_is_what_counting_days_gives() -> None:
    week = day_of(2025, 3, 10) // 7  # Monday 10 to Sunday 16 March 2025
    may = MONTHS.index((2025, 5))
    # By hand: a start on 10 March pays 10.03-10.04 (1), 10.04-10.05 (0.52) and
    # 10.05-10.06 (0.52 * 0.70). In May the second period covers the days before the
    # 10th (9 of 31), the third one the other 22; and so on up to the 16th. Of renewals
    # 0.6 % rest; 3.6 % of the second periods go on unpaid for 14 days of May.
    second = sum(day - 1 for day in range(10, 17)) / 7 / 31
    third = 1 - second
    run = accounting.class_maps(CONSUMER).run[USD, :, may, week] * MINOR_FACTOR[USD]
    assert run[0] == 0
    assert run[1] == pytest.approx(0.52 * 0.994 * (second + 0.036 * 14 / 31))
    assert run[2] == pytest.approx(0.52 * 0.70 * 0.994 * third)


def test_dollars_are_booked_at_the_rate_of_the_periods_first_day() -> None:
    yuan = CURRENCIES.index("CNY")
    week = day_of(2025, 3, 10) // 7
    march, april = MONTHS.index((2025, 3)), MONTHS.index((2025, 4))
    rate = units_per_usd()[yuan, day_of(2025, 3, 12)] * MINOR_FACTOR[yuan]
    first_period = accounting.class_maps(CONSUMER).run[yuan, 0, :, week]
    # Of the first period (10-16 March to 10-16 April) 19 days on average are in March.
    assert first_period[march] == pytest.approx(19 / 31 / rate)
    # Then 3.6 % of them have 14 days of grace, at the rate of March.
    assert first_period[april] == pytest.approx((12 + 0.036 * 14) / 30 / rate)


def test_a_yearly_price_is_a_twelfth_of_mrr_and_earned_by_the_day() -> None:
    week = day_of(2025, 3, 10) // 7
    june = MONTHS.index((2025, 6))
    maps = accounting.class_maps(YEARLY)
    assert maps.run[USD, 0, june, week] * 100 == pytest.approx(1 / 12)
    assert maps.recognised[USD, 0, june, week] * 100 == pytest.approx(30 / 365)


def test_everything_paid_is_earned_once() -> None:
    week = day_of(2025, 3, 10) // 7
    earned = accounting.class_maps(CONSUMER).recognised[USD, :, :, week].sum() * 100
    paid = retention.CLASSES[CONSUMER].survival(40)
    paid[1:] *= 1 - 0.010 - 0.006  # renewals given for nothing or at rest
    inside = paid[:20].sum()  # periods that end within the horizon
    assert inside < earned < paid[:21].sum()


def test_a_quarterly_price_is_a_third_of_mrr_and_renews_after_three_months() -> None:
    week = day_of(2025, 3, 10) // 7
    may, july = MONTHS.index((2025, 5)), MONTHS.index((2025, 7))
    quarterly = retention.CLASS_NAMES.index("consumer_quarter")
    run = accounting.class_maps(quarterly).run[USD, :, :, week] * 100
    assert run[:, may] == pytest.approx([1 / 3, 0, 0])
    assert run[:, july] == pytest.approx([0, 0.42 / 3, 0])  # grace ended in June


def test_a_payer_of_the_month_holds_a_subscription_on_any_of_its_days() -> None:
    week = day_of(2025, 3, 10) // 7
    any_day = accounting.class_maps(CONSUMER).any_day[:, week]
    march = MONTHS.index((2025, 3))
    # April is reached by everybody (the first period), May by who renewed once.
    assert any_day[march : march + 3] == pytest.approx([1, 1, 0.52])
    assert month_weights(2025, 3)[week] == 1


def test_rounding_keeps_running_sums_within_one() -> None:
    flow = np.random.default_rng(1).exponential(0.3, (200, 9))
    rounded = round_flow(flow, phases(5, 1, (9,)))
    assert np.abs(rounded.cumsum(0) - flow.cumsum(0)).max() <= 1


def test_rounding_errors_of_many_cells_cancel() -> None:
    level = np.full(140, 0.3)
    assert abs(int(round_level(level, phases(5, 2, (140,))).sum()) - 42) <= 2
