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
    columns = (
        Column("Pack"),
        Column("As of"),
        Column("Commit"),
        Column("Limits outside", numeric=True),
        Column("Summary"),
    )
    table = Table(title="", columns=columns, rows=rows, empty="No quarter has ended yet.")
    index = page(state, "Portfolio", (Section(id="packs", title="Packs", blocks=(table,)),))
    return replace(index, summary=pack.summary, headline=pack.headline, draft=pack.draft)


def limits_page(state: State, pack: Report, waivers: Report) -> Report:
    """The pack's register of limits, and the register of waivers."""
    register = next(part for part in pack.sections if part.id == "register")
    limits = replace(register, id="limits", title="Limits")
    summary = f"{count_of(len(pack.limits), 'limit')}. {waivers.summary}".strip()
    return page(state, "Limits and waivers", (limits, *waivers.sections), summary)


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
    routed = [f"`{leg.model}`, {format_share(leg.share)}" for leg in task.legs]
    backups = [f"`{model}`" for model in declared.fallbacks]
    sections = [
        Section(
            id="facts",
            title="What is declared",
            blocks=(Table(title="", columns=(Column("What"), Column("Value")), rows=rows),),
        ),
        Section(
            id="route",
            title="Route and fallbacks",
            blocks=(
                Items(tuple(routed)),
                Items(tuple(backups)) if backups else Paragraph("No fallback."),
            ),
        ),
        Section(id="findings", title="Findings", blocks=(_findings(findings),)),
    ]
    return page(state, f"Task class {task.task.name}", tuple(sections))


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
    columns = (Column("Severity"), Column("Rule"), Column("Problem"), Column("Remediation"))
    return Table(title="", columns=columns, rows=rows, empty="No findings.")


def rule_page(state: State, rule: RuleNote, findings: tuple[Finding, ...]) -> Report:
    """One rule: why it exists, how to comply, and what it finds here."""
    sections = (
        Section(id="why", title="Why", blocks=(Paragraph(rule.why),)),
        Section(id="fix", title="How to comply", blocks=(Paragraph(rule.remediation),)),
        *(
            (Section(id="controls", title="Controls", blocks=(Items(rule.controls),)),)
            if rule.controls
            else ()
        ),
        Section(id="findings", title="Findings here", blocks=(_findings(findings),)),
    )
    return page(state, f"{rule.id} {rule.title}", sections)
