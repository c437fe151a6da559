"""Keeping answers' texts on request: outside the evidence, without secrets."""

import re
from hashlib import sha256
from pathlib import Path

from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.providers.scrubbing import Scrubber
from multillm_gov.sources.output import write_bytes


class TextKeeper:
    """Writes each answer's text to a file of its own as it arrives."""

    def __init__(self, folder: Path) -> None:
        """Keep texts below a folder, which is made if it is missing."""
        self._folder = folder
        self._scrubber = Scrubber()

    def __call__(self, probe: Probe, sample: int, answer: Answer) -> None:
        """Write ``<task class>/<model>-<kind>-<sample>.txt``; embeddings have no text.

        Raises:
            OutputError: the file may not be written.
        """
        if probe.kind == "embedding":
            return
        model = re.sub(r"[^A-Za-z0-9._-]+", "-", probe.model)[:80]
        mark = sha256(probe.model.encode()).hexdigest()[:6]
        name = f"{model}-{mark}-{probe.kind}-{sample + 1}.txt"
        write_bytes(
            self._folder / probe.task.name / name,
            self._scrubber.text(answer.text).encode("utf-8", "replace"),
        )
