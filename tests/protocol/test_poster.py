"""A protocol may carry a poster: its hash covers it, and without one everything stays as it was."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from guidance.protocol.diff import diff
from guidance.protocol.lint import lint
from guidance.protocol.load import ProtocolError, from_document, load_folder, to_document
from guidance.protocol.model import Line, Poster, Protocol
from guidance.protocol.texts import reworded
from guidance.settings import ROOT
from tests.protocol.example import changed, example

POSTER: dict[str, Any] = {
    "say": [{"text": "I am not able to let you in."}],
    "do": [{"text": "Ask for a name.", "source": ["ac-4-210"]}],
    "never": [{"text": "Do not sign."}],
    "call": [{"role": "counsel"}],
    "source": ["ac-4-210"],
    "confidence": "official",
}


def with_poster(**other: object) -> Protocol:
    poster = {**copy.deepcopy(POSTER), **other}
    return changed("poster", poster)


def test_a_protocol_without_a_poster_keeps_its_document_and_hash() -> None:
    assert example().poster == Poster()
    assert "poster" not in to_document(example())


def test_the_hash_covers_the_poster_and_the_document_brings_it_back() -> None:
    found = with_poster()

    assert found.hash not in ("", example().hash)
    assert found.poster.do == (Line("Ask for a name.", source=("ac-4-210",)),)
    assert from_document(to_document(found)) == found


def test_a_poster_that_lacks_a_key_is_refused() -> None:
    with pytest.raises(ProtocolError, match="poster: 'never' is missing"):
        changed("poster", {key: value for key, value in POSTER.items() if key != "never"})


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"say": []}, "poster-incomplete"),
        ({"call": []}, "poster-incomplete"),
        ({"do": [{"text": f"Wait {number}."} for number in range(12)]}, "poster-too-long"),
        ({"never": [{"text": "Do not sign.", "only": ["school"]}]}, "poster-limited"),
        ({"call": [{"role": "mayor"}]}, "role-unknown"),
        ({"source": []}, "source-missing"),
        ({"source": ["rumour"]}, "source-unknown"),
        ({"do": [{"text": "Wait.", "source": ["rumour"]}]}, "source-unknown"),
        ({"confidence": "certain"}, "confidence"),
        ({"say": [{"text": "word " * 41}]}, "text-too-long"),
        ({"do": [{"text": "Say that the paper is valid."}]}, "forbidden-word"),
        ({"do": [{"text": "Call 212-555-0123."}]}, "phone-number"),
        ({"never": [{"text": "Departmental personnel communicate administrative authorization documentation."}]},
         "reading-grade"),
    ],
)  # fmt: skip
def test_what_is_not_fit_for_a_wall_is_refused(other: dict[str, object], code: str) -> None:
    found = [(each.code, each.place) for each in lint(with_poster(**other))]

    assert (code, "protocol/poster") in found


def test_a_good_poster_passes() -> None:
    assert lint(with_poster()) == ()


def test_a_change_of_the_poster_is_named_as_such() -> None:
    (added,) = {each.place for each in diff(example(), with_poster())}
    (change,) = diff(with_poster(), with_poster(never=[{"text": "Do not sign a paper."}]))

    assert added == "poster"
    assert (change.kind, change.place, change.what) == ("reworded", "poster", "never")


def test_its_sentences_are_translated_under_a_context_of_their_own() -> None:
    heard: list[tuple[str, str, str]] = []

    def reword(context: str, text: str, kind: str) -> str:
        heard.append((context, text, kind))
        return text.upper()

    found = reworded(with_poster(), reword)

    assert ("poster.protocol", "I am not able to let you in.", "say") in heard
    assert found.poster.never[0].text == "DO NOT SIGN."


def test_every_protocol_of_ours_has_one() -> None:
    for each in load_folder(ROOT / "protocols").protocols.values():
        assert each.poster != Poster(), each.id
        assert 3 <= len(each.poster.do) + len(each.poster.never) <= 10
