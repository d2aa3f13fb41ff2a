"""The digest: the Overview's numbers and one chart as a mail or a Slack message.

Reads the published build as the page does, with the same readings and formats. Where a
newer build failed or none came, it says so and has no number: old ones would be taken
for today's. The chart is made of table cells, which no mail program blocks.
"""

from dataclasses import dataclass
from datetime import date
from html import escape

from dashboard import digest_html, formats, headline, queries
from dashboard.context import Context
from dashboard.queries import Build, NoWarehouse
from dashboard.region_panels import by_region

MONTHS = 13
FAILED_LINES = 20


@dataclass(frozen=True)
class Number:
    """One number of the digest, as text."""

    label: str
    value: str
    change: str
    period: str


@dataclass(frozen=True)
class Bar:
    """One month of the chart: its name, its value and its share of the largest."""

    label: str
    value: str
    share: float


@dataclass(frozen=True)
class Digest:
    """What is told.

    Attributes:
        subject: In one line.
        sentences: What moved, or what is wrong, one paragraph each.
        numbers: The tiles of the Overview; none when something is wrong.
        bars: ARR by month, oldest first.
        source: Which build it is from.
        link: The page with the same numbers; empty when nobody said where it is.
    """

    subject: str
    sentences: tuple[str, ...]
    numbers: tuple[Number, ...] = ()
    bars: tuple[Bar, ...] = ()
    source: str = ""
    link: str = ""


def compose(dashboard: str = "") -> Digest:
    """Write the digest of the published build, or of what went wrong.

    Args:
        dashboard: The address of the dashboard, for the link.
    """
    try:
        build = queries.current_build()
    except NoWarehouse as missing:
        return Digest("Reelmetrics: no numbers yet", (str(missing),))
    failure = queries.last_failure()
    if failure is not None:
        return _of_failure(build, failure, dashboard)
    if build.is_stale:
        said = (
            f"The last build is {formats.age(build.age)} old; one is expected every"
            " day. Its numbers are left out. Run `reel run` to renew them."
        )
        return Digest("Reelmetrics: no new build", (said,), (), (), _source(build))
    closed = queries.closed_months(build.build_id)
    if not closed:
        return Digest(
            "Reelmetrics: no month is closed yet",
            (f"Events reach {formats.day(build.data_through)}.",),
            source=_source(build),
        )
    return _of_month(build, closed[0], dashboard)


def as_text(digest: Digest) -> str:
    """Write the digest for those who read mail without pictures or colours."""
    lines = [digest.subject, "", *digest.sentences, ""]
    lines += [
        f"{one.label:<18}{one.value:>8}  {one.change:<18}{one.period}"
        for one in digest.numbers
    ]
    lines += ["", *_text_bars(digest)] if digest.bars else []
    return "\n".join([*lines, "", digest.source, digest.link]).strip() + "\n"


def as_html(digest: Digest) -> str:
    """Write the digest as a page of its own."""
    return digest_html.page(
        title=digest.subject,
        paragraphs=digest.sentences,
        numbers=[
            (one.label, one.value, one.change, one.period) for one in digest.numbers
        ],
        bars=[(one.label, one.value, one.share) for one in digest.bars],
        source=digest.source,
        link=digest.link,
    )


def as_slack(digest: Digest) -> dict[str, object]:
    """Write the digest as the blocks of a Slack message."""
    header = {"type": "plain_text", "text": digest.subject[:150]}
    blocks: list[dict[str, object]] = [{"type": "header", "text": header}]
    blocks.append(
        _section("\n".join(escape(said, quote=False) for said in digest.sentences))
    )
    if digest.numbers:
        fields = [
            {"type": "mrkdwn", "text": f"*{one.label}*\n{one.value}  {one.change}"}
            for one in digest.numbers
        ]
        blocks.append({"type": "section", "fields": fields})
    if digest.bars:
        chart = "\n".join(_text_bars(digest))
        blocks.append(_section(f"```{chart}```"))
    source = (
        f"{digest.source}  <{digest.link}|Open the page>"
        if digest.link
        else digest.source
    )
    if source:
        blocks.append(
            {"type": "context", "elements": [{"type": "mrkdwn", "text": source}]}
        )
    return {"text": digest.subject, "blocks": blocks}


def _of_month(build: Build, month: date, dashboard: str) -> Digest:
    end = formats.period_end("month", month)
    context = Context(build.build_id, end, is_newest=True, theme="light")
    readings = context.read(headline.TILES)
    moved = headline.what_moved(readings, by_region(context, "arr_runrate"), month)
    numbers = tuple(_number(reading) for reading in readings)
    arr = numbers[0]
    told = f"{arr.label} {arr.value} {arr.change}".strip()
    return Digest(
        subject=f"Reelmetrics, {month:%B %Y}: {told}",
        sentences=tuple(moved),
        numbers=numbers,
        bars=_arr_bars(context),
        source=_source(build),
        link=f"{dashboard.rstrip('/')}/?month={month:%Y-%m}" if dashboard else "",
    )


def _of_failure(build: Build, failure: dict[str, object], dashboard: str) -> Digest:
    failed = failure.get("failed")
    listed = [str(line) for line in failed] if isinstance(failed, list) else []
    said = (
        f"The newest build failed {len(listed)} of its checks and was not published."
        " The numbers of the build before it, made"
        f" {build.built_at:%d %b %Y %H:%M} UTC, are left out."
    )
    lines = tuple(f"Failed: {line}" for line in listed[:FAILED_LINES])
    link = f"{dashboard.rstrip('/')}/data" if dashboard else ""
    return Digest(
        "Reelmetrics: the build failed", (said, *lines), (), (), _source(build), link
    )


def _number(reading: headline.Reading) -> Number:
    form = reading.entry.format if reading.entry else "count"
    change = formats.delta(reading.value, reading.before, form)
    against = f" vs {reading.before_start:%b}" if reading.before_start else ""
    return Number(
        label=reading.tile.label,
        value=formats.value(reading.value, form),
        change="" if change is None else f"({change or 'flat'}{against})",
        period=formats.period(reading.tile.grain, reading.start)
        if reading.start
        else "",
    )


def _arr_bars(context: Context) -> tuple[Bar, ...]:
    rows = context.metric("arr_runrate", grain="month")
    rows = headline.closed_by(rows, context.end).tail(MONTHS)
    top = max(rows["value"].max(), 1)
    return tuple(
        Bar(
            formats.month(row.period_start),
            formats.usd(row.value),
            max(row.value, 0) / top,
        )
        for row in rows.itertuples()
    )


def _text_bars(digest: Digest) -> list[str]:
    bars = [
        f"{bar.label}  {'█' * round(20 * bar.share):<20}  {bar.value}"
        for bar in digest.bars
    ]
    return ["ARR by month", *bars]


def _section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}


def _source(build: Build) -> str:
    sample = f", 1:{build.sample_weight:,g} sample" if build.sample_weight != 1 else ""
    return (
        f"Build {build.build_id}, made {build.built_at:%d %b %Y %H:%M} UTC,"
        f" {build.tests_passed}/{build.tests_total} tests passed{sample}"
    )
