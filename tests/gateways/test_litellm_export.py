"""``govern export litellm``: the allocation as LiteLLM runs it, without a secret, accepted by
LiteLLM itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route:
      - {model: anthropic/claude-haiku-4-5, weight: 62.5}
      - {model: gpt-5-mini, weight: 37.5}
    fallbacks: [gemini/gemini-2.5-flash, own/sorter, bedrock/eu.anthropic.claude-sonnet-4-6]
    latency: {p95_seconds: 8, timeout_seconds: 2.5}
  search:
    mode: embedding
    route: [{model: azure/text-embedding-3-large}]
    latency: {p95_seconds: 1}
  alone:
    route: [{model: mistral/mistral-large-2512}]
"""
CATALOG = """\
models:
  own/sorter:
    mode: chat
    usd_per_million_tokens: {input: 0.1, output: 0.2}
    exposure: {family: sorter, vendor: example, provider: own, cloud: own, jurisdiction: DE}
    endpoint: {model: hosted_vllm/sorter-7b, environment: SORTER}
    requests_per_minute: 600
    tokens_per_minute: 90000
"""


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    for path, text in {
        "govern.yaml": "organization: Example\n",
        "allocations/support.yaml": ALLOCATION,
        "catalog/models.yaml": CATALOG,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def exported(portfolio, govern):
    done = govern(
        "export",
        "litellm",
        "--as-of",
        "2026-11-24",
        cwd=portfolio,
        env={"OPENAI_API_KEY": "sk-planted-1"},
    )
    assert done.returncode == 0, done.stderr
    assert b"sk-planted" not in done.stdout + done.stderr
    return yaml.safe_load(done.stdout)


def entries(exported, group: str):
    return [entry for entry in exported["model_list"] if entry["model_name"] == group]


def test_a_task_class_is_a_group_of_weighted_models(exported) -> None:
    first, second = entries(exported, "triage")
    assert first["litellm_params"] == {
        "model": "anthropic/claude-haiku-4-5",
        "api_key": "os.environ/ANTHROPIC_API_KEY",
        "weight": 62.5,
        "timeout": 2.5,
        "max_retries": 0,
        "tags": ["task-class:triage", "owner:support"],
    }
    assert first["model_info"] == {
        "id": "triage:route-1",
        "mode": "chat",
        "task_class": "triage",
        "owner": "support",
    }
    assert (second["litellm_params"]["model"], second["litellm_params"]["weight"]) == (
        "gpt-5-mini",
        37.5,
    )
    assert second["litellm_params"]["api_key"] == "os.environ/OPENAI_API_KEY"


def test_fallbacks_stand_by_in_order_for_every_kind_of_failure(exported) -> None:
    settings = exported["router_settings"]
    chain = [{"triage": ["triage:fallback-1", "triage:fallback-2", "triage:fallback-3"]}]
    for name in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks"):
        assert settings[name] == chain
    assert (settings["num_retries"], settings["max_fallbacks"]) == (0, 3)
    (own,) = entries(exported, "triage:fallback-2")
    assert own["litellm_params"] == {
        "model": "hosted_vllm/sorter-7b",
        "api_key": "os.environ/SORTER_API_KEY",
        "api_base": "os.environ/SORTER_API_BASE",
        "rpm": 600,
        "tpm": 90000,
        "cooldown_time": 30,
        "input_cost_per_token": 0.0000001,
        "output_cost_per_token": 0.0000002,
        "timeout": 2.5,
        "max_retries": 0,
        "tags": ["task-class:triage", "owner:support"],
    }
    assert settings["optional_pre_call_checks"] == ["enforce_model_rate_limits"]
    (bedrock,) = entries(exported, "triage:fallback-3")
    assert not [name for name in bedrock["litellm_params"] if name.startswith(("api", "aws"))]


def test_addresses_modes_and_time_outs(exported) -> None:
    (search,) = entries(exported, "search")
    assert search["model_info"]["mode"] == "embedding"
    assert search["litellm_params"]["timeout"] == 1
    assert search["litellm_params"]["api_version"] == "os.environ/AZURE_API_VERSION"
    (alone,) = entries(exported, "alone")
    assert alone["litellm_params"]["timeout"] == 60
    assert exported["general_settings"] == {"master_key": "os.environ/LITELLM_MASTER_KEY"}


def test_no_value_of_an_entry_can_become_a_secret(portfolio, govern) -> None:
    """LiteLLM reads `os.environ/NAME` as the variable's value wherever it stands, a model's name
    included."""
    for text in (
        ALLOCATION.replace("mistral/mistral-large-2512", "os.environ/OPENAI_API_KEY"),
        ALLOCATION.replace("owner: support", "owner: os.environ/OPENAI_API_KEY"),
    ):
        (portfolio / "allocations/support.yaml").write_text(text)
        done = govern("export", "litellm", cwd=portfolio)
        assert (done.returncode, done.stdout) == (3, b"")
        assert b"as a secret's reference" in done.stderr


def test_mistakes_are_not_exported_and_errors_are_told(portfolio, govern) -> None:
    path = portfolio / "allocations/support.yaml"
    path.write_text(ALLOCATION.replace("gpt-5-mini", "openai/no-such-model"))
    done = govern(
        "export", "litellm", "--output", "out/litellm.yaml", "--as-of", "2026-11-24", cwd=portfolio
    )
    assert done.returncode == 0
    assert b"Wrote out/litellm.yaml: 3 task classes" in done.stderr.replace(b"\\", b"/")
    assert b"error" in done.stderr
    path.write_text(ALLOCATION.replace("fallbacks:", "falbacks:"))
    done = govern("export", "litellm", cwd=portfolio)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"may hide task classes" in done.stderr


def test_an_unknown_gateway_is_said(portfolio, govern) -> None:
    done = govern("export", "kong", cwd=portfolio)
    assert done.returncode == 2
    assert b"Use one of: " in done.stderr
    assert b" litellm," in done.stderr


def test_the_file_says_how_to_run_it(portfolio, govern) -> None:
    remarks = govern("export", "litellm", cwd=portfolio).stdout.decode().splitlines()[:2]
    assert remarks[1] == "# Run it with `DEFAULT_MAX_RETRIES=0 litellm --config FILE`."


CAPPED = """\
owner: support
task_classes:
  capped:
    route: [{model: own/sorter, weight: 75}, {model: eu/chat, weight: 25}]
    fallbacks: [eu/spare]
    spend_cap: {monthly: 100, per_request: 0.5}
    demand: {requests: 1000, input_tokens: 1000, output_tokens: 100, service_tier: flex}
  alone:
    route: [{model: openai/gpt-5-mini}]
    spend_cap: {monthly: 10}
    demand: {requests: 1000, input_tokens: 1000, output_tokens: 100, service_tier: flex}
"""
CAPPED_CATALOG = (
    CATALOG
    + """\
  eu/chat:
    base: azure/gpt-4o
    endpoint: {model: azure/chat-prod, environment: EU_AZURE}
  eu/spare:
    base: bedrock/eu.anthropic.claude-sonnet-4-6
    endpoint: {model: bedrock/eu.anthropic.claude-sonnet-4-6, region: eu-central-1}
"""
)


def test_caps_bind_where_the_file_can_hold_them(portfolio, govern) -> None:
    """Routed models share the cap as they are forecast to spend it; a fallback has all of it."""
    (portfolio / "govern.yaml").write_text(
        "organization: Example\ncurrency: EUR\nexchange: {usd_per_unit: 1.25, as_of: 2026-11-01}\n"
    )
    (portfolio / "allocations/support.yaml").write_text(CAPPED)
    (portfolio / "catalog/models.yaml").write_text(CAPPED_CATALOG)
    done = govern("export", "litellm", "--as-of", "2026-11-24", cwd=portfolio)
    assert done.returncode == 0, done.stderr
    exported = yaml.safe_load(done.stdout)
    budgets = {
        one["model_info"]["id"]: one["litellm_params"]["max_budget"]
        for one in exported["model_list"]
    }
    assert budgets["capped:route-1"] + budgets["capped:route-2"] == pytest.approx(125)
    assert budgets["capped:route-1"] < budgets["capped:route-2"]  # it is far cheaper
    assert (budgets["capped:fallback-1"], budgets["alone:route-1"]) == (125, 12.5)
    assert b"Not carried: cap per request of `capped`" in done.stderr
    assert (
        b"Not carried: monthly cap for all instances, restarts and models together of `capped`"
        in b" ".join(done.stderr.split())
    )
    assert b"# Not carried: cap per request of `capped`" in done.stdout
    assert b"Not carried: service tier of `capped`" in done.stderr
    (alone,) = entries(exported, "alone")
    assert alone["litellm_params"]["service_tier"] == "flex"
    assert "allowed_fails" not in alone["model_info"]  # nobody else could answer


def test_azure_is_called_by_its_deployment_and_regions_are_named(portfolio, govern) -> None:
    (portfolio / "allocations/support.yaml").write_text(CAPPED)
    (portfolio / "catalog/models.yaml").write_text(CAPPED_CATALOG)
    exported = yaml.safe_load(govern("export", "litellm", cwd=portfolio).stdout)
    _, azure = entries(exported, "capped")
    assert azure["litellm_params"]["model"] == "azure/chat-prod"
    assert azure["model_info"]["base_model"] == "azure/gpt-4o"
    assert azure["litellm_params"]["api_version"] == "os.environ/EU_AZURE_API_VERSION"
    (spare,) = entries(exported, "capped:fallback-1")
    assert spare["litellm_params"]["aws_region_name"] == "eu-central-1"


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("azure/eu/gpt-4o-2024-08-06", b"no deployment called `eu/gpt-4o-2024-08-06`"),
        ("custom/nobody", b"has no `endpoint`"),
    ],
)
def test_what_could_not_be_served_is_refused(portfolio, govern, model, why) -> None:
    path = portfolio / "allocations/support.yaml"
    path.write_text(ALLOCATION.replace("mistral/mistral-large-2512", model))
    done = govern("export", "litellm", cwd=portfolio)
    assert (done.returncode, done.stdout) == (3, b"")
    assert why in done.stderr
    assert b"endpoint: {model: azure/my-deployment" in done.stderr


def test_a_lone_deployment_cools_down_only_where_another_follows(exported) -> None:
    def fails(group: str) -> list[object]:
        return [one["model_info"].get("allowed_fails") for one in entries(exported, group)]

    assert fails("triage") == [None, None]
    assert fails("triage:fallback-1") == [1]
    assert fails("triage:fallback-3") == [None]


def test_check_finds_stale_and_edited_files(portfolio, govern) -> None:
    def check() -> tuple[int, bytes]:
        done = govern("export", "litellm", "-o", "out.yaml", "--check", cwd=portfolio)
        return done.returncode, done.stderr

    assert check()[0] == 1
    assert govern("export", "litellm", "-o", "out.yaml", cwd=portfolio).returncode == 0
    before = (portfolio / "out.yaml").read_bytes()
    assert check() == (0, b"out.yaml is up to date\n")
    subprocess.run(["git", "init", "-q", "."], cwd=portfolio, check=True)
    subprocess.run(["git", "add", "."], cwd=portfolio, check=True)
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, "commit", "-qm", "All"], cwd=portfolio, check=True)
    assert check()[0] == 0  # the commit in the header is not compared
    done = govern("export", "litellm", "-o", "out.yaml", cwd=portfolio)
    assert done.returncode == 0
    assert b"# Portfolio: commit " in (portfolio / "out.yaml").read_bytes()
    (portfolio / "out.yaml").write_bytes(before.replace(b"weight: 62.5", b"weight: 1"))
    code, words = check()
    assert (code, b"changed by hand" in words) == (1, True)
    (portfolio / "out.yaml").write_bytes(before)
    path = portfolio / "allocations/support.yaml"
    path.write_text(ALLOCATION.replace("62.5", "52.5").replace("37.5", "47.5"))
    code, words = check()
    assert (code, b"is stale: 4 lines differ" in words) == (1, True)


def test_the_same_allocation_gives_the_same_bytes(portfolio, govern) -> None:
    runs = {
        govern("export", "litellm", cwd=portfolio, env={"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


_ACCEPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
import yaml
from multillm_gov.providers.quiet import load_litellm
load_litellm()
from litellm import Router
settings = yaml.safe_load(sys.stdin.read())
router = Router(model_list=settings["model_list"], **settings["router_settings"])
names = router.get_model_names()
keys = {
    one["model_info"]["id"]: one["litellm_params"].get("api_key") for one in router.get_model_list()
}
chains = [router.fallbacks, router.context_window_fallbacks, router.content_policy_fallbacks]
print(json.dumps([sorted(set(names)), keys, chains, router.num_retries, router.max_fallbacks]))
"""


@pytest.mark.litellm
def test_litellm_takes_it_as_it_is(exported) -> None:
    keys = {
        "ANTHROPIC_API_KEY": "a-key",
        "OPENAI_API_KEY": "o-key",
        "GEMINI_API_KEY": "g-key",
        "MISTRAL_API_KEY": "m",
    }
    keys |= {
        "SORTER_API_KEY": "s-key",
        "SORTER_API_BASE": "http://127.0.0.1:9/v1",
        "AZURE_API_KEY": "z-key",
    }
    keys |= {"AZURE_API_BASE": "http://127.0.0.1:9", "AZURE_API_VERSION": "2024-10-21"}
    done = subprocess.run(
        [sys.executable, "-c", _ACCEPT],
        input=yaml.safe_dump(exported).encode(),
        env={**os.environ, **keys},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    names, found, chains, retries, fallbacks = json.loads(done.stdout)
    assert names == sorted({entry["model_name"] for entry in exported["model_list"]})
    assert found["triage:route-1"] == "a-key"
    assert found["triage:fallback-2"] == "s-key"
    assert chains == [exported["router_settings"]["fallbacks"]] * 3
    assert (retries, fallbacks) == (0, 3)


def test_what_budgets_do_not_count_in_the_target_release_is_named(portfolio, govern) -> None:
    capped = ALLOCATION.replace("  alone:\n", "  alone:\n    spend_cap: {monthly: 50}\n")
    (portfolio / "allocations/support.yaml").write_text(capped)
    line = b"Not carried: monthly cap on every route of `alone`: LiteLLM 1.98.0"

    def export(*more: str):
        return govern("export", *more, "--as-of", "2026-11-24", cwd=portfolio)

    old = export("litellm", "--gateway-version", "v1.102.0")
    assert old.returncode == 0
    assert line in old.stderr
    assert b"`/v1/responses`, `/v1/messages` and" in old.stdout
    for version in (("--gateway-version", "1.108.0"), ()):
        assert line not in export("litellm", *version).stderr
    assert export("litellm", "--gateway-version", "new").returncode == 2
    other = export("bifrost", "--gateway-version", "1.4.0")
    assert (other.returncode, other.stdout) == (2, b"")
    assert b"is the same for every release" in other.stderr
