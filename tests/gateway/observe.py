"""What one release of LiteLLM does with each trap, as one JSON object: name to what was seen.

Run by the Python that has the release, which needs nothing else. Every deployment answers by
LiteLLM's own mock, or fails by it; no address is called.
"""

import asyncio
import inspect
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
logging.disable(logging.CRITICAL)

import litellm  # noqa: E402 - the price map is chosen when it is imported

litellm.suppress_debug_info = True
DOWN = "litellm.InternalServerError"
LONG = "litellm.ContextWindowExceededError"
AZURE = {"model": "azure/own", "api_base": "https://own.openai.azure.com"}
OWN = {"model": "hosted_vllm/own", "api_base": "https://own.example.org/v1"}
BASE = {"base_model": "gpt-4o"}
SEEN: dict[str, Callable[[], Any]] = {}


def seen(name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def keep(look: Callable[[], Any]) -> Callable[[], Any]:
        SEEN[name] = look
        return look

    return keep


def one(name: str, answer: str, info: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    parameters = {"model": "openai/gpt-4o", "api_key": "none", "mock_response": answer, **more}
    entry: dict[str, Any] = {"model_name": name, "litellm_params": parameters}
    return {**entry, "model_info": info} if info else entry


def router(entries: list[dict[str, Any]], **settings: Any) -> Any:
    for name in ("callbacks", "success_callback", "failure_callback", "_async_success_callback"):
        setattr(litellm, name, [])
    settings.setdefault("num_retries", 0)
    return litellm.Router(model_list=entries, **settings)


def starts(entries: list[dict[str, Any]], **settings: Any) -> bool:
    try:
        router(entries, **settings)
    except Exception:  # noqa: BLE001 - any refusal is what is looked for
        return False
    return True


async def _one_answer(asked: Any, model: str, more: dict[str, Any]) -> str:
    try:
        messages = [{"role": "user", "content": "hi"}]
        reply = await asked.acompletion(model=model, messages=messages, **more)
    except Exception as error:  # noqa: BLE001 - any failure is an answer here
        return type(error).__name__
    return str(reply.choices[0].message.content)


def answers(asked: Any, model: str = "a", number: int = 1, **more: Any) -> dict[str, int]:
    async def ask() -> Counter[str]:
        # Releases write into what they are given.
        return Counter([await _one_answer(asked, model, deepcopy(more)) for _ in range(number)])

    return dict(asyncio.run(ask()))


def cost(info: dict[str, Any] | None = None, **more: Any) -> float:
    """USD of one answer. A price is kept for its model's name, so no two looks share one."""
    asked = router([one("a", "hello", info, **more)])

    async def ask() -> float:
        reply = await asked.acompletion(model="a", messages=[{"role": "user", "content": "hi"}])
        return float(reply._hidden_params.get("response_cost") or 0)

    return asyncio.run(ask())


CHAIN = [one("a", DOWN), one("s", "s")]
FULL = [one("a", LONG), one("s", "s")]
WEIGHED = [one("a", "nine", weight=9), one("a", "one", weight=1)]
TAGGED = [one("a", "eu", tags=["eu"]), one("a", "us", tags=["us"])]
PINNED = {"metadata": {"tags": ["eu"]}}


@seen("an alias has the fallbacks of its group")
def _() -> bool:
    more = {"model_group_alias": {"old": "a"}, "fallbacks": [{"a": ["s"]}]}
    return answers(router(CHAIN, **more), "old") == {"s": 1}


@seen("a target that nothing serves is skipped")
def _() -> bool:
    return answers(router(CHAIN, fallbacks=[{"a": ["nope", "s"]}])) == {"s": 1}


@seen("a chain of targets that nothing serves ends in an error")
def _() -> bool:
    return "s" not in answers(router(CHAIN, fallbacks=[{"a": ["nope"]}]))


@seen("a pattern is a key of fallbacks")
def _() -> bool:
    entries = [one("openai/*", DOWN, model="openai/*"), one("s", "s")]
    return answers(router(entries, fallbacks=[{"openai/*": ["s"]}]), "openai/gpt-4o") == {"s": 1}


@seen("a star catches overflows")
def _() -> bool:
    return answers(router(FULL, context_window_fallbacks=[{"*": ["s"]}])) == {"s": 1}


@seen("a star catches failures")
def _() -> bool:
    return answers(router(CHAIN, fallbacks=[{"*": ["s"]}])) == {"s": 1}


@seen("a smaller window fails again")
def _() -> bool:
    entries = [one("a", LONG), one("s", LONG)]
    return "s" not in answers(router(entries, context_window_fallbacks=[{"a": ["s"]}]))


@seen("targets that are no list start")
def _() -> bool:
    return starts(CHAIN, fallbacks=[{"a": "s"}])


@seen("a text in the place of an entry of fallbacks starts")
def _() -> bool:
    return starts(CHAIN, fallbacks=["s"])


@seen("a text in the place of an entry of context_window_fallbacks starts")
def _() -> bool:
    return starts(CHAIN, context_window_fallbacks=["s"])


@seen("fallbacks that are a mapping start")
def _() -> bool:
    return starts(CHAIN, fallbacks={"a": ["s"]})


@seen("a second entry of a group is read")
def _() -> bool:
    entries = [one("a", DOWN), one("b", DOWN), one("c", "c")]
    return answers(router(entries, fallbacks=[{"a": ["b"]}, {"a": ["c"]}])) == {"c": 1}


@seen("a fallback of a name without deployment is used by the router")
def _() -> bool:
    return answers(router([one("s", "s")], fallbacks=[{"ghost": ["s"]}]), "ghost") == {"s": 1}


@seen("a chain deeper than five is followed")
def _() -> bool:
    entries = [*(one(f"g{number}", DOWN) for number in range(7)), one("g7", "end")]
    chain = [{f"g{number}": [f"g{number + 1}"]} for number in range(7)]
    return answers(router(entries, fallbacks=chain), "g0") == {"end": 1}


@seen("a weight on the second deployment alone")
def _() -> str:
    found = answers(router([one("a", "without"), one("a", "with", weight=3)]), number=60)
    return "takes all" if set(found) == {"with"} else "is ignored"


@seen("an rpm on the second deployment alone")
def _() -> str:
    found = answers(router([one("a", "without"), one("a", "with", rpm=100)]), number=60)
    return "takes all" if set(found) == {"with"} else "is ignored"


@seen("a weight on the first deployment alone")
def _() -> str:
    found = answers(router([one("a", "with", weight=3), one("a", "without")]), number=60)
    return "takes all" if set(found) == {"with"} else "is ignored"


@seen("the larger rpm draws the most")
def _() -> bool:
    entries = [one("a", "large", rpm=980), one("a", "small", rpm=20)]
    return answers(router(entries), number=60).get("large", 0) > 50


@seen("weights are read by least-busy")
def _() -> bool:
    return answers(router(WEIGHED, routing_strategy="least-busy"), number=60).get("one", 0) < 12


@seen("weights are read by simple-shuffle")
def _() -> bool:
    return answers(router(WEIGHED), number=100).get("nine", 0) > 75


@seen("an unknown strategy")
def _() -> str:
    if not starts(WEIGHED, routing_strategy="round-robin"):
        return "does not start"
    found = answers(router(WEIGHED, routing_strategy="round-robin"), number=5)
    return "answers" if {"nine", "one"} & set(found) else "fails every request"


@seen("the order is followed")
def _() -> bool:
    entries = [one("a", "first", order=1), one("a", "second", order=2)]
    return answers(router(entries), number=40) == {"first": 40}


@seen("a deployment without an order gets requests")
def _() -> bool:
    return "none" in answers(router([one("a", "first", order=1), one("a", "none")]), number=40)


@seen("a weight of zero gets requests")
def _() -> bool:
    entries = [one("a", "one", weight=1), one("a", "zero", weight=0)]
    return "zero" in answers(router(entries), number=60)


@seen("tags route without filtering")
def _() -> bool:
    return answers(router(TAGGED), number=40, **PINNED) == {"eu": 40}


@seen("tags route with filtering")
def _() -> bool:
    asked = router(TAGGED, enable_tag_filtering=True)
    return answers(asked, number=20, **PINNED) == {"eu": 20}


@seen("tags route with filtering under usage-based-routing-v2")
def _() -> bool:
    strategy = {"routing_strategy": "usage-based-routing-v2", "enable_tag_filtering": True}
    entries = [one("a", "us", tags=["us"]), one("a", "eu", tags=["eu"])]
    return answers(router(entries, **strategy), number=20, **PINNED) == {"eu": 20}


@seen("tags route with filtering under usage-based-routing")
def _() -> bool:
    strategy = {"routing_strategy": "usage-based-routing", "enable_tag_filtering": True}
    entries = [one("a", "us", tags=["us"]), one("a", "eu", tags=["eu"])]
    return answers(router(entries, **strategy), number=20, **PINNED) == {"eu": 20}


@seen("untagged requests go anywhere")
def _() -> bool:
    return set(answers(router(TAGGED, enable_tag_filtering=True), number=40)) == {"eu", "us"}


@seen("a tag that nothing has goes to the default")
def _() -> bool:
    entries = [one("a", "eu", tags=["eu"]), one("a", "rest", tags=["default"])]
    asked = router(entries, enable_tag_filtering=True)
    return answers(asked, number=10, metadata={"tags": ["free"]}) == {"rest": 10}


def _third(more: dict[str, Any]) -> float:
    asked = router(CHAIN, fallbacks=[{"a": ["s"]}], num_retries=1, **more)
    answers(asked, number=2)
    start = time.monotonic()
    answers(asked)
    return time.monotonic() - start


@seen("a lone deployment cools down by itself")
def _() -> bool:
    return _third({"cooldown_time": 60}) < 0.3


@seen("a lone deployment cools down with allowed_fails")
def _() -> bool:
    return _third({"allowed_fails": 0}) < 0.3


@seen("a window is enforced without pre-call checks")
def _() -> bool:
    return "ok" not in answers(router([one("a", "ok", {"max_input_tokens": 2})]))


@seen("a window is enforced by pre-call checks")
def _() -> bool:
    entries = [one("a", "ok", {"max_input_tokens": 2})]
    return "ok" not in answers(router(entries, enable_pre_call_checks=True))


@seen("calls of a deployment with three num_retries, and with three max_retries")
def _() -> list[int]:
    return [asyncio.run(_calls({key: 3})) for key in ("num_retries", "max_retries")]


async def _calls(parameters: dict[str, int]) -> int:
    """Calls of one request that a server of this process fails, with no retries of the router."""
    called = 0

    async def fail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal called
        await reader.readuntil(b"\r\n\r\n")
        called += 1
        writer.write(b"HTTP/1.1 500 down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(fail, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        entry = one("a", "", api_base=f"http://127.0.0.1:{port}/v1", **parameters)
        del entry["litellm_params"]["mock_response"]
        await _one_answer(router([entry]), "a", {})
    return called


@seen("a price is charged as written")
def _() -> bool:
    return cost(model="openai/gpt-4.1", input_cost_per_token=5, output_cost_per_token=5) > 10


@seen("input_cost_per_1k_tokens is charged")
def _() -> bool:
    return cost({"input_cost_per_1k_tokens": 1000}, model="openai/gpt-4-turbo") > 0.5


@seen("a price of zero is charged")
def _() -> bool:
    return cost(model="openai/gpt-4", input_cost_per_token=0, output_cost_per_token=0) == 0


@seen("a price in model_info is charged")
def _() -> bool:
    info = {"input_cost_per_token": 5, "output_cost_per_token": 5}
    return cost(info, model="openai/gpt-3.5-turbo") > 10


@seen("an own name at Azure costs something")
def _() -> bool:
    return cost(**AZURE) > 0


@seen("base_model prices an own name at Azure")
def _() -> bool:
    return cost(BASE, **AZURE) > 0


@seen("base_model prices hosted_vllm")
def _() -> bool:
    return cost(BASE, **OWN) > 0


@seen("a date as api_version")
def _() -> str:
    import datetime as dt

    entries = [one("a", "ok", **AZURE, api_version=dt.date(2024, 10, 21))]
    settings = {"ignore_invalid_deployments": True}
    if "ignore_invalid_deployments" not in inspect.signature(litellm.Router.__init__).parameters:
        settings = {}
    if not starts(entries, **settings):
        return "does not start"
    return "is taken" if router(entries, **settings).get_model_list() else "is dropped"


async def _budgets() -> dict[str, str]:
    found = {}
    for name, provider in {
        "a period without a limit": {"time_period": "1d"},
        "a limit with a period": {"budget_limit": 100, "time_period": "1d"},
    }.items():
        asked = router([one("a", "ok")], provider_budget_config={"openai": provider})
        found[name] = "answers" if await _one_answer(asked, "a", {}) == "ok" else "refuses"
    for name, keys in {
        "max_budget alone": {"max_budget": 1e-9},
        "max_budget with a period": {"max_budget": 1e-9, "budget_duration": "1d"},
    }.items():
        asked = router([one("a", "ok", **keys)])
        await _one_answer(asked, "a", {})
        await asyncio.sleep(1.5)  # spend is added after the answer
        found[name] = "answers" if await _one_answer(asked, "a", {}) == "ok" else "refuses"
    return found


@seen("budgets of a provider and of a deployment")
def _() -> dict[str, str]:
    return asyncio.run(_budgets())


def main() -> None:
    found: dict[str, Any] = {}
    for name, look in SEEN.items():
        try:
            found[name] = look()
        except Exception as error:  # noqa: BLE001 - a release may lack what is looked for
            found[name] = f"{type(error).__name__}: {error}"[:200]
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # tasks of budgets never end


main()
