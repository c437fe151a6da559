"""The whole register: limits of the appetite, and those that need the risk to be measured."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.register import LimitRecord
from multillm_gov.risk.limits.appetite import appetite_limits
from multillm_gov.risk.limits.judging import as_shipped, judge_below, terms_of
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.reverse.prices import capped_without_cost
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.units import MONTHS_PER_YEAR
from multillm_gov.words import join_some


def register_of(risk: PortfolioRisk) -> tuple[LimitRecord, ...]:
    """Every limit with a number that follows from a state and its risk, none left out."""
    return (*appetite_limits(risk.state), *risk_limits(risk))


def compared(
    then: tuple[LimitRecord, ...], now: tuple[LimitRecord, ...]
) -> tuple[LimitRecord, ...]:
    """The records of ``now`` with the values and, where they moved, the limits of ``then``."""
    known = {record.id: record for record in then}
    return tuple(
        replace(
            record,
            value_before=known[record.id].value,
            judgment_before=known[record.id].judgment,
            limit_before=None if known[record.id].limit == record.limit else known[record.id].limit,
        )
        if record.id in known
        else record
        for record in now
    )


def risk_limits(risk: PortfolioRisk) -> tuple[LimitRecord, ...]:
    """Limits already broken, the worst scenario, and a year's loss and cost as simulated."""
    if not risk.context.tasks:
        return ()
    simulated = _simulated(risk, risk.simulation) if risk.simulation is not None else ()
    records = (_already_broken(risk), *_worst_scenario(risk), *simulated)
    return tuple(as_shipped(record, risk.state) for record in records)


def max_outage_loss(risk: PortfolioRisk) -> Decimal:
    """What outages may cost in a year, in the portfolio's currency; 0: no value is declared."""
    share = risk.context.settings.risk.max_outage_loss_share
    return risk.context.figures.value_at_stake_per_month * MONTHS_PER_YEAR * share


def _already_broken(risk: PortfolioRisk) -> LimitRecord:
    """Caps, floors and unanswered requests: present facts, which no scenario counts."""
    broken = len(risk.already_broken)
    unknown = capped_without_cost(risk.context)
    return LimitRecord(
        id="already-broken",
        key="",
        words="Limits already broken without a shock",
        unit="count",
        direction="at most",
        limit=0,
        value=None if unknown and not broken else float(broken),
        judgment="outside" if broken else "not judged" if unknown else "within",
        reason=f"without {join_some(unknown)}, whose cost is not known" if unknown else "",
        facts={"unknown": len(unknown)},
    )


def _worst_scenario(risk: PortfolioRisk) -> Iterator[LimitRecord]:
    """The largest loss of one scenario against what outages may cost in a year."""
    run = [result for result in risk.results if result.variants]
    if not run:
        return
    costliest = max(run, key=lambda result: result.variants[0].outcome.loss)
    worst, limit = costliest.variants[0].outcome.loss, max_outage_loss(risk)
    unpriced = risk.context.figures.unpriced
    key = "max_outage_loss_share"
    terms = terms_of(risk.context.settings, key, None)
    warn_at = _in_money(terms.pop("warn_at"), risk)
    judgment = judge_below(worst, limit, warn_at) if limit else "not judged"
    yield LimitRecord(
        id="worst-scenario",
        key=f"risk.{key}",
        words="Largest loss in one scenario",
        unit="money",
        period="year",
        direction="at most",
        limit=limit or None,
        warn_at=warn_at,
        value=None if unpriced and not worst else worst,
        subject=("scenario", costliest.name) if worst else ("", ""),
        judgment="not judged" if unpriced and judgment != "outside" else judgment,
        reason=f"without {join_some(unpriced)}, whose cost is not known"
        if unpriced
        else ""
        if limit
        else "no value at stake is declared",
        **terms,
    )


def _in_money(share: Decimal | None, risk: PortfolioRisk) -> Decimal | None:
    """An early warning that is declared as a share of the value at stake."""
    value = risk.context.figures.value_at_stake_per_month
    return None if share is None else value * MONTHS_PER_YEAR * share


def _simulated(risk: PortfolioRisk, simulation: Simulation) -> Iterator[LimitRecord]:
    if simulation.value_at_stake:
        yield _outage_loss(risk, simulation)
    if simulation.cost.expected.value:
        yield _cost_at_risk(risk, simulation)


def _cost_at_risk(risk: PortfolioRisk, simulation: Simulation) -> LimitRecord:
    settings = risk.context.settings
    key, share = "max_cost_at_risk_share", settings.risk.max_cost_at_risk_share
    at_risk = simulation.cost.relative_at_risk95 / simulation.cost.expected.value
    terms, unpriced = terms_of(settings, key, share), simulation.unpriced
    return LimitRecord(
        id="cost-at-risk",
        key=f"risk.{key}",
        words="Cost at risk, 1 year in 20",
        unit="share",
        period="year",
        direction="at most",
        limit=Decimal(share),
        value=None if unpriced else at_risk,
        judgment="not judged" if unpriced else judge_below(at_risk, float(share), terms["warn_at"]),
        reason=f"the cost of {join_some(unpriced)} is not known" if unpriced else "",
        **terms,
    )


def _outage_loss(risk: PortfolioRisk, simulation: Simulation) -> LimitRecord:
    settings = risk.context.settings
    key, limit = "max_outage_loss_share", max_outage_loss(risk)
    terms = terms_of(settings, key, settings.risk.max_outage_loss_share)
    warn_at = _in_money(terms.pop("warn_at"), risk)
    p95 = simulation.loss.p95
    return LimitRecord(
        id="outage-loss-p95",
        key=f"risk.{key}",
        words="Outage loss, 1 year in 20",
        unit="money",
        period="year",
        direction="at most",
        limit=Decimal(limit),
        warn_at=warn_at,
        value=p95.value,
        judgment=judge_below(p95.value, float(limit), warn_at),
        facts={
            "limit_share": float(settings.risk.max_outage_loss_share),
            "share": p95.value / simulation.value_at_stake,
            "low": p95.low,
            "high": p95.high,
            "years": simulation.years,
        },
        **terms,
    )
