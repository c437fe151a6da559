"""Which of two answers a judge model prefers, in both positions."""

from collections.abc import Sequence
from typing import Literal

from multillm_gov.evaluation.bench.judge_wording import (
    REASON,
    closed_schema,
    judge_call,
    read_judgment,
)
from multillm_gov.evaluation.bench.scoring import Expectation, Unscorable
from multillm_gov.evaluation.client import Answer, Call

Preferred = Literal["first", "second", "tie"]
SCHEMA = closed_schema({"reason": REASON, "better": {"enum": ["A", "B", "tie"]}})
_TASK = (
    "Two systems, A and B, answered the same question. Which answer meets the rubric better? Say "
    "`tie` where you see "
    "no difference under the rubric. The order of the answers means nothing."
)
_READ: tuple[dict[str, Preferred], dict[str, Preferred]] = (
    {"A": "first", "B": "second", "tie": "tie"},
    {"A": "second", "B": "first", "tie": "tie"},
)


def pair_calls(first: str, second: str, expectation: Expectation) -> tuple[Call, ...] | Unscorable:
    """Two calls: the first answer as A, then as B."""
    if not expectation.scorer.rubric or not expectation.scorer.judge:
        return Unscorable(why="a preference needs a `rubric` and a `judge`")
    orders = ((first, second), (second, first))
    return tuple(
        judge_call(expectation, _TASK, {"answer A": a, "answer B": b}, SCHEMA) for a, b in orders
    )


def judge_pair(answers: Sequence[Answer]) -> Preferred | Unscorable:
    """What the judge prefers in both positions; a preference that depends on position is a tie."""
    judgments = [read_judgment(answer, SCHEMA) for answer in answers]
    if len(judgments) != 2 or None in judgments:
        return Unscorable(why="the judge's reply does not have the requested form")
    one, other = (
        reading[judged["better"]]
        for reading, judged in zip(_READ, judgments, strict=True)
        if judged
    )
    return one if one == other else "tie"
