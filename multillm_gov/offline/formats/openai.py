"""OpenAI: chat completions, completions, responses and embeddings."""

from typing import Any

from multillm_gov.offline import endpoints
from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire
from multillm_gov.offline.script import Fault
from multillm_gov.offline.wording import body

BASE = "/openai/v1"


def read(path: str, sent: dict[str, Any], key: str) -> ReceivedCall | None:
    """The request at a path below the base; ``None``: there is no such endpoint."""
    endpoint = endpoints.endpoints().get(path)
    return endpoint.read(sent, key) if endpoint else None


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """The answer."""
    return endpoints.answer(request, reply)


def refuse(request: ReceivedCall, fault: Fault, shown: str) -> Wire:
    """The vendor's own way to say no.

    Args:
        request: The request.
        fault: Why.
        shown: The key as the vendor repeats it.
    """
    status, kind, code, parameter, message = _refusals(request, shown)[fault]
    return body(
        {"error": {"message": message, "type": kind, "param": parameter, "code": code}}, status
    )


_INVALID = "invalid_request_error"
_PACE = (
    "Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again "
    "later."
)
_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_FLAGGED = "Invalid prompt: your prompt was flagged as potentially violating our usage policy."
_SERVER_ERROR = "The server had an error while processing your request. Sorry about that!"
_OVERLOADED = "The engine is currently overloaded, please try again later"
_Refusal = tuple[int, str, str | None, str | None, str]
"""Status, type, code, parameter, message."""
_ALWAYS: dict[str, _Refusal] = {
    "server-error": (500, "server_error", None, None, _SERVER_ERROR),
    "overloaded": (503, "server_error", None, None, _OVERLOADED),
    "rate-limit": (429, "requests", "rate_limit_exceeded", None, _PACE),
    "quota": (429, "insufficient_quota", "insufficient_quota", None, _QUOTA),
    "content-filter": (400, _INVALID, "invalid_prompt", None, _FLAGGED),
}


def _refusals(request: ReceivedCall, shown: str) -> dict[str, _Refusal]:
    parameter = "input" if request.mode in {"responses", "embedding"} else "messages"
    key = f"Incorrect API key provided: {shown}."
    denied = f"Project does not have access to model `{request.model}`"
    missing = f"The model `{request.model}` does not exist"
    gone = f"The model `{request.model}` has been deprecated, learn more here"
    return {
        **_ALWAYS,
        "context-overflow": (
            400,
            _INVALID,
            "context_length_exceeded",
            parameter,
            _too_long(request.mode),
        ),
        "wrong-key": (401, _INVALID, "invalid_api_key", None, key),
        "forbidden": (403, _INVALID, "model_not_found", None, denied),
        "not-found": (404, _INVALID, "model_not_found", None, missing),
        "retired": (404, _INVALID, "model_not_found", None, gone),
    }


def _too_long(mode: str) -> str:
    if mode == "responses":
        return (
            "Your input exceeds the context window of this model. Please adjust your input and try "
            "again."
        )
    return (
        "This model's maximum context length is 8192 tokens. However, your messages resulted in "
        "9001 tokens. Please reduce the length of the messages."
    )
