"""Exact money and the few conversions and spellings every output shares."""

from decimal import ROUND_HALF_UP, Context, Decimal
from math import ceil
from typing import Any, ClassVar, Self

HOURS_PER_MONTH = 730
"""Mean hours of a month: 8,760 over 12."""
Money = Decimal
"""An exact amount in the portfolio's currency unless the name says ``usd``."""


class Exact(Decimal):
    """A declared decimal number with its range; arithmetic on it yields plain decimals.

    The range stands on the type because the decoder checks ranges of ints and floats only.
    """

    __slots__ = ()
    least: ClassVar[str] = "0"
    most: ClassVar[str] = "1e15"
    above_least: ClassVar[bool] = False

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of the type: a number within the range."""
        lower = "exclusiveMinimum" if cls.above_least else "minimum"
        return {"type": "number", lower: float(cls.least), "maximum": float(cls.most)}

    @classmethod
    def decode(cls, value: object) -> Self:
        """Turn a plain number into the type.

        Raises:
            ValueError: not a finite number, or out of range.
        """
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise ValueError(f"Expected a number, got {type(value).__name__}")
        number = cls(str(value))
        low, high = Decimal(cls.least), Decimal(cls.most)
        if not (number.is_finite() and low <= number <= high) or (
            cls.above_least and number == low
        ):
            raise ValueError(f"Expected a number from {cls.least} to {cls.most}")
        return number


class Amount(Exact):
    """Money, never negative."""

    __slots__ = ()


class Share(Exact):
    """A part of a whole, 0..1."""

    __slots__ = ()
    most = "1"


class Percent(Exact):
    """A part of a hundred, 0..100."""

    __slots__ = ()
    most = "100"


class Positive(Exact):
    """A number above zero, at most 1e9."""

    __slots__ = ()
    most = "1e9"
    above_least = True


class AtLeastOne(Exact):
    """An effective number: 1 or more."""

    __slots__ = ()
    least = "1"
    most = "1e6"


MONTHS_PER_YEAR = 12
MINUS = "\N{MINUS SIGN}"
_CENT = Decimal("0.01")
_WIDE = Context(prec=400)
"""Holds every digit of what a stranger's file may declare: rounding must not fail for its size."""


def format_money(amount: Decimal, currency: str = "USD", rounding: str = ROUND_HALF_UP) -> str:
    """``12,345 USD`` from 100 upwards, else cents, else four significant digits (unit costs).

    ``rounding`` is one of `decimal`: up for a required minimum, down for an allowed maximum.
    """
    magnitude = abs(amount)
    if magnitude >= 100:
        text = f"{amount.quantize(Decimal(1), rounding, _WIDE):,}"
    elif magnitude >= 1 or amount == 0:
        text = f"{amount.quantize(_CENT, rounding, _WIDE):,}"
    else:
        step = Decimal(1).scaleb(amount.adjusted() - 3)
        text = f"{amount.quantize(step, rounding, _WIDE).normalize():f}"
    return f"{text.replace('-', MINUS)} {currency}"


def cents(amount: Decimal) -> Decimal:
    """The amount to the hundredth."""
    return amount.quantize(_CENT, ROUND_HALF_UP, _WIDE)


def format_share(share: float | Decimal) -> str:
    """``41.5%`` from a share in 0..1."""
    return f"{float(share) * 100:,.1f}%".replace("-", MINUS)


def format_part(share: float | Decimal) -> str:
    """The same of a share that is not zero: ``less than 0.1%`` in place of ``0.0%``."""
    text = format_share(share)
    return "less than 0.1%" if text == "0.0%" and share else text


def format_points(difference: float | Decimal) -> str:
    """``4.2 points`` from a difference of two shares in 0..1."""
    points = f"{float(difference) * 100:.1f}".replace("-", MINUS)
    return f"{points} point{'' if points == '1.0' else 's'}"


def format_least_share(share: float | Decimal) -> str:
    """The same, rounded up, for what must be moved at least; a float's own error is ignored."""
    return f"{ceil(float(share) * 1_000 - 1e-6) / 10:.1f}%"


def format_count(count: float | Decimal) -> str:
    """A whole number with thousands separators."""
    return f"{round(count):,}".replace("-", MINUS)


def format_change(share: float | Decimal, digits: int = 1) -> str:
    """``+5.8%``, ``−3.2%``: a relative change, from a part of the old figure."""
    return signed(f"{float(share) * 100:,.{digits}f}%")


def signed(number: str) -> str:
    """A formatted number with its sign: ``+12``, ``−12``, and zero without one."""
    digits = number.lstrip(f"-{MINUS}")
    if not any(digit in digits for digit in "123456789"):
        return digits
    return f"{MINUS}{digits}" if digits != number else f"+{number}"
