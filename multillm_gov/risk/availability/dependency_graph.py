"""From a system to its dependency graph: an edge holds for every request that passes its source."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import get_args

from msgspec import Struct

from multillm_gov.risk.availability.single_points import SinglePoint
from multillm_gov.risk.system.graph import KIND_WORDS, Edge, Graph, Mark, Node
from multillm_gov.risk.system.system import Hop, Kind, System, TaskSystem
from multillm_gov.words import count_of

SHARED: frozenset[Kind] = frozenset({"everything", "gateway", "dependency"})
"""What requests go through on their way to a model, whoever serves it."""
_CARRIERS: dict[Kind, tuple[Kind, ...]] = {
    "cloud": ("provider",),
    "region": ("cloud", "provider"),
    "jurisdiction": ("vendor", "provider", "cloud", "region"),
    **dict.fromkeys(SHARED, ("provider", "cloud", "vendor")),
}
"""The hop component through which each kind is reached, nearest first; else the model."""
_ORDER = {
    kind: rank for rank, kind in enumerate(("task_class", "model", *reversed(get_args(Kind))))
}

Spot = tuple[str, frozenset[int]]
"""A hop as drawn: the node of its model, and its components."""


class Dependents(Struct):
    """What every request to an entity goes through, found by looking at all hops."""

    by_task: dict[str, frozenset[int]]
    by_model: dict[str, frozenset[int]]
    by_component: dict[int, frozenset[int]]
    by_spot: dict[Spot, frozenset[int]]
    """What all task classes that use a hop go through whichever model answers."""
    drawn: frozenset[int]
    """Components that are nodes."""


def draw_graph(system: System, singles: Iterable[SinglePoint], *, currency: str) -> Graph:
    """The graph of a system; ``singles``, its single points of failure, are marked.

    Task classes depend on models by route and fallback; models on providers and vendors, providers
    on clouds and regions, vendors on jurisdictions. An edge skips a step where that step does not
    always lead to the same place. Common causes that only some deployments share are intervals of
    how beta factors are counted: figures report them, the graph does not.
    """
    points = {point.members[0]: point for point in singles if len(point.members) == 1}
    scope = _scope(system)
    edges = {edge for task in system.tasks for edge in _task_edges(system, task, scope)}
    for (model, components), shared in scope.by_spot.items():
        edges |= set(_part_edges(system, model, components, scope, shared))
    nodes = [_task_node(task, currency) for task in system.tasks]
    nodes += [_model_node(system, name, points, currency) for name in scope.by_model]
    drawn = {node.id for node in nodes}
    nodes += [
        _component_node(system, index, points, currency)
        for index in sorted(scope.drawn)
        if system.components[index].id not in drawn
    ]
    return Graph(
        title="Dependencies of each task class",
        summary=_summary(system, points),
        currency=currency,
        nodes=tuple(
            sorted(nodes, key=lambda node: (_ORDER[node.kind], -node.value_per_hour, node.label))
        ),
        edges=tuple(
            sorted(edges, key=lambda edge: (edge.source, edge.target, edge.role, edge.position))
        ),
    )


def model_node(system: System, hop: Hop) -> str:
    """Id of the node that stands for a hop: its deployment where it has one, else its model."""
    for index in sorted(hop.components):
        if system.components[index].kind == "deployment":
            return system.components[index].id
    return f"model:{hop.model}"


def _hops(task: TaskSystem) -> Iterator[Hop]:
    return (hop for chain in task.chains for hop in chain.hops)


def _scope(system: System) -> Dependents:
    by_task: dict[str, frozenset[int]] = {}
    by_spot: dict[Spot, frozenset[int]] = {}
    for task in system.tasks:
        used = [hop.components for hop in _hops(task)]
        shared = frozenset.intersection(*used) if used else frozenset()
        by_task[task.name] = shared
        for hop in _hops(task):
            spot = (model_node(system, hop), hop.components)
            by_spot[spot] = by_spot.get(spot, shared) & shared
    by_model: dict[str, frozenset[int]] = {}
    by_component: dict[int, frozenset[int]] = {}
    for model, components in by_spot:
        by_model[model] = by_model.get(model, components) & components
        for index in components:
            by_component[index] = by_component.get(index, components) & components
    everywhere = frozenset.intersection(*by_task.values()) if by_task else frozenset()
    drawn = frozenset(
        index
        for index in by_component
        if system.components[index].kind != "everything" or index in everywhere
    )
    return Dependents(by_task, by_model, by_component, by_spot, drawn)


def _task_edges(system: System, task: TaskSystem, scope: Dependents) -> Iterator[Edge]:
    source = f"task_class:{task.name}"
    shares: defaultdict[str, float] = defaultdict(float)
    places: dict[str, int] = {}
    for chain in task.chains:
        for place, hop in enumerate(chain.hops):
            node = model_node(system, hop)
            if place == 0:
                shares[node] += chain.share
            else:
                places[node] = min(places.get(node, hop.index + 1), hop.index + 1)
    for node, share in shares.items():
        yield Edge(source=source, target=node, role="route", share=share)
    for node, place in places.items():
        yield Edge(source=source, target=node, role="fallback", position=place)
    for index in scope.by_task[task.name]:
        if system.components[index].kind in SHARED and index in scope.drawn:
            yield Edge(source=source, target=system.components[index].id)


def _part_edges(
    system: System,
    model: str,
    components: frozenset[int],
    scope: Dependents,
    shared: frozenset[int],
) -> Iterator[Edge]:
    parts = system.components
    for index in components:
        target = parts[index]
        if (
            target.id == model
            or index not in scope.drawn
            or (target.kind in SHARED and index in shared)
        ):
            continue
        carriers = [
            parts[other].id
            for kind in _CARRIERS.get(target.kind, ())
            for other in sorted(components)
            if parts[other].kind == kind
            and index in scope.by_component[other]
            and (not target.carriers or parts[other].id in target.carriers)
        ]
        yield Edge(source=carriers[0] if carriers else model, target=target.id)


def _task_node(task: TaskSystem, currency: str) -> Node:
    lonely = all(len(chain.hops) < 2 or task.coverage == 0 for chain in task.chains)
    text = f"{_an_hour(task.value_per_hour, currency)} at stake"
    text = text if task.value_per_hour else "value at stake not declared"
    covered = f"failover covered {task.coverage:.0%} ({task.coverage_origin})"
    return Node(
        id=f"task_class:{task.name}",
        kind="task_class",
        label=task.name,
        marks=("no fallback",) if lonely else (),
        note=text if lonely else f"{text}; {covered}",
        value_per_hour=task.value_per_hour,
    )


def _model_node(system: System, name: str, points: dict[int, SinglePoint], currency: str) -> Node:
    for index, component in enumerate(system.components):
        if component.id == name:
            return _component_node(system, index, points, currency)
    return Node(id=name, kind="model", label=name.partition(":")[2])


def _an_hour(value: float, currency: str) -> str:
    return f"{value:,.2f} {currency} an hour" if value else "value not declared"


def _component_node(
    system: System, index: int, points: dict[int, SinglePoint], currency: str
) -> Node:
    component = system.components[index]
    point = points.get(index)
    marks: tuple[Mark, ...] = ("single point of failure",) if point else ()
    unavailable = (
        f"unavailable {component.unavailability:.3%} of the time ({component.origin})"
        if component.unavailability
        else ""
    )
    taken = ""
    if point:
        taken = (
            f"takes down {count_of(point.task_classes, 'task class')}, "
            f"{_an_hour(point.value_per_hour, currency)}"
        )
    return Node(
        id=component.id,
        kind=component.kind,
        label=component.name,
        marks=marks,
        note="; ".join(part for part in (taken, unavailable) if part),
        value_per_hour=point.value_per_hour if point else 0.0,
    )


def _summary(system: System, points: dict[int, SinglePoint]) -> str:
    tasks = count_of(len(system.tasks), "task class")
    if not points:
        return f"{tasks}; no single point of failure."
    index, worst = next(iter(points.items()))
    component = system.components[index]
    return (
        f"{tasks}; {count_of(len(points), 'single point')} of failure. The largest is "
        f"{KIND_WORDS[component.kind]} `{component.name}`: "
        f"{count_of(worst.task_classes, 'task class')}."
    )
