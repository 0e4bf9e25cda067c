"""The shell around the guides: manifest, service worker, static files, and the pages Ready and Offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from flask import Blueprint, Flask, Response, abort, current_app
from flask_babel import force_locale, gettext
from werkzeug.security import safe_join

from guidance.translations.languages import DEFAULT, folder_name
from guidance.web import assets, compress, locale, precache
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.home import emergency_protocol
from guidance.web.pages import public_page
from guidance.web.translation_status import all_reviews

blueprint = Blueprint("shell", __name__)
_making = Lock()

# The outbox's own core runs inside the service worker too, as part of one script: never two versions.
BEFORE_WORKER = (
    "js/steady-clock.js", "js/storage.js", "js/outbox-entries.js", "js/outbox-store.js", "js/outbox-answers.js",
    "js/outbox-core.js", "js/worker-notices.js",
)  # fmt: skip


@blueprint.get("/<locale>/ready")
@open_to_all
def ready(locale: str) -> Response:
    """Is this phone ready? What it keeps, and a fix for each “no”."""
    return public_page("ready.html", context=_guides)


@blueprint.get("/<locale>/languages")
@open_to_all
def languages(locale: str) -> Response:
    """The choice of language, by their own names; where the reader came from stands in the fragment."""
    return public_page("languages.html", context=dict)


@blueprint.get("/<locale>/offline")
@open_to_all
def offline(locale: str) -> Response:
    """What the phone shows for a page that it does not keep, while there is no network."""
    return public_page("offline.html", context=_guides)


@blueprint.get("/manifest.webmanifest")
@open_to_all
def manifest() -> Response:
    """The web app manifest in the browser's language (https://www.w3.org/TR/appmanifest/)."""
    key = ("manifest", locale.current())
    found = compress.kept(key)
    if found is None:
        text = json.dumps(_manifest(), ensure_ascii=False)
        found = compress.keep(key, compress.body(text.encode(), "application/manifest+json"))
    return compress.answer(found, vary=("Accept-Language", "Cookie"))


@blueprint.get("/service-worker.js")
@open_to_all
def service_worker() -> Response:
    """The service worker, with the list of the static files that it keeps in front of it."""
    return _ready(("worker", _version()), _worker, assets.TYPES[".js"])


@blueprint.get("/<locale>/kept.json")
@open_to_all
def kept_list(locale: str) -> Response:
    """What a phone keeps for readers of this language: its pages with their hashes, and what notifications say."""
    return _ready(("kept", locale, _version()), lambda: _kept_list(locale), "application/json")


def _ready(key: tuple[str, ...], make: Callable[[], str], content_type: str) -> Response:
    found = compress.kept(key)
    if found is None:
        with _making:  # after a deployment many phones ask at once: one thread renders, the others wait for it
            found = compress.kept(key) or compress.keep(key, compress.body(make().encode(), content_type))
    return compress.answer(found)


@open_to_all
def static_file(filename: str) -> Response:
    """A file of static/; 404 for a kind of file that is not served."""
    return _file(filename)


def _file(filename: str) -> Response:
    path = safe_join(str(precache.STATIC), filename)
    if path is None or Path(path).suffix not in assets.TYPES or not _is_file(Path(path)):
        abort(404)
    key = ("static", path)
    found = compress.kept(key)
    if found is None:
        found = compress.keep(key, compress.body(assets.served(Path(path)), assets.TYPES[Path(path).suffix]))
    return compress.answer(found)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system allows names nothing
        return False


@blueprint.get("/favicon.ico")
@open_to_all
def favicon() -> Response:
    """The icon for pages that name none."""
    return _file("icons/icon-192.png")


def install(app: Flask) -> None:
    """Serve static/ under the endpoint `static`. The app must have been made with `static_folder=None`."""
    app.add_url_rule("/static/<path:filename>", "static", static_file, methods=["GET"])


def _guides() -> dict[str, object]:
    everything = list(parts().library.protocols.values())
    return {"protocols": everything, "emergency": emergency_protocol(everything)}


def _worker() -> str:
    build = {
        "version": _version(),
        "files": [{"url": each.url, "sha256": each.sha256} for each in precache.kept_static()],
        "locales": list(locale.ENABLED),
        "words": _notification_words(DEFAULT),
    }
    sources = [precache.STATIC / name for name in (*BEFORE_WORKER, "service-worker.js")]
    scripts = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    return f"const BUILD = {json.dumps(build)};\n{scripts}"


def _kept_list(code: str) -> str:
    here = parts()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    files = precache.kept_pages(app, here.settings.base_url, precache.pages(code, here.library.protocols))
    found = {
        "version": _version(),
        "words": _notification_words(code),
        "files": [{"url": each.url, "sha256": each.sha256} for each in files],
    }
    return json.dumps(found, ensure_ascii=False)


def _version() -> str:
    return precache.version(parts().settings, repr(all_reviews()))


def _notification_words(code: str) -> dict[str, str]:
    with force_locale(folder_name(code)):
        return {
            "title": gettext("An incident needs you"),
            "exercise": gettext("EXERCISE"),
            "urgent": gettext("Urgent. Open to see it and say that you have it."),
            "normal": gettext("Open to see it and say that you have it."),
            "together": gettext("Alerts that came while alerts were off: {n}. Open the board to see them."),
        }


def _manifest() -> dict[str, object]:
    return {
        "id": "/",
        "name": gettext("Guidance"),
        "short_name": gettext("Guidance"),
        "description": gettext("What to say and do when officers come to a City site."),
        "lang": locale.current(),
        "dir": locale.language(locale.current()).direction,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#faf8f4",
        "icons": [_icon(name, purpose) for name, purpose in _ICONS],
    }


_ICONS = (("icon-192", "any"), ("icon-512", "any"), ("maskable-512", "maskable"))


def _icon(name: str, purpose: str) -> dict[str, str]:
    size = name.rsplit("-", 1)[1]
    return {"src": f"/static/icons/{name}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
