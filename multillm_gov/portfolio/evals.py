"""Declarations in ``evals/``: benchmark cases of one task class and how they are scored."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct, field

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert
from multillm_gov.finding import Flaw
from multillm_gov.location import Place
from multillm_gov.plugins import plugin_names
from multillm_gov.portfolio.shapes import Name, Text
from multillm_gov.units import Positive, Share
from multillm_gov.vocabulary import Closed

Line = Annotated[str, Meta(min_length=1, max_length=1_000)]
Page = Annotated[str, Meta(min_length=1, max_length=10_000)]
SCORERS = "multillm_gov.evaluation.bench.scorers"
if TYPE_CHECKING:
    ScorerKind = str
else:
    ScorerKind = Literal[plugin_names(SCORERS)]
Body = Annotated[str, Meta(max_length=1_000_000)]


class Scorer(Closed, frozen=True, kw_only=True):
    """How an answer is turned into a score (0..1)."""

    kind: Annotated[ScorerKind, Meta(description="How an answer is scored")] = "exact"
    tolerance: Annotated[
        Positive | None, Meta(description="Largest accepted difference, for numeric")
    ] = None
    pattern: Annotated[Line | None, Meta(description="RE2 pattern the answer must match")] = None
    ignore_case: Annotated[bool, Meta(description="Whether letter case makes no difference")] = (
        False
    )
    threshold: Annotated[
        Share | None,
        Meta(description="Lowest accepted score; default: that of the kind"),
    ] = None
    rubric: Annotated[Page | None, Meta(description="What the judge model looks for")] = None
    judge: Annotated[
        Text | None,
        Meta(description="Model that judges; must be from another vendor than the judged model"),
    ] = None
    embedding: Annotated[Text | None, Meta(description="Model that embeds, for similarity")] = None


class EvalCase(Closed, frozen=True, kw_only=True):
    """One case: what is sent and what is expected."""

    id: Name
    input: Annotated[
        Body | None, Meta(description="What the user says; or give `variables` for the prompt")
    ] = None
    variables: Annotated[
        dict[str, Any] | None, Meta(description="Values for the prompt file's variables")
    ] = None
    expected: Annotated[
        Any, Meta(description="The right answer: a text, a number, a mapping of fields")
    ] = None
    scorer: Annotated[Scorer | None, Meta(description="Default: the file's scorer")] = None
    weight: Annotated[Positive, Meta(description="Weight of the case")] = field(
        default_factory=partial(Positive, "1")
    )


class EvalFile(Closed, frozen=True, kw_only=True):
    """A whole file below ``evals/``."""

    task_class: Annotated[Text, Meta(description="Task class of the cases")]
    scorer: Scorer = Scorer()
    cases: Annotated[tuple[EvalCase, ...], Meta(max_length=20_000, description="The cases")] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Judges and embedding models that its scorers name, sorted."""
        scorers = (self.scorer, *(case.scorer for case in self.cases if case.scorer is not None))
        return tuple(
            sorted(
                {
                    name
                    for scorer in scorers
                    for name in (scorer.judge, scorer.embedding)
                    if name is not None
                }
            )
        )


class PlacedEvals(Struct, frozen=True, kw_only=True):
    """Cases and the file they are written in."""

    file: EvalFile
    place: Place


def load_evals(documents: dict[str, Document]) -> tuple[tuple[PlacedEvals, ...], tuple[Flaw, ...]]:
    """Load every file of cases that is sound, ordered by path; the others are located flaws."""
    flaws: list[Flaw] = []
    placed: list[PlacedEvals] = []
    for path in sorted(documents):
        if kind_of(path) == "evals":
            file, matching_flaws = convert(documents[path], (), EvalFile)
            flaws.extend(matching_flaws)
            if file is not None:
                placed.append(PlacedEvals(file=file, place=Place(path)))
    return tuple(placed), tuple(flaws)
