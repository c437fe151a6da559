"""Cut sets of every task class against one pass over their legs that does nothing but join bits."""

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.portfolios import AS_OF
from multillm_gov.risk.system.cut_sets import cut_sets
from multillm_gov.risk.system.system import System
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.workflows.states import assess_folder


def one_pass(system: System) -> list[int]:
    """Every task class, chain and hop once: the bits of its components joined, those of equal hops looked up."""  # noqa: E501
    masks: dict[frozenset[int], int] = {}
    found = []
    for task in system.tasks:
        joined = 0
        for chain in task.chains:
            for hop in chain.hops:
                mask = masks.get(hop.components)
                if mask is None:
                    mask = masks[hop.components] = sum(1 << index for index in hop.components)
                joined |= mask
        found.append(joined)
    return found


def system_below(root: Path) -> System:
    """The system of a portfolio on disk."""
    return build_system(assess_folder(root, as_of=date.fromisoformat(AS_OF)).state)


def ratio(system: System, runs: int) -> float:
    """Median over the turns of how much longer the cut sets took than the pass just then."""
    return statistics.median(
        _seconds(cut_sets, system) / _seconds(one_pass, system) for _ in range(runs)
    )


def _seconds(call: Callable[[System], object], system: System) -> float:
    gc.collect()
    start = time.perf_counter()
    found = call(system)
    seconds = time.perf_counter() - start
    del found  # held until here: freeing it is no part of finding it
    return seconds
