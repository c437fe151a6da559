"""The details of a board pack for engineers, with identifiers as they are written."""

from collections import defaultdict

from msgspec.structs import replace

from multillm_gov.changes.comparison import Comparison
from multillm_gov.content import Block, Cell, Column, HeatMap, Items, Paragraph, Status, Table
from multillm_gov.finding import Finding
from multillm_gov.measures.cost.repricing import BASE_RISE
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Section, Verdict
from multillm_gov.reporting.board.changes import changes_section
from multillm_gov.reporting.board.cost import cost_section
from multillm_gov.reporting.board.exposure import exposure_section
from multillm_gov.reporting.board.lifecycle import lifecycle_section
from multillm_gov.reporting.board.resilience import resilience_section
from multillm_gov.reporting.board.stress import repricing_section, stress_section
from multillm_gov.reporting.evaluation.writing_style import writing_style_section
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.risk.limits.judging import WARNING_BAND
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.state.state import State
from multillm_gov.units import format_share
from multillm_gov.words import join_some

_STATUS: dict[str, Status] = {"error": "bad", "warning": "watch", "note": "neutral"}

_OPEN = (Column("Severity"), Column("Problem"), Column("Where"), Column("Remediation"))

_WAIVED = (
    Column("Waived finding"),
    Column("Policy"),
    Column("Reason"),
    Column("Approver"),
    Column("Expires"),
)

_SUBJECTS = 6

_FORECAST = (
    "Forecast: declared requests per month times the price of a request at the declared size, with "
    "price tiers and cached input, plus fixed hosting. It is a plan until actual usage is loaded."
)

_INDEX = (
    "HHI: the sum of squared shares in percent, at most 10,000. The lines at 1,800 and 2,500 are a "
    "benchmark borrowed "
    "from US merger guidelines (2023 and 2010); no regulator sets a limit for buyers, and four "
    "equal suppliers score "
    "2,500. Effective number: 10,000 / HHI, how many equal suppliers would be as concentrated."
)

_SOURCES = (
    "Prices and retirement dates: LiteLLM's price map and the portfolio's own `catalog/`, in the "
    "versions below. A "
    "missing date reads as not known."
)

_CONTROLS = (
    "Controls: where policies name controls of published frameworks, this report supports evidence "
    "for them; it is no "
    "statement of conformity."
)


def method_section(state: State) -> Section:
    """Definitions in a sentence each; versions and digests follow as provenance."""
    settings = state.portfolio.settings
    status = (
        "Status: outside means that the limit is exceeded; near means within "
        f"{format_share(WARNING_BAND)} of it, or that "
        "something unknown is left out. Limits are those of `govern.yaml`, the board's to change."
    )
    lead = (
        f"Migration lead time: assumed {settings.migration_lead_days} days "
        "(`migration_lead_days` in `govern.yaml`)."
    )
    rise = (
        f"Repricing: assumed increase of {BASE_RISE * 100:.0f}% at one vendor; its share of spend "
        "times the increase."
    )
    lines = (_FORECAST, status, _INDEX, rise, lead, _SOURCES, *_exchange(settings), _CONTROLS)
    return Section(id="method", title="Method", blocks=(Items(lines),))


def _exchange(settings: Settings) -> tuple[str, ...]:
    if settings.exchange is None:
        return ()
    rate = f"{settings.exchange.usd_per_unit.normalize():f} USD"
    day = settings.exchange.as_of
    return (f"Exchange rate: 1 {settings.currency} = {rate}, declared as of {day}.",)


def detail_sections(
    assessment: Assessment,
    risk: PortfolioRisk,
    *,
    since: Assessment | None,
    comparison: Comparison | None,
    verdict: Verdict,
) -> tuple[Section, ...]:
    """The sections that engineers read after those of every pack, with identifiers.

    Args:
        assessment: The state reported on.
        risk: Its risk, as `measure_board_risk` gives it.
        since: An older state; with ``comparison`` the pack says what changed.
        comparison: What differs from ``since`` to ``assessment``.
        verdict: Of the gate.
    """
    state = assessment.state
    return (
        exposure_section(state),
        repricing_section(state),
        cost_section(state),
        resilience_section(state),
        stress_section(risk),
        lifecycle_section(risk),
        *filter(None, (writing_style_section(state),)),
        changes_section(assessment, since, comparison),
        findings_section(assessment, verdict),
        method_section(state),
    )


def in_english(details: tuple[Section, ...], lead: str) -> tuple[Section, ...]:
    """The details have one language; in an edition of another one they begin by saying so."""
    first, *rest = (replace(part, language="en") for part in details)
    return replace(first, blocks=(Paragraph(lead), *first.blocks)), *rest


def calm(section: Section) -> Section:
    """Red marks a limit outside; where page two names none, a table warns at most."""
    return replace(section, blocks=tuple(map(_calm_block, section.blocks)))


def _calm_cell(cell: Cell) -> Cell:
    return Cell(cell.text, "watch", cell.strong) if cell.status == "bad" else cell


def _calm_block(block: Block) -> Block:
    if isinstance(block, Table):
        return replace(block, rows=tuple(tuple(map(_calm_cell, row)) for row in block.rows))
    if isinstance(block, HeatMap):
        rows = (replace(row, cells=tuple(map(_calm_cell, row.cells))) for row in block.rows)
        return replace(block, rows=tuple(rows))
    return block


def findings_section(assessment: Assessment, verdict: Verdict) -> Section:
    """Open findings by rule, most severe first, then what is waived, by whom and until when."""
    groups: defaultdict[tuple[int, str, str], list[Finding]] = defaultdict(list)
    for finding in assessment.findings:
        if finding.active:
            groups[-finding.severity, finding.rule, finding.policy].append(finding)
    waived = sorted(
        (f for f in assessment.findings if not f.active),
        key=lambda f: (_expiry(f), f.rule, f.subject),
    )
    blocks: list[Block] = [
        Paragraph(f"Open: {verdict.counts_with_waived}. `govern check` lists each with its line.")
    ]
    rows = [_row(findings) for _, findings in sorted(groups.items())]
    blocks += bounded("Open findings by rule", _OPEN, rows, "further rule", "No open findings.")
    blocks += bounded(
        "Waived findings",
        _WAIVED,
        [_waived(f) for f in waived],
        "further finding",
        "No waived findings.",
    )
    return Section(id="findings", title="Findings and waivers", blocks=tuple(blocks))


def _row(findings: list[Finding]) -> tuple[Cell, ...]:
    """One finding's message and remedy; of several, their rule's sentence and remediation."""
    first, rule = findings[0], find_rule(findings[0].rule)
    label = first.severity.label
    if len(findings) == 1 or rule is None:
        risk = f" Risk: {first.risk}" if first.risk else ""
        problem, remediation = f"{_sentence(first.message)}{risk}", first.remedy
    else:
        problem = _sentence(rule.summary([finding.subject for finding in findings]))
        remediation = rule.remediation
    subjects = list(dict.fromkeys(finding.subject for finding in findings))
    return (
        Cell(label.capitalize(), _STATUS[label]),
        Cell(f"{problem} ({first.rule} {first.policy or first.name})"),
        Cell(join_some(subjects, _SUBJECTS)),
        Cell(remediation),
    )


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."


def _expiry(finding: Finding) -> str:
    return (finding.waiver.expires if finding.waiver else "") or "never"


def _waived(finding: Finding) -> tuple[Cell, ...]:
    waiver = finding.waiver
    if waiver is None:
        raise ValueError(f"{finding.rule} on {finding.subject} is not waived")
    reason = f"{waiver.reason} ({waiver.ticket})" if waiver.ticket else waiver.reason
    return (
        Cell(_sentence(finding.message)),
        Cell(finding.policy or finding.name),
        Cell(reason),
        Cell(waiver.approved_by or "none: ignored in its file"),
        Cell(waiver.expires or "never"),
    )
