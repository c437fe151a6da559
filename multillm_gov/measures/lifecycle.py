"""How long until a model is retired, and whether that is enough to move."""

from datetime import date

from multillm_gov.catalog.facts import ModelFacts


def runway_days(facts: ModelFacts, as_of: date) -> int | None:
    """Days from ``as_of`` to retirement, negative when past; ``None`` when no date is known."""
    retirement = facts.lifecycle.retirement
    return None if retirement is None else (retirement - as_of).days


def slack_days(facts: ModelFacts, as_of: date, migration_lead_days: int) -> int | None:
    """Runway minus the days a migration takes (method 4); negative means already too late."""
    runway = runway_days(facts, as_of)
    return None if runway is None else runway - migration_lead_days
