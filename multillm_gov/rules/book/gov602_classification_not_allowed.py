"""GOV602: data goes only to providers whose contract allows its classification."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.catalog.overrides import PlacedProvider
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext, Use
from multillm_gov.vocabulary import Classification, Closed
from multillm_gov.words import code, join_words


class Parameters(Closed, frozen=True, kw_only=True):
    """Data for which the permission of a provider must be known."""

    require_known: Annotated[
        tuple[Classification, ...],
        Meta(
            description=(
                "Classifications that may go only to a provider with declared `classifications`"
            )
        ),
    ] = ()


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models at a provider that may not receive the data of the task class."""
    providers = context.state.overrides.providers
    if not parameters.require_known and not any(
        provider.declared.classifications is not None for provider in providers.values()
    ):
        return
    for use in context.uses(context.models):
        facts = use.part.facts
        if facts is None:
            continue
        provider = facts.exposure.provider
        placed, kind = providers.get(provider), use.task.task.declared.data.classification
        allowed = placed.declared.classifications if placed else None
        if allowed is None:
            if kind in parameters.require_known:
                yield _unknown(use, provider, kind)
        elif placed is not None and kind not in allowed:
            yield _forbidden(use, provider, placed, kind)


def _forbidden(use: Use, provider: str, placed: PlacedProvider, kind: Classification) -> Violation:
    task, allowed = use.task.task, placed.declared.classifications or ()
    return Violation(
        message=(
            f"{code(task.name)} sends {kind} data to {code(provider)} ({code(use.part.model)}), "
            f"whose contract allows {f'only {join_words(allowed)} data' if allowed else 'none'}"
        ),
        place=use.place,
        subject=task.name,
        remedy=(
            f"Choose a model at a provider that may receive {kind} data, or correct the "
            f"`classifications` of {code(provider)} in `catalog/` if the contract allows it."
        ),
        risk=f"{kind.capitalize()} data goes to a provider without a contract that allows it.",
        related=(
            ("what the contract allows", placed.place.at("classifications")),
            ("the data", task.place.at("data", "classification")),
        ),
        figures={"provider": provider, "classification": kind, "allowed": ", ".join(allowed)},
        distinction=f"{use.role}: {use.part.model}",
    )


def _unknown(use: Use, provider: str, kind: Classification) -> Violation:
    task = use.task.task
    who = "a provider that is not known" if provider == UNKNOWN else code(provider)
    return Violation(
        message=(
            f"{code(task.name)} sends {kind} data to {who} ({code(use.part.model)}); what that "
            "provider may receive is not declared"
        ),
        place=use.place,
        subject=task.name,
        remedy=(
            f"State what your contract allows in `catalog/`: `providers: {{{provider}: "
            f"{{classifications: […]}}}}`."
            if provider != UNKNOWN
            else f"State the provider of {code(use.part.model)} in `catalog/`: `models: "
            f"{{{use.part.model}: "
            "{exposure: {provider: …}}}`."
        ),
        risk=f"It is not known whether {kind} data may go there.",
        related=(("the data", task.place.at("data", "classification")),),
        figures={"provider": provider, "classification": kind, "allowed": None},
        distinction=f"{use.role}: {use.part.model}",
    )


RULE = Rule(
    id="GOV602",
    name="classification-not-allowed",
    title="Data classification not allowed at the provider",
    one="{subject} sends data to a provider that is not known to be allowed to receive it",
    many=(
        "{count} task classes send data to a provider that is not known to be allowed to receive it"
    ),
    short_title="Data sent without permission",
    requirement="Data goes only to providers whose contract allows its classification.",
    why=(
        "Contracts allow some kinds of data and not others, and a failover moves the data too. "
        "What a provider may receive is declared once, as `classifications` of the provider in "
        "`catalog/`, and means exactly the kinds listed. A provider without a declaration is not "
        "judged, unless a policy requires that it is known."
    ),
    remediation=(
        "Route to a provider that may receive the data, or declare what the contract allows."
    ),
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    tighter={"require_known": "more"},
    violating="""\
# allocations/health.yaml
owner: health
task_classes:
  summaries:
    route: [{model: eu.anthropic.claude-sonnet-4-6}]
    fallbacks: [mistral/mistral-large-2512]
    data: {classification: restricted}
# catalog/providers.yaml
providers:
  bedrock: {classifications: [public, internal, confidential, restricted]}
  mistral: {classifications: [public, internal]}
""",
    compliant="""\
# allocations/health.yaml
owner: health
task_classes:
  summaries:
    route: [{model: eu.anthropic.claude-sonnet-4-6}]
    data: {classification: restricted}
# catalog/providers.yaml
providers:
  bedrock: {classifications: [public, internal, confidential, restricted]}
  mistral: {classifications: [public, internal]}
""",
)
