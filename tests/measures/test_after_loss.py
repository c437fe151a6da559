"""Concentration once the largest entity has failed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.after_loss import after_loss
from multillm_gov.measures.failover import Failover
from multillm_gov.portfolio.demand import Demand

DEMAND = Demand(requests=1000, input_tokens=1000, output_tokens=0)
FAILOVER = Failover(date(2026, 11, 30), {})
ALL = (Level.VENDOR, Basis.REQUESTS)


@pytest.fixture
def four(new_model):
    """Unit costs of a request of 1,000 input tokens: .001, .002, .004 and .008."""
    return [
        new_model("a", "1e-6", vendor="alpha"),
        new_model("b", "2e-6", vendor="beta"),
        new_model("c", "4e-6", vendor="gamma"),
        new_model("d", "8e-6"),
    ]


def test_requests_move_down_the_chain_past_what_failed_and_what_is_not_known(
    figures, new_task, four
):
    """a fails: 700 of `x` go to b (not to a again, not to d, whose vendor nobody knows), 300 stay
    on c."""
    found = figures([new_task("x", {"a": 70, "c": 30}, "a", "d", "b", demand=DEMAND)], four)
    loss = after_loss(found.tasks, FAILOVER, Level.VENDOR, Basis.REQUESTS, "alpha")
    assert (loss.lost, loss.stopped, loss.total) == (700, 0, 1000)
    assert loss.after.shares == (("beta", 0.7), ("gamma", 0.3))
    assert loss.after.hhi == pytest.approx(5_800)


def test_by_spend_the_fallbacks_price_counts(figures, new_task, four):
    """700 x .002 = 1.40 on b against 300 x .004 = 1.20 on c."""
    found = figures([new_task("x", {"a": 70, "c": 30}, "b", demand=DEMAND)], four)
    loss = after_loss(found.tasks, FAILOVER, Level.VENDOR, Basis.SPEND, "alpha")
    assert loss.after.total == Decimal("2.60")
    assert dict(loss.after.shares) == pytest.approx({"beta": 1.4 / 2.6, "gamma": 1.2 / 2.6})
    assert loss.lost == Decimal("0.70")


def test_what_nobody_takes_over_stops(figures, new_task, four):
    found = figures(
        [
            new_task("x", {"a": 100}, demand=DEMAND, value=300),
            new_task("y", {"a": 50, "b": 50}, "d", value=100),
        ],
        four,
    )
    loss = after_loss(found.tasks, FAILOVER, Level.VENDOR, Basis.VALUE_AT_STAKE, "alpha")
    assert (loss.lost, loss.stopped, loss.total) == (350, 350, 400)
    assert loss.stopped_share == 0.875
    assert loss.after.shares == (("beta", 1.0),)


def test_everything_may_stop_and_nothing_may_be_there(figures, new_task, four):
    loss = after_loss(
        figures([new_task("x", {"a": 100}, demand=DEMAND)], four).tasks, FAILOVER, *ALL, "alpha"
    )
    assert (loss.after.shares, loss.stopped_share) == ((), 1.0)
    assert after_loss((), FAILOVER, *ALL, "alpha").stopped_share == 0.0


def test_the_unknown_fail_as_one(figures, new_task, four):
    found = figures([new_task("x", {"d": 60, "a": 40}, "d", "b", demand=DEMAND)], four)
    loss = after_loss(found.tasks, FAILOVER, *ALL, "unknown")
    assert loss.after.shares == (("beta", 0.6), ("alpha", 0.4))


names = st.sampled_from("abcd")
routes = st.lists(
    st.tuples(st.dictionaries(names, st.integers(1, 9), min_size=1), st.lists(names, max_size=4))
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(routes, st.sampled_from(["alpha", "beta", "gamma", "unknown"]))
def test_requests_are_carried_or_stopped_and_the_failed_carries_none(
    figures, new_task, four, routes, failed
):
    tasks = [
        new_task(f"t{number}", legs, *chain, demand=DEMAND)
        for number, (legs, chain) in enumerate(routes)
    ]
    loss = after_loss(figures(tasks, four).tasks, FAILOVER, *ALL, failed)
    assert float(loss.after.total + loss.stopped) == pytest.approx(float(loss.total))
    assert loss.stopped <= loss.lost
    assert failed not in dict(loss.after.shares)
