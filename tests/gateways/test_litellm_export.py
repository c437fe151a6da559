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
        "timeout": 2.5,
        "max_retries": 0,
    }
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
    assert b"Use one of: litellm." in done.stderr


def test_the_file_says_how_to_run_it(portfolio, govern) -> None:
    remarks = govern("export", "litellm", cwd=portfolio).stdout.decode().splitlines()[:2]
    assert remarks[1] == "# Run it with `DEFAULT_MAX_RETRIES=0 litellm --config FILE`."


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
