"""Someone signed in at a real server process, over HTTP and without a browser."""

from __future__ import annotations

from pathlib import Path

import requests

from tests.harness import Server
from tests.people.town import form_token


class SignedIn:
    """A session of one person at a running server."""

    def __init__(self, server: Server, email: str) -> None:
        self.server, self.session = server, requests.Session()
        link = server.run_command("sign-in-link", email).splitlines()[0]
        answer = self.post(link.removeprefix(server.url))
        assert answer.status_code in (200, 303), answer.text[:2000]

    def get(self, path: str, **how: object) -> requests.Response:
        """Ask for a page."""
        return self.session.get(self.server.url + path, timeout=120, **how)  # type: ignore[arg-type]

    def post(self, path: str, fields: dict[str, str] | None = None, page: str = "") -> requests.Response:
        """Send the form of a page (by itself the one at `path`) with these fields."""
        token = form_token(self.get(page or path).text)
        return self.session.post(self.server.url + path, data={"csrf_token": token, **(fields or {})}, timeout=120)


def workers_of(server: Server) -> set[int]:
    """The process ids of a web server's workers."""
    assert server.web is not None
    return {int(each) for each in Path(f"/proc/{server.web.pid}/task/{server.web.pid}/children").read_text().split()}
