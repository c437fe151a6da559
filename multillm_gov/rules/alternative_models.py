"""Which model of the portfolio could be a fallback: suggestions for remedies, never a judgment."""

from collections.abc import Iterator, Sequence

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.lifecycle import slack_days
from multillm_gov.measures.requirements import Fitness, requirement
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.rules.what_if import Prospects

_MOST_CANDIDATES = 50
"""Models looked at; a remedy needs one good idea, not the best of ten thousand."""
_MOST_TASKS = 25
"""Task classes that get a suggestion; each is judged anew."""
_MOST_TRIALS = 3
_ABOUT_THE_MODEL = frozenset(
    {
        "GOV101",
        "GOV102",
        "GOV103",
        "GOV105",
        "GOV109",
        "GOV110",
        "GOV203",
        "GOV207",
        "GOV404",
        "GOV502",
        "GOV601",
        "GOV602",
        "GOV603",
        "GOV604",
        "GOV901",
    }
)
"""Rules that a suggested fallback must not violate; none of them suggests one itself."""


class Substitutes:
    """Finds a model in use that fits a task class and shares nothing with those it routes to."""

    def __init__(self, context: RuleContext, levels: Sequence[Level]) -> None:
        self._context = context
        self._levels = tuple(levels)
        self._fitness = Fitness()
        self._prospects: Prospects | None = None
        self._known: dict[str, str] = {}
        usable = [
            facts
            for _, facts in sorted(context.models.items())
            if facts is not None
            and facts.source == "litellm"
            and facts.price is not None
            and facts.lifecycle.doubtful is None
            and _lasts(facts, context)
        ]
        self._candidates = usable[:_MOST_CANDIDATES]

    def find(self, task: TaskFigures) -> str:
        """Name of a model within its caps, policies, needs and floor; empty where none shows."""
        name = task.task.name
        if name not in self._known:
            if len(self._known) >= _MOST_TASKS:
                return ""
            self._known[name] = self._find(task)
        return self._known[name]

    def _find(self, task: TaskFigures) -> str:
        for number, facts in enumerate(self._fitting(task)):
            if number == _MOST_TRIALS:
                break
            if self._prospects is None:
                self._prospects = Prospects(self._context, "", _ABOUT_THE_MODEL)
            if self._prospects.fallback_breaks_nothing(task, facts.name):
                return facts.name
        return ""

    def _fitting(self, task: TaskFigures) -> Iterator[ModelFacts]:
        routed = [entry.facts for entry in task.legs if entry.facts is not None]
        needed = requirement(task.task.declared)
        for facts in self._candidates:
            if (
                facts.name not in task.task.models
                and self._independent(facts, routed)
                and next(self._fitness.lacks(needed, [facts])) is None
                and self._reaches_floor(facts, task)
            ):
                yield facts

    def _independent(self, candidate: ModelFacts, routed: Sequence[ModelFacts]) -> bool:
        own = {level: candidate.exposure.entities(level) for level in self._levels}
        if any(UNKNOWN in entities for entities in own.values()):
            return False
        return all(
            entities.isdisjoint(facts.exposure.entities(level))
            for facts in routed
            for level, entities in own.items()
        )

    def _reaches_floor(self, candidate: ModelFacts, task: TaskFigures) -> bool:
        """Whether the newest internal result reaches the floor; without a floor, any model does."""
        quality = task.task.declared.quality
        if quality is None:
            return True
        as_of = self._context.state.as_of
        scores = (
            placed.record.score
            for placed in self._context.state.evidence.get((task.task.name, candidate.name), ())
            if placed.record.origin == "internal" and placed.record.date <= as_of
        )
        newest = next(scores, None)
        return newest is not None and newest >= quality.floor


def _lasts(facts: ModelFacts, context: RuleContext) -> bool:
    slack = slack_days(facts, context.as_of, context.state.portfolio.settings.migration_lead_days)
    return slack is None or slack > 0
