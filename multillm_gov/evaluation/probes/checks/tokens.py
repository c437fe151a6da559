"""``tokens``: requests and answers match the declared demand and the last probe."""

from decimal import Decimal
from statistics import fmean

from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evidence.record import CheckResult
from multillm_gov.portfolio.demand import Demand

NAME = "tokens"
MOST_OVER = Decimal("1.25")
"""Reported drift: a quarter more tokens than declared cost a quarter more than forecast."""


def judge(observation: Observation) -> CheckResult | None:
    """More than declared, or different from the last probe of the same prompt; own inputs only."""
    probe = observation.probe
    if probe.origin == "generic":
        return None
    used = {
        "input": mean_tokens(observation, "input"),
        "output": mean_tokens(observation, "output"),
    }
    drifts = [*_over_demand(probe.task.declared.demand, used), *_since_last(observation, used)]
    if drifts:
        return CheckResult(name=NAME, verdict="cost", detail="; ".join(drifts))
    parts = [f"{mean:,.0f} {side}" for side, mean in used.items() if mean is not None]
    known = probe.task.declared.demand is not None or probe.last is not None
    if not parts or not known:
        return None
    return CheckResult(
        name=NAME, verdict="pass", detail=f"{' and '.join(parts)} tokens per request"
    )


def mean_tokens(observation: Observation, side: str) -> float | None:
    """Mean tokens per answer; ``None`` where the provider does not tell them of each."""
    counts = [getattr(answer, f"{side}_tokens") for answer in observation.answers]
    return None if not counts or None in counts else fmean(counts)


def _over_demand(demand: Demand | None, used: dict[str, float | None]) -> list[str]:
    if demand is None:
        return []
    declared = {side: _declared(demand, side) for side in used}
    return [
        f"{mean:,.0f} {side} tokens per request; declared are {declared[side]:,.0f}"
        for side, mean in used.items()
        if mean is not None and declared[side] and mean > declared[side] * MOST_OVER
    ]


def _declared(demand: Demand, side: str) -> Decimal:
    """Mean tokens per request: of the histogram where there is one."""
    if demand.sizes:
        return sum(
            (size.share * (getattr(size, f"{side}_tokens") or 0) for size in demand.sizes),
            Decimal(0),
        )
    return Decimal(getattr(demand, f"{side}_tokens") or 0)


def _since_last(observation: Observation, used: dict[str, float | None]) -> list[str]:
    """Input tokens of the same texts move only if the provider counts differently."""
    probe, mean = observation.probe, used["input"]
    last = probe.last
    same = (
        last is not None and last.prompt == probe.digests.prompt and last.task == probe.digests.task
    )
    if last is None or not same or not last.input_tokens or mean is None:
        return []
    ratio = Decimal(mean) / last.input_tokens
    if 1 / MOST_OVER <= ratio <= MOST_OVER:
        return []
    return [
        (
            f"{mean:,.0f} input tokens per request; on {last.date.isoformat()} the same took "
            f"{last.input_tokens:,.0f}"
        )
    ]


CHECK = Check(name=NAME, judge=judge)
