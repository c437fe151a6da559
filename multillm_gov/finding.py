"""Findings: what is wrong, where, what it risks and how to fix it."""

from decimal import Decimal
from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import Literal

import msgspec

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


class Related(msgspec.Struct, frozen=True):
    """A second place that explains a finding."""

    message: str
    location: Location


ExceptionKind = Literal["waiver", "ignored in file"]


class Waived(msgspec.Struct, frozen=True, kw_only=True):
    """An exception from the gate: a waiver in force, or an unapproved comment in the file."""

    reason: str
    approved_by: str
    """Empty for a comment."""
    expires: str
    """ISO day; empty for a comment."""
    location: Location
    ticket: str = ""
    kind: ExceptionKind = "waiver"

    @property
    def words(self) -> str:
        """``waived until 2026-12-31 by cfo``, or ``ignored in file``."""
        return (
            f"waived until {self.expires} by {self.approved_by}"
            if self.kind == "waiver"
            else self.kind
        )

    @property
    def verb(self) -> str:
        """``waived`` or ``ignored``."""
        return self.words.partition(" ")[0]


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """A file that cannot be read: syntax, schema, size; ``kind`` names the rule's page."""

    kind: str
    message: str
    location: Location
    remedy: str
    subject: str = ""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
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


class Finding(msgspec.Struct, frozen=True, kw_only=True):
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


def fingerprint(rule: str, policy: str, subject: str, distinction: str) -> str:
    """An identity that survives moved lines, reformatting and changed figures (16 hex digits)."""
    return sha256(f"{rule}\x1f{policy}\x1f{subject}\x1f{distinction}".encode()).hexdigest()[:16]
