"""What the phone keeps for use without a network: every public page and static file, with its SHA-256.

Rendered in this process without any session, so that no answer to a signed-in person can get into it. The version is
a hash of the list and of the service worker itself: the same content gives the same version in every process.
"""

from __future__ import annotations

import contextvars
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from flask import Flask
from werkzeug.test import TestResponse

from guidance.settings import ROOT, Settings
from guidance.web import locale

STATIC = ROOT / "static"
PAGES = (
    "", "report", "my-reports", "ready", "sources", "offline",
    "practice", "practice/report", "practice/debrief", "practice/scenarios.json",
)  # fmt: skip
# The worker itself, and what only desks load, who are online: a phone at a front desk needs none of it.
NOT_KEPT = (
    "service-worker.js", "board", "certificate", "class-", "incident", "live", "push", "scenario-", "times", "trainer",
)  # fmt: skip
_once = Lock()


class NotWhole(Exception):
    """A page that the phone must keep does not render."""


@dataclass(frozen=True)
class Kept:
    """One address that is kept on the phone, and the hex SHA-256 of its content."""

    url: str
    sha256: str


@dataclass(frozen=True)
class Build:
    """Everything that is kept, under the version that names it."""

    version: str
    files: tuple[Kept, ...]


def build(app: Flask, settings: Settings, protocol_ids: Iterable[str]) -> Build:
    """The build of this process, made on first use. Raises `NotWhole` when a page does not answer 200."""
    with _once:
        found: Build | None = app.extensions.get("guidance-build")
        if found is None:
            found = app.extensions["guidance-build"] = _make(app, settings, sorted(protocol_ids))
        return found


def _make(app: Flask, settings: Settings, protocol_ids: list[str]) -> Build:
    urls = [*pages(protocol_ids), *static_files()]
    # A context of its own: the page must see neither the request nor the person that asked for the build.
    files = contextvars.Context().run(_render_all, app, settings.base_url, urls)
    worker = (STATIC / "service-worker.js").read_bytes()
    listed = json.dumps([[each.url, each.sha256] for each in files])
    return Build(hashlib.sha256(listed.encode() + worker).hexdigest()[:16], files)


def pages(protocol_ids: Iterable[str]) -> list[str]:
    """The addresses of the pages that are kept, in every enabled language."""
    ids = list(protocol_ids)
    names = [*PAGES, *(f"guide/{each}" for each in ids), *(f"practice/guide/{each}" for each in ids)]
    return [f"/{code}/{name}" for code in locale.ENABLED for name in names]


def static_files(root: Path = STATIC) -> list[str]:
    """The addresses of the static files that are kept."""
    found = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith((".", *NOT_KEPT)))
    return ["/static/" + path.relative_to(root).as_posix() for path in found]


def _render_all(app: Flask, base_url: str, urls: list[str]) -> tuple[Kept, ...]:
    client = app.test_client(use_cookies=False)
    return tuple(_kept(url, client.get(url, base_url=base_url)) for url in urls)


def _kept(url: str, response: TestResponse) -> Kept:
    if response.status_code != 200 or "Set-Cookie" in response.headers:
        raise NotWhole(f"{url} answers {response.status_code} and cannot be kept on phones")
    return Kept(url, hashlib.sha256(response.data).hexdigest())
