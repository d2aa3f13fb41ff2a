"""The fourteen regions of the reference company and their assumed characters.

Reads nothing. Writes nothing. Shares and factors are assumptions; the dates on which
motion control opened are public for the first group and assumed for the others.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.calendar import day_of


@dataclass(frozen=True)
class Region:
    """A market. Shares are relative weights and are normalised where they are used."""

    code: str
    currency: str
    registrations: float
    viral: float
    price_factor: float
    conversion: float
    enterprise: float
    rollout_day: int
    app_share: float
    utc_offset: int
    countries: dict[str, float]


_FIRST = day_of(2025, 12, 18)
_SECOND = day_of(2025, 12, 22)
_CHINA = day_of(2025, 12, 29)
_EUROPE = day_of(2026, 1, 5)
_LAST = day_of(2026, 1, 12)
_EU = {"DE": 0.26, "FR": 0.22, "IT": 0.16, "ES": 0.16, "PL": 0.12, "NL": 0.08}
_LATAM = {"MX": 0.48, "AR": 0.26, "CO": 0.26}
_SEA = {"ID": 0.34, "VN": 0.22, "TH": 0.18, "PH": 0.16, "MY": 0.10}
_MENA = {"AE": 0.22, "SA": 0.30, "EG": 0.30, "MA": 0.18}
_ROW = {"CA": 0.45, "AU": 0.35, "NG": 0.20}

REGIONS = (
    Region("CN", "CNY", 0.24, 0.06, 0.92, 1.0, 0.36, _CHINA, 0.30, 8, {"CN": 1.0}),
    Region("US", "USD", 0.11, 0.10, 1.0, 1.0, 0.27, _FIRST, 0.15, -6, {"US": 1.0}),
    Region("KR", "KRW", 0.035, 0.10, 0.95, 1.3, 0.06, _FIRST, 0.30, 9, {"KR": 1.0}),
    Region("JP", "JPY", 0.035, 0.05, 0.95, 1.1, 0.06, _FIRST, 0.20, 9, {"JP": 1.0}),
    Region("EU", "EUR", 0.10, 0.11, 1.0, 0.95, 0.09, _EUROPE, 0.15, 1, _EU),
    Region("UK", "GBP", 0.025, 0.03, 1.0, 1.0, 0.03, _FIRST, 0.15, 0, {"GB": 1.0}),
    Region("IN", "INR", 0.11, 0.10, 0.45, 0.35, 0.02, _SECOND, 0.25, 5, {"IN": 1.0}),
    Region("BR", "BRL", 0.06, 0.09, 0.55, 0.45, 0.01, _SECOND, 0.25, -3, {"BR": 1.0}),
    Region("LATAM", "USD", 0.06, 0.09, 0.55, 0.45, 0.01, _SECOND, 0.25, -5, _LATAM),
    Region("RU", "USD", 0.04, 0.07, 0.60, 0.50, 0.00, _SECOND, 0.20, 3, {"RU": 1.0}),
    Region("TR", "TRY", 0.03, 0.05, 0.50, 0.55, 0.00, _SECOND, 0.25, 3, {"TR": 1.0}),
    Region("SEA", "USD", 0.09, 0.09, 0.50, 0.40, 0.03, _SECOND, 0.25, 7, _SEA),
    Region("MENA", "USD", 0.05, 0.05, 0.80, 0.60, 0.03, _LAST, 0.20, 3, _MENA),
    Region("ROW", "USD", 0.015, 0.01, 0.70, 0.50, 0.03, _LAST, 0.20, 0, _ROW),
)
CODES = tuple(region.code for region in REGIONS)
COUNTRIES = tuple(code for region in REGIONS for code in region.countries)
CURRENCIES = tuple(sorted({region.currency for region in REGIONS}))
NUM_REGIONS = len(REGIONS)
US = CODES.index("US")
CN = CODES.index("CN")


def region_values(field: str) -> np.ndarray:
    """One number per region, in the order of REGIONS."""
    return np.array([getattr(region, field) for region in REGIONS], dtype=float)


def region_shares(field: str) -> np.ndarray:
    """One share per region; the shares add up to one."""
    values = region_values(field)
    return values / values.sum()


def draw_countries(region: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Country index (into COUNTRIES) of each user by region and a uniform number."""
    edges = np.concatenate(
        [
            index + np.cumsum(list(r.countries.values()))
            for index, r in enumerate(REGIONS)
        ]
    )
    position = np.searchsorted(edges, region + uniform, side="right")
    last = np.searchsorted(edges, np.arange(NUM_REGIONS) + 0.999999, side="right")
    return np.minimum(position, last[region]).astype(np.int8)
