"""From our values to the protocol's: diagnostics, completions, edits and hovers."""

from collections.abc import Callable, Iterator

from lsprotocol import types

from multillm_gov.editors.positions import Buffer, Encoding, Position
from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.workflows.language.completion import Offer, Offers, What
from multillm_gov.workflows.language.hover import Hint
from multillm_gov.workflows.language.quick_fixes import quick_fixes_of

SOURCE = "govern"
MOST_SHOWN = 1_000
"""Diagnostics of one file; an editor that gets more becomes slow, and nobody reads them."""
_MARK = "\ufeff"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
_TAGS = {
    "retired-model": [types.DiagnosticTag.Deprecated],
    "retiring-soon": [types.DiagnosticTag.Deprecated],
    "unused-declaration": [types.DiagnosticTag.Unnecessary],
}
_KINDS: dict[What, types.CompletionItemKind] = {
    "model": types.CompletionItemKind.Module,
    "rule": types.CompletionItemKind.Class,
    "name": types.CompletionItemKind.Reference,
    "key": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
}
Address = Callable[[str], str]
"""From a path below the root to what the editor calls the file."""
BufferOf = Callable[[str], Buffer]


def marked(buffer: Buffer) -> int:
    """Characters at the start that the reader of files leaves out: a byte order mark."""
    return 1 if buffer.text.startswith(_MARK) else 0


def span(buffer: Buffer, start: int, end: int, encoding: Encoding) -> types.Range:
    """The range between two offsets."""
    return types.Range(
        start=types.Position(*buffer.position(start, encoding)),
        end=types.Position(*buffer.position(end, encoding)),
    )


def range_of(location: Location, buffer: Buffer, encoding: Encoding) -> types.Range:
    """The range of a location in its text; an empty one is widened to one character."""
    first = _place(location.line, location.column, buffer, encoding)
    last = _place(location.end_line, location.end_column, buffer, encoding)
    if last <= first:
        last = first
        following = buffer.position(buffer.offset(first, encoding) + 1, encoding)
        if following[0] == first[0]:
            last = following
    return types.Range(start=types.Position(*first), end=types.Position(*last))


def _place(line: int, column: int, buffer: Buffer, encoding: Encoding) -> Position:
    """A line and column of ours, both from 1, which do not count a byte order mark."""
    return buffer.place(line - 1, column - 1 + (marked(buffer) if line == 1 else 0), encoding)


def diagnostics(
    findings: list[Finding],
    buffer_of: BufferOf,
    address: Address,
    encoding: Encoding,
    *,
    related: bool,
) -> list[types.Diagnostic]:
    """The findings of one file; ``related``: whether the editor shows further places."""
    return [
        _diagnostic(finding, buffer_of, address, encoding, related)
        for finding in findings[:MOST_SHOWN]
    ]


def _diagnostic(
    finding: Finding, buffer_of: BufferOf, address: Address, encoding: Encoding, related: bool
) -> types.Diagnostic:
    places = [
        types.DiagnosticRelatedInformation(
            location=types.Location(
                uri=address(other.location.path),
                range=range_of(other.location, buffer_of(other.location.path), encoding),
            ),
            message=visible(other.message),
        )
        for other in (finding.related if related else ())
    ]
    return types.Diagnostic(
        range=range_of(finding.location, buffer_of(finding.location.path), encoding),
        message="\n".join(_lines(finding)),
        severity=_SEVERITIES[finding.severity] if finding.active else types.DiagnosticSeverity.Hint,
        code=finding.rule,
        source=SOURCE,
        tags=_TAGS.get(finding.name),
        related_information=places or None,
    )


def _lines(finding: Finding) -> Iterator[str]:
    """What is wrong, what it risks, how to fix it; on whose behalf, and whether it is excepted."""
    yield visible(finding.message)
    if finding.risk:
        yield visible(finding.risk)
    if finding.remedy:
        yield visible(finding.remedy)
    if finding.policy:
        because = f": {finding.because}" if finding.because else ""
        yield visible(f"Policy {finding.policy}{because}")
    if finding.waiver is not None:
        yield visible(f"{finding.waiver.words}: {finding.waiver.reason}")


def hover_of(hint: Hint, buffer: Buffer, encoding: Encoding) -> types.Hover:
    """An explanation in Markdown."""
    mark = marked(buffer)
    return types.Hover(
        contents=types.MarkupContent(kind=types.MarkupKind.Markdown, value=hint.markdown),
        range=span(buffer, hint.start + mark, hint.end + mark, encoding),
    )


def completions_of(offers: Offers, buffer: Buffer, encoding: Encoding) -> types.CompletionList:
    """Words to choose from, each with the edit that writes it."""
    mark = marked(buffer)
    place = span(buffer, offers.start + mark, offers.end + mark, encoding)
    items = [_item(number, offer, place) for number, offer in enumerate(offers.offers)]
    return types.CompletionList(is_incomplete=not offers.complete, items=items)


def _item(number: int, offer: Offer, place: types.Range) -> types.CompletionItem:
    text = (
        types.MarkupContent(kind=types.MarkupKind.Markdown, value=offer.markdown)
        if offer.markdown
        else None
    )
    return types.CompletionItem(
        label=visible(offer.label),
        kind=_KINDS[offer.what],
        detail=visible(offer.detail) or None,
        documentation=text,
        sort_text=f"{number:04}",
        filter_text=offer.label,
        text_edit=types.TextEdit(range=place, new_text=f"{offer.label}{offer.follow}"),
    )


def actions_of(
    finding: Finding, diagnostic: types.Diagnostic, address: Address
) -> Iterator[types.CodeAction]:
    """The fixes of a finding, each as an edit of its place."""
    for number, fix in enumerate(quick_fixes_of(finding)):
        edit = types.TextEdit(range=diagnostic.range, new_text=fix.text)
        yield types.CodeAction(
            title=fix.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            is_preferred=number == 0,
            edit=types.WorkspaceEdit(changes={address(finding.location.path): [edit]}),
        )
