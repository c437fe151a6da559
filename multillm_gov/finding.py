"""Findings: what is wrong, where, what it risks and how to fix it."""

from decimal import Decimal
from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.location import Location, Place


class Severity(IntEnum):
    """How severe a finding is; a gate compares against it."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """``note``, ``warning`` or ``error``."""
        return self.name.lower()


class Enforcement(StrEnum):
    """What a policy does with a violation."""

    ADVISORY = "advisory"
    """Reported, never fails the default gate."""
    SOFT_MANDATORY = "soft-mandatory"
    """Fails unless waived."""
    HARD_MANDATORY = "hard-mandatory"
    """Fails and cannot be waived."""


Figure = str | int | float | Decimal | None


class Related(Struct, frozen=True):
    """A second place that explains a finding."""

    message: str
    location: Location


ExceptionKind = Literal["waiver", "ignored in file"]
Need = Literal["", "would fail without it", "not needed"]
"""What an exception does for the gate; empty where no gate has been named yet."""


class Waived(Struct, frozen=True, kw_only=True):
    """An exception from the gate: a waiver in force, or an unapproved comment in the file."""

    reason: str
    approved_by: str
    """Empty for a comment."""
    expires: str
    """ISO day; empty for a comment."""
    location: Location
    ticket: str = ""
    kind: ExceptionKind = "waiver"
    need: Need = ""

    @property
    def words(self) -> str:
        """``waived until 2026-12-31 by cfo (would fail without it)``, or ``ignored in file``."""
        need = f" ({self.need})" if self.need else ""
        if self.kind == "waiver":
            return f"waived until {self.expires} by {self.approved_by}{need}"
        return f"{self.kind}{need}"

    @property
    def verb(self) -> str:
        """``waived`` or ``ignored``."""
        return self.words.partition(" ")[0]


WaiverState = Literal["in force", "ends soon", "expired", "void", "matches nothing"]


class ReportedWaiver(Struct, frozen=True, kw_only=True):
    """One waiver as a register lists it."""

    policy: str
    """Policy or rule, as written."""
    subject: str
    state: WaiverState
    why: str
    """Why it is in this state, in words."""
    need: Need
    reason: str
    approved_by: str
    expires: str
    """ISO day, the last one it holds."""
    days_left: int
    """Until then; negative where it is past."""
    ticket: str
    location: Location
    covered: int
    """Findings that it excepts."""
    task_classes: tuple[str, ...] = ()
    """Those that it concerns, sorted."""
    value_per_month: Decimal | None = None
    """Value at stake of these a month; ``None``: none of them declares one."""
    granted: str = ""
    """ISO day of the first commit that has it; empty: none, or no history was read."""
    granted_earlier: bool = False
    """Whether the history that is there begins with it, so that it may be older."""
    age_days: int | None = None
    renewals: int | None = None
    """How often its last day was moved on; ``None``: no history was read."""


class Flaw(Struct, frozen=True, kw_only=True):
    """A file that cannot be read: syntax, schema, size; ``kind`` names the rule's page."""

    kind: str
    message: str
    location: Location
    remedy: str
    subject: str = ""


class Violation(Struct, frozen=True, kw_only=True):
    """What a rule reports of one place, before the engine adds policy and location."""

    message: str
    place: Place | Location
    subject: str
    """``crm-scoring``, ``vendor:openai``, ``portfolio``: what a waiver names."""
    remedy: str
    risk: str = ""
    """What it may cost, in money, hours or words."""
    related: tuple[tuple[str, Place], ...] = ()
    figures: dict[str, Figure] = {}
    """The numbers in the message, machine-readable; units in the names."""
    severity: Severity | None = None
    """Only where a rule grades its own cases; else the rule's or policy's."""
    distinction: str = ""
    """Separates two violations of one rule on one subject in the fingerprint (a model, a level)."""


class Finding(Struct, frozen=True, kw_only=True):
    """One violation as reported: rule, place, policy, waiver."""

    rule: str
    name: str
    severity: Severity
    message: str
    location: Location
    subject: str
    remedy: str
    risk: str = ""
    related: tuple[Related, ...] = ()
    figures: dict[str, Figure] = {}
    policy: str = ""
    enforcement: Enforcement | None = None
    because: str = ""
    controls: tuple[str, ...] = ()
    waiver: Waived | None = None
    fingerprint: str = ""
    under: str = ""
    """Commit whose policies raise it where the state's own no longer do; else empty."""

    @property
    def active(self) -> bool:
        """Whether the gate counts it: not waived."""
        return self.waiver is None


def with_needs(findings: tuple[Finding, ...], fail_on: Severity | None) -> tuple[Finding, ...]:
    """The findings, each excepted one with what its exception does for the gate."""
    return tuple(
        replace(
            finding,
            waiver=replace(finding.waiver, need=need_of(finding.severity, fail_on)),
        )
        if finding.waiver
        else finding
        for finding in findings
    )


def need_of(severity: Severity | None, fail_on: Severity | None) -> Need:
    """What an exception from findings of at most a severity does for a gate."""
    failing = severity is not None and fail_on is not None and severity >= fail_on
    return "would fail without it" if failing else "not needed"


def fingerprint(rule: str, policy: str, subject: str, distinction: str) -> str:
    """An identity that survives moved lines, reformatting and changed figures (16 hex digits)."""
    return sha256(f"{rule}\x1f{policy}\x1f{subject}\x1f{distinction}".encode()).hexdigest()[:16]
