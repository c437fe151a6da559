"""What a task class requires of a model, and which requirements a model does not meet."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, are_alike
from multillm_gov.portfolio.allocation import TaskClassDeclaration
from multillm_gov.portfolio.demand import Demand
from multillm_gov.units import format_count
from multillm_gov.words import join_words

SCORED_MODES = frozenset({"chat", "completion", "responses"})
"""Modes whose answers `govern bench` scores."""


class Requirement(Struct, frozen=True):
    """What one task class requires; equal requirements are judged once."""

    mode: str
    capabilities: tuple[str, ...]
    input_tokens: int
    context_tokens: int
    """Input and output together."""
    context_declared: bool
    output_tokens: int
    output_declared: bool = False
    """Whether the longest answer is stated; else it is the mean or the largest declared size."""


class Lacks(Struct, frozen=True):
    """Requirements that a model does not meet: as the catalog states, or not known to it."""

    proved: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def describe(self) -> str:
        """Both, as the end of a sentence."""
        parts = [f"lacks {join_words(self.proved)}"] if self.proved else []
        parts += [f"is not known to have {join_words(self.unknown)}"] if self.unknown else []
        return join_words(parts)


class Fitness:
    """Compares requirements with models, each pair once."""

    def __init__(self) -> None:
        self._seen: dict[Requirement, dict[str, Lacks | None]] = {}

    def lacks(
        self, needed: Requirement, models: Iterable[ModelFacts | None]
    ) -> Iterator[Lacks | None]:
        """What each model lacks, in order; ``None``: nothing, or the model is not known."""
        seen = self._seen.get(needed)
        if seen is None:
            seen = self._seen[needed] = {}
        for facts in models:
            if facts is None:
                yield None
                continue
            if facts.name not in seen:
                lacks = Lacks(tuple(_proved(needed, facts)), tuple(_unknown(needed, facts)))
                seen[facts.name] = lacks if lacks.proved or lacks.unknown else None
            yield seen[facts.name]


def requirement(declared: TaskClassDeclaration) -> Requirement:
    """The mode, capabilities, context and output length that a task class requires.

    The context is ``needs.context_tokens``, else the 99th percentile (else the largest declared
    size) of the input plus the longest output.
    """
    capabilities: tuple[str, ...] = declared.needs.capabilities
    if declared.output_schema and "response_schema" not in capabilities:
        capabilities = (*capabilities, "response_schema")
    context, longest_input, output = declared.needs.context_tokens, 0, 0
    stated = context is not None
    if declared.demand is not None:
        longest_input, output = _longest(declared.demand)
        stated = stated or declared.demand.p99_input_tokens is not None
        context = longest_input + output if context is None else context
    longest_stated = declared.demand is not None and declared.demand.max_output_tokens is not None
    return Requirement(
        mode=declared.mode,
        capabilities=capabilities,
        input_tokens=longest_input if declared.needs.context_tokens is None else 0,
        context_tokens=context or 0,
        context_declared=stated,
        output_tokens=output,
        output_declared=longest_stated,
    )


def _longest(demand: Demand) -> tuple[int, int]:
    longest_input, longest_output = demand.input_tokens, demand.output_tokens or 0
    if demand.sizes:
        longest_input = max(size.input_tokens for size in demand.sizes)
        longest_output = max(size.output_tokens or 0 for size in demand.sizes)
    return demand.p99_input_tokens or longest_input, demand.max_output_tokens or longest_output


def _proved(needed: Requirement, facts: ModelFacts) -> Iterator[str]:
    if not are_alike(needed.mode, facts.mode):
        yield f"`{needed.mode}` mode (its mode is `{facts.mode}`)"
    for capability in needed.capabilities:
        if capability in facts.lacks:
            yield f"`{capability}`"
    window, longest = facts.context_tokens, facts.max_input_tokens
    if window is not None and needed.context_tokens > window:
        needs = format_count(needed.context_tokens)
        yield f"{needs} tokens of context (it has {format_count(window)})"
    elif longest is not None and needed.input_tokens > longest:
        needs = format_count(needed.input_tokens)
        yield f"{needs} tokens of input (it has {format_count(longest)})"
    if facts.max_output_tokens is not None and needed.output_tokens > facts.max_output_tokens:
        yield (
            f"{format_count(needed.output_tokens)} tokens of output (it has "
            f"{format_count(facts.max_output_tokens)})"
        )


def _unknown(needed: Requirement, facts: ModelFacts) -> Iterator[str]:
    known = facts.capabilities or frozenset()
    for capability in needed.capabilities:
        if capability not in known and capability not in facts.lacks:
            yield f"`{capability}`"
    if facts.max_input_tokens is None and needed.context_declared:
        yield f"{format_count(needed.context_tokens)} tokens of context"
    if facts.max_output_tokens is None and needed.output_tokens and needed.output_declared:
        yield f"{format_count(needed.output_tokens)} tokens of output"
