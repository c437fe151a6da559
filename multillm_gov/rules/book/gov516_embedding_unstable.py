"""GOV516: an embedding model still ranks as it did when the index was built."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.evidence.record import PlacedProbe
from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.probing import Probed, probed
from multillm_gov.rules.quality_evidence import format_stake
from multillm_gov.units import Share
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """How stable a ranking must be."""

    min_rank_stability: Annotated[
        Share,
        Meta(
            description="Least rank correlation with the reference set, of the cosines of all its "
            "pairs"
        ),
    ] = field(default_factory=partial(Share, "0.98"))
    fallbacks: Annotated[bool, Meta(description="Whether fallbacks are judged too")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Embedding models whose newest probe ranks the reference set otherwise, or fits the stored vectors no longer."""
    if not context.state.probes:
        return
    for one in probed(context, fallbacks=parameters.fallbacks):
        for placed in one.newest:
            said = (
                _said(placed, parameters.min_rank_stability)
                if placed.probe.kind == "embedding"
                else ""
            )
            if said:
                yield _violation(context, one, placed, said)


def _said(placed: PlacedProbe, floor: Decimal) -> str:
    ranks = placed.probe.rank_stability
    if ranks is not None and ranks < floor:
        return f"agrees with its reference set by {ranks:.3f}; the floor is {floor:.3f}"
    failed = next(
        (
            each
            for each in placed.probe.checks
            if each.name == "stability" and each.verdict == "contract"
        ),
        None,
    )
    return f"no longer fits its reference set: {failed.detail}" if failed is not None else ""


def _violation(context: RuleContext, one: Probed, placed: PlacedProbe, said: str) -> Violation:
    name, model, record = one.task.task.name, one.part.model, placed.probe
    ranks = record.rank_stability
    return Violation(
        message=f"{one.describe()} {said}",
        place=one.use().place,
        subject=name,
        remedy=(
            f"Build the indexes of {code(model)} anew with the vectors it gives now, remove its "
            "reference below "
            f"`evidence/references/`, and run `govern dry-run --only {name}`."
        ),
        risk="A search compares vectors of two models and finds wrong "
        f"things{format_stake(context, one.task, ', with ')}.",
        related=(("the probe", placed.place),),
        figures={
            "rank_stability": None if ranks is None else float(ranks),
            "probed": record.date.isoformat(),
        },
        distinction=model,
    )


RULE = Rule(
    id="GOV516",
    name="embedding-unstable",
    title="Embedding ranking changed",
    one="{subject} has an embedding model that ranks differently than at the time of the index",
    many="{count} task classes have an embedding model that ranks differently than at the time of the index",
    short_title="Unstable embeddings",
    requirement="An embedding model ranks as it did when the index was built.",
    why=(
        "Vectors are only comparable with vectors of the same model: after a silent update of it, "
        "every query is "
        "compared with an index of another geometry, and nothing fails. A probe embeds a small "
        "reference set again and "
        "correlates the ranks of the cosines of all pairs with those stored. Providers' own noise "
        "moves cosines in the "
        "fourth digit, which leaves the correlation above .98."
    ),
    remediation="Build the index anew, or pin the model; then take a new reference.",
    decision="Rebuild the index.",
    severity=Severity.ERROR,
    check=check,
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
