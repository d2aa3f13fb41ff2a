"""The page of a digest in the HTML that mail programs understand: tables, no pictures.

Reads and writes nothing. Every text is escaped.
"""

from collections.abc import Sequence
from html import escape

from dashboard.canvas import BLUE, INK

FONT = "font-family:Inter,Helvetica,Arial,sans-serif"
BAR_PIXELS = 320


def page(
    *,
    title: str,
    paragraphs: Sequence[str],
    numbers: Sequence[tuple[str, str, str, str]],
    bars: Sequence[tuple[str, str, float]],
    source: str,
    link: str,
) -> str:
    """Write the page.

    Args:
        title: Its heading.
        paragraphs: Sentences below it.
        numbers: Label, value, change and period of each number.
        bars: Label, value and share of the largest of each bar.
        source: Which build it is from.
        link: The page with the same numbers; empty for none.
    """
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>{escape(title)}</title></head>",
        f'<body style="{FONT};color:#171B22;max-width:640px;margin:24px auto">',
        f'<h1 style="font-size:20px">{escape(title)}</h1>',
        *(f"<p>{escape(text)}</p>" for text in paragraphs),
        _numbers(numbers) if numbers else "",
        _bars(bars) if bars else "",
        f'<p style="color:{INK["light"]};font-size:12px">{escape(source)}</p>',
        f'<p><a href="{escape(link)}">Open the page</a></p>' if link else "",
        "</body></html>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _numbers(numbers: Sequence[tuple[str, str, str, str]]) -> str:
    small = f"font-size:12px;color:{INK['light']}"
    rows = [
        f'<tr><td style="padding:6px 16px 6px 0">{escape(label)}</td>'
        f'<td style="padding:6px 16px 6px 0;font-size:20px"><b>{escape(value)}</b></td>'
        f'<td style="padding:6px 16px 6px 0">{escape(change)}</td>'
        f'<td style="{small}">{escape(period)}</td></tr>'
        for label, value, change, period in numbers
    ]
    return f'<table role="presentation" cellspacing="0">{"".join(rows)}</table>'


def _bars(bars: Sequence[tuple[str, str, float]]) -> str:
    """Draw the bars as cells: a picture would be blocked until somebody allows it."""
    rows = [
        f'<tr><td style="font-size:12px;padding-right:8px">{escape(label)}</td>'
        f'<td width="{BAR_PIXELS}"><table cellspacing="0" role="presentation"><tr>'
        f'<td width="{max(1, round(BAR_PIXELS * share))}" height="14"'
        f' bgcolor="{BLUE}"></td></tr></table></td>'
        f'<td style="font-size:12px">{escape(value)}</td></tr>'
        for label, value, share in bars
    ]
    return f'<h2 style="font-size:15px">ARR by month</h2><table>{"".join(rows)}</table>'
