"""Exit codes of every command: a defect of the tool never looks like a verdict."""

CLEAN = 0
"""Nothing at or above the gate."""
FINDINGS = 1
"""The portfolio is at fault: findings at or above the gate."""
USAGE = 2
"""Wrong usage of the command line."""
UNABLE = 3
"""The job could not be done: unknown revision, missing extra, unwritable output."""
DEFECT = 70
"""A defect of the tool itself."""
INTERRUPTED = 130
"""Interrupted by the user."""
CLOSED_PIPE = 141
"""Whoever read our output closed it early (128 + SIGPIPE, as the shell reports it for any tool)."""
