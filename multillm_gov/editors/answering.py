"""What the editor asks: explanations, completions, fixes."""

import asyncio

from lsprotocol import types

from multillm_gov.editors.positions import Buffer
from multillm_gov.editors.server import GovernServer
from multillm_gov.editors.session import Judged
from multillm_gov.editors.wording import actions_of, completions_of, diagnostics, hover_of, marked
from multillm_gov.errors import GovernError
from multillm_gov.workflows.language.completion import complete
from multillm_gov.workflows.language.hover import hover


def answer(server: GovernServer) -> None:
    """Register the answers to what the editor asks."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        asked = await _asked(server, params)
        if asked is None:
            return None
        path, buffer, text, offset, judged = asked
        try:
            hint = await asyncio.to_thread(hover, path, text, offset, judged.assessment)
        except GovernError as error:
            server.complain(error.message)
            return None
        return hover_of(hint, buffer, server.encoding) if hint is not None else None

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["/", "-", "."])
    )
    async def completed(params: types.CompletionParams) -> types.CompletionList | None:
        asked = await _asked(server, params)
        if asked is None:
            return None
        path, buffer, text, offset, judged = asked
        found = await asyncio.to_thread(complete, path, text, offset, judged.assessment)
        return completions_of(found, buffer, server.encoding) if found is not None else None

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    )
    async def acted(params: types.CodeActionParams) -> list[types.CodeAction]:
        found = server.place(params.text_document.uri)
        judged = await found[0].known() if found is not None else None
        if found is None or judged is None:
            return []
        session, path = found
        buffer = session.files[path].buffer
        if judged.buffer(path).text != buffer.text:
            return []  # the places are those of an older text
        own = [one for one in judged.assessment.findings if one.location.path == path]
        uri = params.text_document.uri
        shown = diagnostics(own, lambda _: buffer, lambda _: uri, server.encoding, related=False)
        return [
            action
            for finding, diagnostic in zip(own, shown, strict=False)
            if _meet(diagnostic.range, params.range)
            for action in actions_of(finding, diagnostic, lambda _: uri)
        ]


async def _asked(
    server: GovernServer, params: types.HoverParams | types.CompletionParams
) -> tuple[str, Buffer, str, int, Judged] | None:
    """Path, buffer, text without its mark, offset, state; ``None``: not a governed file."""
    found = server.place(params.text_document.uri)
    if found is None:
        return None
    session, path = found
    judged = await session.known()
    file = session.files.get(path)
    if judged is None or file is None:
        return None
    at = params.position
    mark = marked(file.buffer)
    offset = file.buffer.offset((at.line, at.character), server.encoding) - mark
    return path, file.buffer, file.buffer.text[mark:], max(offset, 0), judged


def _meet(one: types.Range, other: types.Range) -> bool:
    return one.start <= other.end and other.start <= one.end
