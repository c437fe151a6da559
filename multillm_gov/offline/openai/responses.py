"""Responses."""

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

PATH = "responses"


def read(sent: dict[str, Any], key: str) -> ReceivedCall:
    """The request in a body."""
    wanted = sent.get("input")
    turns = (
        [wanted]
        if isinstance(wanted, str)
        else [mapping(turn).get("content") for turn in items(wanted)]
    )
    form = mapping(mapping(sent.get("text")).get("format"))
    schema = form.get("schema") if form.get("type") == "json_schema" else None
    instructions = sent.get("instructions")
    return ReceivedCall(
        mode="responses",
        model=str(sent.get("model", "")),
        texts=tuple(text_of(turn) for turn in ([instructions] if instructions else []) + turns),
        schema=schema if isinstance(schema, dict) else None,
        stream=sent.get("stream") is True,
        max_output_tokens=whole(sent.get("max_output_tokens")),
        key=key,
    )


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """A response, or the events of one."""
    if request.stream:
        return events(_events(request, reply))
    return body(_response(request, reply))


def _item(request: ReceivedCall, reply: Reply) -> dict[str, Any]:
    content = [{"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}]
    status = "incomplete" if reply.cut else "completed"
    return {
        "type": "message",
        "id": identifier("msg_", request),
        "status": status,
        "role": "assistant",
        "content": content,
    }


def _response(request: ReceivedCall, reply: Reply) -> dict[str, Any]:
    return {
        "id": identifier("resp_", request),
        "object": "response",
        "created_at": CREATED,
        "status": "incomplete" if reply.cut else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if reply.cut else None,
        "instructions": None,
        "max_output_tokens": request.max_output_tokens,
        "model": reply.served_model,
        "output": [_item(request, reply)],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _usage(reply),
        "user": None,
        "metadata": {},
    }


def _usage(reply: Reply) -> dict[str, Any]:
    return {
        "input_tokens": reply.input_tokens,
        "input_tokens_details": {"cached_tokens": reply.cached_input_tokens},
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
        "total_tokens": reply.input_tokens + reply.output_tokens,
    }


def _events(request: ReceivedCall, reply: Reply) -> Iterator[tuple[str, dict[str, Any]]]:
    whole_one = _response(request, reply)
    unfinished: dict[str, Any] = {"output": [], "usage": None, "incomplete_details": None}
    begun = {**whole_one, "status": "in_progress", **unfinished}
    item = _item(request, reply)
    empty = {"type": "output_text", "text": "", "annotations": []}
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    last = "response.incomplete" if reply.cut else "response.completed"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("response.created", {"response": begun}),
        ("response.in_progress", {"response": begun}),
        (
            "response.output_item.added",
            {"output_index": 0, "item": {**item, "status": "in_progress", "content": []}},
        ),
        ("response.content_part.added", {**place, "part": empty}),
        *(
            ("response.output_text.delta", {**place, "delta": part, "logprobs": []})
            for part in fragments(reply.text)
        ),
        ("response.output_text.done", {**place, "text": reply.text, "logprobs": []}),
        ("response.content_part.done", {**place, "part": item["content"][0]}),
        ("response.output_item.done", {"output_index": 0, "item": item}),
        (last, {"response": whole_one}),
    ]
    for number, (name, data) in enumerate(steps):
        yield name, {"type": name, "sequence_number": number, **data}
