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


def _refusals(
    request: ReceivedCall, shown: str
) -> dict[str, tuple[int, str, str | None, str | None, str]]:
    invalid, model = "invalid_request_error", request.model
    limit = (
        "This model's maximum context length is 8192 tokens. However, your messages resulted "
        "in 9001 tokens."
    )
    too_long = (
        "Your input exceeds the context window of this model. Please adjust your input and try "
        "again."
        if request.mode == "responses"
        else f"{limit} Please reduce the length of the messages."
    )
    parameter = "input" if request.mode in {"responses", "embedding"} else "messages"
    server_error = "The server had an error while processing your request. Sorry about that!"
    flagged = "Invalid prompt: your prompt was flagged as potentially violating our usage policy."
    pace = (
        "Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1. Please "
        "try again later."
    )
    quota = "You exceeded your current quota, please check your plan and billing details."
    return {
        "server-error": (500, "server_error", None, None, server_error),
        "overloaded": (
            503,
            "server_error",
            None,
            None,
            "The engine is currently overloaded, please try again later",
        ),
        "rate-limit": (429, "requests", "rate_limit_exceeded", None, pace),
        "quota": (429, "insufficient_quota", "insufficient_quota", None, quota),
        "content-filter": (400, invalid, "invalid_prompt", None, flagged),
        "context-overflow": (400, invalid, "context_length_exceeded", parameter, too_long),
        "wrong-key": (
            401,
            invalid,
            "invalid_api_key",
            None,
            f"Incorrect API key provided: {shown}.",
        ),
        "forbidden": (
            403,
            invalid,
            "model_not_found",
            None,
            f"Project does not have access to model `{model}`",
        ),
        "not-found": (404, invalid, "model_not_found", None, f"The model `{model}` does not exist"),
        "retired": (
            404,
            invalid,
            "model_not_found",
            None,
            f"The model `{model}` has been deprecated, learn more here",
        ),
    }
