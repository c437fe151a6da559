"""One language of reports: its sentences, numbers, amounts, dates and names of countries.

A language is one file beside this module, ``CODE.toml``, found by presence. A text may hold two
forms, ``{n} decision|{n} decisions``, of which the first stands for one.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from math import floor, log10
from pathlib import Path

import msgspec

from multillm_gov.errors import UsageError
from multillm_gov.plugins import plugin_files
from multillm_gov.units import MINUS

_FAMILY = "multillm_gov.languages"
_DIGITS = 3
"""Significant digits of what a reader takes in; exact figures are in JSON."""
_MILLION = 10**6
Number = Decimal | float | int


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """The texts and spellings of one language."""

    name: str
    """In the language itself: ``español``."""
    decimal: str
    thousands: str
    percent: str
    """With ``{number}``: ``{number}%``."""
    dates: str
    """With ``{day}``, ``{month}`` (its name) and ``{year}``."""
    months: tuple[str, ...]
    conjunction: str
    euphonic: dict[str, str] = {}
    """Another conjunction before words that begin so: Spanish ``e`` before ``i``."""
    texts: dict[str, str]
    countries: dict[str, str]
    rules: dict[str, str] = {}
    """What a rule's findings are called for a board, by id; English has it in the rules."""
    limits: dict[str, str] = {}
    """What the limits of rules measure, ``GOV503.max_age_days``; English has it in the rules."""
    scenarios: dict[str, str] = {}
    """Titles of the scenarios that ship, by name."""
    code: str = ""

    def say(self, key: str, **values: object) -> str:
        """The text of a key with its values; numbers and days are spelled as the language does.

        Raises:
            KeyError: the language has no such text: a defect, which a test rules out.
        """
        each, _, many = self.texts[key].partition("|")
        text = many if many and values.get("n") != 1 else each
        return text.format(**{name: self._spell(value) for name, value in values.items()})

    def _spell(self, value: object) -> object:
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(value)
        return value

    def number(self, value: Number, digits: int = 0) -> str:
        """With its thousands separated and a true minus sign."""
        text = f"{value:,.{digits}f}".replace("-", MINUS)
        return text.translate({ord(","): self.thousands, ord("."): self.decimal})

    def share(self, value: Number, digits: int | None = None) -> str:
        """A share of 0..1 in per cent: ``78%``, ``7.8%``; never 0% or 100% where it is neither."""
        percent = float(value) * 100
        if digits is None:
            if 0 < percent < 0.05:
                return "<" + self.percent.format(number=self.number(0.1, 1))
            if 99.95 <= percent < 100:
                return ">" + self.percent.format(number=self.number(99.9, 1))
            digits = 0 if abs(percent - round(percent)) < 0.05 else 1
        return self.percent.format(number=self.number(percent, digits))

    def figure(self, value: Number, digits: int = _DIGITS) -> str:
        """Three significant digits, millions and more in words: ``29,900``, ``8.11 million``."""
        number = float(value)
        if not number:
            return "0"
        rounded = _significant(number, digits)
        for exponent, word in ((12, "trillion"), (9, "billion"), (6, "million")):
            if abs(rounded) >= 10**exponent:
                scaled = rounded / 10**exponent
                return self.say(f"number.{word}", x=self._bare(scaled, digits))
        return self._bare(rounded, digits)

    def _bare(self, value: float, digits: int) -> str:
        places = max(digits - 1 - floor(log10(abs(value))), 0) if value else 0
        text = self.number(value, places)
        if self.decimal in text and not places > digits:
            whole, _, part = text.partition(self.decimal)
            return text if part.strip("0") else whole
        return text

    def money(self, value: Number, currency: str) -> str:
        """An amount with its currency."""
        size = "large" if _significant(abs(float(value)), _DIGITS) >= _MILLION else "money"
        return self.say(f"number.{size}", x=self.figure(value), currency=currency)

    def day(self, value: date) -> str:
        """``30 November 2026``."""
        return self.dates.format(day=value.day, month=self.months[value.month - 1], year=value.year)

    def join(self, words: Iterable[str], most: int = 0) -> str:
        """With commas and the conjunction; past ``most`` (0: all) the others are counted."""
        listed = [*words]
        if most and len(listed) > most:
            further = self.say("list.more", n=len(listed) - most)
            return f"{', '.join(listed[:most])} {self.conjunction} {further}"
        *rest, last = listed or [""]
        word = next(
            (other for start, other in self.euphonic.items() if last.lower().startswith(start)),
            self.conjunction,
        )
        return f"{', '.join(rest)} {word} {last}" if rest else last

    def limit(self, identifier: str, words: str, *, rule: str, unit: str, policy: str) -> str:
        """What a limit of the register is of: of the tool's own, of a policy or of a rule.

        Args:
            identifier: ``forecast-spend``, ``policy:NAME:PARAMETER``, ``rule:GOV503:PARAMETER``.
            words: What is measured, in English.
            rule: Id of the rule that measures it; empty for the tool's own limits.
            unit: The currency of an amount; else empty.
            policy: What the policy is called.
        """
        if ":" not in identifier:
            return self.say(f"measure.{identifier}", currency=unit)
        measured = self.limits.get(f"{rule}.{identifier.rpartition(':')[2]}", words)
        measured += f" ({unit})" if unit else ""
        if identifier.startswith("rule:"):
            return measured
        return self.say("measure.policy", policy=policy, words=measured)

    def country(self, code: str) -> str:
        """The name of a country or area; its code where the language has none."""
        return self.countries.get(code, code)


def _significant(value: float, digits: int) -> float:
    return round(value, digits - 1 - floor(log10(abs(value)))) if value else 0.0


def language_codes() -> tuple[str, ...]:
    """The languages that ship, by code."""
    return tuple(plugin_files(_FAMILY, ".toml"))


@cache
def find_language(code: str) -> Language:
    """A language by its code.

    Raises:
        UsageError: there is no such language.
    """
    files = plugin_files(_FAMILY, ".toml")
    if code not in files:
        raise UsageError(f"There is no language `{code[:20]}`.", f"Use one of: {', '.join(files)}.")
    language = msgspec.toml.decode(Path(files[code]).read_bytes(), type=Language)
    return msgspec.structs.replace(language, code=code)
