"""Finding scorers by presence, and scoring one answer."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from multillm_gov.evaluation.bench import scorers
from multillm_gov.evaluation.client import Answer, Call
from multillm_gov.portfolio.evals import Scorer


class Score(Struct, frozen=True, kw_only=True):
    """What one answer is worth."""

    value: float
    """0..1."""
    accepted: bool
    why: str = ""
    """What is missing, without any text of the answer."""


class Unscorable(Struct, frozen=True, kw_only=True):
    """No score is possible: the mistake of the case or of who judged it, not of the model."""

    why: str


class Expectation(Struct, frozen=True, kw_only=True):
    """What an answer is held against."""

    expected: Any
    scorer: Scorer
    output_schema: dict[str, Any] | None = None
    question: str = ""
    """What the model was asked, for whoever judges the answer."""
    native_schema: bool = False
    """Whether the judge model has structured output of its own."""


class TextScorer(Protocol):
    """A scorer that needs nothing but the answer; one that asks further models is an `ModelScorer`."""

    ACCEPTED_FROM: float
    """Least score that is accepted where the case says none."""

    def score(self, answer: str, held: Expectation) -> float | Unscorable:
        """The score of an answer (0..1)."""
        ...


class ModelScorer(Protocol):
    """A scorer that asks further models: known by its ``ask``. It sends nothing itself: limits are the runner's."""

    ACCEPTED_FROM: float

    def ask(self, answer: str, held: Expectation) -> tuple[Call, ...] | Unscorable:
        """The calls whose answers the score rests on."""
        ...

    def conclude(self, answers: Sequence[Answer], held: Expectation) -> float | Unscorable:
        """The score (0..1) from the answers to all of the calls, in their order."""
        ...


@cache
def scorer_names() -> tuple[str, ...]:
    """Kinds of scorers, sorted, as cases name them (``json-schema``)."""
    files = {file.stem for folder in scorers.__path__ for file in Path(folder).glob("*.py")}
    return tuple(sorted(name.replace("_", "-") for name in files - {"__init__"}))


def scorer_module(kind: str) -> Any:  # noqa: ANN401 - a module, of the shape that `TextScorer` tells
    """The module of one kind; only it is imported.

    Raises:
        KeyError: there is no such kind.
    """
    if kind not in scorer_names():
        raise KeyError(kind)
    return import_module(f"{scorers.__name__}.{kind.replace('-', '_')}")


def needs_judge(kind: str) -> bool:
    """Whether a kind of scorer asks further models.

    Raises:
        KeyError: there is no such kind.
    """
    return hasattr(scorer_module(kind), "ask")


def score_text(answer: str, held: Expectation) -> Score | Unscorable:
    """Score one answer by a scorer that asks no model.

    Raises:
        KeyError: there is no such kind.
    """
    module = scorer_module(held.scorer.kind)
    found = module.score(answer, held)
    if isinstance(found, Unscorable):
        return found
    return accept(found, held.scorer, module.ACCEPTED_FROM)


def accept(value: float, scorer: Scorer, least: float) -> Score:
    """The score with whether it reaches the case's threshold, else the kind's own."""
    needed = float(scorer.threshold) if scorer.threshold is not None else least
    accepted = value >= needed - 1e-12
    return Score(
        value=value,
        accepted=accepted,
        why="" if accepted else f"{value:.3f} of {needed:.3f} needed",
    )
