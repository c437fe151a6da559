"""What the editor tells unasked: files opened, edited, saved and closed, and its own leaving."""

from lsprotocol import types

from multillm_gov.documents.layout import FOLDERS, SETTINGS
from multillm_gov.editors.positions import Buffer, Encoding
from multillm_gov.editors.server import GovernServer
from multillm_gov.editors.session import OpenFile, Session

_WATCHED = (SETTINGS, f"{{{','.join(FOLDERS)}}}/**")


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
        found = server.place(params.text_document.uri)
        if found is not None:
            _edit(*found, params, server.encoding)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        if (found := server.place(params.text_document.uri)) is not None:
            found[0].changed()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)


def _edit(
    session: Session, path: str, params: types.DidChangeTextDocumentParams, encoding: Encoding
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
