"""Whether a challenger is better than the incumbent on the same cases (methods 6.3 and 7)."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.evaluation.bench.outcomes import ENOUGH_TO_DRAW, CaseOutcome, weighted_mean
from multillm_gov.evaluation.bench.preference import Preferred
from multillm_gov.measures.intervals import cases_to_see
from multillm_gov.measures.paired import (
    McNemar,
    PairedDifference,
    effective_cases,
    mcnemar,
    paired_bootstrap,
    paired_cases_to_see,
    paired_interval,
    words_for,
)

ComparisonVerdict = Literal["better", "not worse", "worse", "no clear difference", "no common case"]
CONFIDENCE = 0.95
ONE_SIDED = 0.90
"""Two-sided confidence whose lower end is the one-sided 95% bound that non-inferiority asks for."""


class Margins(Struct, frozen=True, kw_only=True):
    """What counts as a difference."""

    difference: float = 0.05
    """The difference in accepted share that matters (0..1): what sample sizes are for."""
    non_inferiority: float = 0.01
    """How much worse still counts as not worse (0..1)."""
    comparisons: int = 1
    """Challengers compared with one incumbent: more of them make a chance winner more likely."""
    seed: int = 1


class PreferenceCounts(Struct, frozen=True, kw_only=True):
    """What a judge preferred, case by case and in both positions."""

    challenger: int
    incumbent: int
    ties: int
    p_value: float
    """Exact sign test of the cases that are no tie, two-sided."""


class PairedComparison(Struct, frozen=True, kw_only=True):
    """Two models on the cases that both have a verdict on."""

    incumbent: str
    challenger: str
    cases: int
    finding: ComparisonVerdict
    test: McNemar | None = None
    """For cases accepted or not; ``None`` with several samples per case or unequal weights."""
    difference: PairedDifference | None = None
    """In accepted share, challenger less incumbent: adjusted Wald, 95%."""
    bound: float | None = None
    """One-sided 95% lower bound of the difference, which non-inferiority is judged by."""
    graded: PairedDifference | None = None
    """In mean score, where answers are graded: paired bootstrap, 95%."""
    needed: int | None = None
    """Cases, both models on each, on which the difference that matters would show (80% power)."""
    needed_unpaired: int | None = None
    """The same with other cases for each model."""
    preferences: PreferenceCounts | None = None


def compare_models(
    names: tuple[str, str],
    incumbent: Sequence[CaseOutcome],
    challenger: Sequence[CaseOutcome],
    margins: Margins,
    preferred: Sequence[Preferred] = (),
) -> PairedComparison:
    """Compare two models, incumbent first, on what both were judged by.

    Better or worse is what a two-sided interval shows that leaves zero out, at 95% for all
    comparisons together (Bonferroni); not worse is what the one-sided 95% bound shows that stays
    above the margin. All else is no clear difference, which is no sign of being equal.
    """
    preferences = count_preferences(preferred) if preferred else None
    pairs = _pairs(incumbent, challenger)
    if not pairs:
        return PairedComparison(
            incumbent=names[0],
            challenger=names[1],
            cases=0,
            finding="no common case",
            preferences=preferences,
        )
    comparison = _compare_pairs(names, pairs, margins)
    return replace(comparison, preferences=preferences)


def _compare_pairs(
    names: tuple[str, str], pairs: Sequence[tuple[CaseOutcome, CaseOutcome]], margins: Margins
) -> PairedComparison:
    first, second = ([each.accepted or 0.0 for each in side] for side in zip(*pairs, strict=True))
    weights = [ours.weight for ours, _ in pairs]
    bound = paired_interval(first, second, weights=weights, confidence=ONE_SIDED).low
    is_counted = {0.0, 1.0}.issuperset((*first, *second)) and len(set(weights)) == 1
    test = mcnemar([value == 1 for value in first], [value == 1 for value in second])
    return PairedComparison(
        incumbent=names[0],
        challenger=names[1],
        cases=len(pairs),
        finding=_finding(_together(first, second, weights, margins), bound, margins),
        test=test if is_counted else None,
        difference=paired_interval(first, second, weights=weights),
        bound=bound,
        graded=_graded(pairs, weights, margins.seed),
        needed=_needed(first, second, weights, margins),
        needed_unpaired=_needed_unpaired(weighted_mean(first, weights), margins),
    )


def count_preferences(preferred: Sequence[Preferred]) -> PreferenceCounts:
    """Wins, ties and losses of the second model, and whether they are more uneven than chance."""
    first, second = preferred.count("first"), preferred.count("second")
    test = mcnemar([True] * first + [False] * second, [False] * first + [True] * second)
    return PreferenceCounts(
        challenger=second,
        incumbent=first,
        ties=len(preferred) - first - second,
        p_value=test.p_value,
    )


def _pairs(
    incumbent: Sequence[CaseOutcome], challenger: Sequence[CaseOutcome]
) -> list[tuple[CaseOutcome, CaseOutcome]]:
    others: Mapping[str, CaseOutcome] = {outcome.case: outcome for outcome in challenger}
    result = ((outcome, others.get(outcome.case)) for outcome in incumbent)
    return [
        (outcome, other)
        for outcome, other in result
        if other is not None and outcome.accepted is not None and other.accepted is not None
    ]


def _together(
    first: Sequence[float], second: Sequence[float], weights: Sequence[float], margins: Margins
) -> PairedDifference:
    """The difference with the interval that holds for all comparisons at once."""
    confidence = 1 - (1 - CONFIDENCE) / max(1, margins.comparisons)
    return paired_interval(first, second, weights=weights, confidence=confidence)


def _finding(difference: PairedDifference, bound: float, margins: Margins) -> ComparisonVerdict:
    result = words_for(difference, margins.non_inferiority)
    return (
        "not worse"
        if result == "no clear difference" and bound > -margins.non_inferiority
        else result
    )


def _graded(
    pairs: Sequence[tuple[CaseOutcome, CaseOutcome]], weights: Sequence[float], seed: int
) -> PairedDifference | None:
    scores = [
        (outcome.score, other.score)
        for outcome, other in pairs
        if outcome.score is not None and other.score is not None
    ]
    if len(scores) < max(len(pairs), ENOUGH_TO_DRAW) or all(
        score in {0.0, 1.0} for pair in scores for score in pair
    ):
        return None
    first, second = zip(*scores, strict=True)
    return paired_bootstrap(first, second, weights=weights, seed=seed)


def _needed(
    first: Sequence[float], second: Sequence[float], weights: Sequence[float], margins: Margins
) -> int:
    """Half a case each way is added to the differences, so that few equal cases promise nothing."""
    cases = effective_cases(weights)
    apart = weighted_mean(
        [abs(value - other) for value, other in zip(first, second, strict=True)], weights
    )
    return ceil(paired_cases_to_see((apart * cases + 1) / (cases + 2), margins.difference) - 1e-9)


def _needed_unpaired(share: float, margins: Margins) -> int | None:
    return (
        ceil(cases_to_see(share, margins.difference) - 1e-9)
        if share >= margins.difference
        else None
    )
