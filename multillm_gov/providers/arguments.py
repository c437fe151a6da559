"""From a call to LiteLLM's arguments, one way to ask each."""

from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.evaluation.client import Call
from multillm_gov.providers.addresses import Address

_REFUSED = frozenset(
    {
        "allOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependentSchemas",
        "patternProperties",
    }
)
_LISTS = ("anyOf", "prefixItems")
_MAPPINGS = ("properties", "$defs", "definitions")
_DEEPEST = 64
SCHEMA_NAME = "answer"
_LATER = 5.0
"""Seconds by which LiteLLM's own limit lies above ours, which comes first and is exact."""


def is_strict(schema: object) -> bool:
    """Whether all objects are closed, all keys required, and no unsupported keyword is used.

    What is not strict is requested loosely, and followed as well as may be; the root must be an
    object.
    """
    return isinstance(schema, Mapping) and schema.get("type") == "object" and _is_strict(schema, 0)


def _is_strict(schema: object, depth: int) -> bool:
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return False
    if _REFUSED & schema.keys():
        return False
    properties = schema.get("properties")
    if schema.get("type") == "object" or isinstance(properties, Mapping):
        names = set(properties) if isinstance(properties, Mapping) else set()
        if (
            schema.get("additionalProperties") is not False
            or set(schema.get("required") or ()) != names
        ):
            return False
    return all(_is_strict(part, depth + 1) for part in _parts(schema))


def _parts(schema: Mapping[str, Any]) -> Iterator[object]:
    for name in _MAPPINGS:
        if isinstance(schema.get(name), Mapping):
            yield from schema[name].values()
    for name in _LISTS:
        if isinstance(schema.get(name), list):
            yield from schema[name]
    if "items" in schema:
        yield schema["items"]


def arguments_for(call: Call, address: Address) -> dict[str, Any]:
    """Keyword arguments of LiteLLM's function for the call's mode; no retries, nothing dropped."""
    arguments: dict[str, Any] = {
        "model": address.model,
        "timeout": call.timeout_seconds + _LATER,
        "num_retries": 0,
        "max_retries": 0,
        **address.arguments,
    }
    if call.mode == "embedding":
        return {**arguments, "input": list(call.inputs)}
    if call.temperature is not None:
        arguments["temperature"] = call.temperature
    if call.stream:
        arguments["stream"] = True
    if call.mode == "responses":
        return {**arguments, **_responses(call)}
    if call.max_output_tokens is not None:
        arguments["max_tokens"] = call.max_output_tokens
    if call.stream:
        arguments["stream_options"] = {"include_usage": True}
    if call.mode == "completion":
        return {**arguments, "prompt": "\n\n".join(message.content for message in call.messages)}
    arguments["messages"] = [
        {"role": message.role, "content": message.content} for message in call.messages
    ]
    if call.output_schema is not None:
        arguments["response_format"] = _response_format(call.output_schema)
    return arguments


def _response_format(schema: dict[str, Any]) -> dict[str, Any]:
    form = {"name": SCHEMA_NAME, "schema": schema, "strict": is_strict(schema)}
    return {"type": "json_schema", "json_schema": form}


def _responses(call: Call) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "input": [{"role": message.role, "content": message.content} for message in call.messages],
        "store": False,
    }
    if call.max_output_tokens is not None:
        arguments["max_output_tokens"] = call.max_output_tokens
    if call.output_schema is not None:
        form = {
            "type": "json_schema",
            "name": SCHEMA_NAME,
            "schema": call.output_schema,
            "strict": is_strict(call.output_schema),
        }
        arguments["text"] = {"format": form}
    return arguments
