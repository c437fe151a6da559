"""Which commits wrote an approval, according to git: evidence of who approved."""

from collections.abc import Callable

from msgspec import Struct

from multillm_gov.documents.document import Document
from multillm_gov.location import Place


class Introduction(Struct, frozen=True, kw_only=True):
    """A commit that wrote a line of an approval; its author fields are what its maker typed."""

    commit: str
    """Full id; empty where the line is not committed yet."""
    author_email: str = ""
    committer_email: str = ""
    signature: str = ""
    """``verified``, ``unverified`` or ``none``: what git says with the keys known where it ran."""
    beyond: bool = False
    """The clone is shallow and the line older than it: the commit may be another one."""


Introductions = Callable[[Place], tuple[Introduction, ...]]
"""From the place of an approval, or of evidence, to the commits that wrote its lines.

``()``: git knows none.

May raise ``SourceError``; reading one approval of a file reads all of them.
"""


Blame = Callable[[str, tuple[int, ...]], tuple[Introduction, ...]]
"""The same from a root-relative path and line numbers (from 1), sorted."""


_SAYING = ("subject", "digest", "approved_by", "date")


def introductions_of(blame: Blame, documents: dict[str, Document]) -> Introductions:
    """Bind a ``blame`` to the documents that give an approval's lines."""

    def ask(place: Place) -> tuple[Introduction, ...]:
        document = documents[place.path]
        lines: set[int] = set()
        whole = "approvals" not in place.pointer
        for key in ((),) if whole else ((key,) for key in _SAYING):
            value = document.locate((*place.pointer, *key))
            lines.update(range(value.line, value.end_line + 1))
        return blame(place.path, tuple(sorted(lines)))

    return ask
