"""One producer, one file; found by presence."""
