"""GOV507: evidence was measured with the prompt and schema in use."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.rules.digests import Digests
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.probing import ASSETS, Asset, StaleTrials, stale_trials
from multillm_gov.rules.quality_evidence import Claim, format_stake, measured
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_code

_NOUNS = {"prompt": "prompt", "output_schema": "output schema"}


class Parameters(Closed, frozen=True, kw_only=True):
    """What evidence must name."""

    require_digests: Annotated[
        bool,
        Meta(
            description=(
                "Whether evidence must name the digests of the prompt and schema it was measured "
                "with"
            )
        ),
    ] = False
    fallbacks: Annotated[
        bool, Meta(description="Whether the evidence of fallbacks is judged too")
    ] = True


class _Gap(Struct, frozen=True):
    """Results of one task class that are void for the same reason."""

    asset: Asset
    why: str
    claims: list[tuple[Claim, PlacedRecord]]


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes that rely on results for another prompt or output schema."""
    judge = _judge(context)
    gaps: dict[tuple[str, Asset], _Gap] = {}
    for claim, placed in measured(context, fallbacks=parameters.fallbacks):
        declared = claim.task.task.declared
        if declared.quality is None and declared.latency is None:
            continue
        for asset in ASSETS:
            why = judge.gap(claim, placed, asset, required=parameters.require_digests)
            if why:
                gap = gaps.setdefault((claim.task.task.name, asset), _Gap(asset, why, []))
                gap.claims.append((claim, placed))
    for gap in gaps.values():
        yield _violation(context, gap, judge.now)
    for stale in stale_trials(context, judge.now, fallbacks=parameters.fallbacks):
        yield _stale_violation(context, stale)


def _judge(context: RuleContext) -> "_Judge":
    if RULE.name not in context.memo:
        context.memo[RULE.name] = _Judge(context)
    judge: _Judge = context.memo[RULE.name]
    return judge


class _Judge:
    """Decides why a result does not apply to what is in use."""

    def __init__(self, context: RuleContext) -> None:
        base = self._base = context.base
        self.now = Digests(context.state.files)
        self._before = Digests(base.files) if base else None
        self._known: dict[tuple[str, str], bool] = {}
        self._tasks = {task.task.name: task.task for task in base.figures.tasks} if base else {}

    def gap(self, claim: Claim, placed: PlacedRecord, asset: Asset, *, required: bool) -> str:
        """What is wrong, as the end of a sentence; empty when nothing is."""
        task = claim.task.task
        path: str | None = getattr(task.declared, asset)
        pinned: str | None = getattr(placed.record, asset)
        what = _NOUNS[asset]
        if pinned is not None:
            if path is None:
                return f"with {_an(what)}, but it names none now"
            current = self.now.of(path)
            if current and current != pinned:
                return (
                    f"with another {what} ({_short(pinned)}) than {code(path)} is now "
                    f"({_short(current)})"
                )
            return ""
        if path is None or not self.now.of(path):
            return ""
        if self._changed(task, path, asset) and self._was_there(claim, placed):
            return f"before its {what} {code(path)} changed"
        return f"without naming the {what}; {code(path)} is in use" if required else ""

    def _changed(self, task: TaskClass, path: str, asset: Asset) -> bool:
        former = self._tasks.get(task.name)
        if former is None or self._before is None:
            return False
        return self.now.of(path) != self._before.of(getattr(former.declared, asset))

    def _was_there(self, claim: Claim, placed: PlacedRecord) -> bool:
        key = (claim.task.task.name, claim.part.model)
        if key not in self._known:
            former = self._base.evidence.get(key, ()) if self._base else ()
            self._known[key] = any(record.record == placed.record for record in former)
        return self._known[key]


def _violation(context: RuleContext, gap: _Gap, digests: Digests) -> Violation:
    claim, placed = gap.claims[0]
    figures: TaskFigures = claim.task
    task = figures.task
    models = dict.fromkeys(each.part.model for each, _ in gap.claims)
    declared: str | None = getattr(task.declared, gap.asset)
    digest = digests.of(declared)
    return Violation(
        message=(
            f"{code(task.name)}: the newest result for {join_code(models)} was measured {gap.why}"
        ),
        place=task.place.at(gap.asset) if declared is not None else task.place.key(),
        subject=task.name,
        remedy=(
            f"Score {join_code(models)} again with the one in use and write its digest as "
            f"`{gap.asset}` of the record{f' (`{digest}`)' if digest else ''}."
        ),
        risk=(
            f"The result applies to a {_NOUNS[gap.asset]} that is not in "
            f"use{format_stake(context, figures, ', with ')}."
        ),
        related=tuple(
            (f"measured on {placed_record.record.date.isoformat()}", placed_record.place)
            for placed_record in {record.place: record for _, record in gap.claims}.values()
        ),
        figures={"models": len(models), "measured": placed.record.date.isoformat()},
        distinction=gap.asset,
    )


def _stale_violation(context: RuleContext, stale: StaleTrials) -> Violation:
    task, what = stale.task.task, _NOUNS[stale.asset]
    probes = f"the newest probe of {join_code(stale.models)}" if stale.models else ""
    made = " and ".join(
        part for part in (probes, "its newest drill" if stale.is_drill else "") if part
    )
    runs = [f"`govern dry-run {task.name}`"] if stale.models else []
    runs += [f"`govern drill {task.name}`"] if stale.is_drill else []
    return Violation(
        message=(
            f"{code(task.name)}: {made} was made with another {what} ({_short(stale.measured)}) "
            f"than {code(stale.path)} is now ({_short(stale.now)})"
        ),
        place=task.place.at(stale.asset),
        subject=task.name,
        remedy=f"Run {' and '.join(runs)} again, and commit what it writes to `evidence/`.",
        risk=(
            f"The trial applies to a {what} that is not in "
            f"use{format_stake(context, stale.task, ', with ')}."
        ),
        related=tuple(("made with the other one", place) for place in stale.places),
        figures={"models": len(stale.models)},
        distinction=f"{stale.asset} of trials",
    )


def _an(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _short(digest: str) -> str:
    return f"`{digest[: len('sha256:') + 12]}…`"


RULE = Rule(
    id="GOV507",
    name="evidence-outdated",
    title="Evidence for another prompt or schema",
    one="{subject} has no evidence for the prompt or output schema in use",
    many="{count} task classes have no evidence for the prompt or output schema in use",
    short_title="Evidence for old prompts",
    requirement="Evidence was measured with the prompt and schema in use.",
    why=(
        "A benchmark result belongs to a model, a prompt and an output schema together; one "
        "changed word can change the score. The SHA-256 digests of the two files in a record are "
        "compared with the files. A record without digests is judged only against a base: it is "
        "outdated if the file changed since and the result did not. Probes and drills are "
        "compared by the digests they name."
    ),
    remediation=(
        "Score again after a change of the prompt or schema, and record the digests (`sha256sum "
        "prompts/x.md`)."
    ),
    severity=Severity.WARNING,
    check=check,
    parameters=Parameters,
    tighter={"require_digests": "present", "fallbacks": "present"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
    prompt: prompts/triage.md
# evidence/triage.yaml
records:
  - task_class: triage
    model: claude-haiku-4-5
    date: 2026-11-02
    sample_size: 540
    score: 0.93
    prompt: sha256:0000000000000000000000000000000000000000000000000000000000000000
# prompts/triage.md
Sort the ticket into one of the queues.
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
    prompt: prompts/triage.md
# evidence/triage.yaml
records:
  - task_class: triage
    model: claude-haiku-4-5
    date: 2026-11-02
    sample_size: 540
    score: 0.93
    prompt: sha256:11d5d6a4c137bdb399c317b1c6128a506111ae26418356b75a3d856901e48f54
# prompts/triage.md
Sort the ticket into one of the queues.
""",
)
