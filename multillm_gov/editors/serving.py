"""Serving one editor over stdin and stdout until it leaves."""

import asyncio
import gc
import sys
from collections.abc import Callable
from datetime import date

from lsprotocol import types

from multillm_gov import exits
from multillm_gov.documents.layout import FOLDERS, SETTINGS
from multillm_gov.editors.positions import Buffer, Encoding
from multillm_gov.editors.server import GovernServer
from multillm_gov.editors.session import EditorSession, JudgedSession, OpenFile
from multillm_gov.editors.wording import actions_of, completions_of, diagnostics, hover_of, marked
from multillm_gov.errors import GovernError
from multillm_gov.workflows.language.completion import complete
from multillm_gov.workflows.language.hover import hover

_WATCHED = (SETTINGS, f"{{{','.join(FOLDERS)}}}/**")
LEFT = 1
"""Exit code where the editor goes without asking for a shutdown, as the protocol demands."""


def follow_files(server: GovernServer) -> None:
    """Register what the editor reports: files opened, edited, saved, closed or changed on disk."""
    _follow_texts(server)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        await _watch(server)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(_: types.DidChangeWatchedFilesParams) -> None:
        for session in server.sessions.values():
            session.changed()

    @server.feature(types.SHUTDOWN)
    def shutdown(*_: object) -> None:
        server.asked_to_stop = True
        for session in server.sessions.values():
            session.close()


def _follow_texts(server: GovernServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.open(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        values = server.place(params.text_document.uri)
        if values is not None:
            _edit(*values, params, server.encoding)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        if (values := server.place(params.text_document.uri)) is not None:
            values[0].changed()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)


def _edit(
    session: EditorSession, path: str, params: types.DidChangeTextDocumentParams, encoding: Encoding
) -> None:
    buffer = session.files[path].buffer
    for change in params.content_changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            buffer = Buffer(change.text)
            continue
        first, last = change.range.start, change.range.end
        start, end = (first.line, first.character), (last.line, last.character)
        buffer = buffer.changed(start, end, change.text, encoding)
    document = params.text_document
    session.files[path] = OpenFile(uri=document.uri, version=document.version, buffer=buffer)
    session.changed()


async def _watch(server: GovernServer) -> None:
    """Have the editor tell of governed files that change on the disk, where it can."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is None or not watching.dynamic_registration:
        return
    watchers = [types.FileSystemWatcher(glob_pattern=f"**/{pattern}") for pattern in _WATCHED]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
    registration = types.Registration(
        id="govern-files", method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES, register_options=options
    )
    await server.client_register_capability_async(
        types.RegistrationParams(registrations=[registration])
    )


def answer(server: GovernServer) -> None:
    """Register the answers to what the editor asks."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        requested = await _asked(server, params)
        if requested is None:
            return None
        path, buffer, text, offset, judged = requested
        try:
            hint = await asyncio.to_thread(hover, path, text, offset, judged.assessment.state)
        except GovernError as error:
            server.complain(error.message)
            return None
        return hover_of(hint, buffer, server.encoding) if hint is not None else None

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["/", "-", "."])
    )
    async def completed(params: types.CompletionParams) -> types.CompletionList | None:
        requested = await _asked(server, params)
        if requested is None:
            return None
        path, buffer, text, offset, judged = requested
        offers = await asyncio.to_thread(complete, path, text, offset, judged.assessment)
        return completions_of(offers, buffer, server.encoding) if offers is not None else None

    _offer_fixes(server)


def _offer_fixes(server: GovernServer) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    )
    async def acted(params: types.CodeActionParams) -> list[types.CodeAction]:
        values = server.place(params.text_document.uri)
        judged = await values[0].known() if values is not None else None
        if values is None or judged is None:
            return []
        session, path = values
        buffer = session.files[path].buffer
        if judged.buffer(path).text != buffer.text:
            return []  # the places are those of an older text
        own = [finding for finding in judged.assessment.findings if finding.location.path == path]
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
) -> tuple[str, Buffer, str, int, JudgedSession] | None:
    """Path, buffer, text without its mark, offset, state; ``None``: not a governed file."""
    values = server.place(params.text_document.uri)
    if values is None:
        return None
    session, path = values
    judged = await session.known()
    file = session.files.get(path)
    if judged is None or file is None:
        return None
    at = params.position
    mark = marked(file.buffer)
    offset = file.buffer.offset((at.line, at.character), server.encoding) - mark
    return path, file.buffer, file.buffer.text[mark:], max(offset, 0), judged


def _meet(each: types.Range, other: types.Range) -> bool:
    return each.start <= other.end and other.start <= each.end


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
