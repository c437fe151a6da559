"""JSON lines: one answer per line (model, case, accepted, score, seconds, usd, task_class)."""

import json

from multillm_gov.evidence.results import CaseResult, result_of

ENDINGS = (".jsonl", ".ndjson")


def read(data: bytes) -> tuple[CaseResult, ...]:
    """Results in the order of the lines; empty lines and other keys are passed over.

    Raises:
        ValueError: a line is not a JSON object, a key is missing, or a value is not what it should
            be.
    """
    results = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number} is not JSON: {type(error).__name__}") from error
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is not a mapping")
        results.append(result_of(row, f"line {number}"))
    return tuple(results)
