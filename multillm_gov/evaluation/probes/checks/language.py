"""``language``: answers are written in the language that ``answer`` declares."""

from functools import cache
from typing import Any

from msgspec import Struct

from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evidence.record import CheckResult

NAME = "language"
_SURE = 0.75
"""Least probability of a language: above .75 on one-sentence answers, below .3 on words."""
_MOST_CHARACTERS = 5_000
"""Of an answer that are looked at."""


class LanguageEvidence(Struct, frozen=True, kw_only=True):
    """What one answer is written in."""

    language: str
    """ISO 639-1; empty: not certain."""


def observe(probe: Probe, answer: Answer) -> LanguageEvidence | None:
    """Detect the language, where one is declared; of JSON, the texts in it are read."""
    if probe.task.declared.answer.language is None or probe.kind == "embedding":
        return None
    language, probability = _identifier().classify(_prose(answer.text)[:_MOST_CHARACTERS])
    return LanguageEvidence(language=language if probability >= _SURE else "")


def judge(observation: Observation) -> CheckResult | None:
    """One answer certainly in another language fails it; uncertain answers are not judged."""
    declared, evidence = observation.probe.task.declared.answer.language, observation.evidence(NAME)
    if declared is None or not evidence:
        return None
    others = sorted({item.language for item in evidence} - {declared, ""})
    certain = sum(item.language == declared for item in evidence)
    if others:
        detail = f"answers are in {', '.join(others)}; declared is {declared}"
        return CheckResult(name=NAME, verdict="contract", detail=detail)
    detail = f"{certain} of {len(evidence)} answers are certainly in {declared}"
    return CheckResult(
        name=NAME, verdict="pass" if certain == len(evidence) else "inconclusive", detail=detail
    )


def _prose(text: str) -> str:
    from multillm_gov.evaluation.bench.scoring import read_json

    draft = read_json(text)
    return " ".join(_texts(draft.value)) if draft.is_read else text


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _texts(each)]


@cache
def _identifier() -> Any:  # noqa: ANN401 - the library has no types
    """The detector, half a second to load: only where a language is declared.

    It knows 140 languages and gives calibrated probabilities, so that a word alone is not taken for
    a language.
    """
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE, norm_probs=True)


CHECK = Check(name=NAME, observe=observe, judge=judge)
