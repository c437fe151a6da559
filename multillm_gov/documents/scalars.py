"""What a plain (unquoted) scalar means: JSON's rules, everything else is text.

YAML's versions and tools disagree on more than that (``no`` is false to some, ``010`` is 8,
12:30:45 is 45045), so such
a scalar stays text and is pointed out: quoting it says the same to everyone.
"""

import json
import math
import re

_PLAIN = re.compile(r"[A-Za-z0-9](?:[\w ./()+%@-]|:(?=\w))*", re.ASCII)
_LONGEST_PLAIN = 500
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


def format_scalar(text: str) -> str:
    """The text on one line: plain where no tool takes it for anything else, else quoted."""
    if (
        _PLAIN.fullmatch(text)
        and text == text.strip()
        and len(text) <= _LONGEST_PLAIN
        and _means_itself(text)
    ):
        return text
    return json.dumps(text, ensure_ascii=False)


def _means_itself(text: str) -> bool:
    try:
        return resolve(text) == text
    except AmbiguousScalarError:
        return False


class AmbiguousScalarError(Exception):
    """A plain scalar that other tools read as something else; ``remedy`` says what to write."""

    def __init__(self, text: str, reading: str, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.reading = reading
        self.remedy = remedy


_NOT_NUMBERS = re.compile(r"[-+]?\.?(?:inf(?:inity)?|nan)", re.IGNORECASE)
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_OTHER_BASE = re.compile(r"[-+]?0(?:[xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_LOOSE_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def check_number(text: str) -> None:
    """Refuse a number in a notation that JSON does not have; the caller bounds its length.

    Raises:
        AmbiguousScalarError: it is one.
    """
    quoted = f'quote it to mean the text ("{text}")'
    if _NOT_NUMBERS.fullmatch(text):
        raise AmbiguousScalarError(text, "no finite number", f"Write a finite number, or {quoted}.")
    if _SEXAGESIMAL.fullmatch(text):
        raise AmbiguousScalarError(
            text, "a number in base 60", f"Write the plain number, or {quoted}."
        )
    if _LEADING_ZERO.fullmatch(text):
        raise AmbiguousScalarError(
            text, "an octal number", f"Write it without leading zeros, or {quoted}."
        )
    if _OTHER_BASE.fullmatch(text):
        raise AmbiguousScalarError(
            text, "a number in another base", f"Write {_decimal(text)}, or {quoted}."
        )
    if "_" in text and _LOOSE_NUMBER.fullmatch(joined := text.replace("_", "")):
        raise AmbiguousScalarError(
            text, "a number with separators", f"Write {_tidy(joined)}, or {quoted}."
        )
    if _LOOSE_NUMBER.fullmatch(text):
        raise AmbiguousScalarError(text, "a number", f"Write {_tidy(text)}, or {quoted}.")


def _decimal(text: str) -> str:
    try:
        return str(int(text, 0))
    except ValueError:
        return "the decimal number"


def _tidy(text: str) -> str:
    mantissa, mark, exponent = text.removeprefix("+").partition("e" if "e" in text else "E")
    whole, _, fraction = mantissa.partition(".")
    sign = "-" if whole.startswith("-") else ""
    whole = whole.removeprefix("-").lstrip("0") or "0"
    return f"{sign}{whole}{'.' + fraction if fraction else ''}{mark}{exponent}"


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
