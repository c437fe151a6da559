"""Gemini: generateContent, its stream, and embeddings."""

import re
from collections.abc import Iterator
from typing import Any

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire, fragments
from multillm_gov.offline.script import Fault
from multillm_gov.offline.wording import body, events, identifier, items, mapping, text_of, whole

BASE = "/gemini"
_CALL = re.compile(r"(?:v1(?:beta|alpha)?/)?models/([^/:]+):(\w+)")


def read(path: str, sent: dict[str, Any], key: str) -> ReceivedCall | None:
    """The request at a path below the base; ``None``: there is no such endpoint."""
    match = _CALL.fullmatch(path)
    if match is None:
        return None
    model, verb = match.groups()
    if verb in {"embedContent", "batchEmbedContents"}:
        return _embedding(model, verb, sent, key)
    if verb not in {"generateContent", "streamGenerateContent"}:
        return None
    settings = mapping(sent.get("generationConfig") or sent.get("generation_config"))
    schema = next(
        (
            settings[name]
            for name in ("responseJsonSchema", "responseSchema", "response_schema")
            if name in settings
        ),
        settings.get("response_json_schema"),
    )
    system = mapping(sent.get("systemInstruction") or sent.get("system_instruction"))
    turns = [system, *items(sent.get("contents"))] if system else items(sent.get("contents"))
    limit = settings.get("maxOutputTokens", settings.get("max_output_tokens"))
    return ReceivedCall(
        model=model,
        texts=tuple(text_of(mapping(turn).get("parts")) for turn in turns),
        schema=_lowered(schema) if isinstance(schema, dict) else None,
        stream=verb == "streamGenerateContent",
        max_output_tokens=whole(limit),
        key=key,
    )


def _embedding(model: str, verb: str, sent: dict[str, Any], key: str) -> ReceivedCall:
    wanted = (
        [mapping(item) for item in items(sent.get("requests"))]
        if verb == "batchEmbedContents"
        else [sent]
    )
    sizes = [
        whole(
            values_by_name.get("outputDimensionality", values_by_name.get("output_dimensionality"))
        )
        for values_by_name in wanted
    ]
    return ReceivedCall(
        mode="embedding",
        model=model,
        texts=tuple(
            text_of(mapping(values_by_name.get("content")).get("parts"))
            for values_by_name in wanted
        ),
        dimensions=next(iter(sizes), None),
        single=verb == "embedContent",
        key=key,
    )


def _lowered(schema: Any) -> Any:  # noqa: ANN401 # any part of a schema
    """Gemini's schemas write types in capitals (``OBJECT``)."""
    if isinstance(schema, list):
        return [_lowered(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.lower() if key == "type" and isinstance(value, str) else _lowered(value)
        for key, value in schema.items()
    }


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """Candidates, or the chunks of them; vectors for embeddings."""
    if request.mode == "embedding":
        values = [{"values": list(vector)} for vector in reply.vectors]
        return body({"embedding": values[0]} if request.single else {"embeddings": values})
    if request.stream:
        return events(("", chunk) for chunk in _chunks(request, reply))
    return body(_response(request, reply, reply.text, last=True))


def refuse(request: ReceivedCall, fault: Fault, shown: str) -> Wire:
    """Google's own way to say no; a blocked prompt is answered with the reason and no candidate.

    Args:
        request: The request.
        fault: Why.
        shown: The key as Google repeats it.
    """
    if fault == "content-filter":
        blocked = {
            "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
            "usageMetadata": {"promptTokenCount": 20, "totalTokenCount": 20},
            "modelVersion": request.model,
        }
        return events([("", blocked)]) if request.stream else body(blocked)
    status, name, message, details = _refusals(request, shown)[fault]
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    return body({"error": {**error, "details": details} if details else error}, status)


_KIND = "type.googleapis.com/google.rpc."
_BAD_KEY = [{"@type": f"{_KIND}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}]
_PACE = [{"@type": f"{_KIND}RetryInfo", "retryDelay": "1s"}]
_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_CREDITS = "Your prepayment credits are depleted. Please go to billing."
_TOO_LONG = (
    "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576)."
)
_DENIED = "Generative Language API has not been used in this project before or it is disabled."
_BUSY = "The model is overloaded. Please try again later."


def _refusals(
    request: ReceivedCall, shown: str
) -> dict[str, tuple[int, str, str, list[dict[str, Any]]]]:
    missing = (
        f"models/{request.model} is not found for API version v1beta, or is not supported for "
        "generateContent."
    )
    key = f"API key not valid. Please pass a valid API key. {shown}".strip()
    gone = (
        f"This model models/{request.model} is no longer available. Please update your code to "
        "use a newer model."
    )
    return {
        "server-error": (500, "INTERNAL", "An internal error has occurred.", []),
        "overloaded": (503, "UNAVAILABLE", _BUSY, []),
        "rate-limit": (429, "RESOURCE_EXHAUSTED", _QUOTA, _PACE),
        "quota": (429, "RESOURCE_EXHAUSTED", _CREDITS, []),
        "context-overflow": (400, "INVALID_ARGUMENT", _TOO_LONG, []),
        "wrong-key": (400, "INVALID_ARGUMENT", key, _BAD_KEY),
        "forbidden": (403, "PERMISSION_DENIED", _DENIED, []),
        "not-found": (404, "NOT_FOUND", missing, []),
        "retired": (404, "NOT_FOUND", gone, []),
    }


def _response(request: ReceivedCall, reply: Reply, text: str, *, last: bool) -> dict[str, Any]:
    candidate: dict[str, Any] = {
        "content": {"parts": [{"text": text}], "role": "model"},
        "index": 0,
    }
    if last:
        candidate["finishReason"] = "MAX_TOKENS" if reply.cut else "STOP"
    used = {
        "promptTokenCount": reply.input_tokens,
        "candidatesTokenCount": reply.output_tokens - reply.reasoning_tokens,
        "totalTokenCount": reply.input_tokens + reply.output_tokens,
        "cachedContentTokenCount": reply.cached_input_tokens,
        "thoughtsTokenCount": reply.reasoning_tokens,
    }
    return {
        "candidates": [candidate],
        "usageMetadata": {name: count for name, count in used.items() if count},
        "modelVersion": reply.served_model,
        "responseId": identifier("", request),
    }


def _chunks(request: ReceivedCall, reply: Reply) -> Iterator[dict[str, Any]]:
    parts = fragments(reply.text)
    for number, part in enumerate(parts, 1):
        yield _response(request, reply, part, last=number == len(parts))
