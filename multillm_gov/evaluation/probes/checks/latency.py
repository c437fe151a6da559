"""``latency``: answers come within the limit of the task class."""

from multillm_gov.evaluation.percentile import ENOUGH_FOR_P95, nearest_rank
from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evidence.record import CheckResult

NAME = "latency"


def judge(observation: Observation) -> CheckResult | None:
    """From 20 answers on, their 95th percentile against the limit; with fewer, what they show.

    Fewer show no percentile. They pass where none was slower than the limit, fail where more than
    half were, and are
    inconclusive between: one slow answer of three is no proof either way. A call that timed out was
    slower than its timeout.
    """
    latency = observation.probe.task.declared.latency
    seconds = answer_seconds(observation)
    if latency is None or not seconds:
        return None
    limit = float(latency.p95_seconds)
    if len(seconds) >= ENOUGH_FOR_P95:
        p95 = nearest_rank(seconds, 0.95)
        detail = (
            f"95% of {len(seconds)} answers within {_format(p95)} s; the limit is "
            f"{_format(limit)} s"
        )
        return CheckResult(name=NAME, verdict="latency" if p95 > limit else "pass", detail=detail)
    slow = sum(second > limit for second in seconds)
    detail = (
        f"{slow} of {len(seconds)} answers slower than {_format(limit)} s, the slowest "
        f"{_format(max(seconds))} s; "
        f"a 95th percentile needs {ENOUGH_FOR_P95}"
    )
    verdict = "pass" if not slow else "latency" if slow * 2 > len(seconds) else "inconclusive"
    return CheckResult(name=NAME, verdict=verdict, detail=detail)  # type: ignore[arg-type]


def answer_seconds(observation: Observation) -> tuple[float, ...]:
    """Seconds of each answer, and of each call that timed out."""
    late = (failure.seconds for failure in observation.failures if failure.verdict == "timeout")
    return (*(answer.seconds for answer in observation.answers), *late)


def _format(seconds: float) -> str:
    return f"{seconds:,.3g}"


CHECK = Check(name=NAME, judge=judge)
