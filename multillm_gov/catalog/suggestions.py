"""Names close to an unknown one, in bounded time: four thousand known names, hostile unknown ones."""

from collections import Counter
from collections.abc import Iterable

LONGEST = 100
"""Characters of an unknown name that are looked at."""
MOST_ASKED = 500
"""Unknown names that get suggestions; a portfolio with more has another problem."""
_COUNT = 3
_LEAST = 0.45
_SAME_SPELLING = 0.15
"""Advantage of names with the same provider prefix, or likewise without any."""


class Suggestions:
    """Compares by pairs of letters (Dice's coefficient), through an index from pairs to names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))
        self._sizes: list[int] = []
        self._holders: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            pairs = _pairs(name)
            self._sizes.append(len(pairs))
            for pair in pairs:
                self._holders.setdefault(pair, []).append(number)

    def near(self, name: str) -> tuple[str, ...]:
        """Up to three known names, best first."""
        asked = _pairs(name[:LONGEST])
        shared: Counter[int] = Counter()
        for pair in asked:
            shared.update(self._holders.get(pair, ()))
        prefix = name.partition("/")[0] + "/" if "/" in name else ""
        scored = []
        for number, count in shared.most_common(200):
            likeness = 2 * count / (self._sizes[number] + len(asked))
            if likeness >= _LEAST:
                known = self._names[number]
                alike = known.startswith(prefix) if prefix else "/" not in known
                scored.append((-likeness - (_SAME_SPELLING if alike else 0), len(known), known))
        return tuple(known for _, _, known in sorted(scored)[:_COUNT])


def _pairs(name: str) -> frozenset[str]:
    text = f"^{name.lower().replace('.', '-').replace('_', '-')}$"
    return frozenset(text[start : start + 2] for start in range(len(text) - 1))
