"""What people declared that limits an allocation, as the optimizer is handed it."""

from msgspec import Struct

from multillm_gov.dimensions import Level
from multillm_gov.location import Place
from multillm_gov.optimization.entity_limits import EntityLimit


class SpendLimit(Struct, frozen=True, kw_only=True):
    """A ceiling on spend over some task classes, of whoever it covers."""

    name: str
    parameter: str
    place: Place | None
    value: float
    """Amount per period."""
    months: float
    """Months of the period."""
    per: str
    """``portfolio``, ``owner``, or a level."""
    names: tuple[str, ...]
    """Only these; empty: each of them."""
    tasks: frozenset[str] | None
    """``None``: all."""


class FallbackRule(Struct, frozen=True, kw_only=True):
    """Task classes of which one fallback must share nothing with the route at some levels."""

    name: str
    levels: tuple[Level, ...]
    tasks: frozenset[str]
    by_policy: bool
    place: Place | None


class CapacityRule(Struct, frozen=True, kw_only=True):
    """One entity at a time is lost, and the fallbacks must carry what it leaves (N+1)."""

    level: Level
    peak: float
    """Busiest minute over the mean one."""
    by_policy: bool


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a model may not take a task class: the rule or policy, and where it is written."""

    task: str
    model: str
    rule: str
    """Id of the rule."""
    policy: str
    """Name of the policy, or of the rule where none is needed."""
    place: Place | None
    message: str


class DeclaredLimits(Struct, frozen=True, kw_only=True):
    """Everything that limits more than one task class, and what fallbacks must be."""

    entities: tuple[EntityLimit, ...] = ()
    spend: tuple[SpendLimit, ...] = ()
    fallbacks: tuple[FallbackRule, ...] = ()
    capacities: tuple[CapacityRule, ...] = ()
    judged_afterwards: tuple[str, ...] = ()
    """Policies without rows of their own: the finished proposal is judged by them."""
