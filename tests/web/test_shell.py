from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.app import create_app
from guidance.clock import FixedClock
from guidance.settings import ROOT, Settings
from guidance.web import precache
from guidance.web.assets import without_comments


def build_of(client: FlaskClient) -> dict[str, Any]:
    script = client.get("/service-worker.js").get_data(as_text=True)
    found = re.match(r"const BUILD = (\{.*\});\n", script)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def kept_of(client: FlaskClient, locale: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(client.get(f"/{locale}/kept.json").data)
    return told


def test_the_worker_lists_every_guide_page_and_static_file_with_its_true_hash(client: FlaskClient) -> None:
    listed = [*build_of(client)["files"], *kept_of(client, "en")["files"]]
    files = {each["url"]: each["sha256"] for each in listed}
    assert {"/en/", "/en/guide/visit", "/en/report", "/en/my-reports", "/en/ready", "/en/offline"} <= set(files)
    assert {"/static/css/site.css", "/static/js/walk.js", "/static/icons/icon-192.png"} <= set(files)
    for url, sha256 in files.items():
        assert hashlib.sha256(client.get(url).data).hexdigest() == sha256, url


def test_a_language_costs_a_reader_of_another_nothing(client: FlaskClient) -> None:
    urls = {each["url"] for each in build_of(client)["files"]}
    assert all(url.startswith("/static/") for url in urls)
    assert all(each["url"].startswith("/ur/") for each in kept_of(client, "ur")["files"])


def test_every_language_lists_its_pages_under_the_version_of_the_worker_with_its_own_words(client: FlaskClient) -> None:
    version = build_of(client)["version"]
    told = {code: kept_of(client, code) for code in ("en", "ur")}
    assert {each["version"] for each in told.values()} == {version}
    assert len(told["en"]["files"]) == len(told["ur"]["files"])
    assert told["en"]["words"]["title"] != told["ur"]["words"]["title"]


def test_two_processes_name_the_same_version(settings: Settings, clock: FixedClock, client: FlaskClient) -> None:
    other = create_app(settings, clock).test_client()
    assert build_of(other)["version"] == build_of(client)["version"]


def test_other_content_is_another_version(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "home.html").write_text("one")
    before = precache.version(settings, "", tmp_path)
    precache._digest_of_sources.cache_clear()
    (tmp_path / "templates" / "home.html").write_text("two")
    assert precache.version(settings, "", tmp_path) != before
    assert precache.version(settings, "reviewed", tmp_path) != precache.version(settings, "", tmp_path)
    assert precache.version(replace(settings, city="Elsewhere"), "", tmp_path) != precache.version(
        settings, "", tmp_path
    )


def test_the_build_is_the_same_whoever_asks_for_it(settings: Settings, clock: FixedClock, client: FlaskClient) -> None:
    asked = create_app(settings, clock).test_client()
    asked.set_cookie("session", "someone")
    asked.set_cookie("device", "some-device")
    assert build_of(asked) == build_of(client)
    assert kept_of(asked, "en") == kept_of(client, "en")


def test_a_page_that_fails_stops_the_list_instead_of_being_kept(app: Flask, settings: Settings) -> None:
    with pytest.raises(precache.NotWhole, match="/en/guide/nothing answers 404"):
        precache.kept_pages(app, settings.base_url, ["/en/guide/nothing"])


def test_the_worker_and_the_manifest_are_asked_for_again_each_time(client: FlaskClient) -> None:
    worker = client.get("/service-worker.js")
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.content_type.startswith("text/javascript")
    assert client.get("/manifest.webmanifest").content_type.startswith("application/manifest+json")


def test_the_manifest_names_icons_that_exist_in_their_sizes(client: FlaskClient) -> None:
    manifest = json.loads(client.get("/manifest.webmanifest").data)
    assert manifest["start_url"] == "/"
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        image = client.get(icon["src"]).data
        assert image[:8] == b"\x89PNG\r\n\x1a\n"
        width = int.from_bytes(image[16:20], "big")
        assert icon["sizes"] == f"{width}x{width}"


def test_static_serves_files_of_known_kinds_and_nothing_beside_them(client: FlaskClient) -> None:
    assert client.get("/static/js/walk.js").status_code == 200
    for address in ("/static/../guidance/app.py", "/static/%2e%2e/pyproject.toml", "/static/js/", "/static/nothing.js"):
        assert client.get(address).status_code == 404, address


def test_no_statement_is_lost_with_the_comments() -> None:
    for path in (ROOT / "static").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        kept = without_comments(text)
        assert kept.count("\n") == text.count("\n")
        for before, after in zip(text.splitlines(), kept.splitlines(), strict=True):
            assert after == before or (not after and before.strip().startswith(("//", "/*", "*"))), path


def test_comments_after_code_and_addresses_in_code_stay() -> None:
    text = 'const a = "https://x"; // why\n/** doc\n * more */\nconst b = 1; /* c */\n  // gone\n'
    assert without_comments(text) == 'const a = "https://x"; // why\n\n\nconst b = 1; /* c */\n\n'
