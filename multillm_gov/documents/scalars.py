"""What a plain (unquoted) scalar means: JSON's rules, everything else is text.

YAML's versions and tools disagree on more than that (``no`` is false to some, ``010`` is 8, 12:30:45 is 45045), so such
a scalar stays text and is pointed out: quoting it says the same to everyone.
"""

import math
import re

LONGEST_NUMBER = 40
"""Characters of a number; more is no quantity (and Python refuses to read past 4,300 digits)."""

MERGE = "<<"
"""As a key, YAML 1.1's merge; as a value, two characters."""

_EXACT_WHOLE = 2**53
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NOT_NUMBERS = re.compile(r"[-+]?\.?(?:inf(?:inity)?|nan)", re.IGNORECASE)
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_UNDERSCORED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9]+)?")
_OTHER_BASE = re.compile(r"[-+]?0(?:[xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_LOOSE_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SWITCHES = frozenset({"yes", "no", "on", "off"})
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}

Plain = str | int | float | bool | None


class DoubtError(Exception):
    """A plain scalar that other tools read as something else; ``remedy`` says what to write."""

    def __init__(self, text: str, reading: str, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.reading = reading
        self.remedy = remedy


class Scalars(dict[str, Plain]):
    """Remembers what each plain scalar of a file means; files repeat themselves, so most look-ups hit."""

    def __missing__(self, text: str) -> Plain:
        """Resolve a scalar not met before.

        Raises:
            DoubtError: the scalar is ambiguous; never remembered, so that every place of it is reported.
        """
        value = self[text] = resolve(text)
        return value


def resolve(text: str) -> Plain:
    """The value of one plain scalar.

    Raises:
        DoubtError: the scalar is ambiguous.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "-+.0123456789":
        _doubt_word(text)
        return text
    if len(text) > LONGEST_NUMBER:
        if text[:LONGEST_NUMBER].strip("-+.0123456789eE_"):
            return text
        raise DoubtError(text, f"a number of {len(text)} characters", f"Write at most {LONGEST_NUMBER}, or quote it.")
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    _doubt_number(text)
    return text


def _finite(text: str) -> int | float:
    number = float(text)
    if math.isinf(number):
        raise DoubtError(text, "a number too large to hold", "Write a smaller number, or quote it.")
    if number == 0 and text.lower().partition("e")[0].strip("-0."):
        raise DoubtError(text, "a number too small to hold", "Write 0, or quote it.")
    # 1e5 and 12.0 are whole numbers to JSON Schema; as integers they are so to everyone.
    return int(number) if number.is_integer() and abs(number) <= _EXACT_WHOLE else number


def _doubt_word(text: str) -> None:
    if text == MERGE:
        raise DoubtError(text, "a merge", "Write the merged keys out.")
    lowered = text.lower()
    if lowered in _SWITCHES:
        truth = "true" if lowered in {"yes", "on"} else "false"
        raise DoubtError(text, truth, f'Quote it to mean the text ("{text}"), or write {truth}.')
    if lowered in _CONSTANTS:
        raise DoubtError(text, lowered, f'Write {lowered}, or quote it to mean the text ("{text}").')
    if lowered[0] in "in" and _NOT_NUMBERS.fullmatch(text):
        raise DoubtError(text, "no finite number", "Write a finite number, or quote it to mean the text.")


def _doubt_number(text: str) -> None:
    quoted = f'quote it to mean the text ("{text}")'
    if _NOT_NUMBERS.fullmatch(text):
        raise DoubtError(text, "no finite number", f"Write a finite number, or {quoted}.")
    if _SEXAGESIMAL.fullmatch(text):
        raise DoubtError(text, "a number in base 60", f"Write the plain number, or {quoted}.")
    if _LEADING_ZERO.fullmatch(text):
        raise DoubtError(text, "an octal number", f"Write it without leading zeros, or {quoted}.")
    if _OTHER_BASE.fullmatch(text):
        raise DoubtError(text, "a number in another base", f"Write {_decimal(text)}, or {quoted}.")
    if _UNDERSCORED.fullmatch(text):
        raise DoubtError(text, "a number with separators", f"Write {text.replace('_', '')}, or {quoted}.")
    if _LOOSE_NUMBER.fullmatch(text):
        raise DoubtError(text, "a number", f"Write {_tidy(text)}, or {quoted}.")


def _decimal(text: str) -> str:
    try:
        return str(int(text, 0))
    except ValueError:
        return "the decimal number"


def _tidy(text: str) -> str:
    mantissa, mark, exponent = text.removeprefix("+").partition("e" if "e" in text else "E")
    whole, _, fraction = mantissa.partition(".")
    sign = "-" if whole.startswith("-") else ""
    whole = whole.removeprefix("-") or "0"
    return f"{sign}{whole}{'.' + fraction if fraction else ''}{mark}{exponent}"
