"""``govern drift``: what runs compared with what is declared, in files, proxies and at providers.

The servers here speak the documented shapes; `tests/gateway` asks the real proxy.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from multillm_gov.errors import SourceError, UnableError, UsageError
from multillm_gov.gateways.drift.difference import KINDS
from multillm_gov.workflows.gateways.drift import DriftOptions, drift
from multillm_gov.workflows.gateways.export import export
from multillm_gov.workflows.pages.explain import explain

DAY = date(2026, 11, 24)
ALLOCATION = """\
owner: support
task_classes:
  triage:
    route:
      - {model: anthropic/claude-haiku-4-5, weight: 75}
      - {model: gpt-5-mini, weight: 25}
    fallbacks: [own/sorter, gemini/gemini-2.5-flash]
    latency: {p95_seconds: 8}
    spend_cap: {monthly: 500}
    data: {residency: [EU]}
  alone:
    route: [{model: gpt-5-mini}]
    spend_cap: {monthly: 100}
"""
CATALOG = """\
models:
  own/sorter:
    mode: chat
    usd_per_million_tokens: {input: 0.1, output: 0.2}
    exposure: {family: sorter, vendor: example, provider: own, cloud: own, jurisdiction: DE}
    endpoint: {model: hosted_vllm/sorter-7b, environment: SORTER}
"""


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("portfolio")
    for path, text in {
        "govern.yaml": "organization: Example\n",
        "allocations/support.yaml": ALLOCATION,
        "catalog/models.yaml": CATALOG,
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture(scope="module")
def exported(portfolio) -> str:
    return export("litellm", as_of=DAY, root=portfolio).data.decode()


def drifted(portfolio, text, *changes) -> dict[str, str]:
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    path = portfolio / "running.yaml"
    path.write_text(text)
    report = drift(DriftOptions(configs=(path,)), as_of=DAY, root=portfolio)
    return {one.name: one.message for one in report.findings}


def test_an_export_does_not_drift(portfolio, exported) -> None:
    assert drifted(portfolio, exported) == {}


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        (
            [("anthropic/claude-haiku-4-5", "anthropic/claude-opus-4-1")],
            "model-not-running",
            "declares `anthropic/claude-haiku-4-5`; `anthropic/claude-opus-4-1`",
        ),
        (
            [("anthropic/claude-haiku-4-5", "anthropic/claude-opus-4-1")],
            "model-not-declared",
            "the allocation does not declare it",
        ),
        ([("weight: 75", "weight: 25")], "weights-differ", "declares 25% of the requests"),
        ([("    weight: 75\n", "")], "weights-differ", "100% go there"),
        (
            [
                ("- triage:fallback-1\n    - triage:fallback-2", "- triage:fallback-2"),
            ],
            "fallbacks-differ",
            "falls back to `hosted_vllm/sorter-7b` → `gemini/gemini-2.5-flash` as declared",
        ),
        ([("- triage:fallback-2\n", "- gone\n")], "fallbacks-differ", "which nothing serves"),
        ([("timeout: 8", "timeout: 600")], "timeout-differs", "runs with a time limit of 600 s"),
        (
            [("model: hosted_vllm/sorter-7b\n", "model: hosted_vllm/sorter-7b\n    rpm: 60\n")],
            "rate-limit-differs",
            "declares no limit of requests for `hosted_vllm/sorter-7b`; it runs with 60 requests",
        ),
        (
            [("num_retries: 0", "num_retries: 3")],
            "total-time-differs",
            "`alone` has answered or failed within 60 s as declared; `num_retries: 3`",
        ),
        ([("max_budget: 100\n", "max_budget: 900\n")], "budget-differs", "900.00 USD, more than"),
        ([("    max_budget: 100\n", "")], "cap-not-enforced", "no budget at"),
        (
            [
                ("    max_budget: 100\n", ""),
                ("general_settings:", "litellm_settings: {max_budget: 600}\ngeneral_settings:"),
            ],
            "limit-not-enforcing",
            "is not counted without a database",
        ),
        (
            [("output_cost_per_token: 0.0000002", "output_cost_per_token: 0.2")],
            "price-differs",
            "declares 0.2 USD per million tokens",
        ),
        ([("- task-class:alone", "- other")], "tag-missing", "`task-class:alone`"),
        ([("model_name: alone", "model_name: shadow")], "task-class-not-served", "`alone`"),
        ([("model_name: alone", "model_name: shadow")], "group-not-declared", "`shadow` runs"),
    ],
)
def test_each_difference_is_found_with_both_sides(
    portfolio, exported, changes, kind, words
) -> None:
    found = drifted(portfolio, exported, *changes)
    assert words in found[kind], found


def test_retries_multiply_the_time_of_the_whole_chain(portfolio, exported) -> None:
    path = portfolio / "running.yaml"
    path.write_text(exported.replace("num_retries: 0", "num_retries: 3"))
    report = drift(DriftOptions(configs=(path,)), as_of=DAY, root=portfolio)
    figures = {one.subject: one.figures for one in report.findings}
    # A routed model and two fallbacks of 8 s each; one model of 60 s.
    assert figures == {
        "triage": {"declared_seconds": 24.0, "running_seconds": 96.0},
        "alone": {"declared_seconds": 60.0, "running_seconds": 240.0},
    }


def test_findings_stand_at_the_line_of_the_file_and_name_the_declaration(
    portfolio, exported
) -> None:
    path = portfolio / "running.yaml"
    path.write_text(exported.replace("weight: 75", "weight: 25"))
    report = drift(DriftOptions(configs=(path,)), as_of=DAY, root=portfolio)
    (first, *_) = report.findings
    assert Path(first.location.path).resolve() == path.resolve()
    assert path.read_text().splitlines()[first.location.line - 1].startswith("- model_name: triage")
    assert first.related[0].location.path == "allocations/support.yaml"
    assert (report.verdict.errors, report.verdict.exit_code) == (2, 1)


def test_a_hand_written_file_may_spell_models_and_groups_its_own_way(portfolio) -> None:
    text = """\
model_list:
  - model_name: triage
    litellm_params: {model: claude-haiku-4-5, custom_llm_provider: anthropic, weight: 3, timeout: 8,
      max_budget: 375, budget_duration: 30d, tags: ["task-class:triage"]}
  - model_name: triage
    litellm_params: {model: openai/gpt-5-mini, weight: 1, timeout: 8, max_budget: 125,
      budget_duration: 30d, tags: ["task-class:triage"]}
  - model_name: sorter
    litellm_params: {model: hosted_vllm/sorter-7b, timeout: 8, input_cost_per_token: 1.0e-7,
      output_cost_per_token: 2e-7}
  - model_name: gemini
    litellm_params: {model: gemini/gemini-2.5-flash, timeout: 8}
  - model_name: solo
    litellm_params: {model: gpt-5-mini, timeout: 60, max_budget: 100, budget_duration: 30d,
      tags: ["task-class:alone"]}
router_settings:
  model_group_alias: {alone: solo}
  fallbacks: &chain [{triage: [sorter, gemini]}]
  context_window_fallbacks: *chain
litellm_settings:
  content_policy_fallbacks: [{triage: [sorter, gemini]}]
"""
    assert drifted(portfolio, text) == {}


FIELDS_ALLOCATION = """\
owner: support
task_classes:
  vectors:
    mode: embedding
    route: [{model: own/vectors, weight: 50}, {model: eu/vectors, weight: 50}]
  cheap:
    route: [{model: gpt-5-mini}]
    demand: {requests: 10, input_tokens: 10, output_tokens: 10, service_tier: flex}
"""
FIELDS_CATALOG = """\
models:
  own/vectors:
    mode: embedding
    endpoint: {model: openai/vectors, environment: VECTORS}
    tokens_per_minute: 90000
  eu/vectors:
    base: bedrock/cohere.embed-english-v3
    endpoint: {model: bedrock/cohere.embed-english-v3, region: eu-central-1}
"""


def test_limits_regions_and_tiers_are_compared_both_ways(tmp_path: Path) -> None:
    for path, text in {
        "govern.yaml": "organization: Example\n",
        "allocations/a.yaml": FIELDS_ALLOCATION,
        "catalog/models.yaml": FIELDS_CATALOG,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    text = export("litellm", as_of=DAY, root=tmp_path).data.decode()
    assert drifted(tmp_path, text) == {}
    region, tier = "    aws_region_name: eu-central-1\n", "    service_tier: flex\n"
    for before, after, kind, words in (
        ("tpm: 90000", "tpm: 9000", "rate-limit", "declares 90,000 tokens a minute for `openai/"),
        ("    tpm: 90000\n", "", "rate-limit", "it runs with no limit of tokens"),
        ("eu-central-1", "us-east-1", "region", "it runs with the region `us-east-1`"),
        (region, "", "region", "declares the region `eu-central-1` for `bedrock/cohere.embed-"),
        (region, "    aws_region_name: eu-west-1\n", "region", "the region `eu-west-1`"),
        (tier, "", "service-tier", "declares the service tier `flex` for `gpt-5-mini`; it runs"),
        (tier, "    service_tier: priority\n", "service-tier", "the service tier `priority`"),
    ):
        found = drifted(tmp_path, text, (before, after))
        assert set(found) == {f"{kind}-differs"}, after
        assert words in found[f"{kind}-differs"]


def test_what_a_file_includes_runs_too(portfolio, exported) -> None:
    (portfolio / "models.yaml").write_text(exported.replace("timeout: 8", "timeout: 9"))
    found = drifted(portfolio, "include: [models.yaml]\n")
    assert set(found) == {"timeout-differs"}
    with pytest.raises(SourceError, match=r"running\.yaml:1:11: the included file `gone\.yaml`"):
        drifted(portfolio, "include: [gone.yaml]\n")


def test_a_file_that_is_none_is_refused_with_its_place(portfolio) -> None:
    path = portfolio / "broken.yaml"
    path.write_text("model_list: [\n")
    with pytest.raises(SourceError, match=r"broken\.yaml:\d"):
        drift(DriftOptions(configs=(path,)), as_of=DAY, root=portfolio)
    with pytest.raises(UsageError, match="Nothing to compare"):
        drift(DriftOptions(), as_of=DAY, root=portfolio)


@contextmanager
def serving(answers: dict[str, object]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A local server: by path, JSON, or a status, or raw bytes; the requests it got."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = self.headers.get("authorization") or self.headers.get("x-api-key") or ""
            asked.append((self.path, key))
            answer = answers.get(self.path, answers.get(self.path.partition("?")[0], 404))
            status = answer if isinstance(answer, int) else 200
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", "http://127.0.0.1:9/steal")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def at_provider(portfolio, name: str, answers: dict[str, object]) -> dict[str, str]:
    keys = {"OPENAI_ADMIN_KEY": "admin-openai", "ANTHROPIC_ADMIN_KEY": "admin-anthropic"}
    with serving(answers) as (url, asked):
        report = drift(
            DriftOptions(providers=(name,), provider_url=url),
            as_of=DAY,
            root=portfolio,
            environment=keys,
        )
    assert {key for _, key in asked} <= {"Bearer admin-openai", "admin-anthropic"}
    assert "admin-" not in str(report)
    return {one.name: one.message for one in report.findings}


def openai_limit(cents: int, status: str) -> dict[str, object]:
    return {
        "object": "organization.spend_limit",
        "currency": "USD",
        "interval": "month",
        "threshold_amount": cents,
        "enforcement": {"status": status},
    }


def test_openai_limits_that_exist_but_do_not_enforce(portfolio) -> None:
    project = {"id": "proj_1", "name": "prod", "status": "active", "residency": "US_STORAGE"}
    archived = {"id": "proj_0", "name": "old", "status": "archived"}
    answers = {
        "/organization/spend_limit": openai_limit(60_000, "enforcing"),
        "/organization/projects?limit=100": {"data": [archived], "has_more": True},
        "/organization/projects?limit=100&after=proj_0": {"data": [project], "has_more": False},
        "/organization/projects/proj_1/spend_limit": openai_limit(10_000, "inactive"),
        "/organization/projects/proj_1/model_permissions": {
            "mode": "allow_list",
            "model_ids": ["gpt-5", "gpt-5-nano"],
        },
    }
    found = at_provider(portfolio, "openai", answers)
    assert "project prod at openai, 100.00 USD a month, exists but" in found["limit-not-enforcing"]
    assert "`gpt-5-mini`; the project prod" in found["provider-refuses-model"]
    assert "`gpt-5` and `gpt-5-nano`, which no task class" in found["provider-allows-more"]
    # Storage in a place says nothing of where requests are processed.
    assert (
        "EU only; the project prod at openai processes in global"
        in (found["residency-not-enforced"])
    )
    assert "provider-limit-differs" not in found  # 500 and 100 a month are the limit's 600
    assert "provider-limit-missing" not in found


def test_openai_in_order_says_nothing(portfolio) -> None:
    project = {"id": "p", "name": "eu", "status": "active", "residency": "EU_STORAGE_PROCESSING"}
    answers = {
        "/organization/spend_limit": openai_limit(60_000, "enforcing"),
        "/organization/projects": {"data": [project], "has_more": False},
    }
    assert at_provider(portfolio, "openai", answers) == {}
    answers["/organization/spend_limit"] = openai_limit(50_000, "enforcing")
    found = at_provider(portfolio, "openai", answers)
    assert (
        "600.00 USD a month; the provider's limit is 500.00 USD"
        in (found["provider-limit-differs"])
    )


def test_anthropic_limits_and_residency(portfolio) -> None:
    limit = {
        "id": "spl_1",
        "type": "spend_limit",
        "amount": "50000",
        "currency": "USD",
        "is_enabled": False,
        "period": "month",
        "scope": {"type": "organization"},
    }
    workspace = {
        "id": "wrkspc_1",
        "name": "prod",
        "data_residency": {
            "allowed_inference_geos": ["us"],
            "default_inference_geo": "us",
            "workspace_geo": "us",
        },
    }
    answers = {
        "/v1/organizations/spend_limits": {"data": [limit], "next_page": None},
        "/v1/organizations/workspaces": {"data": [workspace], "has_more": False},
    }
    found = at_provider(portfolio, "anthropic", answers)
    assert (
        "organization at anthropic, 500.00 USD a month, exists but does not enforce"
        in (found["limit-not-enforcing"])
    )
    assert "No spend limit enforces at anthropic, which `triage`" in found["provider-limit-missing"]
    assert "workspace prod at anthropic processes in US" in found["residency-not-enforced"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (302, "redirects"),
        (401, "refuses the key in LITELLM_MASTER_KEY"),
        (500, "fails"),
        (b"<html>", "does not answer in JSON"),
        (b"[" * 100_000, "does not answer in JSON"),
        ({"data": "text"}, "does not answer as a LiteLLM proxy"),
        ([1], "does not answer as a LiteLLM proxy"),
    ],
)
def test_answers_are_hostile(portfolio, answer, words) -> None:
    with serving({"/model/info": answer}) as (url, _), pytest.raises(SourceError, match=words):
        drift(
            DriftOptions(urls=(url,)),
            as_of=DAY,
            root=portfolio,
            environment={"LITELLM_MASTER_KEY": "sk-test-only"},
        )


def test_an_answer_of_odd_types_is_read_as_far_as_it_goes(portfolio) -> None:
    evil = "evil\x1b[2J`name"
    answers = {
        "/model/info": {
            "data": [
                3,
                {"model_name": evil, "litellm_params": {"model": evil, "weight": "much"}},
                {"model_name": "triage", "litellm_params": {"model": "x" * 999, "tags": 3}},
            ]
        },
        "/get/config/callbacks": {"router_settings": {"fallbacks": [3, {"triage": 5}]}},
        "/router/settings": {"fields": [{"field_name": 3}, 4]},
        "/health/readiness": {"db": "connected"},
        "/team/list": [{"team_alias": "alone", "max_budget": "abc"}, 5],
    }
    with serving(answers) as (url, _):
        report = drift(
            DriftOptions(urls=(url,)),
            as_of=DAY,
            root=portfolio,
            environment={"LITELLM_MASTER_KEY": "sk-test-only"},
        )
    messages = " ".join(one.message for one in report.findings)
    assert "\x1b" not in messages
    assert "`evil?[2J'name` runs" in messages
    assert "sk-test-only" not in str(report)


def test_a_database_goes_before_the_file(portfolio, exported) -> None:
    """A team's budget in the database holds for all models of its task class."""
    models = [
        {"model_name": name, "litellm_params": {"model": model, "timeout": 60, **rest}}
        for name, model, rest in (("alone", "gpt-5-mini", {"tags": ["task-class:alone"]}),)
    ]
    answers = {
        "/model/info": {"data": models},
        "/get/config/callbacks": {"router_settings": {"fallbacks": []}},
        "/health/readiness": {"db": "connected"},
        "/team/list": [{"team_alias": "alone", "models": ["alone"], "max_budget": 100.0}],
    }
    with serving(answers) as (url, _):
        report = drift(
            DriftOptions(urls=(url,)),
            as_of=DAY,
            root=portfolio,
            environment={"LITELLM_MASTER_KEY": "sk-test-only"},
        )
    assert [one.subject for one in report.findings] == ["triage"]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://user:word@localhost",
        "http://api.example.com",
        "http://",
        "http://localhost:99999999",
        "http://local host",
        "https://example.com/?a=b",
    ],
)
def test_a_key_is_sent_to_no_odd_address(portfolio, address) -> None:
    with pytest.raises(UsageError):
        drift(
            DriftOptions(urls=(address,)),
            as_of=DAY,
            root=portfolio,
            environment={"LITELLM_MASTER_KEY": "sk-test-only"},
        )


def test_keys_come_from_the_environment_alone(portfolio) -> None:
    with pytest.raises(UnableError, match="LITELLM_MASTER_KEY is not set"):
        drift(DriftOptions(urls=("http://localhost:9",)), as_of=DAY, root=portfolio, environment={})


def test_the_command_prints_and_gates(portfolio, exported, govern) -> None:
    (portfolio / "running.yaml").write_text(exported.replace("timeout: 8", "timeout: 9"))
    arguments = ("drift", "--config", "running.yaml", "--as-of", "2026-11-24")
    done = govern(*arguments, cwd=portfolio)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"warning[DRF107]" in done.stdout
    done = govern(*arguments, "--fail-on", "warning", "--format", "sarif", cwd=portfolio)
    assert done.returncode == 1
    run = json.loads(done.stdout)["runs"][0]
    assert {one["ruleId"] for one in run["results"]} == {"DRF107"}


def test_every_kind_of_drift_is_explained() -> None:
    for kind in KINDS.values():
        page = explain(kind.id)
        assert page == explain(kind.name)
        assert f"{kind.id} {kind.name}: {kind.title}" in page
        assert kind.why in page
        assert json.loads(explain(kind.id.lower(), "json"))["severity"] == kind.severity.label
        assert explain(kind.id, "markdown").startswith(f"# {kind.id}")
