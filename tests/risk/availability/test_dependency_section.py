"""What a board reads of single points of failure: figures with units, origins, and sentences for
the empty cases."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from multillm_gov.content import BarChart, Paragraph, Table
from multillm_gov.reporting.stress.dependencies import (
    MOST_ROWS,
    dependency_section,
    importance_section,
    pair_section,
)
from multillm_gov.risk.availability.dependence import measure_dependence
from multillm_gov.risk.system.system import Component, System


def blocks(section, kind):
    return [block for block in section.blocks if isinstance(block, kind)]


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_single_points_stand_with_their_figures(nine_nodes: System) -> None:
    section = dependency_section(measure_dependence(nine_nodes), "USD")
    (table,) = blocks(section, Table)
    assert [column.title for column in table.columns] == [
        *("Component", "USD an hour", "Task classes", "Unavailable", "Of yearly loss")
    ]
    assert texts(table)[0] == [
        "gateway `G`",
        "15,000",
        "T3, T1 and T2",
        "0.050% (assumed)",
        "42.7%",
    ]
    assert [row[0] for row in texts(table)] == [
        "gateway `G`",
        "cloud `AWS`",
        "provider `AzureOpenAI`",
        "cloud `Azure`",
    ]
    said = " ".join(block.text for block in blocks(section, Paragraph))
    assert "3 task classes, 15,000 USD an hour" in said
    assert "153,779 USD in a mean year" in said
    assert "0 measured, 0 declared and 9 assumed" in said


def test_the_chart_shows_what_the_loss_hangs_on(nine_nodes: System) -> None:
    (chart,) = blocks(dependency_section(measure_dependence(nine_nodes), "USD"), BarChart)
    assert chart.title == "42.7% of the expected loss depends on gateway G"
    assert [bar.text for bar in chart.bars][:4] == ["42.7%", "28.5%", "17.1%", "11.5%"]
    assert chart.bars[0].value == pytest.approx(42.6950, abs=5e-5)
    assert chart.unit == "%"


def test_where_figures_are_from_is_said(nine_nodes: System) -> None:
    first, second, *others = nine_nodes.components
    measured = replace(first, origin="measured", sample_size=12)
    parts: tuple[Component, ...] = (measured, replace(second, origin="declared"), *others)
    section = dependency_section(measure_dependence(replace(nine_nodes, components=parts)), "EUR")
    (table,) = blocks(section, Table)
    assert [row[3] for row in texts(table)][:2] == [
        "0.050% (measured, n = 12)",
        "0.100% (declared)",
    ]
    assert table.columns[1].title == "EUR an hour"
    said = " ".join(block.text for block in blocks(section, Paragraph))
    assert "1 measured, 1 declared and 7 assumed" in said
    assert " EUR in a mean year" in said
    assert "USD" not in said


def test_without_single_points_the_section_says_so(nine_nodes: System) -> None:
    third = nine_nodes.tasks[2]
    hops = tuple(replace(hop, components=hop.components - {0}) for hop in third.chains[0].hops)
    apart = replace(third, chains=(replace(third.chains[0], hops=hops),))
    section = dependency_section(measure_dependence(replace(nine_nodes, tasks=(apart,))), "USD")
    assert "There is no single point of failure" in section.blocks[0].text
    (table,) = blocks(section, Table)
    assert not table.rows
    assert table.empty == "No component takes a task class down alone."


def test_an_empty_portfolio_hangs_on_nothing(nine_nodes: System) -> None:
    nothing = measure_dependence(replace(nine_nodes, tasks=()))
    for tell in (dependency_section, pair_section, importance_section):
        section = tell(nothing, "USD")
        assert not any(table.rows for table in blocks(section, Table))
    assert "No task class is declared" in dependency_section(nothing, "USD").blocks[0].text


def test_a_failover_that_is_not_covered_is_half_of_a_pair(nine_nodes: System) -> None:
    first = replace(nine_nodes.tasks[0], coverage=0.5)
    (table,) = blocks(
        pair_section(measure_dependence(replace(nine_nodes, tasks=(first,))), "USD"), Table
    )
    assert texts(table)[0] == [
        *(
            "provider `Bedrock` + failover is not covered",
            "5,000",
            f"{Decimal(5000 * 0.001 * 0.5 * 8760):,.0f}",
            "T1",
        )
    ]


def test_importance_names_all_four_measures(nine_nodes: System) -> None:
    (table,) = blocks(importance_section(measure_dependence(nine_nodes), "USD"), Table)
    assert texts(table)[0] == [
        *("gateway `G`", "0.050% (assumed)", "14,990", "42.7%", "65,656", "854.47", "1.745")
    ]
    assert len(table.rows) <= MOST_ROWS
