"""GOV521: every benchmark case can be run and scored."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from multillm_gov.evaluation.bench.scoring import (
    Expectation,
    Unscorable,
    scorer_module,
)
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.evals import EvalCase, PlacedEvals, Scorer
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code

MOST_REPORTED = 20
"""Flaws reported per file; more of the same adds nothing."""


class _Flaw(Struct, frozen=True):
    message: str
    place: Place
    remedy: str


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield cases with a duplicate name, without input, or that their scorer cannot score."""
    tasks = {figures.task.name: figures.task for figures in context.tasks}
    seen: dict[tuple[str, str], Place] = {}
    for placed in context.state.evals:
        task = tasks.get(placed.file.task_class)
        result = _flaws(context, placed, task, seen) if task is not None else ()
        for flaw, _number in zip(result, range(MOST_REPORTED), strict=False):
            yield Violation(
                message=flaw.message,
                place=flaw.place,
                subject=placed.file.task_class,
                remedy=flaw.remedy,
                risk="The case shows nothing of any model.",
                distinction=f"{placed.place.path} {flaw.message}",
            )


def _flaws(
    context: RuleContext, placed: PlacedEvals, task: TaskClass, seen: dict[tuple[str, str], Place]
) -> Iterator[_Flaw]:
    scored: set[object] = set()
    for number, case in enumerate(placed.file.cases):
        place = placed.place.at("cases", number)
        first = seen.setdefault((placed.file.task_class, case.id), place)
        if first is not place:
            message = f"two cases of {code(placed.file.task_class)} are named {code(case.id)}"
            yield _Flaw(
                message, place.at("id"), "Give each case its own name: results are paired by name."
            )
        yield from _input_flaws(context, case, place, task)
        scorer = case.scorer or placed.file.scorer
        key = _key(scorer, case)
        if key not in scored:
            yield from _scorer_flaws(context, case, scorer, place, task)
        if key is not None:
            scored.add(key)


def _key(scorer: Scorer, case: EvalCase) -> object | None:
    """A key of cases that are judged alike; ``None``: judged by itself."""
    return (id(scorer), "no expectation") if case.expected is None else None


def _input_flaws(
    context: RuleContext, case: EvalCase, place: Place, task: TaskClass
) -> Iterator[_Flaw]:
    if task.declared.prompt is not None and task.declared.prompt not in context.state.prompts:
        return  # other rules report a missing or invalid prompt
    if task.declared.prompt is None:
        yield from _missing_input(case, place, task)
        return
    variables, given = (
        context.state.prompts[task.declared.prompt].header.variables,
        case.variables or {},
    )
    for name in [
        name for name, variable in variables.items() if variable.wanted and name not in given
    ]:
        message = (
            f"case {code(case.id)} gives no value for {code(name)}, which "
            f"{code(task.declared.prompt)} requires"
        )
        yield _Flaw(message, place, f"Add `{name}: …` to its `variables`.")
    for name in [name for name in given if name not in variables]:
        message = (
            f"case {code(case.id)} gives {code(name)}, which {code(task.declared.prompt)} does not "
            "declare"
        )
        yield _Flaw(
            message,
            place.at("variables", name).key(),
            "Correct the name, or declare it in the prompt file.",
        )


def _missing_input(case: EvalCase, place: Place, task: TaskClass) -> Iterator[_Flaw]:
    if case.input is None:
        message = (
            f"case {code(case.id)} has no `input`, and {code(task.name)} has no prompt file to "
            "fill in"
        )
        yield _Flaw(message, place, "Give it an `input`, or name a `prompt` in the allocation.")


def _scorer_flaws(
    context: RuleContext,
    case: EvalCase,
    scorer: Scorer,
    place: Place,
    task: TaskClass,
) -> Iterator[_Flaw]:
    # Whether the schema is valid is reported for its own file; here only its presence counts.
    has_schema = task.declared.output_schema in context.state.files
    held = Expectation(
        expected=case.expected,
        scorer=scorer,
        output_schema={} if has_schema else None,
        question="-",
    )
    module: Any = scorer_module(scorer.kind)
    unscorable = (
        module.judge_calls("-", held) if hasattr(module, "judge_calls") else module.score("-", held)
    )
    if isinstance(unscorable, Unscorable):
        yield _Flaw(
            f"case {code(case.id)} cannot be scored: {unscorable.why}",
            place,
            "Correct the case or its `scorer`.",
        )


RULE = Rule(
    id="GOV521",
    name="eval-case-flawed",
    title="Invalid benchmark case",
    one="{subject} has benchmark cases that cannot be run or scored",
    many="{count} task classes have benchmark cases that cannot be run or scored",
    short_title="Invalid benchmark cases",
    requirement="Every benchmark case can be run and scored.",
    why=(
        "A case that cannot be run is found when money is already being spent; one that its "
        "scorer cannot score counts for no model, so the floor is proved on fewer cases than it "
        "seems. Two cases of the same name cannot be paired, and models are compared on pairs. "
        "Each scorer says what it needs: `numeric` a number, `fields` a mapping, `rubric` a "
        "judge. A `pattern` must run in linear time (no look-around, no back-reference), because "
        "it comes from a pull request and runs on model output."
    ),
    remediation=(
        "Correct the case as the finding says; `govern bench --plan` validates all cases without "
        "a call."
    ),
    decision="Correct the case; only the author knows what it asks and expects.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# evals/triage.yaml
task_class: triage
scorer: {kind: numeric}
cases:
  - {id: sum, input: How many invoices are overdue?, expected: three}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# evals/triage.yaml
task_class: triage
scorer: {kind: numeric}
cases:
  - {id: sum, input: How many invoices are overdue?, expected: 3}
""",
)
