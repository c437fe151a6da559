"""What an auditor derives again: limits, waivers, controls, completeness, sources, method."""

from collections import Counter, defaultdict
from datetime import date

from multillm_gov.content import Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.finding import ReportedWaiver
from multillm_gov.register import LimitRecord
from multillm_gov.report import Section
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.reporting.pack.measures import measure
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.assessment import Assessment

_MOST = 12


def register_section(records: tuple[LimitRecord, ...], edition: Edition) -> Section:
    """Every limit: early warning, headroom in its own unit, owner, who set it and when."""
    say = edition.say
    rows = []
    for record in records:
        left = record.headroom
        adopted = say("note.shipped") if record.shipped else edition.owner(record.set_by)
        if record.set_on is not None:
            adopted = (
                f"{adopted}, {edition.day(record.set_on)}"
                if adopted
                else edition.day(record.set_on)
            )
        rows.append(
            (
                Cell(measure(record, edition)),
                Cell(edition.limit(record, record.limit)),
                Cell(_warning(record, edition)),
                Cell(edition.value(record, record.value)),
                Cell(say("no-figure") if left is None else _headroom(record, left, edition)),
                edition.status(record),
                Cell(edition.owner(record.owner) or say("blank")),
                Cell(adopted or say("unknown")),
            )
        )
    names = ("measure", "limit", "warning", "now", "headroom", "status", "owner", "set-by")
    numeric = {"now", "headroom"}
    columns = tuple(Column(say(f"column.{name}"), numeric=name in numeric) for name in names)
    table = Table(title=say("table.register", n=len(rows)), columns=columns, rows=tuple(rows))
    note = Paragraph(say("register.how"))
    return Section(id="register", title=say("section.register"), blocks=(table, note))


def _warning(record: LimitRecord, edition: Edition) -> str:
    """The early warning: as declared, a tenth before the limit, or none where nothing may be."""
    if record.warn_at is not None:
        return edition.value(record, record.warn_at)
    by_tenth = record.limit is not None and record.unit not in {"count", "days"}
    return edition.say("warn.default" if by_tenth else "warn.none")


def _headroom(record: LimitRecord, left: float, edition: Edition) -> str:
    """Points for differences of shares, and the unit of the limit for anything else."""
    if record.unit == "share":
        points = edition.language.number(abs(left) * 100, 1)
        text = edition.say("points", x=points)
    elif record.unit == "days":
        text = edition.say("days", n=int(abs(left)))
    elif record.unit == "money":
        text = edition.amount(abs(left))
    else:
        text = edition.language.number(abs(left), 0 if record.unit == "count" else 1)
    return f"\N{MINUS SIGN}{text}" if left < 0 else text


def method_section(edition: Edition, since: date | None = None) -> Section:
    """How the figures come about, in a sentence each; ``since`` is the last pack's own day."""
    say, state = edition.say, edition.state
    has_actuals = bool(state.actuals.task_classes or state.actuals.portfolio)
    lines = [
        say("method.forecast-actual" if has_actuals else "method.forecast-plan"),
        say("method.status"),
        say("method.losses"),
        say("method.options"),
        say("method.controls"),
        *((say("method.then", day=since),) if since else ()),
    ]
    return Section(id="method", title=say("section.method"), blocks=(Items(tuple(lines)),))


def waivers_section(waivers: tuple[ReportedWaiver, ...], edition: Edition) -> Section:
    """Every exception: its state, its approver, what it covers."""
    say = edition.say
    tones: dict[str, Status] = {"in force": "neutral", "ends soon": "watch"}
    rows = tuple(
        (
            Cell(edition.policy(waiver.policy)),
            Cell(edition.subject(waiver.subject)),
            Cell(say(f"waiver.{waiver.state}"), tones.get(waiver.state, "bad")),
            Cell(edition.day(date.fromisoformat(waiver.expires))),
            Cell(edition.owner(waiver.approved_by)),
            Cell(waiver.reason),
            Cell(
                say("unknown")
                if waiver.value_per_month is None
                else edition.amount(waiver.value_per_month)
            ),
        )
        for waiver in waivers[:_MOST]
    )
    names = ("policy", "subject", "status", "expires", "approver", "reason")
    columns = (
        *(Column(say(f"column.{name}")) for name in names),
        Column(say("column.at-stake", currency=edition.currency), numeric=True),
    )
    table = Table(title=say("table.waivers"), columns=columns, rows=rows, empty=say("waivers.none"))
    more = len(waivers) - _MOST
    blocks = (table, Paragraph(say("not-shown", n=more))) if more > 0 else (table,)
    return Section(id="waivers", title=say("section.waivers"), blocks=blocks)


def controls_section(assessment: Assessment, edition: Edition) -> Section:
    """Controls that policies name, with these policies and what is open against them."""
    say = edition.say
    policies: defaultdict[str, list[str]] = defaultdict(list)
    for policy in assessment.state.portfolio.policies:
        for control in policy.declared.controls:
            policies[control].append(policy.name)
    open_of = Counter(finding.policy for finding in assessment.findings if finding.active)
    rows = tuple(
        (
            Cell(control),
            Cell(edition.language.join([edition.policy(name) for name in names], 3)),
            Cell(
                say("controls.open", n=sum(open_of[name] for name in names))
                if any(open_of[name] for name in names)
                else say("controls.clear"),
                "watch" if any(open_of[name] for name in names) else "neutral",
            ),
        )
        for control, names in sorted(policies.items())
    )
    columns = tuple(Column(say(f"column.{name}")) for name in ("control", "policies", "findings"))
    blocks = (
        Table(title=say("table.controls"), columns=columns, rows=rows, empty=say("controls.none")),
        Paragraph(say("controls.how")),
    )
    return Section(id="controls", title=say("section.controls"), blocks=blocks)


def completeness_section(risk: PortfolioRisk, edition: Edition) -> Section:
    """What is governed here, what is known not to be, and where each fact is from."""
    say, state = edition.say, risk.state
    pack = state.portfolio.settings.pack
    items = [say("complete.governed", n=len(state.figures.tasks))]
    placed = next(iter(state.actuals.portfolio), None)
    if placed is None:
        items.append(say("complete.no-usage"))
    if pack.not_governed:
        items.append(say("complete.not-governed", uses=edition.language.join(pack.not_governed)))
    else:
        items.append(say("complete.not-declared"))
    origins = Counter(
        component.origin
        for component in risk.context.system.components
        if 0 < component.unavailability < 1
    )
    counted = [say(f"origin.{name}", n=origins[name]) for name in sorted(origins)]
    if counted:
        items.append(say("complete.rates", origins=edition.language.join(counted)))
    sources = Counter(
        facts.source
        for task in state.figures.tasks
        for leg in task.legs
        if (facts := leg.facts) is not None
    )
    if sources:
        facts_of = [say(f"source.{name}", n=sources[name]) for name in sorted(sources)]
        items.append(say("complete.facts", origins=edition.language.join(facts_of)))
    return Section(
        id="completeness", title=say("section.completeness"), blocks=(Items(tuple(items)),)
    )


_SOURCES = {
    "commit": "source.commit",
    "as of": "source.as-of",
    "price map (SHA-256)": "source.price-map",
    "catalog lock (SHA-256)": "source.lock",
}
"""Labels of `provenance` that are words; the others are names."""


def sources(edition: Edition) -> tuple[tuple[str, str], ...]:
    """What every report rests on, in the reader's language, and how many files it read."""
    state, say = edition.state, edition.say
    has_lock = state.catalog.has_lock
    rows = [
        (
            say(_SOURCES[label]) if label in _SOURCES else label,
            value if label != "catalog lock (SHA-256)" or has_lock else say("source.no-lock"),
        )
        for label, value in provenance(state)
    ]
    return (*rows, (say("source.files"), edition.language.number(len(state.files))))
