"""``govern graph``: assess one state, build its system, measure dependencies and draw them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.content import Items, Paragraph
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.errors import UsageError
from multillm_gov.report import Section
from multillm_gov.reporting.stress.dependencies import (
    dependency_section,
    importance_section,
    pair_section,
)
from multillm_gov.risk.availability.dependence import (
    Dependence,
    dependence_data,
    measure_dependence,
)
from multillm_gov.risk.availability.dependency_graph import draw_graph
from multillm_gov.risk.system.graph import KIND_WORDS, Edge, Graph, Node, paths
from multillm_gov.risk.system.system import System
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.sources.root import split_paths
from multillm_gov.units import format_money, format_share
from multillm_gov.words import LONGEST, code, did_you_mean, join_words
from multillm_gov.workflows.states import state_at


def explain_path(graph: Graph, dependence: Dependence, task: str, target: str) -> Graph:
    """The part of a graph that leads from a task class to a node, with the ways in words.

    Args:
        graph: Of that task class alone.
        dependence: Its figures.
        task: Name of the task class.
        target: Id of a node (``cloud:aws``), or its name where only one node has it.

    Raises:
        UsageError: there is no such node, or several.
    """
    node = _find(graph, target)
    ways = paths(graph, f"task_class:{task}", node.id)
    kept_edges = {edge for way in ways for edge in way}
    touched = {end for edge in kept_edges for end in (edge.source, edge.target)} | {
        f"task_class:{task}",
        node.id,
    }
    nodes = {node.id: node for node in graph.nodes}
    listed = tuple(_way(way, nodes) for way in ways)
    effect = _effect(dependence, node, graph.currency)
    return replace(
        graph,
        title=f"Why {task} depends on {node.label}",
        summary=effect,
        nodes=tuple(node for node in graph.nodes if node.id in touched),
        edges=tuple(edge for edge in graph.edges if edge in kept_edges),
        sections=(
            Section(
                id="why",
                title="Ways",
                blocks=(Items(listed) if listed else Paragraph("There is none."),),
            ),
        ),
        data={
            "task_class": task,
            "component": node.id,
            "effect": effect,
            "ways": [[f"task_class:{task}", *(edge.target for edge in way)] for way in ways],
        },
    )


def _find(graph: Graph, target: str) -> Node:
    nodes = [node for node in graph.nodes if node.id == target] or [
        node for node in graph.nodes if node.label == target and node.kind != "task_class"
    ]
    if len(nodes) == 1:
        return nodes[0]
    if nodes:
        ids = join_words([code(node.id) for node in nodes], "or")
        raise UsageError(f"Several things are called `{target[:LONGEST]}`", f"Say which: {ids}.")
    known = sorted({name for node in graph.nodes for name in (node.id, node.label)})
    raise UsageError(
        f"The task class does not depend on `{target[:LONGEST]}`{did_you_mean(target, known)}.",
        "Run `govern graph --task NAME` to see its dependencies.",
    )


def _way(way: Sequence[Edge], nodes: dict[str, Node]) -> str:
    """``crm → routed 70.0%: model `openai/gpt-5.4` → provider `openai` → cloud `azure` ``."""
    words = [nodes[way[0].source].label]
    for edge in way:
        node = nodes[edge.target]
        how = {
            "route": f"routed {format_share(edge.share)}: ",
            "fallback": f"fallback {edge.position}: ",
        }
        words.append(f"{how.get(edge.role, '')}{KIND_WORDS[node.kind]} {code(node.label)}")
    return " → ".join(words)


def _loss_sentence(what: str, share: float | None, lost: str | None) -> str:
    """``share``: of the requests that go unanswered, if any; ``lost``: an hour, if declared."""
    if share is not None:
        cost = "value not declared" if lost is None else f"{lost} an hour"
        return (
            f"Without {what} {format_share(share)} of the requests go unanswered, failover or "
            f"not: {cost}."
        )
    if lost is None:
        return (
            f"Alone {what} takes down nothing as long as the failover works; what failovers that "
            "fail would cost is not known: no value at stake is declared."
        )
    return (
        f"Alone {what} takes down nothing as long as the failover works; failovers that are not "
        "covered included, "
        f"{lost} an hour are expected to be lost while it is down."
    )


def _effect(dependence: Dependence, node: Node, currency: str) -> str:
    components = dependence.system.components
    index = next(
        (index for index, component in enumerate(components) if component.id == node.id), None
    )
    what = f"{KIND_WORDS[node.kind]} {code(node.label)}"
    if index is None:
        return f"The unavailability of {what} is counted with its dependencies, not by itself."
    point = next((point for point in dependence.singles if point.members == (index,)), None)
    worth = next(
        (
            component.birnbaum
            for component in dependence.importances.components
            if component.component == index
        ),
        0.0,
    )
    lost = format_money(Decimal(f"{worth:.2f}"), currency)
    declared = any(task.value_per_hour for task in dependence.system.tasks)
    share = sum(hit.share for hit in point.hits) if point else None
    return _loss_sentence(what, share, lost if declared else None)


class Drawn(Struct, frozen=True, kw_only=True):
    """A graph, and how far it can be trusted."""

    graph: Graph
    flaws: int
    """Mistakes in the portfolio's files, which may hide task classes."""


def graph(
    *,
    as_of: date,
    root: Path | None = None,
    revision: str | None = None,
    tasks: Iterable[str] = (),
    why: tuple[str, str] | None = None,
) -> Drawn:
    """The dependency graph of one state with its figures.

    Args:
        as_of: The day retirements, drills and incidents are judged against.
        root: The portfolio's root, if it is not to be searched for.
        revision: Git revision to draw; default: the working tree.
        tasks: Only these task classes, figures included; none: all of them.
        why: A task class and a node: only the ways from the one to the other.

    Raises:
        UsageError: a task class or a node that there is not.
        SourceError: no portfolio, or no repository where a revision is named.
        RevisionError: the revision is unknown.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    state = state_at(top, revision, as_of=as_of)
    settings = state.portfolio.settings
    system = masked(build_system(state), state.secrets)
    wanted = _restricted(system, [why[0]] if why else list(tasks))
    dependence = measure_dependence(wanted)
    drawn = draw_graph(wanted, dependence.singles, currency=settings.currency)
    if why:
        drawn = explain_path(drawn, dependence, *why)
    else:
        tell = (dependency_section, importance_section, pair_section)
        drawn = replace(
            drawn,
            sections=tuple(section(dependence, settings.currency) for section in tell),
            data=dependence_data(dependence),
        )
    values_by_name = {"as_of": as_of.isoformat(), "revision": state.revision, **drawn.data}
    title = masked(f"{settings.organization}: {drawn.title}", state.secrets)
    return Drawn(graph=replace(drawn, title=title, data=values_by_name), flaws=len(state.flaws))


def _restricted(system: System, names: list[str]) -> System:
    """The system with some of its task classes and the components they depend on."""
    known = [task.name for task in system.tasks]
    for name in names:
        if name not in known:
            raise UsageError(
                f"There is no task class `{name[:LONGEST]}`{did_you_mean(name, known)}.",
                "Run `govern graph` to see them all.",
            )
    return (
        replace(system, tasks=tuple(task for task in system.tasks if task.name in names))
        if names
        else system
    )
