"""GOV522: a judge model is from another vendor than the models it judges."""

from collections.abc import Iterator

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.evaluation.bench.benchmark import independence_of
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code, join_code

_RUBRIC = "rubric"


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield judges that share, or may share, their vendor with a model of the task class."""
    if not context.state.evals:
        return
    for task in context.tasks:
        for judge, place in _judges(context, task).items():
            yield from _violations(context, task, judge, place)


def _judges(context: RuleContext, task: TaskFigures) -> dict[str, Place]:
    """The judges of a task class, each with the first place that names it."""
    places_by_name: dict[str, Place] = {}
    for placed in context.state.evals:
        if placed.file.task_class != task.task.name:
            continue
        common = placed.file.scorer
        for number, case in enumerate(placed.file.cases):
            scorer = case.scorer or common
            place = (
                placed.place.at("cases", number, "scorer")
                if case.scorer
                else placed.place.at("scorer")
            )
            if scorer.kind == _RUBRIC and scorer.judge:
                places_by_name.setdefault(scorer.judge, place.at("judge"))
    return places_by_name


def _violations(
    context: RuleContext, task: TaskFigures, judge: str, place: Place
) -> Iterator[Violation]:
    facts = context.state.catalog.find(judge)
    parts = {entry.model: entry.facts for entry in task.legs}
    parts |= {fallback.model: fallback.facts for fallback in task.fallbacks}
    stands = {
        model: "same vendor" if model == judge else independence_of(facts, known)
        for model, known in parts.items()
    }
    same = [model for model, result in stands.items() if result == "same vendor"]
    not_known = [model for model, result in stands.items() if result == "not known"]
    if same:
        yield _same_vendor(task.task.name, (judge, facts), same, place)
    elif not_known:
        yield _not_known(task.task.name, judge, not_known, place)


def _same_vendor(
    name: str, judge: tuple[str, ModelFacts | None], same: list[str], place: Place
) -> Violation:
    model, facts = judge
    vendor = facts.exposure.vendor if facts is not None else UNKNOWN
    return Violation(
        message=(
            f"{code(model)} judges {join_code(same)} of {code(name)}, from the same vendor "
            f"{code(vendor)}"
        ),
        place=place,
        subject=name,
        remedy="Name a `judge` from a vendor of no model of the task class.",
        risk="Scores of its own vendor's models are too high; `govern bench` refuses to run them.",
        figures={"judge": model, "vendor": vendor},
        distinction=f"same: {model}",
    )


def _not_known(name: str, judge: str, models: list[str], place: Place) -> Violation:
    return Violation(
        message=(
            f"{code(judge)} is not known to be from another vendor than {join_code(models)} of "
            f"{code(name)}, which it judges"
        ),
        place=place,
        subject=name,
        remedy=(
            "Declare the `vendor` of both under `models` in `catalog/`, or name another `judge`."
        ),
        risk="`govern bench` refuses to run them.",
        figures={"judge": judge},
        severity=Severity.WARNING,
        distinction=f"unknown: {judge}",
    )


RULE = Rule(
    id="GOV522",
    name="judge-not-independent",
    title="Judge not independent",
    one="{subject} has a judge model that is not independent of the models it judges",
    many="{count} task classes have a judge model that is not independent of the models it judges",
    short_title="Judges not independent",
    requirement="A judge model is from another vendor than the models it judges.",
    why=(
        "Judge models favor models of their own family and vendor (self-preference: Panickssery, "
        "Bowman and Feng, arXiv 2404.13076), so a score by such a judge is no evidence for or "
        "against a switch. `govern bench` uses a judge only for models of other vendors, and asks "
        "each question twice, in both orders."
    ),
    remediation=(
        "Name a `judge` from another vendor, or declare the vendor of your own model in `catalog/`."
    ),
    decision="Choose which independent judge to use.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/content.yaml
owner: content
task_classes:
  articles:
    route: [{model: claude-sonnet-4-6}]
# evals/articles.yaml
task_class: articles
scorer: {kind: rubric, judge: claude-haiku-4-5, rubric: Names the product once.}
cases:
  - {id: jackets, input: Write a line on winter jackets.}
""",
    compliant="""\
# allocations/content.yaml
owner: content
task_classes:
  articles:
    route: [{model: claude-sonnet-4-6}]
# evals/articles.yaml
task_class: articles
scorer: {kind: rubric, judge: gpt-5-mini, rubric: Names the product once.}
cases:
  - {id: jackets, input: Write a line on winter jackets.}
""",
)
