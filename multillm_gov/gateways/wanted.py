"""What a task class declares that a gateway may or may not be able to express, and what is lost."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

from msgspec import Struct

from multillm_gov.gateways.serving import Served
from multillm_gov.measures.figures import TaskFigures

Setting = Literal[
    "weights",
    "fallbacks",
    "fallbacks by fault",
    "timeout",
    "monthly cap",
    "monthly cap for all instances, restarts and models together",
    "monthly cap on every route",
    "monthly cap without an exchange rate",
    "monthly cap of all task classes together",
    "cap per request",
    "request and token limits",
    "own prices",
    "prices that are not per token",
    "region",
    "service tier",
    "batch share",
    "owner",
]
SETTINGS: tuple[Setting, ...] = get_args(Setting)
_TOTAL: Setting = "monthly cap of all task classes together"
_SENT_TIERS = frozenset({"flex", "priority"})
"""Tiers that a request asks for by a parameter; a batch is another interface."""


class Target(Struct, frozen=True, kw_only=True):
    """What an export is written for."""

    gateway_version: str = ""
    """Release of the gateway; empty: the newest that is known."""
    mocked: bool = False
    """Whether every model answers by itself, at a price that spends its budget soon: for drills."""


PLAIN = Target()
"""The newest release, its models called for real."""


class Omission(Struct, frozen=True, kw_only=True):
    """A declared setting that a gateway's format cannot carry."""

    setting: Setting
    task_classes: tuple[str, ...]
    why: str
    """A clause, and what holds instead."""


def wanted_settings(
    figures: TaskFigures, models: Iterable[Served], *, priced: bool, total: bool = False
) -> frozenset[Setting]:
    """The settings that a task class declares.

    Args:
        figures: The task class.
        models: All of its models as a gateway calls them.
        priced: Whether its cap could be converted to US dollars.
        total: Whether a policy caps the spend of all task classes together.
    """
    wanted = frozenset(_wanted(figures, tuple(models), priced=priced))
    return wanted | {_TOTAL} if total else wanted


def omissions(
    wanted: Mapping[str, frozenset[Setting]],
    lost: Mapping[Setting, str],
) -> tuple[Omission, ...]:
    """What is lost, by setting.

    Args:
        wanted: Settings by task class.
        lost: Settings that a format does not carry, and why.
    """
    matching_omissions = []
    for setting in SETTINGS:
        names = tuple(name for name, wants in wanted.items() if setting in wants)
        if setting in lost and names:
            matching_omissions.append(
                Omission(setting=setting, task_classes=names, why=lost[setting])
            )
    return tuple(matching_omissions)


def _wanted(figures: TaskFigures, models: tuple[Served, ...], *, priced: bool) -> Iterator[Setting]:
    yield "timeout"
    if len(figures.legs) > 1:
        yield "weights"
    if figures.fallbacks:
        yield from ("fallbacks", "fallbacks by fault")
    if figures.task.owner:
        yield "owner"
    yield from _wanted_money(figures, models, priced=priced)
    yield from _wanted_tier(figures)
    if any(model.region for model in models):
        yield "region"
    if any(model.requests_per_minute or model.tokens_per_minute for model in models):
        yield "request and token limits"


def _wanted_money(
    figures: TaskFigures, models: tuple[Served, ...], *, priced: bool
) -> Iterator[Setting]:
    cap = figures.task.declared.spend_cap
    if cap.monthly is not None:
        yield "monthly cap" if priced else "monthly cap without an exchange rate"
        if priced:
            yield "monthly cap for all instances, restarts and models together"
    if cap.per_request is not None:
        yield "cap per request"
    if any(model.prices for model in models):
        yield "own prices"
    if any(model.has_other_prices for model in models):
        yield "prices that are not per token"


def _wanted_tier(figures: TaskFigures) -> Iterator[Setting]:
    demand = figures.task.demand
    if demand is None:
        return
    if demand.service_tier in _SENT_TIERS:
        yield "service tier"
    if demand.batch_share or demand.service_tier == "batch":
        yield "batch share"
