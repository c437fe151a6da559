"""Stressing a proposal: the scenario book over today and over each stage of the plan."""

from decimal import Decimal

from multillm_gov.reporting.optimization.result import ScenarioEffect, StressEffect
from multillm_gov.reporting.stress.status import format_broken
from multillm_gov.risk.portfolio_risk import PortfolioRisk, measure_risk
from multillm_gov.risk.stress.outcome import LimitBreach
from multillm_gov.risk.stress.scenario_book import scenarios_of
from multillm_gov.risk.stress.variants import ScenarioResult
from multillm_gov.state.state import State


def stressed(state: State) -> PortfolioRisk:
    """Run the scenario book, built-in and own scenarios; no years are simulated."""
    return measure_risk(state, scenarios_of(state.scenarios), whole=False, years=0)


def newly_broken(before: PortfolioRisk, after: PortfolioRisk) -> tuple[LimitBreach, ...]:
    """Limits that the proposal breaks without any shock, and today's allocation does not.

    A limit broken before by another model counts as broken before: the move brings nothing new.
    """
    known = {(breach.what, breach.subject) for breach in before.already_broken}
    return tuple(
        limit_breach
        for limit_breach in after.already_broken
        if (limit_breach.what, limit_breach.subject) not in known
    )


def stress_effect(before: PortfolioRisk, after: PortfolioRisk) -> StressEffect:
    """The worst case of every scenario on both sides, and what breaks only on one."""
    old = {result.name: result for result in before.results}
    currency = after.context.figures.currency
    return StressEffect(
        scenarios=tuple(_scenario(old.get(now.name), now, currency) for now in after.results),
        not_run=after.not_run,
    )


def _scenario(was: ScenarioResult | None, now: ScenarioResult, currency: str) -> ScenarioEffect:
    known = set() if was is None else {(breach.what, breach.subject) for breach in _breaches(was)}
    added = [breach for breach in _breaches(now) if (breach.what, breach.subject) not in known]
    words = dict.fromkeys(format_broken(breach, currency) for breach in added)
    return ScenarioEffect(
        name=now.name,
        before=_loss(was),
        after=_loss(now),
        is_known=all(_is_known(each) for each in (was, now)),
        newly_broken=tuple(words),
    )


def _breaches(result: ScenarioResult) -> tuple[LimitBreach, ...]:
    return tuple(
        breach
        for variant in result.variants
        for breach in (*variant.outcome.caps_broken, *variant.outcome.floors_broken)
    )


def _loss(result: ScenarioResult | None) -> Decimal | None:
    return None if result is None or result.worst is None else result.worst.outcome.loss


def _is_known(result: ScenarioResult | None) -> bool:
    return result is None or all(variant.outcome.cost_known for variant in result.variants)
