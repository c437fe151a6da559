"""Writing styles compared: Jensen-Shannon distance on function words (method 7.1).

Function words carry style and hardly any topic, so that answers to the same inputs can be compared.
Length and format
dominate where the inputs differ, code is left out, and the list is English: figures about other
languages mean little.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log2, sqrt
from typing import Literal

from msgspec import Struct

_LISTED = (
    "the of and to a in that is was it for on with as be by at this from or an but not are have "
    "had has which one all "
    "were they their there been if more when will would who so no out up into than them can only "
    "other its about could "
    "these may then do any such we you i he she his her my your our us me him what how where why "
    "while because also "
    "however therefore thus since between each both some most many much very just even still first "
    "let need"
)
FUNCTION_WORDS: tuple[str, ...] = tuple(_LISTED.split())
"""98 English function words, with which the thresholds were calibrated on public answers."""
LEAST_WORDS = 5_000
"""Function words a side needs: below, the noise floor is as large as what is looked for."""
SAME_BELOW = 1.5
DISTINCT_ABOVE = 3.0
REFERENCE_DISTANCE = 0.15
"""Distance of fully different models in the similarity-sensitive effective number."""
Style = Literal["same style", "similar", "distinct", "too little text"]
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_WORD = re.compile(r"[a-z]+")
_Counts = Sequence[float]


Halves = tuple[tuple[int, ...], tuple[int, ...]]
"""Counts of the words in answers at even and odd positions: a writing style without text."""


class StyleComparison(Struct, frozen=True, kw_only=True):
    """How far apart two sides write, against how far each is from itself."""

    distance: float
    """Jensen-Shannon distance between the sides (0..1)."""
    within: float
    """Mean squared distance of the halves of each side, in bits: the observed noise floor."""
    ratio: float | None
    """Squared distance of equal halves of both sides over ``within``; ``None``: no noise floor."""
    words: tuple[int, int]
    """Function words per side."""
    style: Style


def count_words(texts: Iterable[str], words: Sequence[str] = FUNCTION_WORDS) -> tuple[int, ...]:
    """How often each word of the list stands in the texts, code left out."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORD.findall(_CODE.sub(" ", text).lower().replace("’", "'")))
    return tuple(counts[word] for word in words)


def divergence_bits(first: _Counts, second: _Counts) -> float:
    """Jensen-Shannon divergence of two frequency vectors, 0..1 bits.

    ``(.5, .3, .2)`` and ``(.4, .4, .2)`` give .0091859255.

    Raises:
        ValueError: lengths differ, a count is negative, or one side is all zero.
    """
    if len(first) != len(second) or min((*first, *second), default=0) < 0:
        raise ValueError("two frequency vectors have one length and no negative count")
    totals = sum(first), sum(second)
    if not all(totals):
        raise ValueError("a side without any word has no frequencies")
    values, other = [count / totals[0] for count in first], [count / totals[1] for count in second]
    middle = [(a + b) / 2 for a, b in zip(values, other, strict=True)]
    return max(0.0, _entropy(middle) - (_entropy(values) + _entropy(other)) / 2)


def distance(first: _Counts, second: _Counts) -> float:
    """Jensen-Shannon distance (0..1), a metric: the root of the divergence in bits.

    Raises:
        ValueError: as `divergence_bits`.
    """
    return sqrt(divergence_bits(first, second))


def compare_styles(first: Sequence[str], second: Sequence[str]) -> StyleComparison:
    """Compare the answers of two sides to the same inputs, in the same order.

    The ratio takes the squared distance between the sides over that within them, all between halves
    of the same size (answers at even and at odd positions), so that the amount of text cancels out.
    Below 1.5 the style is the same, above 3 it is distinct; both sides need 5,000 function words.

    Raises:
        ValueError: a side has no function word at all.
    """
    return compare_profiles(style_profile(first), style_profile(second))


def style_profile(texts: Sequence[str]) -> Halves:
    """Word counts for a later comparison: of answers at even positions, then at odd ones."""
    return count_words(texts[::2]), count_words(texts[1::2])


def compare_profiles(first: Halves, second: Halves) -> StyleComparison:
    """Compare two sides of which only the counts were kept; as `compare_styles`.

    Raises:
        ValueError: a side has no function word at all, or the lists of words differ in length.
    """
    halves = (first, second)
    sides = [tuple(map(sum, zip(*pair, strict=True))) for pair in halves]
    words = sum(sides[0]), sum(sides[1])
    apart = distance(*sides)
    if not all(sum(half) for pair in halves for half in pair):
        return StyleComparison(
            distance=apart, within=0.0, ratio=None, words=words, style="too little text"
        )
    within = (divergence_bits(*halves[0]) + divergence_bits(*halves[1])) / 2
    between = sum(divergence_bits(halve, other) for halve in halves[0] for other in halves[1]) / 4
    ratio = between / within if within else None
    return StyleComparison(
        distance=apart, within=within, ratio=ratio, words=words, style=_style(ratio, min(words))
    )


def similarity(apart: float) -> float:
    """Likeness of two writing styles (0..1) for the effective number; indicative."""
    return 1 - min(1.0, apart / REFERENCE_DISTANCE)


def _style(ratio: float | None, words: int) -> Style:
    if ratio is None or words < LEAST_WORDS:
        return "too little text"
    if ratio < SAME_BELOW:
        return "same style"
    return "similar" if ratio <= DISTINCT_ABOVE else "distinct"


def _entropy(shares: Iterable[float]) -> float:
    return -sum(share * log2(share) for share in shares if share > 0)
