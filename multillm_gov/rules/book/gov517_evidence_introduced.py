"""GOV517: evidence that a change introduces is listed, and has the provenance a policy asks for."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.approval_checks import doubt_of
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.evidence_entries import PlacedEntry, entries_of, without_evidence
from multillm_gov.state.state import State
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_words


class Parameters(Closed, frozen=True, kw_only=True):
    """The provenance without which evidence does not count."""

    run: Annotated[
        bool, Meta(description="Whether evidence must name the run that measured it")
    ] = False
    history: Annotated[
        bool,
        Meta(
            description="Whether evidence must be the newest entry of its subject in "
            "`evidence/history/`, whose chain of digests must be unbroken"
        ),
    ] = False
    identity: Annotated[
        Literal["git", "signed"] | None,
        Meta(
            description="`git`: the commit that wrote it names one of `recorders` as its author; "
            "`signed`: its signature must be verified as well"
        ),
    ] = None
    recorders: Annotated[
        tuple[str, ...],
        Meta(max_length=50, description="Who may record evidence, by their names in `people`"),
    ] = ()


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield evidence without the provenance asked for; else what this change introduces."""
    known = set(map(_identity, entries_of(context.base))) if context.base is not None else None
    in_scope = {task.task.name for task in context.tasks}
    for entry in entries_of(context.state):
        if entry.result.task_class not in in_scope:
            continue
        lacking = tuple(_lacking(context, parameters, entry))
        if lacking:
            yield _violation(entry, f"does not count: {join_words(lacking)}")
        elif known is not None and _identity(entry) not in known:
            yield _violation(entry, f"is introduced in this change{_worth(entry)}", Severity.NOTE)


def counted(context: RuleContext, parameters: Parameters) -> State:
    """The state without the evidence in scope that lacks the provenance asked for."""
    if parameters == Parameters():
        return context.state
    in_scope = {task.task.name for task in context.tasks}
    lacking = {
        entry.place
        for entry in entries_of(context.state)
        if entry.result.task_class in in_scope
        and not entry.shows_failure
        and any(_lacking(context, parameters, entry))
    }
    return without_evidence(context.state, lacking)


def _worth(entry: PlacedEntry) -> str:
    run = entry.result.run
    return f", from run {code(run)}" if run else " and names no run that measured it"


def _lacking(context: RuleContext, parameters: Parameters, entry: PlacedEntry) -> Iterator[str]:
    if parameters.run and not entry.result.run:
        yield "it names no run that measured it"
    if parameters.history and not context.state.history.has(entry.result):
        yield "it is not the newest entry of its subject in `evidence/history/`"
    elif parameters.history and context.state.history.flaws:
        place = context.state.history.flaws[0].location
        yield f"the chain of its history is broken ({code(f'{place.path}:{place.line}')})"
    if parameters.identity is not None:
        commits = context.introductions(entry.place) if context.introductions else ()
        doubt = doubt_of(
            commits,
            parameters.recorders,
            context.state.portfolio.settings,
            signed=parameters.identity == "signed",
        )
        if doubt:
            yield doubt


def _identity(entry: PlacedEntry) -> str:
    """Everything that the entry says, wherever it is written."""
    return repr(entry.result)


def _violation(entry: PlacedEntry, why: str, severity: Severity | None = None) -> Violation:
    return Violation(
        message=f"{entry.words} {why}",
        place=entry.place,
        subject=entry.result.task_class,
        remedy=(
            "Let the pipeline measure it again (`govern bench`, `govern drill`, `govern dry-run`) "
            "and commit what it writes."
            if severity is None
            else "Compare it with the run that it names, or let the pipeline measure it again."
        ),
        risk="Whoever writes a result by hand can pass any floor.",
        severity=severity,
        distinction=entry.distinction,
    )


RULE = Rule(
    id="GOV517",
    name="evidence-introduced",
    title="Evidence without proof of its origin",
    one="One result needs proof of its origin",
    many="{count} results need proof of their origin",
    short_title="Evidence of unproved origin",
    requirement="Evidence that decides whether a change passes has a proven origin.",
    why=(
        "Scores, probes and drills are files: the author of a change can write one that passes "
        "every floor. Evidence that the change introduces is listed. A policy of this rule makes "
        "it count only where it names the run that measured it, where it is in the history, whose "
        "chain of digests is whole, and where the commit that wrote it is by one of `recorders`; "
        "for every other rule, a score or a success that does not count is not there. The author "
        "of a commit is what its maker typed; only "
        "`identity: signed` proves it, as far as the keys known to git where the check runs."
    ),
    remediation="Let the pipeline measure and commit it, with a signing key of its own.",
    decision="Decide who may record evidence; only the pipeline can give its run.",
    severity=Severity.NOTE,
    check=check,
    parameters=Parameters,
    counted=counted,
    tighter={"run": "present", "history": "present", "identity": "present", "recorders": "fewer"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    quality: {floor: 0.8}
# policies/evidence.yaml
policies:
  proven-evidence: {rule: evidence-introduced, run: true}
# evidence/results.yaml
records:
  - task_class: triage
    model: gpt-5-mini
    date: 2026-11-20
    sample_size: 500
    score: 0.95
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    quality: {floor: 0.8}
# policies/evidence.yaml
policies:
  proven-evidence: {rule: evidence-introduced, run: true}
# evidence/results.yaml
records:
  - task_class: triage
    model: gpt-5-mini
    date: 2026-11-20
    sample_size: 500
    score: 0.95
    run: ci-1842
""",
)
