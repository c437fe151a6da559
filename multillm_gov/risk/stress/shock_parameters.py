"""Parameters of a shock as written, or assumed where they are left out; which is then said."""

from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.units import HOURS_PER_MONTH

HOURS_PER_DAY = Decimal(24)


def length(shock: Shock, assumed_hours: Decimal) -> tuple[Decimal, tuple[str, ...]]:
    """Hours a shock lasts (``hours``, else ``days``), and a sentence where neither is declared."""
    if shock.hours is not None:
        return Decimal(shock.hours), ()
    if shock.days is not None:
        return shock.days * HOURS_PER_DAY, ()
    return assumed_hours, (
        f"Length of a shock of kind {shock.kind}: {format_hours(assumed_hours)}.",
    )


def month(shock: Shock) -> Decimal:
    """Hours over which what lasts for good is counted: those written, else one month."""
    return length(shock, Decimal(HOURS_PER_MONTH))[0]


def factor(shock: Shock, assumed: Decimal) -> tuple[Decimal, tuple[str, ...]]:
    """The factor written, or the assumed one with a sentence."""
    if shock.factor is not None:
        return Decimal(shock.factor), ()
    return assumed, (f"Factor of a shock of kind {shock.kind}: {assumed.normalize():f}.",)


def rerouted_after(shock: Shock) -> Decimal | None:
    """Hours until people reroute by hand what failover missed; ``None``: not while it lasts."""
    return None if shock.reroute_hours is None else Decimal(shock.reroute_hours)


def until_rerouted(shock: Shock) -> tuple[str, ...]:
    """What is assumed where no time is written."""
    if shock.reroute_hours is not None:
        return ()
    return (
        (
            "What a failover misses stays unanswered as long as the shock lasts: no "
            "`reroute_hours` are given."
        ),
    )


def format_hours(hours: Decimal) -> str:
    """``4.4 hours``, ``90 days`` from four days on; small lengths in minutes."""
    if hours >= 96:
        return _format(hours / HOURS_PER_DAY, "day")
    return _format(hours * 60, "minute") if 0 < hours < 1 else _format(hours, "hour")


def _format(number: Decimal, noun: str) -> str:
    text = f"{number:,.1f}".removesuffix(".0")
    return f"{text} {noun}" if text == "1" else f"{text} {noun}s"
