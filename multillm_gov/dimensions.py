"""The levels at which a portfolio can be concentrated, and what a share is a share of."""

from enum import StrEnum


class Level(StrEnum):
    """Who or what a share depends on, from fine to coarse."""

    MODEL = "model"
    FAMILY = "family"
    VENDOR = "vendor"
    PROVIDER = "provider"
    CLOUD = "cloud"
    JURISDICTION = "jurisdiction"


class Basis(StrEnum):
    """What a share is weighed by."""

    SPEND = "spend"
    REQUESTS = "requests"
    VALUE_AT_STAKE = "value_at_stake"


UNKNOWN = "unknown"
"""The entity that stands for everything whose place at a level is not known; never guessed."""

IN_HOUSE = "in-house"
"""The organization itself, where it is a model's vendor, provider or cloud: no supplier."""
OPEN, CLOSED = "open", "closed"
"""Weights that others may serve without their vendor, and weights that they may not."""
