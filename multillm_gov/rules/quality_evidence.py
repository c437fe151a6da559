"""Which benchmark results count for a model in a task class."""

from collections.abc import Iterator

from msgspec import Struct

from multillm_gov.evidence.record import EvidenceRecord, PlacedRecord
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.measures.intervals import scored_interval
from multillm_gov.measures.requirements import SCORED_MODES
from multillm_gov.rules.engine.rule import RuleContext, Use
from multillm_gov.words import code, count_of


class Claim(Struct, frozen=True):
    """A model that a task class may call, and its results there."""

    task: TaskFigures
    part: LegFigures | FallbackFigures
    records: tuple[PlacedRecord, ...]
    """Newest first, of any origin and any day."""
    newest: PlacedRecord | None
    """The newest internal result up to today; if a field was named, the newest that has it."""

    def use(self) -> Use:
        """Where the task class names the model."""
        place = self.task.task.place
        if isinstance(self.part, LegFigures):
            return Use(self.task, self.part, place.at("route", self.part.index, "model"))
        return Use(self.task, self.part, place.at("fallbacks", self.part.index))

    @property
    def role(self) -> str:
        """``model`` for a routed one, ``fallback``."""
        return "model" if isinstance(self.part, LegFigures) else "fallback"

    def describe(self) -> str:
        """``fallback `x` of `triage```."""
        return f"{self.role} {code(self.part.model)} of {code(self.task.task.name)}"

    @property
    def distinction(self) -> str:
        """Tells two models of one task class apart."""
        return f"{'route' if self.role == 'model' else 'fallback'}: {self.part.model}"


def claims_of(
    context: RuleContext, task: TaskFigures, *, fallbacks: bool, field: str = ""
) -> tuple[Claim, ...]:
    """One claim per place where a task class names a model, routed ones first.

    ``telling`` names a field of the record: results that do not tell it are passed over for
    `Claim.newest`.
    """
    memo: dict[str, dict[str, tuple[Claim, ...]]] = context.memo.setdefault("claims", {})
    by_task = memo.setdefault(field, {})
    name = task.task.name
    if name not in by_task:
        by_task[name] = tuple(_claims(context, task, field))
    matching_claims = by_task[name]
    return matching_claims if fallbacks else matching_claims[: len(task.legs)]


def usable_internal_result(
    context: RuleContext,
    task: TaskFigures,
    model: str,
    *,
    max_age_days: int,
    min_sample_size: int,
) -> PlacedRecord | None:
    """The newest internal result of a task class and model, if it is recent and large enough."""
    for placed in context.state.evidence.get((task.task.name, model), ()):
        record = placed.record
        if record.origin == "internal" and record.date <= context.as_of:
            recent = (context.as_of - record.date).days <= max_age_days
            return placed if recent and record.sample_size >= min_sample_size else None
    return None


def _claims(context: RuleContext, task: TaskFigures, field: str) -> Iterator[Claim]:
    newest: dict[str, PlacedRecord | None] = {}
    parts: tuple[LegFigures | FallbackFigures, ...] = (*task.legs, *task.fallbacks)
    for part in parts:
        records = context.state.evidence.get((task.task.name, part.model), ())
        if part.model not in newest:
            newest[part.model] = _newest(context, records, field)
        yield Claim(task, part, records, newest[part.model])


def _newest(
    context: RuleContext, records: tuple[PlacedRecord, ...], field: str
) -> PlacedRecord | None:
    for placed in records:
        record = placed.record
        is_given = not field or getattr(record, field) is not None
        if is_given and record.origin == "internal" and record.date <= context.as_of:
            return placed
    return None


def claims(context: RuleContext, *, fallbacks: bool) -> Iterator[Claim]:
    """The claims of every task class that declares a quality floor."""
    for task in context.tasks:
        if task.task.declared.quality is not None:
            yield from claims_of(context, task, fallbacks=fallbacks)


def measured(
    context: RuleContext, *, fallbacks: bool, field: str = ""
) -> Iterator[tuple[Claim, PlacedRecord]]:
    """The models that have an internal result up to today, with or without a floor."""
    if not context.state.evidence:
        return
    for task in context.tasks:
        for claim in claims_of(context, task, fallbacks=fallbacks, field=field):
            if claim.newest is not None:
                yield claim, claim.newest


def origins(context: RuleContext, claim: Claim) -> tuple[str, ...]:
    """Origins of the results up to today, in alphabetical order; looked up once."""
    memo: dict[tuple[str, str], tuple[str, ...]] = context.memo.setdefault("origins of results", {})
    key = (claim.task.task.name, claim.part.model)
    if key not in memo:
        values = {
            placed.record.origin for placed in claim.records if placed.record.date <= context.as_of
        }
        memo[key] = tuple(sorted(values))
    return memo[key]


def relied_upon(context: RuleContext, *, fallbacks: bool) -> Iterator[tuple[Claim, PlacedRecord]]:
    """The measured models of task classes with a quality floor."""
    for claim, newest in measured(context, fallbacks=fallbacks):
        if claim.task.task.declared.quality is not None:
            yield claim, newest


def interval_of(record: EvidenceRecord) -> tuple[float, float]:
    """The 95% interval of a record's score."""
    low, high = (None if end is None else float(end) for end in (record.low, record.high))
    return scored_interval(float(record.score), record.sample_size, low, high)


def misses(record: EvidenceRecord, floor: float) -> bool:
    """Whether the whole interval of a score lies below a floor: the sample proves the miss."""
    return interval_of(record)[1] < floor


def format_scored(record: EvidenceRecord) -> str:
    """``scored 0.667 on 3 cases (95% interval 0.200–0.940)``."""
    low, high = interval_of(record)
    cases = count_of(record.sample_size, "case")
    return f"scored {float(record.score):.3f} on {cases} (95% interval {low:.3f}–{high:.3f})"


def format_bench(task: TaskFigures, command: str, how: str) -> str:
    """``; `govern bench x` does both``; empty for a mode that the command refuses."""
    return f"; `{command}` does both{how}" if task.task.declared.mode in SCORED_MODES else ""


def format_stake(context: RuleContext, task: TaskFigures, before: str) -> str:
    """``before`` and the task class's value at stake a month; empty where none is declared."""
    value = task.value_at_stake_per_month
    return f"{before}{context.money(value)} a month at stake" if value else ""
