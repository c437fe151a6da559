"""Forecast, unit cost, failover cost, concentration and independence on hand-checkable
portfolios."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.catalog.facts import Lifecycle
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.independence import independent_value
from multillm_gov.measures.lifecycle import runway_days, slack_days
from multillm_gov.portfolio.demand import Demand, RequestSize
from multillm_gov.portfolio.settings import ExchangeRate, Settings
from multillm_gov.units import Positive, Share

MINI = {"usd_in": "1.5e-7", "usd_out": "6e-7"}

NO_DRILL = Failover(date(2026, 11, 30), {})


def test_month_of_method_2_1(figures, new_model, new_task) -> None:
    demand = Demand(requests=1_000_000, input_tokens=1200, output_tokens=300)
    result = figures([new_task("t", {"m": 100}, demand=demand)], [new_model("m", **MINI)])
    assert result.spend_per_month == Decimal("360.00")
    assert result.tasks[0].cost_per_request == Decimal("0.00036")


def test_split_fallback_and_owner_totals(figures, new_model, new_task) -> None:
    demand = Demand(requests=1000, input_tokens=1000, output_tokens=500)
    facts = [
        new_model("a", usd_out="2e-6"),
        new_model("b", usd_in="3e-6", usd_out="6e-6"),
        new_model("c", usd_in="1e-5", usd_out="0"),
    ]
    result = figures(
        [
            new_task("one", {"a": 75, "b": 25}, "c", demand=demand),
            new_task("two", {"a": 100}, demand=demand, owner="other"),
        ],
        facts,
    )
    one = result.tasks[0]
    assert [leg.spend_per_month for leg in one.legs] == [Decimal("1.5"), Decimal("1.5")]
    assert one.spend_per_month == Decimal(3)
    assert one.fallbacks[0].failover_spend_per_month == Decimal(10)
    assert result.spend_per_month_by_owner == (("team", Decimal(3)), ("other", Decimal(2)))
    assert one.primary.model == "a"


def test_a_histogram_of_sizes_replaces_the_means(figures, new_model, new_task) -> None:
    demand = Demand(
        requests=100,
        input_tokens=1,
        sizes=(
            RequestSize(share=Share("0.75"), input_tokens=800, output_tokens=100),
            RequestSize(share=Share("0.25"), input_tokens=9000, output_tokens=100),
        ),
        p99_input_tokens=20_000,
    )
    [task] = figures(
        [new_task("t", {"m": 100}, demand=demand)], [new_model("m", usd_out="2e-6")]
    ).tasks
    assert task.cost_per_request == Decimal("0.75") * Decimal("0.001") + Decimal("0.25") * Decimal(
        "0.0092"
    )
    assert task.largest_cost_per_request == Decimal("0.0202")


def test_unknown_price_is_not_free(figures, new_model, new_task) -> None:
    demand = Demand(requests=10, input_tokens=10)
    result = figures(
        [
            new_task("t", {"m": 50, "gone": 50}, demand=demand),
            new_task("u", {"free": 100}, demand=demand),
        ],
        [new_model("m"), new_model("free", usd_in=None)],
    )
    assert result.unpriced == ("t", "u")
    assert result.spend_per_month == 0
    assert result.tasks[0].legs[0].spend_per_month == Decimal("0.00005")


def test_fixed_cost_is_split_by_requests_and_standby_evenly(figures, new_model, new_task) -> None:
    def demand(requests: int) -> Demand:
        return Demand(requests=requests, input_tokens=1)

    own, spare = ({"usd_in": "0", "usd_out": "0", "fixed": fixed} for fixed in ("900", "100"))
    facts = [new_model("own", **own), new_model("spare", **spare), new_model("api", "0", "0")]
    result = figures(
        [
            new_task("x", {"own": 100}, "spare", demand=demand(200)),
            new_task("y", {"own": 50, "api": 50}, "spare", "own", demand=demand(200)),
        ],
        facts,
    )
    x, y = result.tasks
    assert x.legs[0].fixed_per_month == 600
    assert y.legs[0].fixed_per_month == 300
    assert [fallback.standby_per_month for fallback in y.fallbacks] == [50, 0]
    assert result.spend_per_month == 1000
    assert x.fallbacks[0].failover_spend_per_month == 650
    spend = concentration(result.tasks, Level.MODEL, Basis.SPEND)
    assert spend.shares == (("own", 0.9), ("spare", 0.1))


def test_prices_are_converted_to_the_portfolios_currency(figures, new_model, new_task) -> None:
    euros = Settings(
        currency="EUR",
        exchange=ExchangeRate(usd_per_unit=Positive("1.25"), as_of=date(2026, 11, 1)),
    )
    demand = Demand(requests=1000, input_tokens=1000)
    result = figures(
        [new_task("t", {"m": 100}, demand=demand)], [new_model("m", fixed="10")], euros
    )
    assert result.currency == "EUR"
    assert result.spend_per_month == Decimal("0.8") + 8


def test_level_example_of_method_1_5(figures, new_model, new_task) -> None:
    def on(name: str, vendor: str, provider: str, cloud: str, jurisdiction: str = "US"):
        return new_model(
            name,
            vendor=vendor,
            provider=provider,
            cloud=cloud,
            jurisdiction=jurisdiction,
            provider_jurisdiction=jurisdiction,
            cloud_jurisdiction=jurisdiction,
        )

    facts = [
        on("gpt-x", "openai", "openai", "azure"),
        on("azure/gpt-x", "openai", "azure-openai", "azure"),
        on("claude-y", "anthropic", "bedrock", "aws"),
        on("gemini-z", "google", "vertex", "gcp"),
        on("mistral-m", "mistral", "mistral", "azure", "EU"),
    ]
    volumes = zip(facts, (30_000, 20_000, 25_000, 15_000, 10_000), strict=True)
    tasks = figures(
        [
            new_task(fact.name, {fact.name: 100}, demand=Demand(requests=count))
            for fact, count in volumes
        ],
        facts,
    ).tasks
    expected = {
        Level.VENDOR: (3450, 2.8986, 0.50),
        Level.PROVIDER: (2250, 4.4444, 0.30),
        Level.CLOUD: (4450, 2.2472, 0.60),
        Level.JURISDICTION: (8200, 1.2195, 0.90),
    }
    for level, (hhi, number, top) in expected.items():
        found = concentration(tasks, level, Basis.REQUESTS)
        assert found.hhi == pytest.approx(hhi)
        assert found.effective_number == pytest.approx(number, abs=5e-5)
        assert found.top(1) == pytest.approx(top)


def test_unknown_is_an_interval_from_the_largest_known_entity_to_each_elsewhere(
    figures, new_model, new_task
) -> None:
    facts = [
        new_model("a", vendor="x"),
        new_model("b", vendor="y"),
        new_model("c"),
        new_model("d"),
    ]
    demand = Demand(requests=100)
    route = {"a": 30, "b": 30, "c": 20, "d": 20}
    tasks = figures([new_task("t", route, demand=demand)], facts).tasks
    whole = concentration(tasks, Level.VENDOR, Basis.REQUESTS)
    assert whole.shares == (("x", 0.3), ("y", 0.3), ("unknown", 0.4))
    assert whole.largest == ("x", pytest.approx(0.7))
    assert whole.hhi == pytest.approx(10_000 * (0.7**2 + 0.3**2))
    assert whole.best_hhi == pytest.approx(10_000 * (2 * 0.3**2 + 2 * 0.2**2))
    assert whole.effective_number == pytest.approx(1 / 0.58)
    assert whole.top(2) == pytest.approx(1.0)


def test_independence_counts_unknown_as_shared_unless_given_the_benefit_of_the_doubt(
    figures, new_model, new_task
) -> None:
    facts = [
        new_model("primary", vendor="a", provider="a", cloud="aws"),
        new_model("same-cloud", vendor="b", provider="b", cloud="aws"),
        new_model("elsewhere", vendor="c", provider="c", cloud="gcp"),
        new_model("somewhere", vendor="d", provider="d"),
    ]
    tasks = figures(
        [
            new_task("same", {"primary": 100}, "same-cloud", value=10),
            new_task("other", {"primary": 100}, "elsewhere", value=20),
            new_task("doubt", {"primary": 100}, "somewhere", value=30),
            new_task("none", {"primary": 100}, value=40),
        ],
        facts,
    ).tasks
    assert tasks[0].fallbacks[0].shared_with_primary == (Level.CLOUD,)
    assert Level.CLOUD in tasks[2].fallbacks[0].unproved_with_primary
    assert independent_value(tasks, NO_DRILL).usable == pytest.approx(0.2)
    assert independent_value(tasks, NO_DRILL).possible == pytest.approx(0.5)
    assert independent_value([], NO_DRILL).usable == 1


def test_runway_and_slack(new_model) -> None:
    facts = new_model("m")
    assert runway_days(facts, date(2026, 11, 24)) is None
    dated = replace(facts, lifecycle=Lifecycle(retirement=date(2026, 12, 24)))
    assert runway_days(dated, date(2026, 11, 24)) == 30
    assert slack_days(dated, date(2026, 11, 24), 90) == -60


@given(
    requests=st.integers(1, 10**9),
    tokens=st.integers(1, 10**6),
    weights=st.lists(st.integers(1, 100), min_size=1, max_size=5),
    rise=st.integers(0, 10**6),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spend_is_the_sum_of_its_legs_and_never_falls_when_a_price_rises(
    figures, new_model, new_task, requests, tokens, weights, rise
) -> None:
    task = new_task(
        "t",
        {f"m{i}": w for i, w in enumerate(weights)},
        demand=Demand(requests=requests, input_tokens=tokens),
    )
    facts = [new_model(f"m{i}", usd_in="0.000001") for i in range(len(weights))]
    dearer = [new_model("m0", usd_in=str(Decimal("0.000001") + rise * Decimal("1e-9"))), *facts[1:]]
    before, after = figures([task], facts).tasks[0], figures([task], dearer).tasks[0]
    assert sum(leg.share for leg in before.legs) == pytest.approx(1)
    assert before.spend_per_month == sum(leg.spend_per_month for leg in before.legs)
    assert after.spend_per_month >= before.spend_per_month


def test_what_is_equal_in_another_state_is_not_measured_again(figures, new_model, new_task) -> None:
    demand = Demand(requests=10, input_tokens=10)
    facts = [new_model("a"), new_model("b")]
    tasks = [new_task("t", {"a": 100}, demand=demand), new_task("u", {"b": 100}, demand=demand)]
    before = figures(tasks, facts)
    dearer = [new_model("a"), new_model("b", usd_in="9e-6")]
    after = figures(tasks, dearer, known=before)
    assert after.tasks[0] is before.tasks[0]
    assert after.tasks[1] == figures(tasks, dearer).tasks[1] != before.tasks[1]


@pytest.mark.parametrize("more", [10, 30])
def test_parts_of_a_fixed_cost_are_measured_again_where_the_demand_on_it_moved(
    more: int, figures, new_model, new_task
) -> None:
    """The other task class on the model is unchanged itself, but bears another part."""
    facts = [new_model("own", fixed="900"), new_model("b")]
    first = new_task("t", {"own": 100}, demand=Demand(requests=10, input_tokens=10))
    rest = new_task("v", {"b": 100}, demand=Demand(requests=1, input_tokens=10))

    def portfolio(requests: int) -> list:
        demand = Demand(requests=requests, input_tokens=10)
        return [first, new_task("u", {"own": 100}, demand=demand), rest]

    before = figures(portfolio(10), facts)
    after = figures(portfolio(more), facts, known=before)
    assert after == figures(portfolio(more), facts)
    assert after.tasks[0].legs[0].fixed_per_month == 900 * 10 / (10 + more)
    assert (after.tasks[0] is before.tasks[0]) == (more == 10)
    assert after.tasks[2] is before.tasks[2]
