"""``govern approve``: consent to what a task class or policy says now."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, root_option, today
from multillm_gov.cli.shared.terminal import show_text


@click.command("approve", short_help="Consent to what a task class or policy says now.")
@click.argument("subject")
@click.option(
    "--by",
    metavar="NAME",
    help="Who approves. [default: whom `people` in govern.yaml gives git's address]",
)
@click.option("--comment", default="", help="A remark to keep with it.")
@as_of_option
@root_option
def command(
    subject: str, *, by: str | None, comment: str, as_of: date | None, root: Path | None
) -> None:
    """Write an approval of SUBJECT into policies/approvals.yaml or the file that has them.

    SUBJECT is task_class:NAME or policy:NAME (or the name alone, where only one has it). The
    approval holds a digest of what the subject declares: comments, layout and order of keys do not
    matter; any change of meaning makes it stale. The same person's older approval is renewed in its
    place; nothing else in the file changes.

    The file will say what you type here. It proves approval when the approver commits it or
    reviews the change: docs/waivers-and-approvals.md says what each of these proves.

    \b
    Examples:
      govern approve task_class:crm-scoring --by cfo
      govern approve policy:vendor-limit --by cro --comment 'as resolved'
    """
    from multillm_gov.workflows.approve import approve

    done = approve(subject, by=by, comment=comment, as_of=as_of or today(), root=root)
    if done is None:
        click.echo("That very content is approved already; nothing was written.", err=True)
        return
    verb = "renewed" if done.written.renewed else "approved"
    text = f"{verb} `{done.subject}` by `{done.approved_by}`, {done.digest[:19]}…"
    show_text(f"{done.written.path}:{done.written.line}: {text}")
    click.echo("Commit it as the approver, so that git can say who gave it.", err=True)
