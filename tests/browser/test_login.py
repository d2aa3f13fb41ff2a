"""A reader logs in at a real OIDC provider, and is let in, or is not."""

import json
import socket
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest

pytestmark = pytest.mark.slow
SECOND = 1000
CLIENT, SECRET = "reel", "of the provider"
READERS = '[readers."ann@example.com"]\nrole = "executive"\nregion = ["US"]\n'


class Provider(BaseHTTPRequestHandler):
    """As much of OpenID Connect as a login is: code flow, tokens signed with RS256."""

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(place.query).items()}
        if place.path == "/authorize":
            self.server.nonce = asked["nonce"]
            back = urlencode({"code": "once", "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif place.path == "/keys":
            self._answer({"keys": [self.server.key.as_dict(private=False)]})
        else:
            self._answer(
                {
                    "issuer": self.server.url,
                    "authorization_endpoint": f"{self.server.url}/authorize",
                    "token_endpoint": f"{self.server.url}/token",
                    "jwks_uri": f"{self.server.url}/keys",
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

    def do_POST(self) -> None:
        from joserfc import jwt

        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        basic = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        assert [unquote(part) for part in basic.split(":")] == [CLIENT, SECRET]
        assert asked["code"] == "once"
        claims = {"iss": self.server.url, "aud": CLIENT, "sub": "1"}
        claims |= {"iat": int(time.time()), "exp": int(time.time()) + 60}
        claims |= {"nonce": self.server.nonce, **self.server.person}
        token = jwt.encode(
            {"alg": "RS256", "kid": self.server.key.kid}, claims, self.server.key
        )
        self._answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def log_message(self, *arguments: object) -> None:
        pass

    def _answer(self, what: dict[str, object]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(what).encode())


@pytest.fixture
def provider() -> Iterator[HTTPServer]:
    """A provider on this machine; `person` is who it vouches for."""
    pytest.importorskip("authlib", reason="no Authlib: no login by OIDC")
    jwk = pytest.importorskip("joserfc.jwk")
    server = HTTPServer(("127.0.0.1", 0), Provider)
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    server.key = jwk.RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
    server.person, server.nonce = {}, ""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def secrets(folder: Path, provider: HTTPServer, port: int) -> Path:
    """Write the secrets of a login, as the README describes them."""
    path = folder / "secrets.toml"
    path.write_text(
        f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a long word that only this server knows"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
"""
    )
    return path


@pytest.mark.parametrize("name", ["ann", "eve"])
def test_who_logs_in_sees_their_rows_and_a_stranger_nothing(
    browser, serve, provider: HTTPServer, tmp_path: Path, name: str
) -> None:
    provider.person = {"email": f"{name}@example.com", "email_verified": True}
    (tmp_path / "access.toml").write_text(READERS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {
        "STREAMLIT_SERVER_PORT": str(port),
        "STREAMLIT_SECRETS_FILES": str(secrets(tmp_path, provider, port)),
    }
    with serve(variables) as address:
        page = browser.new_page()
        page.goto(f"{address}/?region=CN")
        login = page.get_by_role("button", name="Log in")
        login.wait_for(timeout=90 * SECOND)
        assert page.get_by_test_id("stMetricValue").count() == 0
        login.click()
        if name == "ann":
            page.get_by_test_id("stMetricValue").first.wait_for(timeout=90 * SECOND)
            page.wait_for_url("**region=US*", timeout=20 * SECOND)  # not the wish
            assert page.get_by_role("link", name="SQL").count() == 0
        else:
            page.get_by_text("is not a reader of").wait_for(timeout=90 * SECOND)
            assert page.get_by_test_id("stMetricValue").count() == 0
        page.close()
