"""What the sections on simulated years say, from a real portfolio."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.content import LineChart, Paragraph, Table
from multillm_gov.register import LimitRecord
from multillm_gov.reporting.shared.tables import format_rounded, rounded
from multillm_gov.reporting.stress.assumptions import assumptions_section
from multillm_gov.reporting.stress.simulation import simulation_sections
from multillm_gov.reporting.stress.status import allotted, format_estimate
from multillm_gov.risk.limits.register import _simulated
from multillm_gov.risk.portfolio_risk import simulate_years
from multillm_gov.risk.simulation.distribution import Estimate
from multillm_gov.risk.stress.failover_effects import failover_cost
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.workflows.states import assess_folder

ALLOCATION = """\
task_classes:
  drafts:
    owner: team
    route: [{model: m/one}]
    fallbacks: [n/two]
    demand: {requests: 730000, input_tokens: 900, output_tokens: 100}
    spend_cap: {monthly: 800}
    cost_of_wrong_model: {value_at_stake: 73000}
  search:
    owner: team
    route: [{model: n/two}]
    demand: {requests: 7300, input_tokens: 900, output_tokens: 100}
    cost_of_wrong_model: {value_at_stake: 7300}
"""
MODELS = """\
models:
  m/one:
    mode: chat
    usd_per_million_tokens: {input: 1, output: 1}
    retirement: {date: 2030-01-01}
    exposure: {vendor: m, provider: m, cloud: mc, jurisdiction: US, family: m}
  n/two:
    mode: chat
    usd_per_million_tokens: {input: 3, output: 3}
    retirement: {date: 2030-01-01}
    exposure: {vendor: n, provider: n, cloud: nc, jurisdiction: US, family: n}
"""
SETTINGS = """\
organization: Test
currency: USD
risk:
  providers: {m: {unavailability: 0.01, mean_hours: 2}}
  coverage: {untested: 0.8}
  price_shocks: {severe_chance: 0}
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    root = tmp_path_factory.mktemp("portfolio")
    for path, text in {
        "govern.yaml": SETTINGS,
        "allocations/a.yaml": ALLOCATION,
        "catalog/models.yaml": MODELS,
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        Path(root / path).write_text(text)
    return stress_context(assess_folder(root, as_of=date(2026, 11, 25)).state)


@pytest.fixture(scope="module")
def found(context):
    return simulate_years(context, years=3_000, seed=1)


def tables(sections) -> dict[str, Table]:
    return {
        block.title: block for part in sections for block in part.blocks if isinstance(block, Table)
    }


def texts(sections) -> str:
    return " ".join(
        block.text for part in sections for block in part.blocks if isinstance(block, Paragraph)
    )


def test_simulated_figures_are_those_of_the_portfolio(found, context) -> None:
    assert found.value_at_stake == pytest.approx(12 * 80_300)
    assert [part.name for part in found.contributions] == ["drafts", "search"]
    assert found.cost.expected.value == pytest.approx(
        12 * (730 + 21.9) * (1 + 0.2 * 0.35 / 2), rel=0.02
    )
    assert {cap.subject for cap in found.caps} == {"drafts"}


def test_the_expected_year_is_told_beside_todays_bill(found, context) -> None:
    """751.90 USD a month; +35% with a chance of .2 from a uniform moment on makes the expected year
    3.5% dearer."""
    assert found.forecast == pytest.approx(12 * (730 + 21.9))
    assert found.successors_assumed == (), "both models stay for years"
    said = texts(simulation_sections(found, context.settings.risk, failover_cost(context)))
    moved = found.cost.expected.value / found.forecast - 1
    assert (
        f"costs 9,023 USD; price changes and retirements move the expected year by {moved * 100:+.1f}%"  # noqa: E501
        in said
    )
    assert "named successor" not in said


def test_a_successor_that_nobody_names_is_told_as_assumed(context) -> None:
    tasks = tuple(
        msgspec.structs.replace(
            task,
            legs=tuple(
                msgspec.structs.replace(
                    leg,
                    facts=msgspec.structs.replace(
                        leg.facts,
                        lifecycle=msgspec.structs.replace(leg.facts.lifecycle, retirement=None),
                    ),
                )
                for leg in task.legs
            ),
        )
        for task in context.figures.tasks
    )
    undated = msgspec.structs.replace(
        context, figures=msgspec.structs.replace(context.figures, tasks=tasks)
    )
    found = simulate_years(undated, years=3_000, seed=1)
    assert found.successors_assumed == ("m/one", "n/two")
    said = texts(simulation_sections(found, undated.settings.risk, failover_cost(undated)))
    assert (
        "2 routed models may retire within the year without a named successor whose price is known"
        in said
    )
    assert "(`m/one` and `n/two`). Assumed: from then on requests cost 1.35 times as much" in said


def test_sections_tell_figures_intervals_and_the_seed(found, context) -> None:
    sections = simulation_sections(found, context.settings.risk, failover_cost(context))
    assert [(part.id, part.folded) for part in sections] == [
        ("simulation", False),
        ("convergence", True),
    ]
    said = texts(sections)
    assert "3,000 years were simulated (PCG64, seed 1, numpy" in said
    assert "the appetite is 9,636 USD a year (1.0% of the value at stake)" in said
    figures = tables(sections)[""]
    by_label = {row[0].text: [cell.text for cell in row[1:]] for row in figures.rows}
    assert by_label["Expected"][0] == format_rounded(found.loss.expected.value)
    assert by_label["95th percentile"][2:] == list(format_estimate(found.cost.p95))
    assert by_label["Expected, exact"][:2] == [format_rounded(found.exact_loss), "no sampling"]
    charts = [block for part in sections for block in part.blocks if isinstance(block, LineChart)]
    assert [len(chart.lines[0].points) for chart in charts] == [16, 16]
    assert charts[0].lines[1].points[-1].text == " ".join(format_estimate(found.loss.p95))


def test_printed_parts_sum_to_the_printed_whole(found, context) -> None:
    table = next(
        table
        for title, table in tables(
            simulation_sections(found, context.settings.risk, failover_cost(context))
        ).items()
        if "Contribution" in title
    )
    wholes = (
        found.loss.expected,
        found.loss.shortfall95,
        found.cost.expected,
        found.cost.shortfall95,
    )
    *parts, together = table.rows
    assert (len(parts), together[0].text) == (2, "Total")
    for column, whole in enumerate(wholes, 1):
        printed = sum(Decimal(row[column].text.replace(",", "")) for row in parts)
        assert printed == rounded(whole.value) == Decimal(together[column].text.replace(",", ""))


def test_parts_of_many_task_classes_are_told_together(found, context) -> None:
    one, other = found.contributions
    half = [
        msgspec.structs.replace(
            part,
            **{
                name: value / 50
                for name, value in msgspec.structs.asdict(part).items()
                if name != "name"
            },
        )
        for part in (one, other)
    ]
    many = tuple(msgspec.structs.replace(half[n % 2], name=f"task-{n}") for n in range(100))
    split = msgspec.structs.replace(found, contributions=many)
    table = next(
        table
        for title, table in tables(
            simulation_sections(split, context.settings.risk, failover_cost(context))
        ).items()
        if "Contribution" in title
    )
    assert [row[0].text for row in table.rows[-2:]] == ["70 others", "Total"]
    assert len(table.rows) == 32
    printed = sum(Decimal(row[1].text.replace(",", "")) for row in table.rows[:-1])
    assert printed == rounded(found.loss.expected.value)


def test_every_figure_has_an_origin(found, context) -> None:
    section = assumptions_section(found, context)
    rows = [
        [cell.text for cell in row] for table in tables([section]).values() for row in table.rows
    ]
    origins = {row[0]: row[2] for row in rows}
    assert origins["Severe repricing, per vendor"] == "declared"
    assert origins["Moderate repricing, per vendor"] == "assumed"
    assert origins["`drafts`: failures rerouted in time"] == "declared"
    assert set(origins.values()) == {"assumed", "declared", "derived"}
    assert any(label.startswith("provider `m`: unavailable") for label in origins)


def records(simulation, context) -> tuple[LimitRecord, ...]:
    """The register's records of simulated years."""
    risk = SimpleNamespace(context=context, simulation=simulation)
    return tuple(_simulated(risk, simulation))


def test_records_stand_against_the_appetite(found, context) -> None:
    loss, cost = records(found, context)
    assert loss.facts["share"] == pytest.approx(found.loss.p95.value / found.value_at_stake)
    share = loss.facts["share"]
    assert loss.status == ("bad" if share > 0.01 else "watch" if share > 0.009 else "good")
    assert cost.value == pytest.approx(found.cost.relative_at_risk95 / found.cost.expected.value)
    worse = msgspec.structs.replace(
        found, loss=msgspec.structs.replace(found.loss, p95=Estimate(value=1e6, low=1e6, high=1e6))
    )
    assert records(worse, context)[0].status == "bad"
    assert "outages cost 1,000,000 USD or more" in texts(
        simulation_sections(worse, context.settings.risk, failover_cost(context))
    )


def test_what_is_left_out_is_said(found, context) -> None:
    unsound = msgspec.structs.replace(
        found, not_drawn=0.2 * found.exact_loss, unpriced=("a", "b"), caps=()
    )
    said = texts(simulation_sections(unsound, context.settings.risk, failover_cost(context)))
    assert "Do not rely on" in said
    assert "Spend excludes `a` and `b`, whose forecast is not known." in said
    assert "No cap on spend is declared" in said
    assert "Do not rely on" not in texts(
        simulation_sections(found, context.settings.risk, failover_cost(context))
    )
    worthless = msgspec.structs.replace(found, value_at_stake=0.0)
    assert "No value at stake is declared" in texts(
        simulation_sections(worthless, context.settings.risk, failover_cost(context))
    )
    assert [one.id for one in records(worthless, context)] == ["cost-at-risk"]


def test_failovers_bill_at_the_fallbacks_price(context) -> None:
    """Hours away, covered, with the fallback up, times 1,000 requests an hour, times .002 more for
    each."""
    down = 1 - (1 - 0.01) * 1.0
    added = failover_cost(context)
    assert added == pytest.approx(0.8 * down * 8_760 * 1_000 * 0.002, rel=0.15), (
        "shared causes make up the rest"
    )


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=20))
def test_allotted_parts_sum_exactly_and_stay_near(parts: list[float]) -> None:
    whole = rounded(sum(parts))
    told = allotted(parts, whole)
    assert sum(told) == whole
    slack = sum(parts) * 0.0005 + 2
    assert all(abs(float(one) - part) <= slack for one, part in zip(told, parts, strict=True))


def test_spelling() -> None:
    assert format_rounded(1_420_889.4) == "1,421,000"
    assert format_rounded(0.123456) == "0.1235"
    assert format_rounded(0.0) == "0"
    assert format_rounded(1e-9) == "0"
    assert format_rounded(-12_345.6) == "-12,350"
    assert format_estimate(Estimate(value=5, low=5, high=5)) == ("5.000", "")
    assert allotted([], Decimal(5)) == ()
    assert allotted([1.0, 2.0], Decimal(0)) == (0, 0)
