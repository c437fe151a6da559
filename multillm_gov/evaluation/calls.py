"""How a model is called: mode, longest answer, native schemas, and the provider."""

from collections.abc import Mapping

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.portfolio.allocation import TaskClassDeclaration
from multillm_gov.vocabulary import CallMode

CALL_MODES: Mapping[str, CallMode] = {
    "chat": "chat",
    "completion": "completion",
    "responses": "responses",
    "embedding": "embedding",
}
"""Modes of task classes that can be probed, and how they are called."""
DEFAULT_OUTPUT_TOKENS = 1_024
"""Longest answer where the task class declares none."""
ROOM = 2
"""Longest answer over the mean one, where only the mean is declared."""


def longest_answer(
    declared: TaskClassDeclaration, facts: ModelFacts | None, *, generic: bool = False
) -> int:
    """Most output tokens of a probe: the longest declared or twice the mean, within the model's.

    A generic input asks for one sentence, and leaves a reasoning model room to think of it.
    """
    demand = declared.demand
    wanted = DEFAULT_OUTPUT_TOKENS
    if demand is not None:
        sizes = [size.output_tokens or 0 for size in demand.sizes]
        wanted = (
            demand.max_output_tokens
            or max([(demand.output_tokens or 0) * ROOM, *sizes])
            or DEFAULT_OUTPUT_TOKENS
        )
    if generic:
        wanted = min(wanted, DEFAULT_OUTPUT_TOKENS)
    limit = facts.max_output_tokens if facts is not None else None
    return min(wanted, limit) if limit else wanted


def has_native_schema(declared: TaskClassDeclaration, facts: ModelFacts | None) -> bool:
    """Whether a model, called as the task class does, has native structured output."""
    return (
        declared.mode in {"chat", "responses"}
        and facts is not None
        and facts.capabilities is not None
        and "response_schema" in facts.capabilities
    )


def provider_of(model: str, facts: ModelFacts | None) -> str:
    """Who serves a model; where nobody knows, the first part of its name."""
    if facts is not None and facts.exposure.provider != UNKNOWN:
        return facts.exposure.provider
    return model.partition("/")[0]
