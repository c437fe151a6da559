"""``govern stress``: what happens to the portfolio if; figures, never a verdict."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.masking import masked
from multillm_gov.report import Report
from multillm_gov.reporting.stress.comparison import comparison_section
from multillm_gov.reporting.stress.inputs import simulation_of
from multillm_gov.reporting.stress.report import brief_stress
from multillm_gov.reporting.stress.state import StressedState, details, whole_report
from multillm_gov.risk.availability.dependence import measure_dependence
from multillm_gov.risk.reverse.reverse_stress import reverse
from multillm_gov.risk.simulation.simulation import DEFAULT_YEARS
from multillm_gov.risk.stress.scenario_book import BookedScenario, choose, scenarios_of
from multillm_gov.risk.stress.scenario_settings import parse_setting, with_settings
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.risk.stress.variants import MOST_SCENARIOS, affordable_variants, run_scenario
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.sources.git import Repository
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.workflows.states import assess_folder, assess_revision, working_revision


class StressOptions(Struct, frozen=True, kw_only=True):
    """What a call asks to run."""

    scenarios: tuple[str, ...] = ()
    """Names; none: the whole risk report."""
    every: bool = False
    """Every scenario in full."""
    settings: tuple[str, ...] = ()
    """``NAME.parameter=value`` each."""
    years: int | None = None
    seed: int = 1
    simulation: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether the whole risk report is asked for."""
        return not self.scenarios and not self.every


Tell = Callable[[str], None]
"""Told what is being done next."""


def stress(
    asked: StressOptions,
    *,
    as_of: date,
    root: Path | None = None,
    revision: str | None = None,
    base: str | None = None,
    tell: Tell = lambda _doing: None,
) -> Report:
    """Stress one state, or compare what stress does to two.

    Args:
        asked: Scenarios, parameters, simulation.
        as_of: The day dates are judged against, in both states.
        root: The portfolio's root, if it is not to be searched for.
        revision: Git revision to stress; default: the working tree.
        base: Git revision to compare with.
        tell: Hears what is being done, for people who wait.

    Raises:
        UsageError: an unknown scenario or parameter.
        SourceError: no portfolio, or no repository where a revision is named.
        RevisionError: a revision is unknown.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    now = _stressed(_state(top, as_of, revision), asked, tell)
    sections = whole_report(now) if asked.is_whole else details(now.results, now.context)
    then = None
    if base is not None:
        then = _stressed(_state(top, as_of, base), asked, tell)
        sections = (comparison_section(then, now), *sections)
    tell("writing the report")
    return replace(brief_stress(now, sections, base=then), path_prefix=path_prefix(top))


def _stressed(state: Assessment, asked: StressOptions, tell: Tell) -> StressedState:
    """Measure one state's risk."""
    context = stress_context(state)
    asked_for = chosen(state, asked)
    run = asked_for[:MOST_SCENARIOS]
    results = []
    for booked, most in zip(run, affordable_variants(context, run), strict=True):
        if most:
            tell(f"running {booked.name}")
            results.append(run_scenario(context, booked, most))
    dependence = breaking = simulation = None
    if asked.is_whole:
        tell("looking for single points of failure")
        dependence = measure_dependence(context.system)
        tell("looking for what breaks a limit")
        breaking = reverse(context)
        if asked.simulation:
            tell("simulating years")
            simulation = simulation_of(context, years=asked.years or DEFAULT_YEARS, seed=asked.seed)
    return StressedState(
        assessment=state,
        context=context,
        results=tuple(results),
        not_run=len(asked_for) - len(results),
        dependence=dependence,
        breaking=breaking,
        simulation=simulation,
    )


def _state(top: Path, as_of: date, revision: str | None) -> Assessment:
    if revision is None:
        return assess_folder(top, as_of=as_of, revision=working_revision(top))
    repository = Repository.open(top)
    return assess_revision(repository, revision, as_of=as_of)


def chosen(state: Assessment, asked: StressOptions) -> tuple[BookedScenario, ...]:
    """The scenarios a call asks for, with its parameters.

    Raises:
        UsageError: an unknown scenario or parameter.
    """
    every = with_settings(scenarios_of(state.scenarios), map(parse_setting, asked.settings))
    return choose(every, asked.scenarios) if asked.scenarios else every


def list_scenarios(
    *, as_of: date, root: Path | None = None, revision: str | None = None
) -> Iterable[BookedScenario]:
    """Every scenario that the portfolio can be stressed with, built-in ones first.

    Raises:
        SourceError: no portfolio, or no repository where a revision is named.
        RevisionError: the revision is unknown.
    """
    top, _ = split_paths((), root)
    state = _state(top, as_of, revision)
    return masked(scenarios_of(state.scenarios), state.secrets)
