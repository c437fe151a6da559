"""From what a probe showed to its verdict and its record."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import median

from multillm_gov.evaluation.percentile import ENOUGH_FOR_P95, nearest_rank
from multillm_gov.evaluation.probes.check import Observation, all_checks
from multillm_gov.evaluation.probes.checks.contract import normalizers_needed
from multillm_gov.evaluation.probes.checks.identity import served_models
from multillm_gov.evaluation.probes.checks.tokens import mean_tokens
from multillm_gov.evaluation.probes.references import ReferenceVectors
from multillm_gov.evidence.record import CheckResult, ProbeRecord
from multillm_gov.evidence.verdict import WORST_FIRST, worst
from multillm_gov.units import Amount, Positive

FIRST_REFERENCE = (
    "these vectors are the reference from now on; stability is judged from the next probe on"
)
"""Noted where a probe's vectors are stored: not in a run that writes no evidence."""
_MICRO = Decimal("0.000001")
_CENTS_OF_CENTS = Decimal("0.000000001")
_FOUR = Decimal("0.0001")


def probe_record(
    observation: Observation, versions: Mapping[str, str], *, is_complete: bool = True
) -> ProbeRecord:
    """The record of one probe: the result of every check, and the worst as its verdict.

    Args:
        observation: What was seen.
        versions: Versions of govern and LiteLLM.
        is_complete: Whether all of its samples were settled; one cut short never passes.
    """
    probe, answers = observation.probe, observation.answers
    results = _check_results(observation, is_complete=is_complete)
    seconds = [answer.seconds for answer in answers]
    vectors = observation.evidence("vectors")
    return ProbeRecord(
        task_class=probe.task.name,
        model=probe.model,
        kind=probe.kind,
        date=probe.day,
        role=probe.role,
        verdict=worst(result.verdict for result in results),
        checks=tuple(results),
        notes=_notes(observation),
        calls=sum(each.attempts for each in observation.seen),
        answers=len(answers),
        served_models=served_models(observation),
        normalizers=normalizers_needed(observation),
        native_schema=probe.native_schema,
        p50_seconds=_seconds(median(seconds)) if seconds else None,
        p95_seconds=_p95(seconds),
        input_tokens=_mean(observation, "input"),
        output_tokens=None if probe.kind == "embedding" else _mean(observation, "output"),
        usd=_billed(answer.usd for answer in answers),
        dimensions=vectors[0].dimensions if vectors and not vectors[0].flaw else None,
        rank_stability=_rank_stability(observation),
        task=probe.digests.task,
        prompt=probe.digests.prompt,
        output_schema=probe.digests.output_schema,
        versions=dict(versions),
    )


def _check_results(observation: Observation, *, is_complete: bool) -> list[CheckResult]:
    """The result of every check, worst first."""
    results = [result for check in all_checks() if (result := check.judge(observation)) is not None]
    if not is_complete:
        settled, samples = len(observation.seen), observation.probe.samples
        detail = f"{settled} of {samples} samples were settled before the run ended"
        results.append(CheckResult(name="complete", verdict="inconclusive", detail=detail))
    return sorted(results, key=lambda result: (WORST_FIRST.index(result.verdict), result.name))


def fresh_reference(observation: Observation) -> ReferenceVectors | None:
    """The reference that the probe's first sound answer makes, where there was none."""
    return next(
        (item.fresh for item in observation.evidence("stability") if item.fresh is not None), None
    )


def _notes(observation: Observation) -> tuple[str, ...]:
    """What was seen, and what could not be, without a verdict."""
    notes = []
    if observation.answers and not served_models(observation):
        notes.append("the provider does not report which model answered")
    if any(answer.usd is None for answer in observation.answers):
        notes.append("the cost of the answers is not known: no price")
    if fresh_reference(observation) is not None:
        notes.append(FIRST_REFERENCE)
    return tuple(notes)


def _rank_stability(observation: Observation) -> Decimal | None:
    evidence = observation.evidence("stability") if observation.probe.reference is not None else ()
    return Decimal(str(min(item.ranks for item in evidence))).quantize(_FOUR) if evidence else None


def _seconds(value: float) -> Positive:
    return Positive(max(Decimal(str(value)).quantize(_MICRO), _MICRO))


def _mean(observation: Observation, side: str) -> Amount | None:
    mean = mean_tokens(observation, side)
    return None if mean is None else Amount(Decimal(str(mean)).quantize(_FOUR))


def _p95(seconds: list[float]) -> Positive | None:
    return _seconds(nearest_rank(seconds, 0.95)) if len(seconds) >= ENOUGH_FOR_P95 else None


def _billed(amounts: Iterable[Decimal | None]) -> Amount:
    total = sum((amount or Decimal(0) for amount in amounts), Decimal(0))
    return Amount(total.quantize(_CENTS_OF_CENTS))
