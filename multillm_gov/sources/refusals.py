"""What is never read, from the disk or a revision, and how it is reported: one flaw per path."""

from collections.abc import Iterable, Mapping

from multillm_gov.documents.layout import FOLDERS, meant_name
from multillm_gov.finding import Flaw
from multillm_gov.location import Location

LARGEST_FILE_BYTES = 5 * 1024 * 1024
MOST_FILES = 20_000
MOST_BYTES = 256 * 1024 * 1024
"""Of all governed files together: what a loader must be able to hold."""
MOST_ENTRIES = 200_000
"""Names looked at below the governed folders, governed or not."""
DEEPEST_FOLDER = 32
MOST_UNCOVERED = 100
"""Files of no kind that are named one by one; a last flaw counts the rest."""


def refuse(path: str, message: str, remedy: str) -> Flaw:
    """A flaw of kind ``unreadable-file`` on a root-relative path; undecodable bytes are escaped."""
    spelled = _format(path)
    return Flaw(
        kind="unreadable-file",
        message=message,
        location=Location(spelled),
        remedy=remedy,
        subject=spelled,
    )


def refuse_link(path: str) -> Flaw:
    """Links are always refused: revision and disk then agree, and none can leave the root."""
    return refuse(
        path,
        "symbolic links are not followed: they could lead out of the portfolio",
        "Replace the link by the file or folder it points to.",
    )


def refuse_nested_repository(path: str) -> Flaw:
    """A submodule or embedded repository has its own history: no revision here has its files."""
    return refuse(
        path,
        "nested git repositories (submodules) are not read: no revision of the portfolio contains "
        "their files",
        "Move its governed files into the portfolio's own repository.",
    )


def refuse_special(path: str) -> Flaw:
    """A pipe, socket or device under a governed name is never opened."""
    return refuse(
        path,
        "not a regular file, so it is not read",
        "Delete it, or put a regular file in its place.",
    )


def refuse_size(path: str, size_bytes: int) -> Flaw:
    """A file above the limit is never read whole."""
    return refuse(
        path,
        f"the file has {size_bytes:,} bytes; at most {LARGEST_FILE_BYTES:,} are read",
        "Split the file, or move what is not configuration out of the governed folder.",
    )


def refuse_name(path: str) -> Flaw:
    """A path that is not UTF-8 cannot be named in any report."""
    return refuse(
        path,
        "the file name is not UTF-8, so the file is not read",
        "Rename the file, in ASCII if you can.",
    )


def refuse_unreadable(path: str, reason: str) -> Flaw:
    """The operating system would not give the bytes."""
    return refuse(
        path,
        f"it cannot be read: {reason}",
        "Make it readable for the user who runs govern, or remove it.",
    )


def refuse_depth(path: str) -> Flaw:
    """A folder chain without end is not a portfolio."""
    return refuse(
        path,
        f"the folder is more than {DEEPEST_FOLDER} levels deep and is not read",
        "Move its files further up; one level below `allocations/` is enough.",
    )


def refuse_rest(path: str, what: str, limit: int) -> Flaw:
    """The first path beyond a limit on all files together; it and every later one stay unread."""
    return refuse(
        path,
        f"more than {limit:,} {what} in one portfolio; this file and all later ones are not read",
        "Split the portfolio, one folder with its own `govern.yaml` each.",
    )


def tell_uncovered(paths: Iterable[str]) -> list[Flaw]:
    """Flaws of kind ``uncovered-file`` for governed-folder files of no kind, sorted by path."""
    every = sorted(paths)
    flaws = [
        _uncovered(path, f"the file is not governed: {_expected(path)}")
        for path in every[:MOST_UNCOVERED]
    ]
    rest = len(every) - MOST_UNCOVERED
    if rest > 0:
        flaws.append(
            _uncovered(
                every[MOST_UNCOVERED],
                f"{rest:,} more files are not governed; the first is this one",
            )
        )
    return flaws


def report_misnamed(entries: Mapping[str, bool]) -> list[Flaw]:
    """Flaws of kind ``misnamed-file`` for names at the root that are nearly governed ones.

    Args:
        entries: Names at the root; the value says whether it is a folder.
    """
    flaws = []
    for name, is_folder in sorted(entries.items()):
        meant = meant_name(name, entries)
        if meant and is_folder == (meant in FOLDERS):
            shown, right = (f"{name}/", f"{meant}/") if is_folder else (name, meant)
            flaws.append(
                Flaw(
                    kind="misnamed-file",
                    message=f"`{shown}` is not read: its name must be `{right}`",
                    location=Location(_format(name)),
                    remedy=f"Rename it to `{right}`, or move it out of the portfolio's folder.",
                    subject=_format(name),
                )
            )
    return flaws


def _expected(path: str) -> str:
    folder = path.partition("/")[0]
    endings = "`.yaml`, `.yml` or `.json`" if FOLDERS[folder] == "evidence" else "`.yaml` or `.yml`"
    return f"only names that end in {endings} are read below `{folder}/`"


def _uncovered(path: str, message: str) -> Flaw:
    return Flaw(
        kind="uncovered-file",
        message=message,
        location=Location(_format(path)),
        remedy="Rename the file so that it is read, or move it out of the governed folder.",
        subject=_format(path),
    )


def _format(path: str) -> str:
    """Undecodable bytes as escapes, so that every format can carry the path."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
