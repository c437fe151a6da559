"""GOV104: models are pinned to a dated snapshot where one exists."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.rule import Case, Nothing, Rule
from multillm_gov.rules.spelling import code


def check(case: Case, _: Nothing) -> Iterator[Violation]:
    """Names that the provider may re-point, of models that also have a dated name there."""
    floating = {
        name: facts.lifecycle.snapshot
        for name, facts in case.models.items()
        if facts is not None and facts.lifecycle.floating_alias and facts.lifecycle.snapshot
    }
    for use in case.uses(floating):
        model = use.part.model
        snapshot = code(floating[model])
        yield Violation(
            message=f"{code(model)} may be re-pointed by its provider; {snapshot} is a dated snapshot of it",
            place=use.place,
            subject=use.task.task.name,
            remedy=f"Write {snapshot}.",
            risk="Quality and tone can change overnight under the same name, and no diff shows it.",
            figures={"snapshot": floating[model]},
            distinction=f"{use.role}: {model}",
        )


RULE = Rule(
    id="GOV104",
    name="floating-alias",
    title="Models are pinned to a dated snapshot where one exists",
    why=(
        "An alias changes its model without a commit. Between March and June 2023 one name went from 84 % to 51 % on a "
        "prime-number test and from 52 % to 10 % directly executable code (Chen, Zaharia and Zou, arXiv 2307.09009)."
    ),
    mend="Write the dated name, and move to the next snapshot in a pull request with a benchmark.",
    severity=Severity.WARNING,
    check=check,
    example="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route: [{model: gpt-4o}]
""",
    mended="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route: [{model: gpt-4o-2024-11-20}]
""",
    controls=("NIST-AI-RMF MANAGE 4.1", "NIST-AI-600-1 MG-3.1-003", "ISO-42001 A.6.2.6"),
)
