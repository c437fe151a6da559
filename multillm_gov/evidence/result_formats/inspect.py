"""Inspect's JSON logs (``inspect eval --log-format json``), version 2: one per task and model.

The shape was read from what release 0.3 writes. A scorer's value is a letter (C correct, P partly,
I incorrect, N no answer) or a number or truth value; of several scorers the one that the log calls
its headline counts, else the first. A sample with an error shows nothing. Of several epochs each is
a case of its own.
"""

from typing import Any

import msgspec
from msgspec import Struct

from multillm_gov.evidence.results import CaseResult, settled

ENDINGS = ()
_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}


class _Eval(Struct):
    model: str
    task: str = ""


class _Score(Struct):
    value: Any = None


class _Sample(Struct):
    id: int | str
    epoch: int = 1
    scores: dict[str, _Score] | None = None
    error: Any = None
    total_time: float | None = None


class _Headline(Struct):
    score: str = ""


class _Results(Struct):
    headline: _Headline | None = None


class _Log(Struct):
    eval: _Eval
    samples: list[_Sample] | None = None
    results: _Results | None = None


def read(data: bytes) -> tuple[CaseResult, ...]:
    """Results by sample.

    Raises:
        ValueError: not JSON, not of that shape, or a log without samples.
    """
    try:
        log = msgspec.json.decode(data, type=_Log)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if log.samples is None:
        raise ValueError("the log holds no samples: write it without `--no-log-samples`")
    headline = log.results.headline.score if log.results and log.results.headline else ""
    return tuple(_case(log.eval.model, sample, headline) for sample in log.samples)


def _case(model: str, sample: _Sample, headline: str) -> CaseResult:
    score = None if sample.error is not None else _value(sample, headline)
    return CaseResult(
        model=model,
        case=f"{sample.id}" if sample.epoch == 1 else f"{sample.id} epoch {sample.epoch}",
        outcome=settled(None, score),
        score=score,
        seconds=sample.total_time,
    )


def _value(sample: _Sample, headline: str) -> float | None:
    scores = sample.scores or {}
    chosen = scores.get(headline) or next(iter(scores.values()), None)
    value = chosen.value if chosen else None
    if isinstance(value, str):
        return _LETTERS.get(value.strip().upper())
    if isinstance(value, bool | int | float) and 0 <= value <= 1:
        return float(value)
    return None
