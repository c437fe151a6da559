"""GOV006: every name that a policy or waiver refers to exists."""

from collections.abc import Collection, Iterable, Iterator

from multillm_gov.documents.layout import kind_of
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.portfolio.policy import Policy
from multillm_gov.rules.registry import rule_names
from multillm_gov.rules.rule import Case, Nothing, Rule
from multillm_gov.rules.spelling import code, near


def check(case: Case, _: Nothing) -> Iterator[Violation]:
    """Unknown rules, policies, task classes, owners and tags; names in files that cannot be read are not held wrong."""
    policies = case.portfolio.policies
    rules = {name for pair in rule_names().items() for name in pair}
    for policy in policies:
        if policy.declared.rule not in rules:
            yield _unknown(policy.declared.rule, "a rule", rules, policy.place.at("rule"), policy.name)
    if not _unread(case, "allocation"):
        for policy in policies:
            yield from _scope(case, policy)
    if not _unread(case, "policy"):
        known = rules | {policy.name for policy in policies}
        for waiver in case.portfolio.waivers:
            name = waiver.declared.policy
            if name not in known:
                yield _unknown(name, "a policy or rule", known, waiver.place.at("policy"), waiver.declared.subject)


def _unread(case: Case, kind: str) -> bool:
    return any(kind_of(flaw.location.path) == kind for flaw in case.flaws)


def _scope(case: Case, policy: Policy) -> Iterator[Violation]:
    scope, tasks = policy.declared.applies_to, case.portfolio.task_classes
    place = policy.place.at("applies_to")
    if scope.task_classes:
        names = {task.name for task in tasks}
        yield from _missing(scope.task_classes, names, "a task class", place.at("task_classes"), policy)
    if scope.owners:
        owners = {task.owner for task in tasks if task.owner}
        yield from _missing(scope.owners, owners, "the owner of a task class", place.at("owners"), policy)
    if scope.tags:
        tags = {tag for task in tasks for tag in task.declared.tags}
        yield from _missing(scope.tags, tags, "the tag of a task class", place.at("tags"), policy)


def _missing(
    written: Iterable[str], known: Collection[str], what: str, place: Place, policy: Policy
) -> Iterator[Violation]:
    for index, name in enumerate(written):
        if name not in known:
            yield _unknown(name, what, known, place.at(index), policy.name)


def _unknown(name: str, what: str, known: Collection[str], place: Place, subject: str) -> Violation:
    hint = near(name, sorted(known))
    return Violation(
        message=f"{code(name)} is not {what}{hint}",
        place=place,
        subject=subject,
        remedy="Correct the name, or remove what refers to it.",
        risk="What was meant to be limited or excepted is not.",
        distinction=f"{what}: {name}",
    )


RULE = Rule(
    id="GOV006",
    name="unknown-reference",
    title="Every name that a policy or waiver refers to exists",
    why=(
        "A policy that names a rule, task class, owner or tag that does not exist limits nothing, and looks as if it "
        "did. It happens when a task class is renamed and the policy is not."
    ),
    mend="Correct the name; the finding suggests near ones, and `govern rules` lists all rules.",
    severity=Severity.ERROR,
    check=check,
    about="files",
    waivable=False,
    example="""\
# policies/limits.yaml
policies:
  vendor-limit:
    rule: concentrations
    max_share: 0.6
""",
    mended="""\
# policies/limits.yaml
policies:
  vendor-limit:
    rule: concentration
    max_share: 0.6
""",
)
