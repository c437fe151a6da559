"""A task class's own safeguards: caps, floors, service levels, data rules, duties."""

from multillm_gov.changes.change import ChangeKind, Direction
from multillm_gov.changes.compared_field import ComparedField, format_list, short_digest
from multillm_gov.changes.direction import (
    fewer_is_tighter,
    higher_is_tighter,
    lower_is_tighter,
    more_is_tighter,
    present_is_tighter,
)
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.units import format_count

SENSITIVITY = ("public", "internal", "confidential", "restricted")
"""Data classifications from least to most protected."""


def _classification(before: str, after: str) -> Direction:
    return higher_is_tighter(SENSITIVITY.index(before), SENSITIVITY.index(after))


def _seconds(value: object) -> str:
    return f"{value} s"


def _months(value: int) -> str:
    return "every month" if value == 1 else f"every {value} months"


def _sorted(values: tuple[str, ...]) -> tuple[str, ...]:
    """A declared set: neither order nor repetition means anything."""
    return tuple(sorted(set(values)))


def _floor(task: TaskClass) -> object:
    return task.declared.quality.floor if task.declared.quality else None


def _p95(task: TaskClass) -> object:
    return task.declared.latency.p95_seconds if task.declared.latency else None


def _timeout(task: TaskClass) -> object:
    return task.declared.latency.timeout_seconds if task.declared.latency else None


def _interval(task: TaskClass) -> object:
    return task.declared.review.every_months if task.declared.review else None


def _reviewed(task: TaskClass) -> object:
    return task.declared.review.last if task.declared.review else None


SAFEGUARDS: tuple[ComparedField, ...] = (
    ComparedField(
        kind=ChangeKind.SPEND_CAP,
        aspect="spend_cap.monthly",
        label="monthly spend cap",
        read=lambda task: task.declared.spend_cap.monthly,
        judge=lower_is_tighter,
        money=True,
    ),
    ComparedField(
        kind=ChangeKind.SPEND_CAP,
        aspect="spend_cap.per_request",
        label="cap on the cost of a request",
        read=lambda task: task.declared.spend_cap.per_request,
        judge=lower_is_tighter,
        money=True,
    ),
    ComparedField(
        kind=ChangeKind.VALUE_AT_STAKE,
        aspect="cost_of_wrong_model.value_at_stake",
        label="value at stake per month",
        read=lambda task: task.declared.cost_of_wrong_model.value_at_stake,
        judge=higher_is_tighter,
        money=True,
    ),
    ComparedField(
        kind=ChangeKind.QUALITY_FLOOR,
        aspect="quality.floor",
        label="quality floor",
        read=_floor,
        judge=higher_is_tighter,
    ),
    ComparedField(
        kind=ChangeKind.LATENCY,
        aspect="latency.p95_seconds",
        label="p95 latency limit",
        read=_p95,
        judge=lower_is_tighter,
        format=_seconds,
    ),
    ComparedField(
        kind=ChangeKind.LATENCY,
        aspect="latency.timeout_seconds",
        label="timeout before the next model",
        read=_timeout,
        judge=lower_is_tighter,
        format=_seconds,
    ),
    ComparedField(
        kind=ChangeKind.NEEDS,
        aspect="needs.capabilities",
        label="needed capabilities",
        read=lambda task: _sorted(task.declared.needs.capabilities),
        judge=more_is_tighter,
        format=format_list,
    ),
    ComparedField(
        kind=ChangeKind.NEEDS,
        aspect="needs.context_tokens",
        label="needed context window",
        read=lambda task: task.declared.needs.context_tokens,
        judge=higher_is_tighter,
        format=lambda tokens: f"{format_count(tokens)} tokens",
    ),
    ComparedField(
        kind=ChangeKind.MODE, aspect="mode", label="mode", read=lambda task: task.declared.mode
    ),
    ComparedField(
        kind=ChangeKind.PROMPT,
        aspect="prompt",
        label="prompt file",
        read=lambda task: task.declared.prompt,
    ),
    ComparedField(
        kind=ChangeKind.PROMPT_PIN,
        aspect="prompt_digest",
        label="pinned prompt",
        read=lambda task: task.declared.prompt_digest,
        judge=present_is_tighter,
        format=short_digest,
    ),
    ComparedField(
        kind=ChangeKind.OUTPUT_SCHEMA,
        aspect="output_schema",
        label="output schema",
        read=lambda task: task.declared.output_schema,
        judge=present_is_tighter,
    ),
    ComparedField(
        kind=ChangeKind.OUTPUT_SCHEMA,
        aspect="normalize",
        label="normalizers",
        read=lambda task: task.declared.normalize,
        format=format_list,
    ),
    ComparedField(
        kind=ChangeKind.ANSWER,
        aspect="answer.language",
        label="language of answers",
        read=lambda task: task.declared.answer.language,
        judge=present_is_tighter,
    ),
    ComparedField(
        kind=ChangeKind.ANSWER,
        aspect="answer.min_characters",
        label="shortest answer",
        read=lambda task: task.declared.answer.min_characters,
        judge=higher_is_tighter,
        format=lambda count: f"{format_count(count)} characters",
    ),
    ComparedField(
        kind=ChangeKind.ANSWER,
        aspect="answer.max_characters",
        label="longest answer",
        read=lambda task: task.declared.answer.max_characters,
        judge=lower_is_tighter,
        format=lambda count: f"{format_count(count)} characters",
    ),
    ComparedField(
        kind=ChangeKind.CLASSIFICATION,
        aspect="data.classification",
        label="data classification",
        read=lambda task: task.declared.data.classification,
        judge=_classification,
    ),
    ComparedField(
        kind=ChangeKind.RESIDENCY,
        aspect="data.residency",
        label="data residency",
        read=lambda task: _sorted(task.declared.data.residency),
        judge=fewer_is_tighter,
        format=format_list,
    ),
    ComparedField(
        kind=ChangeKind.OWNER,
        aspect="owner",
        label="owner",
        read=lambda task: task.owner,
        judge=present_is_tighter,
    ),
    ComparedField(
        kind=ChangeKind.REVIEW,
        aspect="review.every_months",
        label="review interval",
        read=_interval,
        judge=lower_is_tighter,
        format=_months,
    ),
    ComparedField(
        kind=ChangeKind.REVIEW, aspect="review.last", label="last review", read=_reviewed
    ),
    ComparedField(
        kind=ChangeKind.TAGS,
        aspect="tags",
        label="tags",
        read=lambda task: _sorted(task.declared.tags),
        judge=more_is_tighter,
        format=format_list,
    ),
    ComparedField(
        kind=ChangeKind.TEXT, aspect="title", label="title", read=lambda task: task.declared.title
    ),
    ComparedField(
        kind=ChangeKind.TEXT,
        aspect="purpose",
        label="purpose",
        read=lambda task: task.declared.purpose,
    ),
    ComparedField(
        kind=ChangeKind.TEXT,
        aspect="selection_criteria",
        label="selection criteria",
        read=lambda task: task.declared.selection_criteria,
        format=format_list,
    ),
    ComparedField(
        kind=ChangeKind.TEXT,
        aspect="cost_of_wrong_model.effect",
        label="effect of the wrong model",
        read=lambda task: task.declared.cost_of_wrong_model.effect,
    ),
)
