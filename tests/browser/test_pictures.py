"""Every page looks as it did when somebody last looked: tests/browser/pictures/.

After a wanted change: `REEL_PICTURES=new pytest tests/browser/test_pictures.py`, then
look at the pictures and commit them.
"""

import os
from pathlib import Path

import pictures
import pytest
from PIL import Image

HERE = Path(__file__).parent
KEPT = HERE / "pictures"
# Measured on the test story: two runs differ in no block by more than 27, with hinting
# of the fonts or without; a lost panel or chart in 79 blocks by more than 40, tiles
# moved by 60 pixels in 15, a lost theme in 2,398.
VISIBLE = 40  # of 255, in the mean of a block of 24 x 24 pixels
BLOCKS = 8  # so many may differ: the time of the build, a word
QUICK = ("overview", "desktop", "light")
EVERY = [
    pytest.param(
        *chosen, id="-".join(chosen), marks=[] if chosen == QUICK else pytest.mark.slow
    )
    for chosen in (
        (name, size, theme)
        for name in pictures.PAGES
        for size in pictures.SIZES
        for theme in pictures.THEMES
    )
]


@pytest.mark.parametrize(("name", "size", "theme"), EVERY)
def test_a_page_looks_as_it_did(
    browser, address: str, tmp_path: Path, name: str, size: str, theme: str
) -> None:
    with pictures.open_page(browser, address, name, size=size, theme=theme) as page:
        taken = pictures.shrink(pictures.take(page))
    kept = KEPT / f"{name}_{size}_{theme}.webp"
    if os.environ.get("REEL_PICTURES") == "new":
        KEPT.mkdir(exist_ok=True)
        taken.save(kept, quality=60, method=6)
    apart = pictures.difference(Image.open(kept).convert("RGB"), taken)
    print(
        f"{name} {size} {theme}: {(apart > VISIBLE).sum()} blocks, {apart.max()} most"
    )
    if (apart > VISIBLE).sum() > BLOCKS:
        taken.save(tmp_path / kept.name)
        Image.fromarray(apart.astype("uint8")).resize(taken.size, 0).save(
            tmp_path / "apart.png"
        )
        pytest.fail(f"{name} looks different: see {tmp_path} beside {kept}")


@pytest.mark.slow
def test_a_change_that_matters_is_seen(browser, address: str) -> None:
    """A page without one panel, and one without its theme, are told apart."""
    kept = Image.open(KEPT / "overview_desktop_light.webp").convert("RGB")
    for harm in (
        ".st-key-panel_arr { display: none; }",
        ".st-key-arr .js-plotly-plot { visibility: hidden; }",
        ".st-key-tiles { transform: translateX(60px); }",
        "[data-testid=stApp] { background: #fff3d6; }",
    ):
        with pictures.open_page(
            browser, address, "overview", size="desktop", theme="light"
        ) as page:
            page.add_style_tag(content=harm)
            taken = pictures.shrink(pictures.take(page))
        apart = pictures.difference(kept, taken)
        print(f"{harm}: {(apart > VISIBLE).sum()} blocks")
        assert (apart > VISIBLE).sum() > BLOCKS, harm
