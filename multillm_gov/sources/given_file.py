"""A file that a call names, wherever it lies: bounded, and only if it is a regular file."""

import stat
from pathlib import Path

from multillm_gov.errors import SourceError

LARGEST_BYTES = 32 * 1024 * 1024


def read_given(path: Path) -> bytes:
    """Its bytes.

    Raises:
        SourceError: there is none, it is no regular file, it is too large, or it may not be read.
    """
    try:
        # A pipe would block the opening, so it is looked at before.
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError(f"`{path}` is not a regular file", "Name the exported file.")
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError as error:
        raise SourceError(
            f"There is no file `{path}`", "Check the path; it is relative to where you are."
        ) from error
    except OSError as error:
        raise SourceError(
            f"Cannot read `{path}`: {error.strerror or error}", "Make the file readable."
        ) from error
    if len(data) > LARGEST_BYTES:
        raise SourceError(
            f"`{path}` has more than {LARGEST_BYTES // 2**20} MiB",
            "Split the export, and import its parts by --name.",
        )
    return data
