"""A report with every kind of block, and one full of hostile strings."""

import pytest

from multillm_gov.content import (
    Bar,
    BarChart,
    Block,
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
from multillm_gov.finding import Finding, Severity, Waived
from multillm_gov.location import Location
from multillm_gov.report import Metric, Report, Section, judge_counts

HOSTILE = (
    '<script>alert("x")</script> #panic("x") $x$ *b* _i_ @ref \\ `c` {{ 7*7 }} {% raw %} &amp; '
    '"><img src=x onerror=y> '
    "// /* ]] </svg>"
)


def _charts(name: str) -> tuple[Block, ...]:
    return (
        BarChart(
            title=f"{name}: one of three task classes exceeds its cap",
            summary=f"Use of cap: {name} 118%, scoring 93%, search 40%.",
            bars=(
                Bar(label=name, value=118, text="118%", limit=100, status="bad"),
                Bar(label="lead-scoring", value=93, text="93%", limit=100, status="watch"),
                Bar(label="semantic-search", value=40, text="40%", limit=100, status="good"),
            ),
            unit="%",
            references=(
                Reference(label="benchmark 90", value=90),
                Reference(label="benchmark 95", value=95),
            ),
        ),
        ShareChart(
            title="Most spend hangs on one vendor",
            summary="Vendor: anthropic 61%; cloud: unknown 20%.",
            rows=(
                ShareRow(
                    label="Vendor",
                    limit=0.6,
                    segments=(
                        Segment(label=name, share=0.61),
                        Segment(label="openai", share=0.25),
                        Segment(label="google", share=0.08),
                        Segment(label="mistral", share=0.03),
                        Segment(label="cohere", share=0.02),
                        Segment(label="ai21", share=0.006),
                        Segment(label="own", share=0.004),
                    ),
                ),
                ShareRow(
                    label="Cloud",
                    segments=(Segment(label="aws", share=0.8), Segment(label="unknown", share=0.2)),
                ),
                ShareRow(label="Nothing", segments=()),
            ),
        ),
        Timeline(
            title="Two models retire within 24 months",
            summary="gpt-x on 2027-01-14, gone on 2026-06-01; one has no known date.",
            start="2026-11-24",
            end="2028-11-24",
            events=(
                Event(label=name, day="2026-06-01", text="retired 176 days ago", status="bad"),
                Event(
                    label="gpt-x",
                    day="2027-01-14",
                    text="51 days",
                    status="watch",
                    since="2026-10-16",
                ),
                Event(label="far", day="2031-01-14", text="2031-01-14", status="good"),
                Event(label="own", day="", text="date not known"),
            ),
        ),
    )


def build_report(name: str, organization: str) -> Report:
    """A board report in which a name stands wherever a portfolio can put one."""
    place = Location("allocations/main.yaml", 3, 5, 3, 9, f"    {name}: 1")
    waiver = Waived(
        reason=name, approved_by="cfo", expires="2026-12-31", location=place, ticket="T-1"
    )
    findings = (
        Finding(
            rule="GOV401", name="monthly-cap", severity=Severity.ERROR, message=f"`{name}` exceeds "
                                                                                "its cap",
            location=place, subject=name, remedy=f"Raise {name}", risk="1,000 USD a month", policy="spend-caps",  # noqa: E501
        ),
        Finding(
            rule="GOV301", name="concentration", severity=Severity.WARNING, message=f"{name} holds "
                                                                                    "61%",
            location=place, subject="portfolio", remedy="Move it", waiver=waiver,
        ),
    )  # fmt: skip
    table = Table(
        title=f"Forecast against cap: {name}",
        columns=(Column("Task class"), Column("Forecast", numeric=True), Column("Status")),
        rows=(
            *(
                (Cell(f"task-{n}"), Cell(f"{n * 1234:,} USD"), Cell("Within", "good"))
                for n in range(60)
            ),
            (Cell(name, strong=True), Cell("12,345 USD"), Cell("Outside", "bad")),
            (Cell("x" * 150), Cell("1 USD"), Cell("Near limit", "watch")),
        ),
    )
    empty = Table(
        title="Waivers", columns=(Column("Subject"),), rows=(), empty="No waiver is in force."
    )
    return Report(
        kind="board",
        title="Multi-LLM portfolio: board pack",
        organization=organization,
        as_of="2026-11-24",
        verdict=judge_counts(findings, Severity.ERROR),
        revision="0123456789abcdef0123456789abcdef01234567+",
        base="fedcba9876543210fedcba9876543210fedcba98",
        summary=f"One of three limits is exceeded: {name}.",
        headline=(
            Metric(id="spend", label="Forecast", value="12,345 USD", before="11,000 USD", limit="10,000 USD",  # noqa: E501
                   status="bad", note=name),
            Metric(id="share", label="Largest vendor", value="61.0%", limit="70.0%", status="watch"),  # noqa: E501
            Metric(id="count", label="Task classes", value="5"),
        ),
        sections=(
            Section(id="first", title=f"First {name}", blocks=(Paragraph(name, "bad"), Items((name, "two")), table)),  # noqa: E501
            Section(id="charts", title="Charts", blocks=_charts(name)),
            Section(id="folded", title="Details", folded=True, blocks=(empty,)),
            Section(id="nothing", title="Nothing here", blocks=()),
        ),
        findings=findings,
        provenance=(("Price map", "sha256:" + "0" * 64), ("Commit", name)),
        checked=(("files", 7), ("task classes", 5)),
    )  # fmt: skip


@pytest.fixture
def report() -> Report:
    return build_report("content-generation", "Example Industries")


@pytest.fixture
def hostile() -> str:
    return HOSTILE


@pytest.fixture
def hostile_report(hostile: str) -> Report:
    return build_report(hostile, hostile)
