"""One interval of a stress: who answers, what it costs, which limits break."""
