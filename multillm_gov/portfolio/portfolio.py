"""The portfolio: everything people declare, in one value."""

from msgspec import Struct

from multillm_gov.portfolio.allocation import PlacedMove, TaskClass
from multillm_gov.portfolio.policy import PlacedApproval, PlacedWaiver, Policy
from multillm_gov.portfolio.settings import Settings


class Portfolio(Struct, frozen=True, kw_only=True):
    """Task classes in order of file path, then of appearance; names are unique."""

    settings: Settings = Settings()
    task_classes: tuple[TaskClass, ...] = ()
    moves: tuple[PlacedMove, ...] = ()
    policies: tuple[Policy, ...] = ()
    waivers: tuple[PlacedWaiver, ...] = ()
    approvals: tuple[PlacedApproval, ...] = ()
