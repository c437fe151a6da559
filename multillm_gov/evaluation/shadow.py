"""Shadow evidence: a candidate's answers to logged requests beside those that users got.

Agreement is no quality: it says how much would change for users, not which answer is right.
"""

import json
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.measures.intervals import wilson_interval

Method = Literal["exact", "fields", "embedding", "judge"]
ShadowVerdict = Literal["agrees", "differs", "undecided"]
AGREES = 0.95
"""Share of requests from which on a candidate is taken to agree: the whole interval decides."""
SIMILAR = 0.90
"""Least cosine of two embeddings that counts as agreement."""


class Shadowed(Struct, frozen=True, kw_only=True):
    """One logged request with both answers."""

    task: str
    incumbent: str
    """The model that answered."""
    candidate: str
    incumbent_answer: str
    candidate_answer: str
    vectors: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    """Embeddings of both answers, where they are given."""
    judged: bool | None = None
    """Whether a judge found them equivalent, where one was asked."""


class AnswerAgreement(Struct, frozen=True, kw_only=True):
    """How often both agree, by one method."""

    method: Method
    comparisons: int
    agreeing: int

    @property
    def share(self) -> float:
        """Of the comparisons, 0..1."""
        return self.agreeing / self.comparisons

    @property
    def interval(self) -> tuple[float, float]:
        """95% Wilson interval of the share."""
        return wilson_interval(self.share, self.comparisons)


class ShadowResult(Struct, frozen=True, kw_only=True):
    """One task class and candidate."""

    task: str
    incumbent: str
    candidate: str
    comparisons: int
    agreements: tuple[AnswerAgreement, ...]
    """The strictest that applies to every comparison comes last: it decides."""

    @property
    def verdict(self) -> ShadowVerdict:
        """Whether the 95% interval of the deciding agreement lies on one side of `AGREES`."""
        low, high = self.deciding.interval
        return "agrees" if low >= AGREES else "differs" if high < AGREES else "undecided"

    @property
    def deciding(self) -> AnswerAgreement:
        """A judge's word where every answer was judged; else equal fields; else the text."""
        order: tuple[Method, ...] = ("judge", "fields", "exact")
        whole = {
            agreement.method: agreement
            for agreement in self.agreements
            if agreement.comparisons == self.comparisons
        }
        return next(whole[method] for method in order if method in whole)


def compare_shadow(rows: Sequence[Shadowed]) -> tuple[ShadowResult, ...]:
    """Group by task class and pair of models, and count agreements by every method that applies."""
    groups: dict[tuple[str, str, str], list[Shadowed]] = {}
    for row in rows:
        groups.setdefault((row.task, row.incumbent, row.candidate), []).append(row)
    return tuple(
        ShadowResult(
            task=task,
            incumbent=incumbent,
            candidate=candidate,
            comparisons=len(group),
            agreements=tuple(_agreements(group)),
        )
        for (task, incumbent, candidate), group in sorted(groups.items())
    )


def _agreements(group: Sequence[Shadowed]) -> list[AnswerAgreement]:
    counted: dict[Method, list[bool]] = {"exact": [], "fields": [], "embedding": [], "judge": []}
    for row in group:
        counted["exact"].append(_text(row.incumbent_answer) == _text(row.candidate_answer))
        fields = _fields(row.incumbent_answer)
        if fields is not None:
            counted["fields"].append(fields == _fields(row.candidate_answer))
        if row.vectors is not None:
            counted["embedding"].append(cosine(*row.vectors) >= SIMILAR)
        if row.judged is not None:
            counted["judge"].append(row.judged)
    return [
        AnswerAgreement(method=method, comparisons=len(values), agreeing=sum(values))
        for method, values in counted.items()
        if values
    ]


def _text(answer: str) -> str:
    return " ".join(answer.split())


def _fields(answer: str) -> object | None:
    """The answer as JSON object or list, in whatever order and layout; ``None``: it is none."""
    try:
        value: Any = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return _plain(value) if isinstance(value, dict | list) else None


def _plain(value: object) -> object:
    """Numbers by value, so that 1 and 1.0 agree; texts without outer blanks."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return value.strip()
    return value


def cosine(first: Sequence[float], second: Sequence[float]) -> float:
    """Cosine of two vectors; 0 where one is zero or their lengths differ."""
    if len(first) != len(second):
        return 0.0
    sizes = sqrt(sum(a * a for a in first)) * sqrt(sum(b * b for b in second))
    return sum(a * b for a, b in zip(first, second, strict=True)) / sizes if sizes else 0.0
