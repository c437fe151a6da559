"""A gateway's configuration as written: its bytes, its origin, and what it could not carry."""

import hashlib
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from multillm_gov.gateways.routing import Routing
from multillm_gov.gateways.wanted import Omission, Setting, omissions
from multillm_gov.words import count_of, join_code

_ABOUT = "Written by `govern export`; change the allocations instead, and export again."
_COMMIT = "Portfolio: commit "
_NOT_COMMITTED = "Portfolio: not committed"
_CONTENT = "Content: sha256:"
_PORTFOLIO = re.compile(rb"^(\W*)Portfolio: (?:commit [0-9a-f]{40,64}|not committed)", re.MULTILINE)
_DIGEST = re.compile(rb"Content: sha256:([0-9a-f]{64})")
_WIDTH = 98


class Rendered(Struct, frozen=True, kw_only=True):
    """A configuration without its header."""

    body: str
    omissions: tuple[Omission, ...] = ()
    remark: str = ""
    """How to run it, for the header."""


class Exported(Struct, frozen=True, kw_only=True):
    """A file as it is to be written."""

    data: bytes
    omissions: tuple[Omission, ...]


def lost_settings(routing: Routing, lost: Mapping[Setting, str]) -> tuple[Omission, ...]:
    """What of a routing a format does not carry.

    Args:
        routing: All task classes.
        lost: Settings that the format does not carry, each with a clause that says why.
    """
    return omissions({group.name: group.wanted for group in routing.task_classes}, lost)


def headed(rendered: Rendered, commit: str, mark: str = "#") -> Exported:
    """A configuration below a header of comments: origin, digest, and all that is not carried.

    Args:
        rendered: The configuration.
        commit: The portfolio's last commit; empty: it is not, or not wholly, committed.
        mark: What starts a comment.
    """
    lines = header_lines(rendered, commit)
    comment = "".join(f"{mark} {line}\n" for line in lines)
    return Exported(data=(comment + rendered.body).encode(), omissions=rendered.omissions)


def header_lines(rendered: Rendered, commit: str) -> list[str]:
    """The header's lines, without marks."""
    digest = hashlib.sha256(rendered.body.encode()).hexdigest()
    return [
        _ABOUT,
        *textwrap.wrap(rendered.remark, _WIDTH, break_long_words=False, break_on_hyphens=False),
        f"{_COMMIT}{commit}" if commit else _NOT_COMMITTED,
        f"{_CONTENT}{digest}",
        *_listed(rendered.omissions),
    ]


def _listed(lost: Iterable[Omission]) -> Iterable[str]:
    for omission in lost:
        text = (
            f"Not carried: {omission.setting} of {join_code(omission.task_classes)}: {omission.why}"
        )
        first, *rest = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
        yield first
        yield from (f"  {line}" for line in rest)


def differences(committed: bytes, data: bytes) -> str:
    """How a committed file differs from what would be exported now; empty: it does not.

    The commit in the header is not compared: committing the file itself makes a newer one.
    """
    before, now = (_PORTFOLIO.sub(rb"\1Portfolio", text.replace(b"\r\n", b"\n"))
                   for text in (committed, data))  # fmt: skip
    if before == now:
        return ""
    match, wanted = _DIGEST.search(before), _DIGEST.search(now)
    if match and wanted and match[1] == wanted[1]:
        return "was changed by hand: its digest is that of this allocation, its content is not"
    lines = [
        Counter(text.splitlines()) for text in (_DIGEST.sub(b"", before), _DIGEST.sub(b"", now))
    ]
    changed = sum(((lines[0] - lines[1]) + (lines[1] - lines[0])).values())
    return f"is stale: {count_of(changed, 'line')} differ" if changed else "is stale"
