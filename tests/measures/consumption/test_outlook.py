"""Where a month stands: demand as used, beside demand as declared."""

from datetime import date

from multillm_gov.measures.consumption.demand_drift import demand_drift, used_demand
from multillm_gov.portfolio.demand import Demand, RequestSize
from multillm_gov.units import Share
from multillm_gov.usage.aggregate import UsageAggregate


def used(day: int, requests: int | None, tokens: int, **more: object) -> UsageAggregate:
    return UsageAggregate(day=date(2026, 11, day), requests=requests, output_tokens=10 * tokens,
                          input_tokens_with_cache=100 * tokens, **more)  # fmt: skip


def test_demand_is_counted_over_the_days_that_are_known() -> None:
    """Ten requests a day are 304 a month, whether five days are imported or fifty."""
    for days in (5, 20):
        found = used_demand((used(day, 10, 10) for day in range(1, days + 1)), date(2026, 11, days))
        assert found is not None
        assert found.figures == {"requests": 304, "input_tokens": 100, "output_tokens": 10}


def test_demand_that_is_known_in_part_is_not_known() -> None:
    day = date(2026, 11, 2)
    some = used_demand([used(1, 10, 10), used(2, 10, 10, unknown={"output_tokens": 1})], day)
    assert some is not None
    assert "output_tokens" not in some.figures
    assert used_demand([used(1, 10, 10), used(2, None, 10)], day) is None
    assert used_demand([], day) is None


def test_declared_demand_is_compared_key_by_key() -> None:
    found = used_demand([used(1, 10, 20), used(2, 10, 20)], date(2026, 11, 2))
    declared = {"requests": 304, "input_tokens": 100, "output_tokens": 20}
    assert demand_drift(Demand(**declared), found) == {"input_tokens": (100, 200)}
    assert demand_drift(Demand(**{**declared, "requests": 100}), found) == {
        "requests": (100, 304), "input_tokens": (100, 200),
    }  # fmt: skip
    size = RequestSize(share=Share(1), input_tokens=1, output_tokens=1)
    sizes = Demand(requests=304, sizes=(size,))
    assert demand_drift(sizes, found) == {}, "a histogram is not compared with means"
    assert demand_drift(None, found) == demand_drift(Demand(**declared), None) == {}
