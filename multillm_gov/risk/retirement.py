"""When the models in use retire, with what notice, and whether the next one is ready."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, Successor
from multillm_gov.catalog.lifecycle.lifecycle import NoticePolicy, notice_policy
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.measures.lifecycle import runway_days, slack_days
from multillm_gov.risk.stress.stress_context import StressContext, is_qualified
from multillm_gov.risk.system.priors import RETIREMENT_MEDIAN_MONTHS

_DAYS_PER_MONTH = 365.25 / 12


class ModelLife(Struct, frozen=True, kw_only=True):
    """One model as routed at its provider."""

    model: str
    provider: str
    routed: tuple[str, ...]
    """Task classes that route to it."""
    standby: tuple[str, ...]
    """Task classes that have it as a fallback only."""
    retirement: date | None
    """``None``: not known, which never means that it stays."""
    source: str
    """What gives the date."""
    hint: str
    """A doubtful date, or dates of the same weights elsewhere, where none is known."""
    runway: int | None
    """Days to retirement; negative when past."""
    slack: int | None
    """Runway less the migration lead time; negative: a move begun today ends too late."""
    notice: NoticePolicy | None
    notice_days: int | None
    """Least notice promised for such a model; ``None``: none in days."""
    notice_slack: int | None
    """Least notice less the lead time; negative: the successor must be ready beforehand."""
    successor: Successor | None
    tested: tuple[str, ...]
    """Task classes in which the successor has passed."""

    @property
    def is_retired(self) -> bool:
        """Whether its retirement date has come."""
        return self.runway is not None and self.runway <= 0

    @property
    def users(self) -> tuple[str, ...]:
        """Task classes that call it."""
        return (*self.routed, *self.standby)


class ForcedMigrations(Struct, frozen=True, kw_only=True):
    """Migrations that retirements force within a horizon."""

    months: int
    certain: int
    """Models whose known date falls within it; those already retired are not among them."""
    assumed: float
    """Expected number among the models without a date, at a constant hazard; an assumption."""
    any_assumed: float
    """Chance (0..1) that at least one of those retires; 0 where there is none."""

    @property
    def expected(self) -> float:
        """Both together."""
        return self.certain + self.assumed


HORIZONS = (12, 24)
"""Months for which forced migrations are counted."""


class RetirementOutlook(Struct, frozen=True, kw_only=True):
    """When the models in use retire, and the migrations that this forces."""

    models: tuple[ModelLife, ...]
    """Least slack first, then those without a date, routed ones before others."""
    already_retired: tuple[ModelLife, ...]
    """Those whose date is past: they answer no request today."""
    median_months: float
    """Median life of a model."""
    is_median_assumed: bool
    """Rather than declared."""
    forced: tuple[ForcedMigrations, ...]
    """One for each of `HORIZONS`."""
    unprepared: tuple[ModelLife, ...]
    """Routed models that could be gone before a move is done."""
    chance_in_year: float
    """That an undated model retires within 12 months, at a constant hazard."""
    chance_in_year_at_fixed_life: float
    """The same if all models lived equally long."""


def retirement_outlook(context: StressContext) -> RetirementOutlook:
    """Dates, notice and successors of every model in use, and the migrations they force."""
    models = model_lives(context)
    median, assumed = median_life(context)
    return RetirementOutlook(
        models=models,
        already_retired=tuple(model for model in models if model.is_retired),
        median_months=median,
        is_median_assumed=assumed,
        forced=tuple(forced_migrations(models, months, median) for months in HORIZONS),
        unprepared=unprepared_models(models),
        chance_in_year=retirement_chance(median, 12),
        chance_in_year_at_fixed_life=fixed_life_chance(median, 12),
    )


def fixed_life_chance(median_months: float, months: float) -> float:
    """The same if all models live equally long and one has a random age: .6630 for 12 at 18.1."""
    return min(1.0, months / median_months)


def model_lives(context: StressContext) -> tuple[ModelLife, ...]:
    """Every model in use: least slack first, then those without a date, routed ones first."""
    routed: dict[str, dict[str, None]] = {}
    standby: dict[str, dict[str, None]] = {}
    facts: dict[str, ModelFacts | None] = {}
    for task in context.figures.tasks:
        for entry in task.legs:
            facts[entry.model] = entry.facts
            routed.setdefault(entry.model, {})[task.task.name] = None
        for spare in task.fallbacks:
            facts[spare.model] = spare.facts
            if task.task.name not in routed.get(spare.model, {}):
                standby.setdefault(spare.model, {})[task.task.name] = None
    model_lifes = (
        _life(model, known, tuple(routed.get(model, ())), tuple(standby.get(model, ())), context)
        for model, known in facts.items()
    )
    return tuple(
        sorted(
            model_lifes,
            key=lambda model_life: (
                model_life.slack is None,
                model_life.slack or 0,
                -len(model_life.routed),
                model_life.model,
            ),
        )
    )


def _life(
    model: str,
    facts: ModelFacts | None,
    routed: tuple[str, ...],
    standby: tuple[str, ...],
    context: StressContext,
) -> ModelLife:
    lead = context.settings.migration_lead_days
    provider = facts.exposure.provider if facts is not None else UNKNOWN
    lifecycle = facts.lifecycle if facts is not None else None
    policy = notice_policy(provider)
    promised = (
        policy.least(preview=bool(lifecycle and lifecycle.preview)) if policy is not None else None
    )
    return ModelLife(
        model=model,
        provider=provider,
        routed=routed,
        standby=standby,
        retirement=lifecycle.retirement if lifecycle is not None else None,
        source=lifecycle.source if lifecycle is not None else "",
        hint=_hint(facts, context) if facts is not None else "",
        runway=runway_days(facts, context.as_of) if facts is not None else None,
        slack=slack_days(facts, context.as_of, lead) if facts is not None else None,
        notice=policy,
        notice_days=promised,
        notice_slack=None if promised is None else promised - lead,
        successor=lifecycle.successor if lifecycle is not None else None,
        tested=tuple(name for name in (*routed, *standby) if is_qualified(name, model, context)),
    )


def _hint(facts: ModelFacts, context: StressContext) -> str:
    lifecycle = facts.lifecycle
    if lifecycle.retirement is not None:
        return ""
    if lifecycle.doubtful is not None:
        return f"doubtful: {lifecycle.doubtful.date}"
    dates = context.catalog.elsewhere(facts)
    return f"elsewhere: {', '.join(dates)}" if dates else ""


def forced_migrations(
    models: Sequence[ModelLife], months: int, median_months: float
) -> ForcedMigrations:
    """How many models must be left within so many months.

    A known date to come counts as 1 or 0, a model already retired not at all: it is a fact, not a
    forecast. An undated one counts with its `retirement_chance`.
    """
    horizon = months * _DAYS_PER_MONTH
    certain = sum(model.runway is not None and 0 < model.runway <= horizon for model in models)
    undated = sum(model.runway is None for model in models)
    return ForcedMigrations(
        months=months,
        certain=certain,
        assumed=undated * retirement_chance(median_months, months),
        any_assumed=any_retirement_chance(median_months, months, undated) if undated else 0.0,
    )


def median_life(context: StressContext) -> tuple[float, bool]:
    """Median life of a model in months, and whether it is assumed rather than declared."""
    declared = context.settings.risk.retirement_median_months
    return (RETIREMENT_MEDIAN_MONTHS, True) if declared is None else (float(declared), False)


def unprepared_models(models: Iterable[ModelLife]) -> tuple[ModelLife, ...]:
    """Routed models that may be gone before a migration: short notice, no tested successor."""
    return tuple(model for model in models if _is_unprepared(model))


def _is_unprepared(model: ModelLife) -> bool:
    if not model.routed or model.is_retired or set(model.routed) <= set(model.tested):
        return False
    if model.slack is not None:
        return model.slack < 0
    return model.notice_slack is None or model.notice_slack < 0


def retirement_chance(median_months: float, months: float) -> float:
    """P(an undated model retires within ``months``): .3684 for 12 at median 18.1 (method 4).

    A constant hazard of ln 2 over the median life, so that half of all models reach the median.
    """
    return any_retirement_chance(median_months, months, 1)


def any_retirement_chance(median_months: float, months: float, models: int) -> float:
    """P(at least one of so many undated models retires): .4370 for 5 within 3 months."""
    return 1 - 2 ** (-models * months / median_months)
