"""Changes of what a task class calls and how often: models, weights, fallbacks, demand."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.changes.change import Change, ChangeKind, Direction
from multillm_gov.changes.direction import higher_is_tighter
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.measures.independence import OTHER_VENDOR_AND_CLOUD
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.demand import Demand
from multillm_gov.units import format_count, format_share

LONGEST = ("p99_input_tokens", "max_output_tokens")
"""Parts of a demand by which price tiers and limits of a model are judged."""


def compare_routes(before: TaskClass, after: TaskClass) -> Iterator[Change]:
    """One change for other models or shares; the order of route entries means nothing."""
    old, new = _shares(before), _shares(after)
    if old == new:
        return
    same_models = old.keys() == new.keys()
    yield Change(
        kind=ChangeKind.WEIGHTS if same_models else ChangeKind.ROUTE,
        subject=after.name,
        label="weights" if same_models else "route",
        aspect="route",
        before=_format_route(old),
        after=_format_route(new),
        place_before=before.place.at("route"),
        place_after=after.place.at("route"),
    )


def compare_fallbacks(before: TaskFigures, after: TaskFigures) -> Iterator[Change]:
    """Fallbacks removed, added, or tried in another order."""
    old, new = _chain(before.task), _chain(after.task)
    for names, others, kind, figures in (
        (old, new, ChangeKind.FALLBACK_REMOVED, before),
        (new, old, ChangeKind.FALLBACK_ADDED, after),
    ):
        for name in names:
            if name not in others:
                yield _fallback(name, kind, figures, (before.task, after.task))
    kept_before, kept_after = (
        [name for name in old if name in new],
        [name for name in new if name in old],
    )
    if kept_before != kept_after:
        yield Change(
            kind=ChangeKind.FALLBACKS_REORDERED,
            subject=after.task.name,
            label="order of fallbacks",
            aspect="fallbacks",
            before=" → ".join(kept_before),
            after=" → ".join(kept_after),
            place_before=before.task.place.at("fallbacks"),
            place_after=after.task.place.at("fallbacks"),
        )


def _fallback(
    name: str, kind: ChangeKind, figures: TaskFigures, tasks: tuple[TaskClass, TaskClass]
) -> Change:
    removed = kind is ChangeKind.FALLBACK_REMOVED
    fallback = next(fallback for fallback in figures.fallbacks if fallback.model == name)
    places = [task.place.at("fallbacks") for task in tasks]
    places[0 if removed else 1] = figures.task.place.at("fallbacks", fallback.index)
    return Change(
        kind=kind,
        subject=tasks[1].name,
        label="fallback",
        aspect="fallbacks",
        direction=Direction.LOOSENED if removed else Direction.TIGHTENED,
        before=name if removed else "",
        after="" if removed else name,
        before_figure=len(_chain(tasks[0])),
        after_figure=len(_chain(tasks[1])),
        place_before=places[0],
        place_after=places[1],
        note=_fallback_note(fallback, len(figures.fallbacks)),
    )


def _fallback_note(fallback: FallbackFigures, count: int) -> str:
    shared = ", ".join(
        level.value for level in fallback.shared_with_primary if level in OTHER_VENDOR_AND_CLOUD
    )
    only = "the only fallback" if count == 1 else ""
    return "; ".join(
        part for part in (only, f"shares {shared} with the route" if shared else "") if part
    )


def compare_demand(before: TaskClass, after: TaskClass) -> Iterator[Change]:
    """One change that names every part of the demand that differs."""
    old, new = before.declared.demand, after.declared.demand
    if old == new:
        return
    yield Change(
        kind=ChangeKind.DEMAND,
        subject=after.name,
        label="demand",
        aspect="demand",
        direction=_percentiles_direction(old, new),
        before=_format_demand(old, new),
        after=_format_demand(new, old),
        before_figure=old.requests if old else None,
        after_figure=new.requests if new else None,
        place_before=before.place.at("demand"),
        place_after=after.place.at("demand"),
    )


def _percentiles_direction(old: Demand | None, new: Demand | None) -> Direction:
    """A lower or dropped longest request hides price tiers, windows and late answers."""
    if old is None or new is None:
        return Direction.CHANGED
    moves = {
        higher_is_tighter(getattr(old, name), getattr(new, name))
        for name in LONGEST
        if getattr(old, name) != getattr(new, name)
    }
    if Direction.LOOSENED in moves:
        return Direction.LOOSENED
    return next(iter(moves), Direction.CHANGED)


def _shares(task: TaskClass) -> dict[str, Decimal]:
    shares: dict[str, Decimal] = {}
    for leg, share in zip(task.declared.route, task.shares, strict=True):
        shares[leg.model] = shares.get(leg.model, Decimal(0)) + share
    return shares


def _format_route(shares: dict[str, Decimal]) -> str:
    if len(shares) == 1:
        return next(iter(shares))
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{model} {format_share(share)}" for model, share in ordered)


def _chain(task: TaskClass) -> tuple[str, ...]:
    return tuple(dict.fromkeys(task.declared.fallbacks))


def _format_demand(demand: Demand | None, other: Demand | None) -> str:
    """The parts in which two demands differ; all that is not zero where there is one."""
    if demand is None:
        return ""
    base = other if other is not None else Demand(requests=-1)
    parts = [
        _format_part(name, getattr(demand, name))
        for name in Demand.__struct_fields__
        if getattr(demand, name) != getattr(base, name)
    ]
    return ", ".join(parts)


def _format_part(name: str, value: object) -> str:
    label = name.replace("_", " ")
    match value:
        case None:
            return f"{label} not declared"
        case ():
            return f"no {label}"
        case tuple():
            return f"{len(value)} {label}"
        case int():
            return f"{format_count(value)} {label}"
        case _:
            return f"{label} {value}"
