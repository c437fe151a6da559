"""Pure functions from what is declared and known to figures; no opinion, no I/O."""
