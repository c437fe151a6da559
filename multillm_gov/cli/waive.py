"""``govern waive``: accept a finding for a time, with a reason and a name, and write it down."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, day_option, root_option, today


@click.command("waive", short_help="Accept a finding for a time, with a reason and a name.")
@click.argument("finding")
@click.option("--reason", required=True, help="Why it is borne.")
@day_option("--expires", "Last day it holds, such as 2026-12-31.", required=True)
@click.option("--approved-by", required=True, metavar="NAME", help="Who bears it.")
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
    """Write a waiver for FINDING into policies/waivers.yaml, or the policy file that has waivers already.

    FINDING is RULE:SUBJECT or POLICY:SUBJECT: every output shows the rule's id, and the subject is the task class,
    vendor or policy that the message is about (a wrong one gets suggestions). Or it is a fingerprint as JSON and SARIF
    show it, or its first eight digits. A waiver holds for all that the rule or policy says of the subject; one that is
    there already is renewed in its place. Nothing else in the file changes: comments and layout stay as they are.

    Refused: hard-mandatory policies, rules about files, a day that is past, an approver whom the policy does not name.
    What you type here is what the file will say: that NAME really agreed is for the review of this change to see.

    \b
    Examples:
      govern waive GOV201:triage --reason 'contract pending' --expires 2026-12-31 --approved-by cio
      govern waive vendor-limit:vendor:openai --reason migration --expires 2027-01-31 --approved-by cfo --ticket RISK-7
      govern waive 3f9a0c1b22d47e60 --reason 'being mended' --expires 2026-12-01 --approved-by cio
    """
    from multillm_gov.rendering.plain.escaping import visible
    from multillm_gov.words import count_of
    from multillm_gov.workflows.waive import waive

    done = waive(
        finding,
        reason=reason,
        expires=expires,
        approved_by=approved_by,
        ticket=ticket,
        as_of=as_of or today(),
        root=root,
    )
    verb = "renewed" if done.written.renewed else "waived"
    told = f"{verb} `{done.policy}` for `{done.subject}` until {expires}: {count_of(done.covered, 'finding')}"
    click.echo(visible(f"{done.written.path}:{done.written.line}: {told}"))
