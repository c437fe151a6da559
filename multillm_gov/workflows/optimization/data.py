"""Exact figures as JSON, for programs: unrounded, beside the report that people read."""

from pathlib import Path

import msgspec

from multillm_gov.sources.output import write_bytes


def write_data(path: Path, value: msgspec.Struct) -> None:
    """Write a result as JSON, amounts and shares unrounded.

    Raises:
        OutputError: the file may not be written.
    """
    write_bytes(path, msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2))
