"""An enrolled phone without a browser: sends reports over HTTP as its outbox would."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from guidance.web.cookies import device_cookie
from tests.harness import Server


@dataclass(frozen=True)
class Phone:
    """A phone with the token of its enrolment."""

    server: Server
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What a page of the site would send along."""
        return {
            "Content-Type": "application/json",
            "X-Guidance": "1",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": f"{device_cookie(self.server.settings)}={self.token}",
        }

    def put(self, report_id: str, sent: dict[str, Any]) -> dict[str, Any] | None:
        """The receipt, or None when there was no answer or a refusal."""
        address = f"{self.server.url}/api/reports/{report_id}"
        request = urllib.request.Request(address, json.dumps(sent).encode(), self.headers, method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                receipt: dict[str, Any] = json.load(answer)
                return receipt
        except (urllib.error.URLError, http.client.HTTPException, OSError, json.JSONDecodeError):
            return None
