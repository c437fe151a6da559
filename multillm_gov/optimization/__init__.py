"""A better allocation: model, solver, prices of limits, frontier, and the claim under test."""
