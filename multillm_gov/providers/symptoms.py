"""What an exception shows: error names, HTTP status, codes in the body, words; no judgment."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

_LONGEST_CHAIN = 12
_LONGEST_TEXT = 20_000
_MOST_BRACES = 20
_OUTERMOST = "litellm.exceptions"
"""LiteLLM's own exceptions carry made-up statuses; the exceptions behind them do not."""
_OF_RESPONSES = frozenset({"HTTPStatusError", "ClientError", "MidStreamFallbackError"})
"""Exceptions about a response that may have no status of their own."""
_CODES = ("code", "type", "status", "reason", "__type")


class Symptoms(Struct, frozen=True, kw_only=True):
    """What is known of a failure."""

    names: frozenset[str] = frozenset()
    """Classes of the exception, of their ancestors, and of all exceptions behind it."""
    status: int | None = None
    """HTTP status that the provider sent."""
    codes: frozenset[str] = frozenset()
    """Error codes in the body, in small letters."""
    text: str = ""
    """All messages, in small letters."""
    headers: dict[str, str] = {}
    begun: bool = False
    """Whether a part of the answer had come."""


def symptoms_of(error: BaseException, *, begun: bool = False) -> Symptoms:
    """Gather what an exception and those behind it show.

    Args:
        error: What was raised.
        begun: Whether a part of the answer had come before.
    """
    chain = list(_chain(error))
    text = "\n".join(str(failure)[:_LONGEST_TEXT] for failure in chain)
    codes = {code.lower() for failure in chain for code in _codes(failure)}
    headers: dict[str, str] = {}
    for failure in chain:
        headers = {**_headers(failure), **headers}
    return Symptoms(
        names=frozenset(kind.__name__ for failure in chain for kind in type(failure).__mro__),
        status=_true_status(chain),
        codes=frozenset(codes | set(_named_types(headers))),
        text=text.lower(),
        headers=headers,
        begun=begun,
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what it came from, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen and len(seen) < _LONGEST_CHAIN:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__ or getattr(error, "original_exception", None)


def _true_status(chain: list[BaseException]) -> int | None:
    """The status of the innermost exception that has one, unless it wraps no response at all.

    LiteLLM's exceptions of a provider give 500 to a broken connection and 422 to a body it cannot
    read.
    """
    for failure in reversed(chain):
        status = _status(failure)
        if status is not None:
            return status
        if type(failure).__name__ not in _OF_RESPONSES:
            return None
    return None


def _status(error: BaseException) -> int | None:
    if type(error).__module__ == _OUTERMOST:
        return None
    status = getattr(error, "status_code", None)
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) and 100 <= status < 600 else None


def _codes(error: BaseException) -> Iterator[str]:
    body = getattr(error, "body", None)
    yield from _codes_in(body)
    text = str(error)[:_LONGEST_TEXT]
    decoder = json.JSONDecoder()
    at = -1
    for _ in range(_MOST_BRACES):
        at = text.find("{", at + 1)
        if at < 0:
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        yield from _codes_in(value)


def _codes_in(value: Any, depth: int = 0) -> Iterator[str]:  # noqa: ANN401 # any JSON
    if isinstance(value, list):
        for item in value[:20]:
            yield from _codes_in(item, depth + 1)
    if not isinstance(value, dict) or depth > 6:
        return
    for key, item in value.items():
        if key in _CODES and isinstance(item, str):
            yield item
        elif isinstance(item, dict | list):
            yield from _codes_in(item, depth + 1)


def _headers(error: BaseException) -> dict[str, str]:
    response = getattr(error, "response", None)
    texts_by_name: dict[str, str] = {}
    for source in (
        getattr(error, "litellm_response_headers", None),
        getattr(error, "headers", None),
        getattr(response, "headers", None),
    ):
        if isinstance(source, Mapping):
            texts_by_name.update({str(name).lower(): str(value) for name, value in source.items()})
    return texts_by_name


def _named_types(headers: Mapping[str, str]) -> Iterator[str]:
    """Amazon names the error in a header."""
    kind = headers.get("x-amzn-errortype", "")
    if kind:
        yield re.split(r"[:#]", kind)[0].lower()
