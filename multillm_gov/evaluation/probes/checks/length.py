"""``length``: answers have as many characters as ``answer`` declares."""

from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evidence.record import CheckResult

NAME = "length"


def observe(probe: Probe, answer: Answer) -> int | None:
    """Characters of the answer, blanks around it not counted."""
    return None if probe.kind == "embedding" else len(answer.text.strip())


def judge(observation: Observation) -> CheckResult | None:
    """Shortest and longest answer against the declared limits; empty answers always fail."""
    shape, lengths = observation.probe.task.declared.answer, observation.evidence(NAME)
    if observation.probe.kind == "embedding" or not lengths:
        return None
    if not min(lengths):
        detail = f"{lengths.count(0)} of {len(lengths)} answers are empty"
        return CheckResult(name=NAME, verdict="contract", detail=detail)
    if shape.min_characters is None and shape.max_characters is None:
        return None
    detail = (
        f"answers have {_span(lengths)} characters; declared are {shape.min_characters or 1:,} to "
    )
    detail += f"{shape.max_characters:,}" if shape.max_characters is not None else "any number"
    if observation.probe.origin == "generic":
        return CheckResult(
            name=NAME, verdict="inconclusive", detail=f"{detail}; the input was generic"
        )
    short = shape.min_characters is not None and min(lengths) < shape.min_characters
    long = shape.max_characters is not None and max(lengths) > shape.max_characters
    return CheckResult(name=NAME, verdict="contract" if short or long else "pass", detail=detail)


def _span(lengths: tuple[int, ...]) -> str:
    least, most = min(lengths), max(lengths)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


CHECK = Check(name=NAME, observe=observe, judge=judge)
