"""Services of third parties that a portfolio uses, for registers and inventories of other tools."""

import msgspec


class ModelService(msgspec.Struct, frozen=True, kw_only=True):
    """One model as a service; ``unknown`` and an empty tuple mean that it is not known."""

    model: str
    vendor: str
    """Who made it."""
    provider: str
    """Who serves it."""
    billed_by: str
    cloud: str
    weights: str
    """``open``, ``closed`` or ``unknown``."""
    regions: tuple[str, ...]
    """Where requests are processed."""
    laws: tuple[str, ...]
    """Countries whose law can stop a request."""
    task_classes: tuple[str, ...]
    """That route to it, or fall back on it."""
    classifications: tuple[str, ...]
    """Of the data that they send."""
    is_routed: bool
    """Whether it has traffic; else it is a fallback only."""
    is_in_house: bool


class SupplierAssessment(msgspec.Struct, frozen=True, kw_only=True):
    """What ``catalog/`` declares of leaving one supplier; ``None``: not declared."""

    name: str
    substitutability: str | None
    reason: str | None
    exit_plan: bool | None
    reintegration: str | None
    discontinuation_impact: str | None
    alternatives_identified: str | None
    alternatives: tuple[str, ...]


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """The services of one state of a portfolio, and who supplies them."""

    organization: str
    as_of: str
    """ISO day."""
    revision: str = ""
    """Commit, ``+`` last where the working tree differs from it; empty outside git."""
    path_prefix: str = ""
    draft: tuple[str, ...] = ()
    """Why it is no final paper, each a clause."""
    services: tuple[ModelService, ...] = ()
    suppliers: tuple[SupplierAssessment, ...] = ()
