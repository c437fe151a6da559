"""The solver: HiGHS, given arrays; the one module that names highspy."""

from typing import Any, Literal

import highspy
import numpy as np
from msgspec import Struct

from multillm_gov.optimization.arrays import Program
from multillm_gov.optimization.problem import Floats, Integers

Status = Literal["optimal", "within gap", "infeasible", "time limit"]
SEED = 1
_Solver: Any = highspy.Highs.__base__
"""The solver itself: the class on top of it prints a banner to standard output."""
_FEASIBLE_POINT = 2
"""HiGHS's number for "a feasible point is known"."""


class Effort(Struct, frozen=True, kw_only=True):
    """How long and how exactly to solve."""

    seconds: float = 60.0
    gap: float = 1e-6
    """Part of the cost (0..1) within which an answer need not be improved."""


class SolverAnswer(Struct, frozen=True, kw_only=True):
    """What the solver says."""

    status: Status
    values: Floats | None
    gap: float = 0.0


class Session:
    """One program held by the solver, so that changed bounds start from the last answer."""

    def __init__(self, program: Program, effort: Effort) -> None:
        self._solver = _Solver()
        self._set("output_flag", value=False)
        self._set("random_seed", SEED)
        self._set("threads", 1)
        self._set("time_limit", effort.seconds)
        self._set("mip_rel_gap", effort.gap)
        self._set("mip_feasibility_tolerance", 1e-7)
        self._is_mixed = bool(program.whole.any())
        self._gap = effort.gap
        self._last: Floats | None = None
        self._solver.passModel(_model(program))

    def _set(self, name: str, value: float | bool) -> None:
        self._solver.setOptionValue(name, value)

    def bound_rows(self, rows: Integers, upper: Floats) -> None:
        """Change the upper bounds of rows; the next solution starts from the last."""
        for row, bound in zip(rows, upper, strict=True):
            self._solver.changeRowBounds(int(row), -highspy.kHighsInf, float(bound))

    def limit(self, seconds: float) -> None:
        """Change how long the next solution may take."""
        self._set("time_limit", seconds)

    def start_from(self, values: Floats) -> None:
        """Give the next solution a point to start from (integer programs)."""
        solution = highspy.HighsSolution()
        solution.col_value = values.tolist()
        self._solver.setSolution(solution)

    def reduced_costs(self) -> Floats:
        """Of a linear program just solved: what one more of each column would cost at least."""
        return np.asarray(self._solver.getSolution().col_dual, dtype=np.float64)

    def solve(self) -> SolverAnswer:
        """Solve what is held now."""
        if self._is_mixed and self._last is not None:
            self.start_from(self._last)
        self._solver.run()
        status = self._solver.getModelStatus()
        known = highspy.HighsModelStatus
        if status in {known.kInfeasible, known.kUnboundedOrInfeasible}:
            return SolverAnswer(status="infeasible", values=None)
        info = self._solver.getInfo()
        if int(info.primal_solution_status) != _FEASIBLE_POINT:
            return SolverAnswer(status="time limit", values=None)
        values = np.asarray(self._solver.getSolution().col_value, dtype=np.float64)
        self._last = values
        gap = max(float(info.mip_gap), 0.0) if self._is_mixed else 0.0
        if status == known.kOptimal:
            return SolverAnswer(
                status="optimal" if gap <= max(self._gap, 1e-9) else "within gap",
                values=values,
                gap=gap,
            )
        return SolverAnswer(status="time limit", values=values, gap=gap)


def _model(program: Program) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.costs), len(program.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.costs, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.starts.astype(np.int32)
    lp.a_matrix_.index_ = program.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.values
    if program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.whole]
    return lp
