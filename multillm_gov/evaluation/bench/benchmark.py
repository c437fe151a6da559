"""A benchmark as it is planned: cases of a task class, and the models that answer them."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.evaluation.bench.scoring import Expectation
from multillm_gov.evaluation.client import Message
from multillm_gov.evaluation.probes.probe import TaskDigests
from multillm_gov.location import Place
from multillm_gov.portfolio.allocation import TaskClass

Independence = Literal["independent", "same vendor", "not known"]
Role = Literal["primary", "route", "fallback", "challenger"]


def independence_of(judge: ModelFacts | None, judged: ModelFacts | None) -> Independence:
    """Whether a judge is independent of the judged; what is not known is not independent."""
    vendors = [UNKNOWN if facts is None else facts.exposure.vendor for facts in (judge, judged)]
    if UNKNOWN in vendors:
        return "not known"
    return "same vendor" if vendors[0] == vendors[1] else "independent"


def dependent_judges(
    bench: "Benchmark", find: Callable[[str], ModelFacts | None]
) -> Iterator[tuple[str, str, Independence]]:
    """Judges not shown to be independent of a model they would judge: judge, judged, independence.

    A judge is the judge of a rubric: an embedding model compares texts, whoever wrote them.
    """
    judges = {
        case.expectation.scorer.judge or ""
        for case in bench.cases
        if case.expectation.scorer.kind == "rubric"
    }
    for judge in sorted(judges - {""}):
        for contender in bench.contenders:
            result = (
                "same vendor"
                if judge == contender.model
                else independence_of(find(judge), contender.facts)
            )
            if result != "independent":
                yield judge, contender.model, result


class BenchCase(Struct, frozen=True, kw_only=True):
    """One case, rendered and ready to be sent."""

    id: str
    messages: tuple[Message, ...]
    expectation: Expectation
    weight: float = 1.0


class Contender(Struct, frozen=True, kw_only=True):
    """One model that answers the cases."""

    model: str
    role: Role
    facts: ModelFacts | None = None
    share: float = 0.0
    """Of the task class's requests (0..1)."""
    place: Place
    """Where the portfolio names it; a challenger is named where the task class is."""


class Benchmark(Struct, frozen=True, kw_only=True):
    """The benchmark of one task class."""

    task: TaskClass
    cases: tuple[BenchCase, ...]
    contenders: tuple[Contender, ...]
    """The primary first: the incumbent that others are compared with."""
    digests: TaskDigests
    cases_digest: str
    """``sha256:…`` of what the cases declare."""
    output_schema: dict[str, Any] | None = None

    @property
    def incumbent(self) -> str:
        """The model that others are compared with."""
        return self.contenders[0].model

    @property
    def is_prose(self) -> bool:
        """Whether answers are prose: what must satisfy a schema has no style of its own."""
        return self.task.declared.output_schema is None and self.task.declared.mode != "embedding"


class LeftOutCase(Struct, frozen=True, kw_only=True):
    """What is not run, and why."""

    subject: str
    why: str


class BenchSettings(Struct, frozen=True, kw_only=True):
    """How a benchmark is run."""

    samples: int = 1
    """Answers per case."""
    timeout_seconds: float = 60.0
    pairwise: bool = False
    """Whether judges also compare challengers' answers with the incumbent's."""
    usd_per_unit: Decimal = Decimal(1)
