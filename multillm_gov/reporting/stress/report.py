"""The stress report: the whole risk report, or the requested scenarios in full."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.register import LimitRecord
from multillm_gov.report import Metric, Report, Section, judge_counts
from multillm_gov.reporting.shared.headline import metric_of, with_before
from multillm_gov.reporting.shared.provenance import incomplete_sentence, provenance
from multillm_gov.reporting.stress.assumptions import assumptions_section
from multillm_gov.reporting.stress.dependencies import dependency_section
from multillm_gov.reporting.stress.details import detail_section
from multillm_gov.reporting.stress.retirement import retirement_section
from multillm_gov.reporting.stress.reverse import reverse_metrics, reverse_section
from multillm_gov.reporting.stress.scenarios import scenarios_section
from multillm_gov.reporting.stress.simulation import simulation_sections
from multillm_gov.reporting.stress.status import format_broken, format_loss
from multillm_gov.risk.limits.register import compared, register_of, risk_limits
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.reverse.prices import capped_without_cost
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.variants import ScenarioResult
from multillm_gov.risk.system.graph import shortfall_words
from multillm_gov.units import cents
from multillm_gov.words import code, count_of, join_some

_ZERO = Decimal(0)
_MOST_BROKEN = 3


def report_stress(
    risk: PortfolioRisk,
    sections: tuple[Section, ...],
    *,
    base: PortfolioRisk | None = None,
    policies: tuple[LimitRecord, ...] = (),
    policies_before: tuple[LimitRecord, ...] = (),
) -> Report:
    """A report of figures: it judges nothing, so it has no findings and always passes.

    Args:
        risk: The state stressed.
        sections: What is shown, in order.
        base: The state compared with.
        policies: Limits of policies and rules, which need no risk to be measured.
        policies_before: Those of the base.
    """
    state, limits = risk.state, (*register_of(risk), *policies)
    if base is not None:
        limits = compared((*register_of(base), *policies_before), limits)
    settings, metrics = state.portfolio.settings, _metrics(risk)
    text = _summary(risk.results, risk.context)
    summary = (incomplete_sentence(state), text, _not_run(risk), _changed(base, risk))
    report = Report(
        kind="stress",
        title="Portfolio stress test",
        organization=settings.organization,
        as_of=state.as_of.isoformat(),
        verdict=judge_counts((), None),
        currency=settings.currency,
        revision=state.revision,
        base=base.state.revision if base else "",
        summary=" ".join(filter(None, summary)),
        headline=with_before(_metrics(base), metrics) if base else metrics,
        limits=limits,
        sections=sections,
        provenance=provenance(state),
        checked=(
            ("task classes", len(state.portfolio.task_classes)),
            ("components", len(risk.context.system.components)),
            ("scenarios", len(risk.results)),
        ),
    )
    return masked(report, state.secrets, base.state.secrets if base else ())


def whole_sections(risk: PortfolioRisk) -> tuple[Section, ...]:
    """Scenarios, dependencies, breaking points, annual loss, retirements, assumptions."""
    sections = [scenarios_section(risk)]
    if risk.dependence is not None:
        sections.append(dependency_section(risk.dependence, risk.context.figures.currency))
    if risk.breaking_points is not None:
        sections.append(reverse_section(risk.breaking_points, risk.context.figures.currency))
    if risk.simulation is not None:
        appetite = risk.context.settings.risk
        sections += simulation_sections(risk.simulation, appetite, risk.failover_cost)
    sections.append(retirement_section(risk))
    if risk.simulation is not None:
        sections.append(assumptions_section(risk.simulation, risk.context))
    return tuple(sections)


def detail_sections(risk: PortfolioRisk) -> tuple[Section, ...]:
    """Each scenario in full."""
    return tuple(detail_section(result, risk.context) for result in risk.results)


def _not_run(risk: PortfolioRisk) -> str:
    """Also where scenarios are shown one by one, so that none is missed silently."""
    if not risk.not_run:
        return ""
    return (
        f"{count_of(risk.not_run, 'further scenario')} would have taken too long; name them to "
        "run them."
    )


def _changed(base: PortfolioRisk | None, risk: PortfolioRisk) -> str:
    """How many scenarios cost more, and how many less, than in the state compared with."""
    if base is None:
        return ""
    before, after = _losses(base), _losses(risk)
    changes = [
        cents(after.get(name, _ZERO) - before.get(name, _ZERO)) for name in {**before, **after}
    ]
    more, less = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    return f"With the change, {count_of(more, 'scenario')} cost more and {less:,} cost less."


def _losses(risk: PortfolioRisk) -> dict[str, Decimal]:
    return {
        result.name: result.worst.outcome.loss
        for result in risk.results
        if result.worst is not None
    }


def _summary(results: Sequence[ScenarioResult], context: StressContext) -> str:
    """The worst case in one sentence."""
    run = [(result, worst) for result in results if (worst := result.worst) is not None]
    if not run:
        return "No scenario affects anything in this portfolio."
    result, worst = max(run, key=lambda each: each[1].outcome.loss)
    unpriced = context.figures.unpriced
    if unpriced and not worst.outcome.loss:
        return (
            f"What {count_of(len(run), 'scenario')} would cost is not known: the cost of "
            f"{join_some([code(name) for name in unpriced])} is not known."
        )
    if not worst.outcome.loss:
        return f"None of {count_of(len(run), 'scenario')} costs anything."
    hit = f" at {worst.words}" if worst.words else ""
    loss = f"{format_loss(worst.outcome.loss, context)} {context.figures.currency}"
    first = f"The most expensive of {count_of(len(run), 'scenario')} is `{result.name}`{hit}:"
    if len(run) == 1:
        first = f"`{result.name}`{hit} costs"
    return f"{first} {loss} of value at risk and added cost."


def _metrics(risk: PortfolioRisk) -> tuple[Metric, ...]:
    records = {record.id: record for record in risk_limits(risk)}
    figures = risk_metrics(risk, tuple(records.values()))
    return (
        *(metric for metric in figures if metric.id == "worst-scenario"),
        *_scenario_metrics(risk.results, risk.context),
        *(metric for metric in figures if metric.id == "already-broken"),
        *reverse_metrics(risk.breaking_points or ()),
        *(metric for metric in figures if metric.id in {"outage-loss-p95", "cost-at-risk"}),
    )


def risk_metrics(risk: PortfolioRisk, records: tuple[LimitRecord, ...]) -> tuple[Metric, ...]:
    """Records of the register that rest on risk, with what stands behind each in words."""
    notes = {
        "outage-loss-p95": shortfall_words(risk.context.system),
        "already-broken": "; ".join(_broken_limits(risk)),
        "worst-scenario": _worst_title(risk),
    }
    return tuple(
        metric_of(record, risk.context.figures, notes.get(record.id, "")) for record in records
    )


def _worst_title(risk: PortfolioRisk) -> str:
    run = [result for result in risk.results if result.variants]
    worst = max(run, key=lambda result: result.variants[0].outcome.loss, default=None)
    if worst is None or not worst.variants[0].outcome.loss:
        return ""
    return worst.booked.scenario.title


def _broken_limits(risk: PortfolioRisk) -> Iterator[str]:
    """The first of them, and how many more there are."""
    currency = risk.context.figures.currency
    for breach in risk.already_broken[:_MOST_BROKEN]:
        yield format_broken(breach, currency)
    further = len(risk.already_broken) - _MOST_BROKEN
    if further > 0:
        yield f"{further:,} more"


def _scenario_metrics(
    results: Sequence[ScenarioResult], context: StressContext
) -> Iterator[Metric]:
    """The largest loss of one scenario, and how many scenarios break a cap or a floor."""
    run = [result for result in results if result.variants]
    if not run:
        return
    caps, floors = (
        sum(scenario_result.breaks_cap for scenario_result in run),
        sum(scenario_result.breaks_floor for scenario_result in run),
    )
    over = _breaking("scenarios-over-caps", "Scenarios that exceed a cap", caps, len(run))
    yield _in_part(over, capped_without_cost(context), "not judged")
    yield _breaking("scenarios-below-floors", "Scenarios that miss a floor", floors, len(run))


def _in_part(metric: Metric, unknown: Sequence[str], none: str) -> Metric:
    """A figure that leaves out task classes without a known cost: a lower bound, never green."""
    if not unknown:
        return metric
    note = f"without {join_some(unknown)}, whose cost is not known"
    value, number = (f"at least {metric.value}", metric.number) if metric.number else (none, None)
    status = "bad" if metric.status == "bad" else "neutral"
    return replace(metric, value=value, number=number, status=status, note=note)


def _breaking(name: str, label: str, number: int, run: int) -> Metric:
    return Metric(
        id=name,
        label=label,
        value=f"{number:,} of {run:,}",
        status="neutral" if number else "good",
        number=float(number),
        unit="scenarios",
    )
