"""Inputs at an http(s) URL, which Spark can't read: brought once a run to the run's part of the storage.

The first task and attempt that needs one downloads it; all others find it there. A file appears at once, when it is
whole, and beside it `_source.json` tells where it is from, its size and its SHA-256.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from sparkflow.attempt import Data
from sparkflow.errors import InputMissing, InputUnreadable
from sparkflow.temporary import new_folder

_PAUSES = (1.0, 5.0)  # before the second and the third try, for what may pass
_TIMEOUT_SECONDS = 60
_CHUNK = 1 << 20


def bring(data: Data, files) -> None:
    """Brings an input's `source` to its `uri`, unless it is there. Raises InputMissing and InputUnreadable."""
    if files.exists(data.uri):
        return
    folder = new_folder("download")
    file = folder / "content"
    record = _download(data, file)
    (folder / "source").write_text(json.dumps(record, indent=2), "utf-8")
    parent = data.uri.rpartition("/")[0]
    partial = f"{parent}/_{uuid.uuid4().hex}"
    files.put(file, partial)
    files.replace(folder / "source", f"{parent}/_source.json")
    files.rename(partial, data.uri)
    file.unlink()


def shown(url: str) -> str:
    """A URL without what may be a secret in it: user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "…" if parts.query else "", ""))


def _download(data: Data, file: Path) -> dict:
    for pause in (*_PAUSES, None):
        try:
            return _fetch(data, file)
        except InputUnreadable as error:
            if pause is None or not error.passing:
                raise
            time.sleep(pause)
    raise AssertionError


def _fetch(data: Data, file: Path) -> dict:
    """One try. Returns what `_source.json` holds."""
    url = shown(data.source)
    try:
        with urllib.request.urlopen(_request(data.source), timeout=_TIMEOUT_SECONDS) as answer:
            digest, size = hashlib.sha256(), 0
            with open(file, "wb") as out:
                while chunk := answer.read(_CHUNK):
                    out.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
            expected = answer.headers.get("Content-Length")
            if expected is not None and int(expected) != size:
                raise InputUnreadable(f"{data}: {url} ended after {size} of {expected} bytes", passing=True)
            headers = {key: answer.headers[key] for key in ("ETag", "Last-Modified") if answer.headers[key]}
    except urllib.error.HTTPError as error:
        said = f"{url} answered {error.code} {error.reason}".rstrip()
        if error.code in (404, 410):
            raise InputMissing(f"{data} isn't there: {said}") from None
        raise InputUnreadable(f"{data}: {said}", passing=error.code in (408, 429) or error.code >= 500) from None
    except (OSError, http.client.HTTPException, ValueError) as error:  # no route, no name, TLS, a wrong URL
        reason = getattr(error, "reason", None) or error
        certificate = "CERTIFICATE_VERIFY_FAILED" in str(reason)
        hint = "; SSL_CERT_FILE may name the file of another authority's certificate" if certificate else ""
        passing = not certificate and not isinstance(error, ValueError)
        raise InputUnreadable(f"{data}: {url} can't be read: {reason}{hint}", passing=passing) from None
    at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    return {"url": url, "bytes": size, "sha256": digest.hexdigest(), **headers, "at": at}


def _request(url: str) -> urllib.request.Request:
    """With user and password of the URL as a header, which doesn't go along to another address."""
    parts = urlsplit(url)
    credentials, _, address = parts.netloc.rpartition("@")
    request = urllib.request.Request(urlunsplit(parts._replace(netloc=address)), headers={"User-Agent": "sparkflow"})
    if credentials:
        encoded = base64.b64encode(unquote(credentials).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {encoded}")
    return request
