"""The register of waivers: which are in force, what each does for the gate, since when, by whom."""

from collections.abc import Iterator, Mapping

from multillm_gov.content import Block, Cell, Column, Paragraph, Status
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import ReportedWaiver, Severity, WaiverState
from multillm_gov.report import Report, Section, judge_counts
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.reporting.shared.waivers import WORST_FIRST, WaiverHistory, list_waivers
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import format_money
from multillm_gov.words import code, count_of, join_some, join_words

_STATUS: dict[WaiverState, Status] = {
    "expired": "bad",
    "void": "bad",
    "matches nothing": "watch",
    "ends soon": "watch",
    "in force": "good",
}
_MOST = 1_000
_COLUMNS = "Waiver", "Place", "State", "Gate", "Age", "Renewed", "Covers", "Approver", "Reason"
_GATE = (
    "Gate: `would fail without it` means that the waiver excepts at least one finding that reaches "
    "the gate; `not needed`, that the gate decides the same without it."
)
_RENEWED = (
    "Renewed: how often a commit set a later last day than any before, also after a time without "
    "the waiver. Covers: value at stake of the task classes that the subject names."
)
_NAMED = 4


def report_waivers(
    assessment: Assessment, fail_on: Severity | None, history: WaiverHistory | None
) -> Report:
    """The register of one state.

    Args:
        assessment: The state and what became of each waiver.
        fail_on: Least severity that fails the gate; ``None``: never.
        history: Of its waivers; ``None``: no commits are there.
    """
    settings, state = assessment.state.portfolio.settings, assessment.state
    waivers = list_waivers(assessment, fail_on, history)
    sections = [
        _section(name, [waiver for waiver in waivers if waiver.state == name], settings.currency)
        for name in WORST_FIRST
        if any(waiver.state == name for waiver in waivers)
    ]
    report = Report(
        kind="waivers",
        title="Register of waivers",
        organization=settings.organization,
        as_of=state.as_of.isoformat(),
        currency=settings.currency,
        verdict=judge_counts((), None),
        revision=state.revision,
        summary=_summary(waivers, fail_on),
        sections=(*sections, *_how_to_read(history)) if waivers else (),
        waivers=waivers,
        provenance=provenance(state),
    )
    return masked(report, state.secrets)


def _summary(waivers: tuple[ReportedWaiver, ...], fail_on: Severity | None) -> str:
    if not waivers:
        return "No waivers."
    states = [
        f"{number:,} {name if number == 1 or name not in _PLURALS else _PLURALS[name]}"
        for name in WORST_FIRST
        if (number := sum(waiver.state == name for waiver in waivers))
    ]
    needed = sum(waiver.need == "would fail without it" for waiver in waivers)
    gate = f"fails on: {fail_on.label if fail_on else 'never'}"
    return (
        f"{count_of(len(waivers), 'waiver')}: {join_words(states)}. Needed to pass the gate "
        f"({gate}): {needed:,} of {len(waivers):,}."
    )


_PLURALS: Mapping[WaiverState, str] = {"matches nothing": "match nothing", "ends soon": "end soon"}


def _section(state: WaiverState, waivers: list[ReportedWaiver], currency: str) -> Section:
    columns = tuple(map(Column, _COLUMNS))
    rows = [
        (
            Cell(f"{code(waiver.policy)} for {code(waiver.subject)}"),
            Cell(f"{waiver.location.path}:{waiver.location.line}"),
            Cell(f"{waiver.state} until {waiver.expires}: {waiver.why}", _STATUS[state])
            if state in {"in force", "ends soon"}
            else Cell(f"{waiver.state} ({waiver.expires}): {waiver.why}", _STATUS[state]),
            Cell(waiver.need),
            Cell(_age(waiver)),
            Cell(_renewed(waiver)),
            Cell(_exposure(waiver, currency)),
            Cell(waiver.approved_by),
            Cell(f"{waiver.reason} ({waiver.ticket})" if waiver.ticket else waiver.reason),
        )
        for waiver in waivers
    ]
    title = {"matches nothing": "Match nothing", "ends soon": "End soon"}.get(state)
    name = title or state.capitalize()
    return Section(
        id=state.replace(" ", "-"),
        title=f"{name} ({len(waivers):,})",
        blocks=bounded("", columns, rows, "further waiver", most=_MOST),
    )


def _age(waiver: ReportedWaiver) -> str:
    if waiver.age_days is None:
        return "not known: no commits are there" if waiver.renewals is None else "not committed yet"
    if waiver.granted_earlier:
        return f"{count_of(waiver.age_days, 'day')} or more, since {waiver.granted} at the latest"
    return f"{count_of(waiver.age_days, 'day')}, since {waiver.granted}"


def _renewed(waiver: ReportedWaiver) -> str:
    if waiver.renewals is None:
        return "not known"
    times = "never" if not waiver.renewals else count_of(waiver.renewals, "time")
    return f"at least {times}" if waiver.granted_earlier and waiver.renewals else times


def _exposure(waiver: ReportedWaiver, currency: str) -> str:
    findings = count_of(waiver.covered, "finding")
    if not waiver.task_classes:
        return findings
    value = "no value at stake declared"
    if waiver.value_per_month is not None:
        value = f"{format_money(waiver.value_per_month, currency)} a month at stake"
    named = join_some([code(name) for name in waiver.task_classes], _NAMED)
    return f"{findings}; {named}: {value}"


def _how_to_read(history: WaiverHistory | None) -> Iterator[Section]:
    lines = [_GATE, _RENEWED]
    if history is None:
        lines.append("No Git history could be read: age and renewals are not known.")
    elif history.begins:
        lines.append(
            f"The history that is there begins on {history.begins}: waivers may be older and have "
            "been renewed before."
        )
    blocks: tuple[Block, ...] = tuple(Paragraph(line) for line in lines)
    yield Section(id="reading", title="How to read this", blocks=blocks, folded=True)
