"""What `reel digest` does: write the digest, hand it to a file, mail server or Slack.

Reads the published build through `dashboard.digest`, named by string and loaded when it
is asked for. Writes a file or to the network.
"""

import json
import logging
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.paper import NoBrowser, print_pdf
from pipelines.settings import settings
from pipelines.terminal import console, fail

SECONDS = 30
LOCAL = ("localhost", "127.0.0.1", "::1")


class NotDelivered(RuntimeError):
    """The digest did not reach its readers; the message says why."""


def run_digest(to: str, out: Path | None) -> None:
    """Write the digest of the published build, or of its failure, and hand it over."""
    chosen = settings()
    # No server runs here, and Streamlit's cache would warn of it many times.
    logging.getLogger("streamlit.runtime.caching.cache_data_api").disabled = True
    digest_module = import_module("dashboard.digest")
    digest = digest_module.compose(chosen.dashboard)
    try:
        if to == "file":
            path = (out or chosen.home / "digest.html").absolute()
            if path.suffix == ".pdf":
                print_pdf(digest_module.as_html(digest), path)
            else:
                path.write_text(digest_module.as_html(digest))
            print(path)
            return
        if to == "slack":
            post_to_slack(chosen.slack, digest_module.as_slack(digest))
        else:
            if not chosen.mail_from or not chosen.mail_to:
                raise NotDelivered("set REEL_MAIL_FROM and REEL_MAIL_TO")
            message = EmailMessage()
            message["Subject"] = digest.subject
            message["From"], message["To"] = chosen.mail_from, chosen.mail_to
            message.set_content(digest_module.as_text(digest))
            message.add_alternative(digest_module.as_html(digest), subtype="html")
            send_mail(chosen.smtp, message)
    except (NotDelivered, NoBrowser) as error:
        raise fail(str(error)) from None
    console.print(f"sent to {to}: {digest.subject}", markup=False)


def send_mail(server: str, message: EmailMessage) -> None:
    """Send a message by the server of an address such as smtps://user:pass@host.

    Raises:
        NotDelivered: The address is wrong, or the server did not take the message.
    """
    place = urlsplit(server)
    if place.scheme not in ("smtp", "smtps") or not place.hostname:
        raise NotDelivered("REEL_SMTP must be like smtps://user:password@host:465")
    try:
        with _connect(place.scheme, place.hostname, place.port) as smtp:
            if place.username:
                smtp.login(unquote(place.username), unquote(place.password or ""))
            smtp.send_message(message)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotDelivered(f"the mail server {place.hostname} said: {error}") from None


def post_to_slack(webhook: str, payload: Mapping[str, object]) -> None:
    """Post a payload to an incoming webhook.

    Raises:
        NotDelivered: The address is wrong, or Slack did not take the payload.
    """
    if not webhook.startswith(("https://", "http://")):
        raise NotDelivered("REEL_SLACK must be the address of an incoming webhook")
    request = urllib.request.Request(
        webhook,
        data=json.dumps(payload).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        urllib.request.urlopen(request, timeout=SECONDS).close()
    except (urllib.error.URLError, OSError) as error:
        # The path of a webhook is its password: the message does not name it.
        raise NotDelivered(f"Slack did not take the digest: {error}") from None


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    """Open a connection; what leaves the machine is encrypted."""
    trusted = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=trusted)
    smtp = smtplib.SMTP(host, port or 587, timeout=SECONDS)
    smtp.ehlo()
    if host not in LOCAL or smtp.has_extn("starttls"):
        smtp.starttls(context=trusted)
    return smtp
