"""``stop``: answers end by themselves, not because they were cut or filtered."""

from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evidence.record import CheckResult

NAME = "stop"
_CUT = {"length", "max_tokens", "MAX_TOKENS"}
_FILTERED = {"content_filter", "SAFETY", "refusal"}


def judge(observation: Observation) -> CheckResult | None:
    """Cut answers break the contract, filtered ones were refused; without a reason, not judged."""
    probe = observation.probe
    reasons = [answer.finish_reason for answer in observation.answers if answer.finish_reason]
    if not reasons or probe.kind == "embedding":
        return None
    filtered = sum(reason in _FILTERED for reason in reasons)
    cut = sum(reason in _CUT for reason in reasons)
    if filtered:
        detail = f"{filtered} of {len(reasons)} answers ended by the provider's filter"
        return CheckResult(name=NAME, verdict="refused-by-filter", detail=detail)
    if cut:
        limit_tokens = max(call.max_output_tokens or 0 for call in probe.calls)
        detail = f"{cut} of {len(reasons)} answers were cut at {limit_tokens:,} tokens"
        # A greeting says nothing about how long the task's answers are.
        return CheckResult(
            name=NAME,
            verdict="inconclusive" if probe.origin == "generic" else "contract",
            detail=detail,
        )
    return CheckResult(
        name=NAME, verdict="pass", detail=f"{len(reasons)} answers ended by themselves"
    )


CHECK = Check(name=NAME, judge=judge)
