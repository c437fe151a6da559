"""Texts of a custom policy: mistakes in plain words, and the values of a false statement."""

import re
from collections.abc import Mapping

from msgspec import Struct

from multillm_gov.rules.custom.context import types_of
from multillm_gov.rules.custom.vocabulary import Over
from multillm_gov.rules.expressions import Misfit
from multillm_gov.words import code, did_you_mean

_MOST_VALUES = 4
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\(?(.*?)\)?'")
_LEFT_OUT = {"map": "the `map` macro", "matches": "`matches`"}


class Explanation(Struct, frozen=True):
    """A mistake for people: what, how many characters from which column, and what to do."""

    message: str
    column: int
    length: int
    remedy: str


def explain(misfit: Misfit, expression: str, over: Over) -> Explanation:
    """A misfit in plain words, placed at the start of the text it is about."""
    if unknown := _UNDECLARED.search(misfit.message):
        return _undeclared(unknown[1], misfit, expression, over)
    if clash := _OVERLOAD.search(misfit.message):
        sign, types = clash[1].replace("_", "").replace("@", ""), clash[2]
        remedy = "Compare texts with texts and numbers with numbers."
        if "int" in types and ("double" in types or "dyn" in types):
            remedy = "Write whole numbers with a decimal point (`2.0`) in arithmetic."
        elif sign == "+":
            remedy = "Add only numbers: texts and lists cannot be joined here."
        return Explanation(f"{code(sign)} does not accept ({types})", misfit.column, 1, remedy)
    message = misfit.message.partition(" expecting ")[0].replace(
        "Syntax error: ", "not an expression: "
    )
    if "recursion" in message:
        message = "nested too deeply: the limit is 32 levels"
    return Explanation(
        message,
        misfit.column,
        1,
        "Correct the expression; see docs/custom-rules.md.",
    )


def _undeclared(name: str, misfit: Misfit, expression: str, over: Over) -> Explanation:
    lines = expression.split("\n")
    line = lines[misfit.line - 1] if 0 < misfit.line <= len(lines) else ""
    start = line.rfind(name, 0, misfit.column + len(name))
    column = start + 1 if start >= 0 else misfit.column
    if name in _LEFT_OUT:
        remedy = (
            "Use `all`, `exists` or `filter`; for texts `startsWith`, `endsWith` or `contains`."
        )
        return Explanation(
            f"{_LEFT_OUT[name]} is not available here: its cost has no bound",
            column,
            len(name),
            remedy,
        )
    return Explanation(
        f"{code(name)} cannot be read over "
        f"{code(over)}{did_you_mean(name, sorted(types_of(over)))}",
        column,
        len(name),
        "Use a name that docs/custom-rules.md lists for this `over`.",
    )


def format_values(values: Mapping[str, object]) -> str:
    """`` (task.x is 1,234, task.y is not known)`` for the single values read; empty if none."""
    texts = [f"{name} is {_format(value)}" for name, value in values.items() if _single(value)]
    more = ["…"] if len(texts) > _MOST_VALUES else []
    return f" ({', '.join([*texts[:_MOST_VALUES], *more])})" if texts else ""


def remedy_of(over: Over, name: str, policy: str, *, unjudged: bool) -> str:
    """The remedy of a policy without one."""
    if unjudged:
        return (
            f"State what {code(policy)} needs to know, or guard it in the policy: `NAME != null "
            "&& …`."
        )
    what = {"task_class": code(name), "model": f"the use of {code(name.removeprefix('model:'))}"}
    return (
        f"Change {what.get(over, 'the allocations')} so that it complies with {code(policy)}, or "
        "have the policy changed."
    )


def _single(value: object) -> bool:
    return value is None or isinstance(value, str | float | bool)


def _format(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() or abs(value) >= 1_000 else f"{value:.4g}"
    return code(str(value))
