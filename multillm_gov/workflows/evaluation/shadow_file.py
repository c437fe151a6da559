"""Reading shadow evidence: logged requests with the answers that are given, CSV or JSON lines."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.errors import SourceError
from multillm_gov.evaluation.calls import CALL_MODES
from multillm_gov.evaluation.client import Message
from multillm_gov.evaluation.shadow import Shadowed
from multillm_gov.evaluation.shadow_plan import ShadowRequest, Side
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.words import code

MOST_ROWS = 1_000_000
MOST_MESSAGES = 1_000
_ROLES = ("system", "user", "assistant")


def read_requests(
    data: bytes, name: str, tasks: Mapping[str, TaskFigures], candidate: str
) -> tuple[ShadowRequest, ...]:
    """The rows of a file.

    Columns are ``task_class`` and, where known, ``candidate`` (default: the one named), and
    ``incumbent`` (default: the primary), ``incumbent_answer``, ``candidate_answer``, ``request``
    (a text) or ``messages`` (a list of role and content), ``judged`` (true or false),
    ``incumbent_embedding, candidate_embedding`` (lists of numbers).

    Raises:
        SourceError: a file that is none of both, a task class that is not there, or an answer that
            is neither given nor can be requested, with its line.
    """
    shadow_requests: list[ShadowRequest] = []
    for line, fields in _records(data, name):
        if len(shadow_requests) >= MOST_ROWS:
            raise SourceError(f"{code(name)} has more than {MOST_ROWS:,} rows", "Split it.")
        shadow_requests.append(_request(fields, f"{name}:{line}", tasks, candidate))
    if not shadow_requests:
        raise SourceError(f"{code(name)} has no row", "Write one row per logged request.")
    return tuple(shadow_requests)


def _records(data: bytes, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{code(name)} is not UTF-8 text", "Export CSV or JSON lines.") from error
    if name.lower().endswith(".csv"):
        reader = csv.DictReader(io.StringIO(text, newline=""))
        try:
            for record in reader:
                yield reader.line_num, {str(key): value for key, value in record.items()}
        except csv.Error as error:
            raise SourceError(f"{name}:{reader.line_num}: {error}", "Export it as CSV.") from error
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


def _request(
    fields: dict[str, Any], place: str, tasks: Mapping[str, TaskFigures], candidate: str
) -> ShadowRequest:
    task = _task_class(fields, place, tasks)
    named = fields.get("candidate") or candidate
    if not isinstance(named, str) or not named:
        raise SourceError(
            f"{place}: `candidate` is missing or no text", "Add it, or name one with --model."
        )
    figures = tasks[task]
    answers: dict[Side, str] = {
        "incumbent": _answer(fields, "incumbent_answer", place),
        "candidate": _answer(fields, "candidate_answer", place),
    }
    missing = tuple(side for side, text in answers.items() if not text)
    messages = _messages(fields, place)
    _require_sendable(missing, messages, figures.task, place)
    return ShadowRequest(
        task=figures.task,
        messages=messages,
        row=Shadowed(
            task=task,
            incumbent=str(fields.get("incumbent") or figures.primary.model),
            candidate=named,
            incumbent_answer=answers["incumbent"],
            candidate_answer=answers["candidate"],
            vectors=_vectors(fields, place),
            judged=_judged(fields.get("judged"), place),
        ),
        missing=missing,
    )


def _require_sendable(
    missing: tuple[Side, ...], messages: tuple[Message, ...], task: TaskClass, place: str
) -> None:
    """Refuse a request that lacks an answer and cannot be sent for one."""
    if missing and not messages:
        raise SourceError(
            f"{place}: `{missing[0]}_answer` is missing or no text, and there is no request "
            "to send",
            "Add it, or add `request` or `messages`.",
        )
    if missing and task.declared.mode not in CALL_MODES:
        raise SourceError(
            f"{place}: {code(task.name)} has mode {code(task.declared.mode)}, which cannot be "
            "called here",
            "Give both answers.",
        )


def _task_class(fields: dict[str, Any], place: str, tasks: Mapping[str, TaskFigures]) -> str:
    task = fields.get("task_class")
    if not isinstance(task, str) or not task:
        raise SourceError(f"{place}: `task_class` is missing or no text", "Add it.")
    if task not in tasks:
        raise SourceError(f"{place}: there is no task class {code(task)}", "Name one of yours.")
    return task


def _answer(fields: dict[str, Any], key: str, place: str) -> str:
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise SourceError(f"{place}: {code(key)} is no text", "Write the answer as a text.")
    return value or ""


def _messages(fields: dict[str, Any], place: str) -> tuple[Message, ...]:
    request = fields.get("request")
    if isinstance(request, str) and request:
        return (Message("user", request),)
    value: Any = fields.get("messages")
    if value is None or value == "":
        return ()
    try:
        listed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        listed = None
    messages = [
        Message(each["role"], each["content"])
        for each in (listed if isinstance(listed, list) else [])[:MOST_MESSAGES]
        if isinstance(each, dict)
        and each.get("role") in _ROLES
        and isinstance(each.get("content"), str)
    ]
    if not isinstance(listed, list) or not messages or len(messages) != len(listed):
        raise SourceError(
            f"{place}: `messages` is no list of role and content",
            "Write [{role: user, content: …}]; roles are system, user and assistant.",
        )
    return tuple(messages)


def _vectors(
    fields: dict[str, Any], place: str
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    pairs = []
    for key in ("incumbent_embedding", "candidate_embedding"):
        value = fields.get(key)
        if value is None or value == "":
            return None
        try:
            listed: Any = json.loads(value) if isinstance(value, str) else value
            pairs.append(tuple(float(each) for each in listed))
        except (TypeError, ValueError) as error:
            message = f"{place}: {code(key)} is no list of numbers"
            raise SourceError(message, "Correct it.") from error
    return pairs[0], pairs[1]


def _judged(value: object, place: str) -> bool | None:
    if value is None or value == "":
        return None
    text = str(value).lower()
    if text not in {"true", "false", "1", "0"}:
        raise SourceError(f"{place}: `judged` is neither true nor false", "Correct it.")
    return text in {"true", "1"}
