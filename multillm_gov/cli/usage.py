"""``govern usage``: what was really spent, why it changed, what it will be."""

import click

from multillm_gov.cli.shared import usage_answers, usage_exports, usage_feeds


@click.group("usage")
def command() -> None:
    """What was really spent, by whom, why it changed, and what it will be.

    \b
    Examples:
      govern usage import logs/*.jsonl.gz
      govern usage status
      govern usage explain-change 2026-09 2026-10
      govern usage reconcile litellm-spend-logs openai
      govern usage sql --dialect bigquery
    """


for _each in (
    usage_feeds.import_,
    usage_feeds.explain,
    usage_feeds.sql,
    usage_feeds.readers,
    usage_answers.status,
    usage_answers.explain_change,
    usage_answers.reconcile,
    usage_answers.unit_costs,
    usage_exports.export,
    usage_exports.negotiation,
):
    command.add_command(_each)
