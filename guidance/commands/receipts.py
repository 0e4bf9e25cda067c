"""`guidance receipt FILE`: whether this installation gave a receipt that somebody shows."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from guidance.incident.receipt import Receipt, is_ours
from guidance.keys import load_keys
from guidance.settings import from_environment


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def receipt(file: Path) -> None:
    """Check the signature of the receipt in FILE (JSON, as a phone got it)."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        # `reason` came beside the receipt and is not signed.
        shown = Receipt(**{name: value for name, value in told.items() if name != "reason"})
    except (AttributeError, ValueError, TypeError) as error:
        raise click.ClickException(f"{file} holds no receipt: {error}") from error
    key = load_keys(from_environment(os.environ).keys).receipt.public_key()
    if not is_ours(shown, key):
        click.echo("This receipt was not given by this installation, or it was changed.")
        sys.exit(1)
    click.echo(f"Given here: report {shown.id}, revision {shown.revision}, received {shown.received_at}.")
