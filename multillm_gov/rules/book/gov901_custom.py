"""GOV901: the condition of a custom policy is true."""

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, field

from multillm_gov.documents.document import Document
from multillm_gov.documents.scalar_places import locate_in_text
from multillm_gov.finding import Flaw, Severity, Violation
from multillm_gov.location import Place, Pointer
from multillm_gov.rules.custom.bench import (
    MOST_POLICIES,
    Bench,
    SpentError,
    Subject,
    language,
    names_in,
)
from multillm_gov.rules.custom.vocabulary import ELEMENT_FIELDS, Over
from multillm_gov.rules.custom.wording import explain, format_values, remedy_of
from multillm_gov.rules.custom.words import misuses
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.expressions import Expression, Unjudged
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code

_MOST_FLAWS = 5
_Text = Annotated[str, Meta(min_length=1, max_length=500)]
_Expression = Annotated[str, Meta(min_length=1)]


class Parameters(Closed, frozen=True, kw_only=True):
    """The statement, what it is evaluated for, and the texts of a violation."""

    over: Annotated[
        Over, Meta(description="What the statement is evaluated for, one at a time")
    ] = "task_class"
    asserted: Annotated[_Expression, Meta(description="CEL expression that must be true")] = field(
        name="assert"
    )
    when: Annotated[
        _Expression | None,
        Meta(description="CEL expression; where it is false, the statement is skipped"),
    ] = None
    message: Annotated[_Text | None, Meta(description="Message where the statement is false")] = (
        None
    )
    remedy: Annotated[_Text | None, Meta(description="Remedy where the statement is false")] = None
    subject: Annotated[
        _Text | None,
        Meta(
            description=(
                "Subject of the findings, as a waiver names it; default: the task class, model or "
                "portfolio"
            )
        ),
    ] = None


def validate_parameters(
    parameters: Parameters, document: Document, pointer: Pointer
) -> Iterator[Flaw]:
    """Yield mistakes in the expressions, each with its place in the text of the policy."""
    for key, text in (("assert", parameters.asserted), ("when", parameters.when)):
        if text is None:
            continue
        misfits = tuple(misuses(text, ELEMENT_FIELDS, ELEMENT_FIELDS))
        if not misfits:
            compiled = language(parameters.over).compile(text)
            misfits = () if isinstance(compiled, Expression) else compiled
        for misfit in misfits[:_MOST_FLAWS]:
            explained = explain(misfit, text, parameters.over)
            yield Flaw(
                kind="schema",
                message=f"`{key}`: {explained.message}",
                location=locate_in_text(
                    document, (*pointer, key), misfit.line, explained.column, explained.length
                ),
                remedy=explained.remedy,
                subject=str(pointer[-1]),
            )


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield subjects for which the statement is false or cannot be judged."""
    place = context.policy_place or Place("policies")
    bench, judged = _shared(context)
    if judged > MOST_POLICIES:
        yield _unjudged_policy(context, place, f"only {MOST_POLICIES} custom policies are judged")
        return
    guard = _compiled(parameters.over, parameters.when) if parameters.when is not None else None
    statement = _compiled(parameters.over, parameters.asserted)
    read = tuple(sorted(names_in(parameters.asserted)))
    try:
        for subject in bench.subjects(parameters.over, context):
            applies = True if guard is None else bench.holds(guard, subject)
            result = bench.holds(statement, subject) if applies is True else applies
            if isinstance(result, Unjudged):
                yield _violation(context, parameters, subject, read, problem=result.message)
            elif applies and not result:
                yield _violation(context, parameters, subject, read)
    except SpentError:
        yield _unjudged_policy(
            context, place, "all custom policies together take too long to evaluate"
        )


def _shared(context: RuleContext) -> tuple[Bench, int]:
    """The bench of this judgment, and how many custom policies it has seen."""
    if "custom" not in context.memo:
        custom = [
            policy
            for policy in context.state.portfolio.policies
            if policy.declared.rule in {RULE.id, RULE.name}
        ]
        texts = [
            each.parameters.get(key)
            for each in custom[:MOST_POLICIES]
            for key in ("assert", "when")
        ]
        context.memo["custom"] = (
            Bench(context, names_in(*texts)),
            {each.name: n for n, each in enumerate(custom, 1)},
        )
    bench, numbers = context.memo["custom"]
    return bench, numbers.get(context.policy, 1)


def _compiled(over: Over, text: str) -> Expression:
    compiled = language(over).compile(text)
    if not isinstance(compiled, Expression):
        raise TypeError(
            f"{text!r} was examined and does not compile"
        )  # a defect: `validate_parameters` lets no such policy pass
    return compiled


def _violation(
    context: RuleContext,
    parameters: Parameters,
    subject: Subject,
    read: tuple[str, ...],
    problem: str = "",
) -> Violation:
    message = parameters.message or f"{code(' '.join(parameters.asserted.split()))} is false"
    if problem:
        message = f"cannot be judged by {code(context.policy)}: {problem}"
    values = {name: subject.values[name] for name in read if name in subject.values}
    figures: dict[str, Any] = {
        name: value
        for name, value in values.items()
        if value is None or isinstance(value, str | float)
    }
    place = subject.place
    if parameters.over == "portfolio" and context.policy_place is not None:
        place = context.policy_place.at("assert")
    return Violation(
        message=f"{code(subject.name.removeprefix('model:'))}: {message}{format_values(values)}",
        place=place,
        subject=parameters.subject or subject.name,
        remedy=parameters.remedy
        or remedy_of(parameters.over, subject.name, context.policy, unjudged=bool(problem)),
        figures=figures,
        distinction=subject.name if parameters.subject else "",
    )


def _unjudged_policy(context: RuleContext, place: Place, why: str) -> Violation:
    return Violation(
        message=f"{code(context.policy)} is not fully judged: {why}",
        place=place.key(),
        subject=context.policy,
        remedy=(
            "Merge custom policies, narrow them by `applies_to`, or make their expressions simpler."
        ),
        risk="The policy is not enforced.",
        severity=Severity.ERROR,
        distinction="not judged",
    )


RULE = Rule(
    id="GOV901",
    name="custom",
    title="Custom policy violated",
    one="{subject} violates a custom policy",
    many="{count} subjects violate a custom policy",
    short_title="Custom policies",
    requirement="The condition of a custom policy is true.",
    why=(
        "Duties of a single organization need no new rule: a policy states them as an expression "
        "of the Common Expression Language (CEL, cel.dev) over task classes, models or the "
        "portfolio. Names and types are checked when the policy is read; what cannot be evaluated "
        "is a finding, never a pass; nothing can be called, opened or run, and the cost is "
        "bounded. docs/custom-rules.md lists what an expression may read."
    ),
    remediation="Do what the remedy of the policy says, or have the policy changed by its owner.",
    severity=Severity.ERROR,
    check=check,
    validate_parameters=validate_parameters,
    parameters=Parameters,
    tighter={
        "over": "never",
        "asserted": "never",
        "when": "absent",
        "message": "never",
        "remedy": "never",
        "subject": "never",
    },
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  replies:
    route: [{model: claude-sonnet-4-6}]
    tags: [customer-facing]
# policies/own.yaml
policies:
  customer-facing-latency:
    rule: custom
    when: "'customer-facing' in task.tags"
    assert: task.latency.p95_seconds != null && task.latency.p95_seconds <= 20
    message: customers wait at most 20 seconds
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  replies:
    route: [{model: claude-sonnet-4-6}]
    latency: {p95_seconds: 10}
    tags: [customer-facing]
# policies/own.yaml
policies:
  customer-facing-latency:
    rule: custom
    when: "'customer-facing' in task.tags"
    assert: task.latency.p95_seconds != null && task.latency.p95_seconds <= 20
    message: customers wait at most 20 seconds
""",
)
