"""Puts the parts of the web process together."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from guidance.clock import Clock, SystemClock
from guidance.incident.facts import Catalog, load_catalog
from guidance.installation import open_store
from guidance.keys import load_keys
from guidance.practice.certificate_rules import Rules, load_rules
from guidance.practice.load import ScenarioShelf, load_scenarios
from guidance.protocol.load import Library, load_folder
from guidance.rights.load import load_rights
from guidance.rights.model import Rights
from guidance.settings import ROOT, Settings, from_environment
from guidance.store.test_clock import StoreClock
from guidance.translations import catalogs
from guidance.web import (
    api,
    board,
    board_live,
    certificates,
    cookies,
    guides,
    headers,
    health,
    home,
    hosts,
    join,
    locale,
    practice_api,
    practice_join,
    practice_pages,
    problems,
    push_api,
    readiness,
    report_pages,
    rights,
    shell,
    sign_in,
    sites,
    sources,
    trainer,
    trainer_class,
    trainer_editor,
    trainer_live,
    trainer_results,
    translation_status,
    typed,
)
from guidance.web.context import NAME, Parts, publish_library

BLUEPRINTS = (
    api.blueprint,
    board.blueprint,
    board_live.blueprint,
    certificates.blueprint,
    guides.blueprint,
    health.blueprint,
    home.blueprint,
    join.blueprint,
    practice_api.blueprint,
    practice_join.blueprint,
    practice_pages.blueprint,
    push_api.blueprint,
    readiness.blueprint,
    report_pages.blueprint,
    rights.blueprint,
    shell.blueprint,
    sign_in.blueprint,
    sites.blueprint,
    sources.blueprint,
    trainer.blueprint,
    trainer_class.blueprint,
    trainer_editor.blueprint,
    trainer_live.blueprint,
    trainer_results.blueprint,
    translation_status.blueprint,
)
JSON_LANE = (api.blueprint, practice_api.blueprint, push_api.blueprint)


def create_app(
    settings: Settings | None = None,
    clock: Clock | None = None,
    translator: locale.Translator = catalogs.words,
    free_bytes: Callable[[], int] | None = None,
) -> Flask:
    """The web application, in the words that `translator` finds for each language.

    `free_bytes` measures the free disk space; by default that of the data folder.

    Refuses to start on a store or keys that cannot keep what a receipt promises.
    """
    settings = settings or from_environment(os.environ)
    here = assemble(settings, clock, free_bytes)
    app = Flask(NAME, template_folder=str(ROOT / "templates"), static_folder=None)
    app.request_class = cookies.WithCookies
    app.extensions[NAME] = here
    app.config.update(
        SECRET_KEY=here.keys.secret,
        MAX_CONTENT_LENGTH=1024 * 1024,
        SESSION_COOKIE_NAME=cookies.form_cookie(settings),
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    hosts.install(app, settings.base_url)
    locale.install(app, translator, settings.time_zone)
    typed.install(app)
    shell.install(app)
    protect = CSRFProtect(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for blueprint in JSON_LANE:
        protect.exempt(blueprint)
    headers.install(app)
    problems.install(app)
    if settings.trust_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def assemble(settings: Settings, clock: Clock | None = None, free_bytes: Callable[[], int] | None = None) -> Parts:
    """The parts of a process: keys, a store of the newest schema, and every protocol published in it."""
    keys = load_keys(settings.keys)
    store = open_store(settings, keys)
    if clock is None:
        clock = StoreClock(store) if settings.test_clock else SystemClock()
    parts = Parts(settings, clock, store, keys, *load_content(), free_bytes)
    with store.transaction() as db:
        publish_library(db, parts.library, clock)
    return parts


@functools.cache
def load_content() -> tuple[Library, Catalog, ScenarioShelf, Rules, Rights]:
    """What the project's own files say, read once per process: values that nobody can change."""
    library = load_folder(ROOT / "protocols")
    scenarios = load_scenarios(ROOT / "protocols" / "scenarios", library)
    rules = load_rules(ROOT / "protocols" / "certificates.yaml", scenarios)
    return library, load_catalog(), scenarios, rules, load_rights(ROOT / "protocols" / "rights.yaml")
