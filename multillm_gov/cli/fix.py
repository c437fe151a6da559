"""``govern fix``: apply every remedy that is safe."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, root_option, today
from multillm_gov.cli.shared.terminal import show_text


@click.command("fix", short_help="Apply every remedy that is safe.")
@click.option("--dry-run", is_flag=True, help="Print the change as a diff and write nothing.")
@as_of_option
@root_option
def command(*, dry_run: bool, as_of: date | None, root: Path | None) -> None:
    """Settle the findings that have a safe fix, and keep every other byte.

    Safe means that nothing which is declared changes: a text cut off by a comment is quoted, a
    waiver that has ended is removed, a repeated fallback leaves the chain. Routes, limits, prices
    and approvals are never changed. `govern rules` marks the rules that have a safe fix. A file
    whose edits would bring any finding is left as it is, and a comment is never removed with
    something else.

    \b
    Examples:
      govern fix --dry-run
      govern fix && git diff
    """
    from multillm_gov.rendering.plain.escaping import visible
    from multillm_gov.rules.engine.registry import find_rule
    from multillm_gov.sources.output import write_stdout
    from multillm_gov.words import count_of
    from multillm_gov.workflows.fix import fix

    done = fix(as_of=as_of or today(), root=root, dry_run=dry_run)
    if dry_run:
        write_stdout("".join(f"{visible(line)}\n" for line in done.diff.splitlines()).encode())
    for finding in done.findings:
        rule = find_rule(finding.rule)
        what = rule.safe_fix if rule else ""
        place = f"{finding.location.path}:{finding.location.line}"
        show_text(f"{place}: {finding.rule}: {finding.message}: {what}", err=dry_run)
    verb = "would be fixed" if dry_run else "fixed"
    rest = f"; {count_of(len(done.left), 'finding')} left to a person" if done.left else ""
    click.echo(f"{count_of(len(done.findings), 'finding')} {verb}{rest}.", err=True)
