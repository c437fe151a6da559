"""Amazon Bedrock: Converse, its stream, and the embeddings of Titan and Cohere."""

import json
import re
from typing import Any
from urllib.parse import unquote

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire, fragments
from multillm_gov.offline.script import Fault
from multillm_gov.offline.wording import (
    EVENT_STREAM,
    body,
    encoded,
    frame,
    identifier,
    items,
    mapping,
    text_of,
    whole,
)

BASE = "/bedrock"
_CALL = re.compile(r"model/([^/]+)/(converse|converse-stream|invoke)")


def read(path: str, sent: dict[str, Any], key: str) -> ReceivedCall | None:
    """The request at a path below the base; ``None``: there is no such endpoint."""
    match = _CALL.fullmatch(path)
    if match is None:
        return None
    model, verb = unquote(match[1]), match[2]
    if verb == "invoke":
        return _embedding(model, sent, key)
    tools = mapping(sent.get("toolConfig"))
    chosen = mapping(mapping(tools.get("toolChoice")).get("tool")).get("name")
    tool = next(
        (
            values_by_name
            for part in items(tools.get("tools"))
            if (values_by_name := mapping(mapping(part).get("toolSpec"))).get("name")
        ),
        {},
    )
    schema = mapping(tool.get("inputSchema")).get("json") if chosen else _native_schema(sent)
    turns = [text_of(mapping(message).get("content")) for message in items(sent.get("messages"))]
    return ReceivedCall(
        model=model,
        texts=tuple([text_of(part) for part in items(sent.get("system"))] + turns),
        schema=schema if isinstance(schema, dict) else None,
        tool=str(chosen or ""),
        stream=verb == "converse-stream",
        max_output_tokens=whole(mapping(sent.get("inferenceConfig")).get("maxTokens")),
        key=key,
    )


def _native_schema(sent: dict[str, Any]) -> object:
    form = mapping(mapping(sent.get("outputConfig")).get("textFormat"))
    written = mapping(mapping(form.get("structure")).get("jsonSchema")).get("schema")
    try:
        return json.loads(written) if isinstance(written, str) else written
    except ValueError:
        return None


def _embedding(model: str, sent: dict[str, Any], key: str) -> ReceivedCall | None:
    if isinstance(sent.get("inputText"), str):
        size = whole(sent.get("dimensions"))
        return ReceivedCall(
            mode="embedding",
            model=model,
            texts=(sent["inputText"],),
            dimensions=size,
            single=True,
            key=key,
        )
    if isinstance(sent.get("texts"), list):
        return ReceivedCall(
            mode="embedding", model=model, texts=tuple(map(text_of, sent["texts"])), key=key
        )
    return None


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """A message, or the frames of one; vectors for embeddings."""
    if request.mode == "embedding":
        vectors = [list(vector) for vector in reply.vectors]
        if request.single:
            return body({"embedding": vectors[0], "inputTextTokenCount": reply.input_tokens})
        headers = {"x-amzn-bedrock-input-token-count": str(reply.input_tokens)}
        return body(
            {"embeddings": vectors, "id": identifier("", request), "texts": list(request.texts)},
            200,
            headers,
        )
    if request.stream:
        return _frames(request, reply, _reason(request, reply))
    content = [_block(request, reply)]
    return body(_converse(reply, content, _reason(request, reply)))


def refuse(request: ReceivedCall, fault: Fault, shown: str) -> Wire:
    """Amazon's refusal; a guardrail answers with a complete message and a stop reason.

    Args:
        request: The request.
        fault: Why.
        shown: The key as Amazon repeats it.
    """
    if fault == "content-filter":
        text = "Sorry, the model cannot answer this question."
        reply = Reply(text=text, served_model=request.model, input_tokens=20, output_tokens=10)
        if request.stream:
            return _frames(request, reply, "guardrail_intervened")
        return body(_converse(reply, [{"text": text}], "guardrail_intervened"))
    status, name, message = _refusals(shown)[fault]
    headers = {"x-amzn-errortype": f"{name}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
    return body({"message": message}, status, headers)


_GONE = (
    "This model version has reached the end of its life. Please refer to the AWS documentation for "
    "more details."
)
_QUOTA = (
    "You have been denied by your service quota: Too many tokens per day, please wait before "
    "trying again."
)
_ERROR = "The system encountered an unexpected error."
_BUSY = "Bedrock is unable to process your request."
_PACE = "Too many requests, please wait before trying again."
_TOO_LONG = "Input is too long for requested model."
_DENIED = "You don't have access to the model with the specified model ID."
_MISSING = "The provided model identifier is invalid."


def _refusals(shown: str) -> dict[str, tuple[int, str, str]]:
    token = f"The security token included in the request is invalid. {shown}".strip()
    return {
        "server-error": (500, "InternalServerException", _ERROR),
        "overloaded": (503, "ServiceUnavailableException", _BUSY),
        "rate-limit": (429, "ThrottlingException", _PACE),
        "quota": (400, "ServiceQuotaExceededException", _QUOTA),
        "context-overflow": (400, "ValidationException", _TOO_LONG),
        "wrong-key": (403, "UnrecognizedClientException", token),
        "forbidden": (403, "AccessDeniedException", _DENIED),
        "not-found": (400, "ValidationException", _MISSING),
        "retired": (404, "ResourceNotFoundException", _GONE),
    }


def _reason(request: ReceivedCall, reply: Reply) -> str:
    return "max_tokens" if reply.cut else "tool_use" if request.tool else "end_turn"


def _block(request: ReceivedCall, reply: Reply) -> dict[str, Any]:
    if not request.tool:
        return {"text": reply.text}
    try:
        value = json.loads(reply.text)
    except ValueError:
        value = {}
    return {
        "toolUse": {
            "toolUseId": identifier("tooluse_", request),
            "name": request.tool,
            "input": value,
        }
    }


def _usage(reply: Reply) -> dict[str, int]:
    return {
        "inputTokens": reply.input_tokens - reply.cached_input_tokens,
        "outputTokens": reply.output_tokens,
        "totalTokens": reply.input_tokens + reply.output_tokens,
        "cacheReadInputTokens": reply.cached_input_tokens,
    }


def _converse(reply: Reply, content: list[dict[str, Any]], reason: str) -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": reason,
        "usage": _usage(reply),
        "metrics": {"latencyMs": 1},
    }


def _frames(request: ReceivedCall, reply: Reply, reason: str) -> Wire:
    start = {"toolUse": {"toolUseId": identifier("tooluse_", request), "name": request.tool}}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("messageStart", {"role": "assistant"}),
        *(
            [("contentBlockStart", {"contentBlockIndex": 0, "start": start})]
            if request.tool
            else []
        ),
        *(
            ("contentBlockDelta", {"contentBlockIndex": 0, "delta": _delta(request, part)})
            for part in fragments(reply.text)
        ),
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("messageStop", {"stopReason": reason}),
        ("metadata", {"usage": _usage(reply), "metrics": {"latencyMs": 1}}),
    ]
    return Wire(
        media=EVENT_STREAM, pieces=tuple(frame(name, encoded(value)) for name, value in steps)
    )


def _delta(request: ReceivedCall, part: str) -> dict[str, Any]:
    return {"toolUse": {"input": part}} if request.tool else {"text": part}
