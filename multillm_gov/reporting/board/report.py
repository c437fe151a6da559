"""The board pack: the portfolio against its risk appetite, decisions required, and the details."""

from multillm_gov.changes.comparison import Comparison
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Severity
from multillm_gov.report import Report, judge_counts
from multillm_gov.reporting.board.changes import changes_section, resolved
from multillm_gov.reporting.board.cost import cost_section
from multillm_gov.reporting.board.decisions import decisions
from multillm_gov.reporting.board.exposure import exposure_section
from multillm_gov.reporting.board.findings import findings_section
from multillm_gov.reporting.board.lifecycle import lifecycle_section
from multillm_gov.reporting.board.method import method_section
from multillm_gov.reporting.board.position import position, summary_sentence
from multillm_gov.reporting.board.repricing import repricing_section
from multillm_gov.reporting.board.resilience import resilience_section
from multillm_gov.reporting.board.standing import standing_section
from multillm_gov.reporting.board.stress import stress_section
from multillm_gov.reporting.evaluation.writing_style import writing_style_section
from multillm_gov.reporting.shared.headline import with_before
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.assessment import Assessment


def report_board(
    assessment: Assessment,
    risk: PortfolioRisk,
    *,
    since: Assessment | None,
    comparison: Comparison | None,
    fail_on: Severity | None,
) -> Report:
    """The report for a board meeting; every figure follows from the assessment (method 1.7, 5, 9).

    Args:
        assessment: The state reported on.
        risk: Its risk, as `measure_board_risk` gives it.
        since: An older state; with ``comparison`` the pack says what changed.
        comparison: What differs from ``since`` to ``assessment``.
        fail_on: Least severity that fails the gate; ``None``: never.
    """
    settings = assessment.portfolio.settings
    verdict = judge_counts(assessment.findings, fail_on)
    metrics = position(assessment)
    required = decisions(assessment, metrics)
    report = Report(
        kind="board",
        title="Multi-LLM portfolio: board report",
        organization=settings.organization,
        as_of=assessment.as_of.isoformat(),
        verdict=verdict,
        currency=settings.currency,
        revision=assessment.revision,
        base=since.revision if since else "",
        summary=summary_sentence(metrics, len(required)),
        headline=with_before(position(since), metrics) if since else metrics,
        sections=(
            standing_section(assessment, metrics, required),
            exposure_section(assessment),
            repricing_section(assessment),
            cost_section(assessment),
            resilience_section(assessment),
            stress_section(risk),
            lifecycle_section(risk),
            *filter(None, (writing_style_section(assessment),)),
            changes_section(assessment, since, comparison),
            findings_section(assessment, verdict),
            method_section(assessment),
        ),
        findings=assessment.findings,
        resolved=resolved(assessment, since),
        provenance=(*provenance(assessment), ("files read", f"{len(assessment.files):,}")),
        checked=(
            ("files", len(assessment.files)),
            ("task classes", len(assessment.portfolio.task_classes)),
            ("policies", len(assessment.portfolio.policies)),
        ),
    )
    return masked(report, assessment.secrets, since.secrets if since else ())
