"""What one visitor may hold of the server, and for how long. Every duration is measured on the monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes. A limit on connections per address is missing on purpose: a school shares one address."""

    head_seconds: float = 10.0  # from a request's first byte, or from the connection, to the end of its head
    body_seconds: float = 30.0  # from the end of the head to the end of the body: 60 KB at the speed of EDGE
    stall_seconds: float = 30.0  # for a reader to take the next 64 KB
    answer_seconds: float = 60.0  # for another process of ours to begin its answer
    # Longer than any proxy keeps an idle connection (Caddy: 120 s), so that the proxy is the one who closes it.
    idle_seconds: float = 150.0
    # How long a stop waits for requests in hand.
    stop_seconds: int = 9
    head_bytes: int = 16 * KIB
    body_bytes: int = MIB
    piece_bytes: int = 64 * KIB
    # An answer up to this size is finished by its thread before the reader has taken any of it.
    whole_answer_bytes: int = MIB
    # Bodies and answers in memory together. Beyond it the oldest exchange with a stranger is ended.
    held_bytes: int = 64 * MIB
    # Beyond it the connection that has waited longest without a whole request is closed, so that a new one gets in.
    connections: int = 3000


LIMITS = Limits()
