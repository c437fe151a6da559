"""Who owns files by a CODEOWNERS file, as GitHub and GitLab read it: the last match holds."""

import re
from collections.abc import Iterable

from msgspec import Struct

CODE_OWNERS_PATHS = (
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
)
"""Where hosts look, in order; from the repository's top."""
_MOST_LINES = 5_000
_LONGEST = 300
_MOST_STARS = 6
"""Stars of a pattern, which bound what matching it costs."""
_WILDCARDS = {"**/": "(?:[^/]+/)*", "/**": "/.+", "*": "[^/]*", "?": "[^/]"}
_SECTION = re.compile(r"\^?\[[^\]]*\](\[\d+\])?")


class CodeOwners(Struct, frozen=True):
    """Patterns with their owners, in the order of the file."""

    rules: tuple[tuple[str, tuple[str, ...]], ...]
    prefix: str = ""
    """The portfolio's folder below the repository's top, with ``/`` last."""

    def owners(self, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Owners by path below the portfolio's root; paths that nobody owns are left out."""
        matchers = [(_matcher(pattern), owners) for pattern, owners in self.rules]
        texts_by_name = {}
        for path in paths:
            whole = f"{self.prefix}{path}"
            last = next(
                (owners for match, owners in reversed(matchers) if match.fullmatch(whole)), ()
            )
            if last:
                texts_by_name[path] = last
        return texts_by_name


def parse_code_owners(text: str, prefix: str = "") -> CodeOwners:
    """Read a CODEOWNERS file; lines that hosts ignore, and needlessly costly ones, are skipped.

    Owners of a section of GitLab's hold for its lines without owners.
    """
    rules: list[tuple[str, tuple[str, ...]]] = []
    default: tuple[str, ...] = ()
    for raw in text.splitlines()[:_MOST_LINES]:
        line = raw.strip()
        if not line or line.startswith("#") or len(line) > _LONGEST:
            continue
        section = _SECTION.match(line)
        if section:
            default = _names(line[section.end() :])
            continue
        pattern, *rest = re.split(r"(?<!\\)\s+", line, maxsplit=1)
        if pattern.startswith("!") or pattern.count("*") > _MOST_STARS:
            continue
        rules.append((pattern.replace("\\ ", " "), _names(rest[0] if rest else "") or default))
    return CodeOwners(tuple(rules), prefix)


def _names(text: str) -> tuple[str, ...]:
    """The owners of a line, up to a comment."""
    return tuple(text.partition("#")[0].split())


def _matcher(pattern: str) -> re.Pattern[str]:
    """As in .gitignore: without an inner slash at any depth; a folder holds all below it."""
    anchored = "/" in pattern.rstrip("/")
    body = pattern.strip("/")
    parts = [
        _WILDCARDS.get(piece, re.escape(piece)) for piece in re.split(r"(\*\*/|/\*\*|\*|\?)", body)
    ]
    start = "" if anchored else "(?:.*/)?"
    only_folder = pattern.endswith("/")
    # GitHub: `docs/*` owns the files in docs, not what is below its folders.
    end = "/.+" if only_folder else "" if body.endswith("/*") else "(?:/.+)?"
    return re.compile(start + "".join(parts) + end, re.DOTALL)
