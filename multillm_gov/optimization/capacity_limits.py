"""Rate limits as rows: what a model answers in the busiest minute, all task classes; N and N+1."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from multillm_gov.catalog.facts import entities_of
from multillm_gov.catalog.overrides import PlacedModel
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.measures.capacity import MINUTES_PER_MONTH, mean_tokens
from multillm_gov.measures.failover import depends_on
from multillm_gov.optimization.declared import CapacityRule
from multillm_gov.optimization.options import Option
from multillm_gov.optimization.problem import Floats, Limit, Row
from multillm_gov.optimization.problem_inputs import Inputs, fallbacks_for

Names = np.ndarray[Any, np.dtype[np.str_]]


def capacity_limits(inputs: Inputs) -> Iterator[Limit]:
    """Per declared rate limit what the model answers itself, and with what it takes over.

    Limits of the price map are a new customer's and limit nothing. A model that no route uses has
    rows as well: it may take over from others.
    """
    options = inputs.options
    peak = float(inputs.state.portfolio.settings.risk.peak_factor)
    names = np.array([option.candidate.model for option in options.options])
    weights = _weights(inputs)
    losses = [(rule, np.array(answers)) for rule, answers in _after_losses(inputs)]
    for model, placed in sorted(inputs.state.overrides.models.items()):
        own = names == model
        for key, weight in weights.items():
            most = getattr(placed.declared, key)
            if most is None:
                continue
            rows = [_row(np.where(own, weight, 0.0), peak)] if own.any() else []
            rows += _carried(inputs, names, losses, model, weight, float(most))
            if rows:
                yield _limit(model, key, placed, float(most), rows)


def _limit(model: str, key: str, placed: PlacedModel, most: float, rows: Sequence[Row]) -> Limit:
    return Limit(
        name=f"rate limit of {model}",
        parameter=key,
        place=placed.place.at(key),
        value=most,
        unit="number",
        rows=tuple(rows),
    )


def _weights(inputs: Inputs) -> dict[str, Floats]:
    """By key: requests and tokens a month of each option, should it take all."""
    options = inputs.options
    tokens = np.array(
        [
            float(mean_tokens(option.task.task.demand)) if option.task.task.demand else 0.0
            for option in options.options
        ]
    )
    return {
        "requests_per_minute": options.requests,
        "tokens_per_minute": options.requests * tokens,
    }


def _row(weight: Floats, peak: float) -> Row:
    """Load of the busiest minute <= the limit."""
    own = np.flatnonzero(weight)
    return Row(options=own, fixed=weight[own] * peak / MINUTES_PER_MONTH, bound_scaled=1.0)


def _after_losses(inputs: Inputs) -> list[tuple[CapacityRule, list[str]]]:
    """Per rule and lost entity: by option, the model that then answers its requests; or ``""``.

    N+1 (method 3.3): the first fallback that is not known to depend on the entity takes over.
    """
    find, options = inputs.state.catalog.find, inputs.options.options
    behind = [_behind(inputs, option) for option in options]
    after_losses = []
    for rule in inputs.declared.capacities:
        entities = {
            entity
            for option in options
            for entity in entities_of(option.candidate.facts, rule.level) - {UNKNOWN}
        }
        for lost in sorted(entities):
            hit = {
                name: bool(depends_on(find(name), rule.level, lost))
                for names in (*behind, (option.candidate.model for option in options))
                for name in names
            }
            answers = [
                next((name for name in (option.candidate.model, *names) if not hit[name]), "")
                for option, names in zip(options, behind, strict=True)
            ]
            after_losses.append((rule, answers))
    return after_losses


def _behind(inputs: Inputs, option: Option) -> tuple[str, ...]:
    """The fallbacks of a route to this option alone, in order."""
    task = option.task
    usable = inputs.fallback_candidates.get(task.task.name)
    if usable is None:  # its route and fallbacks stay as they are
        return tuple(task.task.declared.fallbacks)
    return fallbacks_for(inputs.state, task, [option.candidate.model], None, set(usable))


def _carried(
    inputs: Inputs,
    names: Names,
    losses: Sequence[tuple[CapacityRule, Names]],
    model: str,
    weight: Floats,
    most: float,
) -> Iterator[Row]:
    """One row per loss after which the model answers more than its own requests.

    A load that breaks the limit today may stay as large, no larger, where no policy requires more:
    without one it is a warning.
    """
    for rule, answers in losses:
        load = answers == model
        if not np.any(load & (names != model)):
            continue
        row = _row(np.where(load, weight, 0.0), rule.peak)
        today = float(row.fixed @ inputs.options.shares_today[row.options])
        yield row if rule.by_policy else replace(row, bound=max(today - most, 0.0))
