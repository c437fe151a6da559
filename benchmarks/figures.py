"""Promises, what was measured of them, and the table of both."""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NamedTuple


class Figure(NamedTuple):
    """One promise and what was measured."""

    name: str
    target: str
    limit: float
    measured: float
    unit: str

    @property
    def kept(self) -> bool:
        """Whether the measured value is within its limit."""
        return self.measured <= self.limit

    def row(self) -> tuple[str, str, str, str]:
        """Cells of the table."""
        digits = 0 if self.unit == "MiB" else 2
        return (
            self.name,
            self.target,
            f"{self.measured:.{digits}f} {self.unit}",
            "ok" if self.kept else "MISSED",
        )


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table, padded so that it reads as text too."""
    rows = [("Figure", "Target", "Measured", ""), *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * max(width, 3) for width in widths) + " |")
    return "\n".join(lines)


def results(figures: Sequence[Figure], runs: int) -> str:
    """What ``--write`` keeps: ratios and versions, nothing about the machine."""
    versions = {
        "Python": sys.version.split()[0],
        **{
            name: version(name)
            for name in ("PyYAML", "jsonschema-rs", "check-jsonschema", "litellm")
        },
    }
    said = ", ".join(f"{name} {number}" for name, number in versions.items())
    return (
        "# Benchmark results\n\n"
        f"Whole processes with compiled bytecode, medians over {runs} turns with the peer named.\n"
        f"Measured with {said}. Run `make bench` to measure again.\n\n{table(figures)}\n"
    )
