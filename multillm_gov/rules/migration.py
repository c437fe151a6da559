"""The successor of a retiring model, the source for it, and what the migration changes."""

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.lifecycle.moves import move_effects
from multillm_gov.finding import Figure
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.words import code

_ORIGIN = {
    "declared": "declared in `catalog/`",
    "announced": "announced by its vendor",
    "derived": "derived",
}


class Moves:
    """Remedies for retiring models, each formatted once."""

    def __init__(self, context: RuleContext) -> None:
        self._context = context
        self._remedies: dict[str, str] = {}

    def remedy(self, old: ModelFacts) -> str:
        """The model to write instead, the source for it, and what changes."""
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
                f"on your own cases. To plan the migration, name it as `successor` of "
                f"{code(old.name)} in `catalog/`."
            )
        source = f"; {successor.source}" if successor.source else ""
        new = self._context.state.catalog.find(successor.model)
        effects = move_effects(old, new) if new is not None else ()
        changes = f" The migration changes: {'; '.join(effects)}." if effects else ""
        return f"Write {code(successor.model)} ({_ORIGIN[successor.origin]}{source}).{changes}"
