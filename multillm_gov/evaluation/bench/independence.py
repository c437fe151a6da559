"""Whether a judge model is from another vendor than the model it judges: models favor their own."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN

if TYPE_CHECKING:
    from multillm_gov.evaluation.bench.benchmark import Benchmark

Independence = Literal["independent", "same vendor", "not known"]


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
            found = (
                "same vendor"
                if judge == contender.model
                else independence_of(find(judge), contender.facts)
            )
            if found != "independent":
                yield judge, contender.model, found
