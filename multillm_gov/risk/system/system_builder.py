"""From a measured portfolio to a system of components and chains (method 3): no I/O, the same on every run."""

from datetime import date

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.evidence.incident import PlacedIncidents
from multillm_gov.evidence.loading import Drills
from multillm_gov.measures.failover import standing_by
from multillm_gov.measures.figures import FallbackFigures, PortfolioFigures, TaskFigures
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.portfolio.risk import CommonCause
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.common_cause import Betas
from multillm_gov.risk.system.components import assemble
from multillm_gov.risk.system.dependency_scope import SystemChains, used_dependencies
from multillm_gov.risk.system.deployments import Deployments
from multillm_gov.risk.system.failover_coverage import NO_FALLBACK, CoverageLookup
from multillm_gov.risk.system.failure_rates import FailureRates
from multillm_gov.risk.system.system import Origin, System, TaskSystem


def build_system(
    portfolio: Portfolio,
    figures: PortfolioFigures,
    drills: Drills,
    incidents: tuple[PlacedIncidents, ...],
    as_of: date,
    overrides: Overrides | None = None,
) -> System:
    """Components that fail independently, and the chains of every task class as they would run.

    Args:
        portfolio: Its settings say what is declared about risk.
        figures: Task classes with the facts of their models.
        drills: By task class, newest first.
        incidents: Histories of outages; days after ``as_of`` do not count.
        as_of: The day retirements and drills are judged against.
        overrides: What ``catalog/`` declares: only rate limits declared there bind, those of the
            price map are a new customer's. None: no limit binds.

    A routed model that is retired is a deployment that never answers; one that nobody knows hangs
    on entities that nobody knows. Components that no chain hangs on are left out.
    """
    risk = portfolio.settings.risk
    failings = FailureRates(risk, incidents, as_of)
    standbys = [standing_by(task, as_of) for task in figures.tasks]
    models: dict[str, ModelFacts | None] = {}
    for task, standby in zip(figures.tasks, standbys, strict=True):
        models.update((leg.model, leg.facts) for leg in task.legs)
        models.update((fallback.model, fallback.facts) for fallback in standby)
    deployments = Deployments(models, failings, as_of)
    dependencies = used_dependencies(
        risk.dependencies, deployments, (task.task.name for task in figures.tasks)
    )
    betas, origin = _betas(risk.common_cause)
    parts = assemble(deployments.all, dependencies, failings, betas, origin)
    chains = SystemChains(deployments, parts, dependencies, overrides or Overrides())
    coverings = CoverageLookup(risk.coverage, as_of)
    tasks = tuple(
        _task(task, standby, chains, coverings, drills)
        for task, standby in zip(figures.tasks, standbys, strict=True)
    )
    return System(components=parts.components, tasks=tasks)


def _betas(declared: CommonCause) -> tuple[Betas, Origin]:
    """The shared parts; as long as one of them is assumed, so is what is made of them."""
    assumed = {
        "otherwise": priors.BETA_OTHERWISE,
        "same_cloud": priors.BETA_SAME_CLOUD,
        "same_vendor": priors.BETA_SAME_VENDOR,
        "same_provider": priors.BETA_SAME_PROVIDER,
    }
    told = {
        name: float(value) for name in assumed if (value := getattr(declared, name)) is not None
    }
    return Betas(**(assumed | told)), "declared" if len(told) == len(assumed) else "assumed"


def _task(
    task: TaskFigures,
    standby: tuple[FallbackFigures, ...],
    chains: SystemChains,
    coverings: CoverageLookup,
    drills: Drills,
) -> TaskSystem:
    name = task.task.name
    made = chains.of(task, standby)
    covered = any(len(chain.hops) > 1 for chain in made)
    covering = coverings.of(task.task.declared, drills.get(name, ())) if covered else NO_FALLBACK
    return TaskSystem(
        name=name,
        chains=made,
        coverage=covering.share,
        coverage_origin=covering.origin,
        coverage_note=covering.note,
        value_per_hour=float(task.value_at_stake_per_month) / priors.HOURS_PER_MONTH,
        requests_per_hour=float(task.requests_per_month) / priors.HOURS_PER_MONTH,
    )
