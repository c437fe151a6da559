"""Results of probes and benchmarks, one by one, for programs and build servers."""

from decimal import Decimal
from typing import Literal

import msgspec

from multillm_gov.location import Location


class TrialCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One check of a probe."""

    name: str
    verdict: str
    detail: str = ""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one probe, passed ones included, for programs and build servers."""

    task_class: str
    model: str
    kind: str
    """``answer``, ``embedding``, ``stream`` …"""
    verdict: str
    outcome: Literal["pass", "failure", "error"]
    """``failure``: the portfolio is at fault; ``error``: the probe could not be run."""
    location: Location
    checks: tuple[TrialCheck, ...] = ()
    message: str = ""
    remedy: str = ""
    calls: int = 0
    answers: int = 0
    p50_seconds: Decimal | None = None
    p95_seconds: Decimal | None = None
    usd: Decimal | None = None


class ModelScore(msgspec.Struct, frozen=True, kw_only=True):
    """One model on the cases of one task class, compared with the incumbent, for programs.

    ``scored`` cases have a verdict; ``inconclusive`` ones count neither way. ``share`` of them is
    accepted (0..1; ``None``: nothing scored), from ``low`` to ``high`` with 95% confidence.
    """

    task_class: str
    model: str
    is_incumbent: bool
    scored: int
    inconclusive: int
    share: float | None
    low: float
    high: float
    mean_score: float | None = None
    usd_per_accepted: Decimal | None = None
    seconds_per_accepted: float | None = None
    p50_seconds: float | None = None
    p95_seconds: float | None = None
    finding: str = ""
    """``better``, ``not worse``, ``worse``, ``no clear difference`` …; empty for the incumbent."""
    paired: int = 0
    """Cases that both have a verdict on."""
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    p_value: float | None = None
