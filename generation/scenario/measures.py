"""The scenario's published figures, computed from an expected path.

Reads nothing. Writes nothing. Definitions as in docs: run-rate = mean daily MRR of the
month + packs and API packages sold; recognised = straight-line, and as credits burn.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario import accounting, products
from generation.scenario.calendar import (
    DAYS,
    MONTHS,
    WEEKS,
    day_of,
    month_bounds,
    month_weights,
    week_of,
    week_start,
)
from generation.scenario.model import ExpectedPath
from generation.scenario.prices import plans, units_per_usd
from generation.scenario.regions import (
    CN,
    CURRENCIES,
    NUM_REGIONS,
    REGIONS,
    US,
    region_values,
)
from generation.scenario.registrations import registered_by

SEGMENTS = ("consumer", "pro", "enterprise")
TOP_UP_BURN_WEEKS = 2.5
PACKAGE_BURN_WEEKS = 5.0
FIRST_PAYMENT_REFUNDS = 0.042
# Of web card payments disputed at the bank, and of the disputes that the payer wins.
CHARGEBACKS, CHARGEBACKS_LOST = 0.008, 0.65
QUARTERS = {
    f"2025Q{quarter}": [(2025, 3 * quarter - 2 + i) for i in range(3)]
    for quarter in range(1, 5)
}


@dataclass(frozen=True)
class Books:
    """Expected money by segment, month and region. Shape [3, months, regions]."""

    run_rate: np.ndarray
    recognised: np.ndarray


def month_index(year: int, month: int) -> int:
    """Position of a month in the books."""
    return MONTHS.index((year, month))


def keep_books(path: ExpectedPath) -> Books:
    """Book the expected path exactly as the rows will be booked."""
    run, recognised = _subscription_books(path)
    weeks_in_month = np.stack([month_weights(*month) for month in MONTHS])
    sold = np.stack(
        [path.top_up_usd[0] + path.motion_usd, path.top_up_usd[1], path.enterprise_usd]
    )
    run += np.einsum("mw,swr->smr", weeks_in_month, sold)
    burn = [TOP_UP_BURN_WEEKS, TOP_UP_BURN_WEEKS, PACKAGE_BURN_WEEKS]
    burnt = np.stack(
        [_burn(weeks) @ part for weeks, part in zip(burn, sold, strict=True)]
    )
    burnt[:2] *= 1 - disputed_share()
    recognised += np.einsum("mw,swr->smr", weeks_in_month, burnt)
    return Books(run, recognised)


def _subscription_books(path: ExpectedPath) -> tuple[np.ndarray, np.ndarray]:
    run = np.zeros((3, len(MONTHS), NUM_REGIONS))
    recognised = np.zeros_like(run)
    for index, product in enumerate(products.products()):
        maps = accounting.class_maps(product.payer_class)
        for region, place in enumerate(REGIONS):
            currency = CURRENCIES.index(place.currency)
            starts = path.starts[index, :, region]
            by_step = maps.run[currency] @ starts  # [STEPS, months]
            earned = maps.recognised[currency] @ starts
            for segment, price in step_prices(product, region):
                run[segment, :, region] += price @ by_step
                recognised[segment, :, region] += price @ earned
            first = step_prices(product, region)[0][1][0]
            if product.interval == "month":
                segment = segment_of(product.plan)
                refund = FIRST_PAYMENT_REFUNDS * first * earned[0]
                recognised[segment, :, region] -= refund
    return run, recognised * (1 - disputed_share())


def disputed_share() -> np.ndarray:
    """Share of users' payments that their banks give back. Shape [regions]."""
    return CHARGEBACKS * CHARGEBACKS_LOST * (1 - region_values("app_share"))


def weekly_mrr(path: ExpectedPath) -> np.ndarray:
    """Mean daily MRR of each week in dollars. Shape [2, WEEKS, regions]."""
    total = np.zeros((2, WEEKS, NUM_REGIONS))
    for index, product in enumerate(products.products()):
        run, _ = accounting.money_maps(product.payer_class, "week")
        for region, place in enumerate(REGIONS):
            by_step = (
                run[CURRENCIES.index(place.currency)] @ path.starts[index, :, region]
            )
            for segment, price in step_prices(product, region):
                total[segment, :, region] += price @ by_step
    return total


def segment_of(plan: int) -> int:
    """Segment index of a plan."""
    return SEGMENTS.index(plans()[plan].segment)


def step_prices(product: products.Product, region: int) -> list[tuple[int, np.ndarray]]:
    """Expected local price by period step, for the plan and for those it moves to."""
    prices, plan = products.plan_prices(), product.plan
    if product.interval != "month":
        price = prices[product.interval][plan, region]
        return [(segment_of(plan), np.array([price, price, price]))]
    factors = [
        products.coupon_factor(product.coupons, step)
        for step in range(accounting.STEPS)
    ]
    month = prices["month"][:, region]
    stays = 1 - sum(share for _, share in product.moves)
    steps = np.array([prices["intro"][plan, region], month[plan], month[plan] * stays])
    moved = [
        (segment_of(target), np.array([0, 0, month[target] * share * factors[-1]]))
        for target, share in product.moves
    ]
    return [(segment_of(plan), steps * factors), *moved]


def _burn(weeks: float) -> np.ndarray:
    """Share of a week's sales burnt in each later week. Shape [WEEKS, WEEKS]."""
    kernel = np.exp(-np.arange(WEEKS) / weeks)
    kernel /= kernel.sum()
    lag = np.arange(WEEKS)[:, None] - np.arange(WEEKS)
    return np.where(lag >= 0, kernel[np.maximum(lag, 0)], 0)


def paying_accounts(path: ExpectedPath, year: int, month: int) -> float:
    """Accounts with MRR, or a pack bought within 30 days, on any day of the month."""
    index = month_index(year, month)
    first, end = month_bounds(year, month)
    total = 0.0
    for product, starts in zip(products.products(), path.starts, strict=True):
        any_day = accounting.class_maps(product.payer_class).any_day[index]
        total += float((any_day @ starts).sum())
    packs_sold = path.motion_buyers.sum(1)
    total += float(packs_sold @ _window(first - 29, end))
    total -= _motion_overlap(path, index, first)
    return total + float(path.enterprise_accounts[min(end // 7, WEEKS - 1)].sum())


def _window(first: int, end: int) -> np.ndarray:
    """Share of each week's days in a range of days."""
    monday = np.arange(WEEKS) * 7
    return np.clip(np.minimum(monday + 7, end) - np.maximum(monday, first), 0, 7) / 7


def _motion_overlap(path: ExpectedPath, index: int, first: int) -> float:
    """Subscribers of the month who also count through their recent motion pack."""
    recent = np.zeros(WEEKS)
    recent[max((first - 29) // 7 + 4, 0) : (first + 31) // 7 + 1] = 1
    total = 0.0
    for product, starts in zip(products.products(), path.starts, strict=True):
        if product.payer_class == 4:
            any_day = accounting.class_maps(4).any_day[index]
            total += float((any_day * recent) @ starts.sum(1))
    return total


def new_payers(path: ExpectedPath, year: int, month: int) -> float:
    """Accounts that first pay in the month, the motion pack's subscribers apart."""
    own = sum(
        starts.sum(1)
        for product, starts in zip(products.products(), path.starts, strict=True)
        if product.payer_class != 4
    )
    accounts = path.enterprise_accounts.sum(1)
    opened = np.diff(accounts, prepend=0.0)
    return float(
        (own + path.motion_buyers.sum(1) + opened) @ month_weights(year, month)
    )


def quarter_rmb(monthly_usd: np.ndarray, quarter: str) -> float:
    """Renminbi of a quarter at the mean assumed rate of each month."""
    rates = units_per_usd()[CURRENCIES.index("CNY")]
    total = 0.0
    for year, month in QUARTERS[quarter]:
        first, end = month_bounds(year, month)
        rate = rates[first : min(end, DAYS)].mean()
        total += monthly_usd[month_index(year, month)] * rate
    return float(total)


def measure(path: ExpectedPath) -> dict[str, float]:
    """All figures that calibration fits or reports."""
    wau = path.wau.sum(1)
    books = keep_books(path)
    run, recognised = books.run_rate.sum((0, 2)), books.recognised.sum((0, 2))
    december = month_index(2025, 12)
    total = run[december]
    by_region = books.run_rate[:, december].sum(0) / total
    by_segment = books.run_rate[:, december].sum(1)
    videos = np.concatenate([[0.0], np.cumsum(path.videos.sum(1))])
    edges = np.arange(WEEKS + 1) * 7
    peak = [w for w in range(WEEKS) if week_start(w).strftime("%Y-%m") == "2026-01"]
    pre = week_of(week_start(0)) + day_of(2025, 12, 8) // 7
    before, after = paying_accounts(path, 2025, 12), paying_accounts(path, 2026, 1)
    figures = {
        "wau_before_launch": wau[pre],
        "wau_december_mean": wau[pre - 1 : pre + 3].mean(),
        "wau_january_peak": wau[peak].max(),
        "run_rate_december": total,
        "run_rate_january": run[december + 1],
        "run_rate_march": run[month_index(2025, 3)],
        "consumer_december": by_segment[0],
        "pro_december": by_segment[1],
        "enterprise_december": by_segment[2],
        "share_us": by_region[US],
        "share_cn": by_region[CN],
        "payers_december": before,
        "payers_january": after,
        "payers_ratio": after / before,
        "new_payers_ratio": new_payers(path, 2026, 1) / new_payers(path, 2025, 12),
        "registered_april": registered_by(path.registrations, day_of(2025, 4, 15)),
        "registered_december": registered_by(path.registrations, day_of(2025, 12, 15)),
        "videos_january": np.interp(day_of(2025, 1, 31), edges, videos),
        "videos_april": np.interp(day_of(2025, 4, 15), edges, videos),
        "videos_december": np.interp(day_of(2025, 12, 15), edges, videos),
    }
    figures["videos_april_to_december"] = (
        figures["videos_december"] - figures["videos_april"]
    )
    for quarter in QUARTERS:
        figures[f"recognised_{quarter}"] = quarter_rmb(recognised, quarter)
    return {name: float(value) for name, value in figures.items()}
