"""Pictures of every page: python tests/browser/pictures.py http://localhost:8501

Reads a served dashboard. Writes docs/screens/: each page, light and dark, on a desktop
and on a phone. The tests take their pictures here too.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from rich.progress import track

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
PAGES = {
    "overview": "",
    **{name: name for name in ("growth", "revenue", "features", "service", "accounts")},
    **{name: name for name in ("studio", "sql", "data")},
}
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
SECOND = 1000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What a page shows first when it is there, and what stays until it is.
FIRST = {"studio": "stTextInput", "sql": "stTextArea"}
PENDING = "[data-testid=stSkeleton], [data-stale=true]"
# The main part scrolls within the window: the window has to be as tall as all of it.
TALL = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    return Math.ceil(main.scrollHeight + main.getBoundingClientRect().top);
}"""
COLORS = 160  # of a committed picture
TALLEST = 3600  # pixels of one: the definitions go on for long
# A picture is compared by blocks of so many pixels, each by its mean colour.
BLOCK = 24


def find_browser() -> str | None:
    """Find the Chromium of this machine; `REEL_CHROMIUM` names another one."""
    wanted = (os.environ.get("REEL_CHROMIUM", ""), *BROWSERS)
    return next(filter(None, map(shutil.which, filter(None, wanted))), None)


@contextmanager
def open_page(
    browser: "Browser", address: str, name: str, *, size: str, theme: str
) -> Iterator["Page"]:
    """Open a page and wait until it is drawn to its end."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        locale="en-GB",
        timezone_id="UTC",
    )
    try:
        page = context.new_page()
        page.goto(f"{address}/{PAGES[name]}")
        first = FIRST.get(name, "stMetricValue")
        page.wait_for_selector(f"[data-testid={first}]", timeout=60 * SECOND)
        yield page
    finally:
        context.close()


def take(page: "Page") -> Image.Image:
    """Take a picture of the whole page once it has stopped changing."""
    width = page.viewport_size["width"]
    before = b""
    for _ in range(40):
        page.set_viewport_size({"width": width, "height": page.evaluate(TALL)})
        page.wait_for_timeout(500)
        now = page.screenshot(animations="disabled")
        if now == before and page.locator(PENDING).count() == 0:
            return Image.open(BytesIO(now)).convert("RGB")
        before = now
    raise TimeoutError(f"{page.url} does not stop changing")


def shrink(picture: Image.Image) -> Image.Image:
    """Shrink a picture to a size worth keeping: a third along each side."""
    return picture.reduce(3)


def difference(kept: Image.Image, taken: Image.Image) -> np.ndarray:
    """Compare two shrunk pictures by blocks.

    Returns:
        The largest difference of a channel's mean in each block, 0..255, over the
        area that either covers: what only one covers differs by all.
    """
    width, height = (max(sides) for sides in zip(kept.size, taken.size, strict=True))
    side = BLOCK // 3
    blocks = []
    for picture, empty in ((kept, 0), (taken, 255)):
        whole = Image.new("RGB", (width, height), (empty,) * 3)
        whole.paste(picture)
        pixels = np.asarray(whole.reduce(side), np.int16)
        blocks.append(pixels)
    return np.abs(blocks[0] - blocks[1]).max(axis=2)


def main() -> None:
    """Write the pictures of the README."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} ADDRESS-OF-A-SERVED-DASHBOARD")
    from playwright.sync_api import sync_playwright

    folder = ROOT / "docs" / "screens"
    wanted = [
        (name, size, theme) for name in PAGES for size in SIZES for theme in THEMES
    ]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_browser(), args=list(FLAGS)
        )
        for name, size, theme in track(wanted, "pictures"):
            place = f"{name}_phone_{theme}" if size == "phone" else f"{name}_{theme}"
            with open_page(
                browser, sys.argv[1].rstrip("/"), name, size=size, theme=theme
            ) as page:
                whole = take(page)
                shown = whole.crop((0, 0, whole.width, min(whole.height, TALLEST)))
                shown.quantize(COLORS, dither=Image.Dither.NONE).save(
                    folder / f"{place}.png", optimize=True
                )
        browser.close()


if __name__ == "__main__":
    main()
