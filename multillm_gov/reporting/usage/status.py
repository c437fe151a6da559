"""The month-end page: actual, forecast, cap, why, what to do."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from multillm_gov.content import Bar, BarChart, Block, Cell, Items, Paragraph, Table
from multillm_gov.measures.consumption.forecast import FARTHEST
from multillm_gov.measures.consumption.outlook import Outlook
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Metric, Report, Section
from multillm_gov.reporting.usage.actions import (
    Status,
    actions,
    amount_text,
    breaks_text,
    color_of,
    interval_text,
    method_text,
    money_text,
)
from multillm_gov.reporting.usage.changed import change_sentence, waterfall_chart
from multillm_gov.reporting.usage.frame import NOT_KNOWN, exact_money, table, usage_report
from multillm_gov.units import format_share

_NOTICED = Decimal("0.05")


def report_status(status: Status, settings: Settings, as_of: date) -> Report:
    """The page for a terminal, a browser or a program."""
    currency = settings.currency
    sections = [
        _spend(status, currency),
        _why(status, currency),
        _detail("owners", "By owner", status.owners, currency),
        _detail("providers", "By provider, metered", status.providers, currency),
        _beside(status, currency),
        _attribution(status, currency),
        Section(id="actions", title="What to do", blocks=(Items(actions(status, currency)),)),
    ]
    return usage_report(
        f"Usage {status.through:%Y-%m}",
        settings,
        as_of,
        tuple(sections),
        summary=_summary(status, currency),
        headline=_headline(status, currency),
    )


def _summary(status: Status, currency: str) -> str:
    total = status.total
    text = f"Through {status.through}: {exact_money(total.spent, currency)} spent"
    if total.expected is not None:
        text += f", {money_text(total.expected, currency)} expected by the end of the month"
    return text + "."


def _headline(status: Status, currency: str) -> tuple[Metric, ...]:
    total = status.total
    spent, expected = total.spent, total.expected
    share = status.unattributed_cost / spent if spent else Decimal(0)
    return (
        Metric(id="actual-spend", label="Spent this month", value=exact_money(spent, currency),
               number=float(spent), unit=currency),
        Metric(id="forecast-spend", label="Expected by the end of the month",
               value=NOT_KNOWN if expected is None else money_text(expected, currency),
               note=interval_text(total.month, currency), status=color_of(total),
               limit="" if total.cap is None
               else f"at most {money_text(float(total.cap), currency)} (sum of caps)",
               number=expected, unit=currency),
        Metric(id="unattributed-spend", label="Not attributed", value=format_share(share),
               note=exact_money(status.unattributed_cost, currency),
               status="watch" if share > _NOTICED else "neutral", number=float(share)),
    )  # fmt: skip


def _spend(status: Status, currency: str) -> Section:
    blocks: list[Block] = [_outlooks("Task classes", status.task_classes, currency)]
    blocks += _caps_chart(status, currency)
    blocks.append(
        Paragraph(
            f"Forecast of the portfolio: {method_text(status.total.month)}. The declared forecast "
            "is shown beside it, and stands where nothing was imported. Burn is the last 1 and 7 "
            "days against the cap's even pace."
        )
    )
    blocks.append(
        Paragraph(
            f"Year's end: {_year_text(status.total, currency)}. Its interval allows for growth "
            "that starts or stops, not for a step that no imported day shows, such as a launch. "
            f"Where more than {FARTHEST} days lie ahead for each imported day, it is not known."
        )
    )
    return Section(id="spend", title="Actual, forecast and cap", blocks=tuple(blocks))


def _caps_chart(status: Status, currency: str) -> list[Block]:
    bars = tuple(
        Bar(label=each.subject, value=each.expected, text=money_text(each.expected, currency),
            limit=None if each.cap is None else float(each.cap), status=color_of(each))
        for each in status.task_classes
        if each.expected is not None
    )  # fmt: skip
    if not bars:
        return []
    over = sum(bar.status == "bad" for bar in bars)
    return [
        BarChart(
            title="Expected by the end of the month, and caps",
            summary=f"{over} of {len(bars)} task classes are expected above their cap.",
            bars=bars,
            unit=currency,
        )
    ]


def _year_text(each: Outlook, currency: str) -> str:
    if each.year is None:
        return NOT_KNOWN
    interval = interval_text(each.year, currency)
    text = interval if interval != NOT_KNOWN else f"interval {NOT_KNOWN}"
    return f"{money_text(each.year.expected, currency)} expected, {text}"


def _outlooks(title: str, outlooks: Sequence[Outlook], currency: str) -> Table:
    rows: list[tuple[str | Cell, ...]] = [
        (
            each.subject,
            exact_money(each.spent),
            Cell(amount_text(each.expected), color_of(each)),
            interval_text(each.month, ""),
            amount_text(None if each.declared is None else float(each.declared)),
            amount_text(None if each.cap is None else float(each.cap), "none"),
            " / ".join(f"{each.burn[days]:.2f}" for days in (1, 7) if days in each.burn) or "",
            breaks_text(each),
        )
        for each in outlooks
    ]
    columns = ("Subject", "#Spent", "#Expected", "#80% interval", "#Declared", "#Cap", "#Burn",
               "Cap breaks")  # fmt: skip
    return table(f"{title} ({currency})", columns, rows)


def _detail(section: str, title: str, outlooks: Sequence[Outlook], currency: str) -> Section:
    rows: list[tuple[str | Cell, ...]] = [
        (
            each.subject,
            exact_money(each.spent),
            Cell(amount_text(each.expected), color_of(each)),
            interval_text(each.month, ""),
            amount_text(each.year.expected if each.year is not None else None),
            interval_text(each.year, ""),
            amount_text(None if each.cap is None else float(each.cap), "none"),
        )
        for each in outlooks
    ]
    columns = ("Subject", "#Spent", "#Month's end", "#80% interval", "#Year's end",
               "#80% interval of the year", "#Cap")  # fmt: skip
    blocks = (table(f"{title} ({currency})", columns, rows),)
    return Section(id=section, title=title, blocks=blocks)


def _why(status: Status, currency: str) -> Section:
    if status.why is None:
        text = "The month before is not imported, so no change can be explained."
        return Section(id="why", title="Why it changed", blocks=(Paragraph(text),))
    before, after, explained = status.why
    sentence = change_sentence(explained.total, (before, after))
    rows: list[tuple[str | Cell, ...]] = [
        (name, change_sentence(change, (before, after)))
        for name, change in sorted(
            explained.task_classes.items(), key=lambda each: -abs(each[1].total)
        )[:10]
    ]
    blocks = (
        Paragraph(f"{after} against {before}. {sentence}"),
        waterfall_chart(explained.total, (before, after), currency),
        table("By task class", ("Task class", "Change"), rows),
        Paragraph("`govern usage explain-change` has every effect to the cent."),
    )
    return Section(id="why", title="Why it changed", blocks=blocks)


def _beside(status: Status, currency: str) -> Section:
    rows: list[tuple[str | Cell, ...]] = [
        (each.name, each.provider, each.kind, exact_money(each.owed),
         exact_money(each.idle) if each.kind != "seats" else "",
         str(each.cancel_by or NOT_KNOWN), str(each.ends or "goes on"))
        for each in status.obligations
    ]  # fmt: skip
    owed: dict[str, Decimal] = {}
    for each in status.obligations:
        owed[each.provider] = owed.get(each.provider, Decimal(0)) + each.owed
    spent = {each.subject: each.spent for each in status.providers}
    totals: list[tuple[str | Cell, ...]] = [
        (name, exact_money(spent.get(name, Decimal(0))), exact_money(owed.get(name, Decimal(0))))
        for name in sorted({*owed, *spent})
    ]
    columns = ("What", "Provider", "Kind", "#Owed a month", "#Idle so far", "Cancel by", "Ends")
    text = (
        "Seats, commitments and held capacity are beside metered spend and in no unit cost. A "
        "commitment to spend is paid by metered spend up to its amount, so the two are not added."
    )
    if status.invoiced is not None:
        text += f" Bills that count here charge {exact_money(status.invoiced, currency)} in cash."
    blocks = (
        table(f"Owed ({currency})", columns, rows, empty="Nothing is declared."),
        table(f"Totals by provider ({currency})", ("Provider", "#Metered", "#Owed"), totals),
        Paragraph(text),
    )
    return Section(id="owed", title="Seats, commitments and idle capacity", blocks=blocks)


def _attribution(status: Status, currency: str) -> Section:
    rows: list[tuple[str | Cell, ...]] = [
        (f"{group.key}: {group.value}", exact_money(group.cost), f"{group.requests:,}",
         group.proposed_rule)
        for group in status.unattributed
    ]  # fmt: skip
    blocks: list[Block] = [
        table(f"Not attributed ({currency})", ("Group", "#Cost", "#Requests", "Rule to write"),
              rows, empty="Every row has a task class."),
        Paragraph(
            f"Caused by failover: {exact_money(status.failover_cost, currency)}, charged to the "
            "task classes that sent the requests."
        ),
    ]  # fmt: skip
    if status.passed_over:
        blocks.append(
            Items(tuple(f"Not counted: {what}; {why}." for what, why in status.passed_over.items()))
        )
    return Section(id="attribution", title="Attribution", blocks=tuple(blocks))
