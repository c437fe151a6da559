"""A format-neutral report: findings, metrics, sections and the verdict, as data."""

from typing import Literal

import msgspec

from multillm_gov import exits
from multillm_gov.briefing import Briefing, ReportedChange
from multillm_gov.content import Block, Status
from multillm_gov.finding import Finding, ReportedWaiver, Severity
from multillm_gov.look import Look
from multillm_gov.register import DecisionRecord, LimitRecord, ManagementMatter
from multillm_gov.trials import ModelScore, Trial
from multillm_gov.words import count_of, join_words

TOOL_VERSION = "0.1.0"
"""Release that wrote a report; a constant, since reading installed metadata is slow."""


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A headline figure as a reader sees it, and as a machine does."""

    id: str
    label: str
    value: str
    before: str = ""
    """The same figure at the base of a comparison; empty where nothing is compared."""
    limit: str = ""
    limit_before: str = ""
    """The limit at the base of a comparison, where it was another one."""
    status: Status = "neutral"
    note: str = ""
    number: float | None = None
    unit: str = ""

    @property
    def moved(self) -> bool:
        """Whether the figure, or its limit, differs from the base's."""
        return self.before not in {"", self.value} or bool(self.limit_before)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with blocks; ``folded`` sections are details a short format may collapse."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    folded: bool = False
    language: str = ""
    """Where it is not the report's: its code."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The gate, and the number of findings of each severity; waived ones are counted apart."""

    fail_on: Severity | None
    """Least severity that fails; ``None``: never fails."""
    errors: int
    warnings: int
    notes: int
    waived: int
    unproved: int = 0
    """What could not be judged because a key, a network or a provider was missing."""

    @property
    def exit_code(self) -> int:
        """1 where the portfolio is at fault, else 3 where anything is unproved, else 0."""
        counted = {
            Severity.ERROR: self.errors,
            Severity.WARNING: self.warnings,
            Severity.NOTE: self.notes,
        }
        failing = self.fail_on is not None and any(
            n for s, n in counted.items() if s >= self.fail_on
        )
        return exits.FINDINGS if failing else exits.UNABLE if self.unproved else exits.CLEAN

    def counts(self, kind: str = "") -> str:
        """``2 errors and 1 warning``, or ``no findings``; ``kind`` is ``new`` or empty."""
        counts = ((self.errors, "error"), (self.warnings, "warning"), (self.notes, "note"))
        named = [
            count_of(number, f"{kind} {noun}".strip()) for number, noun in counts if number
        ] or [f"no {kind} findings".replace("  ", " ")]
        return join_words(named)

    @property
    def counts_with_waived(self) -> str:
        """``2 errors and 1 warning (3 waived)``."""
        return self.counts() + (f" ({self.waived:,} waived)" if self.waived else "")


class RuleNote(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in short, so that no format needs the rule book."""

    id: str
    name: str
    title: str
    why: str
    remediation: str
    severity: Severity
    """The rule's own; a policy may set another for its findings."""
    controls: tuple[str, ...] = ()


Kind = Literal[
    "check",
    "diff",
    "board",
    "stress",
    "dry-run",
    "bench",
    "optimize",
    "usage",
    "waivers",
    "history",
    "page",
]
Layout = Literal["findings", "comparison", "trials", "document"]
"""What a format shows first: findings, differences, results of probes, or sections."""
STUB_VERDICT: Literal["answered by the stub"] = "answered by the stub"
"""Of a probe and a run that the stub on this machine answered: it proves nothing of a model."""
STUB_DRAFT = "the answers are those of a stub on this machine, not of a model"
EvidenceOutcome = Literal["written", "not written", "offline"]
"""Whether a run left evidence; ``offline``: the stub answered, so there was none to write."""
Outcome = Literal[
    "passed", "failed", "not proved", "not judged", "plan only", "answered by the stub"
]
_LAYOUTS: dict[Kind, Layout] = {"check": "findings", "diff": "comparison", "dry-run": "trials"}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One result for any format: ``as_of`` is an ISO day, ``base`` the commit compared with.

    ``trials`` are a dry-run's probes in the order of the plan, ``scores`` a benchmark's by rank.
    """

    kind: Kind
    title: str
    organization: str
    as_of: str
    verdict: Verdict
    currency: str = "USD"
    revision: str = ""
    """Commit judged, with ``+`` when the working tree differs from it; empty outside git."""
    base: str = ""
    summary: str = ""
    headline: tuple[Metric, ...] = ()
    language: str = "en"
    """Code of the language that the report is written in."""
    edition: str = ""
    """Of a board pack: its audience. Its first section shows the headline figures."""
    facts: tuple[tuple[str, str], ...] = ()
    """Front matter: label and value, in place of what identifies other reports."""
    limits: tuple[LimitRecord, ...] = ()
    """The register: every limit with a number that the command measures."""
    decisions: tuple[DecisionRecord, ...] = ()
    """Of a board pack, the most important first."""
    management: tuple[ManagementMatter, ...] = ()
    """Of a board pack: open errors that need no decision of the board."""
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    """All of them, waived ones included, ordered by path, line and rule."""
    waivers: tuple[ReportedWaiver, ...] = ()
    """Each waiver of the portfolio, those without effect first."""
    resolved: tuple[Finding, ...] = ()
    """In a comparison: findings of the base that are gone."""
    changes: tuple[ReportedChange, ...] = ()
    trials: tuple[Trial, ...] = ()
    scores: tuple[ModelScore, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    checked: tuple[tuple[str, int], ...] = ()  # ("files", 7), ("policies", 4)
    rules: tuple[RuleNote, ...] = ()
    path_prefix: str = ""
    """The portfolio's folder below the repository's root, with ``/`` last; may be empty."""
    briefing: Briefing | None = None
    """Of a comparison: what a reviewer reads first."""
    look: Look = Look()
    draft: tuple[str, ...] = ()
    """Why it is no final paper, each a clause: ``contains changes that are not committed``."""
    command: str = ""
    """What renders the same report again from the commit; empty: nothing can."""
    is_stubbed: bool = False
    """Whether the answers are those of the stub on this machine."""
    file_url: str = ""
    """Where the host shows a file: an address with ``{commit}``, ``{path}`` and ``{line}``."""

    @property
    def layout(self) -> Layout:
        """How a format arranges it."""
        return _LAYOUTS.get(self.kind, "document")

    @property
    def outcome(self) -> Outcome:
        """The verdict; a stress test and a benchmark judge nothing, a plan sent nothing."""
        judged = self.kind != "usage" or self.verdict.fail_on is not None
        if self.kind in {"stress", "bench", "optimize", "waivers", "history", "page"} or not judged:
            return "not judged"
        if self.kind == "dry-run" and not self.trials:
            return "plan only"
        code = self.verdict.exit_code
        if code == exits.UNABLE:
            return "not proved"
        if self.is_stubbed and not code:
            return STUB_VERDICT
        return "failed" if code else "passed"


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
