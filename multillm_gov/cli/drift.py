"""``govern drift``: what runs compared with what is declared."""

from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    shared_options,
)


@click.command("drift", short_help="Compare what runs with what is declared.")
@click.option(
    "configs",
    "--config",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A LiteLLM configuration file; repeatable.",
)
@click.option(
    "urls",
    "--url",
    multiple=True,
    metavar="PROXY",
    help="A running LiteLLM proxy: its database overrides its file. Key: LITELLM_MASTER_KEY.",
)
@click.option(
    "providers",
    "--provider",
    multiple=True,
    metavar="NAME",
    help="A provider's own limits: openai (OPENAI_ADMIN_KEY), anthropic (ANTHROPIC_ADMIN_KEY).",
)
@click.option("--provider-url", default="", help="Address of the admin API, if not the provider's.")
@shared_options(gate=True)
@click.pass_context
def command(
    ctx: click.Context,
    configs: tuple[Path, ...],
    urls: tuple[str, ...],
    providers: tuple[str, ...],
    *,
    provider_url: str,
    shared: SharedOptions,
) -> None:
    """Compare what runs with the allocation; each finding names both sides.

    Compared are models, weights, the order of fallbacks for each kind of failure, timeouts and
    retries, regions, service tiers, rate limits, budgets, prices and tags; models that no task
    class declares; and limits that exist but do not enforce. At a provider: spend limits and
    whether they enforce, allowed models, residency.

    Keys are read from the environment only. Requests are bounded in size and time, are never
    redirected, and change nothing.

    Exits 1 when a finding reaches the gate, else 0; 3 when something could not be read.

    \b
    Examples:
      govern drift --config litellm.yaml
      govern drift --url http://localhost:4000
      govern drift --provider openai --provider anthropic
    """
    from multillm_gov.workflows.gateways.drift import DriftOptions, drift

    options = DriftOptions(
        configs=configs,
        urls=urls,
        providers=providers,
        provider_url=provider_url,
        fail_on=shared.fail_on,
    )
    report = drift(options, as_of=shared.day, root=shared.root)
    ctx.exit(emit(report, shared.targets, shared.output))
