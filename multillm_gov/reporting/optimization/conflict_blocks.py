"""Limits that cannot all hold: who they are, where they are written, the smallest way out."""

from collections import Counter
from decimal import Decimal
from itertools import groupby
from math import ceil, floor

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.optimization.conflicts import Relaxation
from multillm_gov.optimization.entity_limits import HAIR
from multillm_gov.optimization.problem import Limit, Unit
from multillm_gov.reporting.optimization.result import ConflictResult, OptimizationResult
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code

_STEPS: dict[Unit, int] = {"score": 10_000, "number": 1, "money": 1}
"""Steps of one that are shown, by unit; of shares a tenth of a point."""
_SMALL = 1_000
"""Amounts below this are shown with fractions."""


def conflict_blocks(result: OptimizationResult) -> tuple[Block, ...]:
    """One table per conflict, those of one task class under a sentence on their order."""
    counts = Counter(one.task for one in result.conflicts)
    blocks: list[Block] = []
    for task, several in groupby(result.conflicts, key=lambda one: one.task):
        if counts[task] > 1:
            blocks.append(Paragraph(_order(task, counts[task]), "watch"))
        for one in several:
            blocks += [Paragraph(_sentence(one), "watch"), _table(one, result.currency)]
    return tuple(blocks)


def _order(task: str, count: int) -> str:
    where = f" in {code(task)}" if task else ""
    return (
        f"Each of the {count} conflicts{where} needs a change of its own. Each is the smallest "
        "once the first change of every conflict above it is made."
    )


def _sentence(one: ConflictResult) -> str:
    where = f"In {code(one.task)} " if one.task else ""
    if len(one.conflict.policies) == 1:
        return f"{where}{'no' if where else 'No'} route that may be taken keeps this limit."
    these = f"{where}these" if where else "These"
    return f"{these} limits cannot all hold; without any one of them the others can."


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
        return "not enough alone"
    if relaxation.value is None:
        return "lift it for one of the models"
    limit = relaxation.limit
    return spell_value(limit, _outward(limit, relaxation.value), currency)


def _outward(limit: Limit, value: float) -> float:
    """Rounded to the digits shown, away from what would still be too tight."""
    if limit.unit == "index":
        if limit.text == "effective number":
            return 1 / (floor(100 / (value + HAIR)) / 100) - HAIR
        steps = 1_000 if limit.text == "largest" else 10_000
        return ceil((value + HAIR) * steps) / steps - HAIR
    steps = _STEPS.get(limit.unit, 1_000)
    if limit.unit == "money" and abs(value) < _SMALL:
        steps = 10_000
    return (ceil if limit.relaxed_by > 0 else floor)(value * steps) / steps


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
