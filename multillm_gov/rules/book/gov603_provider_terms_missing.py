"""GOV603: sensitive data goes only to providers with known and acceptable terms."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.catalog.overrides import PlacedProvider
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, Use
from multillm_gov.vocabulary import Classification, Closed
from multillm_gov.words import code, count_of, join_words


class Parameters(Closed, frozen=True, kw_only=True):
    """The terms, and the data they are required for."""

    require_for: Annotated[
        tuple[Classification, ...],
        Meta(min_length=1, description="Classifications for which the terms are required"),
    ] = ("confidential", "restricted")
    max_retention_days: Annotated[
        Annotated[int, Meta(ge=0, le=36_500)] | None,
        Meta(description="Longest retention of requests, in days; 0: none; null: any"),
    ] = 30
    forbid_training: Annotated[
        bool, Meta(description="Whether the contract must rule out training on inputs")
    ] = True


class _Exposed(Struct):
    """A provider that receives such data: from which task classes, and which kinds."""

    first: Use
    task_classes: set[str]
    kinds: set[str]


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield providers that receive such data without the terms, each once."""
    exposed: dict[str, _Exposed] = {}
    for use in context.uses(context.models):
        kind = use.task.task.declared.data.classification
        if kind in parameters.require_for and use.part.facts is not None:
            provider = use.part.facts.exposure.provider
            matching_exposed = exposed.setdefault(provider, _Exposed(use, set(), set()))
            matching_exposed.task_classes.add(use.task.task.name)
            matching_exposed.kinds.add(kind)
    for provider, matching_exposed in sorted(exposed.items()):
        placed = context.state.overrides.providers.get(provider)
        gaps = tuple(_gaps(placed, parameters))
        if gaps:
            yield _violation(context, provider, matching_exposed, placed, gaps)


def _gaps(placed: PlacedProvider | None, parameters: Parameters) -> Iterator[tuple[str, str, str]]:
    """The key of each term, what is wrong with it, and what to write."""
    declared = placed.declared if placed else None
    limit, remaining = parameters.max_retention_days, declared.retention_days if declared else None
    if limit is not None and remaining is None:
        yield (
            "retention_days",
            f"its retention is not declared (the limit is {count_of(limit, 'day')})",
            "…",
        )
    elif limit is not None and remaining is not None and not 0 <= remaining <= limit:
        yield (
            "retention_days",
            (
                f"it keeps requests for {count_of(remaining, 'day')} (the limit is "
                f"{count_of(limit, 'day')})"
            ),
            str(limit),
        )
    trains = declared.trains_on_inputs if declared else None
    if parameters.forbid_training and trains is None:
        yield "trains_on_inputs", "whether it may train on inputs is not declared", "…"
    elif parameters.forbid_training and trains:
        yield "trains_on_inputs", "its contract allows training on inputs", "false"


def _violation(
    context: RuleContext,
    provider: str,
    exposed: _Exposed,
    placed: PlacedProvider | None,
    gaps: tuple[tuple[str, str, str], ...],
) -> Violation:
    kinds = join_words(sorted(exposed.kinds))
    who = "a provider that is not known" if provider == UNKNOWN else code(provider)
    terms = ", ".join(f"{key}: {value}" for key, _, value in gaps)
    place = placed.place.at(gaps[0][0]) if placed else exposed.first.place
    task = exposed.first.task.task
    return Violation(
        message=(
            f"{who} receives {kinds} data of {count_of(len(exposed.task_classes), 'task class')}; "
            f"{join_words(text for _, text, _ in gaps)}"
        ),
        place=place,
        subject=f"provider:{provider}",
        remedy=(
            "Agree on the terms and write what the contract says in `catalog/`: `providers: "
            f"{{{provider}: {{{terms}}}}}`; until then route {kinds} data elsewhere."
        ),
        risk=f"{kinds.capitalize()} data may be kept, leak later, or be reproduced by a model.",
        related=(
            (f"first sent by {code(task.name)}", exposed.first.place),
            *((("the terms", context.policy_place.key()),) if context.policy_place else ()),
        ),
        figures={
            "task_classes": len(exposed.task_classes),
            "retention_days": placed.declared.retention_days if placed else None,
            "terms_missing": len(gaps),
        },
    )


def _kept(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """Days that each provider of such data keeps requests; not known where not declared."""
    providers = {
        use.part.facts.exposure.provider
        for use in context.uses(context.models)
        if use.task.task.declared.data.classification in parameters.require_for
        and use.part.facts is not None
    }
    for provider in sorted(providers):
        placed = context.state.overrides.providers.get(provider)
        days = placed.declared.retention_days if placed is not None else None
        yield LimitReading(days, ("provider", provider))


RULE = Rule(
    id="GOV603",
    name="provider-terms-missing",
    title="Provider terms missing or unacceptable",
    one="One provider of sensitive task classes has missing or unacceptable terms",
    many="{count} providers of sensitive task classes have missing or unacceptable terms",
    short_title="Provider terms",
    requirement="Sensitive data goes only to providers with known and acceptable terms.",
    why=(
        "How long requests are kept, and whether models learn from them, differs by provider, "
        "plan and endpoint: only the contract counts. The default of 30 days is a placeholder to "
        "edit. A term that is not declared counts as missing. There is one finding per provider, "
        "wherever it is routed."
    ),
    remediation="Agree on retention and training, and declare both for the provider in `catalog/`.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "max_retention_days": RuleLimit(
            words="Days that a provider keeps requests", unit="days", has_band=False, measure=_kept
        ),
    },
    parameters=Parameters,
    tighter={
        "require_for": "more",
        "max_retention_days": "lower",
        "forbid_training": "present",
    },
    enabled_by_default=False,
    violating="""\
# allocations/health.yaml
owner: health
task_classes:
  summaries:
    route: [{model: mistral/mistral-large-2512}]
    data: {classification: restricted}
# catalog/providers.yaml
providers:
  mistral: {retention_days: 90}
# policies/data.yaml
policies:
  health-data-terms:
    rule: provider-terms-missing
    require_for: [restricted]
    max_retention_days: 0
""",
    compliant="""\
# allocations/health.yaml
owner: health
task_classes:
  summaries:
    route: [{model: mistral/mistral-large-2512}]
    data: {classification: restricted}
# catalog/providers.yaml
providers:
  mistral: {retention_days: 0, trains_on_inputs: false}
# policies/data.yaml
policies:
  health-data-terms:
    rule: provider-terms-missing
    require_for: [restricted]
    max_retention_days: 0
""",
)
