"""How simulated figures settle with the number of years."""

from multillm_gov.content import Line, LineChart, Waymark
from multillm_gov.reporting.stress.simulation_wording import format_estimate
from multillm_gov.risk.simulation.distribution import Estimate, Waypoint
from multillm_gov.words import count_of


def settling_chart(what: str, points: tuple[Waypoint, ...], currency: str) -> LineChart:
    """Mean, percentile and shortfall over the years simulated, each with its band; ``points`` are not empty."""
    last = points[-1]
    named = (("Worst 5%", "shortfall95"), ("95th percentile", "p95"), ("Mean", "expected"))
    return LineChart(
        title=f"{what}: by the number of years simulated",
        summary=f"After {count_of(last.years, 'year')} the 95th percentile is {_format(last.p95)}, "
        "the mean "
        f"{_format(last.expected)}.",
        x_label="Years simulated",
        y_label=f"{currency} a year",
        lines=tuple(
            Line(label=label, points=tuple(_mark(point, name) for point in points))
            for label, name in named
        ),
    )


def _mark(point: Waypoint, name: str) -> Waymark:
    estimate: Estimate = getattr(point, name)
    low = max(estimate.low, 0.0)
    return Waymark(
        x=point.years,
        y=max(estimate.value, 0.0),
        low=low,
        high=max(estimate.high, low),
        text=_format(estimate),
    )


def _format(estimate: Estimate) -> str:
    return " ".join(part for part in format_estimate(estimate) if part)
