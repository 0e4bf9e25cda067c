"""What the phone keeps for use without a network: static files, and every public page of a language, with SHA-256.

A language's pages are listed on their own, so that a phone fetches those of its reader and nobody waits for ten.
Pages are rendered in this process without any session: no answer to a signed-in person can get into them. The version
is a hash of everything that they are made of: the same content gives the same version in every process.
"""

from __future__ import annotations

import contextvars
import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from guidance.settings import ROOT, Settings
from guidance.web import assets

STATIC = ROOT / "static"
PAGES = (
    "", "report", "my-reports", "ready", "sources", "offline", "languages", "rights", "rights/card",
    "practice", "practice/report", "practice/debrief", "practice/scenarios.json",
)  # fmt: skip
# The worker itself, and what only desks load, who are online: a phone at a front desk needs none of it.
NOT_KEPT = (
    "service-worker.js", "board", "certificate", "class-", "incident", "live", "push", "scenario-", "sign-out", "times",
    "trainer", "worker-notices",
)  # fmt: skip
SOURCES = ("guidance", "protocols", "static", "templates", "requirements/run.txt")
# Where this process keeps its files and how it reaches the mail server changes no page.
NOT_SHOWN = frozenset({"data", "smtp_url", "mail_from", "push_ca_file"})


class NotWhole(Exception):
    """A page that the phone must keep does not render."""


@dataclass(frozen=True)
class Kept:
    """One address that is kept on the phone, and the hex SHA-256 of its content."""

    url: str
    sha256: str


def version(settings: Settings, standing: str, root: Path = ROOT) -> str:
    """The name of this build: of its files, the settings that pages show, and `standing`, what the store adds."""
    shown = {name: str(value) for name, value in asdict(settings).items() if name not in NOT_SHOWN}
    parts = [_digest_of_sources(root), json.dumps(shown, sort_keys=True), standing]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@functools.cache
def _digest_of_sources(root: Path) -> str:
    digest = hashlib.sha256()
    for path in _sources(root):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for name in SOURCES:
        top = root / name
        found = [top] if top.is_file() else sorted(top.rglob("*"))
        yield from (path for path in found if path.is_file() and not _made_by_others(path))


def _made_by_others(path: Path) -> bool:
    """What Python, gettext, editors and file managers leave behind: it differs between machines and changes no page."""
    return path.suffix == ".mo" or "__pycache__" in path.parts or path.name.startswith(".") or path.name.endswith("~")


def pages(locale: str, protocol_ids: Iterable[str]) -> list[str]:
    """The addresses of the pages that are kept for readers of one language."""
    ids = sorted(protocol_ids)
    names = [*PAGES, *(f"guide/{each}" for each in ids), *(f"practice/guide/{each}" for each in ids)]
    return [f"/{locale}/{name}" for name in names]


def static_files(root: Path = STATIC) -> list[str]:
    """The addresses of the static files that are kept."""
    found = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith((".", *NOT_KEPT)))
    return ["/static/" + path.relative_to(root).as_posix() for path in found]


def kept_static() -> tuple[Kept, ...]:
    """The static files that are kept, as they are served."""
    served = [(url, assets.served(STATIC / url.removeprefix("/static/"))) for url in static_files()]
    return tuple(Kept(url, hashlib.sha256(content).hexdigest()) for url, content in served)


def kept_pages(app: Flask, base_url: str, urls: Sequence[str]) -> tuple[Kept, ...]:
    """Pages rendered for nobody in particular. Raises `NotWhole` when one does not answer 200."""
    # A context of its own: the page must see neither the request nor the person that asked for the list.
    return contextvars.Context().run(_render_all, app, base_url, urls)


def _render_all(app: Flask, base_url: str, urls: Sequence[str]) -> tuple[Kept, ...]:
    client = app.test_client(use_cookies=False)
    return tuple(_kept(url, client.get(url, base_url=base_url)) for url in urls)


def _kept(url: str, response: TestResponse) -> Kept:
    if response.status_code != 200 or "Set-Cookie" in response.headers:
        raise NotWhole(f"{url} answers {response.status_code} and cannot be kept on phones")
    return Kept(url, hashlib.sha256(response.data).hexdigest())
