"""The headline figures: where a portfolio stands against its risk appetite.

Status bands (method 9): outside the limit is bad; within it by less than a tenth of it is "watch",
since that is where a single repricing or a single move breaches; the rest is good. A figure that
leaves out something unknown is not good.
"""

from decimal import Decimal

import msgspec

from multillm_gov.content import Status
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import Concentration, LegFigures
from multillm_gov.measures.independence import independent_value
from multillm_gov.measures.lifecycle import slack_days
from multillm_gov.portfolio.settings import Appetite
from multillm_gov.report import Metric
from multillm_gov.reporting.shared.provenance import left_out_of_figures
from multillm_gov.reporting.shared.spend import incomplete_metric, judged_by_spend, spend_metric
from multillm_gov.reporting.shared.tables import status_above, status_below
from multillm_gov.state.state import State
from multillm_gov.units import format_share
from multillm_gov.words import count_of

CALM_SLACK_DAYS = 90
"""Days of slack beyond the migration lead time from which a retirement is no concern (method 9)."""


def headline(state: State) -> tuple[Metric, ...]:
    """Spend, largest vendor, independent fallbacks; then vendors, clouds, value, retirement."""
    figures, appetite = state.figures, state.portfolio.settings.appetite
    spend = concentration(figures.tasks, Level.VENDOR, Basis.SPEND)
    value = concentration(figures.tasks, Level.VENDOR, Basis.VALUE_AT_STAKE)
    clouds = concentration(figures.tasks, Level.CLOUD, Basis.SPEND)
    metrics = (
        spend_metric(state),
        judged_by_spend(
            _largest(
                spend,
                "largest-vendor-of-spend",
                "Largest vendor by spend",
                appetite.max_vendor_share_of_spend,
            ),
            figures,
        ),
        _independent_fallback(state, appetite),
        judged_by_spend(
            _effective(
                spend,
                "effective-vendors",
                "Effective vendors by spend",
                appetite.min_effective_vendors,
            ),
            figures,
        ),
        judged_by_spend(
            _effective(
                clouds,
                "effective-clouds",
                "Effective clouds by spend",
                appetite.min_effective_clouds,
            ),
            figures,
        ),
        _largest(
            value,
            "largest-vendor-of-value",
            "Largest vendor by value",
            appetite.max_vendor_share_of_value,
        ),
        _retirement(state),
    )
    return (
        tuple(incomplete_metric(metric) for metric in metrics)
        if left_out_of_figures(state)
        else metrics
    )


def with_before(then: tuple[Metric, ...], now: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """The figures of ``now``, each with the value it had ``then``, and the limit if it differs."""
    known = {metric.id: metric for metric in then}
    return tuple(
        msgspec.structs.replace(
            metric,
            before=known[metric.id].value,
            limit_before=_limit_before(known[metric.id].limit, metric.limit),
        )
        if metric.id in known
        else metric
        for metric in now
    )


def _limit_before(then: str, now: str) -> str:
    """The earlier limit, where it was another one."""
    return "" if then == now else then or "no limit"


def _largest(shares: Concentration, name: str, label: str, ceiling: Decimal) -> Metric:
    limit = f"at most {format_share(ceiling)}"
    if not shares.shares:
        note = _in_house(shares) or "there is nothing to share yet"
        return Metric(id=name, label=label, value="none", limit=limit, note=note)
    entity, share = shares.largest
    known = dict(shares.shares)[entity]
    doubt = entity != UNKNOWN and share > known
    value = f"{format_share(known)} to {format_share(share)}" if doubt else format_share(share)
    notes = [f"{format_share(shares.unknown_share)} is at vendors not known"] if doubt else []
    return Metric(
        id=name,
        label=label,
        value=f"{entity} {value}",
        limit=limit,
        status=status_below(share, float(ceiling)),
        note="; ".join(filter(None, [*notes, _in_house(shares)])),
        number=share,
        unit="share",
    )


def _in_house(shares: Concentration) -> str:
    """What has no supplier, shown beside the suppliers."""
    return f"{format_share(shares.in_house_share)} in-house" if shares.in_house_share else ""


def _independent_fallback(state: State, appetite: Appetite) -> Metric:
    figures = state.figures
    label = "Value with an independent fallback"
    floor = appetite.min_value_with_independent_fallback
    limit = f"at least {format_share(floor)}"
    name = "independent-fallback"
    if not figures.value_at_stake_per_month:
        return Metric(
            id=name, label=label, value="none", limit=limit, note="no value at stake is declared"
        )
    value = independent_value(figures.tasks, Failover(state.as_of, state.drills))
    declared, usable = format_share(value.declared), format_share(value.usable)
    notes = [
        f"declared {declared}, usable {usable}, proved by a drill {format_share(value.proved)}"
    ]
    if value.possible > value.usable:
        notes.append(f"up to {format_share(value.possible)} if hosts not known prove to be others")
    return Metric(
        id=name,
        label=label,
        value=format_share(value.usable),
        limit=limit,
        status=status_above(value.usable, float(floor), best=1),
        note="; ".join(notes),
        number=value.usable,
        unit="share",
    )


def _effective(shares: Concentration, name: str, label: str, floor: Decimal) -> Metric:
    limit = f"at least {floor.normalize():f}"
    if not shares.shares:
        note = _in_house(shares) or "there is nothing to share yet"
        return Metric(id=name, label=label, value="none", limit=limit, note=note)
    worst, best = shares.effective_number, shares.best_effective_number
    unknown = f"{format_share(shares.unknown_share)} is not known" if shares.unknown_share else ""
    return Metric(
        id=name,
        label=label,
        value=f"{worst:.1f}" if f"{worst:.1f}" == f"{best:.1f}" else f"{worst:.1f} to {best:.1f}",
        limit=limit,
        status=status_above(worst, float(floor)),
        note="; ".join(filter(None, [unknown, _in_house(shares)])),
        number=worst,
        unit="effective number",
    )


def _retirement(state: State) -> Metric:
    """Days between the next retirement of a routed model and the last day to start migrating."""
    lead = state.portfolio.settings.migration_lead_days
    legs: dict[str, LegFigures] = {
        leg.model: leg for task in state.figures.tasks for leg in task.legs
    }
    slacks = {
        name: slack_days(leg.facts, state.as_of, lead) if leg.facts else None
        for name, leg in sorted(legs.items())
    }
    dated = sorted((slack, name) for name, slack in slacks.items() if slack is not None)
    undated = len(slacks) - len(dated)
    limit = "at least 0 days"
    note = f"no date is known for {undated} of {len(slacks)} routed models" if undated else ""
    label = f"Slack before the next retirement (after {lead} days to migrate)"
    if not dated:
        return Metric(id="retirement-slack", label=label, value="not known", limit=limit, note=note)
    slack, model = dated[0]
    status: Status = (
        "bad" if slack < 0 else "watch" if slack <= CALM_SLACK_DAYS or undated else "good"
    )
    return Metric(
        id="retirement-slack",
        label=label,
        value=count_of(slack, "day"),
        limit=limit,
        status=status,
        note="; ".join(filter(None, (f"{model} is the first", note))),
        number=float(slack),
        unit="days",
    )
