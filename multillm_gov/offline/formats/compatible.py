"""OpenAI's format as spoken by other servers, with their error bodies (vLLM, Mistral)."""

from typing import Any

from multillm_gov.offline import endpoints
from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire
from multillm_gov.offline.script import Fault
from multillm_gov.offline.wording import body

BASE = "/compatible/v1"


def read(path: str, sent: dict[str, Any], key: str) -> ReceivedCall | None:
    """The request at a path below the base; ``None``: there is no such endpoint."""
    endpoint = endpoints.endpoints().get(path)
    return endpoint.read(sent, key) if endpoint else None


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """The answer."""
    return endpoints.answer(request, reply)


def refuse(request: ReceivedCall, fault: Fault, shown: str) -> Wire:
    """The server's own way to say no.

    Args:
        request: The request.
        fault: Why.
        shown: The key as the server repeats it.
    """
    status, kind, message = _refusals(request, shown)[fault]
    return body(
        {"object": "error", "message": message, "type": kind, "param": None, "code": status}, status
    )


def _refusals(request: ReceivedCall, shown: str) -> dict[str, tuple[int, str, str]]:
    model = request.model
    too_long = (
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens "
        "(4000 in the"
        " messages, 1000 in the completion). Please reduce the length of the messages or "
        "completion."
    )
    return {
        "server-error": (500, "InternalServerError", "Internal Server Error"),
        "overloaded": (503, "ServiceUnavailableError", "Service unavailable: no worker is ready"),
        "rate-limit": (429, "RateLimitError", "Requests rate limit exceeded"),
        "quota": (402, "PaymentRequired", "Insufficient balance"),
        "content-filter": (400, "content_filter", "The request was refused by the content filter"),
        "context-overflow": (400, "BadRequestError", too_long),
        "wrong-key": (401, "AuthenticationError", f"Unauthorized: {shown}"),
        "forbidden": (403, "PermissionDeniedError", "This key may not use the model"),
        "not-found": (404, "NotFoundError", f"The model `{model}` does not exist."),
        "retired": (410, "Gone", f"The model `{model}` has been retired."),
    }
