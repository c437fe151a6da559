"""Forecasts of task classes whose cost is not text tokens alone; every price is declared or given
here."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.measures.figures import PortfolioFigures, TaskFigures
from multillm_gov.reporting.stress.report import risk_metrics
from multillm_gov.risk.limits.register import register_of
from multillm_gov.risk.portfolio_risk import measure_board_risk
from multillm_gov.rules.engine.assessment import assess
from multillm_gov.state.loading import load_state

TEXT = {"input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06}
MAP = {
    "sonar": TEXT
    | {
        "mode": "chat",
        "litellm_provider": "perplexity",
        "search_context_cost_per_query": {
            "search_context_size_low": 0.005,
            "search_context_size_high": 0.012,
        },
    },
    "gpt-audio": {
        "mode": "chat",
        "litellm_provider": "openai",
        "input_cost_per_token": 2.5e-06,
        "output_cost_per_token": 1e-05,
        "input_cost_per_audio_token": 3.2e-05,
        "output_cost_per_audio_token": 6.4e-05,
    },
    "gpt-regional": {
        "mode": "chat",
        "litellm_provider": "openai",
        "input_cost_per_token": 2.5e-06,
        "output_cost_per_token": 1.5e-05,
        "regional_processing_uplift_multiplier_eu": 1.1,
        "fedramp_uplift_multiplier": 1.2,
    },
    "claude": {
        "mode": "chat",
        "litellm_provider": "anthropic",
        "input_cost_per_token": 3e-06,
        "output_cost_per_token": 1.5e-05,
        "cache_read_input_token_cost": 3e-07,
        "cache_creation_input_token_cost": 3.75e-06,
        "cache_creation_input_token_cost_above_1hr": 6e-06,
        "cache_creation_input_token_cost_above_12hr": 9e-06,
    },
    "listener": {
        "mode": "realtime",
        "litellm_provider": "openai",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 1e-06,
        "input_cost_per_audio_token": 1e-05,
        "cache_read_input_audio_token_cost": 1e-06,
        "cache_creation_input_audio_token_cost": 4e-06,
    },
    "guard": {
        "mode": "guardrail",
        "litellm_provider": "bedrock",
        "guardrail_cost_per_unit": {
            "contentPolicyUnits": 0.00015,
            "contentPolicyImageUnits": 0.00075,
            "topicPolicyUnits": 0.0001,
            "wordPolicyUnits": 0.0,
        },
    },
    "bedrock/us-east-1/1-month-commitment/anthropic.claude-v2:1": {
        "mode": "chat",
        "litellm_provider": "bedrock",
        "input_cost_per_second": 0.0175,
        "output_cost_per_second": 0.0175,
    },
    "azure/gpt": {
        "mode": "chat",
        "litellm_provider": "azure",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 1e-05,
    },
    "nightly": {
        "mode": "chat",
        "litellm_provider": "deepseek",
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 2e-06,
        "off_peak_pricing": {
            "input_cost_per_token": 1e-06,
            "output_cost_per_token": 1e-06,
            "windows": [{"hours_utc": "00:00-06:00"}],
        },
    },
    "pictures": {
        "mode": "image_generation",
        "litellm_provider": "openai",
        "input_cost_per_token": 5e-06,
        "output_cost_per_image_token": 4e-05,
    },
    "high/1024-x-1536/pictures": {
        "mode": "image_generation",
        "litellm_provider": "openai",
        "input_cost_per_image": 0.25,
    },
    "512-x-512/pictures": {
        "mode": "image_generation",
        "litellm_provider": "openai",
        "output_cost_per_image": 0.02,
    },
    "nothing": {
        "mode": "chat",
        "litellm_provider": "openai",
        "input_cost_per_token": 0.0,
        "output_cost_per_token": 0.0,
    },
}
Measure = Callable[..., PortfolioFigures]


def assessed(allocations: str, catalog: str = "", settings: str = "") -> Any:
    files = {"allocations/a.yaml": "task_classes:\n" + allocations}
    if catalog:
        files["catalog/c.yaml"] = catalog
    if settings:
        files["govern.yaml"] = settings
    sources = [SourceFile(path, text.encode()) for path, text in files.items()]
    price_map = PriceMap("test", json.dumps(MAP).encode())
    state = load_state(sources, as_of=date(2026, 11, 30), price_map=lambda: price_map)
    return assess(state)


def only(allocations: str, catalog: str = "", settings: str = "") -> TaskFigures:
    (task,) = assessed(allocations, catalog, settings).state.figures.tasks
    return task


@pytest.mark.parametrize(
    ("demand", "usd"),
    [
        ("{requests: 100000, input_tokens: 50, output_tokens: 100, searches: 1}", "515"),
        (
            (
                "{requests: 100000, input_tokens: 50, output_tokens: 100, searches: 2, "
                "search_context: high}"
            ),
            "2415",
        ),
        ("{requests: 100000, input_tokens: 50, output_tokens: 100}", "15"),
    ],
)
def test_web_searches_have_a_fee_by_their_context(demand: str, usd: str) -> None:
    task = only(f"  t: {{route: [{{model: sonar}}], demand: {demand}}}")
    assert task.spend_per_month == Decimal(usd)


def test_a_task_class_that_needs_searches_is_taken_to_search_once_a_request() -> None:
    task = only(
        "  t: {route: [{model: sonar}], needs: {capabilities: [web_search]}, "
        "demand: {requests: 100000, input_tokens: 50, output_tokens: 100}}"
    )
    assert task.spend_per_month == 515
    assert task.legs[0].remarks == ("one web search a request assumed (low context)",)


def test_tokens_of_a_task_class_that_needs_audio_are_audio_unless_it_says_otherwise() -> None:
    needs = "needs: {capabilities: [audio_input, audio_output]}"
    task = only(
        f"  t: {{route: [{{model: gpt-audio}}], {needs}, "
        "demand: {requests: 10000, input_tokens: 600, output_tokens: 1200}}"
    )
    assert task.spend_per_month == 960
    assert task.legs[0].remarks == (
        "all input tokens taken to be audio",
        "all output tokens taken to be audio",
    )
    mixed = only(
        f"  t: {{route: [{{model: gpt-audio}}], {needs}, demand: {{requests: 10000, "
        "input_tokens: 100, audio_input_tokens: 500, audio_output_tokens: 1200}}"
    )
    assert mixed.spend_per_month == Decimal("2.5") + 160 + 768


def test_a_place_of_processing_has_its_surcharge() -> None:
    allocation = (
        "  t: {route: [{model: gpt-regional}], "
        "demand: {requests: 100000, input_tokens: 2000, output_tokens: 500}}"
    )
    assert only(allocation).spend_per_month == 1250
    task = only(allocation, "providers: {openai: {regions: [EU]}}")
    assert task.spend_per_month == 1375
    assert task.legs[0].remarks == ("includes 10.0% for processing in one region",)


def test_cache_writes_are_billed_by_how_long_they_last() -> None:
    def cost(writes: str) -> Decimal | None:
        return only(
            "  t: {route: [{model: claude}], demand: {requests: 1000, input_tokens: 10000, "
            f"output_tokens: 1000, cached_input_share: 0.6{writes}}}}}"
        ).spend_per_month

    assert cost(", cache_write_share: 0.3") == Decimal("31.05")
    assert cost(", cache_write_1h_share: 0.3") == Decimal("37.80")
    assert cost(", cache_write_12h_share: 0.3") == Decimal("46.80")
    assert cost("") == Decimal("28.80")


def test_audio_that_is_written_to_the_cache_has_its_price() -> None:
    """600 read at 1, 300 written at 4 and 100 new at 10 USD a million; 10 out at 1."""
    task = only(
        "  t: {mode: realtime, route: [{model: listener}], demand: {requests: 1000000, "
        "audio_input_tokens: 1000, output_tokens: 10, cached_input_share: 0.6, "
        "cache_write_share: 0.2, cache_write_12h_share: 0.1}}"
    )
    assert task.spend_per_month == 600 + 1200 + 1000 + 10


def test_video_that_is_read_from_the_cache_costs_what_cached_text_does() -> None:
    """600 of 1,000 tokens at 0.3, 400 at 3 USD a million; 10 out at 15."""
    task = only(
        "  t: {route: [{model: claude}], demand: {requests: 1000000, "
        "video_input_tokens: 1000, output_tokens: 10, cached_input_share: 0.6}}"
    )
    assert task.spend_per_month == 180 + 1200 + 150


@pytest.mark.parametrize(
    ("demand", "usd"),
    [
        ("content_units: 2, topic_units: 2, content_images: 1", "125"),
        ("content_units: 2", "30"),
        ("input_tokens: 500", None),
        ("content_units: 2, grounding_units: 1", None),
    ],
)
def test_a_guardrail_bills_the_units_of_each_policy(demand: str, usd: str | None) -> None:
    task = only(
        "  t: {mode: guardrail, route: [{model: guard}], "
        f"demand: {{requests: 100000, {demand}}}}}"
    )
    assert task.spend_per_month == (None if usd is None else Decimal(usd))


@pytest.mark.parametrize(
    "catalog",
    [
        "providers: {openai: {fedramp: true, regions: [EU]}}",
        "models: {gpt-regional: {fedramp: true, regions: [EU]}}",
        "models: {gpt-regional: {fedramp: true}}\nproviders: {openai: {fedramp: false}}",
    ],
)
def test_the_fedramp_endpoint_has_its_surcharge_in_place_of_a_regions(catalog: str) -> None:
    allocation = (
        "  t: {route: [{model: gpt-regional}], "
        "demand: {requests: 100000, input_tokens: 2000, output_tokens: 500}}"
    )
    task = only(allocation, catalog)
    assert task.spend_per_month == 1500
    assert task.legs[0].remarks == ("includes 20.0% for the FedRAMP endpoint",)
    other = "models: {gpt-regional: {fedramp: false}}\nproviders: {openai: {fedramp: true}}"
    assert only(allocation, other).spend_per_month == 1250


@pytest.mark.parametrize(
    "demand",
    [
        "{requests: 1000, input_tokens: 10000, output_tokens: 0}",
        "{requests: 1000, sizes: [{share: 1, input_tokens: 10000, output_tokens: 0}]}",
    ],
)
def test_a_zero_that_is_written_is_declared_and_one_that_is_left_out_is_not(demand: str) -> None:
    assert only(f"  t: {{route: [{{model: claude}}], demand: {demand}}}").spend_per_month == 30
    left_out = demand.replace(", output_tokens: 0", "")
    unknown = only(f"  t: {{route: [{{model: claude}}], demand: {left_out}}}")
    assert unknown.spend_per_month is None


def test_capacity_by_the_second_is_reserved_for_the_month() -> None:
    task = only(
        "  t: {route: [{model: 'bedrock/us-east-1/1-month-commitment/anthropic.claude-v2:1'}], "
        "demand: {requests: 100000, input_tokens: 1000, output_tokens: 200}}"
    )
    assert task.spend_per_month == Decimal("0.0175") * 3600 * 730


@pytest.mark.parametrize(
    ("limit", "usd"),
    [
        ("", "21600"),
        # 438,000 of 876,000 requests fit in; each of the others costs 0.005.
        (", requests_per_minute: 10", "23790"),
        # 2,300 tokens a request, 20 requests a minute: half of that fits.
        (", tokens_per_minute: 23000", "23790"),
    ],
)
def test_reserved_capacity_is_not_billed_by_the_token_but_what_exceeds_it_is(
    limit: str, usd: str
) -> None:
    task = only(
        "  t: {route: [{model: azure/ptu}], demand: {requests: 876000, input_tokens: 2000, "
        "output_tokens: 300}}",
        f"models: {{azure/ptu: {{base: azure/gpt, usd_fixed_per_month: 21600{limit}}}}}",
    )
    assert task.spend_per_month == Decimal(usd)


def test_retries_and_services_are_parts_of_the_requests() -> None:
    catalog = (
        "models: {custom/a: {mode: chat, usd_per_million_tokens: {input: 10, output: 10}, "
        "service_tiers: {batch: {usd_per_million_tokens: {input: 5, output: 5}}}}}"
    )
    allocation = (
        "  t: {{route: [{{model: custom/a}}], "
        "demand: {{requests: 1000, input_tokens: 900, output_tokens: 100, {}}}}}"
    )
    assert only(allocation.format("batch_share: 0.5"), catalog).spend_per_month == Decimal("7.5")
    assert only(allocation.format("retry_share: 0.02"), catalog).spend_per_month == Decimal("10.2")
    flex = only(allocation.format("service_tier: flex"), catalog)
    assert flex.spend_per_month == 10
    assert flex.legs[0].remarks == ("no flex price known; standard price used",)


@pytest.mark.parametrize(
    ("prices", "usd"),
    [
        ("usd_per: {page: 0.004, annotated_page: 0.001}", "52"),
        ("usd_per: {page: 0.004}, price_changes: [{starts: 2027-01-01, usd_per: {page: 9}}]", "40"),
        ("usd_per: {page: 9}, price_changes: [{starts: 2026-11-30, usd_per: {page: 0.004}}]", "40"),
        ("usd_per: {page: 0.004}, usd_minimum_per_request: 0.05", "50"),
        ("variants: {fast: {page: 0.006}}, usd_per: {page: 0.004}", "40"),
    ],
)
def test_every_price_can_be_declared(prices: str, usd: str) -> None:
    annotated = ", annotated_pages: 12" if "annotated" in prices else ""
    task = only(
        "  t: {mode: ocr, route: [{model: custom/ocr}], demand: {requests: 1000, pages: 10"
        f"{annotated}}}}}",
        f"models: {{custom/ocr: {{mode: ocr, {prices}}}}}",
    )
    assert task.spend_per_month == Decimal(usd)


def test_a_price_per_unit_is_added_to_those_of_the_base() -> None:
    task = only(
        "  t: {route: [{model: azure/mine}], "
        "demand: {requests: 1000, input_tokens: 500, output_tokens: 50, sessions: 1}}",
        "models: {azure/mine: {base: azure/gpt, usd_per: {session: 0.03}, surcharge: 0.1}}",
    )
    assert task.spend_per_month == Decimal("1.1") + 30


def test_prices_in_the_portfolios_currency_need_no_exchange_rate_and_others_are_not_known() -> None:
    allocation = (
        "  t: {route: [{model: custom/a}], "
        "demand: {requests: 1000, input_tokens: 900, output_tokens: 100}, "
        "spend_cap: {monthly: 20}}"
    )
    price = "mode: chat, usd_per_million_tokens: {input: 10, output: 10}"
    own = f"models: {{custom/a: {{currency: INR, {price}}}}}"
    dollars = f"models: {{custom/a: {{{price}}}}}"
    assert only(allocation, own, "currency: INR").spend_per_month == 10
    foreign = only(allocation, dollars, "currency: INR")
    assert foreign.spend_per_month is None
    assert foreign.legs[0].unknown is not None
    assert "no exchange rate to INR" in foreign.legs[0].unknown.reason
    rate = "currency: INR\nexchange: {usd_per_unit: 0.01, as_of: 2026-11-01}"
    assert only(allocation, dollars, rate).spend_per_month == 1000


def test_a_price_of_zero_in_the_map_is_not_known() -> None:
    task = only(
        "  t: {route: [{model: nothing}], "
        "demand: {requests: 1000, input_tokens: 900, output_tokens: 100}}"
    )
    assert task.spend_per_month is None
    declared = only(
        "  t: {route: [{model: nothing}], "
        "demand: {requests: 1000, input_tokens: 900, output_tokens: 100}}",
        "models: {nothing: {usd_per_million_tokens: {input: 0, output: 0}}}",
    )
    assert declared.spend_per_month == 0


@pytest.mark.parametrize(
    ("prices", "missing"),
    [("input: 0", "output"), ("output: 0", "input"), ("cache_read: 0", "input")],
)
def test_a_declared_zero_prices_only_the_unit_it_names(prices: str, missing: str) -> None:
    task = only(
        "  t: {route: [{model: own/x}], "
        "demand: {requests: 1000, input_tokens: 900, output_tokens: 100}}",
        f"models: {{own/x: {{usd_per_million_tokens: {{{prices}}}}}}}",
    )
    assert task.spend_per_month is None
    assert task.legs[0].unknown is not None
    assert f"no price per {missing} token is known" in task.legs[0].unknown.reason


@pytest.mark.parametrize("fact", ["regions: [EU]", "discount: 0.1", "max_input_tokens: 9000"])
def test_another_fact_of_a_model_does_not_prove_that_it_is_free(fact: str) -> None:
    task = only(
        "  t: {route: [{model: nothing}], "
        "demand: {requests: 1000, input_tokens: 900, output_tokens: 100}}",
        f"models: {{nothing: {{{fact}}}}}",
    )
    assert task.spend_per_month is None


def test_nothing_is_judged_by_spend_while_requests_have_no_price() -> None:
    assessment = assessed(
        "  t: {route: [{model: azure/gpt}], "
        "demand: {requests: 10000, input_tokens: 500, output_tokens: 50}}\n"
        "  u: {route: [{model: custom/c}], demand: {requests: 9990000, input_tokens: 1000}}\n",
        "models: {custom/c: {mode: chat}}",
    )
    risk = measure_board_risk(assessment.state, ())
    metrics = {metric.id: metric for metric in risk_metrics(risk, register_of(risk))}
    assert metrics["forecast-spend"].value == "at least 10.00 USD"
    for name in (
        "largest-vendor-of-spend",
        "effective-vendors",
        "effective-clouds",
        "price-shock",
    ):
        metric = metrics[name]
        assert (metric.value, metric.status, metric.number) == ("not judged", "neutral", None)
        assert metric.note == "99.9% of the requests have no known price"


def test_a_picture_has_the_price_of_its_size_which_the_map_lists_under_another_name() -> None:
    def cost(demand: str) -> TaskFigures:
        return only(
            "  t: {mode: image_generation, route: [{model: pictures}], "
            f"demand: {{requests: 1000, images: 1{demand}}}}}"
        )

    assert cost(", variant: high/1024x1536").spend_per_month == 250
    assert cost(", variant: 512x512").spend_per_month == 20
    unknown = cost("").legs[0].unknown
    assert unknown is not None
    assert "image_output_tokens" in unknown.reason
    assert cost(", variant: 8K").spend_per_month is None
    assert cost(", image_output_tokens: 1000, input_tokens: 100").spend_per_month == Decimal("40.5")


def test_fixed_costs_in_dollars_are_not_added_to_another_currency() -> None:
    task = only(
        "  t: {route: [{model: custom/a}], fallbacks: [custom/b], "
        "demand: {requests: 1000, input_tokens: 900, output_tokens: 100}}",
        "models:\n"
        "  custom/a: {mode: chat, currency: INR, usd_per_million_tokens: {input: 1, output: 1}}\n"
        "  custom/b: {mode: chat, usd_fixed_per_month: 100}\n",
        "currency: INR",
    )
    assert task.spend_per_month is None


def test_an_off_peak_price_is_named_and_never_counted() -> None:
    task = only(
        "  t: {route: [{model: nightly}], "
        "demand: {requests: 1000, input_tokens: 1000, output_tokens: 1000}}"
    )
    assert task.spend_per_month == 4
    assert task.legs[0].remarks == (
        "a request costs 0.002 USD off peak (00:00-06:00 UTC), which is not counted",
    )
