"""GOV505: quality evidence comes from an accepted origin."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.quality_evidence import Claim, claims, format_stake, origins
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_words

Origin = Literal["internal", "public", "vendor"]
_ORIGINS = {
    "internal": "your own cases",
    "public": "public benchmarks",
    "vendor": "the vendor's own figures",
}


class Parameters(Closed, frozen=True, kw_only=True):
    """Whose results count."""

    allow_origins: Annotated[
        tuple[Origin, ...],
        Meta(
            min_length=1,
            description="Accepted origins: your own cases, a public benchmark, the vendor",
        ),
    ] = ("internal",)
    fallbacks: Annotated[
        bool, Meta(description="Whether the evidence of fallbacks is judged too")
    ] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models with a floor whose results all come from origins that do not count."""
    if not context.state.evidence:
        return
    for claim in claims(context, fallbacks=parameters.fallbacks):
        known = origins(context, claim)
        if known and not set(known) & set(parameters.allow_origins):
            yield _violation(context, claim, known, parameters.allow_origins)


def _violation(
    context: RuleContext, claim: Claim, known: tuple[str, ...], allowed: tuple[Origin, ...]
) -> Violation:
    task = claim.task.task
    newest = next(placed for placed in claim.records if placed.record.date <= context.as_of)
    return Violation(
        message=(
            f"the evidence for {claim.describe()} comes only from "
            f"{join_words(_ORIGINS[origin] for origin in known)}; accepted: "
            f"{join_words(_ORIGINS[origin] for origin in allowed)}"
        ),
        place=newest.place.at("origin"),
        subject=task.name,
        remedy=(
            f"Score {code(claim.part.model)} on your own cases and add the record to `evidence/`."
        ),
        risk=(
            "It was not measured on this task, prompt or "
            f"schema{format_stake(context, claim.task, ', with ')}."
        ),
        related=(
            (f"the {claim.role}", claim.use().place),
            ("the floor", task.place.at("quality", "floor")),
        ),
        figures={"origins": ", ".join(known), "allowed_origins": ", ".join(allowed)},
        distinction=claim.distinction,
    )


RULE = Rule(
    id="GOV505",
    name="evidence-not-internal",
    title="Evidence origin not accepted",
    one="{subject} relies on evidence from an origin that its policy does not accept",
    many="{count} task classes rely on evidence from an origin that their policy does not accept",
    short_title="Evidence not accepted",
    requirement="Quality evidence comes from an accepted origin.",
    why=(
        "A vendor figure is advertising, and a public benchmark may be in the training data; "
        "public quality is not your quality. GOV501 requires internal evidence by default; a "
        "policy of this rule says which origins count for which task classes, and points at the "
        "record that does not count."
    ),
    remediation=(
        "Score the model on your own cases (`govern bench`); keep the other figure for comparison."
    ),
    severity=Severity.WARNING,
    check=check,
    parameters=Parameters,
    tighter={"allow_origins": "fewer", "fallbacks": "present"},
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500,
     score: 0.97, origin: vendor}
# policies/evidence.yaml
policies:
  own-or-public-evidence: {rule: evidence-not-internal, allow_origins: [internal, public]}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500,
     score: 0.97, origin: vendor}
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-09, sample_size: 500, score: 0.93}
# policies/evidence.yaml
policies:
  own-or-public-evidence: {rule: evidence-not-internal, allow_origins: [internal, public]}
""",
)
