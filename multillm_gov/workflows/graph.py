"""``govern graph``: assess one state, build its system, measure dependencies and draw them."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.errors import UsageError
from multillm_gov.reporting.stress.dependencies import (
    dependency_section,
    importance_section,
    pair_section,
)
from multillm_gov.risk.availability.dependence import measure_dependence
from multillm_gov.risk.availability.dependence_data import dependence_data
from multillm_gov.risk.availability.dependency_graph import draw_graph
from multillm_gov.risk.system.graph import Graph
from multillm_gov.risk.system.system import System
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.sources.git import Repository
from multillm_gov.sources.root import split_paths
from multillm_gov.words import LONGEST, did_you_mean
from multillm_gov.workflows.reasons import explain_path
from multillm_gov.workflows.states import assess_folder, assess_revision, working_revision


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
    state = _state(as_of, root, revision)
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
    told = {"as_of": as_of.isoformat(), "revision": state.revision, **drawn.data}
    title = masked(f"{settings.organization}: {drawn.title}", state.secrets)
    return Drawn(graph=replace(drawn, title=title, data=told), flaws=len(state.flaws))


def _state(as_of: date, root: Path | None, revision: str | None) -> Assessment:
    top, _ = split_paths((), root)
    if revision is None:
        return assess_folder(top, as_of=as_of, revision=working_revision(top))
    repository = Repository.open(top)
    return assess_revision(repository, revision, as_of=as_of)


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
