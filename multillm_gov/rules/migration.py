"""Where to move from a model that retires, who says so, and what the move changes."""

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.moves import move_effects
from multillm_gov.finding import Figure
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.words import code

_ORIGIN = {
    "declared": "declared in `catalog/`",
    "announced": "announced by its vendor",
    "derived": "derived",
}


class Moves:
    """Remedies for models that retire, each spelled once."""

    def __init__(self, context: RuleContext) -> None:
        self._context = context
        self._remedies: dict[str, str] = {}

    def remedy(self, old: ModelFacts) -> str:
        """What to write instead, who says so, and what that changes."""
        if old.name not in self._remedies:
            self._remedies[old.name] = self._format(old)
        return self._remedies[old.name]

    def figures(self, old: ModelFacts) -> dict[str, Figure]:
        """The successor and its origin, machine-readable."""
        successor = old.lifecycle.successor
        return (
            {"successor": successor.model, "successor_origin": successor.origin}
            if successor
            else {}
        )

    def _format(self, old: ModelFacts) -> str:
        successor = old.lifecycle.successor
        if successor is None:
            named = old.lifecycle.announced
            unusable = (
                f"Its vendor names {code(named)}, which cannot be routed to. " if named else ""
            )
            return (
                f"{unusable}Choose another model (`govern catalog search` lists them) and score it "
                f"on your own cases; name it as `successor` of {code(old.name)} in `catalog/` to "
                "plan the move."
            )
        source = f"; {successor.source}" if successor.source else ""
        new = self._context.state.catalog.find(successor.model)
        effects = move_effects(old, new) if new is not None else ()
        changes = f" The move changes: {'; '.join(effects)}." if effects else ""
        return f"Write {code(successor.model)} ({_ORIGIN[successor.origin]}{source}).{changes}"
