"""GOV206: no fallback chain tries a model twice."""

from collections.abc import Iterator

from multillm_gov.documents.document import Document
from multillm_gov.documents.editing import Edit, offsets_of, without_item
from multillm_gov.documents.pointing import spot_at
from multillm_gov.finding import Finding, Severity, Violation
from multillm_gov.measures.failover import Deployment, deployment
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield fallbacks that repeat a routed model or an earlier fallback, in any spelling."""
    deployments = {name: deployment(name, facts) for name, facts in context.models.items()}
    for task in context.tasks:
        if not task.fallbacks:
            continue
        routed = {deployments[entry.model]: entry.model for entry in task.legs}
        earlier: dict[Deployment, str] = {}
        for fallback in task.fallbacks:
            key = deployments[fallback.model]
            if key in routed:
                yield _violation(task, fallback, routed[key], "routed")
            elif key in earlier:
                yield _violation(task, fallback, earlier[key], "an earlier fallback")
            earlier.setdefault(key, fallback.model)


def _violation(task: TaskFigures, fallback: FallbackFigures, other: str, what: str) -> Violation:
    same = (
        f"is already {what}"
        if fallback.model == other
        else f"is the same deployment as {code(other)}, already {what}"
    )
    split = what == "routed" and len(task.legs) > 1
    return Violation(
        message=f"fallback {code(fallback.model)} of {code(task.task.name)} {same}",
        place=task.task.place.at("fallbacks", fallback.index),
        subject=task.task.name,
        remedy="Remove it from `fallbacks`, or replace it with a model of another vendor.",
        risk=(
            "It takes over only for the other routed models; when it is down itself, the chain "
            "tries it again."
            if split
            else "The chain retries what has just failed, and callers wait for a second timeout."
        ),
        severity=Severity.NOTE if split else None,
        distinction=f"fallback: {fallback.model}",
    )


def fix(finding: Finding, document: Document) -> Edit | None:
    """Take the repetition out of the chain, unless a split leaves it some use."""
    spot = spot_at(document, offsets_of(document, finding.location)[0])
    if finding.severity is Severity.NOTE or spot is None or "fallbacks" not in spot.pointer:
        return None
    return without_item(document, spot.pointer)


RULE = Rule(
    id="GOV206",
    name="fallback-chain-repeats",
    title="Fallback chain repeats a model",
    one="{subject} has a fallback chain that tries a model twice",
    many="{count} task classes have a fallback chain that tries a model twice",
    short_title="Repeated fallbacks",
    requirement="No fallback chain tries a model twice.",
    why=(
        "A chain that repeats a model adds a timeout and no resilience, and inflates the count of "
        "fallbacks. Spellings of one model at one provider in the same regions are one "
        "deployment, whatever the alias. In a weighted split, a routed model may take over for "
        "the others, which is a note."
    ),
    remediation="Keep each deployment in the chain once, in the order in which it should be tried.",
    safe_fix="Removes the repetition from the chain",
    fix=fix,
    severity=Severity.WARNING,
    check=check,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [openai/gpt-5-mini, claude-haiku-4-5]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [claude-haiku-4-5]
""",
)
