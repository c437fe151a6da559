"""Where values fall on an axis, and how labels keep out of each other's way."""

from collections.abc import Sequence
from math import floor, log10

import msgspec

_LEAST = 1e-12
"""Figures below it are drawn as zero: near the smallest float there are no steps."""


class Scale(msgspec.Struct, frozen=True):
    """A linear map from values to coordinates; values outside are drawn at the ends."""

    least: float
    most: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The coordinate of a value."""
        if self.most <= self.least:
            return self.start
        part = min(max((value - self.least) / (self.most - self.least), 0.0), 1.0)
        return self.start + part * (self.end - self.start)


def nice_ticks(most: float, count: int = 5) -> tuple[float, ...]:
    """About ``count`` round values from zero to ``most``, in steps of 1, 2, 2.5 or 5 × 10ⁿ."""
    if most < _LEAST:
        return (0.0, 1.0)
    rough = most / count
    power = 10.0 ** floor(log10(rough))
    step = next(
        power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9)
    )
    ticks = [0.0]
    while ticks[-1] < most * (1 - 1e-9):
        ticks.append(step * len(ticks))
    return tuple(ticks)


def format_tick(value: float, unit: str) -> str:
    """``50%``, ``1,800``: a tick as its axis shows it."""
    spelt = f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{spelt}%" if unit == "%" else spelt


def spread(
    centers: Sequence[float], widths: Sequence[float], *, start: float, end: float, gap: float = 8
) -> tuple[tuple[float, int], ...]:
    """Center and lane of each label, so that none overlaps and each stays within start..end.

    A lane takes labels while they fit side by side; in it each keeps its center where it can and
    moves sideways where it must. ``centers`` ascend; no width exceeds ``end - start``.
    """
    placed: list[tuple[float, int]] = []
    for lane, (first, last) in enumerate(_lanes(widths, end - start, gap)):
        edge = start - gap
        lefts = []
        for center, width in zip(centers[first:last], widths[first:last], strict=True):
            lefts.append(max(center - width / 2, edge + gap))
            edge = lefts[-1] + width
        edge = end + gap
        for index in range(last - first - 1, -1, -1):
            lefts[index] = min(lefts[index], edge - gap - widths[first + index])
            edge = lefts[index]
        placed += [(left + widths[first + n] / 2, lane) for n, left in enumerate(lefts)]
    return tuple(placed)


def _lanes(widths: Sequence[float], room: float, gap: float) -> list[tuple[int, int]]:
    """Runs of labels (first, past the last) that fit side by side."""
    runs: list[tuple[int, int]] = []
    first, used = 0, 0.0
    for index, width in enumerate(widths):
        if index > first and used + gap + width > room:
            runs.append((first, index))
            first, used = index, 0.0
        used += width + (gap if index > first else 0.0)
    return [*runs, (first, len(widths))] if widths else runs
