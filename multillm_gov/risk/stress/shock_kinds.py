"""Finding kinds of shocks by presence: every module of ``shocks/`` is one, named as scenarios write it."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress import shocks
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.stress_context import Label, StressContext

Strains = Callable[[Shock, frozenset[Label] | None, StressContext], tuple[ShockEffect, ...]]


@cache
def shock_kinds() -> tuple[str, ...]:
    """Names of all kinds, sorted; none is imported."""
    return tuple(sorted(module.name.replace("_", "-") for module in iter_modules(shocks.__path__)))


def strains_of(
    shock: Shock, aims: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """What a shock does to what it aims at; ``None``: it aims at everything."""
    module = import_module(f"{shocks.__name__}.{shock.kind.replace('-', '_')}")
    strains: Strains = module.strains
    return strains(shock, aims, context)
