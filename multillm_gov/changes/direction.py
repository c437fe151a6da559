"""Which way a parameter protects, as far as its name tells.

The convention of the rule book: ``max_*`` is a ceiling, ``min_*`` a floor, ``allow*`` permits,
``exempt*`` excuses, ``forbid*``, ``deny*`` and ``require*`` demand. Any other name proves nothing.
"""

from collections.abc import Callable
from typing import Any, Literal

from multillm_gov.changes.change import Direction
from multillm_gov.changes.directions import (
    fewer_is_tighter,
    higher_is_tighter,
    lower_is_tighter,
    more_is_tighter,
    neither,
    present_is_tighter,
)

Shape = Literal["number", "switch", "list", "text"]
Judge = Callable[[Any, Any], Direction]


def judge_of(name: str, shape: Shape) -> Judge:
    """How to judge two values of a parameter; of numbers, ``None`` is no limit."""
    exceptional = _EXCEPTIONS.get((name, shape))
    if exceptional is not None:
        return exceptional
    return next(
        (judge for prefix, judge in _CONVENTION[shape].items() if name.startswith(prefix)), neither
    )


def _reversed(judge: Judge) -> Judge:
    return lambda before, after: judge(after, before)


_CONVENTION: dict[Shape, dict[str, Judge]] = {
    "number": {"max_": lower_is_tighter, "min_": higher_is_tighter},
    "switch": {
        "require": present_is_tighter,
        "forbid": present_is_tighter,
        "deny": present_is_tighter,
        "allow": _reversed(present_is_tighter),
        "exempt": _reversed(present_is_tighter),
    },
    "list": {
        "require": more_is_tighter,
        "forbid": more_is_tighter,
        "deny": more_is_tighter,
        "allow": fewer_is_tighter,
        "exempt": _reversed(more_is_tighter),
    },
    "text": {},
}
_EXCEPTIONS: dict[tuple[str, Shape], Judge] = {
    ("above_share", "number"): lower_is_tighter,
    ("all_but", "list"): fewer_is_tighter,
    ("approvals_needed", "number"): higher_is_tighter,
    ("confidence", "number"): higher_is_tighter,
    ("every_months", "number"): lower_is_tighter,
    ("fallbacks", "switch"): present_is_tighter,
    ("identity", "text"): present_is_tighter,
    ("jurisdictions", "list"): fewer_is_tighter,
    ("latency", "switch"): present_is_tighter,
    ("lead_days", "number"): higher_is_tighter,
    ("levels", "list"): more_is_tighter,
    ("loosened", "switch"): present_is_tighter,
    ("min_days", "number"): _reversed(higher_is_tighter),
    ("min_forecast", "number"): _reversed(higher_is_tighter),
    ("min_saving", "number"): _reversed(higher_is_tighter),
    ("min_saving_share", "number"): _reversed(higher_is_tighter),
    ("min_value_at_stake", "number"): _reversed(higher_is_tighter),
    ("named", "list"): more_is_tighter,
    ("names", "list"): _reversed(fewer_is_tighter),
    ("new_vendor", "switch"): present_is_tighter,
    ("notice_days", "number"): higher_is_tighter,
    ("peak_factor", "number"): higher_is_tighter,
    ("price_rise", "number"): higher_is_tighter,
    ("quality", "switch"): present_is_tighter,
    ("residency", "list"): fewer_is_tighter,
    ("share_of_month", "number"): higher_is_tighter,
    ("tolerance", "number"): lower_is_tighter,
    ("value_at_stake_above", "number"): lower_is_tighter,
    ("warn_after_days", "number"): lower_is_tighter,
    ("warn_at_ratio", "number"): lower_is_tighter,
    ("warn_at_share", "number"): lower_is_tighter,
    ("when", "text"): _reversed(present_is_tighter),
}
"""Parameters of the rule book whose names do not tell, or that are thresholds below which nothing is judged."""
