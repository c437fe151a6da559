"""``contract``: every answer satisfies the output schema, with the declared normalizers."""

import json
from functools import lru_cache
from typing import Any

from msgspec import Struct

from multillm_gov.evaluation.bench.scoring import normalize, read_json
from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.output_schema import OutputSchemaError, compile_schema
from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evidence.record import CheckResult

NAME = "contract"


class ContractEvidence(Struct, frozen=True, kw_only=True):
    """How one answer stands to the schema."""

    satisfied: bool
    used: tuple[str, ...] = ()
    """Normalizers it took."""
    misfit: str = ""
    """Where in the schema it fails, or why there is nothing to hold against it."""


def observe(probe: Probe, answer: Answer) -> ContractEvidence | None:
    """Read the answer and hold it against the schema."""
    if probe.output_schema is None or probe.kind == "embedding":
        return None
    try:
        misfit = _compiled(json.dumps(probe.output_schema))
    except OutputSchemaError:
        return None
    declared = probe.task.declared.normalize
    reading = normalize(
        answer.text, declared, probe.output_schema, lambda value: misfit(value) is None
    )
    if reading is not None:
        return ContractEvidence(satisfied=True, used=reading.used)
    draft = read_json(answer.text)
    return ContractEvidence(
        satisfied=False, misfit=misfit(draft.value) or "" if draft.is_read else "it is no JSON"
    )


def judge(observation: Observation) -> CheckResult | None:
    """One wrong answer fails it; generic inputs and invalid schemas are not judged."""
    probe, evidence = observation.probe, observation.evidence(NAME)
    if probe.kind == "embedding":
        return None
    unjudged = _unjudged(observation)
    if unjudged:
        return CheckResult(name=NAME, verdict="inconclusive", detail=unjudged)
    if probe.output_schema is None:
        return None
    missed = [item for item in evidence if not item.satisfied]
    if missed:
        detail = (
            f"{len(missed)} of {len(evidence)} answers do not satisfy the schema: {_places(missed)}"
        )
        return CheckResult(name=NAME, verdict="contract", detail=detail)
    used = normalizers_needed(observation)
    how = "by the provider's own structured output" if probe.native_schema else "as answered"
    how = f"after {', '.join(used)}" if used else how
    detail = f"{len(evidence)} of {len(evidence)} answers satisfy the schema {how}"
    return CheckResult(name=NAME, verdict="pass", detail=detail)


def _unjudged(observation: Observation) -> str:
    """Why there is nothing to judge by, where something is declared or should be."""
    probe = observation.probe
    if probe.origin == "generic":
        return (
            "sent a generic input, because neither the prompt nor `evals/` has one: it proves "
            "nothing about the task"
        )
    if probe.schema_flaw or probe.output_schema is None or observation.evidence(NAME):
        return probe.schema_flaw
    return "the schema is not a JSON Schema" if observation.answers else "no answer to check"


def normalizers_needed(observation: Observation) -> tuple[str, ...]:
    """Normalizers that any answer took, in the declared order."""
    used = {name for item in observation.evidence(NAME) for name in item.used}
    return tuple(
        dict.fromkeys(name for name in observation.probe.task.declared.normalize if name in used)
    )


def _places(missed: list[ContractEvidence]) -> str:
    places = sorted({item.misfit for item in missed})
    shown = ", ".join(places[:3])
    return f"{shown} and {len(places) - 3} more" if len(places) > 3 else shown


@lru_cache(maxsize=64)
def _compiled(text: str) -> Any:  # noqa: ANN401 - what `compile_schema` gives
    return compile_schema(json.loads(text))


CHECK = Check(name=NAME, observe=observe, judge=judge)
