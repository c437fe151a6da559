"""Exports to gateways other than LiteLLM, held against the structure of their own examples."""

import json
from pathlib import Path

import pytest
import yaml

DATA = Path(__file__).parents[1] / "data" / "gateways"
ALLOCATION = """\
owner: support
task_classes:
  triage:
    route:
      - {model: anthropic/claude-haiku-4-5, weight: 75}
      - {model: eu/chat, weight: 25}
    fallbacks: [gemini/gemini-2.5-flash, own/sorter]
    latency: {p95_seconds: 8}
    spend_cap: {monthly: 500, per_request: 0.5}
  "alone.v2":
    route: [{model: bedrock/eu.anthropic.claude-sonnet-4-6}]
    owner: "${file(secret)} %{x}"
"""
CATALOG = """\
models:
  own/sorter:
    mode: chat
    usd_per_million_tokens: {input: 0.1, output: 0.2}
    exposure: {family: sorter, vendor: example, provider: own, cloud: own, jurisdiction: DE}
    endpoint: {model: hosted_vllm/sorter-7b, environment: SORTER}
  eu/chat:
    base: azure/gpt-4o
    endpoint: {model: azure/chat-prod, environment: EU_AZURE}
"""


@pytest.fixture(scope="module")
def exports(tmp_path_factory, govern):
    root = tmp_path_factory.mktemp("portfolio")
    for path, text in {
        "govern.yaml": "organization: Example\n",
        "allocations/support.yaml": ALLOCATION,
        "catalog/models.yaml": CATALOG,
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    found = {}
    for gateway in (
        "agentgateway",
        "bifrost",
        "envoy-ai-gateway",
        "litellm-terraform",
        "portkey",
    ):
        done = govern("export", gateway, cwd=root, env={"GEMINI_API_KEY": "planted-secret"})
        assert done.returncode == 0, done.stderr
        assert b"planted-secret" not in done.stdout
        assert b"Not carried: cap per request of `triage`" in done.stderr
        found[gateway] = done.stdout.decode()
    return found


def keys_of(value: object, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every route of keys in plain data; list positions do not count."""
    if isinstance(value, dict):
        return {
            one
            for key, inner in value.items()
            for one in {(*path, key), *keys_of(inner, (*path, key))}
        }
    if isinstance(value, list):
        return {one for inner in value for one in keys_of(inner, path)}
    return set()


def test_terraform_gives_each_task_class_a_team_with_its_whole_cap(exports) -> None:
    written = json.loads(exports["litellm-terraform"])
    team = written["resource"]["litellm_team"]["task_class_triage"]
    assert team == {
        "team_id": "task-class:triage",
        "team_alias": "triage",
        "models": ["triage", "triage:fallback-1", "triage:fallback-2"],
        "max_budget": 500,
        "budget_duration": "1mo",
        "metadata": {"owner": "support"},
    }
    other = written["resource"]["litellm_team"]["task_class_alone_v2_616c6f6e652e7632"]
    assert other["metadata"] == {"owner": "$${file(secret)} %%{x}"}  # Terraform evaluates nothing
    assert any("fallbacks of `triage`" in line for line in written["//"])


def test_agentgateway_has_the_shape_of_its_examples(exports) -> None:
    written = yaml.safe_load(exports["agentgateway"])["llm"]
    examples = [
        yaml.safe_load(path.read_text())["llm"] for path in sorted(DATA.glob("agentgateway*"))
    ]
    known = set().union(*(keys_of(one) for one in examples))
    # `health` and `failover` are in the gateway's documentation of virtual models.
    documented = {
        ("models", "health"),
        ("models", "health", "eviction"),
        ("models", "health", "eviction", "consecutiveFailures"),
        ("models", "health", "eviction", "duration"),
        ("virtualModels", "routing", "failover"),
        ("virtualModels", "routing", "failover", "targets"),
        ("virtualModels", "routing", "failover", "targets", "model"),
        ("virtualModels", "routing", "failover", "targets", "priority"),
    }
    assert keys_of(written) - known <= documented
    triage, alone = written["virtualModels"]
    assert [one["priority"] for one in triage["routing"]["failover"]["targets"]] == [0, 0, 1, 2]
    assert alone["routing"] == {
        "weighted": {"targets": [{"model": "alone.v2:route-1", "weight": 100}]}
    }
    sorter = next(one for one in written["models"] if one["name"] == "triage:fallback-2")
    assert sorter["params"] == {
        "model": "sorter-7b",
        "apiKey": "$SORTER_API_KEY",
        "baseUrl": "$SORTER_API_BASE",
    }
    assert "weights of `triage`" in exports["agentgateway"]


def test_envoy_objects_have_the_shape_of_its_examples(exports) -> None:
    def by_kind(texts):
        found: dict[str, set[tuple[str, ...]]] = {}
        for text in texts:
            for one in yaml.safe_load_all(text):
                found.setdefault(one["kind"], set()).update(keys_of(one))
        return found

    known = by_kind(path.read_text() for path in sorted(DATA.glob("envoy*")))
    written = by_kind([exports["envoy-ai-gateway"]])
    documented = {
        ("metadata", "labels"),
        ("metadata", "labels", "owner"),
        ("spec", "rules", "backendRefs", "weight"),
        ("spec", "rules", "backendRefs", "modelNameOverride"),
        ("metadata", "namespace"),
        ("spec", "azureAPIKey"),
        ("spec", "azureAPIKey", "secretRef"),
        ("spec", "azureAPIKey", "secretRef", "name"),
        ("spec", "azureAPIKey", "secretRef", "namespace"),
    }
    for kind, keys in written.items():
        assert keys - known[kind] <= documented, kind
    routes = [
        one
        for one in yaml.safe_load_all(exports["envoy-ai-gateway"])
        if one["kind"] == "AIGatewayRoute"
    ]
    refs = routes[0]["spec"]["rules"][0]["backendRefs"]
    assert [(one["name"], one["modelNameOverride"], one["priority"]) for one in refs] == [
        ("anthropic", "claude-haiku-4-5", 0),
        ("eu-azure", "chat-prod", 0),
        ("gemini", "gemini-2.5-flash", 1),
        ("sorter", "sorter-7b", 2),
    ]


def test_bifrost_has_the_shape_of_its_example(exports) -> None:
    written = json.loads(exports["bifrost"])
    (example,) = (json.loads(path.read_text()) for path in DATA.glob("*bifrost*"))
    known = keys_of(example)
    own = {key for key in keys_of(written) if key[:1] != ("providers",)} - known
    assert own == {
        ("client", "enforce_auth_on_inference"),
        ("governance", "budgets"),
        ("governance", "budgets", "id"),
        ("governance", "budgets", "max_limit"),
        ("governance", "budgets", "reset_duration"),
        ("governance", "virtual_keys", "budget_id"),
    }
    providers = written["providers"]
    assert set(providers) == {"anthropic", "azure", "gemini", "sorter", "bedrock"}
    assert providers["sorter"]["network_config"] == {"base_url": "env.SORTER_API_BASE"}
    assert providers["azure"]["keys"][0]["azure_key_config"]["deployments"] == {
        "chat-prod": "chat-prod"
    }
    shapes = set().union(*(keys_of(one) for one in example["providers"].values()))
    for name in ("anthropic", "azure", "gemini", "bedrock"):
        deployment = ("keys", "azure_key_config", "deployments", "chat-prod")
        assert keys_of(providers[name]) - {deployment} <= shapes
    key = written["governance"]["virtual_keys"][0]
    assert [one["weight"] for one in key["provider_configs"]] == [0.75, 0.25]
    assert written["governance"]["budgets"][0]["max_limit"] == 500


def test_portkey_nests_weights_in_the_chain(exports) -> None:
    triage = json.loads(exports["portkey"])["triage"]
    assert triage["strategy"] == {"mode": "fallback"}
    first, second, third = triage["targets"]
    assert first["strategy"] == {"mode": "loadbalance"}
    assert [(one["provider"], one["weight"]) for one in first["targets"]] == [
        ("@anthropic", 75),
        ("@eu-azure", 25),
    ]
    assert (second["provider"], third["provider"]) == ("@gemini", "@sorter")
    assert third["override_params"] == {"model": "sorter-7b"}
    assert third["request_timeout"] == 8000
