"""`guidance backup FILE` and `guidance restore FILE`: a whole copy of the database, and the way back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from guidance.clock import SystemClock
from guidance.installation import remembered
from guidance.keys import KeysUnusable, load_keys
from guidance.settings import Settings, from_environment
from guidance.store import backup as copies
from guidance.store import restoring
from guidance.store.inspection import Content
from guidance.store.restoring import Owner, Restored


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database into FILE while it is in use. Keep the folder of keys apart."""
    content = copies.back_up(from_environment(os.environ).database, file)
    click.echo(f"Kept in {file}: {_held(content)}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--other-installation", is_flag=True, help="Accept a copy that was made with other keys than those here.")
def restore(file: Path, other_installation: bool) -> None:
    """Put the copy in FILE in the place of the database. Stop web and workers first.

    The database before is kept. Everyone must sign in again, and join codes must be made anew. People and phones whose
    access was taken away since the copy stay without it.
    """
    settings = from_environment(os.environ)
    identity, trouble = _keys(settings)
    owner = Owner(identity, remembered(settings.keys).had_people, other_installation)
    done = restoring.restore(file, settings.database, SystemClock().now(), owner)
    for line in _said(file, done, trouble):
        click.echo(line)


def _held(content: Content) -> str:
    counts = {
        "incidents": content.incidents,
        "people": content.people,
        "sites": content.sites,
        "phones": content.phones,
    }
    newest = f" Its newest entry is of {content.newest}." if content.newest else ""
    return ", ".join(f"{number} {name}" for name, number in counts.items()) + f".{newest}"


def _keys(settings: Settings) -> tuple[str | None, str]:
    """The fingerprint of the keys, or what is wrong with them: a restore must not wait for that."""
    try:
        return load_keys(settings.keys).fingerprint, ""
    except KeysUnusable as error:
        return None, str(error)


def _said(file: Path, done: Restored, trouble: str) -> Iterator[str]:
    yield f"Restored from {file}: {_held(done.content)}"
    if done.kept is not None:
        yield f"The database before is {done.kept}. Nothing of it was deleted."
    yield f"Ended: {done.sessions} sessions, {done.links} sign-in links, {done.codes} join codes."
    yield from _taken_away(done)
    if done.from_other:
        yield "The copy was made with other keys. Every browser must turn alerts on again."
        yield "Receipts that were given before cannot be checked."
    yield ""
    yield "Now:"
    if trouble:
        yield f"  - put the keys back from their copy. {trouble}"
    yield "  - start the web process and the worker"
    yield "  - sign in again (`guidance sign-in-link EMAIL`), and make new join and class codes"
    if done.carried is not None and done.carried.unknown_phones:
        yield "  - let the phones named above join their sites again: until then their alerts reach nobody"


def _taken_away(done: Restored) -> Iterator[str]:
    carried = done.carried
    if carried is None:
        if done.kept is not None:
            yield "The database before could not be read. What was taken away after the copy was made works again."
            yield "Look through people and phones, and disable or revoke them anew."
        return
    counts = [f"{name}: {number}" for name, number in carried.counts.items() if number]
    yield f"Carried over from the database before: {', '.join(counts) or 'nothing had been taken away'}."
    if carried.unread:
        yield f"Could not be read there, and so was not carried over: {', '.join(carried.unread)}."
    if carried.unknown_incidents:
        yield (
            "Incidents that came after the copy was made, and are in the database before alone: "
            f"{carried.unknown_incidents}. Look at them before you delete it."
        )
    if carried.unknown_people:
        yield f"People who were added after the copy was made, and must be added again: {carried.unknown_people}."
    if carried.unknown_phones:
        phones = ", ".join(f"{site} ({number})" for site, number in sorted(carried.unknown_phones.items()))
        yield f"Phones that joined after the copy was made and must join again: {phones}."
