"""What a plain (unquoted) scalar means: JSON's rules, everything else is text.

YAML's versions and tools disagree on more than that (``no`` is false to some, ``010`` is 8,
12:30:45 is 45045), so such
a scalar stays text and is pointed out: quoting it says the same to everyone.
"""

import math
import re

from multillm_gov.documents.ambiguous import AmbiguousScalarError, check_number

LONGEST_NUMBER = 40
"""Characters of a number; more is no quantity (and Python refuses to read past 4,300 digits)."""
MERGE = "<<"
"""As a key, YAML 1.1's merge; as a value, two characters."""

_EXACT_WHOLE = 2**53
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}
_SWITCHES = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})

Plain = str | int | float | bool | None


class Scalars(dict[str, Plain]):
    """Remembers what each plain scalar means; files repeat themselves."""

    def __missing__(self, text: str) -> Plain:
        """Resolve a scalar not met before.

        Raises:
            AmbiguousScalarError: the scalar is ambiguous; not remembered, so that every place of
                it is reported.
        """
        value = self[text] = resolve(text)
        return value


def resolve(text: str) -> Plain:
    """The value of one plain scalar.

    Raises:
        AmbiguousScalarError: the scalar is ambiguous.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "-+.0123456789":
        _check_word(text)
        return text
    if len(text) > LONGEST_NUMBER:
        if not _NUMBER.fullmatch(text):
            return text
        raise AmbiguousScalarError(
            text,
            f"a number of {len(text)} characters",
            f"Write at most {LONGEST_NUMBER}, or quote it.",
        )
    if number := _NUMBER.fullmatch(text):
        return _finite(text) if number[1] or number[2] else int(text)
    if "-" not in text[1:] or "e" in text.lower():  # dates and ranges are text to everyone
        check_number(text)
    return text


def _finite(text: str) -> int | float:
    number = float(text)
    if math.isinf(number):
        raise AmbiguousScalarError(
            text, "a number too large to hold", "Write a smaller number, or quote it."
        )
    if number == 0 and text.lower().partition("e")[0].strip("-0."):
        raise AmbiguousScalarError(text, "a number too small to hold", "Write 0, or quote it.")
    # 1e5 and 12.0 are whole numbers to JSON Schema; as integers they are so to everyone.
    return int(number) if number.is_integer() and abs(number) <= _EXACT_WHOLE else number


def _check_word(text: str) -> None:
    if text == MERGE:
        raise AmbiguousScalarError(text, "a merge", "Write the merged keys out.")
    lowered = text.lower()
    if lowered in _SWITCHES:
        meant = _SWITCHES[lowered]
        raise AmbiguousScalarError(
            text, meant, f'Quote it to mean the text ("{text}"), or write {meant}.'
        )
    if lowered in _CONSTANTS:
        raise AmbiguousScalarError(
            text, lowered, f'Write {lowered}, or quote it to mean the text ("{text}").'
        )
    if lowered in _NOT_FINITE:
        raise AmbiguousScalarError(
            text, "no finite number", "Write a finite number, or quote it to mean the text."
        )
