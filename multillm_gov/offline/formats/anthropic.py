"""Anthropic: messages."""

from collections.abc import Iterator
from typing import Any

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire, fragments
from multillm_gov.offline.script import Fault
from multillm_gov.offline.wording import body, events, identifier, items, mapping, text_of, whole

BASE = "/anthropic"


def read(path: str, sent: dict[str, Any], key: str) -> ReceivedCall | None:
    """The request at a path below the base; ``None``: there is no such endpoint."""
    if path != "v1/messages":
        return None
    form = mapping(sent.get("output_format")) or mapping(
        mapping(sent.get("output_config")).get("format")
    )
    choice = mapping(sent.get("tool_choice"))
    tool = next(
        (
            item
            for item in items(sent.get("tools"))
            if mapping(item).get("name") == choice.get("name")
        ),
        None,
    )
    schema = form.get("schema") if tool is None else mapping(tool).get("input_schema")
    turns = [text_of(mapping(message).get("content")) for message in items(sent.get("messages"))]
    system = text_of(sent.get("system"))
    return ReceivedCall(
        model=str(sent.get("model", "")),
        texts=tuple(([system] if system else []) + turns),
        schema=schema if isinstance(schema, dict) else None,
        tool=str(choice.get("name", "")) if tool else "",
        stream=sent.get("stream") is True,
        max_output_tokens=whole(sent.get("max_tokens")),
        key=key,
    )


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """A message, or the events of one."""
    if request.stream:
        return events(_events(request, reply))
    return body(
        {
            **_head(request, reply),
            "content": [_block(request, reply)],
            "stop_reason": _reason(request, reply),
        }
    )


def refuse(request: ReceivedCall, fault: Fault, shown: str) -> Wire:
    """Anthropic's refusal; its classifiers refuse with a complete message and a stop reason.

    Args:
        request: The request.
        fault: Why.
        shown: The key as Anthropic repeats it.
    """
    if fault == "content-filter":
        reply = Reply(served_model=request.model, input_tokens=20)
        if request.stream:
            return events(_events(request, reply, refused=True))
        return body({**_head(request, reply), "content": [], "stop_reason": "refusal"})
    status, kind, message = _refusals(request, shown)[fault]
    error = {
        "type": "error",
        "error": {"type": kind, "message": message},
        "request_id": identifier("req_", request),
    }
    return body(error, status)


def _refusals(request: ReceivedCall, shown: str) -> dict[str, tuple[int, str, str]]:
    credit = (
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
    )
    pace = "This request would exceed your organization's rate limit of 50 requests per minute."
    denied = "Your API key does not have permission to use the specified resource."
    return {
        "server-error": (500, "api_error", "Internal server error"),
        "overloaded": (529, "overloaded_error", "Overloaded"),
        "rate-limit": (429, "rate_limit_error", pace),
        "quota": (400, "invalid_request_error", credit),
        "context-overflow": (
            400,
            "invalid_request_error",
            "prompt is too long: 201001 tokens > 200000 maximum",
        ),
        "wrong-key": (401, "authentication_error", f"invalid x-api-key {shown}".strip()),
        "forbidden": (403, "permission_error", denied),
        # Retired models are no other case here: the vendor forgets them (the catalog knows).
        "not-found": (404, "not_found_error", f"model: {request.model}"),
        "retired": (404, "not_found_error", f"model: {request.model}"),
    }


def _head(request: ReceivedCall, reply: Reply) -> dict[str, Any]:
    return {
        "id": identifier("msg_", request),
        "type": "message",
        "role": "assistant",
        "model": reply.served_model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": reply.input_tokens - reply.cached_input_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": reply.cached_input_tokens,
            "output_tokens": reply.output_tokens,
            "service_tier": "standard",
        },
    }


def _reason(request: ReceivedCall, reply: Reply) -> str:
    return "max_tokens" if reply.cut else "tool_use" if request.tool else "end_turn"


def _block(request: ReceivedCall, reply: Reply) -> dict[str, Any]:
    import json

    if not request.tool:
        return {"type": "text", "text": reply.text}
    try:
        value = json.loads(reply.text)
    except ValueError:
        value = {}
    return {
        "type": "tool_use",
        "id": identifier("toolu_", request),
        "name": request.tool,
        "input": value,
    }


def _events(
    request: ReceivedCall, reply: Reply, *, refused: bool = False
) -> Iterator[tuple[str, dict[str, Any]]]:
    head = _head(request, reply)
    yield "message_start", {"type": "message_start", "message": head}
    if not refused:
        block = _block(request, reply)
        block = {**block, "text": ""} if not request.tool else {**block, "input": {}}
        yield (
            "content_block_start",
            {"type": "content_block_start", "index": 0, "content_block": block},
        )
        yield "ping", {"type": "ping"}
        for part in fragments(reply.text):
            kind = "input_json_delta" if request.tool else "text_delta"
            delta = {"type": kind, "partial_json" if request.tool else "text": part}
            yield "content_block_delta", {"type": "content_block_delta", "index": 0, "delta": delta}
        yield "content_block_stop", {"type": "content_block_stop", "index": 0}
    reason = "refusal" if refused else _reason(request, reply)
    end = {"stop_reason": reason, "stop_sequence": None}
    yield "message_delta", {"type": "message_delta", "delta": end, "usage": head["usage"]}
    yield "message_stop", {"type": "message_stop"}
