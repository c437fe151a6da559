"""Declared rate limits as rows: what a model answers in the busiest minute, all task classes."""

from collections.abc import Iterator

import numpy as np

from multillm_gov.measures.capacity import MINUTES_PER_MONTH, mean_tokens
from multillm_gov.optimization.problem import Floats, Limit, Row
from multillm_gov.optimization.problem_inputs import Inputs


def capacity_limits(inputs: Inputs) -> Iterator[Limit]:
    """One limit per declared rate limit; those of the price map are a new customer's.

    What fallbacks take over on top is judged on the finished proposal.
    """
    options = inputs.options
    peak = float(inputs.state.portfolio.settings.risk.peak_factor)
    names = np.array([option.candidate.model for option in options.options])
    tokens = np.array(
        [
            float(mean_tokens(option.task.task.demand)) if option.task.task.demand else 0.0
            for option in options.options
        ]
    )
    weights: dict[str, Floats] = {
        "requests_per_minute": options.requests,
        "tokens_per_minute": options.requests * tokens,
    }
    for model, placed in sorted(inputs.state.overrides.models.items()):
        own = np.flatnonzero(names == model)
        for key, weight in weights.items():
            most = getattr(placed.declared, key)
            if most is None or not len(own):
                continue
            row = Row(
                options=own,
                fixed=weight[own] * peak / MINUTES_PER_MONTH,
                bound_scaled=1.0,
            )
            yield Limit(
                name=f"rate limit of {model}",
                parameter=key,
                place=placed.place.at(key),
                value=float(most),
                unit="number",
                rows=(row,),
            )
