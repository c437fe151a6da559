"""``govern stress``: stress one state, or compare two; figures, never a verdict."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.register import LimitRecord
from multillm_gov.report import Report
from multillm_gov.reporting.stress.comparison import comparison_section
from multillm_gov.reporting.stress.report import detail_sections, report_stress, whole_sections
from multillm_gov.risk.portfolio_risk import PortfolioRisk, Progress, measure_risk
from multillm_gov.risk.simulation.simulation_result import (
    DEFAULT_YEARS,
    SimulationDifference,
    difference,
)
from multillm_gov.risk.stress.scenario_book import (
    BookedScenario,
    choose,
    parse_setting,
    scenarios_of,
    with_settings,
)
from multillm_gov.rules.policy_limits import policy_limits
from multillm_gov.sources.git import Repository
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.workflows.states import assessment_at, require_order, state_at


class StressOptions(Struct, frozen=True, kw_only=True):
    """What to run."""

    scenarios: tuple[str, ...] = ()
    """Names; none: the whole risk report."""
    every: bool = False
    """The whole risk report, and every scenario in full."""
    settings: tuple[str, ...] = ()
    """``NAME.parameter=value`` each."""
    years: int | None = None
    seed: int = 1
    simulation: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether the whole risk report is requested."""
        return not self.scenarios


def stress(
    options: StressOptions,
    *,
    as_of: date,
    root: Path | None = None,
    revision: str | None = None,
    base: str | None = None,
    progress: Progress = lambda _doing: None,
) -> Report:
    """Stress one state, or compare what stress does to two.

    Args:
        options: Scenarios, parameters, simulation.
        as_of: The day dates are judged against, in both states.
        root: The portfolio's root, if it is not to be searched for.
        revision: Git revision to stress; default: the working tree.
        base: Git revision to compare with.
        progress: Receives what is being done, for people who wait.

    Raises:
        UsageError: an unknown scenario or parameter, or the base is the later side.
        SourceError: no portfolio, or no repository where a revision is named.
        RevisionError: a revision is unknown.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    if base is not None:
        require_order(Repository.open(top), base, revision or "")
    judged = assessment_at(top, revision, as_of=as_of)
    now = _measure(judged.state, options, progress)
    sections = whole_sections(now) if options.is_whole else ()
    if options.every or not options.is_whole:
        sections = (*sections, *detail_sections(now))
    then = None
    policies_before: tuple[LimitRecord, ...] = ()
    if base is not None:
        judged_before = assessment_at(top, base, as_of=as_of)
        then = _measure(judged_before.state, options, progress)
        policies_before = policy_limits(judged_before)
        sections = (comparison_section(then, now, _years(then, now)), *sections)
    progress("writing the report")
    report = report_stress(
        now,
        sections,
        base=then,
        policies=policy_limits(judged, then.state if then is not None else None),
        policies_before=policies_before,
    )
    return replace(report, path_prefix=path_prefix(top))


def _measure(state: State, options: StressOptions, progress: Progress) -> PortfolioRisk:
    return measure_risk(
        state,
        chosen(state, options),
        whole=options.is_whole,
        years=(options.years or DEFAULT_YEARS) if options.simulation else 0,
        seed=options.seed,
        progress=progress,
    )


def _years(before: PortfolioRisk, after: PortfolioRisk) -> SimulationDifference | None:
    was, now = before.simulation, after.simulation
    if was is None or now is None or was.currency != now.currency:
        return None
    return difference(was, now)


def chosen(state: State, options: StressOptions) -> tuple[BookedScenario, ...]:
    """The requested scenarios, with their parameters.

    Raises:
        UsageError: an unknown scenario or parameter.
    """
    every = with_settings(scenarios_of(state.scenarios), map(parse_setting, options.settings))
    return choose(every, options.scenarios) if options.scenarios else every


def list_scenarios(
    *, as_of: date, root: Path | None = None, revision: str | None = None
) -> Iterable[BookedScenario]:
    """Every scenario that the portfolio can be stressed with, built-in ones first.

    Raises:
        SourceError: no portfolio, or no repository where a revision is named.
        RevisionError: the revision is unknown.
    """
    top, _ = split_paths((), root)
    state = state_at(top, revision, as_of=as_of)
    return masked(scenarios_of(state.scenarios), state.secrets)
