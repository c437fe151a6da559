"""The public shape of findings and waivers."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.finding import Need, WaiverState

SeverityLabel = Literal["note", "warning", "error"]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Line = Annotated[int, Meta(ge=1)]


class PublicLocation(Struct, frozen=True, kw_only=True):
    """A place in a governed file; ``path`` is relative to the portfolio's root."""

    path: str
    line: Line
    column: Line
    end_line: Line
    end_column: Line


class PublicRelated(Struct, frozen=True, kw_only=True):
    """A second place that explains a finding."""

    message: str
    location: PublicLocation


class PublicWaiver(Struct, frozen=True, kw_only=True):
    """A waiver in force, or a comment in the file, which has neither approver nor end."""

    kind: Literal["waiver", "ignored in file"]
    reason: str
    approved_by: str
    expires: str
    ticket: str
    location: PublicLocation
    need: Need = ""
    """Whether the gate would fail without it; empty: no gate was asked."""


class PublicListedWaiver(Struct, frozen=True, kw_only=True):
    """One waiver of the register; ages and renewals are null where no history was read."""

    policy: str
    subject: str
    state: WaiverState
    why: str
    need: Need
    reason: str
    approved_by: str
    expires: Day
    days_left: int
    ticket: str
    location: PublicLocation
    covered: int
    task_classes: list[str]
    value_per_month: str | None
    granted: str
    granted_earlier: bool
    age_days: int | None
    renewals: int | None


class PublicFinding(Struct, frozen=True, kw_only=True):
    """One finding; ``fingerprint`` stays when lines move or figures change."""

    rule: str
    name: str
    severity: SeverityLabel
    message: str
    location: PublicLocation
    subject: str
    risk: str
    remedy: str
    policy: str
    enforcement: Literal["advisory", "soft-mandatory", "hard-mandatory"] | None
    because: str
    controls: list[str]
    related: list[PublicRelated]
    figures: dict[str, bool | str | int | float | None]
    waiver: PublicWaiver | None
    fingerprint: str
    under: str
    """Base commit whose policies raise it where the state's own no longer do; else empty."""
