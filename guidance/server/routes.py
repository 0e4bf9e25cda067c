"""Which place does a request belong to: reports, pages, exports, or live streams?"""

from __future__ import annotations

import re
from enum import Enum

REPORT = re.compile(r"/api/reports/|/api/device$|/healthz$|/readyz$")
LIVE = re.compile(r"/(?:[^/]+/)*live$")
EXPORT = re.compile(r"/(?:[^/]+/)*(?:export|xapi|[^/]+\.csv|export\.[a-z]+|xapi\.[a-z]+)$")


class Kind(Enum):
    """Kinds of work, the most important first. When the server is overloaded, the last is refused first."""

    REPORTS = "reports"
    PAGES = "pages"
    LIVE = "live"
    EXPORTS = "exports"


def kind_of(path: str) -> Kind:
    """The kind of work behind a path. Every process can serve every path, so a wrong guess costs time alone."""
    if REPORT.match(path):
        return Kind.REPORTS
    if LIVE.match(path):
        return Kind.LIVE
    return Kind.EXPORTS if EXPORT.match(path) else Kind.PAGES
