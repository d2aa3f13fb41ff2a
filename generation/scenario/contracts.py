"""Enterprise accounts: workspaces, API keys and the contracts of the larger ones.

Reads nothing. Writes nothing itself: it hands columns to the landing writer.
"""

import numpy as np

from generation.scenario import columns as col
from generation.scenario.calendar import DAY_US, WEEK_US, day_index, week_start_us
from generation.scenario.prices import MINOR_FACTOR, currency_of, units_per_usd
from generation.scenario.purchases import ACCOUNT_SIGMA, ApiAccounts
from generation.scenario.regions import CN, CURRENCIES
from generation.scenario.usage_events import API_ACCOUNT, Reporter

RESELLER = 3  # index of the channel
RESELLERS = ("east-agent", "south-agent", "overseas-agent-1", "overseas-agent-2")
FEWEST_UNITS = 2.0  # accounts of this size sign; a median one has 1
MEAN_SIZE = np.exp(ACCOUNT_SIGMA**2 / 2)
COMMITTED = 0.5  # of the spending expected of the account in a year
TERM_US = 365 * DAY_US


def report_openings(
    to: Reporter, api: ApiAccounts, opened: np.ndarray, channel: np.ndarray
) -> None:
    """Workspaces and API keys of new accounts; `channel` belongs to `opened`."""
    owner = API_ACCOUNT + opened
    api.reseller = np.concatenate([api.reseller, _resellers(api, opened, channel)])
    shared = {
        "account_id": col.ids("a", owner),
        "workspace_id": col.ids("W", owner),
    }
    seats = col.integers(_seats(api, opened))
    workspace = shared | {"tier": col.same("enterprise", opened.size), "seats": seats}
    created = api.created[opened]
    time = created - 800_000
    to.send("workspace_created", "W", "billing", time, owner, workspace)
    key = shared | {"api_key_id": col.ids("K", owner)}
    to.send("api_key_created", "U", "app", created - 500_000, owner, key)


def report_contracts(to: Reporter, api: ApiAccounts, *, yearly_usd: float) -> None:
    """Contracts that begin in the week: with the account, and each year again.

    `yearly_usd` is what the company's accounts spend a year on average.
    """
    start = week_start_us(to.numbers.week)
    age = start - api.created
    terms = np.maximum(-(-age // TERM_US), 0)  # begun before the week
    begins = api.created + terms * TERM_US
    due = (begins < start + WEEK_US) & (api.size >= FEWEST_UNITS)
    rows = np.flatnonzero(due)
    owner, begins = API_ACCOUNT + rows, begins[rows]
    currency = currency_of(api.region[rows])
    rate = units_per_usd()[currency, day_index(begins)] * MINOR_FACTOR[currency]
    committed = COMMITTED * yearly_usd * api.size[rows] / MEAN_SIZE * rate
    columns = {
        "account_id": col.ids("a", owner),
        "contract_id": col.ids("N", to.numbers.take("N", rows.size)),
        "workspace_id": col.ids("W", owner),
        "starts_at": col.times(begins),
        "ends_at": col.times(begins + TERM_US),
        "committed_minor": col.integers(np.round(committed)),
        "currency": col.coded(currency, CURRENCIES),
        "seats": col.integers(_seats(api, rows)),
        "reseller": col.coded(api.reseller[rows], RESELLERS),
    }
    to.send("contract_signed", "N", "billing", begins, owner, columns)


def _seats(api: ApiAccounts, rows: np.ndarray) -> np.ndarray:
    return np.clip(np.round(5 * api.size[rows]), 1, 200)


def _resellers(api: ApiAccounts, rows: np.ndarray, channel: np.ndarray) -> np.ndarray:
    """Two agents sell in China and two elsewhere; -1 for direct sales."""
    agent = np.where(api.region[rows] == CN, 0, 2) + rows % 2
    return np.where(channel == RESELLER, agent, -1)
