"""Coordinates of a layered drawing: boxes in columns, level with their neighbors."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from multillm_gov.rendering.graphs.drawing.columns import Columns, Slot

BOX = 36.0
"""Height of a node."""
_GAP = 8.0
_LANE = 10.0
"""Height kept free for an edge that runs through a column."""
_ROUNDS = 6


class Places(Struct, frozen=True):
    """Middle of each slot (y), left edge of each column (x), and the height of it all."""

    middles: dict[Slot, float]
    lefts: tuple[float, ...]
    height: float


def place(columns: Columns, widths: Sequence[float], gutters: Sequence[float]) -> Places:
    """Places for columns of given widths with a gutter after each."""
    height = max((sum(map(_tall, column)) for column in columns.slots), default=0.0)
    beside: defaultdict[Slot, list[Slot]] = defaultdict(list)
    for route in columns.routes:
        for left, right in pairwise(route):
            beside[left].append(right)
            beside[right].append(left)
    middles: dict[Slot, float] = {}
    for column in columns.slots:
        middles.update(_packed(column, (height - sum(map(_tall, column))) / 2))
    for _ in range(_ROUNDS):
        for column in columns.slots:
            wanted = [_wanted(slot, beside, middles) for slot in column]
            middles.update(zip(column, _level(column, wanted, height), strict=True))
    lefts, x = [], 0.0
    for width, gutter in zip(widths, gutters, strict=True):
        lefts.append(x)
        x += width + gutter
    return Places(middles, tuple(lefts), height)


def _tall(slot: Slot) -> float:
    return BOX + _GAP if isinstance(slot, str) else _LANE


def _packed(column: Sequence[Slot], top: float) -> dict[Slot, float]:
    middles = {}
    for slot in column:
        middles[slot] = top + _tall(slot) / 2
        top += _tall(slot)
    return middles


def _wanted(slot: Slot, beside: dict[Slot, list[Slot]], middles: dict[Slot, float]) -> float:
    touched = [middles[other] for other in beside[slot]]
    return sum(touched) / len(touched) if touched else middles[slot]


def _level(column: Sequence[Slot], wanted: Sequence[float], height: float) -> list[float]:
    """As near to the wanted middles as order and height allow: pushed down, then back up."""
    middles = []
    edge = 0.0
    for slot, middle in zip(column, wanted, strict=True):
        half = _tall(slot) / 2
        middles.append(max(middle, edge + half))
        edge = middles[-1] + half
    edge = height
    for index in range(len(column) - 1, -1, -1):
        half = _tall(column[index]) / 2
        middles[index] = min(middles[index], edge - half)
        edge = middles[index] - half
    return middles
