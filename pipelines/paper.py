"""A page of HTML as PDF, printed by the Chromium of this machine.

Reads `REEL_CHROMIUM`, which names another browser. Writes one file.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 120


class NoBrowser(RuntimeError):
    """Nothing on this machine prints; the message says what to install."""


def print_pdf(html: str, path: Path) -> None:
    """Print a page.

    Raises:
        NoBrowser: There is no Chromium, or it printed nothing.
    """
    wanted = filter(None, (os.environ.get("REEL_CHROMIUM"), *BROWSERS))
    browser = next(filter(None, map(shutil.which, wanted)), None)
    if browser is None:
        raise NoBrowser(f"a PDF needs a browser: install one of {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html)
        command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer"]
        # Chromium refuses its sandbox to root, as in a container; the page is our own.
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={path}"]
        path.unlink(missing_ok=True)
        try:
            subprocess.run(
                [*command, page.as_uri()], capture_output=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            raise NoBrowser(f"{browser} did not print in {SECONDS} s") from None
    if not path.exists():
        raise NoBrowser(f"{browser} printed nothing")
