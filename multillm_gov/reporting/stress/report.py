"""What a stress is told as: the whole risk report, or named scenarios in full."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from multillm_gov.documents.masking import masked
from multillm_gov.report import Metric, Report, Section, judge_counts
from multillm_gov.reporting.shared.completeness import left_out
from multillm_gov.reporting.shared.headline import status_below, with_before
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.reporting.stress.state import StressedState, further_metrics
from multillm_gov.reporting.stress.status import bearable_loss, format_loss
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.variants import ScenarioResult
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import cents, format_money
from multillm_gov.words import code, count_of, join_some

_ZERO = Decimal(0)


def brief_stress(
    now: StressedState, sections: tuple[Section, ...], *, base: StressedState | None = None
) -> Report:
    """A report of figures: it judges nothing, so it holds no findings and always passes.

    Args:
        now: The state stressed.
        sections: What is told, in order.
        base: The state compared with.
    """
    assessment = now.assessment
    settings = assessment.portfolio.settings
    metrics = _metrics(now)
    report = Report(
        kind="stress",
        title="Multi-LLM portfolio: what happens to us if",
        organization=settings.organization,
        as_of=assessment.as_of.isoformat(),
        verdict=judge_counts((), None),
        currency=settings.currency,
        revision=assessment.revision,
        base=base.assessment.revision if base else "",
        summary=" ".join(
            (
                *_left_out(assessment),
                _summary(now.results, now.context),
                *_not_run(now),
                *_moved(base, now),
            )
        ),
        headline=with_before(_metrics(base), metrics) if base else metrics,
        sections=sections,
        provenance=provenance(assessment),
        checked=(
            ("task classes", len(assessment.portfolio.task_classes)),
            ("components", len(now.context.system.components)),
            ("scenarios", len(now.results)),
        ),
    )
    return masked(report, assessment.secrets, base.assessment.secrets if base else ())


def _left_out(assessment: Assessment) -> Iterator[str]:
    """Figures over files that could not be read would deceive."""
    paths = left_out(assessment)
    if paths:
        counted = count_of(len(paths), "file")
        named = join_some([code(path) for path in paths])
        yield (
            f"Not complete: {counted} could not be read as written ({named}), and what they "
            "declare is left out."
        )


def _not_run(now: StressedState) -> Iterator[str]:
    """Also where scenarios are told one by one, so that none is missed without a word."""
    if now.not_run:
        yield (
            f"{count_of(now.not_run, 'scenario')} more would have taken too long: name them to "
            "run them."
        )


def _moved(base: StressedState | None, now: StressedState) -> Iterator[str]:
    """How many scenarios cost more, and how many less, than in the state compared with."""
    if base is None:
        return
    before = {
        result.name: result.worst.outcome.loss
        for result in base.results
        if result.worst is not None
    }
    after = {
        result.name: result.worst.outcome.loss for result in now.results if result.worst is not None
    }
    moved = [
        cents(after.get(name, _ZERO) - before.get(name, _ZERO)) for name in {**before, **after}
    ]
    dearer, cheaper = sum(one > 0 for one in moved), sum(one < 0 for one in moved)
    yield (
        f"The change makes {count_of(dearer, 'scenario')} cost more and "
        f"{count_of(cheaper, 'scenario')} less."
    )


def _metrics(state: StressedState) -> tuple[Metric, ...]:
    return (*scenario_metrics(state.results, state.context), *further_metrics(state))


def _summary(results: Sequence[ScenarioResult], context: StressContext) -> str:
    """The worst case in one sentence."""
    run = [(result, result.worst) for result in results if result.worst is not None]
    named = max(run, key=lambda each: each[1].outcome.loss if each[1] else Decimal(0), default=None)
    if named is None or named[1] is None:
        return "No scenario has anything to hit in this portfolio."
    result, worst = named
    if not worst.outcome.loss:
        return f"None of {count_of(len(run), 'scenario')} costs anything."
    currency = context.figures.currency
    hit = f" at {worst.words}" if worst.words else ""
    told = (
        f"Of {count_of(len(run), 'scenario')}, `{result.name}`{hit} costs most"
        if len(run) > 1
        else f"`{result.name}`{hit} costs"
    )
    colon = ":" if len(run) > 1 else ""
    return (
        f"{told}{colon} {format_loss(worst.outcome.loss, context)} {currency} of value at risk "
        "and added cost."
    )


def scenario_metrics(
    results: Sequence[ScenarioResult], context: StressContext
) -> tuple[Metric, ...]:
    """The largest loss of one scenario, and how many scenarios break a cap or a floor."""
    run = [result for result in results if result.variants]
    if not run:
        return ()
    currency = context.figures.currency
    worst = max(result.variants[0].outcome.loss for result in run)
    bearable = bearable_loss(context.figures.value_at_stake_per_month, context)
    largest = Metric(
        id="worst-scenario",
        label="Largest loss of one scenario",
        value=format_money(worst, currency),
        limit=f"at most {format_money(bearable, currency)} a year" if bearable else "",
        status=status_below(float(worst), float(bearable)) if bearable else "neutral",
        number=float(worst),
        unit=currency,
    )
    caps = sum(result.breaks_cap for result in run)
    floors = sum(result.breaks_floor for result in run)
    return (
        largest,
        _breaking("scenarios-over-caps", "Scenarios that break a cap", caps, len(run)),
        _breaking("scenarios-below-floors", "Scenarios that break a floor", floors, len(run)),
    )


def _breaking(name: str, label: str, number: int, run: int) -> Metric:
    return Metric(
        id=name,
        label=label,
        value=f"{number:,} of {run:,}",
        status="neutral" if number else "good",
        number=float(number),
        unit="scenarios",
    )
