"""Which of OpenAI's endpoints a path means; each is one file here, found by presence."""

from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import Struct

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire
from multillm_gov.plugins import load_plugins
from multillm_gov.vocabulary import CallMode


class EndpointFormat(Struct, frozen=True):
    """One way to ask."""

    path: str
    read: Callable[[dict[str, Any], str], ReceivedCall]
    answer: Callable[[ReceivedCall, Reply], Wire]


@cache
def endpoints() -> dict[str, EndpointFormat]:
    """Every endpoint by its path below the base address."""
    modules = load_plugins("multillm_gov.offline.openai")
    return {
        module.PATH: EndpointFormat(module.PATH, module.read, module.answer) for module in modules
    }


_PATHS: dict[CallMode, str] = {
    "chat": "chat/completions",
    "completion": "completions",
    "responses": "responses",
    "embedding": "embeddings",
}


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """The answer in the form of the requested endpoint."""
    return endpoints()[_PATHS[request.mode]].answer(request, reply)
