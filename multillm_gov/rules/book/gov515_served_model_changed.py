"""GOV515: the model that answers is the one that is declared."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import CheckResult, PlacedProbe, ProbeRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.probing import Probed, probed
from multillm_gov.rules.quality_evidence import format_stake
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_code


class Parameters(Closed, frozen=True, kw_only=True):
    """Which probes are judged."""

    fallbacks: Annotated[bool, Meta(description="Whether fallbacks are judged too")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models whose newest probe was answered by another model than declared or before."""
    if not context.state.probes:
        return
    for each in probed(context, fallbacks=parameters.fallbacks):
        for placed in each.newest:
            reason = _reason(context, each, placed)
            if reason:
                yield _violation(context, each, placed, reason)
                break


def _reason(context: RuleContext, each: Probed, placed: PlacedProbe) -> str:
    served = placed.probe.served_models
    failed = _failed(placed.probe)
    if failed is not None:
        return failed.detail or f"{join_code(served)} answered"
    key = (each.task.task.name, each.part.model)
    former = (
        *context.state.probes.get(key, ()),
        *(context.base.probes.get(key, ()) if context.base else ()),
    )
    for other in former:
        earlier = other.probe
        is_before = earlier.kind == placed.probe.kind and earlier.date < placed.probe.date
        # An earlier failure was reported then; the probe that finds the model back is not one.
        if (
            is_before
            and _failed(earlier) is None
            and earlier.served_models
            and served
            and earlier.served_models != served
        ):
            return (
                f"{join_code(served)} answered; on {earlier.date.isoformat()} it was "
                f"{join_code(earlier.served_models)}"
            )
    return ""


def _failed(probe: ProbeRecord) -> CheckResult | None:
    return next(
        (each for each in probe.checks if each.name == "identity" and each.verdict != "pass"), None
    )


def _violation(context: RuleContext, each: Probed, placed: PlacedProbe, reason: str) -> Violation:
    name, model, record = each.task.task.name, each.part.model, placed.probe
    return Violation(
        message=(
            f"{each.describe()} is served by another model (probe of {record.date.isoformat()}): "
            f"{reason}"
        ),
        place=each.use().place,
        subject=name,
        remedy=(
            f"Pin the dated model that was scored in place of {code(model)}, or score the one "
            "that answers now on your own cases and route it by its name."
        ),
        risk=(
            "Quality, price and terms were judged for a model that no longer answers"
            f"{format_stake(context, each.task, ', with ')}."
        ),
        related=(("the probe", placed.place),),
        figures={"served": ", ".join(record.served_models), "probed": record.date.isoformat()},
        distinction=model,
    )


RULE = Rule(
    id="GOV515",
    name="served-model-changed",
    title="Served model changed",
    one="{subject} is answered by another model than declared",
    many="{count} task classes are answered by another model than declared",
    short_title="Changed models",
    requirement="The model that answers is the one that is declared.",
    why=(
        "Providers re-point model names to newer snapshots, and gateways to other models, without "
        "asking: the rollback of GPT-4o's update of April 2025 began after three days, under an "
        "unchanged name. A probe records the name that the provider itself reports; where it "
        "differs from the declared one, or from the previous probe, the evidence belongs to "
        "another model. Formats that report no name leave nothing to judge."
    ),
    remediation="Pin a dated snapshot, or score the model that answers now and declare it.",
    decision="Choose which model to pin, and score it.",
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
    verdict: pass
    calls: 3
    answers: 3
    served_models: [claude-haiku-4-5-20261101]
  - task_class: triage
    model: claude-haiku-4-5
    kind: answer
    date: 2026-10-20
    verdict: pass
    calls: 3
    answers: 3
    served_models: [claude-haiku-4-5-20251001]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5-20251001}]
# evidence/probes.yaml
probes:
  - task_class: triage
    model: claude-haiku-4-5-20251001
    kind: answer
    date: 2026-11-21
    verdict: pass
    calls: 3
    answers: 3
    served_models: [claude-haiku-4-5-20251001]
""",
)
