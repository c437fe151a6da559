"""Pages of a site that no other command reports: index, limits, task classes, rules."""

from msgspec.structs import replace

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Table
from multillm_gov.finding import Finding
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.report import Report, RuleNote, Section, Verdict
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share
from multillm_gov.words import count_of

_NOTHING = Verdict(fail_on=None, errors=0, warnings=0, notes=0, waived=0)


def page(state: State, title: str, sections: tuple[Section, ...], summary: str = "") -> Report:
    """A page of the site as a report that judges nothing."""
    settings = state.portfolio.settings
    return Report(
        kind="page",
        title=title,
        organization=settings.organization,
        as_of=state.as_of.isoformat(),
        currency=settings.currency,
        verdict=_NOTHING,
        revision=state.revision,
        summary=summary,
        sections=sections,
    )


def index_page(state: State, pack: Report, packs: tuple[tuple[str, str, Report], ...]) -> Report:
    """The current state, and the packs of past quarters, newest first.

    Args:
        state: Of today.
        pack: Its board pack.
        packs: Label, day and report of each past one, oldest first.
    """
    rows = tuple(
        (
            Cell(label, strong=True),
            Cell(day),
            Cell(old.revision[:10]),
            Cell(f"{sum(limit.judgment == 'outside' for limit in old.limits):,}"),
            Cell(old.summary),
        )
        for label, day, old in reversed(packs)
    )
    titles = ("Pack", "As of", "Commit", "Limits outside", "Summary")
    columns = tuple(Column(title, numeric=title == "Limits outside") for title in titles)
    table = Table(title="", columns=columns, rows=rows, empty="No quarter has ended yet.")
    index = page(state, "Portfolio", (_section("packs", "Packs", table),))
    return replace(index, summary=pack.summary, headline=pack.headline, draft=pack.draft)


def limits_page(state: State, pack: Report, waivers: Report) -> Report:
    """The pack's register of limits, and the register of waivers."""
    (register,) = (part for part in pack.sections if part.id == "register")
    limits = _section("limits", "Limits", *register.blocks)
    summary = f"{count_of(len(pack.limits), 'limit')}. {waivers.summary}".strip()
    return page(state, "Limits and waivers", (limits, *waivers.sections), summary)


def _section(name: str, title: str, *blocks: Block) -> Section:
    return Section(id=name, title=title, blocks=blocks)


def task_page(state: State, task: TaskFigures, findings: tuple[Finding, ...]) -> Report:
    """One task class: what it is for, whom it routes to, what it costs, what is wrong with it."""
    declared, currency = task.task.declared, state.portfolio.settings.currency
    forecast, cap = task.spend_per_month, declared.spend_cap.monthly
    facts = (
        ("Owner", task.task.owner or "none"),
        ("Purpose", declared.purpose or "not stated"),
        ("Data", declared.data.classification),
        ("Forecast a month", "not known" if forecast is None else format_money(forecast, currency)),
        ("Cap a month", "none" if cap is None else format_money(cap, currency)),
    )
    rows = tuple((Cell(label, strong=True), Cell(value)) for label, value in facts)
    routed = Items(tuple(f"`{leg.model}`, {format_share(leg.share)}" for leg in task.legs))
    backups = tuple(f"`{model}`" for model in declared.fallbacks)
    table = Table(title="", columns=(Column("What"), Column("Value")), rows=rows)
    spare = Items(backups) if backups else Paragraph("No fallback.")
    sections = (
        _section("facts", "What is declared", table),
        _section("route", "Route and fallbacks", routed, spare),
        _section("findings", "Findings", _findings(findings)),
    )
    return page(state, f"Task class {task.task.name}", sections)


def _findings(findings: tuple[Finding, ...]) -> Block:
    rows = tuple(
        (
            Cell(finding.severity.label.capitalize()),
            Cell(f"{finding.rule} {finding.name}"),
            Cell(finding.message),
            Cell(finding.remedy),
        )
        for finding in findings
    )
    columns = tuple(map(Column, ("Severity", "Rule", "Problem", "Remediation")))
    return Table(title="", columns=columns, rows=rows, empty="No findings.")


def rule_page(state: State, rule: RuleNote, findings: tuple[Finding, ...]) -> Report:
    """One rule: why it exists, how to comply, and what it finds here."""
    controls = _section("controls", "Controls", Items(rule.controls))
    sections = (
        _section("why", "Why", Paragraph(rule.why)),
        _section("fix", "How to comply", Paragraph(rule.remediation)),
        *((controls,) if rule.controls else ()),
        _section("findings", "Findings here", _findings(findings)),
    )
    return page(state, f"{rule.id} {rule.title}", sections)
