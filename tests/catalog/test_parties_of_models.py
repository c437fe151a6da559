"""Vendor, provider and cloud of a model, each under its own law, and whose weights are open."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from multillm_gov.catalog.facts import Exposure, ModelFacts, entities_of
from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.parties.exposure import regions_of, resolve_exposure
from multillm_gov.dimensions import Level

REVIEWED = Path(__file__).parent.parent / "data" / "catalog" / "vendors_and_families.txt"


def reviewed() -> list[tuple[str, ...]]:
    lines = REVIEWED.read_text().splitlines()[1:]
    return [tuple(part.strip() for part in line.split("|")) for line in lines]


def shipped(name: str) -> list[dict[str, object]]:
    folder = files("multillm_gov.catalog") / "data"
    return json.loads((folder / name).read_text())


@pytest.fixture
def declared(overrides, price_map, as_of):
    def make(text: str):
        found, flaws = overrides(text)
        assert flaws == ()
        return open_catalog(found, None, lambda: price_map, as_of)

    return make


def test_every_reviewed_model_resolves_as_reviewed():
    wrong = []
    for vendor, family, model, weights, name, provider in reviewed():
        exposure = resolve_exposure(name, provider)
        resolved = (exposure.vendor, exposure.family, exposure.model, exposure.weights)
        if resolved != (vendor, family, model, weights):
            wrong.append((name, resolved))
    assert wrong == []


def test_nearly_every_model_of_the_installed_map_was_reviewed(price_map):
    known = {(vendor, model) for vendor, _, model, *_ in reviewed()}
    names = [name for name, _ in price_map.entries()]
    exposures = [resolve_exposure(name, price_map.provider_of(name)) for name in names]
    new = [one for one in exposures if (one.vendor, one.model) not in known]
    assert len(new) <= 0.05 * len(names)


@pytest.mark.parametrize(
    ("name", "vendor", "family"),
    [
        ("bedrock/writer.palmyra-x5-v1:0", "writer", "palmyra"),
        ("us.writer.palmyra-x4-v1:0", "writer", "palmyra"),
        ("vertex_ai/text-bison", "google", "palm"),
        ("deepgram/nova-2-general", "deepgram", "deepgram-nova"),
        ("amazon.nova-2-lite-v1:0", "amazon", "nova"),
        ("perplexity/pplx-embed-v1-4b", "perplexity", "pplx"),
        ("together_ai/Salesforce/Llama-Rank-V1", "salesforce", "llama-rank"),
        ("perplexity/perplexity/glm-5.2", "zai", "glm"),
        ("nvidia_nim/nvidia/llama-3.1-nemotron-70b", "nvidia", "nemotron"),
        ("sail/nvidia/Gemma-4-31B-IT-NVFP4", "google", "gemma"),
        ("nebius/BAAI/bge-multilingual-gemma2", "baai", "bge"),
        ("runwayml/eleven_multilingual_v2", "elevenlabs", "eleven"),
        ("fal_ai/high/1024-x-1024/openai/gpt-image-2/edit", "openai", "gpt-image"),
    ],
)
def test_vendors_are_matched_by_whole_parts_and_the_namespace_first(name, vendor, family):
    exposure = resolve_exposure(name)
    assert (exposure.vendor, exposure.family) == (vendor, family)


@pytest.mark.parametrize(
    "prefix",
    [
        "openrouter",
        "perplexity",
        "vercel_ai_gateway",
        "databricks",
        "snowflake",
        "nvidia_nim",
        "huggingface",
        "replicate",
        "github_copilot",
        "hosted_vllm",
    ],
)
def test_a_prefix_that_serves_is_the_provider_with_and_without_a_base(declared, prefix):
    name = f"{prefix}/anthropic/claude-sonnet-4.6"
    based = declared(f"models: {{{name}: {{base: anthropic/claude-sonnet-4-6}}}}").find(name)
    alone = declared(f"models: {{{name}: {{mode: chat}}}}").find(name)
    assert {based.exposure.provider, alone.exposure.provider} == {prefix}
    assert {based.exposure.vendor, alone.exposure.vendor} == {"anthropic"}
    assert {based.exposure.model, alone.exposure.model} == {"claude-sonnet-4-6"}


@pytest.mark.parametrize(
    ("arn", "regions"),
    [
        ("arn:aws:bedrock:ap-northeast-1::foundation-model/amazon.nova-pro-v1:0", ("JP",)),
        ("arn:aws:bedrock:eu-central-1:1:provisioned-model/abc", ("EU", "DE")),
        ("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-6", ("EU",)),
        ("arn:aws:bedrock:eu-west-1:1:application-inference-profile/abc", ()),
        ("arn:aws:bedrock:::foundation-model/amazon.nova-pro-v1:0", ()),
        ("arn:", ()),
    ],
)
def test_the_region_of_an_arn_is_its_place_unless_a_profile_routes_onward(arn, regions):
    assert regions_of(f"bedrock/{arn}") == regions
    assert regions_of(f"bedrock/converse/{arn}") == regions


def test_each_party_is_bound_by_its_own_law(declared):
    catalog = declared("{}")
    parties = catalog.find("azure_ai/mistral-medium-2505").exposure.parties()
    assert parties == (
        ("vendor", "mistral", "FR"),
        ("provider", "azure", "US"),
        ("cloud", "azure", "US"),
    )
    claude = catalog.find("anthropic/claude-sonnet-4-6").exposure
    assert (claude.cloud, claude.laws()) == ("unknown", {"US"}), "all clouds it names are US ones"


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("together_ai/Qwen/Qwen2.5-72B-Instruct-Turbo", "open"),
        ("deepinfra/Qwen/Qwen3-Coder-480B-A35B-Instruct-Turbo", "open"),
        ("dashscope/qwen-turbo-latest", "closed"),
        ("dashscope/qwen3-max", "closed"),
    ],
)
def test_a_host_that_quantizes_open_weights_does_not_close_them(name, weights):
    assert resolve_exposure(name).weights == weights


def test_the_vendor_of_open_weights_is_no_party_to_what_others_serve():
    hosted = resolve_exposure("deepseek.v3.2", "bedrock")
    assert (hosted.vendor, hosted.weights) == ("deepseek", "open")
    assert hosted.laws() == {"US"}
    assert (hosted.priced_by, hosted.billed_by) == ("amazon", "amazon")
    assert hosted.at(Level.VENDOR) == "amazon"
    closed = resolve_exposure("anthropic.claude-sonnet-4-6", "bedrock")
    assert (closed.priced_by, closed.billed_by) == ("anthropic", "amazon")
    assert ("vendor", "US") in closed.jurisdictions()


def test_what_runs_in_house_has_no_supplier_and_no_foreign_law(declared):
    text = """
models:
  hosted_vllm/qwen: {mode: chat, exposure: {family: qwen, vendor: alibaba, provider: in-house, cloud: in-house, jurisdiction: CN}}
  hosted_vllm/rented: {mode: chat, exposure: {vendor: mistral, provider: in-house, cloud: aws, weights: closed}}
"""  # noqa: E501
    catalog = declared(text)
    own = catalog.find("hosted_vllm/qwen").exposure
    assert (own.vendor, own.priced_by) == ("alibaba", "in-house")
    assert own.laws() == frozenset()
    rented = catalog.find("hosted_vllm/rented").exposure
    assert rented.priced_by == "mistral"
    assert rented.laws() == {"FR", "US"}


def test_laws_of_companies_are_declared_once(declared):
    text = """
models: {x/m: {mode: chat, exposure: {vendor: acme, provider: host, cloud: shed}}}
vendors: {acme: {jurisdiction: CH}}
providers: {host: {jurisdiction: FI}}
clouds: {shed: {jurisdiction: IS}}
"""
    assert declared(text).find("x/m").exposure.laws() == {"CH", "FI", "IS"}
    unknown = declared("models: {x/m: {mode: chat}}").find("x/m").exposure
    assert unknown.laws() == {"unknown"}


def test_one_company_is_bound_by_one_law_whatever_its_part():
    exposure = Exposure(model="m", vendor="a", provider="a", cloud="a", jurisdiction="DE")
    assert exposure.laws() == {"DE"}


def test_deployments_of_one_base_are_one_model_unless_given_another_vendor(declared):
    text = """
models:
  azure/prod: {base: azure/gpt-4.1}
  azure/tuned: {base: azure/gpt-4.1, exposure: {vendor: in-house}}
  azure/named: {base: azure/gpt-4.1, exposure: {model: gpt-4.1-legal}}
"""
    catalog = declared(text)
    models = {name: catalog.find(f"azure/{name}").exposure.model for name in ("prod", "tuned")}
    assert models == {"prod": "gpt-4.1", "tuned": "azure/tuned"}
    assert catalog.find("azure/named").exposure.model == "gpt-4.1-legal"
    assert catalog.find("azure/prod").deployment == "azure/prod"


def test_a_known_place_is_a_law_too_and_a_region_belongs_to_one_cloud():
    def at(provider: str, cloud: str, *regions: str) -> ModelFacts:
        exposure = Exposure(model="m", vendor="in-house", provider=provider, cloud=cloud)
        return ModelFacts(name="m", source="override", exposure=exposure, regions=regions)

    german = at("in-house", "in-house", "EU", "DE")
    assert german.laws == {"DE"}
    assert at("bedrock", "aws", "EU").sites != at("azure", "azure", "EU").sites
    assert at("bedrock", "aws", "global").sites == ()
    assert entities_of(at("in-house", "in-house"), Level.JURISDICTION) == {"in-house"}
    assert entities_of(None, Level.JURISDICTION) == {"unknown"}


def test_every_shipped_fact_has_its_source_and_every_country_its_code():
    for row in shipped("weights.json")[1:]:
        assert row["weights"] in {"open", "closed"}
        assert str(row["source"]).startswith("https://"), row
    vendors = {str(row["vendor"]) for row in shipped("vendors.json")}
    assert {str(row["vendor"]) for row in shipped("weights.json")[1:]} <= vendors
    clouds = {str(row["id"]) for row in shipped("clouds.json")}
    for row in shipped("providers.json")[1:]:
        assert row.get("cloud") in {None, *clouds}, row
    for name in ("vendors.json", "providers.json", "clouds.json"):
        for row in shipped(name):
            country = str(row.get("jurisdiction") or "")
            assert country == "" or (len(country) == 2 and country.isupper()), row
