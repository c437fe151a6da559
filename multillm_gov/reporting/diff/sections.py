"""The sections of a diff: loosened safeguards, other changes, then folded details."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.changes.change import Area, Change, Direction
from multillm_gov.changes.comparison import (
    Comparison,
    ConcentrationShift,
    SpendParts,
    SpendShift,
    TaskEffect,
)
from multillm_gov.content import Block, Column, Paragraph, Table
from multillm_gov.dimensions import Basis
from multillm_gov.finding import Severity
from multillm_gov.report import Section
from multillm_gov.reporting.diff.findings import FindingsShift
from multillm_gov.reporting.diff.tables import MOST_ROWS, Places, change_table, table
from multillm_gov.reporting.diff.wording import signed_amount
from multillm_gov.units import format_money, format_share, signed
from multillm_gov.words import count_of, join_words

_BASES = {Basis.SPEND: "spend", Basis.VALUE_AT_STAKE: "value at stake"}


def sections(comparison: Comparison, findings: FindingsShift, places: Places) -> Iterator[Section]:
    """All sections that are not empty, in the order a reviewer needs them."""
    currency = comparison.spend.currency_after
    loosened = comparison.toward(Direction.LOOSENED)
    if loosened:
        text = f"Loosened: {count_of(len(loosened), 'safeguard')}"
        yield Section(
            id="loosened", title=text, blocks=(change_table("", loosened, currency, places),)
        )
    if findings.excused:
        yield _excused(findings)
    for name, title, areas, folded in _GROUPS:
        changes = [
            change
            for change in comparison.within(*areas)
            if change.direction is not Direction.LOOSENED
        ]
        if changes:
            yield Section(
                id=name, title=title, blocks=_grouped(name, changes, comparison), folded=folded
            )
    yield from _exposure(comparison)
    yield from _money(comparison)
    yield _unchanged(comparison, findings)


_GROUPS: tuple[tuple[str, str, tuple[Area, ...], bool], ...] = (
    ("task-classes", "Task classes", (Area.TASK_CLASSES,), False),
    ("routing", "Routing, demand and caps", (Area.ROUTING, Area.MONEY), False),
    ("resilience", "Fallbacks", (Area.RESILIENCE,), False),
    ("models", "Prices, retirements and hosts of models", (Area.MODELS,), False),
    ("policies", "Policies, waivers and settings", (Area.POLICIES, Area.SETTINGS), False),
    ("terms", "Other terms of task classes", (Area.SERVICE, Area.DATA, Area.PROCESS), True),
)
"""Id, title, areas, and whether a short format folds it; loosened changes come first."""


def _grouped(name: str, changes: list[Change], comparison: Comparison) -> tuple[Block, ...]:
    """One table, or one a direction where safeguards differ."""
    currency = comparison.spend.currency_after
    if name not in {"policies", "terms"}:
        return (change_table("", changes, currency),)
    parts = [(way, [change for change in changes if change.direction is way]) for way in Direction]
    return tuple(
        change_table(way.value.capitalize(), matching_changes, currency)
        for way, matching_changes in parts
        if matching_changes
    )


def _excused(findings: FindingsShift) -> Section:
    """What a loosened policy or a new waiver hides: findings by the policies of the base."""
    rows = [
        (finding.subject, f"{finding.rule} {finding.message}", str(finding.severity.label))
        for finding in findings.excused
    ]
    explanation = (
        "Under the policies, waivers and limits of the base these findings would still be reported."
    )
    columns = (Column("Subject"), Column("Finding"), Column("Severity"))
    blocks = (Paragraph(explanation), table("", columns, rows, len(rows), "finding"))
    return Section(id="excused", title="No longer enforced (not fixed)", blocks=blocks)


def _exposure(comparison: Comparison) -> Iterator[Section]:
    """Shares and effective numbers; levels with equal shares share rows."""
    groups: dict[object, list[ConcentrationShift]] = {}
    for shift in comparison.concentration:
        if shift.moved:
            figures = tuple((round(old, 6), round(new, 6)) for _, old, new in shift.moved)
            alike = figures if len(set(figures)) == len(figures) else shift.moved
            groups.setdefault((shift.basis, alike), []).append(shift)
    if not groups:
        return
    rows = [row for alike in groups.values() for row in _share_rows(alike)]
    columns = (
        Column("Who"),
        Column("Share"),
        Column("Before", numeric=True),
        Column("After", numeric=True),
        Column("Points", numeric=True),
    )
    shares = table("Shares that changed by half a point or more", columns, rows, len(rows), "share")
    levels = (Column("Level"), Column("Before", numeric=True), Column("After", numeric=True))
    numbers = [
        (
            _format_levels(alike),
            f"{alike[0].before.effective_number:.2f}",
            f"{alike[0].after.effective_number:.2f}",
        )
        for alike in groups.values()
    ]
    effective = table("Effective number (1 / HHI)", levels, numbers, len(numbers), "level")
    yield Section(
        id="exposure", title="Exposure in detail", blocks=(shares, effective), folded=True
    )


def _share_rows(alike: list[ConcentrationShift]) -> Iterator[tuple[str, ...]]:
    for entities in zip(*(shift.moved for shift in alike), strict=True):
        names = list(dict.fromkeys(name for name, _, _ in entities))
        _, old, new = entities[0]
        others = f" ({', '.join(names[1:])})" if names[1:] else ""
        points = signed(f"{(new - old) * 100:.1f}")
        yield (
            f"{names[0]}{others}",
            _format_levels(alike),
            format_share(old),
            format_share(new),
            points,
        )


def _format_levels(alike: list[ConcentrationShift]) -> str:
    return f"{', '.join(shift.level.value for shift in alike)} by {_BASES[alike[0].basis]}"


def _money(comparison: Comparison) -> Iterator[Section]:
    spend = comparison.spend
    if not comparison.effects or spend.parts is None:
        return
    currency = spend.currency_after
    amount = Column(f"{currency} a month", numeric=True)
    blocks: list[Block] = [_causes_table(spend, spend.parts, currency)]
    if spend.at_actual_volume is not None:
        what = count_of(spend.with_actuals, "task class")
        moved = f"{signed_amount(spend.at_actual_volume, currency)} {currency}"
        text = f"At the volume of actual spend, prices and routing of {what} move {moved} a month."
        blocks.append(Paragraph(text))
    before, after = Column("Before", numeric=True), Column("After", numeric=True)
    shown = comparison.effects[:MOST_ROWS]
    rows = [_effect_row(effect, currency) for effect in shown]
    columns = (Column("Task class"), before, after, amount)
    blocks.append(table("By task class", columns, rows, len(comparison.effects), "task class"))
    if spend.by_owner:
        owners = [_owner_row(*owner, currency) for owner in spend.by_owner[:MOST_ROWS]]
        columns = (Column("Owner"), before, after, amount)
        blocks.append(table("By owner", columns, owners, len(spend.by_owner), "owner"))
    yield Section(id="money", title="Money in detail", blocks=tuple(blocks), folded=True)


def _causes_table(spend: SpendShift, parts: SpendParts, currency: str) -> Table:
    """Why the forecast changes."""
    causes = (
        ("New prices, same allocation", parts.price),
        ("Demand", parts.demand),
        ("Routing", parts.routing),
        ("Fixed cost reallocated", parts.hosting),
        ("Task classes added", spend.added),
        ("Task classes removed", None if spend.removed is None else -spend.removed),
        ("Forecasts gained or lost", spend.gained_or_lost),
    )
    amount = Column(f"{currency} a month", numeric=True)
    why = [
        (label, "not known" if part is None else signed_amount(part, currency))
        for label, part in causes
        if part != 0
    ]
    return table("Why the forecast changes", (Column("Cause"), amount), why, len(why), "cause")


def _owner_row(name: str, old: Decimal, new: Decimal, currency: str) -> tuple[str, ...]:
    amounts = format_money(old, currency), format_money(new, currency)
    return (name, *amounts, signed_amount(new - old, currency))


def _effect_row(effect: TaskEffect, currency: str) -> tuple[str, ...]:
    name = effect.after or effect.before
    amounts = (
        effect.spend_before if effect.before else None,
        effect.spend_after if effect.after else None,
    )
    absent = (not effect.before, not effect.after)
    amounts_before_after = [
        word if gone else "not known" if amount is None else format_money(amount, currency)
        for amount, gone, word in zip(amounts, absent, ("none", "removed"), strict=True)
    ]
    return (
        name,
        *amounts_before_after,
        "" if effect.delta is None else signed_amount(effect.delta, currency),
    )


def _unchanged(comparison: Comparison, findings: FindingsShift) -> Section:
    grades = [
        count_of(sum(finding.severity is severity for finding in findings.kept), severity.label)
        for severity in reversed(Severity)
        if any(finding.severity is severity for finding in findings.kept)
    ]
    same = f"{count_of(comparison.unchanged_task_classes, 'task class')} and "
    same += f"{count_of(comparison.unchanged_policies, 'policy')} unchanged."
    stays = f"Existing findings that remain: {join_words(grades) or 'none'}."
    hint = " `govern check` lists them." if findings.kept else ""
    return Section(
        id="unchanged", title="Unchanged", blocks=(Paragraph(f"{same} {stays}{hint}"),), folded=True
    )
