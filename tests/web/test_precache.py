"""What a kept page needs is kept too, and nothing is kept that no kept page needs."""

from __future__ import annotations

import json
import re

from flask.testing import FlaskClient

IMPORT = re.compile(r'(?:from|import)\s*\(?\s*"\./([\w-]+\.js)"')
LINK = re.compile(r'(?:src|href)="(/static/[^"#]+)"')


def test_pages_scripts_and_styles_are_kept_together(client: FlaskClient) -> None:
    worker = client.get("/service-worker.js").get_data(as_text=True)
    build = json.loads(worker[len("const BUILD = ") : worker.index(";\n")])
    pages = json.loads(client.get("/en/kept.json").data)
    kept = {file["url"] for file in (*build["files"], *pages["files"])}
    needed: set[str] = set()
    for url in sorted(kept):
        if url.endswith(".png"):
            continue
        text = client.get(url).get_data(as_text=True)
        needed |= {f"/static/js/{name}" for name in IMPORT.findall(text)} if url.endswith(".js") else set()
        needed |= set(LINK.findall(text)) if not url.endswith(".js") else set()
    assert needed - kept == set()
    code = {url for url in kept if url.endswith((".js", ".css"))}
    # The alert's stylesheet is added by its script, where it is first needed; reading aloud comes at rest.
    assert code - needed <= {"/static/css/alert.css", "/static/js/speak.js"}
