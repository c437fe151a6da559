"""Summing up a stress, interval by interval, against everyday operation."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, structs

from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import of_totals
from multillm_gov.risk.stress.interval.broken_limits import (
    broken_ceilings,
    broken_floors,
    broken_month,
    broken_request,
    is_unproved,
    without_repeats,
)
from multillm_gov.risk.stress.interval.costs import Costs, fixed_cost
from multillm_gov.risk.stress.interval.flows import Flow, Flows, flows, involved
from multillm_gov.risk.stress.interval.task_totals import (
    TaskTotal,
    share_degraded,
    share_requested,
    share_unacceptable,
    share_unserved,
    task_outcome,
    unaffected,
)
from multillm_gov.risk.stress.outcome import Concentrated, LimitBreach, StressOutcome, TaskOutcome
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask
from multillm_gov.units import HOURS_PER_MONTH
from multillm_gov.words import count_of

_ZERO = Decimal(0)
_ONE = Decimal(1)


class Interval(Struct, frozen=True, kw_only=True):
    """A stretch of time, in hours from the start, in which the same effects last."""

    start: Decimal
    end: Decimal
    effects: tuple[ShockEffect, ...]

    @property
    def is_rerouted(self) -> bool:
        """Whether people have rerouted by hand all that is down."""
        away = [effect.rerouted_after for effect in self.effects if effect.down]
        return bool(away) and all(hours is not None and hours <= self.start for hours in away)


class StressTotals:
    """Adds up intervals over the task classes that the effects may reach."""

    def __init__(self, context: StressContext, effects: Sequence[ShockEffect]) -> None:
        self._context = context
        self._effects = effects
        self._costs = Costs(context)
        self._involved = involved(context, effects)
        self._sums = {index: TaskTotal() for index in self._involved}
        self._caps: list[LimitBreach] = []
        self._floors: list[LimitBreach] = []
        self._unproved: set[str] = set()
        self._first: tuple[Flows, Sequence[ShockEffect]] | None = None

    def add(self, interval: Interval) -> None:
        """Add one interval; they come in order of time."""
        peak = (
            self._context.settings.risk.peak_factor
            if any(effect.at_peak for effect in interval.effects)
            else _ONE
        )
        before, after = (
            self._everyday(peak),
            flows(self._context, interval.effects, peak, self._involved),
        )
        self._first = self._first or (after, interval.effects)
        for index, total in self._sums.items():
            task, compared = self._context.tasks[index], (before[index], after[index])
            self._charge(task, total, interval)
            if compared[0] != compared[1]:
                self._task(task, total, compared, interval, peak)

    def _everyday(self, peak: Decimal) -> Flows:
        """Of all task classes, since the next stress looks at others."""
        known: dict[Decimal, Flows] = self._context.memo.setdefault("everyday", {})
        if peak not in known:
            known[peak] = flows(self._context, (), peak)
        return known[peak]

    def _charge(self, task: StressedTask, total: TaskTotal, interval: Interval) -> None:
        """Costs independent of requests: fixed ones at new prices, and what shocks add."""
        hours = interval.end - interval.start
        risen = sum(
            (
                fixed_cost(task, model_fixed_cost, interval.effects) - model_fixed_cost.per_month
                for model_fixed_cost in task.fixed
            ),
            _ZERO,
        )
        cost = risen * hours / HOURS_PER_MONTH
        for effect in interval.effects:
            cost += effect.added_cost_per_hour.get(task.name, _ZERO) * hours
            if effect.added_cost and not interval.start:
                routed = any(effect.hits(task.name, chain.hops[0].labels) for chain in task.chains)
                cost += effect.added_cost if routed else _ZERO
        self._pay(total, cost, interval)

    @staticmethod
    def _pay(total: TaskTotal, cost: Decimal, interval: Interval) -> None:
        total.cost += cost
        if interval.end <= HOURS_PER_MONTH:
            total.cost_in_month += cost

    def _task(
        self,
        task: StressedTask,
        total: TaskTotal,
        compared: tuple[tuple[Flow, ...], tuple[Flow, ...]],
        interval: Interval,
        peak: Decimal,
    ) -> None:
        before, after = compared
        then = structs.replace(task, coverage=_ONE) if interval.is_rerouted else task
        months = (interval.end - interval.start) * peak / HOURS_PER_MONTH
        unserved = max(share_unserved(then, after) - share_unserved(task, before), _ZERO)
        degraded = max(share_degraded(then, after) - share_degraded(task, before), _ZERO)
        affected = unserved + max(
            share_unacceptable(then, after) - share_unacceptable(task, before), _ZERO
        )
        requests = task.figures.requests_per_month * months
        total.unserved += requests * unserved
        total.degraded += requests * degraded
        total.value += task.figures.value_at_stake_per_month * months * affected
        total.unserved_share = max(total.unserved_share, unserved)
        if unserved or degraded:
            total.hours_to_recover = interval.end
        pairs = zip(before, after, strict=True)
        parts = [self._costs.added((task, old), (then, new)) for old, new in pairs]
        total.cost_known = total.cost_known and None not in parts
        added = sum((part for part in parts if part is not None), _ZERO)
        self._pay(total, requests * added, interval)
        self._floors += broken_floors(task, before, after)
        broken = broken_request(task, before, after, self._costs)
        self._caps += (broken,) if broken is not None else ()
        if is_unproved(task, before, after):
            self._unproved.add(task.name)

    def _concentration(self) -> Concentrated:
        """While all shocks last; task classes that none affects pay whom they pay every day."""
        answers, effects = self._first or ({}, ())
        if self._is_unanswered(answers):
            return Concentrated(hhi=0.0, largest="", largest_share=0.0)
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for index, task in enumerate(self._context.tasks):
            if index not in answers:
                for vendor, amount in task.everyday_spend:
                    totals[vendor] += amount
                continue
            for vendor, amount in self._costs.spend(task, answers[index], effects):
                totals[vendor] += amount
        concentration = of_totals(totals, Level.VENDOR, Basis.SPEND)
        largest, share = concentration.shares[0] if concentration.shares else ("", 0.0)
        known = not self._context.figures.unpriced and not self._costs.unpriced
        return Concentrated(
            hhi=concentration.hhi, largest=largest, largest_share=share, known=known
        )

    def _is_unanswered(self, answers: Mapping[int, tuple[Flow, ...]]) -> bool:
        """Whether nothing is answered even with working failover: spend then serves nothing."""
        return bool(answers) and all(
            index in answers
            and share_unserved(structs.replace(task, coverage=_ONE), answers[index])
            >= share_requested(answers[index])
            for index, task in enumerate(self._context.tasks)
        )

    def outcome(self) -> StressOutcome:
        """What all intervals came to."""
        touched = {
            index: task_outcome(self._context.tasks[index], total)
            for index, total in self._sums.items()
        }
        in_month = sum((each.added_cost_in_month for each in touched.values()), _ZERO)
        return StressOutcome(
            tasks=tuple(
                touched.get(index) or unaffected(task)
                for index, task in enumerate(self._context.tasks)
            ),
            unserved_requests=sum((each.unserved_requests for each in touched.values()), _ZERO),
            degraded_requests=sum((each.degraded_requests for each in touched.values()), _ZERO),
            value_at_risk=sum((each.value_at_risk for each in touched.values()), _ZERO),
            added_cost=sum((each.added_cost for each in touched.values()), _ZERO),
            added_cost_in_month=in_month,
            caps_broken=self._caps_broken(touched, in_month),
            floors_broken=without_repeats(self._floors),
            concentration=self._concentration(),
            hours_to_recover=max(
                (each.hours_to_recover for each in touched.values()), default=_ZERO
            ),
            assumed=_told(effect.assumed for effect in self._effects),
            unknown=(*_told(effect.unknown for effect in self._effects), *self._left_out()),
        )

    def _caps_broken(
        self, touched: dict[int, TaskOutcome], in_month: Decimal
    ) -> tuple[LimitBreach, ...]:
        months = [
            broken_month(self._context.tasks[index], each.added_cost_in_month)
            for index, each in touched.items()
        ]
        ceilings = broken_ceilings(
            self._context,
            in_month,
            repriced=any(effect.price_factor != 1 for effect in self._effects),
        )
        return without_repeats(
            (*(month for month in months if month is not None), *self._caps, *ceilings)
        )

    def _left_out(self) -> list[str]:
        texts = []
        if self._costs.unpriced:
            names = ", ".join(f"`{name}`" for name in sorted(self._costs.unpriced)[:3])
            texts.append(
                f"Added cost: the price of {count_of(len(self._costs.unpriced), 'model')} "
                f"({names})."
            )
        if self._unproved:
            names = ", ".join(f"`{name}`" for name in sorted(self._unproved)[:3])
            counted = count_of(len(self._unproved), "task class")
            texts.append(
                f"Whether quality floors hold in {counted} ({names}): a model that answers has no "
                "result."
            )
        return texts


def _told(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for group in groups for text in group))
