"""What a portfolio's problem is made of."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from multillm_gov.optimization.declared import DeclaredLimits, Refusal
from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.problem import (
    Floats,
    Integers,
    Limit,
)
from multillm_gov.state.state import State


class Inputs(Struct, frozen=True, kw_only=True):
    """Everything a portfolio's problem is made of."""

    state: State
    options: OptionSet
    declared: DeclaredLimits
    refusals: tuple[Refusal, ...] = ()
    fallback_candidates: Mapping[str, tuple[str, ...]] = {}
    """By task class: models that may be a fallback."""
    outage_losses: Floats | None = None
    """By option: expected loss a month, should it take all; ``None``: not limited."""
    outage_limit: Limit | None = None
    """The appetite for it: name, place and value."""
    least_spend: Mapping[str, float] = {}
    """By task class: its part of the least bill (see `Weights`); empty: nothing limits shares of
    spend yet."""
    least_bill: float = 0.0
    """Spend may not be lower: a bill that the limits on shares of spend are compared with."""


def open_tasks(options: OptionSet) -> list[int]:
    """Numbers of the task classes that may change."""
    held = {one.task for one in options.held}
    return [number for number, task in enumerate(options.tasks) if task.task.name not in held]


def options_of_task(options: OptionSet, task: int) -> Integers:
    """Numbers of one task class's options."""
    return np.flatnonzero(options.task_of == task)
