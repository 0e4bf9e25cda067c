"""Reading e-mail addresses: one mailbox and nothing else, as email-validator understands RFC 5321 and 5322. No DNS."""

from __future__ import annotations

from email.headerregistry import Address

import email_validator
from email_validator import EmailNotValidError, validate_email

# A city's own mail may be under a name such as city.local; email-validator names this way to say so.
if "local" in email_validator.SPECIAL_USE_DOMAIN_NAMES:
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("local")


class BadMailbox(ValueError):
    """A text is not one mailbox. It says what is wrong, without the text itself."""


def read_mailbox(text: str) -> str:
    """The address in the form in which it is kept and sent to: ASCII, the domain in lower case.

    Refuses groups, lists, names, comments, quoted local parts, address literals and domains without a dot. Raises
    `BadMailbox`.
    """
    return read_sender(text, named=False).addr_spec


def read_sender(text: str, named: bool = True) -> Address:
    """An address that may have a name, `Guidance <alerts@city.example>`; raises `BadMailbox`."""
    if not text.isprintable():
        raise BadMailbox("it holds characters that cannot be seen")
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            allow_display_name=named,
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise BadMailbox(str(error)) from error
    if found.ascii_email is None or "." not in found.domain:
        raise BadMailbox("The part after the @-sign has no dot.")
    return Address(display_name=found.display_name or "", addr_spec=found.ascii_email)
