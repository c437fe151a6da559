"""The book of gateway lint: every rule finds its example and leaves the mended one alone."""

import datetime as dt
from functools import cache

import pytest

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.documents.document import SourceFile
from multillm_gov.finding import Finding, Severity
from multillm_gov.gateways.litellm.book import all_lint_rules, find_lint_rule
from multillm_gov.gateways.litellm.linting import lint
from multillm_gov.gateways.litellm.reading import read_configuration
from multillm_gov.gateways.litellm.rule import LintContext
from multillm_gov.gateways.litellm.versions import TESTED, Affected, parse_release
from multillm_gov.sources.price_map import shipped_price_map
from multillm_gov.workflows.pages.explain import explain

RULES = all_lint_rules()
DAY = dt.date(2026, 11, 24)
TRAPS = (
    *("litellm-docs PR#948", "#31292", "#38176", "#33327", "#41344", "#10973", "#36533", "#13882"),
    *("PR#41218", "#10317", "#31557", "PR#35689", "#39655", "#40405", "PR#38406", "PR#31287"),
    *("#33329", "#18444", "#15944", "#12383", "#18542", "#11975", "#25204", "#7950", "PR#42255"),
    *("#3884", "#17729"),
)
"""Public threads about configurations that do not do what they say, in their known order."""


@cache
def catalog() -> Catalog:
    return open_catalog(Overrides(), None, shipped_price_map, DAY)


def judged(
    text: str, release: str = TESTED, environment: frozenset[str] | None = None
) -> tuple[Finding, ...]:
    configuration, _ = read_configuration(SourceFile("config.yaml", text.encode()))
    assert configuration is not None
    context = LintContext(
        configuration=configuration,
        release=parse_release(release),
        catalog=catalog(),
        as_of=DAY,
        environment=environment,
    )
    return lint(context)


def of(rule: str, text: str, release: str = TESTED) -> list[str]:
    return [one.message for one in judged(text, release) if one.rule == rule]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_example_and_not_the_mended_one(rule) -> None:
    if rule.violating and not rule.violating.startswith("#"):
        release = "1.75.0" if rule.affected.until else TESTED
        found = [one for one in judged(rule.violating, release) if one.rule == rule.id]
        assert found
        assert all(one.location.line >= 1 and one.remedy and one.message for one in found)
    if rule.compliant and not rule.compliant.startswith("#"):
        configuration, _ = read_configuration(SourceFile("c.yaml", rule.compliant.encode()))
        assert configuration is not None
        found = [one for one in judged(rule.compliant) if one.rule == rule.id]
        assert not [one for one in found if one.severity > Severity.NOTE], found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_where_it_is_from_and_what_it_is_about(rule) -> None:
    assert rule.why.endswith(".")
    assert rule.remediation.endswith(".")
    assert rule.source
    assert not rule.title.endswith(".")
    assert rule.title in explain(rule.id)
    assert find_lint_rule(rule.name) is rule


@pytest.mark.parametrize("thread", TRAPS)
def test_every_known_trap_is_a_rule(thread: str) -> None:
    assert [rule.id for rule in RULES if thread in rule.source or thread == rule.trap]


WEIGHTS = """\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: a, litellm_params: {model: openai/gpt-4.1, weight: 3}}
"""


def test_another_release_is_judged_by_what_it_does() -> None:
    (now,) = of("GOV841", WEIGHTS)
    (before,) = of("GOV841", WEIGHTS, "1.98.0")
    assert "no request goes to" in now
    assert "this release ignores `weight`" in before
    star = "router_settings: {context_window_fallbacks: [{'*': [a]}]}\n" + WEIGHTS
    assert not of("GOV817", star)
    assert of("GOV817", star, "v1.98.0-stable")
    public = "general_settings: {master_key: sk-1234}\n"
    assert "does not start" in of("GOV871", public)[0]
    assert "anybody may administer" in of("GOV871", public, "1.98.0")[0]
    assert Affected(until="1.83.0").holds((1, 80, 0))
    assert not Affected(until="1.83.0").holds((1, 83, 0))


def test_unset_variables_are_reported_once_and_only_on_request() -> None:
    text = (
        "model_list:\n"
        "  - {model_name: a, litellm_params: {model: openai/x, api_key: os.environ/KEY_ONE}}\n"
        "  - {model_name: b, litellm_params: {model: openai/y, api_key: os.environ/KEY_ONE}}\n"
        "environment_variables: {KEY_TWO: os.environ/KEY_THREE}\n"
    )
    assert not of("GOV872", text)
    found = judged(text, environment=frozenset({"KEY_THREE"}))
    assert [(one.location.line, one.message) for one in found if one.rule == "GOV872"] == [
        (2, "`KEY_ONE` is not set (did you mean `KEY_TWO` or `KEY_THREE`?)")
    ]


def test_every_circle_is_told_once() -> None:
    text = (
        "model_list:\n"
        + "".join(
            f"  - {{model_name: {name}, litellm_params: {{model: openai/{name}}}}}\n"
            for name in "abc"
        )
        + "router_settings: {fallbacks: [{a: [b]}, {b: [c]}, {c: [a]}, {c: [c]}]}\n"
    )
    assert of("GOV812", text) == [
        "`a` falls back to itself, over `b` and `c`: the second try meets the same failure"
    ]


def test_what_may_come_from_elsewhere_is_no_error() -> None:
    text = (
        "general_settings: {store_model_in_db: true}\n"
        "model_list:\n  - {model_name: a, litellm_params: {model: openai/gpt-4o}}\n"
        "router_settings: {fallbacks: [{a: [stored]}]}\n"
    )
    found = {one.rule: one.severity for one in judged(text)}
    assert found["GOV811"] is Severity.WARNING


@pytest.mark.parametrize(
    ("release", "passed"),
    [
        ("1.60.0", "`/v1/responses` and `/v1/embeddings` in LiteLLM 1.75.0,"),
        ("1.98.0", "`/v1/responses`, `/v1/messages` and `/v1/embeddings` in LiteLLM 1.98.0,"),
        ("1.106.1", "`/v1/responses`, `/v1/messages` and `/v1/embeddings` in LiteLLM 1.98.0,"),
        ("1.106.2", ""),
        ("1.110.2", ""),
    ],
)
def test_routes_that_budgets_pass_by_are_those_of_the_release(release: str, passed: str) -> None:
    text = (
        "router_settings: {provider_budget_config: {openai: {budget_limit: 9, time_period: 1d}}, "
        "redis_host: h}\nmodel_list:\n  - {model_name: a, litellm_params: {model: openai/gpt-4o, "
        "max_budget: 5, budget_duration: 1d}}\n"
    )
    found = of("GOV833", text, release)
    assert len(found) == (2 if passed else 0)
    assert all(passed in message for message in found)


def passing(*more: str) -> str:
    return f"general_settings: {{pass_through_endpoints: [{{{', '.join(more)}}}]}}\n"


@pytest.mark.parametrize(
    ("text", "release", "words"),
    [
        (passing("path: /v1/rerank", "target: t"), TESTED, "is a route of LiteLLM itself"),
        (passing("path: /x", "target: t", "auth: false"), TESTED, "asks for no key"),
        (passing("path: /x", "target: t"), "1.83.0", "asks for no key"),
        (passing("path: /x", "target: t"), "1.90.0", "were reported to pass budgets"),
        (passing("path: /x", "target: t", "auth: true"), "1.83.0", "were reported to pass budgets"),
    ],
)
def test_a_pass_through_route_is_judged_by_what_asks_for_a_key(text, release, words) -> None:
    (message,) = of("GOV837", text, release)
    assert words in message


GHOST = "router_settings: {fallbacks: [{ghost: [a]}]}\nmodel_list:\n"


def test_a_name_without_deployment_reaches_the_router_beside_patterns_alone() -> None:
    entry = "  - {model_name: a, litellm_params: {model: openai/gpt-4o}}\n"
    pattern = "  - {model_name: mistral/*, litellm_params: {model: mistral/*}}\n"
    assert "refused as an unknown model" in of("GOV813", GHOST + entry)[0]
    assert "answered by the first fallback" in of("GOV813", GHOST + entry + pattern)[0]
    stored = "general_settings: {store_model_in_db: true}\n"
    assert "no deployment in this file" in of("GOV813", stored + GHOST + entry)[0]


TAGS = """\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, tags: [eu]}}
  - {model_name: a, litellm_params: {model: openai/gpt-4.1, tags: [default]}}
router_settings: {enable_tag_filtering: true, routing_strategy: usage-based-routing}
"""


def test_the_first_usage_based_strategy_ignores_tags_in_all_but_the_newest_release() -> None:
    assert "`usage-based-routing` ignores them" in of("GOV844", TAGS, "1.108.0")[0]
    assert not of("GOV844", TAGS)
    assert not of("GOV844", TAGS.replace("based-routing}", "based-routing-v2}"), "1.83.0")


def test_what_only_looks_like_a_secret_a_retry_or_a_home_is_none() -> None:
    """Each was a false statement once."""
    header = "general_settings: {oauth2_config_mappings: {token: X-Auth-Token}}\n"
    assert not of("GOV871", header)
    assert of("GOV871", header.replace("oauth2_config_mappings", "other"))
    retries = "model_list:\n  - {model_name: a, litellm_params: {model: openai/gpt-4o, NAME: 50}}\n"
    assert not of("GOV852", retries.replace("NAME", "max_retries"))
    assert of("GOV852", retries.replace("NAME", "num_retries"))
    limit = "litellm_settings: {max_parallel_requests: 9}\n"
    assert not of("GOV804", limit)
    assert "read by nothing" in of("GOV803", limit)[0]
    named = "model_list:\n  - {model_name: a, litellm_params: {model: MODEL}}\n"
    floating = of("GOV865", named.replace("MODEL", "text-completion-codestral/codestral-latest"))
    assert "last snapshot known" in floating[0]


def test_what_an_entry_of_several_groups_names_is_told_once() -> None:
    text = (
        "model_list:\n  - {model_name: a, litellm_params: {model: openai/gpt-4o}}\n"
        "router_settings: {fallbacks: [{model: a, fallback_model: b}]}\n"
    )
    found = [one.rule for one in judged(text) if one.rule in {"GOV811", "GOV813", "GOV818"}]
    assert found == ["GOV818"]


@pytest.mark.parametrize(
    "model", ["openai/${NAME}", "no-such/{{ model }}", "$MODEL_NAME", "x/$(M)"]
)
def test_a_placeholder_is_told_and_nothing_is_claimed_of_the_model(model: str) -> None:
    text = f"model_list:\n  - {{model_name: a, litellm_params: {{model: '{model}'}}}}\n"
    assert {one.rule for one in judged(text)} == {"GOV873"}
    assert not of("GOV873", text.replace(model, "os.environ/NAME"))


def test_a_variable_that_is_set_to_a_placeholder_is_told() -> None:
    (message,) = of("GOV873", "environment_variables: {OPENAI_API_KEY: '${OPENAI_API_KEY}'}\n")
    assert "`OPENAI_API_KEY`" in message
    assert not of("GOV873", "environment_variables: {A: os.environ/B, LOG: INFO, PORT: 1}\n")


@pytest.mark.parametrize(
    ("parameters", "drops"),
    [
        ("model: qwen3-omni, api_base: http://own:80", True),
        ("model: no-such/x, api_base: http://own:80", True),
        ("model: gpt-oss-120b-own, api_base: http://own:80", True),
        ("model: no-such/x, api_base: https://api.groq.com/openai/v1", False),
        ("model: no-such/x, api_base: https://api.groq.com/openai/v10", True),
        ("model: own-name, api_base: https://ollama.com/v1", False),
        ("model: own-name, api_base: os.environ/BASE", False),
        ("model: own-name, litellm_credential_name: store", False),
        ("model: openai/own-name, api_base: http://own:80", False),
    ],
)
def test_the_address_of_a_known_provider_names_it(parameters: str, drops: bool) -> None:
    text = f"model_list:\n  - {{model_name: a, litellm_params: {{{parameters}}}}}\n"
    assert bool(of("GOV807", text)) == drops


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("{v: [a]}", "the alias `v` names a list of groups, and LiteLLM takes one"),
        ("{v: 5}", "the alias `v` names no group"),
        ("{v: {hidden: true}}", "the alias `v` names no group"),
        ("{v: {model: a}}", "the alias `v` is a mapping without `hidden`"),
        ("[{v: a}]", "`model_group_alias` is no mapping"),
        ("{v: {model: a, hidden: false}}", ""),
        ("{v: a}", ""),
    ],
)
def test_an_alias_is_a_name_or_a_whole_mapping(alias: str, message: str) -> None:
    text = (
        "model_list:\n  - {model_name: a, litellm_params: {model: openai/gpt-4o}}\n"
        f"router_settings: {{model_group_alias: {alias}}}\n"
    )
    found = of("GOV848", text)
    assert found == [] if not message else found[0].startswith(message)
    if "without" in message:
        assert not of("GOV848", text, "1.83.0")


def test_no_setting_is_sent_to_where_it_means_another_thing() -> None:
    (message,) = of("GOV803", "model_list: []\nlogging: {level: info}\n")
    assert message.startswith("`logging` at the top level is read by nothing")
    assert not of("GOV804", "model_list: []\nlogging: {level: info}\n")
    (message,) = of("GOV803", "general_settings: {max_parallel_requests: 9}\n")
    assert "mean `max_parallel_requests`" not in message
    assert "first release" not in message
    assert not of("GOV803", "general_settings: {custom_auth_settings: {mode: auto}}\n")
    (message,) = of("GOV804", "general_settings: {set_verbose: true}\n")
    assert "`router_settings` and `litellm_settings`" in message
    (message,) = of("GOV804", "general_settings: {enable_post_custom_auth_checks: true}\n")
    assert "`litellm_settings`" in message
