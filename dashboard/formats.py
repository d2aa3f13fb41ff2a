"""Number and date text, one rule for every page, mail and chart label.

Reads and writes nothing. Numbers are the same in every language; dates and words are
in that of the reader. Text uses the true minus; the deltas of metric tiles start with
ASCII + or -, from which Streamlit takes its arrow.
"""

import math
import re
from calendar import monthrange
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_interval, format_skeleton

from dashboard import language
from dashboard.language import ENGLISH, say

MISSING = "—"
UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "K"))
DURATIONS = {3600: "{size} h", 60: "{size} min", 1: "{size} s"}
ACRONYMS = {"api", "arr", "fx", "id", "iso", "json", "mrr", "usd", "utc", "wau"}
MARKDOWN_SIGNS = "\\`*_[]$~:<>#!"
# In 2.0M, $1.50 and 5.0%, but not in $0.05.
EMPTY_DECIMALS = re.compile(r"(?:\.0+|(\.\d*?[1-9])0+)(?!\d)")
# A change below this share of a point is noise of the last printed digit.
FLAT_POINTS = 0.0005


def count(value: float | None, prefix: str = "") -> str:
    """Shorten a number: 7.7M, 774K, 98; `prefix` goes between sign and digits."""
    if value is None or math.isnan(value):
        return MISSING
    sign, size = ("−" if value < 0 else ""), abs(value)
    for unit, letter in UNITS:
        # 999.5K prints as 1.0M: the letter follows the rounded number.
        if size >= unit * 0.9995:
            return f"{sign}{prefix}{_digits(size / unit)}{letter}"
    return f"{sign}{prefix}{_small(size)}"


def usd(value: float | None) -> str:
    """Shorten an amount of US dollars: $240M, $24.7M, $0.0123."""
    return count(value, prefix="$")


def percent(ratio: float | None) -> str:
    """Print a ratio as a percentage with one decimal, none from 100% on."""
    if ratio is None or math.isnan(ratio):
        return MISSING
    size = abs(ratio) * 100
    sign = "−" if ratio < 0 else ""
    return f"{sign}{size:.0f}%" if size >= 99.95 else f"{sign}{size:.1f}%"


def duration(seconds: float | None) -> str:
    """Print how long something took: 47 s, 27 min, 2.5 h."""
    if seconds is None or math.isnan(seconds):
        return MISSING
    unit = duration_unit(seconds)
    size = round(seconds / unit, 1)
    digits = f"{size:.0f}" if size >= 10 or size == int(size) else f"{size:.1f}"
    return say(DURATIONS[unit], size=digits)


def duration_unit(seconds: float) -> int:
    """Choose the unit of a duration, in seconds, so that it has digits to compare."""
    return next(
        (unit for unit in DURATIONS if seconds >= 2 * unit or seconds == unit), 1
    )


def value(number: float | None, form: str) -> str:
    """Print a metric's value in the format its catalog entry names."""
    printers = {"usd": usd, "percent": percent, "duration": duration}
    return printers.get(form, count)(number)


def table_unit(largest: float) -> tuple[float, str]:
    """Choose the unit of a money column, so that its largest value has few digits."""
    for unit, letter in UNITS:
        if largest >= unit:
            return unit, letter
    return 1.0, ""


def whole(number: float) -> str:
    """Print an exact count with separators: 38,912,345."""
    return f"{number:,.0f}".replace("-", "−")


def change(now: float | None, then: float | None) -> str | int | None:
    """Print a relative change: +110%, -3.2%, ×13.8 beyond +999%, 0 when flat.

    Returns:
        None when there is no positive number to compare with; the number 0, which
        Streamlit draws grey, when the change would print as 0.0%.
    """
    if now is None or then is None or math.isnan(now) or not then > 0:
        return None
    ratio = now / then - 1
    if ratio >= 9.995:
        return f"×{now / then:.1f}"
    if abs(ratio) < FLAT_POINTS:
        return 0
    size = abs(ratio) * 100
    return (
        f"{_sign(ratio)}{size:,.0f}%" if size >= 9.95 else f"{_sign(ratio)}{size:.1f}%"
    )


def points(now: float | None, then: float | None) -> str | int | None:
    """Print the difference of two ratios in percentage points: +1.6 pp."""
    if now is None or then is None or math.isnan(now - then):
        return None
    difference = now - then
    if abs(difference) < FLAT_POINTS:
        return 0
    return f"{_sign(difference)}{abs(difference) * 100:.1f} pp"


def tick(number: float, form: str) -> str:
    """Print an axis value: like the metric's values, without empty decimals."""
    return EMPTY_DECIMALS.sub(r"\1", value(number, form)) if number else "0"


def delta(now: float | None, then: float | None, form: str) -> str | int | None:
    """Compare two values of a metric the way its format asks for."""
    return points(now, then) if form == "percent" else change(now, then)


def day(when: date) -> str:
    """Print a day: 29 Mar 2026."""
    if language.current() == ENGLISH:
        return f"{when.day} {when:%b %Y}"
    return format_date(when, "medium", locale=language.current())


def short_day(when: date) -> str:
    """Print a day where room is short: 29 Mar 26."""
    if language.current() == ENGLISH:
        return f"{when.day} {when:%b %y}"
    return format_date(when, "short", locale=language.current())


def full_day(when: date) -> str:
    """Print a day in a column of days: 09 Mar 2026."""
    return f"{when:%d %b %Y}" if language.current() == ENGLISH else day(when)


def day_of_year(when: date) -> str:
    """Print a day of the year that is meant: 09 Mar."""
    return _by_name(when, "%d %b", "MMMd")


def moment(when: datetime) -> str:
    """Print a day and a time of it, both of UTC: 29 Mar 2026 09:05."""
    if language.current() == ENGLISH:
        return f"{when:%d %b %Y %H:%M}"
    return f"{day(when)} {when:%H:%M}"


def month(when: date) -> str:
    """Print a month: Dec 2025."""
    return _by_name(when, "%b %Y", "yMMM")


def full_month(when: date) -> str:
    """Print a month in a sentence: December 2025."""
    return _by_name(when, "%B %Y", "yMMMM")


def month_name(when: date) -> str:
    """Print which month of a year it is: Dec."""
    if language.current() == ENGLISH:
        return f"{when:%b}"
    return format_date(when, "MMM", locale=language.current())


def period(grain: str, start: date) -> str:
    """Print a period by its first day: Dec 2025, 19–25 Jan 2026, 29 Mar 2026."""
    if grain == "month":
        return month(start)
    if grain == "day":
        return day(start)
    end = period_end(grain, start)
    if language.current() != ENGLISH:
        return format_interval(start, end, "yMMMd", locale=language.current())
    first = f"{start.day}" if start.month == end.month else f"{start.day} {start:%b}"
    return f"{first}–{day(end)}"


def period_end(grain: str, start: date) -> date:
    """Find the last day of the period that starts on the given day."""
    days = {"day": 1, "week": 7, "month": monthrange(start.year, start.month)[1]}
    return start + timedelta(days=days[grain] - 1)


def age(elapsed: timedelta) -> str:
    """Print how long ago: 4 min, 4 h, 3 d."""
    minutes = max(0, int(elapsed.total_seconds() // 60))
    if minutes < 60:
        return say("{size} min", size=minutes)
    if minutes < 72 * 60:
        return say("{size} h", size=minutes // 60)
    return say("{size} d", size=minutes // 1440)


def words(name: str) -> str:
    """Turn a technical name of the data into words of the reader's language."""
    return say(spelled(name))


def spelled(name: str) -> str:
    """Turn a technical name into words: mrr_in_the_future becomes MRR in the future."""
    said = name.replace("_", " ").replace(".", " ").split()
    text = " ".join(word.upper() if word in ACRONYMS else word for word in said)
    return text[:1].upper() + text[1:]


def inside(name: str) -> str:
    """Put a name into a sentence: its capital goes, those of an acronym stay."""
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def markdown(text: str) -> str:
    """Escape the dollar signs that Markdown would read as a formula."""
    return text.replace("$", "\\$")


def plain(text: str) -> str:
    """Escape what a reader wrote: in Markdown it could load pictures from elsewhere."""
    return "".join(f"\\{sign}" if sign in MARKDOWN_SIGNS else sign for sign in text)


def _by_name(when: date, english: str, skeleton: str) -> str:
    if language.current() == ENGLISH:
        return f"{when:{english}}"
    return format_skeleton(skeleton, when, locale=language.current())


def _digits(size: float) -> str:
    return f"{size:.0f}" if size >= 99.95 else f"{size:.1f}"


def _small(size: float) -> str:
    if size >= 10 or size == int(size):
        return f"{size:.0f}"
    return f"{size:.2f}" if size >= 1 else f"{size:.3g}"


def _sign(number: float) -> str:
    return "+" if number > 0 else "-"
