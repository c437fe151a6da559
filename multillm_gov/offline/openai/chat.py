"""Chat completions."""

from collections.abc import Iterator
from typing import Any

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire, fragments
from multillm_gov.offline.wording import (
    CREATED,
    body,
    events,
    identifier,
    items,
    mapping,
    text_of,
    whole,
)

PATH = "chat/completions"


def read(sent: dict[str, Any], key: str) -> ReceivedCall:
    """The request in a body."""
    asked_for = mapping(sent.get("response_format"))
    schema = (
        mapping(asked_for.get("json_schema")).get("schema")
        if asked_for.get("type") == "json_schema"
        else None
    )
    limit = whole(sent.get("max_completion_tokens"))
    return ReceivedCall(
        mode="chat",
        model=str(sent.get("model", "")),
        texts=tuple(
            text_of(mapping(message).get("content")) for message in items(sent.get("messages"))
        ),
        schema=schema if isinstance(schema, dict) else None,
        stream=sent.get("stream") is True,
        max_output_tokens=whole(sent.get("max_tokens")) if limit is None else limit,
        key=key,
    )


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """A completion, or the chunks of one."""
    if request.stream:
        return events((("", chunk) for chunk in _chunks(request, reply)), done=True)
    message: dict[str, Any] = {
        "role": "assistant",
        "content": reply.text,
        "refusal": None,
        "annotations": [],
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(reply)}
    return body(
        {**_head(request, reply, "chat.completion"), "choices": [choice], "usage": usage(reply)}
    )


def usage(reply: Reply) -> dict[str, Any]:
    """Tokens as OpenAI counts them."""
    return {
        "prompt_tokens": reply.input_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": reply.input_tokens + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": reply.cached_input_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reply.reasoning_tokens,
            "audio_tokens": 0,
        },
    }


def _reason(reply: Reply) -> str:
    return "length" if reply.cut else "stop"


def _head(request: ReceivedCall, reply: Reply, kind: str) -> dict[str, Any]:
    return {
        "id": identifier("chatcmpl-", request),
        "object": kind,
        "created": CREATED,
        "model": reply.served_model,
        "system_fingerprint": "fp_offline",
    }


def _chunks(request: ReceivedCall, reply: Reply) -> Iterator[dict[str, Any]]:
    head = _head(request, reply, "chat.completion.chunk")

    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {
            **head,
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
        }

    yield chunk({"role": "assistant", "content": ""})
    for part in fragments(reply.text):
        yield chunk({"content": part})
    yield chunk({}, _reason(reply))
    yield {**head, "choices": [], "usage": usage(reply)}
