"""Two states of a portfolio from YAML text, read by the real loader and measured over a few known
models."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from textwrap import dedent

import pytest
from msgspec.structs import replace

from multillm_gov.catalog.facts import Exposure, Lifecycle, ModelFacts
from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.changes.compare import compare
from multillm_gov.changes.comparison import Comparison
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.rules.engine.defaults import rule_facts
from multillm_gov.state.state import State

ALLOCATION = """
    owner: growth
    task_classes:
      writing:
        purpose: Blog posts
        route:
          - {model: alpha/large, weight: 70}
          - {model: beta/large, weight: 30}
        fallbacks: [gamma/large, alpha/small]
        demand: {requests: 100000, input_tokens: 1000, output_tokens: 500}
        spend_cap: {monthly: 2000, per_request: 0.05}
        quality: {floor: 0.80}
        latency: {p95_seconds: 8}
        data: {classification: confidential, residency: [EU, US]}
        needs: {capabilities: [vision, reasoning]}
        prompt: prompts/writing.md
        output_schema: schemas/writing.json
        cost_of_wrong_model: {effect: rework, value_at_stake: 45000}
        review: {last: 2026-10-01, every_months: 3}
        tags: [customer-facing, brand]
      scoring:
        purpose: Lead scores
        route: [{model: beta/large}]
        fallbacks: [alpha/small]
        demand: {requests: 400000, input_tokens: 200, output_tokens: 10}
        spend_cap: {monthly: 500}
        cost_of_wrong_model: {value_at_stake: 20000}
    """
POLICY = """
    policies:
      vendor-concentration:
        rule: concentration
        level: vendor
        max_share: 0.50
        min_effective_number: 2
        enforcement: hard-mandatory
        because: Board resolution
        controls: [A, B]
      customer-facing-fallbacks:
        rule: fallback-not-independent
        levels: [vendor, cloud]
        applies_to: {tags: [customer-facing]}
    waivers:
      - {policy: vendor-concentration, subject: writing, reason: migration, approved_by: cfo, expires: 2026-12-31}
    """  # noqa: E501
SETTINGS = """
    organization: Example
    appetite: {max_vendor_share_of_spend: 0.60, max_monthly_spend: 5000}
    fail_on: error
    """
FILES = {"allocations/a.yaml": ALLOCATION, "policies/p.yaml": POLICY, "govern.yaml": SETTINGS}


class Shelf:
    """A catalog of exactly the facts it is given."""

    def __init__(self, facts: Mapping[str, ModelFacts]) -> None:
        self.facts = facts
        self.provenance: dict[str, str] = {}

    def find(self, name: str) -> ModelFacts | None:
        return self.facts.get(name)

    def suggest(self, name: str) -> tuple[str, ...]:
        return ()

    def is_locked(self, name: str) -> bool:
        return True


def model_facts(name: str, usd_in: str, usd_out: str, fixed: str = "0") -> ModelFacts:
    vendor = name.partition("/")[0]
    return ModelFacts(
        name=name,
        source="override",
        exposure=Exposure(
            model=name,
            family=vendor,
            vendor=vendor,
            provider=vendor,
            cloud=f"{vendor}-cloud",
            jurisdiction="US",
        ),
        mode="chat",
        price=Price(standard=UnitPrices(input=Decimal(usd_in), output=Decimal(usd_out))),
        lifecycle=Lifecycle(),
        usd_fixed_per_month=Decimal(fixed),
    )


FACTS = {
    facts.name: facts
    for facts in (
        model_facts("alpha/large", "3e-6", "15e-6"),
        model_facts("alpha/small", "1e-7", "4e-7"),
        model_facts("beta/large", "2e-6", "8e-6"),
        model_facts("gamma/large", "1e-6", "4e-6"),
        model_facts("own/tuned", "0", "0", fixed="900"),
    )
}


@pytest.fixture
def files() -> dict[str, str]:
    return dict(FILES)


@pytest.fixture
def facts() -> dict[str, ModelFacts]:
    return dict(FACTS)


@pytest.fixture
def state() -> Callable[..., State]:
    def build(files: Mapping[str, str] = FILES, facts: Mapping[str, ModelFacts] = FACTS) -> State:
        documents = {}
        for path, text in files.items():
            document, flaws = read_document(SourceFile(path, dedent(text).encode()))
            assert document is not None, flaws
            assert not flaws, flaws
            documents[path] = document
        portfolio, flaws = load_portfolio(documents)
        assert not flaws, flaws
        shelf = Shelf(facts)
        return State(
            portfolio=portfolio,
            figures=measure(portfolio, shelf),
            catalog=shelf,
            as_of=date(2026, 11, 24),
        )

    return build


@pytest.fixture
def edited(state, files) -> Callable[..., Comparison]:
    """Compare the base with itself after replacing one piece of text by another in whichever file
    has it."""

    def build(
        *replacements: tuple[str, str], facts: Mapping[str, ModelFacts] = FACTS
    ) -> Comparison:
        changed = dict(files)
        for old, new in replacements:
            assert sum(old in text for text in changed.values()) == 1, old
            changed = {path: text.replace(old, new) for path, text in changed.items()}
        return compare(state(files), state(changed, facts), rule_facts)

    return build


@pytest.fixture
def repriced() -> Callable[..., dict[str, ModelFacts]]:
    """The facts with one model's price multiplied."""

    def build(name: str, factor: str) -> dict[str, ModelFacts]:
        old = FACTS[name]
        assert old.price is not None
        standard = old.price.standard
        times = Decimal(factor)
        price = Price(
            standard=UnitPrices(
                input=standard.input * times if standard.input is not None else None,
                output=standard.output * times if standard.output is not None else None,
            )
        )
        return {**FACTS, name: replace(old, price=price)}

    return build
