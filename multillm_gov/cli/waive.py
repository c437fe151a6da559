"""``govern waive``: accept a finding for a time, with a reason and a name, and write it down."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, day_option, root_option, today


@click.command("waive", short_help="Accept a finding for a time, with a reason and a name.")
@click.argument("finding")
@click.option("--reason", required=True, help="Reason for accepting the finding.")
@day_option("--expires", "Last day it holds, such as 2026-12-31.", required=True)
@click.option("--approved-by", required=True, metavar="NAME", help="Approver.")
@click.option("--ticket", default="", help="Where it is followed up.")
@as_of_option
@root_option
def command(
    finding: str,
    *,
    reason: str,
    expires: date,
    approved_by: str,
    ticket: str,
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

    \b
    Examples:
      govern waive GOV201:triage --reason 'contract pending' --expires 2026-12-31 --approved-by cio
      govern waive cap:crm-scoring --reason peak --expires 2027-01-31 --approved-by cfo --ticket R-7
      govern waive 3f9a0c1b22d47e60 --reason 'fix planned' --expires 2026-12-01 --approved-by cio
    """
    from multillm_gov.rendering.plain.escaping import visible
    from multillm_gov.words import count_of
    from multillm_gov.workflows.waive import WaiverTerms, waive

    done = waive(
        finding,
        WaiverTerms(reason=reason, expires=expires, approved_by=approved_by, ticket=ticket),
        as_of=as_of or today(),
        root=root,
    )
    verb = "renewed" if done.written.renewed else "waived"
    covered = count_of(done.covered, "finding")
    message = f"{verb} `{done.policy}` for `{done.subject}` until {expires}: {covered}"
    click.echo(visible(f"{done.written.path}:{done.written.line}: {message}"))
