"""What a portfolio's own ``catalog/`` declares, and what becomes of the facts."""

from datetime import date
from decimal import Decimal

import pytest

from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import unknown_bases
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.units import Exact


@pytest.fixture
def declared(overrides, price_map, as_of):
    """A catalog over YAML texts that are without a flaw."""

    def make(*texts):
        found, flaws = overrides(*texts)
        assert flaws == ()
        return open_catalog(found, None, lambda: price_map, as_of)

    return make


def test_a_custom_model_has_the_declared_facts_and_nothing_else(declared):
    catalog = declared("""
models:
  custom/lead-scorer:
    mode: chat
    usd_per_million_tokens: {input: 0.05, output: 0.1, reasoning: 0.3}
    usd_fixed_per_month: 1150
    max_input_tokens: 8192
    capabilities: [response_schema]
    requests_per_minute: 600
    regions: [EU]
    exposure: {vendor: in-house, provider: in-house, cloud: own, jurisdiction: DE}
""")
    facts = catalog.find("custom/lead-scorer")
    assert facts.source == "override"
    assert facts.price.standard.input == Decimal("5E-8")
    assert facts.price.standard.output == Decimal("1E-7")
    assert facts.price.standard.reasoning == Decimal("3E-7")
    assert facts.price.standard.cache_read is None
    assert type(facts.price.standard.input) is Decimal
    assert not isinstance(facts.usd_fixed_per_month, Exact)
    assert facts.usd_fixed_per_month == 1150
    assert facts.capabilities == {"response_schema"}
    assert "vision" in facts.lacks
    assert facts.exposure.family == "unknown"
    assert (facts.exposure.vendor, facts.exposure.cloud, facts.exposure.jurisdiction) == (
        "in-house",
        "own",
        "DE",
    )
    assert facts.exposure.model == "custom/lead-scorer"
    assert facts.regions == ("EU",)
    assert facts.lifecycle.retirement is None


def test_a_tuned_model_inherits_from_its_base(declared):
    catalog = declared(
        "models: {azure/scorer: {base: gpt-4o-mini-2024-07-18, exposure: {vendor: in-house}}}"
    )
    base, facts = catalog.find("gpt-4o-mini-2024-07-18"), catalog.find("azure/scorer")
    assert facts.price == base.price
    assert facts.max_input_tokens == base.max_input_tokens
    assert facts.capabilities == base.capabilities
    assert facts.lifecycle.retirement == base.lifecycle.retirement is not None
    assert facts.exposure.model == "azure/scorer"
    assert (facts.exposure.provider, facts.exposure.cloud) == ("azure", "azure"), (
        "the prefix says who serves it"
    )
    assert (facts.exposure.vendor, facts.exposure.jurisdiction) == ("in-house", "unknown")


def test_bases_build_upon_each_other(declared):
    catalog = declared("""
models:
  a: {base: b, max_output_tokens: 7}
  b: {base: gpt-4o, discount: 0.5}
""")
    facts, base = catalog.find("a"), catalog.find("gpt-4o")
    assert facts.max_output_tokens == 7
    assert facts.price.standard.input == base.price.standard.input / 2


def test_a_known_name_is_amended(declared):
    catalog = declared("models: {openai/gpt-4o: {discount: 0.15, successor: openai/gpt-4.1}}")
    facts, listed = catalog.find("openai/gpt-4o"), catalog.find("gpt-4o")
    assert facts.price.standard.input == listed.price.standard.input * Decimal("0.85")
    assert facts.exposure == listed.exposure
    assert facts.lifecycle.floating_alias
    assert facts.lifecycle.successor.model == "openai/gpt-4.1"
    assert facts.lifecycle.successor.origin == "declared"
    assert listed.source == "litellm", "only the name as declared is amended"


def test_a_discount_reaches_tiers_and_services(declared):
    catalog = declared("models: {gemini/gemini-2.5-pro: {discount: 0.1}}")
    facts, plain = catalog.find("gemini/gemini-2.5-pro"), declared().find("gemini/gemini-2.5-pro")
    assert facts.price == plain.price.scaled(Decimal("0.9"))
    assert facts.price.tiers[0].price.input == plain.price.tiers[0].price.input * Decimal("0.9")


def test_declared_retirement_and_source_hold(declared):
    catalog = declared("""
models:
  gpt-4o: {retirement: {date: 2027-03-01, source: contract 12}}
  gpt-4.1: {retirement: {date: 2027-03-02}}
""")
    assert catalog.find("gpt-4o").lifecycle.retirement == date(2027, 3, 1)
    assert catalog.find("gpt-4o").lifecycle.source == "contract 12"
    assert catalog.find("gpt-4.1").lifecycle.source == "catalog/0.yaml"


def test_facts_of_a_provider_hold_for_all_its_models(declared):
    catalog = declared("""
providers:
  openai: {cloud: azure, discount: 0.2, regions: [US]}
  bedrock: {regions: [US]}
models:
  openai/gpt-4o: {discount: 0.5}
  openai/gpt-4.1: {usd_per_million_tokens: {input: 1, output: 2}, exposure: {cloud: own}}
""")
    plain = declared()
    listed = plain.find("gpt-4o-mini").price.standard.input
    assert catalog.find("gpt-4o-mini").price.standard.input == listed * Decimal("0.8")
    assert catalog.find("gpt-4o-mini").exposure.cloud == "azure"
    assert catalog.find("gpt-4o-mini").regions == ("US",)
    assert (
        catalog.find("openai/gpt-4o").price.standard.input
        == plain.find("gpt-4o").price.standard.input / 2
    )
    assert catalog.find("openai/gpt-4.1").price.standard.input * 10**6 == 1
    assert catalog.find("openai/gpt-4.1").exposure.cloud == "own"
    eu = catalog.find("bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert eu.regions == ("EU",), "what the name says goes before what holds for the provider"
    assert catalog.find("mistral/mistral-large-latest").exposure.cloud == "unknown"


def test_a_declared_vendor_brings_its_seat_and_a_provider_its_cloud(declared):
    catalog = declared("models: {x/y: {exposure: {vendor: mistral, provider: bedrock}}}")
    exposure = catalog.find("x/y").exposure
    assert (exposure.vendor, exposure.jurisdiction, exposure.provider, exposure.cloud) == (
        "mistral",
        "FR",
        "bedrock",
        "aws",
    )


def test_one_bad_entry_hides_no_other(overrides):
    found, flaws = overrides(
        """
models:
  good: {mode: chat}
  bad: {mode: chatt}
  worse: {discount: 1.5}
providers:
  openai: {cloud: azure}
  mistral: {clod: x}
"""
    )
    assert set(found.models) == {"good"}
    assert set(found.providers) == {"openai"}
    assert {(flaw.kind, flaw.location.line) for flaw in flaws} == {
        ("schema", 4),
        ("schema", 5),
        ("schema", 8),
    }
    assert all(flaw.location.path == "catalog/0.yaml" for flaw in flaws)


def test_a_name_declared_twice_keeps_its_first_place(overrides):
    found, flaws = overrides(
        "models: {a: {mode: chat}}", "models: {a: {mode: embedding}}\nproviders: {p: {}}"
    )
    assert found.models["a"].declared.mode == "chat"
    assert [(flaw.kind, flaw.location.path) for flaw in flaws] == [
        ("duplicate-name", "catalog/1.yaml")
    ]
    assert "catalog/0.yaml:1" in flaws[0].message


def test_circular_bases_are_cut_and_told(overrides, price_map):
    found, flaws = overrides("models: {a: {base: b}, b: {base: a}, c: {base: c}, d: {base: a}}")
    assert {flaw.subject for flaw in flaws} == {"a", "b", "d"}
    assert set(found.models) == {"c"}
    catalog = open_catalog(found, None, lambda: price_map)
    assert catalog.find("c").source == "override"
    assert catalog.find("a") is None


def test_an_overlong_chain_is_cut(overrides):
    text = "models:\n" + "".join(f"  m{i}: {{base: m{i + 1}}}\n" for i in range(30))
    found, flaws = overrides(text)
    assert len(found.models) == 8
    assert len(flaws) == 22


def test_unknown_bases_are_told_at_their_place():
    from multillm_gov.catalog.overrides import load_overrides

    text = "models:\n  a: {base: gpt-4o}\n  b: {base: gpt-four}\n  c: {}\n"
    document, _ = read_document(SourceFile("catalog/m.yaml", text.encode()))
    documents = {"catalog/m.yaml": document}
    found, _ = load_overrides(documents)
    (flaw,) = unknown_bases(found, {"gpt-4o"}, documents)
    assert (flaw.subject, flaw.location.line) == ("b", 3)
    assert "gpt-four" in flaw.message


def test_an_unknown_base_gives_unknown_facts_not_invented_ones(declared):
    facts = declared("models: {a: {base: no-such-model, mode: chat}}").find("a")
    assert facts.price is None
    assert facts.exposure.vendor == "unknown"


@pytest.mark.parametrize(
    "text", ["", "[]", "3", "models: []", "models: {a: 3}", "models: {a: {b: {c: {}}}}"]
)
def test_files_of_another_shape_are_flaws_or_empty(overrides, text):
    found, flaws = overrides(text)
    assert found.models == {}
    assert flaws or text == ""
