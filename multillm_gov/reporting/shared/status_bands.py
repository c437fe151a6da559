"""Status bands: outside the limit is bad; within it by less than a tenth is watch (method 9)."""

from multillm_gov.content import Status

WATCH_BAND = 0.10
"""Part of the limit that counts as near it."""


def status_below(number: float, ceiling: float) -> Status:
    """Status of a figure that must not exceed a limit."""
    if number > ceiling:
        return "bad"
    return "watch" if number > ceiling * (1 - WATCH_BAND) else "good"


def status_above(number: float, floor: float, best: float | None = None) -> Status:
    """Status of a figure that must reach a limit; ``best`` is the most it can be."""
    if number < floor:
        return "bad"
    calm = floor * (1 + WATCH_BAND)
    return "watch" if number < (calm if best is None else min(calm, best)) else "good"
