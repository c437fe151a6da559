"""The claim under test: saving and quality difference with intervals, and a verdict that can fail.

Method 6.5. Selection on one part of the data, score on the other; both are drawn anew for the
intervals, so that the luck of a selection is in them.
"""

from typing import get_args

import numpy as np
from msgspec import Struct

from multillm_gov.optimization.claim.baselines import HAIR, AllocationResult, outcome, select
from multillm_gov.optimization.claim.scores import Scores
from multillm_gov.optimization.claim.verdict import (
    Against,
    BaselineName,
    ClaimVerdict,
    Terms,
    judge,
)
from multillm_gov.optimization.problem import Floats, Integers


class ClaimTrial(Struct, frozen=True, kw_only=True):
    """The outcome of the test."""

    terms: Terms
    portfolio: tuple[str, ...]
    """By task class: its model."""
    floors: tuple[float, ...]
    result: AllocationResult
    against: tuple[Against, ...]
    hindsight: Against
    """Portfolio and best model both chosen on the data that scores them."""
    verdict: ClaimVerdict
    reason: str
    draws: int


def run_trial(
    scores: Scores,
    terms: Terms | None = None,
    *,
    floors: Floats | None = None,
    incumbent: Floats | None = None,
) -> ClaimTrial:
    """Test the claim on a table.

    Args:
        scores: The table.
        terms: Saving, margin, draws, costs besides tokens.
        floors: By task class; ``None``: the best single model's accuracy there.
        incumbent: Shares that answer today, task classes x models; ``None``: not known.
    """
    terms = terms or Terms()
    chosen = select(scores, scores.chosen, floors, terms.margin)
    result = _scored(scores, chosen.portfolio, terms.extra_costs)
    drawn = _draw(scores, terms, floors, incumbent) if scores.has_cases else None
    baselines: list[tuple[BaselineName, Floats | int | None]] = [
        ("incumbent", incumbent),
        ("best quality", chosen.best),
        ("cheapest that meets every floor", chosen.cheapest),
        ("cheapest of comparable mean quality", chosen.comparable),
    ]
    against = tuple(
        _against(scores, name, models, result, drawn[name] if drawn else None, terms)
        for name, models in baselines
        if models is not None
    )
    verdict, reason = judge(against, terms)
    return ClaimTrial(
        terms=terms,
        portfolio=tuple(scores.models[model] for model in chosen.portfolio),
        floors=tuple(float(floor) for floor in chosen.floors),
        result=result,
        against=against,
        hindsight=_in_hindsight(scores, floors, terms),
        verdict=verdict,
        reason=reason,
        draws=terms.draws if drawn else 0,
    )


def floors_not_met(trial: ClaimTrial, scores: Scores) -> tuple[str, ...]:
    """Task classes whose model in the portfolio stays below the floor, where it was selected."""
    return tuple(
        task
        for number, (task, model, floor) in enumerate(
            zip(scores.tasks, trial.portfolio, trial.floors, strict=True)
        )
        if scores.chosen[number, scores.models.index(model)] < floor - HAIR
    )


def _scored(
    scores: Scores, models: Integers | Floats | int, extra: float = 0.0
) -> AllocationResult:
    result = outcome(models, scores.scored, scores.scored_costs, scores.requests)
    return AllocationResult(cost=result.cost + extra, quality=result.quality)


def _in_hindsight(scores: Scores, floors: Floats | None, terms: Terms) -> Against:
    from msgspec.structs import replace

    seen = replace(scores, chosen=scores.scored, chosen_costs=scores.scored_costs)
    chosen = select(seen, seen.chosen, floors, terms.margin)
    result = _scored(seen, chosen.portfolio, terms.extra_costs)
    return _against(seen, "best quality", chosen.best, result, None, terms)


Drawn = tuple[Floats, Floats]
"""By draw: saving, difference of quality."""


def _draw(
    scores: Scores, terms: Terms, floors: Floats | None, incumbent: Floats | None
) -> dict[str, Drawn]:
    """Redraw both parts from binomials; where one part is all there is, each half of its cases.

    Models are drawn independently: the cases they share make differences of the same models less
    uncertain than that, so the intervals are wide rather than narrow.
    """
    random = np.random.default_rng(terms.seed)
    values_by_name: dict[str, list[tuple[float, float]]] = {}
    for _ in range(terms.draws):
        accuracy = _resample(random, scores.chosen, scores.chosen_cases, halves=not scores.held_out)
        seen = _resample(random, scores.scored, scores.scored_cases, halves=not scores.held_out)
        chosen = select(scores, accuracy, floors, terms.margin)
        own = outcome(chosen.portfolio, seen, scores.scored_costs, scores.requests)
        baselines = {
            "incumbent": incumbent,
            "best quality": chosen.best,
            "cheapest that meets every floor": chosen.cheapest,
            "cheapest of comparable mean quality": chosen.comparable,
        }
        for name, models in baselines.items():
            if models is not None:
                base = outcome(models, seen, scores.scored_costs, scores.requests)
                saving = 1 - (own.cost + terms.extra_costs) / base.cost
                values_by_name.setdefault(name, []).append((saving, own.quality - base.quality))
    arrays = {name: np.array(pairs) for name, pairs in values_by_name.items()}
    empty = np.full(1, np.nan), np.full(1, np.nan)
    drawn = {name: (pairs[:, 0], pairs[:, 1]) for name, pairs in arrays.items()}
    return {name: drawn.get(name, empty) for name in get_args(BaselineName)}


def _resample(
    random: np.random.Generator, accuracy: Floats, cases: Floats, *, halves: bool
) -> Floats:
    size = np.maximum((cases // 2 if halves else cases), 1).astype(np.int64)
    counts = random.binomial(size, np.nan_to_num(accuracy))
    return np.asarray(np.where(np.isnan(accuracy), np.nan, counts / size))


def _against(
    scores: Scores,
    name: BaselineName,
    models: Floats | int,
    result: AllocationResult,
    drawn: Drawn | None,
    terms: Terms,
) -> Against:
    base = _scored(scores, models)
    columns = [models] if isinstance(models, int) else np.flatnonzero(models.sum(axis=0))
    plain = Against(
        name=name,
        models=tuple(scores.models[column] for column in columns),
        cost=base.cost,
        quality=base.quality,
        saving=1 - result.cost / base.cost,
        difference=result.quality - base.quality,
    )
    if drawn is None or np.isnan(drawn[0]).all():
        return plain
    from msgspec.structs import replace

    savings, differences = drawn
    within = differences >= -terms.margin
    return replace(
        plain,
        saving_interval=_interval(savings),
        difference_interval=_interval(differences),
        non_inferior=bool(np.quantile(differences, 0.05) > -terms.margin),
        likelihood=float(np.mean((savings > terms.saving) & within)),
        saves_likelihood=float(np.mean(savings > terms.saving)),
        keeps_likelihood=float(np.mean(differences >= 0)),
    )


def _interval(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(low), float(high)
