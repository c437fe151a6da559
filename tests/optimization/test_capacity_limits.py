"""Rate limits as rows, each figure worked out by hand; a month has 43,800 minutes."""

import pytest

from multillm_gov.optimization.problem import Limit
from multillm_gov.workflows.optimization.optimum import Optimum
from optimization.test_other_costs import routes, solved

PEAK = "risk: {peak_factor: 4}\n"
"""The busiest minute has four times the requests of the mean one."""


def limited(model: str, limits: str) -> dict[str, str]:
    return {f"  {model}:\n    mode: chat\n": f"  {model}:\n    mode: chat\n    {limits}\n"}


def rate_limits(optimum: Optimum) -> list[Limit]:
    return [limit for limit in optimum.problem.limits if limit.name.startswith("rate limit")]


ELSEWHERE = {"fallbacks: [gamma/small]": "fallbacks: [acme/big]"}
"""So that nothing falls back on ``gamma/small``."""


@pytest.mark.parametrize("key", ["requests_per_minute: 73", "tokens_per_minute: 73000"])
def test_a_model_answers_no_more_than_its_limit(key: str) -> None:
    """73 requests a minute at the peak are 73 × 43,800 / 4 = 799,350 a month: 39.9675% of tagging.

    A request has 1,000 tokens.
    """
    optimum = solved(PEAK, catalog=limited("gamma/small", key), allocation=ELSEWHERE)
    assert routes(optimum)["tagging"] == {"beta/mid": 60.04, "gamma/small": 39.96}
    (limit,) = rate_limits(optimum)
    assert (limit.value, len(limit.rows)) == (float(key.split()[1]), 1)
    assert limit.place is not None
    assert limit.place.path == "catalog/models.yaml"


ROOM = "  room: {rule: fallback-capacity, level: provider, peak_factor: 4}\n"


def test_a_fallback_keeps_room_for_what_it_takes_over() -> None:
    """N+1: without acme, writing's 500,000 requests go to beta/mid.

    100 a minute at the peak are 100 × 43,800 / 4 = 1,095,000 a month: 595,000 of triage's 1,000,000
    may be its own. The others stay at acme/big, whose fallback for triage is gamma/small.
    """
    low = limited("beta/mid", "requests_per_minute: 100")
    optimum = solved(PEAK, catalog=low, policies=ROOM)
    assert routes(optimum)["triage"] == {"beta/mid": 59.5, "acme/big": 40.5}
    assert optimum.solution is not None
    assert optimum.solution.cost == pytest.approx(0.595 * 4_000 + 0.405 * 10_000 + 2_000 + 5_000)
    assert optimum.proposal is not None
    broken = [one for one in optimum.proposal.findings if one.rule == "GOV208" and one.active]
    assert not [one for one in broken if one.subject == "model:beta/mid"]
    # Without the requests that it inherits all of triage would fit: 1,000,000 < 1,095,000.
    alone = {"fallbacks: [beta/mid]": "fallbacks: [gamma/small]"}
    free = solved(PEAK, catalog=low, policies=ROOM, allocation=alone)
    assert routes(free)["triage"] == {"beta/mid": 100.0}


def test_a_load_that_breaks_the_limit_today_may_not_grow() -> None:
    """Today beta/mid answers tagging's 2,000,000 and would inherit writing's 500,000.

    They need 228 a minute at the peak, its limit is 100. Without a policy that is a warning, and no
    reason to propose nothing: any load up to 228 may stay.
    """
    low = limited("beta/mid", "requests_per_minute: 100")
    optimum = solved(PEAK, catalog=low)
    assert routes(optimum)["triage"] == {"beta/mid": 100.0}
    (limit,) = rate_limits(optimum)
    plain, after_loss = limit.rows
    assert plain.bound == 0
    assert after_loss.bound == pytest.approx(2_500_000 * 4 / 43_800 - 100)


def test_no_room_anywhere_is_a_conflict_with_the_line_of_the_limit() -> None:
    """Writing stays at acme/big; 40 a minute are 438,000 a month, less than it hands over."""
    low = limited("beta/mid", "requests_per_minute: 40")
    optimum = solved(PEAK, catalog=low, policies=ROOM)
    (conflict,) = optimum.conflicts
    (relaxation,) = (
        one for one in conflict.relaxations if one.limit.name == "rate limit of beta/mid"
    )
    assert relaxation.value == pytest.approx(500_000 * 4 / 43_800, rel=1e-4)


def test_a_higher_rate_limit_never_costs_more() -> None:
    bills = []
    for limit in (20, 73, 100, 150, 400):
        low = limited("gamma/small", f"requests_per_minute: {limit}")
        optimum = solved(PEAK, catalog=low, allocation=ELSEWHERE)
        assert optimum.solution is not None
        bills.append(optimum.solution.cost)
    assert bills == sorted(bills, reverse=True)
    assert bills[0] > bills[-1] + 1_000
