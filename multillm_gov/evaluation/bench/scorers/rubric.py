"""``rubric``: a judge model grades the answer, with the scale in both orders.

Judges lean to one end of a scale, so the judge gets it once from best to worst and once from worst
to best, and the grades are averaged.
"""

from collections.abc import Sequence

from multillm_gov.evaluation.bench.preference import (
    REASON,
    closed_schema,
    judge_call,
    read_judgment,
)
from multillm_gov.evaluation.bench.scoring import Expectation, Unscorable
from multillm_gov.evaluation.client import Answer, Call

ACCEPTED_FROM = 0.75
"""Four of five points."""
MOST = 5
_LEVELS = {
    5: "meets the rubric in full",
    4: "meets it except for details",
    3: "meets it in part",
    2: "meets little of it",
    1: "does not meet it",
}
SCHEMA = closed_schema(
    {"reason": REASON, "score": {"type": "integer", "minimum": 1, "maximum": MOST}}
)


def judge_calls(answer: str, expectation: Expectation) -> tuple[Call, ...] | Unscorable:
    """Two calls: the scale from the best down, and from the worst up."""
    if not expectation.scorer.rubric or not expectation.scorer.judge:
        return Unscorable(why="`rubric` needs a `rubric` and a `judge`")
    return tuple(
        judge_call(expectation, _task(levels), {"answer": answer}, SCHEMA)
        for levels in (_down(), _down()[::-1])
    )


def score_answers(answers: Sequence[Answer], expectation: Expectation) -> float | Unscorable:
    """The mean of both grades, 1 to 5 points taken as 0 to 1."""
    del expectation
    judgments = [read_judgment(answer, SCHEMA) for answer in answers]
    grades = [int(judgment["score"]) for judgment in judgments if judgment is not None]
    if len(grades) < len(judgments) or not grades:
        return Unscorable(why="the judge's reply does not have the requested form")
    return (sum(grades) / len(grades) - 1) / (MOST - 1)


def _down() -> list[int]:
    return sorted(_LEVELS, reverse=True)


def _task(levels: list[int]) -> str:
    scale = "; ".join(f"{level}: {_LEVELS[level]}" for level in levels)
    return f"Grade the answer by the rubric, in whole points. The scale is: {scale}."
