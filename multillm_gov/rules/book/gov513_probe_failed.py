"""GOV513: every model passed its newest probe."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import CheckResult, PlacedProbe
from multillm_gov.evidence.verdict import PORTFOLIO_FAULTS, WHAT_TO_DO
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.probing import Probed, is_of_now, probed
from multillm_gov.rules.quality_evidence import format_stake
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code

_OF_OTHER_RULES = frozenset({"tokens", "identity", "stability"})


class Parameters(Closed, frozen=True, kw_only=True):
    """Which probes are judged."""

    fallbacks: Annotated[bool, Meta(description="Whether fallbacks are judged too")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models whose newest probe of the current declaration failed."""
    if not context.state.probes:
        return
    for each in probed(context, fallbacks=parameters.fallbacks):
        for placed in each.newest:
            record = placed.probe
            if record.verdict not in {"pass", "inconclusive"} and is_of_now(
                context, each.task, record
            ):
                failed = [result for result in record.checks if result.verdict == record.verdict]
                if not failed or any(result.name not in _OF_OTHER_RULES for result in failed):
                    yield _violation(context, each, placed, failed)


def _violation(
    context: RuleContext, each: Probed, placed: PlacedProbe, failed: list[CheckResult]
) -> Violation:
    record = placed.probe
    own = [result for result in failed if result.name not in _OF_OTHER_RULES]
    why = f": {own[0].detail}" if own and own[0].detail else ""
    at_fault = record.verdict in PORTFOLIO_FAULTS
    name, model = each.task.task.name, each.part.model
    return Violation(
        message=(
            f"{each.describe()} failed its {record.kind} probe of {record.date.isoformat()} "
            f"({record.verdict}){why}"
        ),
        place=each.use().place,
        subject=name,
        remedy=(
            f"{WHAT_TO_DO[record.verdict]} Then run `govern dry-run {name} --model {model}` again."
        ),
        risk=(
            f"{code(model)} does not do what {code(name)} "
            f"needs{format_stake(context, each.task, ', with ')}."
        ),
        related=(("the probe", placed.place),),
        figures={
            "verdict": record.verdict,
            "probed": record.date.isoformat(),
            "calls": record.calls,
        },
        severity=None if at_fault else Severity.WARNING,
        distinction=f"{model} {record.kind}",
    )


RULE = Rule(
    id="GOV513",
    name="probe-failed",
    title="Probe failed",
    one="{subject} has a model that failed its newest probe",
    many="{count} task classes have a model that failed its newest probe",
    short_title="Failed probes",
    requirement="Every model passed its newest probe.",
    why=(
        "A probe shows what the provider does with an allocation: the model does not exist, is "
        "retired, refuses the prompt, or misses the schema, the latency or the cost. It counts "
        "while the task class, its prompt and its schema are what was probed, by their digests. "
        "What a change of the portfolio fixes is an error; a key, a network or a provider that "
        "was down is a warning. Tokens, identity and rank stability have their own rules."
    ),
    remediation="Do what the finding says, run `govern dry-run` again, and commit its evidence.",
    decision="Fix the cause outside the portfolio.",
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    tighter={"fallbacks": "present"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# evidence/probes.yaml
probes:
  - task_class: triage
    model: claude-haiku-4-5
    kind: answer
    date: 2026-11-20
    verdict: contract
    checks: [{name: contract, verdict: contract, detail: 2 of 3 answers miss the schema}]
    calls: 3
    answers: 3
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# evidence/probes.yaml
probes:
  - {task_class: triage, model: claude-haiku-4-5, kind: answer, date: 2026-11-21,
     verdict: pass, calls: 3}
""",
)
