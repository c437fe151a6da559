"""Quick fixes: the word that was meant, the model to move to."""

import re

from msgspec import Struct

from multillm_gov.finding import Finding

_MEANT = re.compile(r"did you mean ([^()?]+)\?\)?\Z")
_QUOTED = re.compile(r"`([^`]+)`")
_PLAIN = re.compile(r"[A-Za-z0-9][\w./@+-]*(?::[\w./@+-]+)*")
"""What can stand in YAML without quotes and is one word: nothing else is written into a file."""
_LONGEST = 200


class QuickFix(Struct, frozen=True):
    """A text to write where the finding points."""

    title: str
    text: str


def quick_fixes_of(finding: Finding) -> tuple[QuickFix, ...]:
    """Words that can replace the text at a finding, best first; empty: a person must decide."""
    words = [*_meant(finding), *_listed(finding.figures.get("suggestions"))]
    fixes = [QuickFix(f"Write `{word}`", word) for word in dict.fromkeys(words) if _fits(word)]
    successor = finding.figures.get("successor")
    if (
        isinstance(successor, str)
        and _fits(successor)
        and finding.location.line == finding.location.end_line
    ):
        origin = finding.figures.get("successor_origin")
        fixes.append(
            QuickFix(
                f"Move to `{successor}` ({origin}); score it on your own cases first", successor
            )
        )
    return tuple(fixes)


def _meant(finding: Finding) -> list[str]:
    # At the end only: what stands before may repeat a foreign name, which could hold these very
    # words.
    match = _MEANT.search(finding.message)
    return _QUOTED.findall(match[1]) if match is not None else []


def _listed(words: object) -> list[str]:
    return words.split(", ") if isinstance(words, str) and words else []


def _fits(word: str) -> bool:
    return len(word) <= _LONGEST and _PLAIN.fullmatch(word) is not None
