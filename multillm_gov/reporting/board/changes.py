"""Changes since the base, loosened safeguards first."""

from multillm_gov.changes.change import Change, Direction
from multillm_gov.changes.comparison import Comparison
from multillm_gov.content import Block, Cell, Column, Paragraph, Status
from multillm_gov.finding import Finding
from multillm_gov.report import Section
from multillm_gov.reporting.diff.wording import newly_unknown_words
from multillm_gov.reporting.shared.tables import amount, bounded
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.state.state import State
from multillm_gov.units import format_money, signed
from multillm_gov.words import code, count_of

_STATUS: dict[Direction, Status] = {
    Direction.LOOSENED: "bad",
    Direction.TIGHTENED: "good",
    Direction.CHANGED: "neutral",
}
_TITLE = "Changes since the last report"


def changes_section(
    now: Assessment, since: Assessment | None, comparison: Comparison | None
) -> Section:
    """Money, safeguards and findings against the base; a sentence where no base was named."""
    if since is None or comparison is None:
        nothing = (
            "No base was given, so nothing is compared. Name one with `govern report --since "
            "REVISION`."
        )
        return Section(id="changes", title=_TITLE, blocks=(Paragraph(nothing),))
    blocks: list[Block] = [Paragraph(_finding(now, since, comparison))]
    currency = now.state.figures.currency
    rows = [_row(change, currency) for change in comparison.changes]
    columns = (
        Column("Change"),
        Column("Before"),
        Column("Now"),
        Column(f"Effect ({currency})", numeric=True),
        Column("Safeguard"),
    )
    blocks += bounded("Changes", columns, rows, "further change", "No changes.")
    return Section(id="changes", title=_TITLE, blocks=tuple(blocks))


def resolved(now: Assessment, since: Assessment | None) -> tuple[Finding, ...]:
    """Active findings of the base that no longer exist."""
    if since is None:
        return ()
    current = {finding.fingerprint for finding in now.findings if finding.active}
    return tuple(
        finding
        for finding in since.findings
        if finding.active and finding.fingerprint not in current
    )


def _finding(now: Assessment, since: Assessment, comparison: Comparison) -> str:
    before = {finding.fingerprint for finding in since.findings if finding.active}
    new = sum(finding.active and finding.fingerprint not in before for finding in now.findings)
    gone = len(resolved(now, since))
    loosened = len(comparison.toward(Direction.LOOSENED))
    delta = comparison.spend.known_delta
    money = "The two forecasts are in different currencies."
    if delta is not None:
        way = (
            "unchanged"
            if not delta
            else f"{'up' if delta > 0 else 'down'} {format_money(abs(delta), _currency(now.state))}"
        )
        money = f"The forecast is {way} per month." if delta else "The forecast is unchanged."
    lost = newly_unknown_words(comparison.spend)
    if lost:
        known = money.replace("The forecast is", "What is known of the forecast is")
        money = f"{known} {lost[0][0].upper()}{lost[0][1:]}."
    return (
        f"Since {code(since.state.revision[:10]) if since.state.revision else 'the base'}: "
        f"{count_of(len(comparison.changes), 'change')}, {loosened:,} of them loosening a "
        "safeguard; "
        f"{count_of(new, 'new finding')} and {gone:,} resolved. {money}"
    )


def _currency(state: State) -> str:
    return state.figures.currency


def _row(change: Change, currency: str) -> tuple[Cell, ...]:
    effect = signed(amount(change.spend_effect, currency)) if change.spend_effect else ""
    word = change.direction.value.capitalize() if change.direction is not Direction.CHANGED else ""
    return (
        Cell(f"{code(change.subject)}: {change.label}"),
        Cell(change.before),
        Cell(change.after),
        Cell(effect),
        Cell(word, _STATUS[change.direction]),
    )
