"""The language server's state: the portfolios open in the editor, and what was published."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import from_fs_path, to_fs_path

from multillm_gov.editors.positions import Buffer, Encoding
from multillm_gov.editors.session import EditorSession, JudgedSession, OpenFile
from multillm_gov.editors.wording import diagnostics
from multillm_gov.finding import Finding
from multillm_gov.workflows.language.workspace import governed_place


class _Protocol(LanguageServerProtocol):
    """Leaves texts to us: pygls breaks lines where the protocol does not (U+2028, form feed)."""

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:  # noqa: ANN401
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None


class GovernServer(LanguageServer):
    """Portfolios by root, and what is open of each."""

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__("govern", version("multillm-gov"), protocol_cls=_Protocol)
        self.sessions: dict[Path, EditorSession] = {}
        self.places: dict[str, tuple[EditorSession, str]] = {}
        self.asked_to_stop = False
        self._today = today

    @property
    def encoding(self) -> Encoding:
        """The units of columns agreed upon with the editor."""
        return (
            cast("Encoding", str(getattr(agreed, "value", agreed)))
            if (agreed := self.server_capabilities.position_encoding)
            else "utf-16"
        )

    def place(self, uri: str) -> tuple[EditorSession, str] | None:
        """The portfolio and the path below its root of an open governed file."""
        return self.places.get(uri)

    def open(self, document: types.TextDocumentItem) -> None:
        """Take a file in; one that is not governed is passed over."""
        file = to_fs_path(document.uri)
        values = governed_place(Path(file)) if file and document.uri.startswith("file:") else None
        if values is None:
            return
        root, path = values
        session = self.sessions.get(root)
        if session is None:
            session = self.sessions[root] = EditorSession(
                root, self._today, self.publish, self.complain
            )
        self.places[document.uri] = (session, path)
        session.files[path] = OpenFile(
            uri=document.uri, version=document.version, buffer=Buffer(document.text)
        )
        session.changed(pause=0)

    def close(self, uri: str) -> None:
        """Close a file: its text on disk counts again; one without open files is dropped."""
        session, path = self.places.pop(uri, (None, ""))
        if session is None:
            return
        session.files.pop(path, None)
        if session.files:
            session.changed(pause=0)
            return
        session.close()
        del self.sessions[session.root]
        for address in sorted(session.told):
            self._send(address, [], None)

    def publish(self, session: EditorSession) -> None:
        """Tell the findings of a portfolio, and clear the files that have none any more."""
        judged = session.judged
        if judged is None:
            return
        capabilities = self.client_capabilities.text_document
        text = capabilities.publish_diagnostics if capabilities is not None else None
        related = bool(text and text.related_information)
        by_path: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in judged.assessment.findings:
            by_path[finding.location.path].append(finding)
        buffer_of = cache(judged.buffer)

        def address(path: str) -> str:
            return self.address(session, path, judged)

        sent = {}
        for path in sorted({*by_path, *judged.files}):
            file, uri = judged.files.get(path), address(path)
            sent[uri] = diagnostics(
                by_path[path], buffer_of, address, self.encoding, related=related
            )
            # A keystroke seldom changes what is said of files that are not open.
            if file is not None or session.told.get(uri) != sent[uri]:
                self._send(uri, sent[uri], file.version if file is not None else None)
        for gone in sorted(session.told.keys() - sent.keys()):
            self._send(gone, [], None)
        session.told = sent

    def address(self, session: EditorSession, path: str, judged: JudgedSession) -> str:
        """What the editor calls a file: as it opened it, or by its place on the disk."""
        file = judged.files.get(path)
        return file.uri if file is not None else from_fs_path(str(session.root / path)) or ""

    def complain(self, message: str) -> None:
        """Say in the editor's log why nothing could be judged."""
        self.window_log_message(
            types.LogMessageParams(type=types.MessageType.Error, message=message)
        )

    def _send(self, uri: str, items: list[types.Diagnostic], of_version: int | None) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=items, version=of_version)
        )
