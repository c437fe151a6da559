"""GOV516: an embedding model ranks as it did when the index was built."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.evidence.record import PlacedProbe
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.probing import Probed, probed
from multillm_gov.rules.quality_evidence import format_stake
from multillm_gov.units import Share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """How stable a ranking must be."""

    min_rank_stability: Annotated[
        Share,
        Meta(
            description=(
                "Smallest rank correlation with the reference set, over the cosines of all its "
                "pairs"
            )
        ),
    ] = field(default_factory=partial(Share, "0.98"))
    fallbacks: Annotated[bool, Meta(description="Whether fallbacks are judged too")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield embedding models whose newest probe no longer agrees with the reference set."""
    if not context.state.probes:
        return
    for each in probed(context, fallbacks=parameters.fallbacks):
        for placed in each.newest:
            reason = (
                _reason(placed, parameters.min_rank_stability)
                if placed.probe.kind == "embedding"
                else ""
            )
            if reason:
                yield _violation(context, each, placed, reason)


def _reason(placed: PlacedProbe, floor: Decimal) -> str:
    ranks = placed.probe.rank_stability
    if ranks is not None and ranks < floor:
        return (
            f"has a rank correlation of {ranks:.3f} with its reference set; the floor is "
            f"{floor:.3f}"
        )
    failed = next(
        (
            each
            for each in placed.probe.checks
            if each.name == "stability" and each.verdict == "contract"
        ),
        None,
    )
    return f"no longer matches its reference set: {failed.detail}" if failed is not None else ""


def _violation(context: RuleContext, each: Probed, placed: PlacedProbe, reason: str) -> Violation:
    name, model, record = each.task.task.name, each.part.model, placed.probe
    ranks = record.rank_stability
    return Violation(
        message=f"{each.describe()} {reason}",
        place=each.use().place,
        subject=name,
        remedy=(
            f"Rebuild the indexes of {code(model)} with its current vectors, remove its reference "
            f"in `evidence/references/`, and run `govern dry-run {name}`."
        ),
        risk=(
            "A search compares vectors of two models and returns wrong "
            f"results{format_stake(context, each.task, ', with ')}."
        ),
        related=(("the probe", placed.place),),
        figures={
            "rank_stability": None if ranks is None else float(ranks),
            "probed": record.date.isoformat(),
        },
        distinction=model,
    )


def _stability(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    for each in probed(context, fallbacks=parameters.fallbacks) if context.state.probes else ():
        for placed in each.newest:
            if placed.probe.kind == "embedding" and placed.probe.rank_stability is not None:
                yield of_task(each.task, placed.probe.rank_stability)


RULE = Rule(
    id="GOV516",
    name="embedding-unstable",
    title="Embedding ranking changed",
    one="{subject} has an embedding model that ranks differently than the index",
    many="{count} task classes have an embedding model that ranks differently than the index",
    short_title="Unstable embeddings",
    requirement="An embedding model ranks as it did when the index was built.",
    why=(
        "Vectors are comparable only with vectors of the same model: after a silent update, every "
        "query is compared with an index of another geometry, and nothing fails. A probe embeds a "
        "small reference set again and correlates the ranks of the cosines of all pairs with the "
        "stored ones. Noise of the provider changes cosines in the fourth digit, which leaves the "
        "correlation above 0.98."
    ),
    remediation="Rebuild the index, or pin the model; then take a new reference.",
    decision="Rebuild the index.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "min_rank_stability": RuleLimit(
            words="Agreement of an embedding model with its reference",
            unit="share",
            direction="at least",
            has_band=False,
            measure=_stability,
        ),
    },
    parameters=Parameters,
    tighter={"min_rank_stability": "higher", "fallbacks": "present"},
    violating="""\
# allocations/search.yaml
owner: search
task_classes:
  lookup:
    mode: embedding
    route: [{model: text-embedding-3-small}]
# evidence/probes.yaml
probes:
  - task_class: lookup
    model: text-embedding-3-small
    kind: embedding
    date: 2026-11-20
    verdict: pass
    calls: 3
    answers: 3
    rank_stability: 0.71
""",
    compliant="""\
# allocations/search.yaml
owner: search
task_classes:
  lookup:
    mode: embedding
    route: [{model: text-embedding-3-small}]
# evidence/probes.yaml
probes:
  - task_class: lookup
    model: text-embedding-3-small
    kind: embedding
    date: 2026-11-21
    verdict: pass
    calls: 3
    answers: 3
    rank_stability: 0.999
""",
)
