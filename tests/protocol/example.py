"""The example of docs/authoring.md, and ways to change one thing in it."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from guidance.protocol.load import from_document, load_folder, to_document
from guidance.protocol.model import Protocol
from tests.protocol.trees import EXAMPLE


@cache
def example() -> Protocol:
    """The example as it stands."""
    found = load_folder(EXAMPLE).get("protocol")
    assert found is not None
    return found


def changed(path: str, value: object) -> Protocol:
    """The example with the value at a dotted path exchanged; `None` takes it out."""
    document: dict[str, Any] = copy.deepcopy(to_document(example()))
    del document["hash"]
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    here: Any = document
    for key in way:
        here = here[key]
    if value is None:
        del here[last]
    else:
        here[last] = value
    return from_document(document)
