"""The public shape of a report for programs, apart from our own types so that those may change.

``schema`` changes when a field is removed or changes its meaning, not when one is added. Dates are
ISO 8601 days, exact amounts strings (``"1234.50"``), floats statistics. Empty fields are present
(``""``, ``[]``, ``null``). Lines and columns count from 1; the end column is exclusive.
"""

from typing import Literal

from msgspec import Struct

from multillm_gov.content import Chart, Items, Paragraph, Status, Table
from multillm_gov.rendering.public.findings import (
    Day,
    PublicFinding,
    PublicListedWaiver,
    PublicLocation,
    SeverityLabel,
)
from multillm_gov.rendering.public.register import PublicDecision, PublicLimit, PublicMatter
from multillm_gov.report import Kind, Outcome

SCHEMA: Literal["govern/report/1"] = "govern/report/1"


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
    blocks: list[Table | Paragraph | Items | Chart]


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
    draft: list[str]
    """Why it is no final paper; empty: it is one."""
    command: str
    """What renders the same report again from the commit; empty: nothing can."""
    currency: str
    outcome: Outcome
    verdict: PublicVerdict
    summary: str
    checked: dict[str, int]
    headline: list[PublicMetric]
    limits: list[PublicLimit]
    decisions: list[PublicDecision]
    management: list[PublicMatter]
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
