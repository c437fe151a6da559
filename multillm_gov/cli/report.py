"""``govern report``: the board pack as a document, slides, a workbook or data."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from multillm_gov import exits
from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    OutputTarget,
    as_of_option,
    at_option,
    format_option,
    judged_day,
    output_option,
    root_option,
)
from multillm_gov.errors import UsageError

if TYPE_CHECKING:
    from multillm_gov.reporting.pack.edition import Audience


@click.command("report", short_help="Render the board pack: document, slides, workbook, data.")
@format_option
@output_option
@click.option(
    "--since",
    metavar="REV",
    help="The last pack: Git revision, day, or quarter of the fiscal year (2026-Q3). What changed "
    "since is compared with it as it was judged then.",
)
@click.option(
    "--since-day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day the last pack was judged as of; default: the day of its commit, or the one named.",
)
@at_option("report on")
@click.option(
    "--audience",
    type=click.Choice(("board", "risk", "procurement", "engineering", "audit")),
    default="board",
    show_default=True,
    help="Who reads it: selects and orders the sections.",
)
@click.option(
    "--language",
    metavar="CODE",
    default="en",
    show_default=True,
    help="Language of the report: en or es.",
)
@as_of_option
@click.option(
    "--verify",
    "verified",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Render a report again from the commit that it records, and say whether it is the same.",
)
@click.option(
    "--sign", is_flag=True, help="Sign the file that --output names, with git's signing key."
)
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    targets: tuple[OutputTarget, ...],
    output: Path | None,
    since: str | None,
    since_day: datetime | None,
    revision: str | None,
    audience: "Audience",
    language: str,
    as_of: date | None,
    verified: Path | None,
    sign: bool,
    root: Path | None,
) -> None:
    """Write the board pack: where the portfolio stands, what to decide, and what changed.

    The same commit and the same --as-of give the same bytes, and --verify proves it. Pages are
    marked DRAFT where something is not committed or not merged. Findings do not fail this command:
    `govern check` is the gate.

    \b
    Examples:
      govern report
      govern report --output board.pdf --since v2026-Q3
      govern report --output board.xlsx
      govern report --output board.pptx
      govern report --verify board.pdf
      govern report --at HEAD --as-of 2026-11-24 --output reports/board.html
      govern report --audience risk --language es --output comite.pdf
    """
    from multillm_gov.workflows.report import PackOptions, report

    if verified is not None:
        ctx.exit(_verify(verified, root))
    if sign and (output is None or output == Path("-")):
        raise UsageError("--sign needs a file", "Name it: `--output board.pdf`.")

    options = PackOptions(
        audience=audience,
        language=language,
        since=since,
        since_day=since_day.date() if since_day else None,
        revision=revision,
    )
    emit(
        report(options, as_of=judged_day(as_of, root, revision), root=root),
        targets,
        output,
        "markdown",
    )
    if sign and output is not None:
        from multillm_gov.sources.root import split_paths
        from multillm_gov.sources.signature import sign_file

        click.echo(f"Signed: {sign_file(output, split_paths((), root)[0])}", err=True)
    ctx.exit(0)


_EXITS = {"same": exits.CLEAN, "different": exits.FINDINGS, "not reproducible": exits.UNABLE}


def _verify(file: Path, root: Path | None) -> int:
    from multillm_gov.rendering.plain.escaping import visible_lines
    from multillm_gov.workflows.verifying import verify

    answer = verify(file, root=root)
    for line in visible_lines(answer.text):
        click.echo(line)
    signature = answer.signature
    if signature.state == "good":
        click.echo(f"Signed by {signature.signer}.")
    elif signature.state != "none":
        click.echo(f"The signature proves nothing: {signature.reason}.")
    if signature.state == "bad":
        return exits.FINDINGS
    return _EXITS[answer.outcome]
