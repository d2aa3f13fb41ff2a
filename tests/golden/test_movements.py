"""Hand-computed grace, pauses, transfers, adjustments and effects on MRR.

The events, and the policies that differ from the declared ones, are finance_events.py.
"""

from decimal import Decimal

import pytest

JANUARY = "2026-01-01"


@pytest.fixture(scope="module")
def movements(finance):
    """Read a month's movements of one slice."""

    def read(month: str, **slice_of: str):
        wanted = dict.fromkeys(("region", "segment", "plan"), "all") | slice_of
        where = " and ".join(f"{dim} = '{value}'" for dim, value in wanted.items())
        return dict(finance.rows(
            "select movement, value from metrics.mrr_movements where grain = 'month'"
            f" and period_start = '{month}' and {where} and movement <> 'all'"
        ))  # fmt: skip

    return read


def test_an_unpaid_subscription_counts_for_the_days_of_grace_alone(finance, movements):
    # the first failure is on the 10th, and the policy in force allows 5 days, not 14
    days = ["2026-01-09", "2026-01-10", "2026-01-14", "2026-01-15"]
    assert [finance.value("mrr", day, region="US") for day in days] == [10, 10, 10, 0]
    assert [finance.value("at_risk_mrr", d, region="US") for d in days[1:]] == [
        10,
        10,
        0,
    ]
    assert movements(JANUARY, region="US") == {"churn": -10}


def test_who_pays_within_grace_was_at_risk_and_never_left(finance, movements):
    days = ["2026-01-12", "2026-01-13"]
    assert [finance.value("at_risk_mrr", day, region="KR") for day in days] == [20, 0]
    assert movements(JANUARY, region="KR") == {"expansion": 2}  # 22 - 20


def test_who_pays_after_grace_had_lapsed_until_then(finance):
    # failed on the 1st: 5 days of grace end on the 6th; paid on the 20th
    days = ["2026-01-05", "2026-01-06", "2026-01-19", "2026-01-20"]
    assert [finance.value("mrr", day, region="UK") for day in days] == [30, 0, 0, 30]
    reactivated = finance.value("mrr_movements", days[3], movement="reactivation",
                               region="UK")  # fmt: skip
    assert reactivated == 30


def test_churn_is_voluntary_or_not(january):
    # December closes with US, KR, GB, TR, DE, AU; only US left, and did not ask to
    assert january("logo_churn") == pytest.approx(1 / 6)
    assert january("logo_churn", cause="involuntary") == pytest.approx(1 / 6)
    assert january("logo_churn", cause="voluntary") == 0
    # 10 of 10 + 20 + 30 + 10 + 31 + 10 = 111
    assert january("revenue_churn", cause="involuntary") == pytest.approx(10 / 111)


def test_a_lapse_of_a_week_is_a_pause(movements, finance):
    assert movements("2025-12-01", region="BR") == {"pause": -10}
    assert movements(JANUARY, region="BR") == {"resume": 10}
    assert finance.value("logo_churn", "2025-12-01", "month") == 0


def test_a_plan_change_is_a_transfer_within_its_plans(movements):
    assert movements(JANUARY, region="TR") == {"expansion": 27}
    # all of pro is TR: 37 in, of which 10 came over from standard
    assert movements(JANUARY, plan="pro") == {"transfer": 10, "expansion": 27}
    assert movements(JANUARY, plan="standard")["transfer"] == -10


def test_an_adjustment_is_a_line_of_its_own(january, movements, finance):
    assert january("mrr", plan="adjustment") == 25
    assert movements(JANUARY, region="SEA") == {"restatement": 25}
    assert movements("2026-02-01", region="SEA") == {"restatement": -25}
    assert january("revenue", plan="adjustment") == -7
    assert january("revenue_adjustments", reason="migration error") == -7


def test_effects_add_up_to_the_change_of_mrr(january):
    # 111 to 20 + 2 + 30 + 10 + 37 + 49.6 + 10 = 158.6; six subscriptions both times
    effects = {e: january("mrr_change_effects", effect=e)
               for e in ("volume", "mix", "price", "fx", "all")}  # fmt: skip
    # mix: US -10, BR +10, TR -10 + 37; price: KR 2; fx: 49.6 - 31
    expected = {"volume": 0, "mix": 27, "price": 2, "fx": Decimal("18.6")}
    assert effects == expected | {"all": Decimal("47.6")}
