"""Spending a budget of a running LiteLLM proxy until it refuses, without calling a provider.

The proxy was started from `govern export litellm --mock`: each deployment answers by itself, at a
price by which its budget is spent after some tens of calls.
"""

import time
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.providers.scrubbing import Scrubber

Mode = Literal["chat", "embedding"]
_COST = "x-litellm-response-cost"
_SETTLING_SECONDS = 0.25
"""The proxy adds the cost of an answer to the budget after it has sent it."""
_TEXT = "Say hello."


class Spent(Struct, frozen=True, kw_only=True):
    """What a budget let through."""

    calls: int
    """Answered calls."""
    usd: float
    """What the proxy says they cost."""
    largest_usd: float
    """The dearest of them."""
    refused: bool
    message: str = ""
    """Why the last call failed, where it was no refusal for a budget."""


def spend_until_refused(url: str, key: str, group: str, mode: Mode, most: int) -> Spent:
    """Call a model group until its budget refuses, or so often.

    Args:
        url: The proxy's address.
        key: A key of it; it is taken out of every message.
        group: What callers ask for.
        mode: Which interface is called.
        most: Calls at most.
    """
    from openai import APIError, APIStatusError, OpenAI

    costs: list[float] = []
    scrubber = Scrubber({"LITELLM_MASTER_KEY": key})
    with OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        for _ in range(most):
            try:
                costs.append(_cost(_send(client, group, mode)))
            except APIStatusError as error:
                text = " ".join(scrubber.text(str(error)).split())[:300]
                refused = error.status_code == _TOO_MANY and "budget" in text.lower()
                return _spent(costs, refused=refused, message="" if refused else text)
            except APIError as error:
                text = " ".join(scrubber.text(str(error)).split())[:300]
                return _spent(costs, refused=False, message=text)
            time.sleep(_SETTLING_SECONDS)
    return _spent(costs, refused=False)


_TOO_MANY = 429


def _send(client: Any, group: str, mode: Mode) -> Any:  # noqa: ANN401 - the library's own types
    if mode == "embedding":
        return client.embeddings.with_raw_response.create(
            model=group, input=_TEXT, encoding_format="float"
        )
    messages = [{"role": "user", "content": _TEXT}]
    return client.chat.completions.with_raw_response.create(model=group, messages=messages)


def _cost(answer: Any) -> float:  # noqa: ANN401
    try:
        return max(float(answer.headers.get(_COST) or 0), 0.0)
    except ValueError:
        return 0.0


def _spent(costs: list[float], *, refused: bool, message: str = "") -> Spent:
    return Spent(
        calls=len(costs),
        usd=sum(costs),
        largest_usd=max(costs, default=0.0),
        refused=refused,
        message=message,
    )
