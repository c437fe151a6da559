"""Limits that cannot all hold: who they are, where they are written, the smallest way out."""

from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.optimization.conflicts import Relaxation
from multillm_gov.optimization.entity_limits import HAIR
from multillm_gov.optimization.problem import Limit
from multillm_gov.reporting.optimization.result import ConflictResult, OptimizationResult
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code


def conflict_blocks(result: OptimizationResult) -> tuple[Block, ...]:
    """One table per conflict."""
    blocks: list[Block] = []
    for one in result.conflicts:
        where = f"In {code(one.task)} these" if one.task else "These"
        blocks.append(
            Paragraph(
                f"{where} policies and limits cannot all hold; without any one of them the others "
                "can.",
                "watch",
            )
        )
        blocks.append(_table(one, result.currency))
    return tuple(blocks)


def _table(one: ConflictResult, currency: str) -> Table:
    columns = (
        Column("Policy or limit"),
        Column("Where"),
        Column("Now", numeric=True),
        Column("Smallest change that helps", numeric=True),
    )
    rows = tuple(
        (
            Cell(_name(limits[0])),
            Cell(line or "not written in a file"),
            Cell(spell_value(limits[0], limits[0].value, currency)),
            Cell(_change(relaxation, currency)),
        )
        for limits, line, relaxation in zip(
            one.conflict.policies, one.lines, one.conflict.relaxations, strict=True
        )
    )
    return Table(title="Conflict", columns=columns, rows=rows)


def _name(limit: Limit) -> str:
    return f"{limit.name} ({limit.parameter})" if limit.parameter else limit.name


def _change(relaxation: Relaxation, currency: str) -> str:
    if not relaxation.enough:
        return "not enough alone: there is another conflict"
    if relaxation.value is None:
        return "lift it for one of the models"
    return spell_value(relaxation.limit, relaxation.value, currency)


def spell_value(limit: Limit, value: float, currency: str) -> str:
    """A limit's value in its unit."""
    if limit.unit == "none":
        return limit.text or "–"
    if limit.unit == "money":
        return format_money(Decimal(str(round(value, 4))), currency)
    if limit.unit == "score":
        return f"{value:.4f}"
    if limit.unit == "number":
        return f"{value:,.0f}"
    if limit.unit == "index":
        return _spell_index(limit, value + HAIR)
    return format_share(value)


def _spell_index(limit: Limit, value: float) -> str:
    """As the policy declares it: an index in points, a number of equal parts, a share."""
    if limit.text == "effective number":
        return f"{1 / value:.2f}" if value > 0 else "–"
    if limit.text == "largest":
        return format_share(value)
    return f"{value * 10_000:,.0f} points"
