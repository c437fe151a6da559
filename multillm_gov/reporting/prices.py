"""What a price map would do to a portfolio."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.changes.change import ChangeKind
from multillm_gov.changes.comparison import Comparison
from multillm_gov.content import Block, Cell
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Finding, Severity
from multillm_gov.measures.cost.price_moves import PriceMove
from multillm_gov.report import Metric, Report, Section, judge_counts
from multillm_gov.reporting.check.report import rule_notes
from multillm_gov.reporting.diff.wording import signed_amount
from multillm_gov.reporting.usage.frame import NOT_KNOWN, table
from multillm_gov.state.state import State
from multillm_gov.units import format_change, format_money
from multillm_gov.words import code, count_of, join_some

_SPEND_RULES = "GOV4"


class ModelMove(Struct, frozen=True, kw_only=True):
    """What a price map changes in one model that the portfolio uses."""

    model: str
    gone: bool
    """Whether the map no longer knows it."""
    moves: tuple[PriceMove, ...]
    added: tuple[tuple[str, Decimal], ...]
    """Unit prices that are new: tiers, services, units."""
    lost: tuple[tuple[str, Decimal], ...]
    retirement_before: date | None
    retirement_after: date | None


class PriceUpdate(Struct, frozen=True, kw_only=True):
    """A portfolio with the lock it has, and with the one that a price map would give."""

    source: str
    before: State
    after: State
    comparison: Comparison
    moves: tuple[ModelMove, ...]
    new: tuple[Finding, ...]
    """Findings that the map would bring."""


def report_update(update: PriceUpdate, fail_on: Severity | None) -> Report:
    """USD a month, caps that would break, models newly retiring, tiers added."""
    settings = update.after.portfolio.settings
    report = Report(
        kind="usage",
        title=f"Price update: {update.source}",
        organization=settings.organization,
        as_of=update.after.as_of.isoformat(),
        currency=settings.currency,
        verdict=judge_counts(update.new, fail_on),
        summary=_summary(update),
        headline=_headline(update),
        sections=_sections(update),
        findings=update.new,
        rules=rule_notes(update.new),
    )
    return masked(report, update.after.secrets)


def _sections(update: PriceUpdate) -> tuple[Section, ...]:
    return (
        _money_section(update),
        _findings_section(
            "caps",
            "Caps and ceilings that would break",
            [each for each in update.new if each.rule.startswith(_SPEND_RULES)],
            "None that is judged; what would have no known cost is not."
            if _lost(update)
            else "Every cap and ceiling that holds now still holds.",
        ),
        _retirement_section(update),
        _added_section(update),
        _findings_section(
            "findings",
            "Other new findings",
            [each for each in update.new if not each.rule.startswith(_SPEND_RULES)],
            "None.",
        ),
    )


def _summary(update: PriceUpdate) -> str:
    spend, currency = update.comparison.spend, update.after.figures.currency
    if not update.moves:
        return "The price map says the same of every model in use. Nothing is applied."
    text = f"{count_of(len(update.moves), 'model')} in use would change"
    lost = _lost(update)
    if spend.known_delta is not None:
        what = "the forecast of the others" if lost else "the forecast"
        moved = signed_amount(spend.known_delta, currency)
        text += f"; {what} moves by {moved} {currency} a month"
    if spend.at_actual_volume is not None:
        actual = signed_amount(spend.at_actual_volume, currency)
        text += f", {actual} {currency} a month at the volume of actual spend"
    if lost:
        text += f"; the cost of {join_some([code(name) for name in lost])} would not be known"
    return f"{text}. Nothing is applied."


def _lost(update: PriceUpdate) -> list[str]:
    """Task classes whose cost would no longer be known."""
    return [*update.comparison.spend.newly_unknown]


def _headline(update: PriceUpdate) -> tuple[Metric, ...]:
    spend, currency = update.comparison.spend, update.after.figures.currency
    unknown = " at least" if spend.unpriced_after else ""
    broken = sum(each.active and each.rule.startswith(_SPEND_RULES) for each in update.new)
    newly = _retirements(update)
    return (
        Metric(id="forecast-spend", label="Forecast spend per month",
               value=f"{unknown} {format_money(spend.after, currency)}".strip(),
               before=format_money(spend.before, currency), number=float(spend.after),
               unit=f"{currency} per month"),
        Metric(id="caps-broken", label="New findings on spend", value=f"{broken:,}", before="0",
               number=float(broken), status="bad" if broken else "good"),
        Metric(id="newly-retiring", label="Models with another retirement date",
               value=f"{len(newly):,}", before="0", number=float(len(newly)),
               status="watch" if newly else "good"),
    )  # fmt: skip


def _money_section(update: PriceUpdate) -> Section:
    currency = update.after.figures.currency
    effects = {
        change.subject: change.spend_effect
        for change in update.comparison.changes
        if change.kind is ChangeKind.MODEL_PRICE
    }
    rows: list[tuple[str | Cell, ...]] = []
    for model in update.moves:
        if model.gone:
            rows.append((model.model, "no longer listed", "", "", "", NOT_KNOWN))
        effect = effects.get(model.model)
        for number, move in enumerate(model.moves):
            shown = "" if number else NOT_KNOWN if effect is None else signed_amount(effect, "")
            rows.append(
                (model.model, move.what, usd(move.before), usd(move.after), size_of(move),
                 shown.strip())
            )  # fmt: skip
    columns = ("Model", "Price", "#Now, USD", "#New, USD", "#Move", f"#{currency} a month")
    blocks: list[Block] = [
        table("Prices that move", columns, rows, empty="No price of a model in use moves.")
    ]
    blocks += _task_tables(update)
    return Section(id="money", title="Money", blocks=tuple(blocks))


def _task_tables(update: PriceUpdate) -> tuple[Block, ...]:
    currency = update.after.figures.currency
    tasks: list[tuple[str | Cell, ...]] = [
        (effect.after, _known(effect.spend_before), _known(effect.spend_after),
         NOT_KNOWN if effect.delta is None else signed_amount(effect.delta, "").strip())
        for effect in update.comparison.effects
    ]  # fmt: skip
    columns = ("Task class", "#Now", "#New", "#Move")
    return (table(f"Task classes ({currency} a month)", columns, tasks),) if tasks else ()


def _findings_section(section: str, title: str, findings: Sequence[Finding], empty: str) -> Section:
    rows: list[tuple[str | Cell, ...]] = [
        (Cell(each.severity.label, "bad" if each.severity is Severity.ERROR else "watch"),
         each.rule, str(each.location), each.message if each.active else f"{each.message} (waived)")
        for each in findings
    ]  # fmt: skip
    columns = ("Severity", "Rule", "Where", "What")
    return Section(id=section, title=title, blocks=(table("Findings", columns, rows, empty=empty),))


def _retirements(update: PriceUpdate) -> tuple[ModelMove, ...]:
    return tuple(each for each in update.moves if each.retirement_before != each.retirement_after)


def _retirement_section(update: PriceUpdate) -> Section:
    rows: list[tuple[str | Cell, ...]] = [
        (each.model, str(each.retirement_before or NOT_KNOWN),
         str(each.retirement_after or NOT_KNOWN),
         join_some([code(name) for name in _users(update.after, each.model)]))
        for each in _retirements(update)
    ]  # fmt: skip
    columns = ("Model", "Retirement now", "New", "Used by")
    block = table("Retirement dates", columns, rows, empty="No retirement date moves.")
    return Section(id="retirement", title="Models newly retiring", blocks=(block,))


def _users(state: State, model: str) -> list[str]:
    return [task.name for task in state.portfolio.task_classes if model in task.models]


def _added_section(update: PriceUpdate) -> Section:
    rows: list[tuple[str | Cell, ...]] = []
    for each in update.moves:
        rows += [(each.model, "added", what, usd(amount)) for what, amount in each.added]
        rows += [(each.model, "removed", what, usd(amount)) for what, amount in each.lost]
    block = table(
        "Tiers, services and units",
        ("Model", "Change", "Price", "#USD"),
        rows,
        empty="No tier, service or unit is added or removed.",
    )
    return Section(id="tiers", title="Tiers added", blocks=(block,))


def usd(amount: Decimal) -> str:
    """The amount alone, as a column in US dollars shows it."""
    return format_money(amount).removesuffix(" USD")


def _known(amount: Decimal | None) -> str:
    return NOT_KNOWN if amount is None else format_money(amount, "").strip()


def size_of(move: PriceMove) -> str:
    """The size of a move in per cent."""
    return format_change(move.relative) if move.before else "was free"
