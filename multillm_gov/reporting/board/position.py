"""Where the portfolio stands against each item of the board's risk appetite."""

from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.repricing import BASE_RISE, largest_bill_rise
from multillm_gov.report import Metric
from multillm_gov.reporting.shared.headline import headline, judged_by_spend, status_below
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import format_share
from multillm_gov.words import count_of

SHOCK = "price-shock"


def position(assessment: Assessment) -> tuple[Metric, ...]:
    """The headline figures and the worst repricing by one vendor, each with its limit and status."""
    return (
        *headline(assessment),
        judged_by_spend(_price_shock(assessment), assessment.figures),
    )


def _price_shock(assessment: Assessment) -> Metric:
    limit = assessment.portfolio.settings.appetite.max_price_shock_share
    vendors = concentration(assessment.figures.tasks, Level.VENDOR, Basis.SPEND)
    label = f"Bill rise if a vendor adds {BASE_RISE * 100:.0f}%"
    told = f"at most {format_share(limit)}"
    if not vendors.shares:
        return Metric(
            id=SHOCK, label=label, value="none", limit=told, note="there is no spend to reprice"
        )
    rise = largest_bill_rise([share for _, share in vendors.shares], BASE_RISE)
    return Metric(
        id=SHOCK,
        label=label,
        value=format_share(rise),
        limit=told,
        status=status_below(rise, float(limit)),
        note=f"assumed; {vendors.shares[0][0]} would cost most",
        number=rise,
        unit="share",
    )


def standing(metrics: tuple[Metric, ...], decisions: int) -> str:
    """One sentence for the top of the page."""
    judged = [metric for metric in metrics if metric.status != "neutral"]
    outside = sum(metric.status == "bad" for metric in judged)
    near = sum(metric.status == "watch" for metric in judged)
    asked = "no decision is asked of the board"
    if decisions:
        asked = (
            f"{count_of(decisions, 'decision')} {'is' if decisions == 1 else 'are'} asked of "
            "the board"
        )
    if not judged:
        return f"No limit of the risk appetite can be judged yet; {asked}."
    return (
        f"Of {count_of(len(judged), 'limit')} in the risk appetite, {outside:,} "
        f"{'is' if outside == 1 else 'are'} exceeded and {near:,} {'is' if near == 1 else 'are'} "
        f"close; {asked}."
    )
