"""``vectors``: embeddings are as many as the inputs, all of one length, finite and not zero."""

from math import isfinite

from msgspec import Struct

from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evaluation.probes.references import mean_norm
from multillm_gov.evidence.record import CheckResult

NAME = "vectors"


class VectorEvidence(Struct, frozen=True, kw_only=True):
    """The shape of one answer's vectors."""

    dimensions: int
    norm: float
    """Mean Euclidean length."""
    flaw: str = ""
    """Why they cannot be used."""


def observe(probe: Probe, answer: Answer) -> VectorEvidence | None:
    """Measure the vectors."""
    if probe.kind != "embedding":
        return None
    lengths = {len(vector) for vector in answer.vectors}
    flaw = ""
    if len(answer.vectors) != len(probe.calls[0].inputs):
        flaw = f"{len(answer.vectors)} vectors for {len(probe.calls[0].inputs)} inputs"
    elif len(lengths) != 1 or not min(lengths):
        flaw = f"vectors of {', '.join(map(str, sorted(lengths)))} numbers in one answer"
    elif not all(isfinite(number) for vector in answer.vectors for number in vector):
        flaw = "a vector holds no finite number"
    elif not all(any(vector) for vector in answer.vectors):
        flaw = "a vector is zero"
    if flaw:
        return VectorEvidence(dimensions=0, norm=0.0, flaw=flaw)
    return VectorEvidence(dimensions=min(lengths), norm=mean_norm(answer.vectors))


def judge(observation: Observation) -> CheckResult | None:
    """Every answer usable, and of the length that the reference has."""
    evidence, reference = observation.evidence(NAME), observation.probe.reference
    if observation.probe.kind != "embedding" or not evidence:
        return None
    flaw = next((item.flaw for item in evidence if item.flaw), "")
    if flaw:
        return CheckResult(name=NAME, verdict="contract", detail=flaw)
    values = sorted({item.dimensions for item in evidence})
    if len(values) > 1 or (reference is not None and values != [reference.dimensions]):
        versus = (
            f"; the reference of {reference.date.isoformat()} has {reference.dimensions:,}"
            if reference
            else ""
        )
        detail = f"vectors have {' or '.join(f'{number:,}' for number in values)} numbers{versus}"
        return CheckResult(name=NAME, verdict="contract", detail=detail)
    norm = sum(item.norm for item in evidence) / len(evidence)
    return CheckResult(
        name=NAME, verdict="pass", detail=f"{values[0]:,} numbers a vector, mean length {norm:.4g}"
    )


CHECK = Check(name=NAME, observe=observe, judge=judge)
