"""``stability``: embeddings rank the reference inputs as before and match the stored vectors."""

from msgspec import Struct

from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evaluation.probes.references import (
    ReferenceVectors,
    compare_vectors,
    make_reference,
)
from multillm_gov.evidence.record import CheckResult

NAME = "stability"
LEAST_RANKS = 0.98
"""Least rank correlation of all cosines: provider noise moves them in the fourth digit."""
LEAST_COSINE = 0.99
"""Least cosine of an input's vector then and now: below, a stored index no longer fits."""
NORM_MOVE = 0.01
"""Largest relative move of the mean length: it matters where scores are dot products."""


class StabilityEvidence(Struct, frozen=True, kw_only=True):
    """Agreement of one answer with the reference; ``fresh``: what the reference is from now on."""

    ranks: float = 1.0
    least_cosine: float = 1.0
    norm_ratio: float = 1.0
    fresh: ReferenceVectors | None = None


def observe(probe: Probe, answer: Answer) -> StabilityEvidence | None:
    """Compare with the reference, or make the first one; invalid vectors are another check's."""
    from multillm_gov.evaluation.probes.checks.vectors import observe as shape_of

    shape, reference = shape_of(probe, answer), probe.reference
    if shape is None or shape.flaw:
        return None
    if reference is None:
        made = make_reference(
            probe.task.name, probe.model, probe.day, probe.calls[0].inputs, answer.vectors
        )
        return StabilityEvidence(fresh=made)
    if shape.dimensions != reference.dimensions:
        return None
    try:
        agreement = compare_vectors(reference, answer.vectors)
    except ValueError:
        return None
    return StabilityEvidence(
        ranks=agreement.ranks, least_cosine=agreement.least_cosine, norm_ratio=agreement.norm_ratio
    )


def judge(observation: Observation) -> CheckResult | None:
    """The worst of all answers against the limits; without a reference nothing is judged yet."""
    evidence, reference = observation.evidence(NAME), observation.probe.reference
    if reference is None or not observation.answers:
        return None
    if not evidence:
        detail = "the vectors cannot be compared with the reference"
        return CheckResult(name=NAME, verdict="inconclusive", detail=detail)
    ranks, cosine = (
        min(item.ranks for item in evidence),
        min(item.least_cosine for item in evidence),
    )
    move = max((abs(item.norm_ratio - 1) for item in evidence), default=0.0)
    detail = (
        f"against {reference.date.isoformat()}: rank correlation {ranks:.3f} (at least "
        f"{LEAST_RANKS}), "
        f"cosine {cosine:.3f} (at least {LEAST_COSINE}), length moved by {move:.1%} (at most "
        f"{NORM_MOVE:.0%})"
    )
    remaining = ranks >= LEAST_RANKS and cosine >= LEAST_COSINE and move <= NORM_MOVE
    return CheckResult(name=NAME, verdict="pass" if remaining else "contract", detail=detail)


CHECK = Check(name=NAME, observe=observe, judge=judge)
