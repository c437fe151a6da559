"""Plain scalars that tools read in different ways, and the numbers among them."""

import re


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
