"""What a first visit weighs: each guide in each language with its style and script, nothing of another language."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from guidance.translations.languages import CODES
from guidance.web.context import NAME

# Two kilobytes more than before the words for blocked networks and storage that fails were part of each guide.
MOST = 42 * 1024
IMPORT = re.compile(r'^import .*?"\./([\w-]+\.js)"', re.MULTILINE)
LINK = re.compile(r'(?:src|href)="(/static/[^"#]+\.(?:js|css))"')


def compressed(client: FlaskClient, path: str) -> int:
    """Bytes of an answer as they cross the network."""
    answer = client.get(path, headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200, path
    return len(answer.data)


def loaded(client: FlaskClient, page: str) -> set[str]:
    """The style and the modules that a page loads by itself; what comes at rest is imported by a call."""
    found: set[str] = set()
    waiting = set(LINK.findall(client.get(page).get_data(as_text=True)))
    while waiting:
        path = waiting.pop()
        found.add(path)
        if path.endswith(".js"):
            names = IMPORT.findall(client.get(path).get_data(as_text=True))
            waiting |= {f"/static/js/{name}" for name in names} - found
    return found


def test_a_guide_with_its_style_and_script_is_at_most_forty_two_kilobytes(app: Flask, client: FlaskClient) -> None:
    protocols = app.extensions[NAME].library.protocols
    around = sum(compressed(client, path) for path in loaded(client, "/en/guide/visit"))
    pages = [f"/{code}/guide/{id}" for code in CODES for id in protocols]
    weights = {page: compressed(client, page) + around for page in pages}
    assert {page: weight for page, weight in weights.items() if weight > MOST} == {}
    assert max(weights.values()) > MOST / 2, "the measure itself measures"


def test_a_guide_holds_no_words_of_a_third_language(client: FlaskClient) -> None:
    text = client.get("/ur/guide/visit").get_data(as_text=True)
    assert set(re.findall(r'lang="([\w-]+)"', text)) == {"ur", "en"}
    assert re.search("[\u0400-\u04ff\u0980-\u09ff\u4e00-\u9fff\u0590-\u05ff]", text) is None
