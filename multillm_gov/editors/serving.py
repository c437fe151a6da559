"""Serving one editor over stdin and stdout until it leaves."""

import gc
import sys
from collections.abc import Callable
from datetime import date

from multillm_gov import exits
from multillm_gov.editors.answering import answer
from multillm_gov.editors.following import follow_files
from multillm_gov.editors.server import GovernServer

LEFT = 1
"""Exit code where the editor goes without asking for a shutdown, as the protocol demands."""


def serve(today: Callable[[], date]) -> int:
    """Serve one editor until it leaves; return the exit code.

    Args:
        today: Asked for the day dates are judged against, at every assessment.
    """
    gc.enable()  # a command ends soon and collects nothing; a server runs all day
    server = GovernServer(today)
    follow_files(server)
    answer(server)
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what anything else prints must not break the protocol
    server.start_io(stdin, stdout)
    return exits.CLEAN if server.asked_to_stop else LEFT
