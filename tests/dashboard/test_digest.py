"""The digest reaches a real server, with the page's numbers or with the failure."""

import email
import json
import shutil
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import delivery, paper, warehouse
from pipelines.cli import app

FAILURE = {"build_id": "later", "failed": ["mrr_adds_up: Got 2 results, <b>expected 0"]}


class Mailbox(socketserver.StreamRequestHandler):
    """As much of a mail server as a client needs: RFC 5321 without extensions."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            if verb in ("MAIL", "RCPT"):
                self.server.envelope.append(line)
            if verb == "DATA":
                self._say("354 go on")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text.removeprefix(b"."))
                self.server.mails.append(b"".join(lines))
            self._say("221 bye" if verb == "QUIT" else "250 fine")
            if verb == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Hook(BaseHTTPRequestHandler):
    """As much of Slack as a webhook is."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append(json.loads(body))
        self.send_response(200 if self.path == "/hook" else 404)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def served(server: socketserver.TCPServer) -> Iterator[str]:
    """Serve on a free port of this machine."""
    server.envelope, server.mails, server.posted = [], [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def send(home: Path, monkeypatch: pytest.MonkeyPatch):
    """Run `reel digest` with settings; gives its exit code and what it says."""

    def send_it(to: str, **settings: str):
        for name, value in settings.items():
            monkeypatch.setenv(f"REEL_{name.upper()}", value)
        return CliRunner().invoke(app, ["digest", "--to", to])

    return send_it


def test_a_mail_has_the_numbers_of_the_overview_and_its_chart(
    home: Path, story, send
) -> None:
    story.publish(home)
    server = socketserver.TCPServer(("127.0.0.1", 0), Mailbox)
    with served(server) as address:
        result = send(
            "smtp",
            smtp=f"smtp://{address}",
            mail_from="reel@example.com",
            mail_to="ann@example.com, bob@example.com",
            dashboard="https://reel.example.com/",
        )
    assert result.exit_code == 0, result.output
    # the transaction a server sees, both readers in it
    assert [line.split()[0] for line in server.envelope] == ["mail", "rcpt", "rcpt"]
    mail = email.message_from_bytes(server.mails[0], policy=policy.default)
    # February 2026, the last closed month: as the Overview's tile says
    assert mail["subject"].startswith("Reelmetrics, February 2026: ARR $351M")
    text, page = (
        mail.get_body((kind,)).get_content().replace("\r", "")
        for kind in ("plain", "html")
    )
    for part in (text, page):
        assert "$351M" in part
        assert "Dec 2025" in part  # a month of the chart, with its ARR
        assert "$240M" in part
        assert "https://reel.example.com/?month=2026-02" in part
        assert "1:100 sample" in part
    assert page.count("bgcolor") == 13


def test_slack_gets_the_same_numbers(home: Path, story, send) -> None:
    story.publish(home)
    server = HTTPServer(("127.0.0.1", 0), Hook)
    with served(server) as address:
        assert send("slack", slack=f"http://{address}/hook").exit_code == 0
        refused = send("slack", slack=f"http://{address}/other-secret")
    assert refused.exit_code == 1
    assert "404" in refused.output
    assert "other-secret" not in refused.output
    said = json.dumps(server.posted[0])
    assert "$351M" in said
    assert "Weekly actives" in said


def test_a_failed_build_is_told_without_a_number(home: Path, story, send) -> None:
    """Last week's ARR under today's date would be believed."""
    story.publish(home)
    warehouse.record_failure(home, FAILURE)
    assert send("file").exit_code == 0
    page = (home / "digest.html").read_text()
    assert "the build failed" in page
    assert "mrr_adds_up: Got 2 results, &lt;b&gt;expected 0" in page
    assert "$351M" not in page
    assert "ARR" not in page


def test_a_file_can_be_a_pdf(
    home: Path, story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.publish(home)
    command = ["digest", "-o", str(home / "digest.pdf")]
    monkeypatch.setattr(paper, "BROWSERS", ())
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 1
    assert "a PDF needs a browser" in refused.output
    monkeypatch.undo()
    monkeypatch.setenv("REEL_HOME", str(home))
    if not any(map(shutil.which, paper.BROWSERS)):
        pytest.skip(f"no browser: none of {', '.join(paper.BROWSERS)} is installed")
    assert CliRunner().invoke(app, command).exit_code == 0
    assert (home / "digest.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("hours", [25, 27])
def test_an_old_build_is_told_without_a_number(
    home: Path, story, send, hours: int
) -> None:
    story.publish(home, age=timedelta(hours=hours))
    assert send("file").exit_code == 0
    page = (home / "digest.html").read_text()
    assert ("$351M" in page) == (hours == 25)
    assert ("no new build" in page) == (hours == 27)


def test_without_a_build_or_a_server_it_says_what_to_do(home: Path, send) -> None:
    assert send("file").exit_code == 0
    assert "reel run" in (home / "digest.html").read_text()
    mail = {"mail_from": "a@example.com", "mail_to": "b@example.com"}
    missing = send("smtp", smtp="mail.example.com", **mail)
    assert missing.exit_code == 1
    assert "REEL_SMTP must be like" in missing.output


def test_a_password_leaves_the_machine_only_encrypted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server elsewhere that offers no encryption is refused before the login."""
    monkeypatch.setattr(delivery, "LOCAL", ())  # as if this machine were another
    server = socketserver.TCPServer(("127.0.0.1", 0), Mailbox)
    message = email.message_from_string("Subject: x\n\n", policy=policy.default)
    with (
        served(server) as address,
        pytest.raises(delivery.NotDelivered, match="STARTTLS"),
    ):
        delivery.send_mail(f"smtp://user:secret@{address}", message)
