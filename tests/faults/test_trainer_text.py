"""What a trainer types into the scenario editor never ends the process that reports go to, and is never lost."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.harness import Server
from tests.people.town import form_token
from tests.practice.classroom import TRAINER
from tests.protocol.test_hostile_yaml import BILLION
from tests.signed_in import SignedIn, workers_of

TEXTS = {
    "brackets": "[" * 30_000,
    "braces": "{a: " * 9_000,
    "block lists": "- " * 19_000 + "x",
    "entities": BILLION,
    "a long key": "? " + "k" * 15_000 + "\n: [" + "a," * 11_000 + "]",
    "unknown keys": "\n".join(f"k{number}: x" for number in range(3_000)),
    "numbers": "version: " + "9" * 9_000 + "\nrows: [" + "1," * 9_000 + "]",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(Path(tmp_path_factory.mktemp("trainer-text")) / "data")
    made.prepare(demo=True)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def trainer(server: Server) -> SignedIn:
    return SignedIn(server, TRAINER)


@pytest.fixture(scope="module")
def draft(trainer: SignedIn) -> str:
    answer = trainer.post("/trainer/scenarios", {"origin": ""})
    return answer.url.removeprefix(trainer.server.url)


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_in_the_editor_is_kept_and_answered_in_words(
    server: Server, trainer: SignedIn, draft: str, name: str
) -> None:
    before, text = workers_of(server), TEXTS[name]
    answer = trainer.post(draft, {"yaml": text})
    assert answer.status_code == 200 and len(answer.content) < 400_000
    kept = re.search(r"<textarea[^>]*name=\"yaml\"[^>]*>\n?(.*?)</textarea>", answer.text, re.S)
    assert kept and html.unescape(kept[1]) == text
    token = form_token(trainer.get(draft).text)
    headers = {"X-CSRFToken": token, "Content-Type": "application/json"}
    told = trainer.session.post(f"{server.url}{draft}/check", data=json.dumps({"yaml": text}), headers=headers)
    assert told.status_code == 200 and told.json()["complaints"] and told.json()["yaml"] == text
    assert trainer.get(f"{draft}/export").text == text
    assert trainer.get("/healthz").status_code == 200
    assert workers_of(server) == before


@pytest.mark.parametrize("body", ["[" * 30_000, '{"a":' * 10_000, '{"document":' + "[" * 20_000 + "]" * 20_000 + "}"])
def test_nested_json_is_refused_by_the_same_process(server: Server, trainer: SignedIn, draft: str, body: str) -> None:
    before = workers_of(server)
    headers = {"X-CSRFToken": form_token(trainer.get(draft).text), "Content-Type": "application/json"}
    answer = trainer.session.post(f"{server.url}{draft}/check", data=body, headers=headers)
    assert answer.status_code == 400 and "nested" in answer.text
    own = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    address = f"{server.url}/api/practice/runs/00000000-0000-4000-8000-000000000001"
    # A phone of no site may send 32 KiB at most.
    expected = 413 if len(body) > 32 * 1024 else 400
    assert trainer.session.put(address, data=body, headers=own).status_code == expected
    assert workers_of(server) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept-Language": "en;q=0.1," * 900},
        {"Accept-Language": "e" + "-a" * 3_900},
        {"Cookie": "a=" + "%5B" * 2_500},
        {"Cookie": ";" * 7_000},
    ],
)
def test_hostile_headers_end_no_process(server: Server, headers: dict[str, str]) -> None:
    before = workers_of(server)
    assert requests.get(f"{server.url}/", headers=headers, timeout=20, allow_redirects=False).status_code < 500
    assert workers_of(server) == before
