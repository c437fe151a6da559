"""GOV006: every name that a file refers to is declared."""

from collections.abc import Collection, Iterator
from itertools import count

from msgspec import Struct

from multillm_gov.documents.layout import kind_of
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.rules.digests import leaves_root, named_paths
from multillm_gov.rules.engine.registry import rule_names
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.rules.risk_names import RiskNames
from multillm_gov.words import code, did_you_mean

MOST_HINTS = 20
"""Findings that suggest a similar name; the search is slow, and typos may be many."""


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield names of rules, policies, task classes, owners, tags, files and services not declared.

    Names that an unreadable file may declare are not reported.
    """
    hints = count()
    for reference in _unknown_references(context):
        yield _violation(reference, hint=next(hints) < MOST_HINTS)


class _Reference(Struct, frozen=True):
    """A name that is not among the known ones."""

    name: str
    what: str
    known: Collection[str]
    place: Place
    subject: str
    risk: str = "The intended limit or exception does not apply."
    severity: Severity | None = None


def _unknown_references(context: RuleContext) -> Iterator[_Reference]:
    policies = context.state.portfolio.policies
    rules = {name for pair in rule_names().items() for name in pair}
    for policy in policies:
        if policy.declared.rule not in rules:
            yield _Reference(
                policy.declared.rule, "a rule", rules, policy.place.at("rule"), policy.name
            )
    if not _unread(context, "allocation"):
        yield from _scopes(context)
        yield from _evidence(context)
        yield from _actuals(context)
        yield from _risks(context)
        yield from _evals(context)
    yield from _files(context)
    yield from _owners(context)
    if not _unread(context, "policy"):
        known = rules | {policy.name for policy in policies}
        for waiver in context.state.portfolio.waivers:
            declared = waiver.declared
            if declared.policy not in known:
                place = waiver.place.at("policy")
                yield _Reference(
                    declared.policy, "a policy or rule", known, place, declared.subject
                )


def _unread(context: RuleContext, kind: str) -> bool:
    return any(kind_of(flaw.location.path) == kind for flaw in context.flaws)


def _scopes(context: RuleContext) -> Iterator[_Reference]:
    tasks = context.state.portfolio.task_classes
    known = {
        "task_classes": ("a task class", {task.name for task in tasks}),
        "owners": ("the owner of a task class", {task.owner for task in tasks if task.owner}),
        "tags": ("the tag of a task class", {tag for task in tasks for tag in task.declared.tags}),
    }
    for policy in context.state.portfolio.policies:
        scope, place = policy.declared.applies_to, policy.place.at("applies_to")
        for part, where in ((scope, place), (scope.exceptions, place.at("except"))):
            for key, (what, names) in known.items() if part is not None else ():
                for index, name in enumerate(getattr(part, key)):
                    if name not in names:
                        yield _Reference(name, what, names, where.at(key, index), policy.name)


def _files(context: RuleContext) -> Iterator[_Reference]:
    """Missing prompts and schemas; GOV009 reports refused files, GOV012 paths outside."""
    known: dict[str, frozenset[str]] = {}
    for named in named_paths(context.state.portfolio.task_classes):
        if named.path in context.state.files or leaves_root(named.path):
            continue
        if not known:
            known["refused"] = frozenset(flaw.location.path for flaw in context.flaws)
            for folder in ("prompts", "schemas"):
                known[folder] = frozenset(
                    path for path in context.state.files if path.startswith(f"{folder}/")
                )
        if named.path in known["refused"]:
            continue
        what = f"a file in `{named.folder}/`"
        place, risk = (
            named.task.place.at(named.key),
            "What the task class sends is neither pinned nor reviewed.",
        )
        yield _Reference(named.path, what, known[named.folder], place, named.task.name, risk)


def _owners(context: RuleContext) -> Iterator[_Reference]:
    """Owners that ``govern.yaml`` does not list; the common owner of a file only once."""
    listed = frozenset(context.state.portfolio.settings.owners)
    common: set[str] = set()
    for task in context.state.portfolio.task_classes if listed else ():
        if task.owner is None or task.owner in listed:
            continue
        path, own = task.place.path, task.declared.owner is not None
        if own or path not in common:
            place = task.place.at("owner") if own else Place(path, ("owner",))
            common |= set() if own else {path}
            what, risk = (
                "one of the `owners` in `govern.yaml`",
                "No known owner is accountable for it.",
            )
            yield _Reference(task.owner, what, listed, place, task.name if own else path, risk)


def _evidence(context: RuleContext) -> Iterator[_Reference]:
    """Results, drills and probes of undeclared task classes: a warning for the newest of each."""
    known = {task.name for task in context.state.portfolio.task_classes}
    strange: dict[str, Place] = {}
    for (task, _), records in sorted(context.state.evidence.items()):
        if task not in known:
            strange.setdefault(task, records[0].place)
    for task, drills in sorted(context.state.drills.items()):
        if task not in known:
            strange.setdefault(task, drills[0].place)
    for (task, _), probes in sorted(context.state.probes.items()):
        if task not in known:
            strange.setdefault(task, probes[0].place)
    for task, place in strange.items():
        risk = "The result counts for no task class."
        yield _Reference(
            task, "a task class", known, place.at("task_class"), task, risk, Severity.WARNING
        )


def _actuals(context: RuleContext) -> Iterator[_Reference]:
    """Spend of undeclared task classes and owners: a warning for the newest of each."""
    tasks = context.state.portfolio.task_classes
    for key, what, known, records in (
        (
            "task_class",
            "a task class",
            {task.name for task in tasks},
            context.state.actuals.task_classes,
        ),
        (
            "owner",
            "the owner of a task class",
            {task.owner for task in tasks if task.owner},
            context.state.actuals.owners,
        ),
    ):
        risk = "The spend counts against no cap."
        for name in sorted(records.keys() - known):
            yield _Reference(
                name, what, known, records[name][0].place.at(key), name, risk, Severity.WARNING
            )


def _risks(context: RuleContext) -> Iterator[_Reference]:
    """Names in risk settings, incident histories and scenarios; in histories, a warning."""
    if _unread(context, "settings") or _unread(context, "catalog"):
        return
    names = RiskNames(context)
    for named in names.unknown():
        risk = f"{named.because[0].upper()}{named.because[1:]}."
        severity = Severity.WARNING if named.kept else None
        known = names.known[named.level]
        yield _Reference(named.name, named.what, known, named.place, named.subject, risk, severity)


def _evals(context: RuleContext) -> Iterator[_Reference]:
    """Benchmark cases of task classes that are not declared."""
    known = {task.name for task in context.state.portfolio.task_classes}
    for placed in context.state.evals:
        name = placed.file.task_class
        if name not in known:
            risk = "Its cases are not run for any task class."
            yield _Reference(name, "a task class", known, placed.place.at("task_class"), name, risk)


def _violation(reference: _Reference, *, hint: bool) -> Violation:
    meant = did_you_mean(reference.name, sorted(reference.known)) if hint else ""
    return Violation(
        message=f"{code(reference.name)} is not {reference.what}{meant}",
        place=reference.place,
        subject=reference.subject,
        remedy="Correct the name, or remove what refers to it.",
        risk=reference.risk,
        severity=reference.severity,
        distinction=f"{reference.what}: {reference.name}",
    )


RULE = Rule(
    id="GOV006",
    name="unknown-reference",
    title="Reference to an unknown name",
    one="One reference names something that is not declared",
    many="{count} references name something that is not declared",
    short_title="Undeclared names",
    requirement="Every name that a file refers to is declared.",
    why=(
        "A policy that names a rule, task class, owner or tag that does not exist limits nothing "
        "but looks as if it did. It happens when a task class is renamed and the policy is not. A "
        "prompt or schema that is not among the governed files is neither pinned nor reviewed, "
        "and where `govern.yaml` lists `owners`, any other name has nobody behind it. Risk "
        "declared for a provider that no model in use has applies to nothing, and a scenario that "
        "names one hits nothing. Evidence, spend and outages of removed names are warnings: they "
        "may stay as history."
    ),
    remediation=(
        "Correct the name; the finding suggests similar ones, and `govern rules` lists all rules."
    ),
    severity=Severity.ERROR,
    check=check,
    scope="files",
    waivable=False,
    violating="""\
# policies/limits.yaml
policies:
  vendor-limit:
    rule: concentrations
    max_share: 0.6
""",
    compliant="""\
# policies/limits.yaml
policies:
  vendor-limit:
    rule: concentration
    max_share: 0.6
""",
)
