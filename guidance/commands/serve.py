"""`guidance init`, `run`, `web`, `settings`: set up a data folder, serve from it, explain the settings."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import fields

import click

from guidance.app import assemble, create_app, load_content
from guidance.clock import SystemClock
from guidance.installation import open_with_own_keys, prepare
from guidance.server.processes import Site, listen, serve
from guidance.settings import Settings, from_environment, variable
from guidance.store import people
from guidance.translations import catalogs
from guidance.translations.languages import TRANSLATED
from guidance.web.context import NAME
from guidance.web.headers import HEADERS
from guidance.web.known import known_senders

REPORT_THREADS = 8
MOST_ENDS_A_MINUTE = 6


@click.command()
@click.option("--new", is_flag=True, help="Begin with nothing where there was a database before.")
@click.option("--accept-keys", is_flag=True, help="Go on with these keys, though the database was made with others.")
def init(new: bool, accept_keys: bool) -> None:
    """Make the data folder: keys, database, protocols. Safe to run again."""
    settings = from_environment(os.environ)
    prepare(settings, new=new, accept_keys=accept_keys, now=SystemClock().now())
    assemble(settings).store.close()
    click.echo(f"Ready: {settings.data}")


@click.command()
@click.option("--port", type=int, default=8000, show_default=True, help="Port on this machine.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--demo/--no-demo", "demo_city", default=True, show_default=True, help="Fill an empty database.")
def run(port: int, host: str, demo_city: bool) -> None:
    """Serve web and alerts from one command, for a first look and for a single small machine."""
    os.environ.setdefault(variable("base_url"), f"http://localhost:{port}")
    settings = from_environment(os.environ)
    prepare(settings, now=SystemClock().now())
    assemble(settings).store.close()
    catalogs.compile_all(TRANSLATED)
    if demo_city:
        _show_demo(settings)
    click.echo(f"\nGuidance: {settings.base_url}    (stop with Ctrl-C)\n")
    sys.exit(_supervise([web_command(host, port), [sys.executable, "-m", "guidance", "worker"]]))


@click.command()
@click.option("--port", type=int, default=8000, show_default=True, help="Port on this machine.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--threads", type=int, default=REPORT_THREADS, show_default=True, help="Reports filed at once.")
def web(port: int, host: str, threads: int) -> None:
    """Serve the web alone, until SIGTERM or Ctrl-C. `guidance init` first."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    configured = from_environment(os.environ)
    load_content()  # read once, before the processes are made, which then share it
    sys.exit(serve(listen(host, port), threads, lambda: _site(configured)))


def _site(configured: Settings) -> Site:
    app = create_app(configured)
    return Site(app, known_senders(app.extensions[NAME]), HEADERS)


@click.command()
def settings() -> None:
    """Print every setting with its value, its variable and what it means."""
    present = from_environment(os.environ)
    for each in fields(Settings):
        name = variable(each.name)
        source = "environment" if name in os.environ else "default"
        click.echo(f"{name} = {_shown(present, each.name)}\n    {each.metadata['meaning']} ({source})")


def _shown(present: Settings, name: str) -> str:
    value = getattr(present, name)
    if name == "smtp_url" and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _show_demo(settings: Settings) -> None:
    from guidance.commands.demo import fill_if_empty, print_links

    store = open_with_own_keys(settings)
    fill_if_empty(settings, store)
    with store.reader() as db:
        empty = people.empty(db)
    if not empty:
        print_links(settings, store)


def web_command(host: str, port: int, threads: int = REPORT_THREADS) -> list[str]:
    """The command that serves the web, the same everywhere."""
    command = [sys.executable, "-m", "guidance", "web", "--host", host, "--port", str(port)]
    return [*command, "--threads", str(threads)]


def _supervise(commands: list[list[str]]) -> int:
    """Run the commands until a signal comes; start one again that ended by itself. Returns the exit status.

    Gives up when they end more than a few times within a minute: something is wrong that starting again cannot mend.
    """
    stopping = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda _signal, _frame: stopping.set())
    children = [_start(command) for command in commands]
    ends: list[float] = []
    while not stopping.wait(0.2) and len(ends) < MOST_ENDS_A_MINUTE:
        ends = [moment for moment in ends if time.monotonic() - moment < 60]
        for place, child in enumerate(children):
            if child.poll() is not None:
                ends.append(time.monotonic())
                click.echo(f"guidance: {commands[place][3]} ended with {child.returncode}; starting it again", err=True)
                children[place] = _start(commands[place])
    for child in children:
        child.terminate()
    for child in children:
        _end(child)
    return 0 if stopping.is_set() else 1


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A group of its own, so that Ctrl-C reaches the children once, through `child.terminate()`.
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=12)
    except subprocess.TimeoutExpired:
        child.kill()
