"""GOV108: the retirement date of every routed model is known."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.vocabulary import Closed
from multillm_gov.words import LONGEST, code


class Parameters(Closed, frozen=True, kw_only=True):
    """Which models need a date."""

    fallbacks: Annotated[bool, Meta(description="Whether fallbacks need a known date too")] = False


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models in use without a date; other rules report unknown and retired ones."""
    undated = {
        name for name, facts in context.models.items() if facts is not None and _is_undated(facts)
    }
    for use in context.uses(undated):
        if use.role == "fallback" and not parameters.fallbacks:
            continue
        value = use.task.value_at_stake_per_month
        at_stake = f"; {context.money(value)} a month is at stake" if value else ""
        model = use.part.model
        yield Violation(
            message=f"no source we read gives a retirement date for {code(model)}"
            + _hints(context, model),
            place=use.place,
            subject=use.task.task.name,
            remedy=(
                "Ask its vendor for a date, and write it in `catalog/models.yaml`: `models: "
                f"{{{model[:LONGEST]}: {{retirement: {{date: …, source: …}}}}}}`."
            ),
            risk=f"It may be retired at the vendor's shortest notice, 60 days or less{at_stake}.",
            distinction=f"{use.role}: {model}",
        )


def _hints(context: RuleContext, model: str) -> str:
    facts = context.models[model]
    if facts is None:
        return ""
    doubtful = facts.lifecycle.doubtful
    elsewhere = context.state.catalog.elsewhere(facts)
    hints = [f"doubtful: {doubtful.date}, for {doubtful.reason}"] if doubtful is not None else []
    hints += [f"elsewhere: {', '.join(elsewhere)}"] if elsewhere else []
    return f" ({'; '.join(hints)})" if hints else ""


def _is_undated(facts: ModelFacts) -> bool:
    return facts.lifecycle.retirement is None and facts.source != "retired-list"


RULE = Rule(
    id="GOV108",
    name="retirement-unknown",
    title="Retirement date not known",
    one="{subject} uses a model without a known retirement date",
    many="{count} task classes use a model without a known retirement date",
    short_title="Unknown retirement dates",
    requirement="The retirement date of every routed model is known.",
    why=(
        "No date means not known, never that a model stays: LiteLLM's price map gives a date for "
        "944 of 4,552 entries, and dates appear late (that of gpt-5 appeared half a year before "
        "its retirement). The rule is enabled only by a policy, because for most models no source "
        "we read gives a date. Published notice: Anthropic at least 60 days, OpenAI 3 to 6 "
        "months, previews 2 weeks."
    ),
    remediation=(
        "Declare the vendor's commitment (its policy page, a contract) as `retirement` in "
        "`catalog/`, with its source."
    ),
    severity=Severity.WARNING,
    check=check,
    parameters=Parameters,
    tighter={"fallbacks": "present"},
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: custom/triage-v2}]
# catalog/models.yaml
models:
  custom/triage-v2:
    mode: chat
    usd_per_million_tokens: {input: 0.4, output: 0.8}
# policies/models.yaml
policies:
  known-ends:
    rule: retirement-unknown
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: custom/triage-v2}]
# catalog/models.yaml
models:
  custom/triage-v2:
    mode: chat
    usd_per_million_tokens: {input: 0.4, output: 0.8}
    retirement: {date: 2028-06-30, source: hosting contract}
# policies/models.yaml
policies:
  known-ends:
    rule: retirement-unknown
""",
)
