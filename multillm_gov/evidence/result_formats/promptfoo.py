"""promptfoo's JSON output (``promptfoo eval --output``), version 3: per test and provider.

The shape was read from what release 0.121 writes. An entry whose ``failureReason`` is 2 ended in an
error: the provider or an assertion broke, so nothing was shown.
"""

import msgspec
from msgspec import Struct

from multillm_gov.evidence.results import CaseResult, settled

ENDINGS = ()
_ERROR = 2


class _Provider(Struct):
    id: str
    label: str = ""


class _Result(Struct):
    provider: _Provider
    success: bool
    testIdx: int  # noqa: N815 - as the tool spells it
    promptIdx: int = 0  # noqa: N815
    score: float | None = None
    latencyMs: float | None = None  # noqa: N815
    cost: float | None = None
    failureReason: int = 0  # noqa: N815


class _Summary(Struct):
    results: list[_Result]


class _Output(Struct):
    results: _Summary


def read(data: bytes) -> tuple[CaseResult, ...]:
    """Results by test; providers by label if they have one, and several prompts separately.

    Raises:
        ValueError: not JSON, or not of that shape: the field is named.
    """
    try:
        output = msgspec.json.decode(data, type=_Output)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return tuple(_case(result) for result in output.results.results)


def _case(result: _Result) -> CaseResult:
    failed = result.failureReason == _ERROR
    score = None if failed or result.score is None else min(1.0, max(0.0, result.score))
    return CaseResult(
        model=result.provider.label or result.provider.id,
        case=f"test {result.testIdx + 1}",
        outcome="unknown" if failed else settled(result.success, score),
        score=score,
        seconds=None if result.latencyMs is None else result.latencyMs / 1_000,
        usd=result.cost or None,
    )
