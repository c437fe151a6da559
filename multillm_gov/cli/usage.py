"""``govern usage``: what was really spent, why it changed, what it will be."""

import click

from multillm_gov.cli.shared import usage_feeds


@click.group("usage")
def command() -> None:
    """What was really spent, by whom, why it changed, and what it will be.

    \b
    Examples:
      govern usage import logs/*.jsonl.gz
      govern usage explain chatcmpl-7f3a
      govern usage sql --dialect bigquery
    """


for _each in (usage_feeds.import_, usage_feeds.explain, usage_feeds.sql, usage_feeds.readers):
    command.add_command(_each)
