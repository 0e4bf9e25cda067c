"""`guidance receipt FILE`: whether this installation gave a receipt that somebody shows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from guidance.city_time import with_offset
from guidance.clock import from_text
from guidance.commands.json_file import read_json_file
from guidance.incident.receipt import Receipt, is_ours
from guidance.keys import load_keys
from guidance.settings import from_environment


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def receipt(file: Path) -> None:
    """Check the signature of the receipt in FILE (JSON, as a phone got it)."""
    given = read_json_file(file, "a receipt")
    try:
        # `reason` came beside the receipt and is not signed.
        shown = Receipt(**{name: value for name, value in given.items() if name != "reason"})
    except TypeError as error:
        raise click.ClickException(f"{file} holds no receipt: {error}") from error
    settings = from_environment(os.environ)
    key = load_keys(settings.keys).receipt.public_key()
    if not is_ours(shown, key):
        click.echo("This receipt was not given by this installation, or it was changed.")
        sys.exit(1)
    received = with_offset(from_text(shown.received_at), settings.zone)
    click.echo(f"Given here: report {shown.id}, revision {shown.revision}, received {received}.")
