"""Lines of models and the places on them: `claude-sonnet` (4, 5)."""

import re

import msgspec

_VERSION = re.compile(r"^([a-z]*?)(\d+(?:\.\d+)*)([a-z]?)$")


_SIZE = re.compile(r"^(?:[a-z]?\d+(?:\.\d+)?[bt]|\d+x\d+b|\d+k|\d+e)$")


_NO_LINE = frozenset({"turbo", "chat", "text", "preview", "exp", "experimental", "beta", "hd"})


class Line(msgspec.Struct, frozen=True):
    """A line of models and a place on it: `claude-sonnet` (4, 5); `llama-70b` (3, .3)."""

    name: str
    version: tuple[float, ...]
    """What follows a point counts as a decimal fraction: xAI's 4.20 came before 4.3."""


def line_of(model: str) -> Line:
    """The line of a canonical model name: the name without its version; sizes and tiers stay."""
    words: list[str] = []
    numbers: list[float] = []
    for word in model.split("-"):
        match = None if _SIZE.match(word) else _VERSION.match(word)
        if match is not None:
            words += [match[1]] if match[1] else []
            whole_part, *fractions = match[2].split(".")
            numbers += [float(whole_part[:9]), *(float(f"0.{part[:9]}") for part in fractions)]
        elif word not in _NO_LINE:
            words.append(word)
    return Line("-".join(words), tuple(numbers))
