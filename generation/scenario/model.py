"""The expected path of the company by week and region: users, payers, money, videos.

Reads nothing. Writes nothing. Deterministic: the rows follow this path by rounding.
Arrays have the shape [WEEKS, regions] unless their comment says otherwise.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario import accounting, products, retention
from generation.scenario.calendar import MID_DAY, WEEKS, WEEKS_PER_MONTH, day_of
from generation.scenario.parameters import Parameters
from generation.scenario.prices import local_minor, packs, plans, usd
from generation.scenario.regions import CN, NUM_REGIONS, US, region_shares
from generation.scenario.regions import region_values as values
from generation.scenario.registrations import Shock, base_registrations, season

HOLDOUT = 0.05
SPILL_OVER = 0.15  # part of the viral wave that reaches a region before its own launch
PAID_FROM = day_of(2024, 7, 24)  # paid plans open; assumed date
MOTION_PAID_FROM = day_of(2026, 1, 5)  # motion control is free before; assumed
# Top-ups per payer and month at list price, by segment and for the subscribers whom the
# motion control pack brought; assumed.
TOP_UP_USD = {"consumer": 20.0, "pro": 30.0, "motion": 5.0}
FREE_SHARE_OF_PAYERS = 0.8  # payers among the week's active users
NEW_INTENT, VIRAL_LOSS, OLD_INTENT = (
    1.5,
    0.6,
    0.8,
)  # new, viral and old users convert so
ENTERPRISE_DAYS = np.array(
    [
        day_of(2024, 9, 19),
        day_of(2025, 3, 25),
        day_of(2025, 5, 27),
        day_of(2025, 8, 21),
        day_of(2025, 12, 15),
        day_of(2026, 6, 6),
    ]
)
ENTERPRISE_ACCOUNTS = np.array([0, 6e3, 1e4, 2e4, 3e4, 5e4])  # published, cumulative
ENTERPRISE_ACTIVE = 0.34  # share that buys in a month, assumed
INTENT_DAYS = np.array(
    [
        day_of(2024, 9, 1),
        day_of(2024, 12, 15),
        day_of(2025, 1, 25),
        day_of(2025, 3, 18),
        day_of(2025, 5, 10),
        day_of(2025, 8, 15),
        day_of(2025, 10, 25),
        day_of(2025, 12, 10),
    ]
)
VIDEO_DAYS = np.array(
    [day_of(2024, 7, 1), day_of(2025, 1, 15), day_of(2025, 4, 15), day_of(2025, 9, 15)]
)


@dataclass(frozen=True)
class ExpectedPath:
    """What the company does on average; the planted truth of its rows."""

    registrations: np.ndarray
    viral: np.ndarray  # the part of the registrations that motion control brought
    existing: np.ndarray  # active users who registered in an earlier week
    activity: np.ndarray  # [WEEKS] by weeks since registration
    exposed: np.ndarray  # share of the week that the feature was open, holdout apart
    lift: np.ndarray  # relative effect on an exposed user's activity
    starts: np.ndarray  # [products, WEEKS, regions] new subscriptions
    motion_buyers: np.ndarray
    stock_end: np.ndarray  # [products, WEEKS, regions] subscriptions at the week's end
    top_up_local: np.ndarray  # [segments, WEEKS, regions] list dollars x price factor
    top_up_usd: np.ndarray  # [segments, WEEKS, regions] booked dollars
    motion_usd: np.ndarray
    enterprise_usd: np.ndarray
    enterprise_accounts: np.ndarray  # active API accounts at the week's end
    videos: np.ndarray  # delivered
    video_means: np.ndarray  # [4, WEEKS] of a week: free, consumer, pro, API account

    @property
    def wau(self) -> np.ndarray:
        """Weekly active users."""
        return self.registrations + self.existing


@dataclass(frozen=True)
class _Wave:
    """Motion control's wave: local and global parts blended."""

    height: np.ndarray
    weeks_open: np.ndarray
    exposed: np.ndarray


def simulate_path(
    p: Parameters, *, motion_control: bool = True, without: Shock | None = None
) -> ExpectedPath:
    """The expected path, or a counterfactual: no motion control, or no such shock."""
    wave = _wave(p, motion_control)
    shares = region_shares("viral")
    viral = p.motion_size * motion_control * shares * wave.height * season(without)
    registrations = base_registrations(without) + viral
    lift = p.direct_effect * wave.exposed * np.exp(-wave.weeks_open / 12)
    activity = retention.weekly_activity(
        p.activity_first, p.activity_floor, p.activity_power
    )
    existing = _existing(registrations, activity) * (1 + lift)
    existing *= 1 + p.resurrection * motion_control * wave.height
    existing *= 0.97 + 0.03 * season(without)
    starts, motion = _conversions(p, registrations, viral, existing, wave)
    stock_end = _stocks(starts, "stock_end")
    stock_mean = _stocks(starts, "stock_mean")
    top_up = _top_ups(stock_mean)
    accounts = _enterprise_accounts()
    means = _video_means(p)
    payers = _segment_stock(stock_mean)
    free = np.maximum(registrations + existing - payers.sum(0), 0)
    weights = np.stack([free, *payers, accounts])
    return ExpectedPath(
        registrations=registrations,
        viral=viral,
        existing=existing,
        activity=activity,
        exposed=wave.exposed,
        lift=lift,
        starts=starts,
        motion_buyers=motion,
        stock_end=stock_end,
        top_up_local=top_up,
        top_up_usd=top_up * booked_per_list(),
        motion_usd=motion * _motion_pack_usd(),
        enterprise_usd=_enterprise_usd(p),
        enterprise_accounts=accounts,
        videos=(means[:, :, None] * weights).sum(0),
        video_means=means,
    )


def _wave(p: Parameters, motion_control: bool) -> _Wave:
    rollout = values("rollout_day")
    days_local = MID_DAY[:, None] - rollout
    local = np.maximum(days_local, 0) / 7
    everywhere = np.maximum(MID_DAY - rollout.min(), 0)[:, None] / 7
    height = (1 - SPILL_OVER) * _kernel(p, local) + SPILL_OVER * _kernel(p, everywhere)
    exposed = np.clip((days_local + 3.5) / 7, 0, 1) * (1 - HOLDOUT) * motion_control
    return _Wave(height * motion_control, local, exposed)


def _kernel(p: Parameters, weeks: np.ndarray) -> np.ndarray:
    """A gamma-shaped rise to one at the peak, then a slow tail."""
    x = weeks / p.peak_weeks
    rise = np.where(x > 0, x**p.shape * np.exp(p.shape * (1 - x)), 0)
    tail = np.where(x > 1, 0.30 * np.exp(-(weeks - p.peak_weeks) / 9), 0)
    return np.maximum(rise, tail)


def _existing(registrations: np.ndarray, activity: np.ndarray) -> np.ndarray:
    """Active users of earlier cohorts: activity by age times cohort sizes."""
    age = np.arange(WEEKS)[:, None] - np.arange(WEEKS)
    return np.where(age > 0, activity[np.maximum(age, 0)], 0) @ registrations


def _conversions(
    p: Parameters,
    registrations: np.ndarray,
    viral: np.ndarray,
    existing: np.ndarray,
    wave: _Wave,
) -> tuple[np.ndarray, np.ndarray]:
    """New subscriptions by product and motion pack buyers, week after week."""
    wau = registrations + existing
    intent = _intent(p)
    motion_hazard = (
        p.convert_motion * _motion_gate(p, wave) * np.sqrt(values("conversion"))
    )
    stock = [
        accounting.class_maps(index).stock_end
        for index in range(len(retention.CLASSES))
    ]
    products_list = products.products()
    starts = np.zeros((len(products_list), WEEKS, NUM_REGIONS))
    motion = np.zeros((WEEKS, NUM_REGIONS))
    for week in range(WEEKS):
        paying = motion[max(week - 4, 0) : week].sum(0)
        for index, product in enumerate(products_list):
            if week:
                paying += stock[product.payer_class][week - 1] @ starts[index]
        free = np.maximum(wau[week] - FREE_SHARE_OF_PAYERS * paying, 0.2 * wau[week])
        load = (
            NEW_INTENT * registrations[week]
            - VIRAL_LOSS * viral[week]
            + OLD_INTENT * np.maximum(free - registrations[week], 0)
        )
        base = intent[week] * load
        motion[week] = motion_hazard[week] * free
        starts[:, week] = products.split_starts(
            p.convert_consumer * base,
            p.convert_pro * base,
            _motion_subscribers(motion, week),
            week,
        )
    return starts, motion


def _intent(p: Parameters) -> np.ndarray:
    """Willingness to pay by week and region; nobody can before the plans open."""
    intent = np.exp(np.interp(MID_DAY, INTENT_DAYS, np.log(p.intent)))
    factor = values("conversion")
    factor[US] *= p.conversion_us
    factor[CN] *= p.conversion_cn
    return (intent * (MID_DAY > PAID_FROM))[:, None] * factor


def _motion_gate(p: Parameters, wave: _Wave) -> np.ndarray:
    """When and where the motion pack sells: after the free beta, while it is news."""
    opened = 1 / (1 + np.exp(-(MID_DAY - MOTION_PAID_FROM) / 1.6))
    news = np.maximum(MID_DAY - day_of(2026, 1, 8), 0) / 7 / p.novelty_weeks
    local = wave.exposed * np.exp(-wave.weeks_open / 8) * (wave.weeks_open > 0)
    return local * (opened * np.exp(-news))[:, None]


def _motion_subscribers(motion: np.ndarray, week: int) -> np.ndarray:
    """Motion pack buyers who begin a subscription in the week."""
    total = np.zeros(NUM_REGIONS)
    for lag, share in retention.MOTION_LAG.items():
        if week >= lag:
            total += retention.MOTION_SUBSCRIBES * share * motion[week - lag]
    return total


def _stocks(starts: np.ndarray, which: str) -> np.ndarray:
    """Subscriptions by product, from the class's map. [products, WEEKS, regions]."""
    maps = [
        getattr(accounting.class_maps(product.payer_class), which)
        for product in products.products()
    ]
    return np.stack(
        [map_ @ product for map_, product in zip(maps, starts, strict=True)]
    )


def _segment_stock(stock: np.ndarray) -> np.ndarray:
    """Subscriptions on consumer and on professional plans. [2, WEEKS, regions]."""
    is_pro = np.array(
        [plans()[product.plan].segment == "pro" for product in products.products()]
    )
    return np.stack([stock[~is_pro].sum(0), stock[is_pro].sum(0)])


def _top_ups(stock_mean: np.ndarray) -> np.ndarray:
    """List dollars times price factor of the packs sold in a week, by segment."""
    monthly = np.array(
        [
            TOP_UP_USD["motion" if is_motion else plans()[product.plan].segment]
            for product, is_motion in zip(
                products.products(), products.is_motion(), strict=True
            )
        ]
    )
    weekly = stock_mean * (monthly / WEEKS_PER_MONTH)[:, None, None]
    return _segment_stock(weekly) * values("price_factor")


def booked_per_list() -> np.ndarray:
    """Booked dollars for a list dollar at the mid-week rate."""
    day = MID_DAY.astype(int)[:, None]
    region = np.arange(NUM_REGIONS)
    unit = local_minor(1000.0)
    return usd(unit, region, day) / (1000.0 * values("price_factor"))


def _motion_pack_usd() -> np.ndarray:
    """Booked dollars of one motion pack."""
    price = local_minor(packs("motion_intro")[0].price_usd)
    return usd(price, np.arange(NUM_REGIONS), MID_DAY.astype(int)[:, None])


def _enterprise_totals() -> np.ndarray:
    """Active API accounts of the whole company. Shape [WEEKS]."""
    total = np.interp(MID_DAY + 3.5, ENTERPRISE_DAYS, ENTERPRISE_ACCOUNTS)
    return total * ENTERPRISE_ACTIVE


def _enterprise_accounts() -> np.ndarray:
    return _enterprise_totals()[:, None] * region_shares("enterprise")


def _enterprise_usd(p: Parameters) -> np.ndarray:
    """API packages sold in a week; the early accounts are fewer and larger."""
    intent = np.exp(np.interp(MID_DAY, INTENT_DAYS, np.log(p.intent)))
    full = ENTERPRISE_ACTIVE * 3e4
    volume = full * (_enterprise_totals() / full) ** 0.6
    weekly = p.enterprise_spend * intent**0.75 * volume / WEEKS_PER_MONTH
    return weekly[:, None] * region_shares("enterprise")


def _video_means(p: Parameters) -> np.ndarray:
    level = np.exp(np.interp(MID_DAY, VIDEO_DAYS, np.log(p.video_level)))
    base = [p.videos_free, p.videos_consumer, p.videos_pro, p.videos_account]
    return np.array(base)[:, None] * level
