"""``govern usage import``: files and databases into the store, actuals out of it."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.portfolio.feed import Feed
from multillm_gov.report import Report
from multillm_gov.reporting.usage.imported import ImportedFile, Sums, report_imports
from multillm_gov.usage.mapping import ColumnMapping
from multillm_gov.usage.reader import load_reader
from multillm_gov.warehouse.importing import Import, ImportProgress, import_file
from multillm_gov.warehouse.postgres import WarehouseTable, query_postgres, table_query
from multillm_gov.warehouse.store import Total
from multillm_gov.words import code
from multillm_gov.workflows.usage.actuals import write_actuals
from multillm_gov.workflows.usage.portfolio import UsagePortfolio, open_usage

Show = Callable[[ImportProgress], None]
_DATABASE = "litellm-spend-logs"


class UsageImportOptions(Struct, frozen=True, kw_only=True):
    """How files are read."""

    producer: str = ""
    mapping: ColumnMapping | None = None
    first: date | None = None
    """First and last day read from a database."""
    last: date | None = None
    write_actuals: bool = True


class UsageImport(Struct, frozen=True, kw_only=True):
    """What an import did."""

    imports: tuple[Import, ...]
    flaws: int
    actuals: str = ""
    """Path of the file of monthly actuals, below the root; empty: not written."""


def import_usage(
    files: Sequence[Path],
    options: UsageImportOptions,
    *,
    root: Path | None = None,
    show: Show = lambda _: None,
) -> UsageImport:
    """Import files, or everything that ``usage:`` of ``govern.yaml`` names.

    Raises:
        UsageError: nothing to import, or a mapping that cannot be.
        SourceError: a file cannot be read or is refused.
        OutputError: the store or the actuals cannot be written.
        MissingExtraError: the engine is not installed.
    """
    opened = open_usage(root)
    if files:
        done = [
            import_file(path, opened.store, producer=options.producer, mapping=options.mapping,
                        progress=show)
            for path in files
        ]  # fmt: skip
    else:
        done = [
            each for feed in _feeds(opened) for each in _import_feed(feed, opened, options, show)
        ]
    written = write_actuals(opened) if options.write_actuals else ""
    return UsageImport(imports=tuple(done), flaws=opened.flaws, actuals=written)


def _feeds(opened: UsagePortfolio) -> tuple[Feed, ...]:
    feeds = opened.portfolio.settings.usage
    if not feeds:
        raise UsageError(
            "No file is named, and `govern.yaml` declares no `usage:`",
            "Name files: `govern usage import FILE…`.",
        )
    return feeds


def _import_feed(
    feed: Feed, opened: UsagePortfolio, options: UsageImportOptions, show: Show
) -> list[Import]:
    if feed.url_from is not None:
        return [_import_database(feed, opened, options, show)]
    mapping = None
    if feed.columns is not None:
        mapping = ColumnMapping(
            columns=feed.columns, currency=feed.currency, cache_in_input=feed.cache_in_input
        )
    return [
        import_file(
            path, opened.store, producer=feed.producer or "", mapping=mapping, progress=show
        )
        for path in _matching(feed, opened.root)
    ]


def _matching(feed: Feed, root: Path) -> list[Path]:
    """The files of a pattern, none outside the root, whatever links say."""
    pattern = feed.path or ""
    paths = sorted(path for path in root.glob(pattern) if path.is_file())
    top = root.resolve()
    outside = [path for path in paths if not path.resolve().is_relative_to(top)]
    if outside:
        raise SourceError(
            f"{code(outside[0].name)} leads out of the portfolio", "Replace the link by the file."
        )
    if not paths:
        raise SourceError(f"No file matches {code(pattern)}", "Correct `usage:` in `govern.yaml`.")
    return paths


def _import_database(
    feed: Feed, opened: UsagePortfolio, options: UsageImportOptions, show: Show
) -> Import:
    """The database answers with sums; they are imported like a file of them."""
    variable = feed.url_from or ""
    url = os.environ.get(variable, "")
    if not url:
        raise SourceError(
            f"The environment variable {code(variable)} is not set", "Set it to the database's URL."
        )
    producer = feed.producer or _DATABASE
    table = feed.table or next(iter(load_reader(producer).tables), "")

    def query(columns: tuple[str, ...]) -> str:
        return table_query(
            producer,
            opened.actuals.rules,
            WarehouseTable(name=table, columns=columns, origin=variable),
            first=options.first,
            last=options.last,
        )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{variable}.{table}.jsonl"
        with path.open("wb") as file:
            for row in query_postgres(url, query, table):
                given = {name: value for name, value in row.items() if value is not None}
                file.write(msgspec.json.encode(given) + b"\n")
        return import_file(path, opened.store, producer="rows", progress=show)


def report_of(imported: UsageImport, opened: UsagePortfolio, as_of: date) -> Report:
    """The report of an import."""
    return report_imports(
        [_described(each) for each in imported.imports],
        opened.portfolio.settings,
        as_of,
        actuals=imported.actuals,
        flaws=imported.flaws,
    )


def _described(done: Import) -> ImportedFile:
    left_out = sorted({reason for marker in done.markers for reason in marker.left_out})
    others = [
        _sums("already counted", [marker.already_counted for marker in done.markers]),
        *(
            _sums(f"left out: {reason}", [m.left_out.get(reason, Total()) for m in done.markers])
            for reason in left_out
        ),
        _sums("quarantined", [marker.quarantined for marker in done.markers]),
    ]
    return ImportedFile(
        file=done.file,
        contract=done.contract,
        kept=_sums("imported", [marker.kept for marker in done.markers]),
        others=tuple(other for other in others if other.rows),
        reasons=tuple(pair for marker in done.markers for pair in marker.reasons.items()),
        new=done.new,
        ranges=len(done.markers),
    )


def _sums(what: str, totals: Sequence[Total]) -> Sums:
    money: defaultdict[str, Decimal] = defaultdict(Decimal)
    for total in totals:
        for currency, amount in total.money.items():
            money[currency] += Decimal(amount)
    return Sums(what=what, rows=sum(total.rows for total in totals), money=dict(money))


def column_mapping(
    columns: dict[str, str], currency: str | None, cache_in_input: str
) -> ColumnMapping | None:
    """A mapping from the words of a call; ``None`` where no column is mapped.

    Raises:
        UsageError: the words make no mapping.
    """
    if not columns:
        return None
    given = {"columns": columns, "currency": currency, "cache_in_input": cache_in_input}
    try:
        return msgspec.convert(given, ColumnMapping)
    except msgspec.ValidationError as error:
        raise UsageError(f"The mapping is not sound: {error}", "See --column.") from error
