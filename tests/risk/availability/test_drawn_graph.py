"""The graph of a system: nothing a task class depends on is missing, and no way leads where it does
not."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.rendering.graphs.drawing.bounding import bound
from multillm_gov.risk.availability.dependency_graph import draw_graph
from multillm_gov.risk.availability.single_points import single_points
from multillm_gov.risk.system.cut_sets import cut_sets
from multillm_gov.risk.system.graph import MOST_PATHS, Edge, Graph, paths
from multillm_gov.risk.system.system import Chain, Component, Hop, Kind, System, TaskSystem

PARTS: tuple[Kind, ...] = ("jurisdiction", "vendor", "cloud", "region", "provider")


@st.composite
def systems(draw: st.DrawFn) -> System:
    """Deployments that each have a place at every level, shared things, and dependencies of some
    task classes."""
    names = [(kind, f"{kind}-{number}") for kind in PARTS for number in range(3)]
    shared: list[tuple[Kind, str]] = [
        ("everything", "all"),
        ("gateway", "proxy"),
        ("dependency", "vpn"),
    ]
    shared += [("dependency", "key")]
    deployments: list[tuple[Kind, str]] = [("deployment", f"m{number}") for number in range(5)]
    listed = [*shared, *names, *deployments]
    components = tuple(Component(kind=kind, name=name) for kind, name in listed)
    place = {name: index for index, (_, name) in enumerate(listed)}
    held = []
    for _, name in deployments:
        parts = {place[f"{kind}-{draw(st.integers(0, 2))}"] for kind in PARTS}
        parts |= {place[extra] for extra in ("all", "proxy", "key") if draw(st.booleans())}
        held.append(frozenset({*parts, place[name]}))
    tasks = []
    for number in range(draw(st.integers(1, 4))):
        own = frozenset({place["vpn"]} if draw(st.booleans()) else ())
        chains = tuple(
            Chain(
                share=0.5,
                hops=tuple(
                    Hop(model=deployments[each][1], index=position, components=held[each] | own)
                    for position, each in enumerate(
                        draw(st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True))
                    )
                ),
            )
            for _ in range(draw(st.integers(1, 2)))
        )
        tasks.append(
            TaskSystem(
                name=f"t{number}",
                chains=chains,
                coverage=draw(st.sampled_from([0.0, 0.5])),
                coverage_origin="assumed",
                value_per_hour=float(draw(st.integers(0, 3))),
                requests_per_hour=1.0,
            )
        )
    return System(components=components, tasks=tuple(tasks))


def drawn(system: System) -> Graph:
    return draw_graph(system, single_points(cut_sets(system)), currency="USD")


def undrawn(system: System) -> set[str]:
    """Common causes that not every request goes through."""
    hops = [hop.components for task in system.tasks for chain in task.chains for hop in chain.hops]
    return {
        component.id
        for index, component in enumerate(system.components)
        if component.kind == "everything" and not all(index in hop for hop in hops)
    }


def reached(graph: Graph, start: str) -> set[str]:
    found, left = {start}, [start]
    while left:
        here = left.pop()
        for edge in graph.edges:
            if edge.source == here and edge.target not in found:
                found.add(edge.target)
                left.append(edge.target)
    return found - {start}


@given(systems())
@settings(max_examples=120, deadline=None)
def test_a_task_class_reaches_exactly_what_its_hops_hang_on(system: System) -> None:
    graph = drawn(system)
    for task in system.tasks:
        used = {
            system.components[each].id
            for chain in task.chains
            for hop in chain.hops
            for each in hop.components
        }
        assert reached(graph, f"task_class:{task.name}") == used - undrawn(system)


@given(systems())
@settings(max_examples=60, deadline=None)
def test_marks_and_nodes_are_those_of_the_system(system: System) -> None:
    graph = drawn(system)
    points = {
        system.components[point.members[0]].id: point for point in single_points(cut_sets(system))
    }
    assert {node.id for node in graph.nodes if "single point of failure" in node.marks} == (
        set(points) - undrawn(system)
    )
    assert len({node.id for node in graph.nodes}) == len(graph.nodes)
    ends = {end for edge in graph.edges for end in (edge.source, edge.target)}
    assert ends <= {node.id for node in graph.nodes}
    for task in system.tasks:
        routed = [
            edge
            for edge in graph.edges
            if edge.source == f"task_class:{task.name}" and edge.role == "route"
        ]
        assert sum(edge.share for edge in routed) == pytest.approx(
            sum(chain.share for chain in task.chains)
        )


@given(systems(), st.integers(2, 6))
@settings(max_examples=60, deadline=None)
def test_bounded_graphs_keep_their_worst_and_count_the_rest(system: System, most: int) -> None:
    graph = drawn(system)
    small = bound(graph, most)
    for kind in {node.kind for node in graph.nodes}:
        before = [node for node in graph.nodes if node.kind == kind]
        after = [node for node in small.nodes if node.kind == kind]
        assert len(after) <= most
        assert sum(node.stands_for for node in after) == len(before)
    ends = {end for edge in small.edges for end in (edge.source, edge.target)}
    assert ends <= {node.id for node in small.nodes}


@given(systems())
@settings(max_examples=60, deadline=None)
def test_every_way_is_a_walk_along_edges_to_the_target(system: System) -> None:
    graph = drawn(system)
    task = system.tasks[0]
    source = f"task_class:{task.name}"
    for target in (node.id for node in graph.nodes if node.kind != "task_class"):
        ways = paths(graph, source, target)
        assert bool(ways) == (target in reached(graph, source))
        assert len(ways) <= MOST_PATHS
        for way in ways:
            assert way[0].source == source
            assert way[-1].target == target
            assert all(left.target == right.source for left, right in pairwise(way))
            assert set(way) <= set(graph.edges)


def test_an_edge_skips_a_step_that_does_not_always_lead_to_the_same_place() -> None:
    listed: tuple[tuple[Kind, str], ...] = (
        ("cloud", "aws"),
        ("cloud", "azure"),
        ("provider", "reseller"),
        ("deployment", "a"),
        ("deployment", "b"),
    )
    system = System(
        components=tuple(Component(kind=kind, name=name) for kind, name in listed),
        tasks=(
            TaskSystem(
                name="t",
                chains=(
                    Chain(
                        share=1.0,
                        hops=(
                            Hop(model="a", index=0, components=frozenset({0, 2, 3})),
                            Hop(model="b", index=0, components=frozenset({1, 2, 4})),
                        ),
                    ),
                ),
                coverage=1.0,
                coverage_origin="assumed",
                value_per_hour=1.0,
                requests_per_hour=1.0,
            ),
        ),
    )
    parts = {(edge.source, edge.target) for edge in drawn(system).edges if edge.role == "part"}
    assert parts == {
        ("deployment:a", "provider:reseller"),
        ("deployment:b", "provider:reseller"),
        ("deployment:a", "cloud:aws"),
        ("deployment:b", "cloud:azure"),
    }
    same = replace(system.tasks[0].chains[0].hops[1], components=frozenset({0, 2, 4}))
    chain = Chain(share=1.0, hops=(system.tasks[0].chains[0].hops[0], same))
    together = replace(system, tasks=(replace(system.tasks[0], chains=(chain,)),))
    assert Edge(source="provider:reseller", target="cloud:aws") in drawn(together).edges


def test_a_node_that_there_is_not_has_no_ways(nine_nodes: System) -> None:
    with pytest.raises(KeyError, match="cloud:moon"):
        paths(drawn(nine_nodes), "task_class:T1", "cloud:moon")
