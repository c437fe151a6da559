"""Releases of LiteLLM, and the range of them that a statement is about."""

import re

from msgspec import Struct

from multillm_gov.errors import UsageError

TESTED = "1.110.2"
"""Release whose source and router the rules were compared with; the default target."""
_RELEASE = re.compile(r"v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?:[.+-]?[A-Za-z].*)?", re.ASCII)


def parse_release(text: str) -> tuple[int, int, int]:
    """The numbers of a release; `v1.80.0-stable` and `1.77.2.post1` count as 1.80.0 and 1.77.2.

    Raises:
        UsageError: the text is no release.
    """
    match = _RELEASE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"`{text[:40]}` is not a release of LiteLLM", "Write it as 1.110.2.")
    return int(match[1]), int(match[2]), int(match[3] or 0)


class Affected(Struct, frozen=True):
    """The releases that a rule is about: from ``since`` on, before ``until``; empty: no bound.

    A bound is a release that was tried or read. What happened between two tried releases is not
    known; the bound is then the nearest one that was seen to behave so.
    """

    since: str = ""
    until: str = ""

    def holds(self, release: tuple[int, int, int]) -> bool:
        """Whether a release lies in the range."""
        after = not self.since or release >= parse_release(self.since)
        return after and (not self.until or release < parse_release(self.until))

    def words(self) -> str:
        """The range in words."""
        if self.since and self.until:
            return f"releases from {self.since} up to, not including, {self.until}"
        if self.until:
            return f"releases before {self.until}"
        return f"releases from {self.since} on" if self.since else "every release tried"
