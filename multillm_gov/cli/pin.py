"""``govern pin``: pin the current prompt files by their digests."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, root_option, today
from multillm_gov.cli.shared.terminal import show_text


@click.command("pin", short_help="Pin the current prompt files by their digests.")
@click.argument("tasks", nargs=-1, metavar="[TASK]...")
@as_of_option
@root_option
def command(*, tasks: tuple[str, ...], as_of: date | None, root: Path | None) -> None:
    """Write the digest of each TASK's prompt file into its allocation, as `prompt_digest`.

    Without a TASK, every task class that names a prompt file is pinned. From then on `govern check`
    reports when a prompt file no longer matches its pin. Nothing else in a file changes.

    \b
    Examples:
      govern pin
      govern pin triage drafting
    """
    from multillm_gov.workflows.pin import pin

    done = pin(tasks, as_of=as_of or today(), root=root)
    for one in done:
        verb = "pinned again" if one.before else "pinned"
        show_text(
            f"{one.path}:{one.line}: {verb} `{one.prompt}` in `{one.task}`, {one.digest[:19]}…"
        )
    if not done:
        click.echo("Every prompt is pinned as it is; nothing was written.", err=True)
