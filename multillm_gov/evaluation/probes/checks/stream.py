"""``stream``: a stream comes in pieces, the first of them before the last."""

from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evidence.record import CheckResult

NAME = "stream"


def judge(observation: Observation) -> CheckResult | None:
    """Seconds to the first piece; an answer that came at once shows no stream."""
    answers = observation.answers
    if observation.probe.kind != "stream" or not answers:
        return None
    firsts = [answer.seconds_to_first for answer in answers if answer.seconds_to_first is not None]
    if len(firsts) < len(answers):
        detail = f"{len(answers) - len(firsts)} of {len(answers)} answers did not arrive in parts"
        return CheckResult(name=NAME, verdict="contract", detail=detail)
    detail = (
        f"first token after {max(firsts):,.3g} s at most, {len(answers)} of {len(answers)} "
        "streams complete"
    )
    return CheckResult(name=NAME, verdict="pass", detail=detail)


CHECK = Check(name=NAME, judge=judge)
