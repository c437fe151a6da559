"""Metrics in Prometheus' text format: spend, caps, burn and forecast, for alerting.

For the textfile collector of node_exporter, or a push gateway.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time

from multillm_gov.measures.consumption.alerts import Consumed, OwnedOutlook

_Value = Callable[[OwnedOutlook], float | None]


def _month(part: str) -> _Value:
    def value(outlook: OwnedOutlook) -> float | None:
        month = outlook.outlook.month
        matching_value: float | None = getattr(month, part) if month is not None else None
        return matching_value

    return value


_METRICS: tuple[tuple[str, str, _Value], ...] = (
    ("spend", "Spent in the month so far.", lambda outlook: float(outlook.outlook.spent)),
    ("cap", "Cap of the month.",
     lambda outlook: None if outlook.outlook.cap is None else float(outlook.outlook.cap)),
    ("declared", "What declared demand costs a month.",
     lambda outlook: None if outlook.outlook.declared is None else float(outlook.outlook.declared)),
    ("forecast", "Expected spend of the whole month.", _month("expected")),
    ("forecast_low", "Lower end of the 80% interval.", _month("low_80")),
    ("forecast_high", "Upper end of the 80% interval.", _month("high_80")),
    ("exhaustion_days", "Days until the cap is spent at the pace of the last week.",
     lambda outlook: outlook.outlook.days_to_exhaustion),
)  # fmt: skip
"""A figure that is not known has no sample: 0 would fire, or hide, an alert."""


def render(consumed: Consumed) -> bytes:
    """Gauges with the labels ``scope``, ``name``, ``owner`` and ``currency``."""
    lines: list[str] = []
    for name, text, value in _METRICS:
        lines += _family(name, text, _samples(name, value, consumed))
    lines += _family("burn", "Spend of the last days over the cap's even pace.", _burns(consumed))
    day = datetime.combine(consumed.through, time(), UTC).timestamp()
    lines += _family(
        "imported_through_seconds",
        "Start of the last imported day, as a Unix time.",
        [f"govern_usage_imported_through_seconds {day:.0f}"],
    )
    return ("\n".join(lines) + "\n").encode()


def _family(name: str, text: str, samples: Iterator[str] | list[str]) -> list[str]:
    texts = list(samples)
    head = [f"# HELP govern_usage_{name} {text}", f"# TYPE govern_usage_{name} gauge"]
    return [*head, *texts] if texts else []


def _samples(name: str, value: _Value, consumed: Consumed) -> Iterator[str]:
    for standing in consumed.standings:
        number = value(standing)
        if number is not None:
            yield f"govern_usage_{name}{{{_labels(standing, consumed)}}} {number!r}"


def _burns(consumed: Consumed) -> Iterator[str]:
    for standing in consumed.standings:
        for days, rate in sorted(standing.outlook.burn.items()):
            labels = f'{_labels(standing, consumed)},window="{days}d"'
            yield f"govern_usage_burn{{{labels}}} {rate!r}"


def _labels(outlook: OwnedOutlook, consumed: Consumed) -> str:
    pairs = (
        ("scope", outlook.scope),
        ("name", outlook.outlook.subject),
        ("owner", outlook.owner or ""),
        ("currency", consumed.currency),
    )
    return ",".join(f'{key}="{_escaped(value)}"' for key, value in pairs)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
