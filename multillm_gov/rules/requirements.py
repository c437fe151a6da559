"""What a task class needs of a model, and what a model lacks of it."""

from collections.abc import Iterator

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.portfolio.allocation import Demand, TaskClassDeclaration
from multillm_gov.rules.spelling import listed
from multillm_gov.units import spell_count

_TALKING = frozenset({"chat", "responses"})
"""Modes that stand for each other: gateways serve either interface from either."""


class Requirement(Struct, frozen=True):
    """What one task class needs; equal requirements are judged once."""

    mode: str
    capabilities: tuple[str, ...]
    context_tokens: int
    context_declared: bool
    output_tokens: int


class Lacks(Struct, frozen=True):
    """What a model lacks, in words: proved by the catalog, or not known to it."""

    proved: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def spell(self) -> str:
        """Both, as the end of a sentence."""
        parts = [f"has no {listed(self.proved, 'nor')}"] if self.proved else []
        parts += [f"is not known to have {listed(self.unknown)}"] if self.unknown else []
        return listed(parts)


class Fitness:
    """Compares task classes with models, each pair of requirement and model once."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Requirement, str], Lacks | None] = {}

    def lacks(self, declared: TaskClassDeclaration, facts: ModelFacts) -> Lacks | None:
        """What the model lacks for the task class; ``None``: nothing."""
        return self.lacks_of(requirement(declared), facts)

    def lacks_of(self, needed: Requirement, facts: ModelFacts) -> Lacks | None:
        """What the model lacks of a requirement; ``None``: nothing."""
        key = (needed, facts.name)
        if key not in self._seen:
            lacks = Lacks(tuple(_proved(needed, facts)), tuple(_unknown(needed, facts)))
            self._seen[key] = lacks if lacks.proved or lacks.unknown else None
        return self._seen[key]


def requirement(declared: TaskClassDeclaration) -> Requirement:
    """The mode, capabilities, context and output length that a task class needs.

    The context is ``needs.context_tokens``, else the 99th percentile (else the largest declared size) of the input
    plus the longest output.
    """
    capabilities: tuple[str, ...] = declared.needs.capabilities
    if declared.output_schema and "response_schema" not in capabilities:
        capabilities = (*capabilities, "response_schema")
    context, output = declared.needs.context_tokens, 0
    stated = context is not None
    if declared.demand is not None:
        longest_input, output = _longest(declared.demand)
        stated = stated or declared.demand.p99_input_tokens is not None
        context = longest_input + output if context is None else context
        output = declared.demand.max_output_tokens or 0
    return Requirement(declared.mode, capabilities, context or 0, stated, output)


def _longest(demand: Demand) -> tuple[int, int]:
    sizes = demand.sizes
    largest_input = max((size.input_tokens for size in sizes), default=demand.input_tokens)
    largest_output = max((size.output_tokens for size in sizes), default=demand.output_tokens)
    return demand.p99_input_tokens or largest_input, demand.max_output_tokens or largest_output


def _proved(needed: Requirement, facts: ModelFacts) -> Iterator[str]:
    if facts.mode not in {needed.mode, UNKNOWN} and not _TALKING.issuperset({facts.mode, needed.mode}):
        yield f"`{needed.mode}` mode (its mode is `{facts.mode}`)"
    for capability in needed.capabilities:
        if capability in facts.lacks:
            yield f"`{capability}`"
    if facts.max_input_tokens is not None and needed.context_tokens > facts.max_input_tokens:
        yield f"{spell_count(needed.context_tokens)} tokens of context (it has {spell_count(facts.max_input_tokens)})"
    if facts.max_output_tokens is not None and needed.output_tokens > facts.max_output_tokens:
        yield f"{spell_count(needed.output_tokens)} tokens of output (it has {spell_count(facts.max_output_tokens)})"


def _unknown(needed: Requirement, facts: ModelFacts) -> Iterator[str]:
    known = facts.capabilities or frozenset()
    for capability in needed.capabilities:
        if capability not in known and capability not in facts.lacks:
            yield f"`{capability}`"
    if facts.max_input_tokens is None and needed.context_declared:
        yield f"{spell_count(needed.context_tokens)} tokens of context"
    if facts.max_output_tokens is None and needed.output_tokens:
        yield f"{spell_count(needed.output_tokens)} tokens of output"
