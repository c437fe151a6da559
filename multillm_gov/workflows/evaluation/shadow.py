"""``govern bench --shadow FILE``: a candidate's answers beside the incumbent's, and the saving."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from multillm_gov.errors import SourceError
from multillm_gov.evaluation.shadow import Shadowed, compare_shadow
from multillm_gov.report import Report
from multillm_gov.reporting.evaluation.shadow import ShadowFinding, report_shadow
from multillm_gov.rules.cheaper_models import saving_per_month
from multillm_gov.sources.given_file import read_given
from multillm_gov.sources.root import split_paths
from multillm_gov.state.state import State
from multillm_gov.words import code
from multillm_gov.workflows.states import assess_folder, working_revision

MOST_ROWS = 1_000_000
_TEXTS = ("task_class", "candidate", "incumbent_answer", "candidate_answer")


def shadow(file: Path, *, as_of: date, root: Path | None = None) -> Report:
    """Read both sides' answers, compare them, and say what the candidate would save.

    The file is CSV or JSON lines with ``task_class, candidate, incumbent_answer,
    candidate_answer`` and, where known, ``incumbent`` (default: the primary), ``judged`` (true or
    false) and ``incumbent_embedding, candidate_embedding`` (lists of numbers).

    Raises:
        SourceError: no portfolio, a file that is none of both, or a task class that is not there.
    """
    top, _ = split_paths((), root)
    state = assess_folder(top, as_of=as_of, revision=working_revision(top)).state
    primaries = {task.task.name: task.primary.model for task in state.figures.tasks}
    rows: list[Shadowed] = []
    for line, fields in _records(read_given(file), file.name):
        if len(rows) >= MOST_ROWS:
            raise SourceError(f"{code(file.name)} has more than {MOST_ROWS:,} rows", "Split it.")
        rows.append(_row(fields, f"{file.name}:{line}", primaries))
    if not rows:
        raise SourceError(f"{code(file.name)} has no row", "Write one row per logged request.")
    findings = tuple(
        ShadowFinding(
            result=result,
            saving=_saving(state, result.task, result.candidate),
        )
        for result in compare_shadow(rows)
    )
    return report_shadow(state, findings, file.name)


def _saving(state: State, name: str, candidate: str) -> Any:  # noqa: ANN401
    task = next(each for each in state.figures.tasks if each.task.name == name)
    facts = state.catalog.find(candidate)
    cost = state.figures.pricing.mean_cost(facts, task.task.demand)
    return None if cost is None else saving_per_month(task, cost)


def _records(data: bytes, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{code(name)} is not UTF-8 text", "Export CSV or JSON lines.") from error
    if name.lower().endswith(".csv"):
        reader = csv.DictReader(io.StringIO(text, newline=""))
        for record in reader:
            yield reader.line_num, {str(key): value for key, value in record.items()}
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{name}:{number}: no JSON", "Write one object a line.") from error
        if not isinstance(value, dict):
            raise SourceError(f"{name}:{number}: no object", "Write one object a line.")
        yield number, value


def _row(fields: dict[str, Any], place: str, primaries: dict[str, str]) -> Shadowed:
    missing = [key for key in _TEXTS if not isinstance(fields.get(key), str)]
    if missing:
        raise SourceError(f"{place}: {code(missing[0])} is missing or no text", "Add it.")
    task = fields["task_class"]
    if task not in primaries:
        raise SourceError(f"{place}: there is no task class {code(task)}", "Name one of yours.")
    return Shadowed(
        task=task,
        incumbent=str(fields.get("incumbent") or primaries[task]),
        candidate=fields["candidate"],
        incumbent_answer=fields["incumbent_answer"],
        candidate_answer=fields["candidate_answer"],
        vectors=_vectors(fields, place),
        judged=_judged(fields.get("judged"), place),
    )


def _vectors(
    fields: dict[str, Any], place: str
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    found = []
    for key in ("incumbent_embedding", "candidate_embedding"):
        value = fields.get(key)
        if value is None or value == "":
            return None
        try:
            listed: Any = json.loads(value) if isinstance(value, str) else value
            found.append(tuple(float(each) for each in listed))
        except (TypeError, ValueError) as error:
            message = f"{place}: {code(key)} is no list of numbers"
            raise SourceError(message, "Correct it.") from error
    return found[0], found[1]


def _judged(value: object, place: str) -> bool | None:
    if value is None or value == "":
        return None
    text = str(value).lower()
    if text not in {"true", "false", "1", "0"}:
        raise SourceError(f"{place}: `judged` is neither true nor false", "Correct it.")
    return text in {"true", "1"}
