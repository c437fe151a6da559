"""A text that matches a regular expression, for the simple expressions that schemas hold."""

import re
from re import _constants, _parser  # type: ignore[attr-defined] # no public module takes expressions apart
from typing import Any

Code = Any
"""What kind of part it is."""
Argument = Any
"""What the part holds; depends on its kind."""
Part = tuple[Code, Argument]
_LONGEST_PATTERN = 500
_MOST_REPEATS = 200


def text_matching(pattern: str, least: int = 0) -> str:
    """A short text of a least length that matches an expression; else ``x`` repeated."""
    filler = "x" * max(least, 1)
    if len(pattern) > _LONGEST_PATTERN:
        return filler
    try:
        expression, parsed = re.compile(pattern), _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return filler
    for more in (0, max(least - 1, 0), least):
        text = _written(list(parsed), more)[:10_000]
        if len(text) >= least and expression.search(text):
            return text
    return filler


def _written(parts: list[Part], more: int) -> str:
    return "".join(_part(code, argument, more) for code, argument in parts)


def _part(code: Code, argument: Argument, more: int) -> str:
    if code in {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}:
        low, high, inner = argument
        times: int = min(max(low, min(more, int(high))), _MOST_REPEATS)
        return _written(list(inner), 0) * times
    if code is _constants.SUBPATTERN:
        return _written(list(argument[-1]), more)
    if code is _constants.BRANCH:
        return _written(list(argument[1][0]), more)
    return _member(argument) if code is _constants.IN else _letter(code, argument)


def _letter(code: Code, argument: Argument) -> str:
    if code is _constants.LITERAL:
        return chr(argument)
    if code is _constants.NOT_LITERAL:
        return "b" if argument == ord("a") else "a"
    return "a" if code is _constants.ANY else ""


def _member(choices: list[Part]) -> str:
    """One character of a class; of a negated one, one that is not in it."""
    if choices and choices[0][0] is _constants.NEGATE:
        expressions = [
            letter for letter in "a0-Z _" if not any(_holds(part, letter) for part in choices[1:])
        ]
        return expressions[0] if expressions else "~"
    return next((_first(part) for part in choices), "")


def _first(part: Part) -> str:
    code, argument = part
    if code is _constants.LITERAL:
        return chr(argument)
    if code is _constants.RANGE:
        return chr(argument[0])
    return (
        "0"
        if argument is _constants.CATEGORY_DIGIT
        else " "
        if argument is _constants.CATEGORY_SPACE
        else "a"
    )


def _holds(part: Part, letter: str) -> bool:
    code, argument = part
    if code is _constants.LITERAL:
        return bool(chr(argument) == letter)
    if code is _constants.RANGE:
        return bool(argument[0] <= ord(letter) <= argument[1])
    classes: dict[Any, bool] = {
        _constants.CATEGORY_DIGIT: letter.isdigit(),
        _constants.CATEGORY_SPACE: letter.isspace(),
        _constants.CATEGORY_WORD: letter.isalnum() or letter == "_",
    }
    return classes.get(argument, True)
