"""Hiding numbers so small that they speak of single people. Pure; used where results are shown by site."""

from __future__ import annotations

from collections.abc import Sequence

FEWEST = 5


def shown(number: int) -> int | None:
    """A number of people, or None when it must be hidden."""
    return number if number >= FEWEST else None


def shown_parts(parts: Sequence[int]) -> tuple[int | None, ...]:
    """Numbers whose sum is known: small ones are None, and never just one, which the sum would give away.

    0 speaks of nobody and is shown, as long as something else is left to hide behind.
    """
    if sum(parts) < FEWEST:
        return tuple(None for _ in parts)
    hidden = {place for place, number in enumerate(parts) if 0 < number < FEWEST}
    if hidden and sum(parts[place] for place in hidden) < FEWEST:
        others = [place for place, number in enumerate(parts) if number and place not in hidden]
        hidden.add(min(others, key=lambda place: parts[place]))
    return tuple(None if place in hidden else number for place, number in enumerate(parts))
