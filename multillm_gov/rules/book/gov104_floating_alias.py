"""GOV104: models are pinned to a dated snapshot where one exists."""

from collections.abc import Iterator

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext, Use
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield aliases the provider can re-point whose model has a dated name in service."""
    floating = {
        name: snapshot
        for name, facts in context.models.items()
        if facts is not None
        and facts.lifecycle.floating_alias
        and (snapshot := _snapshot(facts, context)) is not None
    }
    for use in context.uses(floating):
        model, snapshot = use.part.model, floating[use.part.model]
        ends = snapshot.lifecycle.retirement
        yield Violation(
            message=(
                f"{code(model)} is an alias that its provider can re-point; {code(snapshot.name)} "
                "is a dated snapshot of it"
            ),
            place=use.place,
            subject=use.task.task.name,
            remedy=_remedy(use, snapshot),
            risk="Quality and tone can change overnight under the same name, and no diff shows it.",
            figures={
                "snapshot": snapshot.name,
                "snapshot_retirement": ends.isoformat() if ends else None,
            },
            distinction=f"{use.role}: {model}",
        )


def _remedy(use: Use, snapshot: ModelFacts) -> str:
    written, ends = f"Write {code(snapshot.name)}", snapshot.lifecycle.retirement
    if ends:
        return f"{written}, which retires on {ends}, or a newer model."
    alias = use.part.facts.lifecycle.retirement if use.part.facts is not None else None
    if alias is None:
        return f"{written}."
    return (
        f"Move to a newer model. The alias retires on {alias}; no source that we read gives a date "
        f"for {code(snapshot.name)}, which may end with it: ask its provider before you write it."
    )


def _snapshot(facts: ModelFacts, context: RuleContext) -> ModelFacts | None:
    """The dated name to write; none where the alias or the dated name has ended or may have."""
    if not facts.lifecycle.snapshot or facts.ended_on(context.as_of):
        return None
    from multillm_gov.catalog.lifecycle.successors import (
        respelled,
    )  # reads tables of names: for a finding only

    snapshot = context.state.catalog.find(respelled(facts.lifecycle.snapshot, facts.name))
    if snapshot is None or snapshot.ended_on(context.as_of):
        return None
    doubtful = snapshot.lifecycle.doubtful
    return None if doubtful is not None and doubtful.date <= context.as_of else snapshot


RULE = Rule(
    id="GOV104",
    name="floating-alias",
    title="Model not pinned to a snapshot",
    one="{subject} uses a model alias although a dated snapshot exists",
    many="{count} task classes use a model alias although a dated snapshot exists",
    short_title="Unpinned models",
    requirement="Models are pinned to a dated snapshot where one exists.",
    why=(
        "An alias changes its model without a commit. Between March and June 2023, one name fell "
        "from 84% to 51% on a prime-number test, and from 52% to 10% on directly executable code "
        "(Chen, Zaharia and Zou, arXiv 2307.09009)."
    ),
    remediation=(
        "Write the dated name. Move to the next snapshot in a pull request with a benchmark."
    ),
    severity=Severity.WARNING,
    check=check,
    violating="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route: [{model: gpt-4o}]
""",
    compliant="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route: [{model: gpt-4o-2024-11-20}]
""",
)
