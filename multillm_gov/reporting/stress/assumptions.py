"""Assumptions of a simulation: every figure with its value, source and sample size."""

from multillm_gov.content import Cell, Column, Paragraph
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.units import format_share
from multillm_gov.words import code


def assumptions_section(found: Simulation, context: StressContext) -> Section:
    """Every figure that the simulation uses, "assumed" until it is declared or measured."""
    rows = [
        (
            Cell(one.label),
            Cell(f"{one.value:.6g} {one.unit}".rstrip()),
            _origin(one.origin),
            Cell(""),
            Cell(one.note),
        )
        for one in found.assumptions
    ]
    covered = [
        (
            Cell(f"{code(task.name)}: failures rerouted in time"),
            Cell(format_share(task.coverage)),
            _origin(task.coverage_origin),
            Cell(""),
            Cell(task.coverage_note),
        )
        for task in context.system.tasks
    ]
    failing = [
        (
            Cell(f"{one.kind} {code(one.name)}: unavailable"),
            Cell(f"{one.unavailability * 100:.4g}% of the time, {one.mean_hours:.3g} h each"),
            _origin(one.origin),
            Cell(f"{one.sample_size:,}" if one.sample_size else ""),
            Cell(one.note),
        )
        for one in context.system.components
        if one.unavailability
    ]
    columns = (
        Column("Figure"),
        Column("Value"),
        Column("Source"),
        Column("Sample", numeric=True),
        Column("Based on"),
    )
    blocks = (
        Paragraph(
            "Assumed figures come from public data: declare your own below `risk` in "
            "`govern.yaml`, or import incidents with `govern incidents import`."
        ),
        *bounded(
            "Demand, prices, retirements, durations of outages", columns, rows, "further figure"
        ),
        *bounded(
            "Unavailability of each component, without what it shares with others",
            columns,
            failing,
            "further component",
            "No component can fail.",
        ),
        *bounded("Failovers", columns, covered, "further task class"),
    )
    return Section(id="assumptions", title="Assumptions", blocks=blocks, folded=True)


def _origin(origin: str) -> Cell:
    return Cell(origin, "watch" if origin == "assumed" else "neutral")
