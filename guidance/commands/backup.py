"""`guidance backup FILE` and `guidance restore FILE`: a whole copy of the database, and the way back."""

from __future__ import annotations

import os
from pathlib import Path

import click

from guidance.settings import from_environment
from guidance.store import backup as copies


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database into FILE while it is in use. Keep the folder of keys apart."""
    copies.back_up(from_environment(os.environ).database, file)
    click.echo(f"Kept in {file}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the copy in FILE in the place of the database. Stop web and workers first."""
    kept = copies.restore(file, from_environment(os.environ).database)
    click.echo(f"Restored from {file}." + (f" The database before is {kept}." if kept else ""))
