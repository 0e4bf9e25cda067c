"""Does a request come from an enrolled phone or a signed-in person? Asked by the server before it gives a turn."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

from guidance.people import join, sign_in
from guidance.web import cookies
from guidance.web.context import Parts

logger = logging.getLogger("guidance.web")


def known_senders(here: Parts) -> Callable[[bytes], bool]:
    """A function that tells from a Cookie header (latin-1 bytes) whether the sender is known.

    It looks the tokens up, since anyone can send a cookie of the right name. While the store cannot be read, everyone
    with such a cookie counts as known.
    """
    device, session = cookies.device_cookie(here.settings), cookies.session_cookie(here.settings)

    def is_known(header: bytes) -> bool:
        if not header:
            return False
        found = cookies.parsed(header.decode("latin-1"))
        phone, person = found.get(device), found.get(session)
        if not phone and not person:
            return False
        try:
            with here.store.reader() as db:
                now = here.clock.now()
                if phone and join.device_of(db, now, here.settings, phone) is not None:
                    return True
                return bool(person) and sign_in.person_of(db, now, here.settings, person or "") is not None
        except sqlite3.OperationalError as error:
            logger.warning("senders cannot be told apart: %s", error)
            return True

    return is_known
