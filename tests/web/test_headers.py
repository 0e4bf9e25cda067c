"""Security headers on every kind of answer, over every route."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from guidance.web.headers import HEADERS

SAMPLE = {
    "locale": "en", "protocol": "visit", "uuid": "0190f3a2-0000-4000-8000-000000000000", "code": "AAAA-AAAA",
    "token": "x", "filename": "css/site.css", "name": "visit",
}  # fmt: skip


def addresses(app: Flask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        adapter = app.url_map.bind("localhost")
        values = {name: SAMPLE["uuid"] if "id" in name.split("_") else SAMPLE.get(name, "x") for name in rule.arguments}
        path = adapter.build(rule.endpoint, values, method=None)
        found += [(method, path) for method in sorted(rule.methods or ()) if method != "OPTIONS"]
    return found


def test_every_route_answers_with_every_security_header(app: Flask, client: FlaskClient) -> None:
    for method, path in [*addresses(app), ("GET", "/no-such-page"), ("GET", "/static/none.css")]:
        if path.endswith("/live"):
            continue  # an endless answer; its headers are looked at in test_board
        answer = client.open(path, method=method)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, f"{method} {path}: {name}"
        assert answer.headers.get("Cache-Control"), f"{method} {path}"
        assert answer.status_code != 500, f"{method} {path}"


def test_the_policy_has_no_way_around_it() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy and "*" not in policy and "data:" not in policy
    assert "require-trusted-types-for 'script'" in policy


def test_no_template_holds_inline_script_or_style(app: Flask) -> None:
    assert app.template_folder is not None
    from pathlib import Path

    for path in Path(app.template_folder).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<style" not in text and ' style="' not in text, path.name
        for line in text.split("<script")[1:]:
            assert "src=" in line.split(">")[0], path.name
