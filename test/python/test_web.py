"""Inputs at a URL: brought once to the storage, and told clearly where they can't be."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import json
import threading
import typing
from pathlib import Path

import pytest
from sparkflow import prepare, web
from sparkflow.attempt import Attempt, Data
from sparkflow.errors import InputMissing, InputUnreadable

CONTENT = gzip.compress(b"word,n\na,1\n" * 1000)


class Site(http.server.BaseHTTPRequestHandler):
    """`/words.csv.gz` is there; `/moved` leads to it; `/busy` is on the third try; `/cut` ends early."""

    seen: typing.ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self):
        path = self.path.partition("?")[0]
        tried = sum(place == self.path for place, _ in self.seen)
        self.seen.append((self.path, self.headers["Authorization"]))
        if path == "/moved":
            return self._answer(302, b"", Location=f"http://localhost:{self.server.server_port}/words.csv.gz")
        code = {"/words.csv.gz": 200, "/cut": 200, "/secret": 403, "/busy": 503 if tried < 2 else 200}.get(path, 404)
        self._answer(code, CONTENT if code == 200 else b"no", length=1 if path == "/cut" else 0)

    def _answer(self, code: int, content: bytes, length: int = 0, **headers):
        self.send_response(code)
        for key, value in {"Content-Length": str(len(content) + length), "ETag": '"1"', **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(web, "_PAUSES", (0, 0))
    monkeypatch.setattr(Site, "seen", [])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def prepared(tmp_path: Path, url: str, optional: bool = False) -> Data:
    uri = f"file://{tmp_path}/run/_inputs/1234/words.csv.gz"
    data = Data("input", "words", uri, "csv", optional=optional, source=url)
    fields = dict.fromkeys(Attempt.__dataclass_fields__)
    return prepare.prepare(Attempt(**{**fields, "inputs": {"words": data}}), gateway=None).inputs["words"]


def test_a_file_is_downloaded_once_with_a_record_of_what_it_is(site, tmp_path):
    for _ in range(2):
        data = prepared(tmp_path, f"{site}/words.csv.gz?token=abc")
    folder = tmp_path / "run" / "_inputs" / "1234"
    assert data.uri == f"file://{folder}/words.csv.gz"
    assert (folder / "words.csv.gz").read_bytes() == CONTENT
    record = json.loads((folder / "_source.json").read_text())
    assert record.pop("at")
    assert record == {
        "url": f"{site}/words.csv.gz?…",
        "bytes": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "ETag": '"1"',
    }
    assert [path for path, _ in Site.seen] == ["/words.csv.gz?token=abc"]
    assert sorted(path.name for path in folder.iterdir()) == ["_source.json", "words.csv.gz"]


def test_user_and_password_go_to_the_address_itself_alone(site, tmp_path):
    prepared(tmp_path, site.replace("//", "//me:p%40ss@") + "/moved")
    assert Site.seen == [("/moved", "Basic bWU6cEBzcw=="), ("/words.csv.gz", None)]


def test_what_may_pass_is_tried_three_times(site, tmp_path):
    prepared(tmp_path, f"{site}/busy")
    assert [path for path, _ in Site.seen] == ["/busy"] * 3


@pytest.mark.parametrize(
    ("path", "error", "message", "tries"),
    [
        ("/gone", InputMissing, "input `words` isn't there: {site}/gone answered 404 Not Found", 1),
        ("/secret", InputUnreadable, "input `words`: {site}/secret answered 403 Forbidden", 1),
        ("/cut", InputUnreadable, "input `words`: {site}/cut ended after {n} of {m} bytes", 3),
    ],
)
def test_what_can_not_be_had_is_told_without_credentials(site, tmp_path, path, error, message, tries):
    with pytest.raises(error) as found:
        prepared(tmp_path, site.replace("//", "//me:secret@") + path)
    assert str(found.value) == message.format(site=site, n=len(CONTENT), m=len(CONTENT) + 1)
    assert len(Site.seen) == tries
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://127.0.0.1:{port}/x", "https://127.0.0.1:{port}/x can't be read: [SSL"),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:1/x can't be read: [Errno 111] Connection refused"),
        ("http://no-such-host.invalid/x", "http://no-such-host.invalid/x can't be read: "),
        ("http://127.0.0.1:port/x", "http://127.0.0.1:port/x can't be read: "),
    ],
)
def test_no_route_no_name_and_no_tls_are_unreadable(site, tmp_path, url, message):
    port = site.rpartition(":")[2]
    with pytest.raises(InputUnreadable) as found:
        prepared(tmp_path, url.format(port=port))
    assert message.format(port=port) in str(found.value)


def test_an_optional_one_may_be_gone_but_not_refused(site, tmp_path):
    assert prepared(tmp_path, f"{site}/gone", optional=True).uri is None
    with pytest.raises(InputUnreadable):
        prepared(tmp_path, f"{site}/secret", optional=True)
