"""GOV016: a text ends where YAML takes the rest of its line for a comment."""

import re
from collections.abc import Iterator
from typing import Any

from multillm_gov.documents.document import Document
from multillm_gov.documents.editing import Edit, offsets_of, quoted
from multillm_gov.finding import Finding, Severity, Violation
from multillm_gov.location import Place, Pointer
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext

_TEXTS = frozenset(
    {
        *("reason", "because", "approved_by", "accepted_by", "ticket", "owner", "purpose"),
        *("description", "title", "effect", "notes"),
    }
)
"""Keys whose values are prose or names."""
_SWALLOWED = re.compile(r"[ \t]+#(?=[^\s#])[^\r\n]*")
"""A comment after a value that does not look like one: `#40`, not `# see below`."""

_REMARK = re.compile(r"[ \t]+#[ \t]")
"""A comment that looks like one, behind the words that were cut off."""


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Values of texts that a comment without a space after its `#` follows on the same line."""
    for path, document in context.state.documents.items():
        if _SWALLOWED.search(document.source.content):
            for pointer, kept in _texts(document.data, ()):
                swallowed = _comment_after(document, pointer)
                if swallowed:
                    yield _violation(path, pointer, kept, swallowed)


def _texts(value: object, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Every text below a value, by its pointer; an empty one too."""
    pending: list[tuple[Any, Pointer]] = [(value, pointer)] if isinstance(value, dict) else []
    while pending:
        container, place = pending.pop()
        entries = container.items() if isinstance(container, dict) else enumerate(container)
        for key, below in entries:
            if isinstance(below, dict | list):
                pending.append((below, (*place, key)))
            elif key in _TEXTS and (below is None or isinstance(below, str)):
                yield (*place, key), below or ""


def _comment_after(document: Document, pointer: Pointer) -> str:
    _, end = document.offsets(pointer)
    match = _SWALLOWED.match(document.source.content, end)
    return match[0].strip() if match else ""


def _violation(path: str, pointer: Pointer, kept: str, swallowed: str) -> Violation:
    key = str(pointer[-1])
    whole = f"{kept} {swallowed}".strip()
    return Violation(
        message=(
            f"`{key}` is read as {f'`{kept}`' if kept else 'empty'}: `{swallowed}` is a comment"
        ),
        place=Place(path, pointer),
        subject=path,
        remedy=f'Write the text in quotes: `{key}: "{whole}"`; or put a space after the `#` of a '
        "comment that is meant as one.",
        risk="Whoever reads the record later finds half a reason, or the wrong name.",
        distinction=str(pointer),
    )


def fix(finding: Finding, document: Document) -> Edit | None:
    """Quote the text together with what was taken for a comment."""
    start, end = offsets_of(document, finding.location)
    match = _SWALLOWED.match(document.source.content, end)
    kept = document.source.content[start:end]
    if match is None or kept[:1] in {"'", '"'}:
        return None
    remark = _REMARK.search(document.source.content, end + 1, match.end())
    return quoted(document, start, remark.start() if remark else match.end())


RULE = Rule(
    id="GOV016",
    name="text-cut-by-comment",
    title="Text cut off by a comment",
    one="A text is cut off by a comment",
    many="{count} texts are cut off by comments",
    short_title="Texts cut off",
    requirement="No reason, approver or description is cut off by a comment.",
    why=(
        "In YAML a `#` after a space starts a comment. `reason: deferred to #40 until the vendor "
        "signs` is read as `deferred to`, and so it stands in every report. A comment that starts "
        "with `# ` and a space is taken as meant."
    ),
    remediation="Write texts that contain ` #` in quotes.",
    safe_fix="Quotes the text with the words that were cut off",
    fix=fix,
    severity=Severity.WARNING,
    check=check,
    scope="files",
    violating="""\
# policies/limits.yaml
policies:
  capped:
    rule: cap-missing
    because: Board minute #12 of October
""",
    compliant="""\
# policies/limits.yaml
policies:
  capped:
    rule: cap-missing
    because: "Board minute #12 of October"
""",
)
