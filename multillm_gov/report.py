"""A format-neutral report: findings, metrics, sections of tables, charts and text. It owns the verdict."""

from decimal import Decimal
from typing import Literal

import msgspec

from multillm_gov import exits
from multillm_gov.content import Block, Status
from multillm_gov.finding import Figure, Finding, Severity
from multillm_gov.location import Location
from multillm_gov.words import count_of

TOOL_VERSION = "0.1.0"
"""Release that wrote a report. A constant: asking the installed metadata costs a third of a whole check."""


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A headline figure as a reader sees it, and as a machine does."""

    id: str
    label: str
    value: str
    before: str = ""
    """The same figure at the base of a comparison; empty where nothing is compared."""
    limit: str = ""
    status: Status = "neutral"
    note: str = ""
    number: float | None = None
    unit: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with blocks; ``folded`` sections are details a short format may collapse."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    folded: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the gate lets it pass, and in how many findings of each weight (waived ones counted apart)."""

    fail_on: Severity | None
    """Least severity that fails; ``None``: never fails."""
    errors: int
    warnings: int
    notes: int
    waived: int
    unproved: int = 0
    """What could not be judged for want of a key, a network or a provider: the job could not be done."""

    @property
    def exit_code(self) -> int:
        """1 where the portfolio is at fault, else 3 where anything is unproved, else 0; a format never changes it."""
        counted = {
            Severity.ERROR: self.errors,
            Severity.WARNING: self.warnings,
            Severity.NOTE: self.notes,
        }
        failing = self.fail_on is not None and any(
            n for s, n in counted.items() if s >= self.fail_on
        )
        return exits.FINDINGS if failing else exits.UNABLE if self.unproved else exits.CLEAN

    @property
    def words(self) -> str:
        """``2 errors, 1 warning (3 waived)``, or ``no findings``."""
        counts = ((self.errors, "error"), (self.warnings, "warning"), (self.notes, "note"))
        words = (
            ", ".join(count_of(number, noun) for number, noun in counts if number) or "no findings"
        )
        words = f"{words} ({self.waived:,} waived)" if self.waived else words
        return (
            f"{words}; {count_of(self.unproved, 'probe')} could not be judged"
            if self.unproved
            else words
        )


class RuleNote(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader of a finding may want to know of its rule, so that no format needs the rule book."""

    id: str
    name: str
    title: str
    why: str
    remediation: str
    severity: Severity
    """The rule's own; a policy may set another for its findings."""
    controls: tuple[str, ...] = ()


class ShareMove(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an entity's share of spend one change accounts for (0..1 scale)."""

    level: str
    entity: str
    points: float


class ReportedChange(msgspec.Struct, frozen=True, kw_only=True):
    """One semantic difference between two states, for programs: sections tell the same to people."""

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


class TrialCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a probe was held against."""

    name: str
    verdict: str
    detail: str = ""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What one probe showed, passed ones included, for programs and build servers."""

    task_class: str
    model: str
    kind: str
    """``answer``, ``embedding``, ``stream`` …"""
    verdict: str
    outcome: Literal["pass", "failure", "error"]
    """``failure``: the portfolio is at fault; ``error``: the job could not be done, and shows nothing of it."""
    location: Location
    checks: tuple[TrialCheck, ...] = ()
    message: str = ""
    """What the provider or the network said, secrets scrubbed."""
    remedy: str = ""
    calls: int = 0
    answers: int = 0
    p50_seconds: Decimal | None = None
    p95_seconds: Decimal | None = None
    usd: Decimal | None = None
    """``None``: not known."""


class ModelScore(msgspec.Struct, frozen=True, kw_only=True):
    """How one model did on the cases of one task class, and against the incumbent on the same cases, for programs."""

    task_class: str
    model: str
    is_incumbent: bool
    scored: int
    """Cases with a verdict."""
    inconclusive: int
    """Cases without: they count neither way."""
    share: float | None
    """Of accepted cases (0..1); ``None``: nothing was scored. ``low`` and ``high`` are its 95% interval."""
    low: float
    high: float
    mean_score: float | None = None
    """Where answers are graded (0..1)."""
    usd_per_accepted: Decimal | None = None
    seconds_per_accepted: float | None = None
    p50_seconds: float | None = None
    p95_seconds: float | None = None
    finding: str = ""
    """``better``, ``not worse``, ``worse``, ``no clear difference``, ``no common case``; empty for the incumbent."""
    paired: int = 0
    """Cases that both have a verdict on."""
    difference: float | None = None
    """In accepted share, less the incumbent's; its 95% interval follows."""
    difference_low: float | None = None
    difference_high: float | None = None
    p_value: float | None = None
    """McNemar's, two-sided; ``None`` where cases are no plain counts."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One result, ready for any format."""

    kind: Literal["check", "diff", "board", "stress", "dry-run", "bench"]
    title: str
    organization: str
    as_of: str
    """ISO day the result speaks of."""
    verdict: Verdict
    currency: str = "USD"
    revision: str = ""
    """Commit judged, with ``+`` when the working tree differs from it; empty outside git."""
    base: str = ""
    """Commit compared with."""
    summary: str = ""
    """One sentence a reader can repeat."""
    headline: tuple[Metric, ...] = ()
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    """All of them, waived ones included, ordered by path, line and rule."""
    resolved: tuple[Finding, ...] = ()
    """In a comparison: findings of the base that are gone."""
    changes: tuple[ReportedChange, ...] = ()
    """In a comparison: all of them, loosened ones first."""
    trials: tuple[Trial, ...] = ()
    """In a dry-run: all probes, in the order of the plan."""
    scores: tuple[ModelScore, ...] = ()
    """In a benchmark: every model of every task class, best first."""
    provenance: tuple[tuple[str, str], ...] = ()
    """Label and value: versions, digests, dates."""
    checked: tuple[tuple[str, int], ...] = ()
    """What was looked at: ("files", 7), ("task classes", 5), ("policies", 4)."""
    rules: tuple[RuleNote, ...] = ()
    """The rules that ``findings`` and ``resolved`` name, ordered by id."""
    path_prefix: str = ""
    """The portfolio's folder below the repository's root, with ``/`` last: before a path, it is what a host of code
    knows; empty where both are one, or outside a repository."""


def judge_counts(findings: tuple[Finding, ...], fail_on: Severity | None) -> Verdict:
    """The verdict over findings: active ones by severity, waived ones apart."""
    active = [finding.severity for finding in findings if finding.active]
    return Verdict(
        fail_on=fail_on,
        errors=active.count(Severity.ERROR),
        warnings=active.count(Severity.WARNING),
        notes=active.count(Severity.NOTE),
        waived=len(findings) - len(active),
    )
