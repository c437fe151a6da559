"""Which model of the portfolio could stand in for another: suggestions for remedies, never a judgement."""

from collections.abc import Sequence

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.lifecycle import slack_days
from multillm_gov.measures.requirements import Fitness, Requirement, requirement
from multillm_gov.rules.engine.rule import RuleContext

_MOST_CANDIDATES = 50
"""Models looked at; a remedy needs one good idea, not the best of ten thousand."""


class Substitutes:
    """Finds, among the models the portfolio already uses, one that fits and hangs on nobody the routed ones hang on."""

    def __init__(self, context: RuleContext, levels: Sequence[Level]) -> None:
        self._levels = tuple(levels)
        self._fitness = Fitness()
        self._known: dict[tuple[Requirement, frozenset[str]], str] = {}
        usable = [
            facts
            for _, facts in sorted(context.models.items())
            if facts is not None
            and facts.source == "litellm"
            and facts.price is not None
            and _lasts(facts, context)
        ]
        self._candidates = usable[:_MOST_CANDIDATES]

    def find(self, task: TaskFigures) -> str:
        """Name of such a model, or empty."""
        routed = [leg.facts for leg in task.legs if leg.facts is not None]
        key = (requirement(task.task.declared), frozenset(facts.name for facts in routed))
        if key not in self._known:
            found = (
                one.name
                for one in self._candidates
                if self._independent(one, routed) and self._fits(one, key[0])
            )
            self._known[key] = next(found, "")
        return self._known[key]

    def _independent(self, candidate: ModelFacts, routed: Sequence[ModelFacts]) -> bool:
        own = {level: candidate.exposure.entities(level) for level in self._levels}
        if any(UNKNOWN in entities for entities in own.values()):
            return False
        return all(
            entities.isdisjoint(facts.exposure.entities(level))
            for facts in routed
            for level, entities in own.items()
        )

    def _fits(self, candidate: ModelFacts, needed: Requirement) -> bool:
        return next(self._fitness.lacks(needed, [candidate])) is None


def _lasts(facts: ModelFacts, context: RuleContext) -> bool:
    slack = slack_days(
        facts, context.state.as_of, context.state.portfolio.settings.migration_lead_days
    )
    return slack is None or slack > 0
