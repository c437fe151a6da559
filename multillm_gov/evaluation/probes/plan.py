"""What a dry-run would send, its worst-case cost and the keys it needs, before any call."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evaluation.calls import CALL_MODES, has_native_schema, longest_answer, provider_of
from multillm_gov.evaluation.client import Call
from multillm_gov.evaluation.probes.probe import Canaries, Probe, ProviderKey, TaskDigests
from multillm_gov.evaluation.probes.references import ReferenceVectors
from multillm_gov.evaluation.worst_cost import worst_cost
from multillm_gov.evidence.record import ProbeKind, ProbeRecord
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.allocation import TaskClass, TaskClassDeclaration


class ProbeSettings(Struct, frozen=True, kw_only=True):
    """What the call asks for."""

    day: date
    samples: int = 3
    timeout_seconds: float = 60.0
    kinds: frozenset[ProbeKind] = frozenset({"answer", "embedding"})
    tasks: frozenset[str] = frozenset()
    """Only these task classes; empty: all."""
    models: frozenset[str] = frozenset()
    """Only these models; empty: all."""
    usd_per_unit: Decimal | None = Decimal(1)
    """US dollars that one unit of the portfolio's currency costs; ``None``: no rate is declared."""


class TaskInputs(Struct, frozen=True, kw_only=True):
    """What a task class sends and expects, read and rendered."""

    canaries: Canaries
    digests: TaskDigests
    output_schema: dict[str, Any] | None = None
    schema_flaw: str = ""
    """Why the declared schema cannot be used; empty: it can, or none is declared."""


class LeftOut(Struct, frozen=True, kw_only=True):
    """What is not probed, and why."""

    task_class: str
    why: str


class ProbePlan(Struct, frozen=True, kw_only=True):
    """All probes of a run."""

    probes: tuple[Probe, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def worst_usd(self) -> Decimal:
        """The most that all probes of known price cost together."""
        return sum((probe.worst_total_usd or Decimal(0) for probe in self.probes), Decimal(0))

    @property
    def unpriced(self) -> tuple[Probe, ...]:
        """Probes whose price is not known: never counted as free."""
        return tuple(probe for probe in self.probes if probe.worst_usd is None)

    @property
    def calls(self) -> int:
        """Calls without retries."""
        return sum(probe.samples for probe in self.probes)

    @property
    def missing_keys(self) -> tuple[ProviderKey, ...]:
        """Keys that are needed and not set, by name."""
        return tuple(sorted({key for probe in self.probes for key in probe.keys if key.is_missing}))


class EarlierProbes(Struct, frozen=True, kw_only=True):
    """What earlier probes showed."""

    last: Callable[[str, str, ProbeKind], ProbeRecord | None]
    """By task class, model and kind."""
    reference: Callable[[str, str, tuple[str, ...]], ReferenceVectors | None]
    """By task class, model and inputs."""


def plan_probes(
    tasks: Iterable[TaskFigures],
    inputs: Mapping[str, TaskInputs],
    settings: ProbeSettings,
    keys_of: Callable[[str], tuple[ProviderKey, ...]],
    known: EarlierProbes,
) -> ProbePlan:
    """Every probe, by task class, then routed models, then fallbacks, then kinds."""
    probes: list[Probe] = []
    left_out: list[LeftOut] = []
    for figures in tasks:
        task = figures.task
        if settings.tasks and task.name not in settings.tasks:
            continue
        if task.declared.mode not in CALL_MODES:
            left_out.append(
                LeftOut(task_class=task.name, why=f"mode `{task.declared.mode}` has no probe")
            )
            continue
        matching_probes = tuple(_probes(figures, inputs[task.name], settings, known))
        probes += (_with_keys(probe, keys_of) for probe in matching_probes)
    return ProbePlan(probes=tuple(probes), left_out=tuple(left_out))


class _ProbedModel(Struct, frozen=True, kw_only=True):
    name: str
    role: Literal["route", "fallback"]
    facts: ModelFacts | None
    place: Place


def _probes(
    figures: TaskFigures, given: TaskInputs, settings: ProbeSettings, known: EarlierProbes
) -> Iterator[Probe]:
    task = figures.task
    kinds: tuple[ProbeKind, ...] = (
        ("embedding",) if task.declared.mode == "embedding" else ("answer", "stream")
    )
    for model in _models(figures):
        if settings.models and model.name not in settings.models:
            continue
        for kind in kinds:
            if kind in settings.kinds:
                yield _probe(task, model, kind, given, settings, known)


def _models(figures: TaskFigures) -> Iterator[_ProbedModel]:
    """Each model once: one that is routed and a fallback too is probed as routed."""
    place, seen = figures.task.place, set[str]()
    routed = (
        _ProbedModel(
            name=entry.model,
            role="route",
            facts=entry.facts,
            place=place.at("route", entry.index, "model"),
        )
        for entry in figures.legs
    )
    probed_models = (
        _ProbedModel(
            name=fallback.model,
            role="fallback",
            facts=fallback.facts,
            place=place.at("fallbacks", fallback.index),
        )
        for fallback in figures.fallbacks
    )
    for model in (*routed, *probed_models):
        if model.name not in seen:
            seen.add(model.name)
            yield model


def _probe(
    task: TaskClass,
    model: _ProbedModel,
    kind: ProbeKind,
    given: TaskInputs,
    settings: ProbeSettings,
    known: EarlierProbes,
) -> Probe:
    facts = model.facts
    native = _is_native(task, facts, kind, given)
    calls = tuple(_calls(task.declared, model, kind, given, settings, native=native))
    costs = [worst_cost(call, facts) for call in calls]
    return Probe(
        task=task,
        model=model.name,
        kind=kind,
        role=model.role,
        provider=provider_of(model.name, facts),
        calls=calls,
        samples=settings.samples,
        day=settings.day,
        origin=given.canaries.origin,
        digests=given.digests,
        facts=facts,
        place=model.place,
        output_schema=None if kind == "embedding" else given.output_schema,
        schema_flaw=given.schema_flaw,
        native_schema=native,
        worst_usd=None if None in costs else max(cost for cost in costs if cost is not None),
        usd_per_unit=settings.usd_per_unit,
        last=known.last(task.name, model.name, kind),
        reference=known.reference(task.name, model.name, calls[0].inputs)
        if kind == "embedding"
        else None,
    )


def _is_native(
    task: TaskClass, facts: ModelFacts | None, kind: ProbeKind, given: TaskInputs
) -> bool:
    """Whether the provider itself is asked to keep the schema."""
    return (
        kind != "embedding"
        and given.output_schema is not None
        and has_native_schema(task.declared, facts)
    )


def _calls(
    declared: TaskClassDeclaration,
    model: _ProbedModel,
    kind: ProbeKind,
    given: TaskInputs,
    settings: ProbeSettings,
    *,
    native: bool,
) -> Iterator[Call]:
    mode = CALL_MODES[declared.mode]
    if kind == "embedding":
        # One call holds all inputs: cosines are only comparable between vectors of one model at one
        # time.
        texts = tuple(canary.text for canary in given.canaries.inputs)
        yield Call(
            model=model.name, mode=mode, inputs=texts, timeout_seconds=settings.timeout_seconds
        )
        return
    for canary in given.canaries.inputs[: settings.samples]:
        yield Call(
            model=model.name,
            mode=mode,
            messages=canary.messages,
            output_schema=given.output_schema if native else None,
            max_output_tokens=longest_answer(
                declared, model.facts, generic=given.canaries.origin == "generic"
            ),
            stream=kind == "stream",
            timeout_seconds=settings.timeout_seconds,
        )


def _with_keys(probe: Probe, keys_of: Callable[[str], tuple[ProviderKey, ...]]) -> Probe:
    from msgspec.structs import replace

    return replace(probe, keys=keys_of(probe.model))
