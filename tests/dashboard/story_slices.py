"""The metrics of the published story, and the slices Growth and Revenue show.

Reads and writes nothing. Figures are of the 1:100 sample; shares are made up and simple
enough to be computed by hand.
"""

from datetime import date, timedelta

AS_OF = date(2026, 3, 29)
Rows = dict[str, list[tuple[object, ...]]]
RUNGS = {"all": 1.0, "session": 1.0, "submitted": 0.5, "delivered": 0.45}
RUNGS |= {"downloaded": 0.2}
STATUSES = {"all": 1.0, "retained": 0.4, "resurrected": 0.35, "new": 0.25}
STATUSES |= {"dormant": 0.6}
FEATURES = {"text_to_video": 0.6, "image_to_video": 0.7, "motion_control": 0.4}
# measure: share that comes back, days after signup until it is known
MEASURES = {"d1": (0.33, 1), "d7": (0.07, 7), "d30": (0.04, 30)}
MEASURES |= {f"w{week}": (0.25 * 0.9**week, 7 * week + 6) for week in range(1, 13)}
PLANS = {"all": 1.0, "standard": 0.35, "pro": 0.25, "premier": 0.2, "ultra": 0.2}
SEGMENTS = {"consumer": 0.4, "pro": 0.4, "enterprise": 0.2}
# name: label, unit, format, extensive, grains, dimensions, definition, formula
METRICS = {
    "weekly_active_users": (
        *("Weekly active users", "users", "count", True, "day, week, month", "region"),
        "Distinct people with a foreground session in the last seven days.",
        "distinct users with a session on days d-6 to d",
    ),
    "paying_users": (
        *("Paying users", "accounts", "count", True, "month", "region, segment"),
        "Accounts with MRR above zero or a credit pack bought in the month.",
        "accounts with mrr > 0 or a pack on any day of the month",
    ),
    "free_to_paid_30": (
        *("Paid within 30 days", "ratio", "percent", False, "week, month", "region"),
        "Share of people who signed up in the period and paid within 30 days.",
        "payers within 30 x 24 h of sign-up / sign-ups",
    ),
    "mrr": (
        *("Monthly recurring revenue", "usd", "usd", True, "month", "region, plan"),
        "Recurring price of all open paid subscriptions at the end of the period.",
        "sum of net monthly price of open subscriptions",
    ),
    "mrr_movements": (
        *("MRR movements", "usd", "usd", True, "month", "movement, region"),
        "What changed MRR over the period, net for each account.",
        "closing mrr - opening mrr, by reason",
    ),
    "run_rate_revenue": (
        *("Run-rate revenue", "usd", "usd", True, "month", "region, segment, plan"),
        "Mean daily MRR of the month, credit packs sold and API usage billed.",
        "mean daily mrr + packs sold + api and usage billed",
    ),
    "arr_runrate": (
        *("ARR, run-rate", "usd", "usd", True, "month", "region, segment, plan"),
        "Annual run-rate of recurring and usage revenue: twelve times the month.",
        "12 x run_rate_revenue",
    ),
    "revenue": (
        *("Recognised revenue", "usd", "usd", True, "month", "region, segment, plan"),
        "Revenue when it is earned: subscriptions over time, credits when burnt.",
        "straight-line subscriptions + credits burnt or expired - refunds",
    ),
    "active_users_by_rung": (
        *("Weekly active users by rung", "users", "count", True, "week", "rung"),
        "Distinct people who reached a rung in seven days.",
        "distinct users with a day on the rung",
    ),
    "user_lifecycle": (
        *("User lifecycle", "users", "count", True, "week", "status"),
        "The active people of the week by how they came about.",
        "active = new + retained + resurrected",
    ),
    "stickiness": (
        *("Stickiness", "ratio", "percent", False, "day, month", "region"),
        "How much of a month its active people are there.",
        "mean daily actives / monthly actives",
    ),
    "retention": (
        *("Retention of signups", "ratio", "percent", False, "week", "measure"),
        "Share of the signups of a week who were active again later.",
        "signups active again / signups",
    ),
    "new_paying_users": (
        *("New paying users", "accounts", "count", True, "month", "region"),
        "Accounts by the date of their first payment.",
        "accounts whose first payment fell in the period",
    ),
    "paid_share": (
        *("Paid share of weekly actives", "ratio", "percent", False),
        *("week", "region"),
        "Share of the weekly active users who pay.",
        "weekly actives who pay / weekly actives",
    ),
    "feature_adoption": (
        *("Feature adoption", "ratio", "percent", False, "week, month", "feature"),
        "Share of those who asked for a video who used the feature.",
        "users of the feature / users who submitted",
    ),
    "arr_subscription": (
        *("ARR, subscription", "usd", "usd", True, "month", "region"),
        "Twelve times the MRR of subscriptions.",
        "12 x mrr",
    ),
    "arr_recognised": (
        *("ARR, recognised", "usd", "usd", True, "month", "region"),
        "Annualised recognised revenue.",
        "365 x recognised revenue of 30 days / 30",
    ),
    "net_revenue_retention": (
        *("Net revenue retention", "ratio", "percent", False, "month", "region"),
        "What the subscribers of a year ago pay now, over what they paid then.",
        "mrr now of accounts of a year before / their mrr then",
    ),
    "gross_revenue_retention": (
        *("Gross revenue retention", "ratio", "percent", False, "month", "region"),
        "What the subscribers of a year ago still pay of what they paid then.",
        "smaller of mrr now and then / mrr then",
    ),
    "gross_margin": (
        *("Gross margin", "ratio", "percent", False, "month", "feature"),
        "Share of recognised revenue left after the computing cost.",
        "(revenue - computing cost) / revenue",
    ),
    "credit_liability": (
        *("Credit liability", "usd", "usd", True, "month", "plan"),
        "What customers have paid for credits that they have not used.",
        "consideration of credits sold - revenue from them",
    ),
}


def add_week(rows: Rows, week: date, users: float, state: str) -> None:
    """Add the rows of one week with its active users."""
    tail = (None, None, state)
    for rung, share in RUNGS.items():
        rows["active_users_by_rung"].append(("week", week, rung, users * share, *tail))
    for status, share in STATUSES.items():
        rows["user_lifecycle"].append(("week", week, status, users * share, *tail))
    for feature, share in FEATURES.items():
        rows["feature_adoption"].append(("week", week, feature, share, 1, 1, state))
    rows["paid_share"].append(("week", week, "all", 0.12, 12, 100, state))
    for offset in range(7):
        day = week + timedelta(days=offset)
        rows["stickiness"].append(("day", day, "all", 0.09, 9, 100, state))
    for measure, (ratio, last) in MEASURES.items():
        if week + timedelta(days=last) <= AS_OF:
            matured = week + timedelta(days=6 + last) <= AS_OF
            known = "closed" if matured else "provisional"
            rows["retention"].append(("week", week, measure, ratio, 1, 1, known))


def add_month(rows: Rows, month: date, closing: float, revenue: float) -> None:
    """Add the rows of one month with its closing MRR and its revenue."""
    state = "provisional" if month == date(2026, 3, 1) else "closed"
    for name, value in {
        "new_paying_users": 2000,
        "arr_subscription": 12 * closing,
        "arr_recognised": 12 * revenue,
        "net_revenue_retention": 1.05,
        "gross_revenue_retention": 0.85,
        "gross_margin": 0.7,
        "credit_liability": 0.4 * revenue,
        "stickiness": 0.09,
    }.items():
        rows[name].append(("month", month, "all", value, None, None, state))
    for feature, share in FEATURES.items():
        rows["feature_adoption"].append(("month", month, feature, share, 1, 1, state))
