"""Finding scorers by presence, and scoring one answer."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from msgspec import Struct

from multillm_gov.evaluation.client import Answer, Call
from multillm_gov.plugins import load_plugin
from multillm_gov.portfolio.allocation import NORMALIZERS
from multillm_gov.portfolio.evals import SCORERS, Scorer

MOST_CHARACTERS = 2_000_000
"""Longest answer that is looked into; more is no structured answer of a probe."""


class Reading(Struct, frozen=True, kw_only=True):
    """What an answer says once it is read."""

    value: Any
    used: tuple[str, ...]
    """Normalizers it took, in the declared order; empty: none."""


class Draft(Struct, frozen=True, kw_only=True):
    """An answer on its way to a value."""

    text: str
    value: Any = None
    is_read: bool = False
    """Whether ``value`` holds what ``text`` says as JSON."""


Normalize = Callable[[Draft, dict[str, Any]], Draft]
"""A normalizer: a better draft or the same one; it uses the schema only for its types."""


def read_json(text: str) -> Draft:
    """The text as a draft, read where it is JSON as it stands."""
    if len(text) > MOST_CHARACTERS:
        return Draft(text=text)
    try:
        return Draft(text=text, value=json.loads(text, parse_constant=_refuse), is_read=True)
    except (ValueError, RecursionError):
        return Draft(text=text)


def normalize(
    text: str, declared: Sequence[str], schema: dict[str, Any], satisfies: Callable[[Any], bool]
) -> Reading | None:
    """The first reading that satisfies the schema, adding normalizers in the declared order.

    A normalizer that changes nothing is not counted as needed. ``None``: none of the readings
    satisfies it.
    """
    draft, used = read_json(text), list[str]()
    for name in ("", *declared):
        if name:
            better = _normalizer(name)(draft, schema)
            if better == draft:
                continue
            draft = better if better.is_read else read_json(better.text)
            used.append(name)
        if draft.is_read and satisfies(draft.value):
            return Reading(value=draft.value, used=tuple(used))
    return None


def _normalizer(name: str) -> Normalize:
    normalize: Normalize = load_plugin(NORMALIZERS, name, "normalizer").normalize
    return normalize


def _refuse(constant: str) -> None:
    """``NaN`` and ``Infinity`` are no JSON, though Python's reader takes them."""
    raise ValueError(constant)


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
    """What an answer is compared with."""

    expected: Any
    scorer: Scorer
    output_schema: dict[str, Any] | None = None
    question: str = ""
    """The question to the model, for the judge of its answer."""
    native_schema: bool = False
    """Whether the judge model has structured output of its own."""


class TextScorer(Protocol):
    """A scorer that needs only the answer; one that calls further models is a `ModelScorer`."""

    ACCEPTED_FROM: float
    """Least score that is accepted where the case says none."""

    def score(self, answer: str, expectation: Expectation) -> float | Unscorable:
        """The score of an answer (0..1)."""
        ...


class ModelScorer(Protocol):
    """A scorer that needs ``judge_calls`` to further models; the runner sends them."""

    ACCEPTED_FROM: float

    def judge_calls(self, answer: str, expectation: Expectation) -> tuple[Call, ...] | Unscorable:
        """The calls whose answers the score rests on."""
        ...

    def score_answers(
        self, answers: Sequence[Answer], expectation: Expectation
    ) -> float | Unscorable:
        """The score (0..1) from the answers to all of the calls, in their order."""
        ...


def scorer_module(kind: str) -> Any:  # noqa: ANN401 - a `TextScorer` or a `ModelScorer`
    """The module of one kind of scorer; only it is imported.

    Raises:
        UsageError: there is no such kind.
    """
    return load_plugin(SCORERS, kind, "scorer")


def needs_judge(kind: str) -> bool:
    """Whether a kind of scorer asks further models.

    Raises:
        UsageError: there is no such kind.
    """
    return hasattr(scorer_module(kind), "judge_calls")


def score_text(answer: str, expectation: Expectation) -> Score | Unscorable:
    """Score one answer by a scorer that asks no model.

    Raises:
        UsageError: there is no such kind.
    """
    module = scorer_module(expectation.scorer.kind)
    unscorable = module.score(answer, expectation)
    if isinstance(unscorable, Unscorable):
        return unscorable
    return accept(unscorable, expectation.scorer, module.ACCEPTED_FROM)


def accept(value: float, scorer: Scorer, least: float) -> Score:
    """The score with whether it reaches the case's threshold, else the kind's own."""
    needed = float(scorer.threshold) if scorer.threshold is not None else least
    accepted = value >= needed - 1e-12
    return Score(
        value=value,
        accepted=accepted,
        why="" if accepted else f"{value:.3f} of {needed:.3f} needed",
    )
