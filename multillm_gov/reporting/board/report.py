"""The board pack: the portfolio against its risk appetite, decisions required, and the details."""

from math import inf

from multillm_gov.changes.comparison import Comparison
from multillm_gov.content import Bar, BarChart, Block, Items, Paragraph
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Severity, with_needs
from multillm_gov.measures.cost.repricing import BASE_RISE
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Metric, Report, Section, judge_counts
from multillm_gov.reporting.board.changes import changes_section, resolved
from multillm_gov.reporting.board.cost import cost_section
from multillm_gov.reporting.board.decisions import Decision, decision_block, decisions
from multillm_gov.reporting.board.exposure import exposure_section
from multillm_gov.reporting.board.findings import findings_section
from multillm_gov.reporting.board.lifecycle import lifecycle_section
from multillm_gov.reporting.board.position import SHOCK, position, summary_sentence
from multillm_gov.reporting.board.repricing import repricing_section
from multillm_gov.reporting.board.resilience import resilience_section
from multillm_gov.reporting.board.stress import stress_section
from multillm_gov.reporting.evaluation.writing_style import writing_style_section
from multillm_gov.reporting.shared.headline import with_before
from multillm_gov.reporting.shared.provenance import incomplete_sentence, provenance
from multillm_gov.reporting.shared.tables import WATCH_BAND, part_of
from multillm_gov.reporting.stress.status import max_loss
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.state.state import State
from multillm_gov.units import format_share

_MOST_USE = 2.0
"""A limit used more than twice is drawn as twice."""
_FORECAST = (
    "Forecast: declared requests per month times the price of a request at the declared size, with "
    "price tiers and cached input, plus fixed hosting. It is a plan until actual usage is loaded."
)
_INDEX = (
    "HHI: the sum of squared shares in percent, at most 10,000. The lines at 1,800 and 2,500 are a "
    "benchmark borrowed "
    "from US merger guidelines (2023 and 2010); no regulator sets a limit for buyers, and four "
    "equal suppliers score "
    "2,500. Effective number: 10,000 / HHI, how many equal suppliers would be as concentrated."
)
_SOURCES = (
    "Prices and retirement dates: LiteLLM's price map and the portfolio's own `catalog/`, in the "
    "versions below. A "
    "missing date reads as not known."
)
_CONTROLS = (
    "Controls: where policies name controls of published frameworks, this report supports evidence "
    "for them; it is no "
    "statement of conformity."
)


def standing_section(
    risk: PortfolioRisk, metrics: tuple[Metric, ...], required: tuple[Decision, ...]
) -> Section:
    """What could not be read comes first: figures without it would mislead."""
    blocks: list[Block] = []
    incomplete = incomplete_sentence(risk.state)
    if incomplete:
        blocks.append(Paragraph(incomplete, "bad"))
    judged = all(metric.status != "neutral" for metric in metrics if metric.limit)
    blocks.append(decision_block(required, complete=not incomplete, all_judged=judged))
    chart = _use_chart(risk, metrics)
    if chart is not None:
        blocks.append(chart)
    return Section(id="decisions", title="Decisions required", blocks=tuple(blocks))


def _use_chart(risk: PortfolioRisk, metrics: tuple[Metric, ...]) -> BarChart | None:
    """The use of each limit on one scale; ``None`` where no limit has a figure."""
    uses = [(metric, use) for metric in metrics if (use := _use(risk, metric)) is not None]
    if not uses:
        return None
    held = sum(use <= 1 for _, use in uses)
    holding = f"{part_of(held, len(uses), 'limit').lower()} {'holds' if held == 1 else 'hold'}"
    return BarChart(
        title=f"Use of each limit that is an amount or a share: {holding}",
        summary="; ".join(f"{metric.label} {_format(use)}" for metric, use in uses),
        bars=tuple(
            Bar(
                label=metric.label,
                value=100 * min(use, _MOST_USE),
                text=_format(use),
                limit=100,
                status=metric.status,
            )
            for metric, use in uses
        ),
        unit="%",
    )


def _use(risk: PortfolioRisk, metric: Metric) -> float | None:
    """Figure over ceiling, or floor over figure; above 1 the limit is exceeded.

    Days and counts have none.
    """
    settings, number = risk.state.portfolio.settings, metric.number
    appetite, tolerated = settings.appetite, settings.risk
    value = risk.context.figures.value_at_stake_per_month
    ceilings = {
        "forecast-spend": appetite.max_monthly_spend,
        "largest-vendor-of-spend": appetite.max_vendor_share_of_spend,
        "largest-vendor-of-value": appetite.max_vendor_share_of_value,
        SHOCK: appetite.max_price_shock_share,
        "worst-scenario": max_loss(value, risk.context),
        "outage-loss-p95": tolerated.max_outage_loss_share,
        "cost-at-risk": tolerated.max_cost_at_risk_share,
    }
    floors = {
        "independent-fallback": appetite.min_value_with_independent_fallback,
        "effective-vendors": appetite.min_effective_vendors,
        "effective-clouds": appetite.min_effective_clouds,
    }
    if number is None or metric.status == "neutral":
        return None
    ceiling, floor = ceilings.get(metric.id), floors.get(metric.id)
    if ceiling:
        return number / float(ceiling)
    return None if floor is None else float(floor) / number if number else inf


def _format(use: float) -> str:
    return format_share(use) if use <= _MOST_USE else f"over {format_share(_MOST_USE)}"


def method_section(state: State) -> Section:
    """Definitions in a sentence each; versions and digests follow as provenance."""
    settings = state.portfolio.settings
    status = (
        "Status: outside means that the limit is exceeded; near means within "
        f"{format_share(WATCH_BAND)} of it, or that "
        "something unknown is left out. Limits are those of `govern.yaml`, the board's to change."
    )
    lead = (
        f"Migration lead time: assumed {settings.migration_lead_days} days "
        "(`migration_lead_days` in `govern.yaml`)."
    )
    rise = (
        f"Repricing: assumed increase of {BASE_RISE * 100:.0f}% at one vendor; its share of spend "
        "times the increase."
    )
    lines = (_FORECAST, status, _INDEX, rise, lead, _SOURCES, *_exchange(settings), _CONTROLS)
    return Section(id="method", title="Method", blocks=(Items(lines),))


def _exchange(settings: Settings) -> tuple[str, ...]:
    if settings.exchange is None:
        return ()
    rate = f"{settings.exchange.usd_per_unit.normalize():f} USD"
    day = settings.exchange.as_of
    return (f"Exchange rate: 1 {settings.currency} = {rate}, declared as of {day}.",)


def report_board(
    assessment: Assessment,
    risk: PortfolioRisk,
    *,
    since: Assessment | None,
    since_risk: PortfolioRisk | None,
    comparison: Comparison | None,
    fail_on: Severity | None,
) -> Report:
    """The report for a board meeting; every figure follows from the assessment (method 1.7, 5, 9).

    Args:
        assessment: The state reported on.
        risk: Its risk, as `measure_board_risk` gives it.
        since: An older state; with ``comparison`` the pack says what changed.
        since_risk: The risk of that state.
        comparison: What differs from ``since`` to ``assessment``.
        fail_on: Least severity that fails the gate; ``None``: never.
    """
    settings = assessment.state.portfolio.settings
    verdict = judge_counts(assessment.findings, fail_on)
    metrics = position(risk)
    required = decisions(assessment, metrics)
    report = Report(
        kind="board",
        title="Multi-LLM portfolio: board report",
        organization=settings.organization,
        as_of=assessment.state.as_of.isoformat(),
        verdict=verdict,
        currency=settings.currency,
        revision=assessment.state.revision,
        base=since.state.revision if since else "",
        summary=summary_sentence(metrics, len(required)),
        headline=with_before(position(since_risk), metrics) if since_risk else metrics,
        sections=(
            standing_section(risk, metrics, required),
            exposure_section(assessment.state),
            repricing_section(assessment.state),
            cost_section(assessment.state),
            resilience_section(assessment.state),
            stress_section(risk),
            lifecycle_section(risk),
            *filter(None, (writing_style_section(assessment.state),)),
            changes_section(assessment, since, comparison),
            findings_section(assessment, verdict),
            method_section(assessment.state),
        ),
        findings=with_needs(assessment.findings, fail_on),
        resolved=resolved(assessment, since),
        provenance=(
            *provenance(assessment.state),
            ("files read", f"{len(assessment.state.files):,}"),
        ),
        checked=(
            ("files", len(assessment.state.files)),
            ("task classes", len(assessment.state.portfolio.task_classes)),
            ("policies", len(assessment.state.portfolio.policies)),
        ),
    )
    return masked(report, assessment.state.secrets, since.state.secrets if since else ())
