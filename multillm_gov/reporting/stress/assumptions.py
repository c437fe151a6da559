"""Assumptions of a simulation: every figure with its value, source and sample size."""

from multillm_gov.content import Cell, Column, Paragraph
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.units import format_share
from multillm_gov.words import code

_COLUMNS = (
    Column("Figure"),
    Column("Value"),
    Column("Source"),
    Column("Sample", numeric=True),
    Column("Based on"),
)


def assumptions_section(simulation: Simulation, context: StressContext) -> Section:
    """Every figure that the simulation uses, "assumed" until it is declared or measured."""
    title = "Unavailability of each component, without what it shares with others"
    blocks = (
        Paragraph(
            "Assumed figures come from public data: declare your own below `risk` in "
            "`govern.yaml`, or import incidents with `govern incidents import`."
        ),
        *bounded(
            "Demand, prices, retirements, durations of outages",
            _COLUMNS,
            _figures(simulation),
            "further figure",
        ),
        *bounded(
            title, _COLUMNS, _components(context), "further component", "No component can fail."
        ),
        *bounded("Failovers", _COLUMNS, _failovers(context), "further task class"),
    )
    return Section(id="assumptions", title="Assumptions", blocks=blocks, folded=True)


def _figures(simulation: Simulation) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(assumption.label),
            Cell(f"{assumption.value:.6g} {assumption.unit}".rstrip()),
            _origin(assumption.origin),
            Cell(""),
            Cell(assumption.note),
        )
        for assumption in simulation.assumptions
    ]


def _components(context: StressContext) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(f"{component.kind} {code(component.name)}: unavailable"),
            Cell(
                f"{component.unavailability * 100:.4g}% of the time, "
                f"{component.mean_hours:.3g} h each"
            ),
            _origin(component.origin),
            Cell(f"{component.sample_size:,}" if component.sample_size else ""),
            Cell(component.note),
        )
        for component in context.system.components
        if component.unavailability
    ]


def _failovers(context: StressContext) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(f"{code(task.name)}: failures rerouted in time"),
            Cell(format_share(task.coverage)),
            _origin(task.coverage_origin),
            Cell(""),
            Cell(task.coverage_note),
        )
        for task in context.system.tasks
    ]


def _origin(origin: str) -> Cell:
    return Cell(origin, "watch" if origin == "assumed" else "neutral")
