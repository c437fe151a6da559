"""``govern diff``: what a change means for money, exposure and risk, between two git states."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    OutputTarget,
    all_option,
    as_of_option,
    fail_on_option,
    format_option,
    output_option,
    root_option,
    today,
)


@click.command("diff", short_help="Tell what a change means for money, exposure and risk.")
@click.argument("revisions", metavar="[BASE[..HEAD]]", required=False)
@click.option(
    "--compare-to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Compare with the JSON of an earlier check instead: findings and figures only.",
)
@format_option
@output_option
@fail_on_option
@click.option(
    "--repository-url",
    metavar="URL",
    default="",
    help="Page of the repository, or an address with {commit}, {path} and {line}, for links to "
    "lines. [default: as a build on GitHub or GitLab says]",
)
@all_option("Show every finding in full, and exposure and money in detail.")
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    revisions: str | None,
    *,
    compare_to: Path | None,
    targets: tuple[OutputTarget, ...],
    output: Path | None,
    fail_on: str | None,
    repository_url: str,
    every: bool,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Compare two states of the portfolio: loosened safeguards, money, exposure, findings.

    Without revisions the working tree is compared with where it left the main branch. BASE compares
    BASE with the working tree, BASE..HEAD two revisions, BASE...HEAD the fork of the two with HEAD.
    Order of keys, comments and formatting make no difference. --compare-to needs no repository but
    compares findings and figures only. Exits 1 when a finding at or above the gate is new; without
    --fail-on the stricter gate of the two states applies.

    As markdown it is a comment for a pull request: one line, the figures that moved, at most three
    sentences, and the rest folded. `spend_change` in govern.yaml sets from which move of the
    forecast on it speaks, warns and fails.

    \b
    Examples:
      govern diff
      govern diff origin/main
      govern diff v2026-Q3..HEAD --format json
      govern diff origin/main...HEAD --format markdown --output comment.md
      govern diff --compare-to last-quarter.json
    """
    day = as_of or today()
    if compare_to is None:
        from multillm_gov.workflows.diff import diff

        report = diff(
            revisions, as_of=day, root=root, fail_on=fail_on, repository_url=repository_url
        )
    elif revisions is not None:
        raise click.UsageError("Compare with revisions or with --compare-to, not with both.")
    else:
        from multillm_gov.workflows.snapshot import diff_snapshot

        report = diff_snapshot(
            compare_to, as_of=day, root=root, fail_on=fail_on, repository_url=repository_url
        )
    ctx.exit(emit(report, targets, output, every=every))
