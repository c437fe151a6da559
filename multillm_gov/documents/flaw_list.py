"""Collecting what is wrong with one file, up to a bound."""

from collections.abc import Iterable
from typing import NoReturn

from multillm_gov.documents.document import Text
from multillm_gov.finding import Flaw

MAX_FLAWS = 100
"""Flaws reported per file; a file with more is reported as such and not read further."""


class StopReadingError(Exception):
    """Going on would be unsafe or without meaning; what is wrong has been noted."""


class FlawList:
    """The flaws found so far, and whether what was read can still be trusted."""

    def __init__(self, source: Text) -> None:
        self.source = source
        self.flaws: list[Flaw] = []
        self.refused = False

    def note(self, kind: str, message: str, remedy: str, start: int, end: int) -> None:
        """Note a flaw at ``content[start:end]``; what was read stays usable.

        Raises:
            StopReadingError: it was the last one that fits.
        """
        self.flaws.append(
            Flaw(kind=kind, message=message, location=self.source.span(start, end), remedy=remedy)
        )
        if len(self.flaws) >= MAX_FLAWS:
            last = self.flaws.pop()
            self.refused = True
            self.flaws.append(
                Flaw(
                    kind=last.kind,
                    message=f"{last.message}; reading stopped here, after {MAX_FLAWS} flaws in "
                    "this file",
                    location=last.location,
                    remedy=last.remedy,
                )
            )
            raise StopReadingError

    def refuse(self, kind: str, message: str, remedy: str, start: int, end: int) -> None:
        """Note a flaw after which the file is not used, though it is read to its end."""
        self.refused = True
        self.note(kind, message, remedy, start, end)

    def stop(self, kind: str, message: str, remedy: str, start: int, end: int) -> NoReturn:
        """Note a flaw after which the file cannot be read any further."""
        self.refuse(kind, message, remedy, start, end)
        raise StopReadingError


def without_repeats(flaws: Iterable[Flaw]) -> tuple[Flaw, ...]:
    """The flaws in their order, each once; where the schema refuses a scalar, only that.

    ``requests: 1_000`` is text where a number is expected: the schema's flaw says so, with what to
    write.
    """
    once = dict.fromkeys(flaws)
    refused = {flaw.location for flaw in once if flaw.kind == "schema"}
    return tuple(
        flaw for flaw in once if flaw.kind != "ambiguous-scalar" or flaw.location not in refused
    )
