"""What is exported really runs: LiteLLM's own proxy, driven with the real OpenAI client."""

import asyncio
import json
import math
import shutil
import time
from collections import Counter

import httpx
import openai
import pytest

from multillm_gov.gateways.litellm.budget_routes import COUNTED
from multillm_gov.gateways.wanted import Target
from multillm_gov.offline.script import Script, ScriptRule
from multillm_gov.offline.serving import serve
from multillm_gov.workflows.gateways.export import export
from proxied_portfolio import CAP, DAY, FAULTS, ROUTES

pytestmark = [pytest.mark.gateway]
CALLS = 2_000
AT_ONCE = 25
DEVIATIONS = 4.5
"""Of the share that so many calls may show: once in 150,000 runs."""
MESSAGES = [{"role": "user", "content": "Say hello."}]


def test_weights_hold_over_2000_calls(proxy) -> None:
    async def send_all() -> None:
        async with openai.AsyncOpenAI(
            base_url=f"{proxy.url}/v1", api_key=proxy.key, max_retries=0, timeout=120
        ) as client:
            gate = asyncio.Semaphore(AT_ONCE)

            async def send() -> None:
                async with gate:
                    await client.chat.completions.create(model="weighted", messages=MESSAGES)

            await asyncio.gather(*(send() for _ in range(CALLS)))

    proxy.provider.play(Script())
    asyncio.run(send_all())
    called = Counter(proxy.models_called())
    assert sum(called.values()) == CALLS
    for model, share in (("own-w1", 0.7), ("own-w2", 0.2), ("own-w3", 0.1)):
        bound = DEVIATIONS * math.sqrt(share * (1 - share) / CALLS)
        assert abs(called[model] / CALLS - share) < bound, called


@pytest.mark.parametrize("fault", FAULTS)
def test_failover_follows_the_declared_order(proxy, client, fault) -> None:
    """After every kind of fault, once: the routed model, then the first fallback, no other."""
    rule = ScriptRule(model=f"own-{fault}", fault=fault, retry_after="20")
    proxy.provider.play(Script(rules=(rule,)))
    streamed = fault == "stream-cut"
    try:
        answer = client.chat.completions.create(
            model=f"fault-{fault}", messages=MESSAGES, stream=streamed
        )
        text = "".join(
            part.choices[0].delta.content or "" for part in answer if part.choices
        ) if streamed else answer.choices[0].message.content  # fmt: skip
    except (openai.APIError, openai.APIConnectionError):
        # What was delivered already is not taken back: a cut stream reaches the caller.
        assert streamed
        assert proxy.models_called()[0] == "own-stream-cut"
        return
    assert text
    assert proxy.models_called() == [f"own-{fault}", "own-f2"]


def test_failover_goes_down_the_whole_chain_and_ends(proxy, client) -> None:
    rules = [ScriptRule(model=f"own-down{n}", fault="server-error") for n in (1, 2)]
    proxy.provider.play(Script(rules=tuple(rules)))
    answer = client.chat.completions.create(model="down", messages=MESSAGES)
    assert answer.choices[0].message.content
    assert proxy.models_called() == ["own-down1", "own-down2", "own-down3"]
    proxy.provider.play(Script(rules=(*rules, ScriptRule(model="own-down3", fault="quota"))))
    with pytest.raises(openai.APIStatusError):
        client.chat.completions.create(model="down", messages=MESSAGES)


def send(proxy, client, route: str, task: str) -> None:
    if route == "chat":
        client.chat.completions.create(model=task, messages=MESSAGES)
    elif route == "responses":
        client.responses.create(model=task, input="Say hello.")
    elif route == "embeddings":
        client.embeddings.create(model=task, input="Say hello.")
    else:
        body = {"model": task, "max_tokens": 50, "messages": MESSAGES}
        answer = httpx.post(
            f"{proxy.url}/v1/messages", json=body, headers={"x-api-key": proxy.key}, timeout=30
        )
        answer.raise_for_status()


REFUSED = (openai.RateLimitError, httpx.HTTPStatusError)


def spend_until_refused(proxy, client, route: str, task: str) -> int:
    """Calls that were answered before the first refusal."""
    for number in range(200):
        try:
            send(proxy, client, route, task)
        except REFUSED as error:
            if error.response.status_code != 429:
                raise
            return number
        proxy.await_spend(task, number + 1)
    pytest.fail("nothing stopped the spend")


@pytest.mark.parametrize("route", ROUTES)
def test_budgets_stop_spending_on_every_route(proxy, client, route) -> None:
    """Spent until refused; the last answer may exceed the cap, no later one is given."""
    task = f"capped-{route}"
    proxy.provider.play(Script())
    answered = spend_until_refused(proxy, client, route, task)
    rows = proxy.spend(task)
    costs = [float(row["response_cost"]) for row in rows]
    assert answered == len(rows) > 0
    assert all(cost > 0 for cost in costs), rows
    assert sum(costs) >= CAP > sum(costs) - max(costs)
    with pytest.raises(REFUSED):
        send(proxy, client, route, task)
    assert len(proxy.models_called()) == answered  # a refusal calls nobody


def test_a_fallback_spends_its_own_budget_and_no_more(proxy, client) -> None:
    """The bound that the export states: the cap once more for each fallback."""
    proxy.provider.play(Script())
    spend_until_refused(proxy, client, "chat", "capped-chain")
    rows = proxy.spend("capped-chain")
    by_model: dict[str, float] = Counter()
    for row in rows:
        by_model[str(row["model_id"])] += float(row["response_cost"])
    largest = max(float(row["response_cost"]) for row in rows)
    assert set(by_model) == {"capped-chain:route-1", "capped-chain:fallback-1"}
    assert all(CAP <= spent < CAP + largest for spent in by_model.values())


def test_tags_lead_spend_back_to_the_task_class(proxy, client) -> None:
    proxy.provider.play(Script())
    before = len(proxy.spend("drilled"))
    client.chat.completions.create(model="drilled", messages=MESSAGES)
    row = proxy.await_spend("drilled", before + 1)[-1]
    assert row["model_id"] == "drilled:route-1"
    assert {"task-class:drilled", "owner:platform"} <= set(row["request_tags"])
    # Input and output as the catalog declares them: 1 and 2 USD per million tokens.
    assert 0 < row["response_cost"] < 0.001


def test_what_runs_is_what_was_exported(proxy, gateway_portfolio) -> None:
    from multillm_gov.workflows.gateways.drift import DriftOptions, drift

    environment = {"LITELLM_MASTER_KEY": proxy.key}
    report = drift(
        DriftOptions(urls=(proxy.url,)), as_of=DAY, root=gateway_portfolio, environment=environment
    )
    assert [one.message for one in report.findings] == []


def test_drift_of_what_runs_is_found(proxy, gateway_portfolio, tmp_path) -> None:
    """The same proxy, held against an allocation that was changed since."""
    from multillm_gov.workflows.gateways.drift import DriftOptions, drift

    root = tmp_path / "changed"
    shutil.copytree(gateway_portfolio, root)
    path = root / "allocations/all.yaml"
    text = path.read_text()
    for before, after in (
        ("{model: own/w1, weight: 70}", "{model: own/w1, weight: 60}"),
        ("{model: own/w3, weight: 10}", "{model: own/w3, weight: 20}"),
        ("fallbacks: [own/down2, own/down3]", "fallbacks: [own/down3, own/down2]"),
        (f"spend_cap: {{monthly: {CAP}}}", "spend_cap: {monthly: 7}"),
        ("timeout_seconds: 10", "timeout_seconds: 9"),
    ):
        assert before in text
        text = text.replace(before, after)
    path.write_text(text.replace("  drilled:", "  renamed:"))
    report = drift(
        DriftOptions(urls=(proxy.url,)),
        as_of=DAY,
        root=root,
        environment={"LITELLM_MASTER_KEY": proxy.key},
    )
    assert Counter(one.name for one in report.findings) == {
        "weights-differ": 2,
        "fallbacks-differ": 3,
        "timeout-differs": 3,
        "budget-differs": len(ROUTES) + 1,
        "task-class-not-served": 1,
        "group-not-declared": 3,
    }


def test_a_wrong_key_is_refused_and_never_shown(proxy, gateway_portfolio) -> None:
    from multillm_gov.errors import SourceError
    from multillm_gov.workflows.gateways.drift import DriftOptions, drift

    wrong = "sk-wrong-" + "0" * 20
    # Without a database LiteLLM answers 400 to a key that is not the master key.
    with pytest.raises(SourceError, match=r"refuses the key|fails \(400\)") as caught:
        drift(
            DriftOptions(urls=(proxy.url,)),
            as_of=DAY,
            root=gateway_portfolio,
            environment={"LITELLM_MASTER_KEY": wrong},
        )
    assert wrong not in caught.value.message + caught.value.hint


def test_a_drill_of_what_runs_writes_that_the_chain_answered(
    proxy, gateway_portfolio, tmp_path, govern
) -> None:
    root = tmp_path / "drilled"
    shutil.copytree(gateway_portfolio, root)
    proxy.provider.play(Script())
    done = govern(
        *("drill", "drilled", "--url", proxy.url, "--format", "text", "--as-of", DAY.isoformat()),
        cwd=root,
        env={"LITELLM_MASTER_KEY": proxy.key},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # The routed model's provider was never called.
    assert set(proxy.models_called()) == {"own-f2"}
    (record,) = json.loads((root / "evidence/current.json").read_text())["drills"]
    assert (record["source"], record["result"]) == ("govern drill --url", "survives")
    assert {one["fault"]: one["answered_by"] for one in record["faults"]} == dict.fromkeys(
        ("server-error", "context-overflow", "content-filter"), "own/f2"
    )
    assert proxy.key.encode() not in done.stdout + done.stderr


PROVIDERS = {"chat": "deepseek", "responses": "mistral", "messages": "hosted_vllm",
             "embeddings": "openai"}  # fmt: skip


@pytest.fixture(scope="module")
def budgeted(installed, start_proxy, tmp_path_factory):
    """A proxy whose providers have budgets: a provider, and so a budget, for each route."""
    folder = tmp_path_factory.mktemp("budgets")
    price = {"input_cost_per_token": 0.001, "output_cost_per_token": 0.001}
    with serve() as provider:
        entries = [
            {
                "model_name": route,
                "litellm_params": {
                    "model": f"{name}/own",
                    "api_key": "none",
                    "api_base": provider.base_url("openai"),
                    **price,
                },
                "model_info": {"mode": "embedding" if route == "embeddings" else "chat"},
            }
            for route, name in PROVIDERS.items()
        ]
        budget = {"budget_limit": 0.01, "time_period": "1d"}
        file = {
            "model_list": entries,
            "router_settings": {
                "provider_budget_config": dict.fromkeys(PROVIDERS.values(), budget)
            },
            "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
        }
        (folder / "proxy.yaml").write_text(json.dumps(file))
        with start_proxy(installed, folder / "proxy.yaml", provider) as started:
            yield started


@pytest.mark.parametrize("route", PROVIDERS)
def test_budgets_of_providers_count_the_routes_that_the_rule_names(
    budgeted, installed, route
) -> None:
    """GOV833, for the release that is installed here."""
    release = (installed / "version").read_text().strip()
    if release not in COUNTED:
        pytest.skip(f"{release} was not tried")
    with openai.OpenAI(base_url=f"{budgeted.url}/v1", api_key=budgeted.key, max_retries=0) as own:
        statuses = []
        for _ in range(12):
            try:
                send(budgeted, own, route, route)
            except REFUSED as error:
                statuses.append(error.response.status_code)
                break
            time.sleep(0.4)  # spend is added after the answer
    assert statuses == ([429] if route in COUNTED[release] else [])


@pytest.fixture(scope="module")
def mocked(installed, start_proxy, gateway_portfolio, tmp_path_factory):
    """A proxy of `govern export litellm --mock`."""
    folder = tmp_path_factory.mktemp("mocked")
    data = export("litellm", as_of=DAY, root=gateway_portfolio, target=Target(mocked=True)).data
    (folder / "proxy.yaml").write_bytes(data)
    with serve() as provider, start_proxy(installed, folder / "proxy.yaml", provider) as started:
        yield started


def test_a_drill_spends_every_budget_until_it_refuses(mocked, gateway_portfolio, govern) -> None:
    mocked.provider.play(Script())
    key = {"LITELLM_MASTER_KEY": mocked.key}
    arguments = ("drill", "--url", mocked.url, "--budget", "--as-of", DAY.isoformat())
    done = govern(*arguments, cwd=gateway_portfolio, env=key)
    shown = done.stdout.decode()
    assert done.returncode == 0, shown + done.stderr.decode()
    assert shown.count(" refused after ") == len(ROUTES) + 1
    assert "not refused" not in shown
    # No model was called.
    assert mocked.models_called() == []
    # Spent already: refused at once.
    again = govern(*arguments, "capped-chat", cwd=gateway_portfolio, env=key)
    assert "refused after 0 calls" in again.stdout.decode()


def test_a_drill_of_budgets_calls_no_provider(proxy, gateway_portfolio, govern) -> None:
    done = govern(
        *("drill", "--url", proxy.url, "--budget"),
        cwd=gateway_portfolio,
        env={"LITELLM_MASTER_KEY": proxy.key},
    )
    assert done.returncode == 3
    assert b"would call a provider" in done.stderr
