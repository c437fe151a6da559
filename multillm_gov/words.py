"""How sentences count, join and quote what they name."""

from collections.abc import Iterable, Sequence

LONGEST = 80
"""Characters of a foreign name that a message repeats."""


def code(name: str) -> str:
    """A name from a governed file in backticks, cut where it would drown the message."""
    shown = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    return f"`{shown.replace('`', chr(39))}`"


def join_code(names: Iterable[str]) -> str:
    """Names in backticks: ``a``, ``b`` and ``c``."""
    return join_words([code(name) for name in names])


def join_words(words: Iterable[str], last: str = "and") -> str:
    """Words with commas and one conjunction."""
    *rest, final = [*words] or [""]
    return f"{', '.join(rest)} {last} {final}" if rest else final


def join_some(words: Sequence[str], most: int = 3) -> str:
    """``none``, ``a``, ``a and b``, ``a, b, c and 4 more``."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most:,} more"
    return join_words(words) or "none"


def plural_of(noun: str) -> str:
    """``errors``, ``policies``, ``task classes``."""
    if noun.endswith("cy"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def count_of(number: int, noun: str) -> str:
    """``1 error``, ``2 policies``, ``−3 days``."""
    counted = noun if abs(number) == 1 else plural_of(noun)
    return f"{number:,} {counted}".replace("-", "\N{MINUS SIGN}", int(number < 0))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean `a` or `b`?)`` for known words close to an unknown one; else empty."""
    from difflib import get_close_matches  # needed for a mistake only

    close = get_close_matches(word[:LONGEST], list(known)[:5_000], n=2, cutoff=0.6)
    return f" (did you mean {join_words(map(code, close), 'or')}?)" if close else ""
