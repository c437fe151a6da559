"""One portfolio open in an editor: its unsaved texts and its debounced assessment."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from multillm_gov.editors.positions import Buffer
from multillm_gov.errors import GovernError
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.workflows.language.workspace import assess_workspace

PAUSE_SECONDS = 0.2
"""Silence after the last keystroke before the portfolio is judged anew."""

_LOG = logging.getLogger(__name__)


class OpenFile(Struct, frozen=True, kw_only=True):
    """A file open in the editor."""

    uri: str
    """As the editor spells it."""
    version: int | None
    buffer: Buffer


class JudgedSession(Struct, frozen=True, kw_only=True):
    """An assessment and the texts it was made of."""

    assessment: Assessment
    files: Mapping[str, OpenFile]
    """The open files as they were then, by path below the root."""

    def buffer(self, path: str) -> Buffer:
        """The text that an assessed file had."""
        if path in self.files:
            return self.files[path].buffer
        file = self.assessment.state.files.get(path)
        # Editors do not count the byte order mark of a file they open.
        return Buffer(file.data.decode("utf-8-sig", "replace") if file is not None else "")


class EditorSession:
    """Judges one portfolio again, one run at a time; an outdated run publishes nothing."""

    def __init__(
        self,
        root: Path,
        today: Callable[[], date],
        tell: Callable[["EditorSession"], None],
        fail: Callable[[str], None],
    ) -> None:
        self.root = root
        self.files: dict[str, OpenFile] = {}
        self.judged: JudgedSession | None = None
        self.told: dict[str, list[Any]] = {}
        """What the editor was told, by address of the file."""
        self._today, self._tell, self._fail = today, tell, fail
        self._turn = 0
        self._runs: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._tried = asyncio.Event()

    def changed(self, pause: float = PAUSE_SECONDS) -> None:
        """Judge anew once nothing has changed for a while, in seconds."""
        self._turn += 1
        run = asyncio.get_running_loop().create_task(self._run(self._turn, pause))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)

    async def known(self) -> JudgedSession | None:
        """The last assessment, once there is one; ``None``: the portfolio could not be judged."""
        await self._tried.wait()
        return self.judged

    def close(self) -> None:
        """Let every run that waits go."""
        self._turn += 1
        self._tried.set()
        for run in self._runs:
            run.cancel()

    async def _run(self, turn: int, pause: float) -> None:
        await asyncio.sleep(pause)
        async with self._one_at_a_time:
            if turn != self._turn:
                return
            await self._judge(dict(self.files))
        if turn == self._turn and self.judged is not None:
            self._tell(self)

    async def _judge(self, files: dict[str, OpenFile]) -> None:
        texts = {path: file.buffer.text for path, file in files.items()}
        known = self.judged.assessment.state if self.judged is not None else None
        try:
            assessment = await asyncio.to_thread(
                assess_workspace, self.root, texts, as_of=self._today(), known=known
            )
            self.judged = JudgedSession(assessment=assessment, files=files)
        except GovernError as error:
            self._fail(f"{error.message} {error.hint}".rstrip())
        except Exception as error:  # noqa: BLE001 - a defect in one run must not end the server
            _LOG.exception("govern could not judge %s", self.root)
            self._fail(f"Defect in govern: {type(error).__name__}: {error}")
        finally:
            self._tried.set()
