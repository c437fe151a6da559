"""Limits on vendors, providers, clouds and countries, as rows over the options of a problem."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, entities_of
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Basis, Level
from multillm_gov.location import Place
from multillm_gov.measures.concentration import SUPPLIER_LEVELS
from multillm_gov.optimization.problem import Floats, Integers, Limit, Row, Spread

HAIR = 1e-4
"""Shares are written in hundredths of a percent: limits are kept with this much to spare."""
Kind = Literal["share", "index", "effective number", "largest", "countries", "amount", "reprice"]


class EntityLimit(Struct, frozen=True, kw_only=True):
    """One limit as a policy or the risk appetite declares it."""

    kind: Kind
    name: str
    parameter: str
    place: Place | None
    level: Level
    basis: Basis
    value: float
    """A share (0..1), an index (0..1), an effective number, or an amount a month."""
    tasks: frozenset[str] | None = None
    """Names of the task classes in scope; ``None``: all."""
    count: int = 0
    """Of ``largest``: how many."""
    is_limited: Callable[[str], bool] | None = None
    """Of ``countries``: which ones."""
    rise: float = 0.0
    """Of ``amount`` and ``reprice``: the price increase that is assumed."""


class Weights(Struct, frozen=True, kw_only=True):
    """What the options of a problem weigh, by basis, should each take its whole task class."""

    facts: Sequence[ModelFacts | None]
    """By option."""
    tasks: Sequence[str]
    """By option: its task class."""
    by_basis: Mapping[Basis, Floats]
    totals: Mapping[Basis, float]
    """Of requests and value: fixed whatever the shares."""
    least_spend: Mapping[str, float]
    """By task class: what it costs in the least bill there can be. Shares of spend are of that
    bill, so that spending more elsewhere meets no limit."""


def entity_limit(limit: EntityLimit, weights: Weights) -> tuple[Limit, ...]:
    """The rows of one limit; empty where nothing in scope weighs anything."""
    in_scope = np.array(
        [limit.tasks is None or name in limit.tasks for name in weights.tasks], dtype=float
    )
    own = weights.by_basis[limit.basis] * in_scope
    total = _total(limit, weights, in_scope)
    if not own.any() or total <= 0:
        return ()
    entities, member = _members(limit, weights.facts)
    if limit.kind in {"index", "effective number", "largest"}:
        return _spread(limit, own, total, member)
    if limit.kind == "countries":
        subject = np.array([_subject(limit, facts) for facts in weights.facts], dtype=float)
        return _rows(limit, [("the limited countries", own * subject)], own, total)
    unknown = member[entities.index(UNKNOWN)] if UNKNOWN in entities else np.zeros(len(own))
    named = [(name, row) for name, row in zip(entities, member, strict=True) if name != UNKNOWN]
    parts = [(name, own * np.maximum(row, unknown)) for name, row in named]
    return _rows(limit, parts or [(UNKNOWN, own * unknown)], own, total)


def _total(limit: EntityLimit, weights: Weights, in_scope: Floats) -> float:
    """The whole that shares are of."""
    if limit.basis is Basis.SPEND:
        return sum(
            amount
            for name, amount in weights.least_spend.items()
            if limit.tasks is None or name in limit.tasks
        )
    if limit.tasks is None:
        return weights.totals[limit.basis]
    seen: dict[str, float] = {}
    for name, weight, inside in zip(
        weights.tasks, weights.by_basis[limit.basis], in_scope, strict=True
    ):
        if inside:
            seen[name] = float(weight)
    return sum(seen.values())


def _members(limit: EntityLimit, facts: Sequence[ModelFacts | None]) -> tuple[list[str], Floats]:
    """The entities at the level, and by entity which options depend on it."""
    of_option = [entities_of(each, limit.level) for each in facts]
    ignored = {IN_HOUSE} if limit.level in SUPPLIER_LEVELS else set()
    names = sorted(set().union(*of_option) - ignored) if of_option else []
    member = np.array([[name in texts for texts in of_option] for name in names], dtype=float)
    return names, member.reshape(len(names), len(of_option))


def _subject(limit: EntityLimit, facts: ModelFacts | None) -> bool:
    laws = entities_of(facts, Level.JURISDICTION) - {IN_HOUSE}
    return limit.is_limited is not None and any(limit.is_limited(law) for law in laws)


def _rows(
    limit: EntityLimit, parts: list[tuple[str, Floats]], own: Floats, total: float
) -> tuple[Limit, ...]:
    limits = []
    for entity, weight in parts:
        used = np.flatnonzero(weight)
        if not len(used):
            continue
        rows = _amount_rows(limit, used, weight) or _share_rows(limit, weight, own, total)
        limits.append(
            Limit(
                name=limit.name,
                parameter=limit.parameter,
                place=limit.place,
                value=limit.value,
                unit="money" if limit.kind == "amount" else "share",
                rows=rows,
                text=entity,
                group=f"{limit.name} {limit.parameter}",
            )
        )
    return tuple(limits)


def _amount_rows(limit: EntityLimit, used: Integers, weight: Floats) -> tuple[Row, ...]:
    if limit.kind != "amount":
        return ()
    return (Row(options=used, fixed=weight[used] * limit.rise, bound_scaled=1.0),)


def _share_rows(limit: EntityLimit, weight: Floats, own: Floats, total: float) -> tuple[Row, ...]:
    """Weight <= (v - hair) * total; on spend, of the bill itself and of the least bill."""
    used = np.flatnonzero(weight)
    factor = 1.0 / limit.rise if limit.kind == "reprice" else 1.0
    fixed = Row(
        options=used,
        fixed=weight[used],
        bound=-HAIR * total,
        bound_scaled=total * factor,
    )
    if limit.basis is not Basis.SPEND:
        return (fixed,)
    every = np.flatnonzero(own)
    ratio = Row(
        options=every,
        fixed=weight[every] + HAIR * own[every],
        scaled=-own[every] * factor,
    )
    return fixed, ratio


def _spread(limit: EntityLimit, own: Floats, total: float, member: Floats) -> tuple[Limit, ...]:
    """An index over entities; countries overlap, so two of them count as one by shared law."""
    value = 1.0 / limit.value if limit.kind == "effective number" else limit.value
    spread = Spread(
        weights=member * own,
        total=total,
        common=np.eye(len(member)),
        largest=limit.count if limit.kind == "largest" else 0,
    )
    return (
        Limit(
            name=limit.name,
            parameter=limit.parameter,
            place=limit.place,
            value=value - HAIR,
            unit="index",
            spread=spread,
            text=limit.kind,
            group=f"{limit.name} {limit.parameter}",
        ),
    )
