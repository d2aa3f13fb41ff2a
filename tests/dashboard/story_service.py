"""The metrics of Features, Service and Accounts in the published story.

Reads and writes nothing. Figures are of the 1:100 sample; shares are made up and simple
enough to be computed by hand.
"""

from datetime import date, timedelta

AS_OF = date(2026, 3, 29)
LAUNCHES = [
    (date(2025, 4, 15), "Model 2.0", "model", "kling-v2-0", "The second generation"),
    (date(2025, 5, 29), "Model 2.1", "model", "kling-v2-1", "Faster and cheaper"),
    (date(2025, 12, 29), "Motion control", "feature", "motion_control", "In China"),
    (date(2025, 12, 18), "Motion control", "feature", "motion_control", "By a clip"),
    (date(2026, 3, 4), "Motion control 3.0", "feature", "motion_control", "Second"),
]
Rows = dict[str, list[tuple[object, ...]]]
Shares = dict[str, float]
MODES = ("text_to_video", "image_to_video", "motion_control")
RATIO = ("ratio", "percent", False)
USD = ("usd", "usd", True)
BOTH, WEEK, MONTH = "week, month", "week", "month"
# name: label, (unit, format, extensive), grains, dimensions
SHORT = {
    "feature_users": ("Feature users", ("users", "count", True), BOTH, "feature"),
    "feature_breadth": ("Breadth", ("features", "ratio", False), BOTH, ""),
    "feature_depth": ("Depth", ("videos", "ratio", False), BOTH, "feature"),
    "feature_trial_7": ("Tried in 7 days", RATIO, WEEK, "feature"),
    "feature_retention": ("Used again", RATIO, WEEK, "feature"),
    "weekly_creators": ("Creators", ("users", "count", True), WEEK, "region"),
    "delivered_videos": ("Videos", ("videos", "count", True), WEEK, "model"),
    "generation_success_rate": ("Success", RATIO, BOTH, "mode"),
    "moderation_rate": ("Moderated", RATIO, BOTH, "mode"),
    "download_rate": ("Downloaded", RATIO, BOTH, "mode"),
    "share_rate": ("Shared", RATIO, BOTH, "mode"),
    "regenerate_rate": ("Repeated", RATIO, BOTH, "mode"),
    "latency_p50": ("p50", ("seconds", "duration", False), BOTH, "mode, audience"),
    "latency_p95": ("p95", ("seconds", "duration", False), BOTH, "mode, audience"),
    "retention_by_wait": ("Wait", RATIO, WEEK, "minutes"),
    "revenue_churn": ("Revenue churn", RATIO, MONTH, "cause"),
    "gpu_cost_per_second": ("Cost", ("usd", "usd", False), BOTH, "mode"),
    "revenue_per_second": ("Price", ("usd", "usd", False), MONTH, "region"),
    "gross_margin_after_fees": ("After fees", RATIO, MONTH, "region"),
    "wasted_cost": ("Wasted", USD, MONTH, "reason"),
    "wasted_gpu_seconds": ("Wasted", ("seconds", "count", True), MONTH, "reason"),
    "free_tier_subsidy": ("Subsidy", USD, MONTH, "region"),
    "subsidy_per_payer": ("Per payer", ("usd", "usd", False), MONTH, "region"),
    "arr_contracted": ("Contracted ARR", USD, MONTH, "segment"),
    "commitment_burn": ("Commitments", RATIO, MONTH, "region"),
    "accounts_up_for_renewal": ("Due", ("accounts", "count", True), MONTH, "region"),
    "business_share": ("Business share", RATIO, MONTH, ""),
    "top_10_share": ("Top 10", RATIO, MONTH, ""),
    "customer_hhi": ("HHI", ("ratio", "ratio", False), MONTH, ""),
    "active_api_accounts": ("API", ("accounts", "count", True), MONTH, "region"),
    "api_calls": ("API calls", ("calls", "count", True), MONTH, "model"),
    "api_delivered_seconds": ("API", ("seconds", "count", True), MONTH, "model"),
    "api_error_rate": ("API errors", RATIO, BOTH, "model"),
    "credit_liability_by_age": ("Liability", USD, MONTH, "age"),
    "credits_outstanding": ("Held", ("credits", "count", True), MONTH, "grant_type"),
    "credit_flows": ("Flows", ("credits", "count", True), MONTH, "kind"),
    "credit_breakage": ("Breakage", USD, MONTH, "region"),
    "credit_price": ("Price", ("usd", "usd", False), MONTH, "region"),
}
METRICS = {
    name: (label, *kind, grains, dimensions, f"What {name} means.", f"{name} / 1")
    for name, (label, kind, grains, dimensions) in SHORT.items()
}


def by_mode(total: float, *modes: float) -> Shares:
    """Give the total and the value of text, image and motion."""
    return {"all": total} | dict(zip(MODES, modes, strict=True))


EACH = {
    "feature_depth": by_mode(6, 4, 4.5, 3),
    "generation_success_rate": by_mode(0.94, 0.95, 0.94, 0.92),
    "moderation_rate": by_mode(0.03, 0.03, 0.02, 0.04),
    "download_rate": by_mode(0.14, 0.15, 0.14, 0.13),
    "share_rate": by_mode(0.04, 0.04, 0.05, 0.03),
    "latency_p50": by_mode(90, 80, 90, 150),
    "latency_p95": by_mode(600, 540, 600, 900),
    "gpu_cost_per_second": by_mode(0.018, 0.018, 0.018, 0.017),
    "feature_breadth": {"all": 1.7},
    "api_error_rate": {"all": 0.06},
}
WEEKLY = {
    "feature_trial_7": {"motion_control": 0.2},
    "feature_retention": dict(zip(MODES, (0.3, 0.31, 0.25), strict=True)),
    "retention_by_wait": {"all": 0.4, "under_half": 0.5, "over_5": 0.3},
}
OF_USERS = {
    "feature_users": by_mode(0.5, 0.3, 0.35, 0.2),
    "weekly_creators": {"all": 0.4},
    "delivered_videos": {"all": 2.0},
}
MONTHLY = {
    "revenue_churn": {"all": 0.08, "voluntary": 0.05, "involuntary": 0.03},
    "revenue_per_second": {"all": 0.05},
    "gross_margin_after_fees": {"all": 0.6},
    "subsidy_per_payer": {"all": 5.0},
    "commitment_burn": {"all": 0.45},
    "accounts_up_for_renewal": {"all": 3},
    "business_share": {"all": 0.7},
    "top_10_share": {"all": 0.2},
    "customer_hhi": {"all": 0.012},
    "active_api_accounts": {"all": 170},
    "credit_price": {"all": 0.013},
}
OF_REVENUE = {
    "wasted_cost": {"all": 0.2, "failed": 0.05, "not_kept": 0.15},
    "wasted_gpu_seconds": {"all": 200, "failed": 50, "not_kept": 150},
    "free_tier_subsidy": {"all": 0.06},
    "arr_contracted": {"all": 6, "consumer": 1, "pro": 3, "enterprise": 2},
    "api_calls": {"all": 0.5, "kling-v2-0": 0.3, "kling-v2-1": 0.2},
    "api_delivered_seconds": {"all": 2.5},
    "credit_liability_by_age": {"all": 0.4, "0-30": 0.3, "31-90": 0.1},
    "credits_outstanding": {"all": 90, "plan": 60, "pack": 30},
    "credit_flows": {"all": 10, "granted": 100, "spent": -70, "expired": -20},
    "credit_breakage": {"all": 0.01},
}


def add_week(rows: Rows, week: date, users: float, state: str) -> None:
    """Add the rows of one week with its active users."""
    _add_each(rows, "week", week, state)
    for metric, parts in WEEKLY.items():
        is_open = week + timedelta(days=13) > AS_OF
        known = "provisional" if is_open and state == "closed" else state
        _add(rows, metric, "week", week, parts, known)
    for metric, parts in OF_USERS.items():
        _add(rows, metric, "week", week, parts, state, factor=users)


def add_month(rows: Rows, month: date, revenue: float) -> None:
    """Add the rows of one month with its revenue."""
    state = "provisional" if month == date(2026, 3, 1) else "closed"
    _add_each(rows, "month", month, state)
    people = by_mode(1000, 600, 700, 400)
    _add(rows, "feature_users", "month", month, people, state)
    for metric, parts in MONTHLY.items():
        _add(rows, metric, "month", month, parts, state)
    for mode in MODES:
        rows["gross_margin"].append(("month", month, mode, 0.6, None, None, state))
    for metric, parts in OF_REVENUE.items():
        _add(rows, metric, "month", month, parts, state, factor=revenue)


def _add_each(rows: Rows, grain: str, start: date, state: str) -> None:
    for metric, parts in EACH.items():
        _add(rows, metric, grain, start, parts, state)
    # Nobody states the prompts: withheld, without a value.
    rows["regenerate_rate"].append((grain, start, "all", None, 0, 0, "withheld"))
    for metric in ("latency_p50", "latency_p95"):
        for audience, times in (("free", 3.0), ("paid", 0.6), ("api", 0.5)):
            value = EACH[metric]["all"] * times
            row = (grain, start, "all", audience, value, None, None, state)
            rows[metric].append(row)


def _add(
    rows: Rows,
    metric: str,
    grain: str,
    start: date,
    parts: Shares,
    state: str,
    *,
    factor: float = 1.0,
) -> None:
    """Add one row a part; a second dimension is 'all'."""
    names = [name for name in str(METRICS[metric][5]).split(", ") if name]
    for part, share in parts.items():
        dimensions = (part, "all")[: len(names)]
        rows[metric].append(
            (grain, start, *dimensions, share * factor, None, None, state)
        )
