"""All that a system says about who depends on whom: cut sets, what they take down, importance."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from multillm_gov.risk.availability.availability import retired_loss_per_year, unavailabilities
from multillm_gov.risk.availability.importance import Importance, Importances, importances
from multillm_gov.risk.availability.single_points import SinglePoint, double_points, single_points
from multillm_gov.risk.system.cut_sets import Cuts, CutSet, TaskCuts, cut_sets
from multillm_gov.risk.system.system import Component, System

MOST_PAIRS = 25
"""Pairs listed of one chain; `pairs_left_out` counts the others."""
MOST_PAIRS_IN_ALL = 50_000
"""The same over all distinct cut sets, shared out evenly."""
Data = dict[str, object]


class _Distinct:
    """Cut sets by position; chains that are alike have one object."""

    def __init__(self) -> None:
        self.all: list[Cuts] = []
        self._places: dict[int, int] = {}

    def place(self, cuts: Cuts) -> int:
        if id(cuts) not in self._places:
            self._places[id(cuts)] = len(self.all)
            self.all.append(cuts)
        return self._places[id(cuts)]


def _point(point: SinglePoint, ids: Sequence[str]) -> Data:
    return {
        "components": [ids[member] for member in point.members],
        "failover_fails": point.uncovered,
        "value_per_hour": point.value_per_hour,
        "loss_per_year": point.loss_per_year,
        "task_classes": point.task_classes,
        "hits": [
            {"name": hit.task, "share": hit.share, "value_per_hour": hit.value_per_hour}
            for hit in point.hits
        ],
    }


def _importance(each: Importance, system: System) -> Data:
    component = system.components[each.component]
    return {
        "component": component.id,
        "kind": component.kind,
        "name": component.name,
        **_figures(component),
        "birnbaum_per_hour": each.birnbaum,
        "criticality": each.criticality,
        "risk_achievement_worth": each.raw,
        "risk_reduction_worth": each.rrw,
        "loss_per_year": each.loss_per_year,
    }


def _figures(component: Component) -> Data:
    return {
        "unavailability": component.unavailability,
        "mean_hours": component.mean_hours,
        "origin": component.origin,
        "sample_size": component.sample_size,
        "note": component.note,
    }


def _task(cuts: TaskCuts, share: float, distinct: _Distinct) -> Data:
    task = cuts.task
    return {
        "name": task.name,
        "value_per_hour": task.value_per_hour,
        "unavailability": share,
        "coverage": task.coverage,
        "coverage_origin": task.coverage_origin,
        "coverage_note": task.coverage_note,
        "cut_sets": distinct.place(cuts.whole),
        "chains": [
            {
                "share": chain.share,
                "models": [hop.model for hop in chain.hops],
                "cut_sets": distinct.place(each),
            }
            for chain, each in zip(task.chains, cuts.chains, strict=True)
        ],
    }


def _cuts(cuts: Cuts, ids: Sequence[str], most: int) -> Data:
    pairs = cuts.likeliest(most)
    return {
        "single_points": _sets(cuts.singles, ids),
        "pairs": _sets(pairs, ids),
        "pairs_left_out": cuts.pair_count - len(pairs),
        "never_answers": cuts.dead,
    }


def _sets(cuts: Iterable[CutSet], ids: Sequence[str]) -> list[Data]:
    return [
        {
            "components": [ids[member] for member in cut.members],
            "failover_fails": cut.uncovered,
            "probability": cut.probability,
        }
        for cut in cuts
    ]


class Dependence(Struct, frozen=True, kw_only=True):
    """Figures of a system's dependencies."""

    system: System
    cuts: tuple[TaskCuts, ...]
    """In the order of the task classes."""
    singles: tuple[SinglePoint, ...]
    """Single points of failure, most value first."""
    doubles: tuple[SinglePoint, ...]
    """Pairs, the costliest first."""
    importances: Importances
    retired_loss: float = 0.0
    """The part of the expected loss of a year that models already retired cause: no outage."""


def dependence_data(dependence: Dependence) -> Data:
    """Single points, pairs, importance, task classes and their cut sets; components by id.

    Equal cut sets are listed once: chains and task classes name them by position in ``cut_sets``.
    Amounts are in the portfolio's currency, per hour or per year as their names say; shares and
    probabilities 0..1.
    """
    system = dependence.system
    ids = [component.id for component in system.components]
    shares = unavailabilities(system)
    distinct = _Distinct()
    names = [
        _task(cuts, share, distinct) for cuts, share in zip(dependence.cuts, shares, strict=True)
    ]
    most = min(MOST_PAIRS, MOST_PAIRS_IN_ALL // max(len(distinct.all), 1))
    return {
        "expected_loss_per_year": dependence.importances.loss_per_year,
        "retired_loss_per_year": dependence.retired_loss,
        "single_points": [_point(point, ids) for point in dependence.singles],
        "pairs": [_point(point, ids) for point in dependence.doubles],
        "importance": [
            _importance(component, system) for component in dependence.importances.components
        ],
        "task_classes": names,
        "cut_sets": [_cuts(cuts, ids, most) for cuts in distinct.all],
    }


def measure_dependence(system: System) -> Dependence:
    """Cut sets of order 1 and 2 and the importance of every component."""
    cuts = cut_sets(system)
    return Dependence(
        system=system,
        cuts=cuts,
        singles=single_points(cuts),
        doubles=double_points(cuts),
        importances=importances(system),
        retired_loss=retired_loss_per_year(system),
    )
