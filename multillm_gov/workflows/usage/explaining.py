"""``govern usage explain``, ``sql``, ``readers``: what a row, a query and a contract mean."""

from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from multillm_gov.content import Block, Paragraph
from multillm_gov.errors import SourceError
from multillm_gov.report import Report, Section
from multillm_gov.reporting.usage.frame import NOT_KNOWN, table, usage_report
from multillm_gov.usage.attribution import NOT_ATTRIBUTED, explain_attribution
from multillm_gov.usage.reader import load_reader, reader_names
from multillm_gov.usage.row import UsageRow
from multillm_gov.warehouse.dialects import translate
from multillm_gov.warehouse.postgres import WarehouseTable, table_query
from multillm_gov.warehouse.querying import find_row
from multillm_gov.words import code
from multillm_gov.workflows.usage.portfolio import UsagePortfolio, open_usage


class TableQuery(Struct, frozen=True, kw_only=True):
    """A query over a table elsewhere."""

    dialect: str
    producer: str
    table: str = ""
    origin: str = ""
    first: date | None = None
    last: date | None = None


def explain_row(wanted: str, *, as_of: date, root: Path | None = None) -> Report:
    """Which rule a row's task class comes from, rule by rule up to the first that matches.

    Raises:
        SourceError: no imported row has the id or line.
    """
    opened = open_usage(root)
    row = find_row(opened.store, wanted)
    if row is None:
        raise SourceError(
            f"No imported row {code(wanted)}", "Name a request id or FILE:LINE of an imported file."
        )
    verdicts = explain_attribution(row, opened.actuals.rules)
    text = row.task_class_given or next(
        (verdict.task_class for verdict in verdicts if verdict.matched), NOT_ATTRIBUTED
    )
    places = [placed.place for placed in opened.actuals.attribution]
    rules = table(
        "Rules",
        ("#Rule", "Where", "Task class", "Matches"),
        [
            (str(verdict.number), f"{places[verdict.number - 1].path}", verdict.task_class,
             "yes" if verdict.matched else f"no: {verdict.reason}")
            for verdict in verdicts
        ],
        empty="No rule is declared: add `attribution:` to a file in `usage/`.",
    )  # fmt: skip
    blocks: list[Block] = [Paragraph(_verdict(row, text)), rules, _cells(row)]
    return usage_report(
        f"Row {wanted}",
        opened.portfolio.settings,
        as_of,
        (Section(id="row", title="Attribution", blocks=tuple(blocks)),),
        summary=_verdict(row, text),
    )


def _verdict(row: UsageRow, matching_text: str) -> str:
    text = (
        f"The row is {matching_text}."
        if matching_text == NOT_ATTRIBUTED
        else f"The row belongs to `{matching_text}`."
    )
    if row.task_class_given:
        text += " The source names the task class itself."
    if row.failover:
        text += (
            f" A fallback answered: the request is charged to `{row.model_requested}`, which was "
            "requested, and shown as caused by failover."
        )
    return text


def _cells(row: UsageRow) -> Block:
    known = [(name, str(value)) for name, value in asdict(row).items() if value is not None]
    unknown = [name for name, value in asdict(row).items() if value is None]
    return table("Row", ("Column", "Value"), [*known, (NOT_KNOWN, ", ".join(unknown))])


def sql_text(query: TableQuery, root: Path | None = None) -> str:
    """The canonical query in a dialect, with the portfolio's attribution rules.

    Raises:
        UsageError: no such dialect or producer.
        MissingExtraError: the translator is not installed.
    """
    opened: UsagePortfolio = open_usage(root)
    canonical = table_query(
        query.producer,
        opened.actuals.rules,
        WarehouseTable(name=query.table, origin=query.origin),
        first=query.first,
        last=query.last,
    )
    return translate(canonical, query.dialect)


def reader_lines() -> tuple[str, ...]:
    """The contract of every reader."""
    lines = []
    for name in reader_names():
        contract = load_reader(name).contract
        lines += [
            f"{name}: {contract.title}",
            f"  cache reads in input: {contract.cache_reads_in_input}",
            f"  cache writes in input: {contract.cache_writes_in_input}",
            f"  money: {contract.money}",
            f"  grain: {contract.grain}",
            f"  model name: {contract.model_name}",
            f"  task class by: {', '.join(contract.joins_by)}",
            f"  covers: {contract.covers}",
            f"  never contains: {', '.join(contract.never_contains) or 'nothing is ruled out'}",
            f"  source: {contract.source}",
        ]
    return tuple(lines)
