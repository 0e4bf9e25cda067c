"""A report and its alert, written together in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from guidance.alert.plan import raise_alert
from guidance.alert.policy import Policy
from guidance.incident.receive import Desk, Received, Sender, receive


def file_report(
    db: Database,
    now: datetime,
    report_id: str,
    body: Mapping[str, Any],
    sender: Sender | None,
    desk: Desk,
    policy: Policy,
    *,
    left_at: datetime | None = None,
) -> Received:
    """Keep a revision and, where it is a reason to, plan the alert. All in the caller's transaction.

    `left_at` is when it left the phone, by the phone's clock.
    """
    received = receive(db, now, report_id, body, sender, desk, left_at=left_at)
    if received.page and received.site_id is not None:
        raise_alert(db, now, received.incident_id, received.site_id, received.urgency, policy, received.news)
    return received
