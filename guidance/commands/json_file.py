"""Reading a JSON file that somebody names on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

FILE_BYTES = 1024 * 1024


def read_json_file(path: Path, what: str) -> Any:
    """The values of a file; a `ClickException` says why it is not `what`: too large, nested too deeply, or not JSON."""
    with path.open("rb") as file:
        content = file.read(FILE_BYTES + 1)
    if len(content) > FILE_BYTES:
        raise click.ClickException(f"{path} is not {what}: it is larger than {FILE_BYTES // 1024} KiB.")
    try:
        return json.loads(content.decode("utf-8"))
    except RecursionError as error:
        raise click.ClickException(f"{path} is not {what}: it is nested too deeply.") from error
    except ValueError as error:
        raise click.ClickException(f"{path} is not {what}: it is not JSON: {error}") from error
