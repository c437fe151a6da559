"""Reports to render, and golden files refreshed by one flag."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from multillm_gov.briefing import Briefing, Matter, MatterGroup, ReportedChange, ShareMove
from multillm_gov.content import (
    Bar,
    BarChart,
    Cell,
    Column,
    Event,
    Items,
    Paragraph,
    Reference,
    Segment,
    ShareChart,
    ShareRow,
    Table,
    Timeline,
)
from multillm_gov.finding import Enforcement, Finding, Related, Severity, Waived
from multillm_gov.location import Location
from multillm_gov.report import Metric, Report, RuleNote, Section, judge_counts

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one flag; other folders' conftest may have added it first."""
    try:
        parser.addoption(
            "--refresh-golden",
            action="store_true",
            help="rewrite golden files from what is rendered now",
        )
    except ValueError:
        return


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a stored file, or store them when asked to."""

    def compare(name: str, data: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--refresh-golden", default=False):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert data.decode() == path.read_bytes().decode()

    return compare


RETIRED = Finding(
    rule="GOV102",
    name="retired-model",
    severity=Severity.ERROR,
    message="`data-extraction` routes 100% of its requests to `gemini/gemini-1.5-pro`, retired on "
    "2025-09-24",
    location=Location(
        "allocations/framework.yaml",
        12,
        21,
        12,
        42,
        "    route: [{model: gemini/gemini-1.5-pro, weight: 100}]",
    ),
    subject="data-extraction",
    remedy="Route `gemini/gemini-2.5-pro` instead (announced successor):\n"
    "route:\n  - {model: gemini/gemini-2.5-pro, weight: 100}",
    risk="Every request fails since 425 days: 80,000 requests and 30,000 USD of value a month.",
    figures={
        "days_since_retirement": 425,
        "requests_per_month": Decimal(80000),
        "share": 1.0,
        "source": "announcement",
    },
    fingerprint="0f1e2d3c4b5a6978",
)
SHARED = Finding(
    rule="GOV202",
    name="independent-fallback",
    severity=Severity.WARNING,
    message="`long-form-content` falls back to `openai/gpt-5-mini`, at the vendor of its primary "
    "(openai)",
    location=Location(
        "allocations/framework.yaml", 31, 16, 31, 33, "    fallbacks: [openai/gpt-5-mini]"
    ),
    subject="long-form-content",
    remedy="Name a fallback at another vendor and cloud, for example `anthropic/claude-haiku-4-5`.",
    risk="One outage of openai stops 45,000 USD of value a month.",
    related=(
        Related(
            "the primary",
            Location(
                "allocations/framework.yaml", 29, 14, 29, 26, "    route: [{model: openai/gpt-5}]"
            ),
        ),
    ),
    policy="fallback-independence",
    enforcement=Enforcement.SOFT_MANDATORY,
    because="Lesson of the outage of June 2025",
    controls=("NIST-AI-RMF GOVERN 6.2", "DORA Art. 28(8)"),
    fingerprint="1111222233334444",
)
WAIVED = Finding(
    rule="GOV401",
    name="forecast-over-cap",
    severity=Severity.ERROR,
    message="`crm-scoring` is forecast to spend 12,000 USD a month; its cap allows 10,000",
    location=Location("allocations/sales team/größe.yaml", 4, 11, 4, 16, "\tmonthly: 10000"),
    subject="crm-scoring",
    remedy="Lower the demand or raise the cap.",
    risk="2,000 USD a month over budget.",
    waiver=Waived(
        reason="migration under way",
        approved_by="cfo",
        expires="2026-12-31",
        location=Location(
            "policies/limits.yaml", 20, 5, 20, 6, "  - {policy: spend-caps, subject: crm-scoring}"
        ),
        ticket="FIN-12",
        need="would fail without it",
    ),
    figures={"forecast_per_month": Decimal("12000.50"), "cap_per_month": Decimal(10000)},
    fingerprint="aaaabbbbccccdddd",
)
OVERDUE = Finding(
    rule="GOV701",
    name="review-overdue",
    severity=Severity.NOTE,
    message="`semantic-scoring` was due for review on 2026-10-01",
    location=Location("allocations/sales team/größe.yaml", 9),
    subject="semantic-scoring",
    remedy="Review it and write `review: {last: 2026-11-24}`.",
    fingerprint="5555666677778888",
)
LOOSENED = ReportedChange(
    kind="policy-parameter",
    area="policies",
    subject="vendor-concentration",
    label="max_share",
    aspect="max_share",
    direction="loosened",
    before="0.5",
    after="0.6",
    before_figure=Decimal("0.5"),
    after_figure=Decimal("0.6"),
    location_before=Location("policies/p.yaml", 10, 5),
    location_after=Location("policies/p.yaml", 10, 5),
    spend_effect_per_month=None,
    exposure=(),
    note="",
    words="max_share 0.5 → 0.6",
    title="max_share 0.5 → 0.6",
    remarks="loosened",
)
FALLBACK = ReportedChange(
    kind="fallback-removed",
    area="resilience",
    subject="data-extraction",
    label="fallback",
    aspect="fallbacks",
    direction="loosened",
    before="gemini/gemini-2.5-pro",
    after="",
    before_figure=1,
    after_figure=0,
    location_before=Location("allocations/framework.yaml", 14, 16),
    location_after=None,
    spend_effect_per_month=Decimal("-12.50"),
    exposure=(ShareMove(level="vendor", entity="google", points=-0.01),),
    note="the only fallback",
    words="fallback `gemini/gemini-2.5-pro` removed",
    title="fallback `gemini/gemini-2.5-pro` removed",
    remarks="loosened; −12.50 USD a month; the only fallback",
)
FINDINGS = (RETIRED, SHARED, WAIVED, OVERDUE)
HEADLINE = (
    Metric(
        id="forecast-spend",
        label="Forecast spend per month",
        value="9,412 USD",
        limit="at most 10,000 USD",
        status="watch",
        number=9412.0,
        unit="USD per month",
    ),
    Metric(
        id="largest-vendor-of-spend",
        label="Largest vendor by spend",
        value="openai 64.0%",
        limit="at most 60.0%",
        status="bad",
        number=0.64,
        unit="share",
    ),
    Metric(
        id="independent-fallback",
        label="Value with an independent fallback",
        value="91.0%",
        limit="at least 70.0%",
        status="good",
        number=0.91,
        unit="share",
    ),
    Metric(
        id="effective-vendors",
        label="Effective vendors by spend",
        value="2.1",
        limit="at least 1.8",
        status="good",
        note="3.0% is not known and counts as one",
        number=2.1,
        unit="effective number",
    ),
)
RULES = (
    RuleNote(
        id="GOV102",
        name="retired-model",
        title="No task class calls a retired model",
        why="A retired model answers no request.",
        remediation="Route to the successor.",
        severity=Severity.ERROR,
        controls=("NIST-AI-RMF GOVERN 1.7",),
    ),
    RuleNote(
        id="GOV202",
        name="independent-fallback",
        title="A fallback does not share its primary's vendor",
        why="Models of one vendor fail together.",
        remediation="Name a fallback at another vendor.",
        severity=Severity.WARNING,
    ),
    RuleNote(
        id="GOV401",
        name="forecast-over-cap",
        title="The forecast stays below the cap",
        why="A cap that is passed is no cap.",
        remediation="Lower the demand or raise the cap.",
        severity=Severity.ERROR,
    ),
)
PROVENANCE = (
    ("govern", "0.1.0"),
    ("as of", "2026-11-24"),
    ("LiteLLM", "1.106.2"),
    ("price map (SHA-256)", "9f" * 32),
)
CHECKED = (("files", 7), ("task classes", 5), ("policies", 1), ("models", 9))


@pytest.fixture
def check_report() -> Report:
    """A check with one finding of each kind."""
    return Report(
        kind="check",
        title="Portfolio check",
        organization="Example GmbH",
        as_of="2026-11-24",
        verdict=judge_counts(FINDINGS, Severity.ERROR),
        revision="0123456789abcdef0123456789abcdef01234567+",
        summary="5 task classes in 7 files: 1 error, 1 warning and 1 note (1 waived).",
        headline=HEADLINE,
        findings=FINDINGS,
        provenance=PROVENANCE,
        checked=CHECKED,
        rules=RULES,
    )


@pytest.fixture
def clean_report() -> Report:
    """A check that found nothing."""
    return Report(
        kind="check",
        title="Portfolio check",
        organization="Example GmbH",
        as_of="2026-11-24",
        verdict=judge_counts((), Severity.ERROR),
        summary="5 task classes in 7 files: no findings.",
        headline=HEADLINE[2:3],
        provenance=PROVENANCE,
        checked=CHECKED,
    )


@pytest.fixture
def diff_report() -> Report:
    """A comparison: loosened policy, money, one new and one resolved finding."""
    before = ("8,900 USD", "openai 55.0%", "91.0%", "2.4")
    loosened = Table(
        title="",
        columns=(
            Column("Policy"),
            Column("What"),
            Column("Before", numeric=True),
            Column("After", numeric=True),
        ),
        rows=(
            (
                Cell("vendor-concentration", strong=True),
                Cell("max_share raised", "bad"),
                Cell("50.0%"),
                Cell("60.0%"),
            ),
        ),
    )
    routes = Table(
        title="Routes",
        columns=(Column("Task class"), Column("Change"), Column("USD a month", numeric=True)),
        rows=(
            (
                Cell("long-form-content"),
                Cell("`openai/gpt-5` 30% → 60%, `claude` 70% → 40%"),
                Cell("+512"),
            ),
            (Cell("data-extraction"), Cell("fallback `gemini/gemini-2.5-pro` added"), Cell("0")),
        ),
    )
    return Report(
        kind="diff",
        title="Portfolio changes",
        organization="Example GmbH",
        as_of="2026-11-24",
        verdict=judge_counts((SHARED,), Severity.ERROR),
        revision="0123456789abcdef0123456789abcdef01234567+",
        base="fedcba9876543210fedcba9876543210fedcba98",
        summary="One policy is loosened; spend rises by 512 USD a month (+5.8%).",
        headline=tuple(
            Metric(
                id=metric.id,
                label=metric.label,
                value=metric.value,
                before=then,
                limit=metric.limit,
                status=metric.status,
                number=metric.number,
                unit=metric.unit,
            )
            for metric, then in zip(HEADLINE, before, strict=True)
        ),
        sections=(
            Section(
                id="loosened",
                title="Loosened",
                blocks=(Paragraph("One limit lets more through than before.", "bad"), loosened),
            ),
            Section(id="routing", title="Routing", blocks=(routes,), folded=True),
            Section(id="exposure", title="Exposure", blocks=(routes,), folded=True),
        ),
        changes=(LOOSENED, FALLBACK),
        briefing=Briefing(
            lead=("1 safeguard loosened", "+512 USD a month (+5.8%)", "1 new warning"),
            calm=False,
            look_first=(
                Matter(
                    text="1 limit loosened: `vendor-concentration` max_share 0.5 → 0.6.",
                    location=LOOSENED.location,
                ),
            ),
            approvers=("`cfo` for the loosened policy `vendor-concentration`",),
            unmoved="1 other figure did not move, none of them outside a limit.",
            groups=(
                MatterGroup(
                    title="`long-form-content`",
                    matters=(
                        Matter(
                            text=SHARED.message,
                            location=SHARED.location,
                            severity=SHARED.severity,
                            rule=SHARED.rule,
                        ),
                    ),
                ),
            ),
        ),
        findings=(SHARED,),
        resolved=(OVERDUE,),
        provenance=PROVENANCE,
        checked=CHECKED,
        rules=RULES[1:2],
    )


@pytest.fixture
def board_report() -> Report:
    """A pack with every kind of block."""
    return Report(
        kind="board",
        title="Model portfolio: board pack",
        organization="Example GmbH",
        as_of="2026-11-24",
        verdict=judge_counts(FINDINGS, Severity.ERROR),
        revision="0123456789abcdef0123456789abcdef01234567",
        summary="One figure is outside appetite: openai carries 64.0% of spend.",
        headline=HEADLINE,
        sections=(
            Section(
                id="exposure",
                title="Exposure",
                blocks=(
                    ShareChart(
                        title="Who we hang on",
                        summary="OpenAI carries 64% of spend; AWS hosts 20%.",
                        rows=(
                            ShareRow(
                                label="Vendor",
                                segments=(
                                    Segment(label="openai", share=0.64),
                                    Segment(label="anthropic", share=0.30),
                                    Segment(label="google", share=0.06),
                                ),
                                limit=0.6,
                            ),
                            ShareRow(
                                label="Cloud",
                                segments=tuple(
                                    Segment(label=f"cloud-{n}", share=s)
                                    for n, s in enumerate([0.5, *[0.1] * 5])
                                ),
                                note="as declared",
                            ),
                        ),
                    ),
                    Items(
                        ("One vendor is outside appetite.", "A second contract is in negotiation.")
                    ),
                ),
            ),
            Section(
                id="cost",
                title="Cost against caps",
                blocks=(
                    BarChart(
                        title="Forecast per month",
                        summary="Two of two task classes stay below their cap.",
                        bars=(
                            Bar(
                                label="long-form-content",
                                value=7000,
                                text="7,000 USD",
                                limit=9000,
                                status="good",
                            ),
                            Bar(
                                label="crm-scoring",
                                value=2412,
                                text="2,412 USD",
                                limit=2500,
                                status="watch",
                            ),
                        ),
                        unit="USD",
                        references=(Reference(label="last quarter", value=6500),),
                    ),
                    Table(
                        title="Uncapped",
                        columns=(Column("Task class"),),
                        rows=(),
                        empty="Every task class has a cap.",
                    ),
                ),
            ),
            Section(
                id="lifecycle",
                title="Lifecycle",
                blocks=(
                    Timeline(
                        title="Retirements",
                        summary="One model retires within a year.",
                        start="2026-11-24",
                        end="2027-11-24",
                        events=(
                            Event(
                                label="openai/gpt-5",
                                day="2026-12-11",
                                text="in 17 days",
                                status="bad",
                            ),
                            Event(
                                label="anthropic/claude-sonnet-4-6", day="", text="no date known"
                            ),
                        ),
                    ),
                ),
            ),
        ),
        findings=FINDINGS,
        provenance=PROVENANCE,
        checked=CHECKED,
        rules=RULES,
    )
