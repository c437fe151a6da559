"""Stress in the board pack: bounded, the same each time, and against the appetite."""

from collections.abc import Callable

from multillm_gov.content import HeatMap, Paragraph, Table
from multillm_gov.report import Section
from multillm_gov.reporting.board.stress import stress_section
from multillm_gov.risk.portfolio_risk import measure_board_risk
from multillm_gov.risk.stress.scenario_book import scenarios_of
from multillm_gov.rules.engine.assessment import Assessment

Judged = Callable[..., Assessment]


def stressed(state: Assessment) -> Section:
    return stress_section(measure_board_risk(state.state, scenarios_of(state.state.scenarios)))


def heat(section: Section) -> list[HeatMap]:
    return [block for block in section.blocks if isinstance(block, HeatMap)]


def tables(section: Section) -> list[Table]:
    return [block for block in section.blocks if isinstance(block, Table)]


def test_one_heat_map_one_short_table_and_the_years_figure(judged: Judged) -> None:
    section = stressed(judged())
    assert (len(heat(section)), len(tables(section))) == (1, 1)
    assert list(heat(section)[0].columns) == ["articles", "scoring", "filtering"]
    assert len(tables(section)[0].rows) == 5
    year = section.blocks[0]
    assert isinstance(year, Paragraph)
    assert "Outages are expected to cost" in year.text
    assert "14,016 USD a year, 1.0% of the value at stake" in year.text, "12 * 116,800 * .01"
    assert section == stressed(judged()), "the same each time"


def test_the_costliest_scenario_stands_first(judged: Judged) -> None:
    rows = tables(stressed(judged()))[0].rows
    assert rows[0][0].text == "Jurisdiction withdrawn"
    assert rows[0][0].status == "bad"


def test_an_appetite_that_a_year_exceeds_is_marked(judged: Judged) -> None:
    tight = "risk: {max_outage_loss_share: 0.0001}\n"
    year = stressed(judged({"govern.yaml": tight})).blocks[0]
    assert isinstance(year, Paragraph)
    assert year.status == "bad"


def test_without_value_or_task_classes_it_says_so(judged: Judged, allocation: str) -> None:
    free = (
        "\n".join(line for line in allocation.splitlines() if "value_at_stake" not in line) + "\n"
    )
    assert "No value at stake is declared" in str(
        stressed(judged({"allocations/a.yaml": free})).blocks[0]
    )
    assert "No task class is declared" in str(stressed(judged({"allocations/a.yaml": ""})).blocks)


def test_thousands_of_task_classes_run_fewer_variants(
    judged: Judged, lines_run: Callable[..., int]
) -> None:
    def of(count: int) -> Assessment:
        one = (
            "  t{n}: {{route: [{{model: acme/x}}], fallbacks: [beta/y], cost_of_wrong_model: "
            "{{value_at_stake: {n}}}, "
            "demand: {{requests: 1000, input_tokens: 10}}}}\n"
        )
        return judged(
            {
                "allocations/a.yaml": "task_classes:\n"
                + "".join(one.format(n=n) for n in range(1, count + 1))
            }
        )

    few, many = of(275), of(1_100)
    assert len(heat(stressed(many))[0].columns) == 6
    assert "simulates years" in str(stressed(many).blocks[0])
    assert lines_run(lambda: stressed(many)) < 1.2 * 4 * lines_run(lambda: stressed(few))
