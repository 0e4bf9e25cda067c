"""Which network addresses a push may connect to. Pure, but for the system's resolver."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Resolver = Callable[[str, int], Sequence[str]]

LOOPBACK = ("localhost", "127.0.0.1", "::1")

# Ranges that carry another address inside them, or that some versions of `ipaddress` call global.
_TUNNELS = tuple(
    ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "::ffff:0:0/96", "::/96")
)
_SHARED = tuple(ip_network(text) for text in ("100.64.0.0/10", "192.88.99.0/24", "198.18.0.0/15", "192.0.0.0/24"))


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Every address of a name, as the machine's own resolver gives them; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(text: str) -> bool:
    """Whether an address is on the public internet and nowhere else. An IPv6 zone makes it local."""
    address = _read(text)
    if address is None or not address.is_global or _never(address):
        return False
    ranges = _SHARED if isinstance(address, IPv4Address) else _TUNNELS
    return not any(address in network for network in ranges)


def is_private_enough(text: str) -> bool:
    """Whether an address may stand behind a host that the operator lists: private too, but never a special one.

    Link-local is refused even then: there, cloud machines hand out their credentials.
    """
    address = _read(text)
    return address is not None and not _never(address)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _never(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address.scope_id or address.ipv4_mapped):
        return True
    reserved = address.is_reserved and not address.is_loopback
    return address.is_link_local or address.is_multicast or address.is_unspecified or reserved
