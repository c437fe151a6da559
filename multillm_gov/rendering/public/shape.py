"""The public shape of a report for programs, apart from our own types so that those may change.

``schema`` changes when a field is removed or changes its meaning, not when one is added. Dates are
ISO 8601 days, exact amounts strings (``"1234.50"``), floats statistics. Empty fields are present
(``""``, ``[]``, ``null``). Lines and columns count from 1; the end column is exclusive.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.content import (
    BarChart,
    HeatMap,
    Items,
    LineChart,
    Paragraph,
    ShareChart,
    Status,
    Table,
    Timeline,
)
from multillm_gov.finding import Need, WaiverState
from multillm_gov.report import Kind, Outcome

SCHEMA: Literal["govern/report/1"] = "govern/report/1"

SeverityLabel = Literal["note", "warning", "error"]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Line = Annotated[int, Meta(ge=1)]


class PublicVerdict(Struct, frozen=True, kw_only=True):
    """The gate's decision; waived findings are counted apart."""

    passed: bool
    exit_code: Literal[0, 1, 3]
    fail_on: SeverityLabel | Literal["never"]
    errors: int
    warnings: int
    notes: int
    waived: int


class PublicMetric(Struct, frozen=True, kw_only=True):
    """A headline figure; ``number`` in ``unit``, the rest as a reader sees it."""

    id: str
    label: str
    value: str
    number: float | None
    unit: str
    before: str
    limit: str
    status: Status
    note: str


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


class PublicRule(Struct, frozen=True, kw_only=True):
    """The rule behind findings."""

    id: str
    name: str
    title: str
    why: str
    remediation: str
    severity: SeverityLabel
    controls: list[str]


class PublicSection(Struct, frozen=True, kw_only=True):
    """A heading with tables, texts and charts, told apart by ``type``."""

    id: str
    title: str
    folded: bool
    blocks: list[Table | Paragraph | Items | BarChart | ShareChart | Timeline | HeatMap | LineChart]


class PublicPair(Struct, frozen=True, kw_only=True):
    """One line of provenance."""

    label: str
    value: str


class PublicShareMove(Struct, frozen=True, kw_only=True):
    """How much of an entity's share of spend one change accounts for (0..1 scale)."""

    level: str
    entity: str
    points: float


class PublicChange(Struct, frozen=True, kw_only=True):
    """One semantic difference between two states; a location is null where nothing is written."""

    kind: str
    area: str
    subject: str
    label: str
    aspect: str
    direction: Literal["loosened", "tightened", "changed"]
    before: str
    after: str
    before_figure: str | int | float | None
    after_figure: str | int | float | None
    location_before: PublicLocation | None
    location_after: PublicLocation | None
    spend_effect_per_month: str | None
    exposure: list[PublicShareMove]
    note: str


class PublicTrialCheck(Struct, frozen=True, kw_only=True):
    """One check of a probe."""

    name: str
    verdict: str
    detail: str


class PublicTrial(Struct, frozen=True, kw_only=True):
    """The result of one probe; figures are null where they are not known."""

    task_class: str
    model: str
    kind: str
    verdict: str
    outcome: Literal["pass", "failure", "error"]
    location: PublicLocation
    checks: list[PublicTrialCheck]
    message: str
    remedy: str
    calls: int
    answers: int
    p50_seconds: str | None
    p95_seconds: str | None
    usd: str | None


class PublicScore(Struct, frozen=True, kw_only=True):
    """One model on the cases of a task class and against the incumbent; null: not known."""

    task_class: str
    model: str
    is_incumbent: bool
    scored: int
    inconclusive: int
    share: float | None
    low: float
    high: float
    mean_score: float | None
    usd_per_accepted: str | None
    seconds_per_accepted: float | None
    p50_seconds: float | None
    p95_seconds: float | None
    finding: str
    paired: int
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    p_value: float | None


class PublicReport(Struct, frozen=True, kw_only=True):
    """The whole of one result."""

    schema: Literal["govern/report/1"]
    kind: Kind
    title: str
    organization: str
    as_of: Day
    revision: str
    base: str
    currency: str
    outcome: Outcome
    verdict: PublicVerdict
    summary: str
    checked: dict[str, int]
    headline: list[PublicMetric]
    sections: list[PublicSection]
    findings: list[PublicFinding]
    waivers: list[PublicListedWaiver]
    """Every waiver of the portfolio, where the command lists them: `check` and `waivers`."""
    resolved: list[PublicFinding]
    changes: list[PublicChange]
    trials: list[PublicTrial]
    scores: list[PublicScore]
    rules: list[PublicRule]
    provenance: list[PublicPair]
    path_prefix: str
    """The portfolio's folder below the repository's root, with ``/`` last; may be empty."""
