"""The newest probe of each model in a task class, and whether it is still current."""

from collections.abc import Iterator

from msgspec import Struct

from multillm_gov.evidence.record import PlacedProbe, ProbeRecord
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.rules.digests import Digests
from multillm_gov.rules.engine.approvals import task_class_digest
from multillm_gov.rules.engine.rule import RuleContext, Use
from multillm_gov.words import code


class Probed(Struct, frozen=True):
    """One place where a task class names a model, and its newest probes, one of each kind."""

    task: TaskFigures
    part: LegFigures | FallbackFigures
    newest: tuple[PlacedProbe, ...]
    """By kind, alphabetically; up to today."""

    def use(self) -> Use:
        """Where the task class names the model."""
        place = self.task.task.place
        if isinstance(self.part, LegFigures):
            return Use(self.task, self.part, place.at("route", self.part.index, "model"))
        return Use(self.task, self.part, place.at("fallbacks", self.part.index))

    def describe(self) -> str:
        """``fallback `x` of `triage```."""
        role = "model" if isinstance(self.part, LegFigures) else "fallback"
        return f"{role} {code(self.part.model)} of {code(self.task.task.name)}"


def probed(context: RuleContext, *, fallbacks: bool = True) -> Iterator[Probed]:
    """Every model of every task class once; one that is also a fallback counts as routed."""
    for task in context.tasks:
        parts: tuple[LegFigures | FallbackFigures, ...] = (
            *task.legs,
            *(task.fallbacks if fallbacks else ()),
        )
        seen = set[str]()
        for part in parts:
            if part.model not in seen:
                seen.add(part.model)
                yield Probed(task, part, _newest(context, task.task.name, part.model))


def _newest(context: RuleContext, task: str, model: str) -> tuple[PlacedProbe, ...]:
    by_kind: dict[str, PlacedProbe] = {}
    for placed in context.state.probes.get((task, model), ()):
        if placed.probe.date <= context.as_of:
            by_kind.setdefault(placed.probe.kind, placed)
    return tuple(by_kind[kind] for kind in sorted(by_kind))


def is_of_now(context: RuleContext, task: TaskFigures, probe: ProbeRecord) -> bool:
    """Whether a probe was made of what is declared now, prompt and schema included."""
    memo: dict[str, str] = context.memo.setdefault("digests of task classes", {})
    name = task.task.name
    if name not in memo:
        memo[name] = task_class_digest(task.task)
    files: Digests = context.memo.setdefault("digests of files", Digests(context.state.files))
    declared = task.task.declared
    pairs = (
        (probe.task, memo[name]),
        (probe.prompt, files.of(declared.prompt)),
        (probe.output_schema, files.of(declared.output_schema)),
    )
    return all(one is None or one == other for one, other in pairs)
