"""An editor in miniature: speaks JSON-RPC to a real `python -m multillm_gov lsp` over its pipes."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SECONDS = 60
TODAY = "2026-11-24"

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: gpt-4o-2024-05-13}]
    fallbacks: [mistral/mistral-large-2512]
    demand: {requests: 1000, input_tokens: 100, output_tokens: 100}
    spend_cap: {monthly: 100}
"""
POLICIES = """\
policies:
  vendors:
    rule: concentration
    level: vendor
    max_share: 0.5
"""


class Editor:
    """One language server process and what it said."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "multillm_gov", "lsp", "--as-of", TODAY, *arguments],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        )
        self.published: dict[str, list[dict[str, Any]]] = {}
        self.versions: dict[str, int | None] = {}
        self.opened: set[str] = set()
        self.notified: list[dict[str, Any]] = []
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._count = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._errors: list[bytes] = []
        self._complaints = threading.Thread(target=self._listen, daemon=True)
        self._complaints.start()

    @property
    def complaints(self) -> str:
        return b"".join(self._errors).decode()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._errors.append(line)

    def _read(self) -> None:
        stdout = self.process.stdout
        assert stdout is not None
        while True:
            length = 0
            while line := stdout.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                self._messages.put(None)
                return
            self._messages.put(json.loads(stdout.read(length)))

    def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, **({} if params is None else {"params": params})})

    def answer(self, method: str, params: Any = None) -> dict[str, Any]:
        """The whole answer to a request."""
        self._count += 1
        asked = self._count
        self.send({"id": asked, "method": method, **({} if params is None else {"params": params})})
        while True:
            message = self._next()
            if message.get("id") == asked and "method" not in message:
                return message

    def ask(self, method: str, params: Any = None) -> Any:
        answer = self.answer(method, params)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        message = self._messages.get(timeout=SECONDS)
        assert message is not None, f"the server left: {self.complaints}"
        if message.get("method") == "textDocument/publishDiagnostics":
            told = message["params"]
            self.published[told["uri"]] = told["diagnostics"]
            self.versions[told["uri"]] = told.get("version")
        elif "method" in message:
            self.notified.append(message)
            if "id" in message:
                self.send({"id": message["id"], "result": None})
        return message

    def wait(self, until: Callable[[], bool]) -> None:
        """Read until something was told."""
        while not until():
            self._next()

    def initialize(self, **capabilities: Any) -> dict[str, Any]:
        told = self.ask(
            "initialize", {"processId": None, "rootUri": None, "capabilities": capabilities}
        )
        self.notify("initialized", {})
        return told["capabilities"]

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file and wait for its findings; return its address."""
        uri = path.as_uri()
        text = path.read_text() if text is None else text
        self.published.pop(uri, None)
        self.opened.add(uri)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        self.wait(lambda: uri in self.published)
        return uri

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        """Edit a file and wait for the findings of just this version."""
        document = {"uri": uri, "version": version}
        self.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)}
        )
        self.wait(lambda: self.versions.get(uri) == version)

    def codes(self, uri: str) -> set[str]:
        return {item["code"] for item in self.published.get(uri, ())}

    def at(self, method: str, uri: str, line: int, character: int) -> Any:
        place = {"line": line, "character": character}
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": place})

    def leave(self) -> int:
        assert self.ask("shutdown") is None
        self.notify("exit")
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        self._complaints.join(SECONDS)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    """A portfolio whose one model has retired."""
    folder = tmp_path / "portfolio with blanks"
    for name, text in {
        "allocations/support.yaml": ALLOCATION,
        "policies/limits.yaml": POLICIES,
    }.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def editor(portfolio: Path) -> Iterator[Editor]:
    """A server just started, and ended whatever happens."""
    started = Editor(portfolio)
    yield started
    started.kill()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """A server that several tests use one after another, each with a portfolio of its own."""
    started = Editor(tmp_path_factory.mktemp("anywhere"), "--stdio")
    started.initialize()
    yield started
    left = started.leave()
    started.kill()
    assert left == 0
    assert "Traceback" not in started.complaints


@pytest.fixture
def desk(shared: Editor) -> Iterator[Editor]:
    """The shared server; what a test opened is closed after it."""
    yield shared
    for uri in sorted(shared.opened):
        shared.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    shared.opened.clear()
