"""The first page: decisions required, and how much of each limit is used."""

from math import inf

from multillm_gov.content import Bar, BarChart, Block, Paragraph
from multillm_gov.report import Metric, Section
from multillm_gov.reporting.board.decisions import Decision, decision_block
from multillm_gov.reporting.board.position import SHOCK
from multillm_gov.reporting.shared.completeness import incomplete_sentence
from multillm_gov.reporting.shared.tables import part_of
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import format_share

_MOST_USE = 2.0
"""A limit used more than twice is drawn as twice."""


def standing_section(
    assessment: Assessment, metrics: tuple[Metric, ...], required: tuple[Decision, ...]
) -> Section:
    """What could not be read comes first: figures without it would mislead."""
    blocks: list[Block] = []
    incomplete = incomplete_sentence(assessment)
    if incomplete:
        blocks.append(Paragraph(incomplete, "bad"))
    judged = all(metric.status != "neutral" for metric in metrics if metric.limit)
    blocks.append(decision_block(required, complete=not incomplete, all_judged=judged))
    chart = _use_chart(assessment, metrics)
    if chart is not None:
        blocks.append(chart)
    return Section(id="decisions", title="Decisions required", blocks=tuple(blocks))


def _use_chart(assessment: Assessment, metrics: tuple[Metric, ...]) -> BarChart | None:
    """The use of each limit on one scale; ``None`` where no limit has a figure."""
    uses = [(metric, use) for metric in metrics if (use := _use(assessment, metric)) is not None]
    if not uses:
        return None
    held = sum(use <= 1 for _, use in uses)
    holding = f"{part_of(held, len(uses), 'limit').lower()} {'holds' if held == 1 else 'hold'}"
    return BarChart(
        title=f"Use of each limit (except limits in days): {holding}",
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


def _use(assessment: Assessment, metric: Metric) -> float | None:
    """Figure over ceiling, or floor over figure; above 1 the limit is exceeded. Days have none."""
    appetite, number = assessment.portfolio.settings.appetite, metric.number
    ceilings = {
        "forecast-spend": appetite.max_monthly_spend,
        "largest-vendor-of-spend": appetite.max_vendor_share_of_spend,
        "largest-vendor-of-value": appetite.max_vendor_share_of_value,
        SHOCK: appetite.max_price_shock_share,
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
