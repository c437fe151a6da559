"""GOV710: no change alters a fact that a policy depends on, unnoticed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.policy import Policy, Scope
from multillm_gov.rules.engine.planning import select
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code, join_code, join_words

if TYPE_CHECKING:
    from multillm_gov.changes.change import Change

_LONGEST = 80


class _Dependents(Struct, frozen=True):
    """Rules that judge by a fact: families by their digit, single rules by their id."""

    families: str = ""
    rules: frozenset[str] = frozenset()
    scoping: bool = False
    """Whether `applies_to` can select by it."""


_MONEY = _Dependents("34", frozenset({"GOV205", "GOV706"}))
DEPENDENTS = {
    "model-exposure": _Dependents("236", frozenset({"GOV109", "GOV522", "GOV706"})),
    "model-price": _Dependents("34", frozenset({"GOV106"})),
    "model-retirement": _Dependents("", frozenset({"GOV102", "GOV103", "GOV108"})),
    "demand": _Dependents("34", frozenset({"GOV105", "GOV203", "GOV208", "GOV514"})),
    "value-at-stake": _Dependents("23", frozenset({"GOV706"})),
    "owner": _Dependents("", frozenset({"GOV406", "GOV702"}), scoping=True),
    "tags": _Dependents(scoping=True),
    "classification": _Dependents("6", scoping=True),
}
"""By kind of change; a setting moves everything that counts in money or risk."""


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield each task class, model and setting with altered facts, and the policies they move."""
    if context.base is None:
        return
    from multillm_gov.changes.compare import compare
    from multillm_gov.rules.engine.defaults import rule_facts

    altered: dict[str, list[tuple[Change, tuple[str, ...]]]] = {}
    for change in compare(context.base, context.state, rule_facts).changes:
        dependents = _dependents(change)
        moved = _policies(context, change, dependents) if dependents is not None else ()
        if moved:
            altered.setdefault(change.subject, []).append((change, moved))
    for subject, changes in sorted(altered.items()):
        yield _violation(context, subject, changes)


def _dependents(change: "Change") -> _Dependents | None:
    if change.kind.value == "setting":
        return (
            _MONEY if change.aspect.partition(".")[0] in {"currency", "exchange", "risk"} else None
        )
    return DEPENDENTS.get(change.kind.value)


def _policies(context: RuleContext, change: "Change", dependents: _Dependents) -> tuple[str, ...]:
    """Policies of either state that judge by the fact and speak of the subject."""
    base = context.base or context.state
    values_by_name: dict[str, None] = {}
    for state in (base, context.state):
        for policy in state.portfolio.policies:
            if _judges_by(policy, dependents) and any(
                _speaks_of(policy.declared.applies_to, change, each.figures.tasks)
                for each in (base, context.state)
            ):
                values_by_name[policy.name] = None
    return tuple(values_by_name)


def _judges_by(policy: Policy, dependents: _Dependents) -> bool:
    rule = find_rule(policy.declared.rule)
    by_scope = dependents.scoping and policy.declared.applies_to != Scope()
    return rule is not None and (
        by_scope or str(rule.family) in dependents.families or rule.id in dependents.rules
    )


def _speaks_of(scope: Scope, change: "Change", tasks: tuple[TaskFigures, ...]) -> bool:
    selected = select(tasks, scope)
    if change.kind.value.startswith("model-"):
        return any(change.subject in task.task.models for task in selected)
    return change.kind.value == "setting" or any(
        change.subject == task.task.name for task in selected
    )


def _violation(
    context: RuleContext, subject: str, changes: "list[tuple[Change, tuple[str, ...]]]"
) -> Violation:
    facts = join_words(
        f"{change.label} {_cut(change.before) or 'none'} → {_cut(change.after) or 'none'}"
        for change, _ in changes
    )
    moved = dict.fromkeys(name for _, names in changes for name in names)
    policies, verb = join_code(moved), "s" if len(moved) == 1 else ""
    return Violation(
        message=f"facts of {code(subject)} that {policies} judge{verb} by are altered: {facts}",
        place=_place(context, changes[0][0]),
        subject=subject,
        remedy="Have whoever can prove the new facts agree in the review of this change.",
        risk="A limit can be met by changing the fact instead of the allocation.",
        figures={
            name: value
            for change, _ in changes
            for name, value in (
                (f"{change.label} before", change.before_figure),
                (f"{change.label} after", change.after_figure),
            )
        },
        distinction=join_words(sorted({change.kind.value for change, _ in changes})),
    )


def _place(context: RuleContext, change: "Change") -> Place:
    if change.place_after is not None:
        return change.place_after
    declared = context.state.overrides.models.get(change.subject)
    if declared is not None:
        return declared.place.key()
    uses = context.uses({change.subject})
    return next((use.place for use in uses), Place(SETTINGS))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


RULE = Rule(
    id="GOV710",
    name="fact-altered",
    title="Fact altered that policies depend on",
    one="This change alters facts that policies depend on, in one place",
    many="This change alters facts that policies depend on, in {count} places",
    short_title="Altered facts",
    requirement="No change alters a fact that a policy depends on, unnoticed.",
    why=(
        "A limit is only as good as the facts it is judged by. Demand, value at stake, prices, "
        "owners, classifications, who made a model and the currency move every share and every "
        "cap; a change that alters them is judged by those of the base as well (`govern check "
        "--base REV`, `govern diff`)."
    ),
    remediation="Have whoever can prove the new facts agree, preferably in a separate change.",
    decision="Decide whether the new facts are proved; whoever knows them must agree.",
    severity=Severity.NOTE,
    check=check,
    scope="portfolio",
)
