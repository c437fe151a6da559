"""Errors of the environment or the call; what is wrong with a portfolio is a finding.

The tree::

    GovernError                 a message, and a hint: what to type or change
    |-- UsageError              the call's words are off (exit 2)
    `-- UnableError             the job could not be done (exit 3)
        |-- SourceError         a folder, file or repository could not be read
        |   `-- RevisionError   a git revision is unknown, unborn or not fetched
        |-- CatalogError        the price map or the lock could not be read
        |-- MissingExtraError   an optional package is not installed
        `-- OutputError         a result could not be written
"""

from multillm_gov import exits


class GovernError(Exception):
    """A failure a user can act on: ``message`` says what, ``hint`` what to type or change."""

    exit_code = exits.UNABLE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GovernError):
    """The call's words are off: an unknown format, a malformed date."""

    exit_code = exits.USAGE


class UnableError(GovernError):
    """The job could not be done though the call was right."""


class SourceError(UnableError):
    """A folder, file or repository could not be read."""


class RevisionError(SourceError):
    """A git revision is unknown, unborn or not fetched."""


class CatalogError(UnableError):
    """The price map or the lock could not be read."""


class MissingExtraError(UnableError):
    """An optional package is not installed."""


class OutputError(UnableError):
    """A result could not be written."""


def missing_extra(purpose: str, package: str, extra: str) -> MissingExtraError:
    """The error for a package that is not installed, with the command that installs its extra."""
    return MissingExtraError(
        f"{purpose} needs {package}, which is not installed",
        f"`pip install 'multillm-gov[{extra}]'`",
    )
