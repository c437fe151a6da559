"""From a call to LiteLLM's arguments, one way to ask each."""

from typing import Any

from multillm_gov.evaluation.client import Call
from multillm_gov.providers.addresses import Address
from multillm_gov.providers.strictness import is_strict

SCHEMA_NAME = "answer"
_LATER = 5.0
"""Seconds by which LiteLLM's own limit lies above ours, which comes first and is exact."""


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
        form = {
            "name": SCHEMA_NAME,
            "schema": call.output_schema,
            "strict": is_strict(call.output_schema),
        }
        arguments["response_format"] = {"type": "json_schema", "json_schema": form}
    return arguments


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
