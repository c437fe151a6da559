"""What the rules say of the router, said by LiteLLM's own router with injected faults."""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest

from multillm_gov.gateways.litellm.known_keys import has_known_endpoint

pytestmark = [
    pytest.mark.litellm,
    pytest.mark.filterwarnings("ignore"),
]
DOWN = "litellm.InternalServerError"
LONG = "litellm.ContextWindowExceededError"


def deployment(name: str, answer: str, **parameters: Any) -> dict[str, Any]:
    model = parameters.pop("model", "openai/gpt-4o")
    info = parameters.pop("info", None)
    entry = {
        "model_name": name,
        "litellm_params": {
            "model": model,
            "api_key": "none",
            "mock_response": answer,
            **parameters,
        },
    }
    return {**entry, "model_info": info} if info else entry


@pytest.fixture(scope="module")
def litellm():
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    module = pytest.importorskip("litellm")
    module.suppress_debug_info = True
    return module


@pytest.fixture
def router(litellm):
    """Makes routers; callbacks that a router leaves behind are taken away."""

    def make(entries: list[dict[str, Any]], **settings: Any) -> Any:
        settings.setdefault("num_retries", 0)
        return litellm.Router(model_list=entries, **settings)

    yield make
    for name in ("callbacks", "success_callback", "failure_callback", "_async_success_callback"):
        setattr(litellm, name, [])


def answers(router: Any, model: str, number: int = 1, **more: Any) -> Counter[str]:
    """What each of some requests was answered with; errors by their class."""

    async def ask() -> Counter[str]:
        found: Counter[str] = Counter()
        for _ in range(number):
            try:
                reply = await router.acompletion(
                    model=model, messages=[{"role": "user", "content": "hi"}], **more
                )
                found[reply.choices[0].message.content] += 1
            except Exception as error:  # noqa: BLE001 - any failure is an answer here
                found[type(error).__name__] += 1
        return found

    return asyncio.run(ask())


def test_an_alias_does_not_have_the_fallbacks_of_its_group(router) -> None:
    """GOV814."""
    one = router(
        [deployment("chat", DOWN), deployment("spare", "spare")],
        model_group_alias={"old": "chat"},
        fallbacks=[{"chat": ["spare"]}],
    )
    assert answers(one, "chat") == {"spare": 1}
    assert answers(one, "old") == {"InternalServerError": 1}


def test_a_dangling_target_is_skipped_or_ends_the_chain(router) -> None:
    """GOV811."""
    entries = [deployment("a", DOWN), deployment("s", "s")]
    assert answers(router(entries, fallbacks=[{"a": ["nope", "s"]}]), "a") == {"s": 1}
    assert answers(router(entries, fallbacks=[{"a": ["nope"]}]), "a") == {"InternalServerError": 1}


def test_a_pattern_is_no_key_of_a_fallback_and_a_star_is(router) -> None:
    """GOV817."""
    entries = [deployment("openai/*", DOWN, model="openai/*"), deployment("s", "s")]
    pattern = router(entries, fallbacks=[{"openai/*": ["s"]}])
    assert answers(pattern, "openai/gpt-4o") == {"InternalServerError": 1}
    assert answers(router(entries, fallbacks=[{"*": ["s"]}]), "openai/gpt-4o") == {"s": 1}
    overflow = [deployment("a", LONG), deployment("s", "s")]
    assert answers(router(overflow, context_window_fallbacks=[{"*": ["s"]}]), "a") == {"s": 1}


def test_forms_of_fallbacks_that_stop_the_start(router) -> None:
    """GOV818."""
    entries = [deployment("a", DOWN), deployment("s", "s")]
    for fallbacks in (["s"], [{"a": ["s"], "s": ["a"]}], [{"a": "s"}]):
        with pytest.raises((ValueError, TypeError)):
            router(entries, fallbacks=fallbacks)


def test_a_second_entry_and_another_section_are_not_read(router, litellm) -> None:
    """GOV819."""
    entries = [deployment("a", DOWN), deployment("b", DOWN), deployment("c", "c")]
    second = router(entries, fallbacks=[{"a": ["b"]}, {"a": ["c"]}])
    assert answers(second, "a") == {"InternalServerError": 1}
    litellm.fallbacks = [{"a": ["b"]}]
    try:
        assert answers(router(entries, fallbacks=[{"a": ["c"]}]), "a") == {"c": 1}
    finally:
        litellm.fallbacks = None


def test_numbers_on_some_deployments_take_all_requests(router) -> None:
    """GOV841, GOV847."""
    for more in ({"weight": 3}, {"rpm": 100}, {"tpm": 100_000}):
        entries = [deployment("a", "without"), deployment("a", "with", **more)]
        assert answers(router(entries), "a", 30) == {"with": 30}
    zero = [deployment("a", "one", weight=1), deployment("a", "zero", weight=0)]
    assert answers(router(zero), "a", 30) == {"one": 30}
    ordered = [deployment("a", "first", order=1), deployment("a", "none")]
    assert answers(router(ordered), "a", 30) == {"first": 30}


def test_weights_are_read_by_one_strategy_alone(router) -> None:
    """GOV842, GOV809."""
    entries = [deployment("a", "nine", weight=9), deployment("a", "one", weight=1)]
    assert answers(router(entries), "a", 100)["nine"] > 75
    least_busy = answers(router(entries, routing_strategy="least-busy"), "a", 100)
    assert least_busy["one"] > 20
    with pytest.raises(ValueError, match="routing_strategy"):
        router(entries, routing_strategy="round-robin")


def test_tags_route_only_where_filtering_is_on(router) -> None:
    """GOV844, GOV845."""
    entries = [deployment("a", "eu", tags=["eu"]), deployment("a", "us", tags=["us"])]
    pinned = {"metadata": {"tags": ["eu"]}}
    assert set(answers(router(entries), "a", 30, **pinned)) == {"eu", "us"}
    filtered = router(entries, enable_tag_filtering=True)
    assert answers(filtered, "a", 20, **pinned) == {"eu": 20}
    assert set(answers(filtered, "a", 30)) == {"eu", "us"}


def test_one_deployment_cools_down_only_with_allowed_fails(router) -> None:
    """GOV851: the third request of an outage, with two retries."""
    entries = [deployment("a", DOWN), deployment("s", "s")]
    seconds = {}
    for name, more in {"never": {"cooldown_time": 60}, "cools": {"allowed_fails": 0}}.items():
        one = router(entries, fallbacks=[{"a": ["s"]}], num_retries=1, **more)
        answers(one, "a", 2)
        start = time.monotonic()
        assert answers(one, "a") == {"s": 1}
        seconds[name] = time.monotonic() - start
    assert seconds["never"] > seconds["cools"] + 0.3


BUDGETS = """
import asyncio
import litellm

REPLY = {"model_name": "a", "litellm_params": {"model": "openai/gpt-4o", "api_key": "none",
    "mock_response": "ok"}}
ASK = {"model": "a", "messages": [{"role": "user", "content": "hi"}]}

async def first(**more):
    router = litellm.Router(model_list=[REPLY], num_retries=0, **more)
    try:
        return (await router.acompletion(**ASK)).choices[0].message.content
    except Exception as error:
        return "refused" if "budget" in str(error) else repr(error)

async def main():
    print(await first(provider_budget_config={"openai": {"time_period": "1d"}}))
    litellm.callbacks = []
    right = {"openai": {"budget_limit": 100, "time_period": "1d"}}
    print(await first(provider_budget_config=right))

asyncio.run(main())
"""


def test_a_period_without_a_limit_takes_a_provider_out_of_the_routing() -> None:
    """GOV834, in a process of its own: its tasks outlive the router."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BUDGETS],
        capture_output=True,
        check=True,
        timeout=120,
        env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    )
    assert done.stdout.decode().split()[-2:] == ["refused", "ok"]


def test_prices_are_charged_as_written_and_unknown_names_cost_nothing(router) -> None:
    """GOV861, GOV862, GOV863."""

    def cost(**parameters: Any) -> float:
        one = router([deployment("a", "hello", **parameters)])

        async def ask() -> float:
            reply = await one.acompletion(model="a", messages=[{"role": "user", "content": "hi"}])
            return float(reply._hidden_params["response_cost"])

        return asyncio.run(ask())

    plain = cost()
    assert 0 < plain < 0.01
    assert cost(info={"input_cost_per_1k_tokens": 1}) == pytest.approx(plain)
    assert cost(input_cost_per_token=1, output_cost_per_token=2) > 1
    azure = {"model": "azure/own", "api_base": "https://own.openai.azure.com"}
    assert cost(**azure) == 0
    assert cost(**azure, info={"base_model": "azure/gpt-4o"}) > 0


def test_an_invalid_deployment_is_dropped_without_an_error(router) -> None:
    """GOV807."""
    import datetime as dt

    base = {"model": "azure/x", "api_base": "https://own.openai.azure.com"}
    for more in (
        {**base, "api_version": dt.date(2024, 10, 21)},
        {"rpm": "sixty"},
        {"tags": "eu"},
        {"model": "no-such-provider/x"},
        {"model": "no-such-provider/x", "api_base": "http://own:80"},
        {"model": "qwen3-omni", "api_base": "http://own:80"},
        {"model": "gpt-oss-120b-own", "api_base": "http://own:80"},
        {"model": "no-such-provider/x", "api_base": "https://api.groq.com/openai/v10"},
    ):
        dropped = router([deployment("a", "ok", **more)], ignore_invalid_deployments=True)
        assert not dropped.get_model_list()
    for address in ("https://api.groq.com/openai/v1", "https://ollama.com/v1"):
        for model in ("no-such-provider/x", "own-name"):
            entry = deployment("a", "ok", model=model, api_base=address)
            assert router([entry], ignore_invalid_deployments=True).get_model_list()


def test_the_endpoints_that_name_a_provider_are_those_of_the_installed_release(litellm) -> None:
    """GOV807."""
    for address in litellm.openai_compatible_endpoints:
        assert has_known_endpoint(address if "://" in address else f"https://{address}")


def test_an_alias_in_another_form_serves_no_request(router) -> None:
    """GOV848."""
    entries = [deployment("a", "ok")]
    for target in (["a"], ["a", "a"], 5, {"hidden": True}):
        assert "ok" not in answers(router(entries, model_group_alias={"v": target}), "v")
    whole = router(entries, model_group_alias={"v": {"model": "a"}})
    assert answers(whole, "v") == {"KeyError": 1}
    for target in ("a", {"model": "a", "hidden": False}):
        assert answers(router(entries, model_group_alias={"v": target}), "v") == {"ok": 1}


def test_a_window_is_enforced_by_pre_call_checks_alone(router) -> None:
    """GOV853."""
    entries = [deployment("a", "ok", info={"max_input_tokens": 2})]
    assert answers(router(entries), "a") == {"ok": 1}
    checked = router(entries, enable_pre_call_checks=True)
    assert answers(checked, "a") == {"ContextWindowExceededError": 1}


def test_a_chain_of_fallbacks_ends_at_five(router) -> None:
    """GOV821."""
    entries = [deployment(f"g{number}", DOWN) for number in range(7)] + [deployment("g7", "end")]
    chain = [{f"g{number}": [f"g{number + 1}"]} for number in range(7)]
    assert answers(router(entries, fallbacks=chain), "g0") == {"InternalServerError": 1}
    assert answers(router(entries, fallbacks=chain, max_fallbacks=20), "g0") == {"end": 1}
