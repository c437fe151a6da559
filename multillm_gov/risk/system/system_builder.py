"""From a measured portfolio to a system of components and chains (method 3); no I/O."""

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evidence.loading import Drills
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.risk import CommonCause
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.common_cause import Betas
from multillm_gov.risk.system.components import assemble
from multillm_gov.risk.system.dependency_scope import SystemChains, used_dependencies
from multillm_gov.risk.system.deployments import Deployments
from multillm_gov.risk.system.failover_coverage import NO_FALLBACK, CoverageLookup
from multillm_gov.risk.system.failure_rates import FailureRates
from multillm_gov.risk.system.system import Chain, Origin, System, TaskSystem
from multillm_gov.state.state import State
from multillm_gov.units import HOURS_PER_MONTH


def build_system(state: State) -> System:
    """Components that fail independently, and the chains of every task class as they would run.

    A routed model that is retired is a deployment that never answers; one that nobody knows depends
    on entities that nobody knows. Components that no chain depends on are left out. Of rate limits
    only those declared in ``catalog/`` bind: those of the price map are a new customer's.
    """
    figures, as_of = state.figures, state.as_of
    risk = state.portfolio.settings.risk
    rates = FailureRates(risk, state.incidents, as_of)
    failover = Failover(as_of, state.drills)
    usable = [failover.usable(task) for task in figures.tasks]
    models: dict[str, ModelFacts | None] = {}
    for task, fallbacks in zip(figures.tasks, usable, strict=True):
        models.update((leg.model, leg.facts) for leg in task.legs)
        models.update((fallback.model, fallback.facts) for fallback in fallbacks)
    deployments = Deployments(models, rates, as_of)
    dependencies = used_dependencies(
        risk.dependencies, deployments, (task.task.name for task in figures.tasks)
    )
    betas, origin = _betas(risk.common_cause)
    parts = assemble(deployments.all, dependencies, rates, betas, origin)
    chains = SystemChains(deployments, parts, dependencies, state.overrides)
    coverage = CoverageLookup(risk.coverage, as_of)
    tasks = tuple(
        _task(task, chains.of(task, fallbacks), coverage, state.drills)
        for task, fallbacks in zip(figures.tasks, usable, strict=True)
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
    task: TaskFigures, chains: tuple[Chain, ...], lookup: CoverageLookup, drills: Drills
) -> TaskSystem:
    name = task.task.name
    coverage = lookup.of(task.task.declared, drills.get(name, ()))
    if coverage.share and not any(len(chain.hops) > 1 for chain in chains):
        coverage = NO_FALLBACK
    return TaskSystem(
        name=name,
        chains=chains,
        coverage=coverage.share,
        coverage_origin=coverage.origin,
        coverage_note=coverage.note,
        value_per_hour=float(task.value_at_stake_per_month) / HOURS_PER_MONTH,
        requests_per_hour=float(task.requests_per_month) / HOURS_PER_MONTH,
    )
