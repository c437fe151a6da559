"""GOV522: a judge model is of another vendor than the models it judges."""

from collections.abc import Iterator

from multillm_gov.evaluation.bench.independence import standing
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code, join_code

_RUBRIC = "rubric"


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Judges that share their vendor with a model of the task class, or whose vendor nobody knows."""
    if not context.state.evals:
        return
    for task in context.tasks:
        for judge, place in _judges(context, task).items():
            yield from _violations(context, task, judge, place)


def _judges(context: RuleContext, task: TaskFigures) -> dict[str, Place]:
    """Judges of the task class's cases, each with the first place that names it."""
    found: dict[str, Place] = {}
    for placed in context.state.evals:
        if placed.file.task_class != task.task.name:
            continue
        common = placed.file.scorer
        for number, one in enumerate(placed.file.cases):
            scorer = one.scorer or common
            place = (
                placed.place.at("cases", number, "scorer")
                if one.scorer
                else placed.place.at("scorer")
            )
            if scorer.kind == _RUBRIC and scorer.judge:
                found.setdefault(scorer.judge, place.at("judge"))
    return found


def _violations(
    context: RuleContext, task: TaskFigures, judge: str, place: Place
) -> Iterator[Violation]:
    facts = context.state.catalog.find(judge)
    parts = {leg.model: leg.facts for leg in task.legs}
    parts |= {fallback.model: fallback.facts for fallback in task.fallbacks}
    stands = {
        model: "same vendor" if model == judge else standing(facts, known)
        for model, known in parts.items()
    }
    same = [model for model, found in stands.items() if found == "same vendor"]
    open_ones = [model for model, found in stands.items() if found == "not known"]
    name = task.task.name
    if same:
        vendor = facts.exposure.vendor if facts is not None else "unknown"
        yield Violation(
            message=f"{code(judge)} judges {join_code(same)} of {code(name)}, and all are of the "
            f"vendor {code(vendor)}",
            place=place,
            subject=name,
            remedy="Name a `judge` of a vendor that no model of the task class is of.",
            risk="The scores of its own vendor's models come out too high; `govern bench` refuses "
            "to run them.",
            figures={"judge": judge, "vendor": vendor},
            distinction=f"same: {judge}",
        )
    elif open_ones:
        yield Violation(
            message=(
                f"nobody knows whether {code(judge)} is of another vendor than {join_code(open_ones)} "
                f"of {code(name)}, "
                "which it judges"
            ),
            place=place,
            subject=name,
            remedy="Declare the `vendor` of both below `models` in `catalog/`, or name another "
            "`judge`.",
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
        "Models that judge answers favor those of their own family and vendor (self-preference: "
        "Panickssery, Bowman "
        "and Feng, arXiv 2404.13076), so a score by such a judge is no evidence for or against a "
        "switch. `govern "
        "bench` asks a judge only about other vendors' models, and asks each question twice, in "
        "both orders."
    ),
    remediation="Name a `judge` of another vendor, or declare the vendor of a model of your own in "
    "`catalog/`.",
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
