"""The rule book: one rule, one module, found by presence."""
