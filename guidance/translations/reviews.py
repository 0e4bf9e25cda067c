"""Which words a reviewer stands for: a hash over a text in English and in the language. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from guidance.translations.message import PHONETIC

Reword = Callable[[str, str, str], str]
RIGHTS = "rights"


class Heard:
    """Listens to a walk over content and remembers each sentence with its translation, in order; of words to say the
    line that spells their sound too."""

    def __init__(self, translate: Callable[[str, str], str]) -> None:
        self._translate = translate
        self._pairs: list[tuple[str, str]] = []

    def __call__(self, context: str, text: str, kind: str) -> str:
        """What a walk calls."""
        self._pairs.append((text, self._translate(context, text)))
        if kind == "say":
            self._pairs.append((PHONETIC, self._translate(PHONETIC, text)))
        return text

    def hash(self) -> str:
        """Hex SHA-256 of all that was heard: another sentence on either side gives another one."""
        return hashlib.sha256(json.dumps(self._pairs, ensure_ascii=False).encode()).hexdigest()


def words_hash(walk: Callable[[Reword], object], translate: Callable[[str, str], str]) -> str:
    """The hash of the content that `walk` walks over, translated by `translate(context, text)`."""
    heard = Heard(translate)
    walk(heard)
    return heard.hash()
