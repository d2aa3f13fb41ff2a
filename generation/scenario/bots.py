"""Bots: accounts of programs that open the product all day long, once.

Reads nothing. Writes nothing itself: rows go to the landing writer. A bot registers,
starts a session every few minutes until the day ends, uses up the day's free credits
and is not seen again. It looks like the person after whom it is modelled otherwise.
"""

import numpy as np
import pyarrow as pa

from generation.scenario import columns as col
from generation.scenario import videos as video
from generation.scenario.calendar import DAY_US, week_start_us
from generation.scenario.landing import LandingWriter
from generation.scenario.ledger import CLAIM_US, DAILY_CREDITS
from generation.scenario.population import CHANNELS, PLATFORMS, Population
from generation.scenario.regions import COUNTRIES
from generation.scenario.releases import android_versions
from generation.scenario.streams import Stream, random_stream

BOT_NUMBER = 8 * 10**10  # numbers of bots lie above all users', below API accounts'
SESSIONS = (120, 230)  # on the one day of a bot; a person has one or two
_IDS_PER_BOT = 1_000
_EDGE_US = 600_000_000  # nothing happens within ten minutes of midnight
_VIDEOS, _VIDEO_CREDITS, _VIDEO_SECONDS = 3, 20, 5
_VIDEO_GPU_SECONDS = 80.0
_ANDROID = PLATFORMS.index("android")


class Bots:
    """Reports each week's new bots, `share` of the accounts since `first_week`."""

    def __init__(
        self, people: Population, *, share: float, seed: int, first_week: int
    ) -> None:
        self._people = people
        self._share = share
        self._seed = seed
        self._first = int(people.first_of_week[first_week])

    def run_week(self, writer: LandingWriter, week: int) -> list[np.ndarray]:
        """Report the week's bots; gives when they did what, registrations first."""
        numbers = np.arange(self._bots_before(week), self._bots_before(week + 1))
        if not numbers.size:
            return []
        return _Burst(self._people, numbers, self._seed, week).report(writer)

    def _bots_before(self, week: int) -> int:
        since = int(self._people.first_of_week[week]) - self._first
        return int(max(since, 0) * self._share + 0.5)


class _Burst:
    """The bots of a week on their day."""

    def __init__(
        self, people: Population, numbers: np.ndarray, seed: int, week: int
    ) -> None:
        stream = random_stream(seed, Stream.BOTS, week)
        first, end = people.first_of_week[week : week + 2]
        model = stream.integers(first, end, numbers.size)
        self._platform = people.platform[model]
        self._country = people.country[model]
        self._channel = people.channel[model]
        self._number = numbers
        day = week_start_us(week) + stream.integers(0, 7, numbers.size) * DAY_US
        self._start = day + _EDGE_US
        self._sessions = stream.integers(*SESSIONS, numbers.size, endpoint=True)
        self._step = (DAY_US - 2 * _EDGE_US) // self._sessions
        self._times: list[np.ndarray] = []

    def report(self, writer: LandingWriter) -> list[np.ndarray]:
        """All that the bots do; gives the times of it."""
        bot = np.arange(self._number.size)
        channel = {"channel": col.coded(self._channel, CHANNELS)}
        number = self._ids(bot, 0 * bot)
        self._send(
            writer, "user_registered", "n", "app", self._start, bot, number, channel
        )
        self._open_sessions(writer)
        self._use_credits(writer)
        return self._times

    def _open_sessions(self, writer: LandingWriter) -> None:
        bot = np.repeat(np.arange(self._number.size), self._sessions)
        turn = np.arange(bot.size) - np.repeat(
            np.cumsum(self._sessions) - self._sessions, self._sessions
        )
        time = self._start[bot] + 5_000_000 + turn * self._step[bot]
        number = self._ids(bot, turn)
        session = {"session_id": col.ids("e", number)}
        self._send(writer, "session_started", "s", "app", time, bot, number, session)

    def _use_credits(self, writer: LandingWriter) -> None:
        """The day's free credits, three clips for them, and what is left at the end."""
        everyone = np.arange(self._number.size)
        bot = np.repeat(everyone, _VIDEOS)
        turn = np.tile(np.arange(_VIDEOS), everyone.size)
        number, time = self._ids(bot, turn), self._start[bot] + (turn + 1) * 60_000_000
        grant, claimed = self._ids(everyone, 0 * everyone), self._start + 60_000_000
        clip, held = col.ids("g", number), col.ids("m", grant)
        shared = {
            "generation_id": clip,
            "mode": col.same("text_to_video", bot.size),
            "model_id": col.same(video.MODELS[0], bot.size),
            "resolution": col.same("720p", bot.size),
            "video_seconds": col.numbers(np.full(bot.size, _VIDEO_SECONDS)),
        }
        credits = col.same(_VIDEO_CREDITS, bot.size)
        asked = shared | {"reserved_credits": credits}
        self._send(writer, "generation_submitted", "q", "app", time, bot, number, asked)
        busy = np.full(bot.size, _VIDEO_GPU_SECONDS)
        made = shared | {
            "status": col.same("succeeded", bot.size),
            "queue_ms": col.same(2_000, bot.size),
            "run_ms": col.same(40_000, bot.size),
            "charged_credits": credits,
            "cost_micros": col.integers(video.cost_micros(busy, time)),
            "device": col.same(video.DEVICE, bot.size),
            "gpu_seconds": col.numbers(busy),
        }
        end = time + 42_000_000
        self._send(
            writer, "generation_finished", "f", "renderer", end, bot, number, made
        )
        given = {
            "grant_id": held,
            "grant_type": col.same("promo", everyone.size),
            "granted_credits": col.same(DAILY_CREDITS, everyone.size),
            "expires_at": col.times(claimed + CLAIM_US),
        }
        self._send(
            writer, "credits_granted", "c", "ledger", claimed, everyone, grant, given
        )
        paid = {
            "grant_id": held.take(pa.array(bot)),
            "generation_id": clip,
            "spent_credits": credits,
        }
        self._send(writer, "credits_spent", "b", "ledger", time, bot, number, paid)
        rest = col.same(DAILY_CREDITS - _VIDEOS * _VIDEO_CREDITS, everyone.size)
        lost = {"grant_id": held, "expired_credits": rest}
        self._send(
            writer,
            "credits_expired",
            "z",
            "ledger",
            claimed + CLAIM_US,
            everyone,
            grant,
            lost,
        )

    def _ids(self, bot: np.ndarray, turn: np.ndarray) -> np.ndarray:
        return BOT_NUMBER + self._number[bot] * _IDS_PER_BOT + turn

    def _send(
        self,
        writer: LandingWriter,
        event_type: str,
        letter: str,
        source: str,
        time: np.ndarray,
        bot: np.ndarray,
        number: np.ndarray,
        columns: dict[str, pa.Array],
    ) -> None:
        """Add the envelope; a program's events arrive at once."""
        owner = BOT_NUMBER + self._number[bot]
        envelope = {
            "event_id": col.ids(letter, number),
            "source": col.same(source, time.size),
            "occurred_at": col.times(time),
            "received_at": col.times(time + 50_000),
            "user_id": col.ids("u", owner),
            "account_id": col.ids("a", owner),
            "platform": col.coded(self._platform[bot], PLATFORMS),
            "app_version": android_versions(time, self._platform[bot] == _ANDROID),
            "country": col.coded(self._country[bot], COUNTRIES),
        }
        self._times.append(time)
        writer.add(event_type, time, envelope | columns)
