"""What other evaluation tools write: one file a format, with ``ENDINGS`` and ``read``."""
