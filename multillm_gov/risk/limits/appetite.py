"""Limits that follow from the figures of a state: spend, shares, fallbacks, retirement, prices.

Bands (method 9): outside the limit, within its early warning, or within. Where no early warning is
declared it is a tenth of the limit: a single repricing or a single move breaches from there. A
figure that leaves out something unknown is never "within".
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.dimensions import Basis, Level
from multillm_gov.finding import Figure
from multillm_gov.measures.burn import RunRate, run_rate
from multillm_gov.measures.concentration import at_level, concentration, weigh
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import LegFigures, PortfolioFigures
from multillm_gov.measures.independence import independent_value
from multillm_gov.measures.lifecycle import slack_days
from multillm_gov.portfolio.settings import Appetite
from multillm_gov.register import Judgment, LimitRecord
from multillm_gov.risk.limits.judging import (
    as_shipped,
    judge_above,
    judge_below,
    left_out_of_figures,
    nothing_known,
)
from multillm_gov.risk.limits.shares import ShareLimits, by_spend, price_shock
from multillm_gov.state.state import State
from multillm_gov.words import join_some

CALM_SLACK_DAYS = 90
"""Days of slack beyond the migration lead time from which a retirement is no concern (method 9)."""


def appetite_limits(state: State) -> tuple[LimitRecord, ...]:
    """Every limit that needs no simulation; the three that short formats show come first."""
    figures, appetite = state.figures, state.portfolio.settings.appetite
    spent = weigh(figures.tasks, Basis.SPEND)
    spend = at_level(spent, Level.VENDOR, Basis.SPEND)
    clouds = at_level(spent, Level.CLOUD, Basis.SPEND)
    value = concentration(figures.tasks, Level.VENDOR, Basis.VALUE_AT_STAKE)
    named = ShareLimits(state.portfolio.settings)
    records = (
        _spend(state, named),
        by_spend(named.largest(spend, "spend", appetite.max_vendor_share_of_spend), figures),
        _independent_fallback(state, named),
        by_spend(named.effective(spend, "vendors", appetite.min_effective_vendors), figures),
        by_spend(named.effective(clouds, "clouds", appetite.min_effective_clouds), figures),
        named.largest(value, "value", appetite.max_vendor_share_of_value),
        _retirement(state),
        _retired(state),
        by_spend(price_shock(spend, appetite, named), figures),
    )
    limit_records = tuple(as_shipped(record, state) for record in records)
    return tuple(map(_incomplete, limit_records)) if left_out_of_figures(state) else limit_records


def _incomplete(record: LimitRecord) -> LimitRecord:
    """A figure over files that could not be read in full; what is missing may breach the limit."""
    reason = "; ".join(
        filter(None, (record.reason, "incomplete: a file could not be read in full"))
    )
    if record.id == "forecast-spend" and not record.value:
        record = replace(record, value=None)
    judgment = "warning" if record.judgment == "within" else record.judgment
    return replace(record, reason=reason, judgment=judgment)


def _spend(state: State, named: ShareLimits) -> LimitRecord:
    """The forecast a month at the pace of actual spend, beside its ceiling."""
    figures, appetite = state.figures, state.portfolio.settings.appetite
    pace = run_rate(figures, state.actuals, state.as_of)
    ceiling, of_caps = spend_ceiling(figures, appetite)
    spend = pace.spend
    unknown = tuple(name for name in figures.unpriced if name not in pace.counted)
    judged = replace(figures, spend_per_month=spend, unpriced=unknown)
    doubts = tuple(_doubts(judged))
    terms = named.terms("max_monthly_spend", None if of_caps else ceiling)
    judgment = _judged(spend, ceiling, terms["warn_at"], doubts)
    known = bool(figures.tasks) and not nothing_known(judged)
    return LimitRecord(
        id="forecast-spend",
        key="" if of_caps else "appetite.max_monthly_spend",
        words="Forecast spend",
        unit="money",
        period="month",
        direction="at most",
        limit=None if ceiling is None else Decimal(ceiling),
        value=spend if known else None,
        judgment=judgment,
        reason="; ".join(doubts) or ("" if ceiling is not None else "no ceiling is declared"),
        facts={
            "declared": figures.spend_per_month,
            "sum_of_caps": int(of_caps),
            "unpriced": len(unknown),
            **_pace_facts(pace),
        },
        **terms,
    )


def _judged(
    spend: Decimal, ceiling: Decimal | None, warn_at: float | None, doubts: tuple[str, ...]
) -> Judgment:
    """What is doubtful is judged only where it is too much already."""
    judgment: Judgment = "not judged"
    if ceiling is not None:
        judgment = judge_below(spend, ceiling, warn_at)
    if doubts and judgment != "outside":
        judgment = "not judged"
    return judgment


def _doubts(figures: PortfolioFigures) -> Iterator[str]:
    if figures.unpriced:
        yield f"without {join_some(figures.unpriced)}, whose cost is not known"
    if not figures.tasks:
        yield "no task class is declared"
    if not figures.exchange_known:
        yield f"no exchange rate to {figures.currency} is declared"


def spend_ceiling(figures: PortfolioFigures, appetite: Appetite) -> tuple[Decimal | None, bool]:
    """The board's ceiling, else the sum of the task classes' caps where each has one (``True``)."""
    if appetite.max_monthly_spend is not None:
        return appetite.max_monthly_spend, False
    caps = [task.task.declared.spend_cap.monthly for task in figures.tasks]
    declared = [cap for cap in caps if cap is not None]
    if not declared or len(declared) < len(caps):
        return None, False
    return sum(declared, Decimal(0)), True


def _independent_fallback(state: State, named: ShareLimits) -> LimitRecord:
    """Share of the value at stake that a usable fallback elsewhere would carry."""
    figures, key = state.figures, "min_value_with_independent_fallback"
    floor = state.portfolio.settings.appetite.min_value_with_independent_fallback
    record = LimitRecord(
        id="independent-fallback",
        key=f"appetite.{key}",
        words="Value with an independent fallback",
        unit="share",
        direction="at least",
        limit=Decimal(floor),
        value=None,
        judgment="not judged",
        reason="no value at stake is declared",
        **named.terms(key, floor),
    )
    if not figures.value_at_stake_per_month:
        return record
    value = independent_value(figures.tasks, Failover(state.as_of, state.drills))
    return replace(
        record,
        value=value.usable,
        best=value.possible if value.possible > value.usable else None,
        judgment=judge_above(value.usable, float(floor), record.warn_at, best=1),
        reason="",
        facts={"declared": value.declared, "usable": value.usable, "proved": value.proved},
    )


def _routed(state: State) -> dict[str, LegFigures]:
    return {entry.model: entry for task in state.figures.tasks for entry in task.legs}


def _retirement(state: State) -> LimitRecord:
    """Days between the next retirement of a routed model and the last day to start migrating."""
    lead, legs = state.portfolio.settings.migration_lead_days, _routed(state)
    slacks = {
        name: slack_days(entry.facts, state.as_of, lead) if entry.facts else None
        for name, entry in sorted(legs.items())
    }
    dated = sorted((slack, name) for name, slack in slacks.items() if slack is not None)
    record = LimitRecord(
        id="retirement-slack",
        key="",
        words="Slack before the next retirement",
        unit="days",
        direction="at least",
        limit=0,
        value=None,
        judgment="not judged",
        reason="no date is known",
        facts={"undated": len(slacks) - len(dated), "models": len(slacks), "lead_days": lead},
    )
    if not dated:
        return record
    slack, model = dated[0]
    undated = len(slacks) - len(dated)
    judgment: Judgment = (
        "outside" if slack < 0 else "warning" if slack <= CALM_SLACK_DAYS or undated else "within"
    )
    return replace(
        record, value=float(slack), subject=("model", model), judgment=judgment, reason=""
    )


def _retired(state: State) -> LimitRecord:
    """Routed models whose day has come: they answer no request, so none may be routed to."""
    dead = sorted(
        (entry.facts.lifecycle.retirement, name)
        for name, entry in _routed(state).items()
        if entry.facts
        and entry.facts.lifecycle.retirement
        and entry.facts.lifecycle.retirement <= state.as_of
    )
    names = {name for _, name in dead}
    value = sum(
        (
            task.value_at_stake_per_month
            for task in state.figures.tasks
            if any(entry.model in names for entry in task.legs)
        ),
        Decimal(0),
    )
    return LimitRecord(
        id="retired-models",
        key="",
        words="Routed models already retired",
        unit="count",
        direction="at most",
        limit=0,
        value=float(len(dead)),
        subject=("model", dead[0][1]) if dead else ("", ""),
        judgment="outside" if dead else "within" if state.figures.tasks else "not judged",
        reason="" if state.figures.tasks else "no task class is declared",
        facts={"value_at_stake": value, "since": dead[0][0].isoformat() if dead else ""},
    )


def _pace_facts(pace: RunRate) -> dict[str, Figure]:
    return {
        "paced": len(pace.counted),
        "through": pace.through.isoformat() if pace.through else "",
        "low": pace.interval[0] if pace.interval else None,
        "high": pace.interval[1] if pace.interval else None,
        "unattributed": pace.unattributed or None,
    }
