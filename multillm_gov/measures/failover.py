"""The chain of fallbacks as it would run: which names are one deployment, and which fallbacks stand by."""

from datetime import date

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.measures.figures import FallbackFigures, TaskFigures

Deployment = tuple[str, str, tuple[str, ...]]
"""Model, provider and regions: what fails, and is limited, as one."""


def deployment(name: str, facts: ModelFacts | None) -> Deployment:
    """What a routed name stands for: two spellings of one model at one provider and place are one deployment."""
    if facts is None or UNKNOWN in (facts.exposure.model, facts.exposure.provider):
        return name, UNKNOWN, ()
    return facts.exposure.model, facts.exposure.provider, facts.regions


def standing_by(task: TaskFigures, as_of: date) -> tuple[FallbackFigures, ...]:
    """The fallbacks that would answer: known, not retired, and neither repeated nor the only routed model again."""
    seen = {deployment(leg.model, leg.facts) for leg in task.legs} if len(task.legs) == 1 else set()
    found = []
    for fallback in task.fallbacks:
        key = deployment(fallback.model, fallback.facts)
        if fallback.facts is None or fallback.facts.retired_on(as_of) or key in seen:
            continue
        seen.add(key)
        found.append(fallback)
    return tuple(found)
