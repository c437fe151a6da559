"""``govern usage import``, ``explain``, ``sql`` and ``readers``."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    day_option,
    root_option,
    shared_options,
)
from multillm_gov.usage.reader import reader_names


def _columns(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    texts_by_name = {}
    for value in values:
        ours, given, theirs = value.partition("=")
        if not given or not ours or not theirs:
            raise click.BadParameter(
                f"`{value}` is no pair; write it as day=COLUMN", ctx, parameter
            )
        texts_by_name[ours] = theirs
    return texts_by_name


@click.command("import", short_help="Import logs and bills.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--from",
    "producer",
    default="",
    metavar="PRODUCER",
    help=f"Who wrote the files: {', '.join(reader_names())}. [default: recognized]",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    callback=_columns,
    metavar="OURS=THEIRS",
    help="For a table of your own: our column and the table's. Repeatable.",
)
@click.option("--currency", metavar="CODE", help="Currency of such a table's amounts.")
@click.option(
    "--cache-in-input",
    type=click.Choice(["included", "excluded"]),
    default="included",
    show_default=True,
    help="Whether such a table's input tokens hold cache reads and writes.",
)
@day_option("--first", "First day read from a database. [default: all]")
@day_option("--last", "Last day read from a database. [default: all]")
@click.option("--no-actuals", is_flag=True, help="Do not write usage/imported.yaml.")
@shared_options()
@click.pass_context
def import_(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    *,
    producer: str,
    columns: dict[str, str],
    currency: str | None,
    cache_in_input: str,
    no_actuals: bool,
    shared: SharedOptions,
    **days: date | None,
) -> None:
    """Import FILES, or everything that `usage:` in govern.yaml names, and reconcile the totals.

    The producer is recognized by what the file holds; one that only looks like it is refused with
    the reason. Importing the same file again changes nothing; a killed import resumes. Malformed
    rows are put aside with line and reason. E-mail addresses, network addresses, keys, prompts and
    answers are not stored. Rows are kept in .govern/usage/, monthly actuals in usage/imported.yaml.

    \b
    Examples:
      govern usage import logs/spend-2026-11.jsonl.gz
      govern usage import bill.csv --from focus
      govern usage import ours.csv --column day=Date \\
        --column effective_cost=Cost --currency EUR
      govern usage import          # what govern.yaml names, databases included
    """
    from multillm_gov.cli.shared.progress import RowMeter
    from multillm_gov.workflows.usage.importing import (
        UsageImportOptions,
        column_mapping,
        import_usage,
        report_of,
    )
    from multillm_gov.workflows.usage.portfolio import open_usage

    options = UsageImportOptions(
        producer=producer,
        mapping=column_mapping(columns, currency, cache_in_input),
        first=days["first"],
        last=days["last"],
        write_actuals=not no_actuals,
    )
    with RowMeter() as meter:
        done = import_usage(files, options, root=shared.root, show=meter.show)
    report = report_of(done, open_usage(shared.root), shared.day)
    ctx.exit(emit(report, shared.targets, shared.output))


@click.command("explain", short_help="Show which rule a row's task class comes from.")
@click.argument("row")
@shared_options()
@click.pass_context
def explain(
    ctx: click.Context,
    /,
    row: str,
    *,
    shared: SharedOptions,
) -> None:
    """Show which attribution rule matches ROW: a request id, or FILE:LINE of an imported file.

    \b
    Examples:
      govern usage explain chatcmpl-7f3a
      govern usage explain spend-2026-11.jsonl.gz:1042
    """
    from multillm_gov.workflows.usage.explaining import explain_row

    ctx.exit(
        emit(explain_row(row, as_of=shared.day, root=shared.root), shared.targets, shared.output)
    )


@click.command("sql", short_help="Print the query for a warehouse.")
@click.option(
    "--dialect",
    default="duckdb",
    show_default=True,
    metavar="NAME",
    help="athena, bigquery, clickhouse, databricks, duckdb, postgres, snowflake, spark.",
)
@click.option(
    "--from",
    "producer",
    default="litellm-spend-logs",
    show_default=True,
    metavar="PRODUCER",
    help="Whose columns the table has.",
)
@click.option(
    "--table", default="", metavar="NAME", help="The table. [default: the producer's own]"
)
@click.option(
    "--origin",
    default="",
    metavar="NAME",
    help="Label of this database, where several are imported.",
)
@day_option("--first", "First day. [default: all]")
@day_option("--last", "Last day. [default: all]")
@root_option
def sql(
    *,
    dialect: str,
    producer: str,
    table: str,
    origin: str,
    root: Path | None,
    **days: date | None,
) -> None:
    """Print the query that sums usage where the data lives, with the portfolio's attribution rules.

    Run it there, save its result as CSV, JSON lines or Parquet, and import that: the same columns
    are recognized. A span of days reads only the partitions it needs.

    \b
    Examples:
      govern usage sql --dialect bigquery --first 2026-11-01 --last 2026-11-30
      govern usage sql --dialect snowflake --from focus --table FOCUS_COSTS
    """
    from multillm_gov.workflows.usage.explaining import TableQuery, sql_text

    query = TableQuery(
        dialect=dialect,
        producer=producer,
        table=table,
        origin=origin,
        first=days["first"],
        last=days["last"],
    )
    click.echo(sql_text(query, root))


@click.command("readers", short_help="List what is read, and what its figures mean.")
def readers() -> None:
    """List every producer that is read: what its figures include, their unit, what they never hold.

    \b
    Examples:
      govern usage readers
    """
    from multillm_gov.cli.shared.terminal import show_text
    from multillm_gov.workflows.usage.explaining import reader_lines

    show_text("\n".join(reader_lines()))
