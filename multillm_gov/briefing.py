"""What a reviewer reads of a comparison: its changes, one line, what to look at, who approves."""

from decimal import Decimal
from typing import Literal

import msgspec

from multillm_gov.finding import Figure, Severity
from multillm_gov.location import Location

CHANGE_SECTIONS = frozenset(
    {"loosened", "task-classes", "routing", "resilience", "models", "policies", "terms"}
)
"""Sections of a comparison that tabulate its changes; formats that list them leave them out."""


class ShareMove(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an entity's share of spend one change accounts for (0..1 scale)."""

    level: str
    entity: str
    points: float


class ReportedChange(msgspec.Struct, frozen=True, kw_only=True):
    """One semantic difference between two states, for programs and for people."""

    kind: str
    """``spend-cap``, ``fallback-removed``, ``policy-parameter`` …"""
    area: str
    subject: str
    """Task class, policy, ``policy / subject`` of a waiver, model, or ``settings``."""
    label: str
    aspect: str
    """The key as written in YAML: ``spend_cap.monthly``."""
    direction: Literal["loosened", "tightened", "changed"]
    before: str
    after: str
    before_figure: Figure
    after_figure: Figure
    location_before: Location | None
    location_after: Location | None
    spend_effect_per_month: Decimal | None
    """What it adds to the forecast; ``None`` where it moves no money or where that is not known."""
    exposure: tuple[ShareMove, ...]
    note: str
    words: str = ""
    """What changed in one phrase: ``max_share 0.60 → 0.70``; the subject is not repeated."""
    title: str = ""
    """The same for a reviewer: a board's limit has its name instead of its key."""
    remarks: str = ""
    """Effects and what a reviewer should know: ``loosened, +384 USD a month``."""

    @property
    def location(self) -> Location | None:
        """Where to look: after the change, else where it stood in the base."""
        return self.location_after or self.location_before

    @property
    def sign(self) -> Literal["+", "-", "~"]:
        """Whether something came, went or changed."""
        if self.location_after is None or self.kind.endswith("-removed"):
            return "-"
        return "+" if self.location_before is None or self.kind.endswith("-added") else "~"


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence, and where to look."""

    text: str
    location: Location | None = None
    in_base: bool = False
    """Whether the place is one of the base: it is gone now."""
    severity: Severity | None = None
    rule: str = ""
    others: tuple[Location, ...] = ()
    """Further places of the same fact."""


class MatterGroup(msgspec.Struct, frozen=True, kw_only=True):
    """New findings of one task class, or of what is none; one line a cause."""

    title: str
    matters: tuple[Matter, ...]


class Briefing(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison comes to, most important first."""

    lead: tuple[str, ...]
    """Parts of the first line: safeguards, money, risk, errors, and whether it may be merged."""
    calm: bool
    """Nothing changed that a report shows."""
    silent: bool = False
    """Nothing but a move of spend below the portfolio's threshold: no comment is needed."""
    look_first: tuple[Matter, ...] = ()
    """At most three sentences."""
    approvers: tuple[str, ...] = ()
    """Who must approve, one sentence each."""
    context: str = ""
    """What the base is, where nobody named it, and what the figures leave out."""
    unmoved: str = ""
    """Figures that did not move, in a sentence."""
    groups: tuple[MatterGroup, ...] = ()
    """New findings, the costliest task class first."""
