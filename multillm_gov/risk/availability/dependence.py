"""All that a system says about who depends on whom: cut sets, what they take down, importance."""

from msgspec import Struct

from multillm_gov.risk.availability.importance import Importances, importances
from multillm_gov.risk.availability.single_points import Point, double_points, single_points
from multillm_gov.risk.system.cut_sets import TaskCuts, cut_sets
from multillm_gov.risk.system.system import System


class Dependence(Struct, frozen=True, kw_only=True):
    """Figures of a system's dependencies."""

    system: System
    cuts: tuple[TaskCuts, ...]
    """In the order of the task classes."""
    singles: tuple[Point, ...]
    """Single points of failure, most value first."""
    doubles: tuple[Point, ...]
    """Pairs, the costliest first."""
    importances: Importances


def measure_dependence(system: System) -> Dependence:
    """Cut sets of order 1 and 2 and the importance of every component."""
    cuts = cut_sets(system)
    return Dependence(
        system=system,
        cuts=cuts,
        singles=single_points(cuts),
        doubles=double_points(cuts),
        importances=importances(system),
    )
