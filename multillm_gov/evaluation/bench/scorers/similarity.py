"""``similarity``: the cosine between the embeddings of the answer and the expected text."""

from collections.abc import Sequence
from math import hypot

from multillm_gov.evaluation.bench.scoring import Expectation, Unscorable
from multillm_gov.evaluation.client import Answer, Call

ACCEPTED_FROM = 0.8
"""Assumed: cosines depend on the embedding model, so a case should set its own ``threshold``."""


def judge_calls(answer: str, expectation: Expectation) -> tuple[Call, ...] | Unscorable:
    """One call that embeds both texts, so that both vectors are of one model at one time."""
    if not isinstance(expectation.expected, str) or not expectation.expected.strip():
        return Unscorable(why="`similarity` needs a text as `expected`")
    if not expectation.scorer.embedding:
        return Unscorable(why="`similarity` needs an `embedding` model")
    # An empty text is no input that providers take; a blank answer is as far from any as can be.
    return (
        Call(
            model=expectation.scorer.embedding,
            mode="embedding",
            inputs=(expectation.expected, answer.strip() or "-"),
        ),
    )


def score_answers(answers: Sequence[Answer], expectation: Expectation) -> float | Unscorable:
    """The cosine, no less than 0."""
    del expectation
    vectors = answers[0].vectors if answers else ()
    if len(vectors) != 2 or len(vectors[0]) != len(vectors[1]):
        return Unscorable(why="the embedding model did not return two vectors of the same length")
    sizes = hypot(*vectors[0]) * hypot(*vectors[1])
    if not sizes:
        return Unscorable(why="the embedding model returned a zero vector")
    return min(
        1.0, max(0.0, sum(value * other for value, other in zip(*vectors, strict=True)) / sizes)
    )
