"""``govern waive``: accept a finding for a time, with a reason and a name, and write it down."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from multillm_gov.cli.shared.options import as_of_option, day_option, root_option, today

if TYPE_CHECKING:
    from multillm_gov.workflows.waivers.granting import WaiverTerms


@click.command("waive", short_help="Accept a finding for a time, with a reason and a name.")
@click.argument("finding", required=False)
@click.option("--reason", help="Reason for accepting the finding.")
@day_option("--expires", "Last day it holds, such as 2026-12-31.", required=True)
@click.option("--approved-by", required=True, metavar="NAME", help="Approver.")
@click.option("--ticket", default="", help="Where it is followed up.")
@click.option(
    "--generate",
    is_flag=True,
    help="Waive every open finding instead of FINDING, to adopt the gate today.",
)
@click.option(
    "--severity",
    type=click.Choice(("note", "warning", "error")),
    default="warning",
    show_default=True,
    help="With --generate: the least severity to waive.",
)
@as_of_option
@root_option
def command(
    finding: str | None,
    *,
    reason: str | None,
    expires: date,
    approved_by: str,
    ticket: str,
    generate: bool,
    severity: str,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Write a waiver for FINDING into policies/waivers.yaml or the file that has waivers.

    FINDING is RULE:SUBJECT or POLICY:SUBJECT; the subject is the task class, vendor or policy that
    the message is about. Or it is a fingerprint as JSON and SARIF show it, or its first eight
    digits. A waiver covers every finding of the rule or policy about the subject; an existing one
    is renewed in its place. Nothing else in the file changes.

    Refused: hard-mandatory policies, rules about files, a day in the past, an approver whom the
    policy does not name. The review of this change shows whether NAME really agreed.

    With --generate, every open finding gets a waiver until the same day, and nothing else changes:
    from then on the gate fails on what is new. What cannot be waived is listed.

    \b
    Examples:
      govern waive GOV201:triage --reason 'contract pending' \\
        --expires 2026-12-31 --approved-by cio
      govern waive cap:crm-scoring --reason peak --ticket R-7 \\
        --expires 2027-01-31 --approved-by cfo
      govern waive 3f9a0c1b22d47e60 --reason 'fix planned' \\
        --expires 2026-12-01 --approved-by cio
      govern waive --generate --expires 2027-03-31 --approved-by cto
    """
    from multillm_gov.workflows.waivers.granting import WaiverTerms

    day = as_of or today()
    if (finding is None) != generate:
        raise click.UsageError("Name a FINDING, or --generate for all open ones.")
    if reason is None and not generate:
        raise click.UsageError("Missing option '--reason'.")
    terms = WaiverTerms(
        reason=reason or f"Open when the gate was adopted on {day}",
        expires=expires,
        approved_by=approved_by,
        ticket=ticket,
    )
    if finding is None:
        _generate(terms, severity, day, root)
    else:
        _waive(finding, terms, day, root)


def _waive(finding: str, terms: "WaiverTerms", day: date, root: Path | None) -> None:
    from multillm_gov.cli.shared.terminal import show_text
    from multillm_gov.words import count_of
    from multillm_gov.workflows.waivers.granting import waive

    done = waive(finding, terms, as_of=day, root=root)
    verb = "renewed" if done.written.renewed else "waived"
    covered = count_of(done.covered, "finding")
    message = f"{verb} `{done.policy}` for `{done.subject}` until {terms.expires}: {covered}"
    show_text(f"{done.written.path}:{done.written.line}: {message}")


def _generate(terms: "WaiverTerms", severity: str, day: date, root: Path | None) -> None:
    from multillm_gov.cli.shared.terminal import show_text
    from multillm_gov.finding import Severity
    from multillm_gov.words import count_of, join_code
    from multillm_gov.workflows.waivers.adoption import waive_all

    done = waive_all(terms, least=Severity[severity.upper()], as_of=day, root=root)
    if done.paths:
        written = count_of(done.added + done.renewed, "waiver")
        renewed = f" ({done.renewed:,} renewed)" if done.renewed else ""
        covered = count_of(done.covered, "finding")
        message = f"{written}{renewed} until {terms.expires}: {covered}"
        show_text(f"{join_code(done.paths)}: {message}")
    elif not done.refused:
        click.echo("No open finding: nothing to waive.")
    for one in done.refused:
        what = f"{one.finding.location}: not waived: {one.finding.rule} `{one.finding.subject}`"
        show_text(f"{what}: {one.reason}", err=True)
