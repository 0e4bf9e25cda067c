"""One gettext catalog per language under guidance/translations/: read, brought up to date, compiled, looked up.

`words(code)` is what pages ask. A sentence that a catalog lacks, or holds as fuzzy, comes back in English with a mark:
never silently. Any part may use it.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import NullTranslations, Translations

from guidance.files import write_whole
from guidance.translations.languages import DEFAULT, folder_name, parsed
from guidance.translations.message import PHONETIC, Message

FOLDER = Path(__file__).parent
WIDTH = 110
SEPARATOR = "\x04"  # between context and sentence in a compiled catalog
# Isolates keep the English readable inside a right-to-left line (Unicode Bidirectional Algorithm, UAX 9).
MARKED = "\u2066{}\u2069 [EN]"
# Header lines that would only hold a tool's placeholders or the moment of writing.
EMPTY_HEADERS = tuple(
    f'"{name}: '
    for name in (
        "Generated-By",
        "Language-Team",
        "Last-Translator",
        "PO-Revision-Date",
        "POT-Creation-Date",
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
    )
)
NOTICE = "Drafted, not yet reviewed by a court-qualified translator."


class MarkedEnglish(NullTranslations):
    """What stands in for a missing translation: the English, marked."""

    def gettext(self, message: str) -> str:
        """The sentence, marked."""
        return MARKED.format(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The English form for `n`, marked."""
        return MARKED.format(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The sentence, marked."""
        return MARKED.format(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """The English form for `n`, marked."""
        return MARKED.format(msgid1 if n == 1 else msgid2)


class Words(Translations):
    """A compiled catalog. A sentence that is not there in its own context is looked for in others.

    A step of a shared part stands once in the catalog, whatever id a protocol gives it, and an older version of a
    protocol may have it in a step of another name.
    """

    def __init__(self, compiled: bytes) -> None:
        super().__init__(io.BytesIO(compiled))
        self.add_fallback(MarkedEnglish())
        self._elsewhere: dict[str, list[tuple[str, str]]] = {}
        for key, text in self._catalog.items():
            if isinstance(key, str) and SEPARATOR in key:
                context, message = key.split(SEPARATOR, 1)
                self._elsewhere.setdefault(message, []).append((context, text))

    def find(self, context: str, message: str) -> str | None:
        """The translation of a sentence with a context, or None."""
        found = self._catalog.get(f"{context}{SEPARATOR}{message}")
        if isinstance(found, str):
            return found
        elsewhere = [each for each in self._elsewhere.get(message, []) if PHONETIC not in (context, each[0])]
        last = context.rsplit(".", 1)[-1]
        near = (text for there, text in elsewhere if f"-{last}".endswith("-" + there.rsplit(".", 1)[-1]))
        return next(near, elsewhere[0][1] if elsewhere else None)

    def pgettext(self, context: str, message: str) -> str:
        """The translation of a sentence with a context; without one the marked English."""
        found = self.find(context, message)
        return str(super().pgettext(context, message)) if found is None else found

    upgettext = pgettext


def po_path(code: str, folder: Path = FOLDER) -> Path:
    """Where the catalog of a language is kept."""
    return folder / folder_name(code) / "LC_MESSAGES" / "messages.po"


def read(code: str, folder: Path = FOLDER) -> Catalog:
    """The catalog of a language, an empty one when there is none yet."""
    path = po_path(code, folder)
    if not path.exists():
        return _empty(code)
    with path.open("rb") as file:
        return read_po(file, locale=str(parsed(code)), abort_invalid=True)


def write(code: str, catalog: Catalog, folder: Path = FOLDER) -> None:
    """Keep a catalog; the same catalog always gives the same bytes."""
    path = po_path(code, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=WIDTH, omit_header=False, sort_output=False, include_previous=True)
    lines = buffer.getvalue().decode("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(EMPTY_HEADERS)]
    write_whole(path, "".join(kept).encode("utf-8"))


def template(messages: Iterable[Message]) -> Catalog:
    """Every sentence to translate, each once, with where it stands and what it is."""
    catalog = Catalog(project="Guidance", fuzzy=False)
    for each in messages:
        catalog.add(
            (each.text, each.plural) if each.plural else each.text,
            locations=[(each.place, 0)],
            auto_comments=[each.comment] if each.comment else [],
            context=each.context or None,
        )
    return catalog


def updated(catalog: Catalog, messages: Iterable[Message]) -> Catalog:
    """The catalog for today's sentences: what is gone is dropped, what changed is fuzzy and keeps its old English."""
    catalog.update(template(messages), keep_user_comments=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def key(entry: Entry) -> tuple[str, str]:
    """What tells a catalog's sentences apart, as `Message.key` has it."""
    return (entry.context or "", str(entry.id[0] if isinstance(entry.id, list | tuple) else entry.id))


@functools.cache
def words(code: str) -> NullTranslations:
    """What pages in a language say; English needs no catalog. Kept for the life of the process."""
    return NullTranslations() if code == DEFAULT else Words(compiled(code))


def translate(code: str, context: str, text: str) -> str:
    """One sentence with a context, in a language; marked English where there is no translation."""
    return str(words(code).pgettext(context, text))


def lacks(code: str, context: str, text: str) -> bool:
    """Whether a language has no translation of a sentence."""
    found = words(code)
    return isinstance(found, Words) and found.find(context, text) is None


def compiled(code: str, folder: Path = FOLDER) -> bytes:
    """The catalog in gettext's binary form, from the file that `compile_all` left or made now."""
    source = po_path(code, folder).read_bytes()
    try:
        return _compiled_path(code, source, folder).read_bytes()
    except FileNotFoundError:
        return _compile(read(code, folder))


def compile_all(codes: Iterable[str], folder: Path = FOLDER) -> None:
    """Compile ahead, so that no process spends its first request on it. The file is named for what it was made of."""
    for code in codes:
        source = po_path(code, folder).read_bytes()
        path = _compiled_path(code, source, folder)
        if not path.exists():
            write_whole(path, _compile(read(code, folder)))
            for old in set(path.parent.glob("*.mo")) - {path}:
                old.unlink(missing_ok=True)


def _compiled_path(code: str, source: bytes, folder: Path) -> Path:
    return po_path(code, folder).parent / f"messages.{hashlib.sha256(source).hexdigest()[:16]}.mo"


def _compile(catalog: Catalog) -> bytes:
    # Babel would fill a plural that nobody translated with the English, without a mark.
    for entry in [each for each in catalog if each.pluralizable and not (each.string and all(each.string))]:
        catalog.delete(entry.id, entry.context)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def _empty(code: str) -> Catalog:
    catalog = Catalog(locale=str(parsed(code)), project="Guidance", fuzzy=False, charset="utf-8")
    catalog.header_comment = f"# {NOTICE}\n#"
    return catalog
