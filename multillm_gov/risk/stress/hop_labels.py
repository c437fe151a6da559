"""What each hop depends on, as the labels that shocks name."""

from multillm_gov.catalog.facts import ModelFacts, entities_of
from multillm_gov.dimensions import Level
from multillm_gov.risk.stress.stress_context import (
    Label,
)
from multillm_gov.risk.system.system import Hop, System


class HopLabels:
    """What each hop depends on, found once for all task classes."""

    def __init__(self, system: System) -> None:
        self.components = system.components
        self._of_hop: dict[tuple[str, frozenset[int]], tuple[frozenset[Label], int, bool]] = {}

    def of_hop(self, hop: Hop, facts: ModelFacts | None) -> tuple[frozenset[Label], int, bool]:
        """Labels, the deployment's index, and whether it never answers."""
        key = hop.model, hop.components
        if key not in self._of_hop:
            component_labels = frozenset(
                (self.components[n].kind, self.components[n].name) for n in hop.components
            )
            deployment = next(
                (n for n in sorted(hop.components) if self.components[n].kind == "deployment"), -1
            )
            never = any(self.components[n].unavailability >= 1 for n in hop.components)
            self._of_hop[key] = (
                component_labels | self.of_model(hop.model, facts),
                deployment,
                never,
            )
        return self._of_hop[key]

    @staticmethod
    def of_model(model: str, facts: ModelFacts | None) -> frozenset[Label]:
        """Labels from the known facts of a model, under its routed and its canonical name."""
        found = {("model", model)}
        if facts is not None:
            found |= {
                (level.value, entity) for level in Level for entity in entities_of(facts, level)
            }
        return frozenset(found)
