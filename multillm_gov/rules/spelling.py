"""How messages name things that a portfolio's authors typed."""

from collections.abc import Iterable

LONGEST = 80
"""Characters of a foreign name that a message repeats."""


def code(name: str) -> str:
    """A name in backticks, cut where it would drown the message."""
    return f"`{name if len(name) <= LONGEST else name[: LONGEST - 1] + '…'}`"


def codes(names: Iterable[str]) -> str:
    """Names in backticks: ``a``, ``b`` and ``c``."""
    return listed([code(name) for name in names])


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words with commas and one conjunction."""
    *rest, final = [*words] or [""]
    return f"{', '.join(rest)} {last} {final}" if rest else final


def near(word: str, known: Iterable[str]) -> str:
    """`` (did you mean `a` or `b`?)`` for known words close to an unknown one; empty when none is."""
    from difflib import get_close_matches  # needed for a mistake only

    close = get_close_matches(word[:LONGEST], list(known)[:5_000], n=2, cutoff=0.6)
    return f" (did you mean {listed(map(code, close), 'or')}?)" if close else ""
