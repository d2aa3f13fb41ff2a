"""Hand-computed FX views, cash, deferred revenue, credits, ARR and value of customers.

The events, and the policies that differ from the declared ones, are finance_events.py.
"""

from decimal import Decimal

import pytest

JANUARY = "2026-01-01"


def test_three_views_of_rates_and_what_lies_between(january):
    # 0.80 euros a day: 16 days booked at 0.8, 15 at 0.5: 16 + 24 dollars
    views = {
        v: january("revenue_by_fx_view", view=v, region="EU")
        for v in ("booked", "constant", "fx", "period_end", "all")
    }
    # constant at the 0.8 of December: 31; at January's 0.5: 31 x 0.8 / 0.5 = 49.6
    expected = {"booked": 40, "constant": 31, "fx": 9, "period_end": Decimal("49.6")}
    assert views == expected | {"all": 40}


def test_cash_is_told_line_by_line(january):
    lines = {
        line: january("cash_receipts", line=line, region="IN")
        for line in ("charged", "tax", "store_fee", "payment_fee", "refund")
    }
    expected = {"charged": 150, "tax": 18, "store_fee": -29, "payment_fee": -3}
    assert lines == expected | {"refund": -20}
    assert january("cash_receipts", region="IN") == 116  # 150 + 18 - 29 - 3 - 20


def test_fees_come_off_revenue_and_margin(january, finance):
    # 100 + 50 - 20 earned, 32 of fees, no cost
    assert january("revenue", region="IN") == 130
    assert january("revenue", channel="organic") == 261  # all but the adjustment of -7
    assert january("net_revenue", region="IN") == 98
    assert january("gross_margin_after_fees", region="IN") == pytest.approx(98 / 130)


def test_deferred_revenue_rolls_forward(january):
    # DE paid 31 for 31 days from 17 December: 16; CN 365 - 88 = 277; JP 5 of credits
    assert january("deferred_revenue", line="opening") == 298
    # DE 49.6, IN 150, KR 20, GB 30, RU 10
    assert january("deferred_revenue", line="billed") == Decimal("259.6")
    # DE 40, IN 150, KR 20, GB 30, RU 10, CN 31
    assert january("deferred_revenue", line="recognised") == -281
    assert january("deferred_revenue") == Decimal("276.6")


def test_the_bridge_leads_from_cash_to_arr(january):
    step = {
        name: january("arr_bridge", step=name)
        for name in (
            "cash",
            "billings",
            "unmatched_sales",
            "deferral",
            "refunds",
            "adjustments",
            "revenue",
            "other_revenue",
            "one_off_sales",
        )
    }
    # billings: DE 49.6, IN 150, KR 20, GB 30; + 18 tax - 32 fees - 20 refunded
    assert step["billings"] == Decimal("249.6")
    assert step["cash"] == Decimal("215.6")
    # RU's credits of 10 have no payment; 281 earned of 259.6 billed
    assert step["unmatched_sales"] == 10
    assert step["deferral"] == Decimal("21.4")
    assert (step["refunds"], step["adjustments"]) == (-20, -7)
    assert step["revenue"] == 254  # 249.6 + 10 + 21.4 - 20 - 7
    # usage 50 and credits 10 less refund and adjustment are no subscription revenue
    assert step["other_revenue"] == -33
    assert step["one_off_sales"] == 50


def test_contracted_arr_knows_what_is_signed_and_what_ends(finance, january):
    days = ["2026-01-19", "2026-01-20"]
    signed = [finance.value("arr_contracted", day, region="LATAM") for day in days]
    assert signed == [None, 480]  # 12 x 40
    assert finance.value("arr_subscription", "2026-02-15", region="LATAM") is None
    days = ["2026-01-09", "2026-01-10"]
    ending = [finance.value("arr_contracted", day, region="ROW") for day in days]
    assert ending == [120, 0]
    assert january("arr_subscription", region="ROW") == 120


def test_usage_within_a_commitment_is_no_usage_arr(january):
    # 50 billed, 360 / 12 = 30 committed for the month
    assert january("arr_usage", region="IN") == 240  # 12 x 20
    assert january("arr_usage", plan="usage") == 240


def test_a_commitment_is_burnt_by_what_is_paid(finance, january):
    # IN 100 + 50 - 20 of 360, CN 365 - 5 of 720
    assert january("commitment_burn", region="IN") == pytest.approx(130 / 360)
    assert january("commitment_burn") == pytest.approx(490 / 1080)
    rows = finance.rows(
        "select seats, left_micros, renews_on::text, runs_out_on::text"
        " from marts.fct_enterprise_monthly where month_start = '2026-01-01'"
        " order by account_id"
    )
    # IN: 130 in 31 days are 360 in 85.8: the 86th day is 27 March; CN: 720 last
    assert rows == [
        (5, 230_000_000, "2027-01-01", "2026-03-27"),
        (2, 360_000_000, "2026-04-01", None),
    ]


def test_renewals_are_due_until_they_are_signed(finance):
    # CN ends on 1 April: 91 days after December, 60 after January, renewed in February
    due = [
        finance.value("accounts_up_for_renewal", month, "month")
        for month in ("2025-12-01", "2026-01-01", "2026-02-01")
    ]
    assert due == [0, 1, 0]


def test_expected_breakage_is_earned_in_proportion(finance, january):
    # half of 1,000 is expected to expire: 250 burnt earn 250 / 500 of 10 dollars
    days = ["2026-01-12", "2026-01-20", "2026-02-10"]
    earned = [finance.value("revenue", day, region="RU") for day in days]
    assert earned == [5, 5, None]
    # burnt alone would have earned 2.5, then 6.5 of the 10
    broken = [finance.value("credit_breakage", day, region="RU") for day in days]
    assert broken == [Decimal("2.5"), 1, None]
    assert finance.value("credit_liability", days[0], region="RU") == 5
    assert january("credit_liability", region="RU") == 0


def test_credits_owed_have_an_age(finance, january):
    # JP: sold on 1 October, 122 days before 31 January
    assert january("credit_liability_by_age", age="91-180") == 5
    assert january("credit_liability_by_age") == 5
    october = finance.value(
        "credit_liability_by_age", "2025-10-01", "month", age="0-30"
    )
    assert october == 5


def test_the_ledger_of_credits_adds_up(finance, january):
    flows = {
        k: january("credit_flows", kind=k) for k in ("granted", "spent", "expired")
    }
    assert flows == {"granted": 1000, "spent": -650, "expired": None}
    assert january("credits_outstanding") == 850  # JP 500, RU 350
    assert finance.value("credits_outstanding", "2026-02-10") == 500
    # 10 dollars for 1,000 credits
    assert january("credit_price") == pytest.approx(0.01)


def test_what_an_account_pays(finance, january):
    # 158.6 of six subscribers; IN bought 50 of usage
    assert january("arpa") == pytest.approx(158.6 / 6)
    assert january("arppu") == pytest.approx(208.6 / 7)
    # December: 10, 20, 30, 10, 31, 10
    december = finance.value("customer_hhi", "2025-12-01", "month")
    assert december == pytest.approx((100 + 400 + 900 + 100 + 961 + 100) / 111**2)
    assert finance.value("top_10_share", "2025-12-01", "month") == 1


def test_the_share_of_business_customers(january):
    # MRR-days of January: standard 140 US + 634 KR + 510 GB + 290 BR + 140 TR
    # + 1,240 DE + 310 AU = 3,264; pro 37 x 17 = 629; adjusted 25 x 22 = 550
    business, everybody = 629 / 31 + 50, (3264 + 629 + 550) / 31 + 50
    assert january("business_share") == pytest.approx(business / everybody)


def test_the_plans_that_accounts_moved_between(january):
    moved = {
        (a, b): january("plan_transitions", from_plan=a, to_plan=b)
        for a, b in (
            ("standard", "standard"),
            ("standard", "pro"),
            ("standard", "none"),
            ("none", "standard"),
            ("standard", "all"),
        )
    }
    # KR, GB, DE, AU stay; TR upgrades; US leaves; BR comes back
    assert list(moved.values()) == [4, 1, 1, 1, 6]


def test_observed_value_is_margin_within_the_horizon(finance):
    # CN: 92 of 365 days at a dollar, 5 given back, 2 of cost
    first = "2025-10-01"
    assert finance.value("payer_value", first, "month", months="3") == 85
    assert finance.value("payer_value", first, "month", months="6") is None
    assert finance.state("payer_value", first, "month", months="6") == "withheld"
