"""Azure OpenAI: OpenAI's bodies below a deployment's path, and Azure's own errors."""

import re
from typing import Any

from msgspec import structs

from multillm_gov.offline import endpoints
from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire
from multillm_gov.offline.script import Fault
from multillm_gov.offline.wording import body

BASE = "/azure"
_DEPLOYMENT = re.compile(r"openai/deployments/([^/]+)/(.+)")


def read(path: str, sent: dict[str, Any], key: str) -> ReceivedCall | None:
    """The request at a path below the base; ``None``: there is no such endpoint."""
    match = _DEPLOYMENT.fullmatch(path)
    endpoint = endpoints.endpoints().get(
        match[2] if match else path.removeprefix("openai/").removeprefix("v1/")
    )
    if endpoint is None:
        return None
    request = endpoint.read(sent, key)
    return structs.replace(request, model=match[1]) if match else request


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """The answer."""
    return endpoints.answer(request, reply)


def refuse(request: ReceivedCall, fault: Fault, shown: str) -> Wire:
    """Azure's own way to say no.

    Args:
        request: The request.
        fault: Why.
        shown: The key as Azure repeats it.
    """
    if fault == "content-filter":
        return body({"error": _FILTERED}, 400)
    status, code, message = _refusals(request, shown)[fault]
    return body({"error": {"code": code, "message": message}}, status)


_FILTERED = {
    "message": "The response was filtered due to the prompt triggering Azure OpenAI's content "
    "management policy.",
    "type": None,
    "param": "prompt",
    "code": "content_filter",
    "status": 400,
    "innererror": {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {"violence": {"filtered": True, "severity": "medium"}},
    },
}


_TOO_LONG = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in "
    "9001 tokens. Please reduce the length of the messages."
)
_PACE = "Requests to the endpoint have exceeded the call rate limit. Please retry after 1 second."
_QUOTA = (
    "Your account exceeded its quota: insufficient_quota, please check your plan and billing "
    "details."
)
_ERROR = "The server had an error while processing your request."
_BUSY = "The service is temporarily unable to process your request."
_DENIED = "Principal does not have access to API/Operation."
_MISSING = "The API deployment for this resource does not exist."


def _refusals(request: ReceivedCall, shown: str) -> dict[str, tuple[int, str, str]]:
    access = f"Access denied due to invalid subscription key or wrong API endpoint. {shown}"
    gone = f"The model of deployment {request.model} has been deprecated."
    return {
        "server-error": (500, "InternalServerError", _ERROR),
        "overloaded": (503, "ServiceUnavailable", _BUSY),
        "rate-limit": (429, "429", _PACE),
        "quota": (429, "insufficient_quota", _QUOTA),
        "context-overflow": (400, "context_length_exceeded", _TOO_LONG),
        "wrong-key": (401, "401", access),
        "forbidden": (403, "PermissionDenied", _DENIED),
        "not-found": (404, "DeploymentNotFound", _MISSING),
        "retired": (410, "ModelDeprecated", gone),
    }
