"""One sentence to translate, whichever file it stands in. Values only."""

from __future__ import annotations

from dataclasses import dataclass

PHONETIC = "phonetic"


@dataclass(frozen=True)
class Message:
    """English `text` with its gettext context (empty for none); `plural` where a number decides.

    `comment` tells the translator what kind of sentence it is, `place` is where it stands.
    """

    context: str
    text: str
    place: str
    plural: str = ""
    comment: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What a catalog tells sentences apart by."""
        return (self.context, self.text)
