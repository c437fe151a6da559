"""From LiteLLM's responses to text, tokens and the model that really served."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.pricing.price import Usage
from multillm_gov.providers.addresses import Address
from multillm_gov.vocabulary import CallMode


class MalformedAnswerError(Exception):
    """A response without what its format promises."""


class Read(Struct, frozen=True, kw_only=True):
    """What a response says."""

    text: str = ""
    vectors: tuple[tuple[float, ...], ...] = ()
    finish_reason: str = ""
    served_model: str = ""
    refusal: str = ""
    """Why the model refuses, where it says so apart from its answer."""
    usage: Usage | None = None


_ECHOES: Mapping[CallMode, frozenset[str]] = {
    # Formats whose answers name no model: LiteLLM then repeats the requested one.
    "chat": frozenset({"bedrock", "sagemaker"}),
    "completion": frozenset({"bedrock", "sagemaker"}),
    "responses": frozenset({"bedrock", "sagemaker"}),
    "embedding": frozenset(
        {"bedrock", "sagemaker", "gemini", "vertex_ai", "cohere", "huggingface"}
    ),
}


def read_chat(response: Any, address: Address) -> Read:  # noqa: ANN401 # LiteLLM's response
    """A chat completion."""
    choice = _first(response.choices)
    message = getattr(choice, "message", None)
    if message is None:
        raise MalformedAnswerError("the response has no message")
    return Read(
        text=message.content or "",
        finish_reason=choice.finish_reason or "",
        served_model=served_model(response, address, "chat"),
        refusal=refusal_of(message),
        usage=usage_of(getattr(response, "usage", None)),
    )


def read_completion(response: Any, address: Address) -> Read:  # noqa: ANN401 # LiteLLM's response
    """A legacy completion."""
    choice = _first(response.choices)
    text = getattr(choice, "text", None)
    if text is None and not choice.finish_reason:
        raise MalformedAnswerError("the response has no text")
    return Read(
        text=text or "",
        finish_reason=choice.finish_reason or "",
        served_model=served_model(response, address, "completion"),
        usage=usage_of(getattr(response, "usage", None)),
    )


def read_responses(response: Any, address: Address) -> Read:  # noqa: ANN401 # LiteLLM's response
    """A response of the responses API."""
    output = _mapping(response).get("output")
    reason = str(_mapping(_mapping(response).get("incomplete_details")).get("reason") or "")
    if not isinstance(output, list) or not (output or reason):
        raise MalformedAnswerError("the response has no output")
    parts = [
        part
        for item in output
        for part in _mapping(item).get("content") or ()
        if isinstance(part, Mapping)
    ]
    status = str(_mapping(response).get("status") or "")
    cut = {"max_output_tokens": "length", "max_tokens": "length"}.get(reason, reason)
    return Read(
        text="".join(
            str(part.get("text") or "")
            for part in parts
            if part.get("type") in {"output_text", "text"}
        ),
        finish_reason="stop" if status == "completed" else cut or status,
        served_model=served_model(response, address, "responses"),
        refusal="".join(
            str(part.get("refusal") or "") for part in parts if part.get("type") == "refusal"
        ),
        usage=usage_of(getattr(response, "usage", None)),
    )


def read_embedding(response: Any, address: Address, inputs: int) -> Read:  # noqa: ANN401 # LiteLLM's response
    """Vectors, in the order of the inputs."""
    rows = [_mapping(row) for row in response.data or ()]
    vectors = tuple(tuple(map(float, row.get("embedding") or ())) for row in rows)
    if len(vectors) != inputs or not all(vectors):
        raise MalformedAnswerError(f"{inputs} inputs were answered with {len(vectors)} vectors")
    order = sorted(range(len(rows)), key=lambda number: int(rows[number].get("index") or number))
    return Read(
        vectors=tuple(vectors[number] for number in order),
        served_model=served_model(response, address, "embedding"),
        usage=usage_of(getattr(response, "usage", None)),
    )


def served_model(response: Any, address: Address, mode: CallMode) -> str:  # noqa: ANN401 # LiteLLM's response
    """The model's name as the provider reports it; empty where its format has no place for one."""
    if address.provider in _ECHOES[mode]:
        return ""
    hidden = getattr(response, "_hidden_params", None)
    reported = hidden.get("provider_response_model") if isinstance(hidden, Mapping) else None
    if reported or mode == "chat":
        return str(reported or "")
    return str(getattr(response, "model", "") or "")


def refusal_of(message: Any) -> str:  # noqa: ANN401 # LiteLLM's message
    """What a message says in refusal, apart from its content."""
    fields = getattr(message, "provider_specific_fields", None)
    reported = getattr(message, "refusal", None) or (
        fields.get("refusal") if isinstance(fields, Mapping) else None
    )
    return reported if isinstance(reported, str) else ""


def usage_of(usage: Any) -> Usage | None:  # noqa: ANN401 # LiteLLM's usage, of chat or of responses
    """Tokens as counted by the provider; ``None``: it reported none."""
    counts = _mapping(usage)
    given = _count(counts, "prompt_tokens", "input_tokens")
    answered = _count(counts, "completion_tokens", "output_tokens")
    if given is None and answered is None:
        return None
    inward = _mapping(counts.get("prompt_tokens_details") or counts.get("input_tokens_details"))
    outward = _mapping(
        counts.get("completion_tokens_details") or counts.get("output_tokens_details")
    )
    return Usage(
        input_tokens=given or 0,
        output_tokens=answered or 0,
        cached_input_tokens=_count(inward, "cached_tokens")
        or _count(counts, "cache_read_input_tokens")
        or 0,
        cache_write_tokens=_count(inward, "cache_creation_tokens")
        or _count(counts, "cache_creation_input_tokens")
        or 0,
        reasoning_tokens=_count(outward, "reasoning_tokens") or 0,
    )


def _count(counts: Mapping[str, Any], *names: str) -> int | None:
    result = (counts.get(name) for name in names)
    return next(
        (value for value in result if isinstance(value, int) and not isinstance(value, bool)), None
    )


def _mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 # a mapping, a model of pydantic's, or nothing
    if isinstance(value, Mapping):
        return value
    if value is None:
        return {}
    fields = getattr(value, "__dict__", None)
    values_by_key = dict(fields) if isinstance(fields, dict) else {}
    for name in ("output", "content", "usage"):
        items = values_by_key.get(name)
        if isinstance(items, list):
            values_by_key[name] = [
                item if isinstance(item, Mapping) else _mapping(item) for item in items
            ]
    return values_by_key


def _first(choices: Any) -> Any:  # noqa: ANN401 # LiteLLM's choices
    if not choices:
        raise MalformedAnswerError("the response has no choices")
    return choices[0]
