"""``govern init``: a starter portfolio of five task classes, and what hosts and hooks need."""

import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import FOLDERS, SETTINGS
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import OutputError
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.report import TOOL_VERSION
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.root import path_prefix
from multillm_gov.words import join_code
from multillm_gov.workflows.catalog_lock import lock_portfolio
from multillm_gov.workflows.schema import write_schemas

_WORKFLOW = ".github/workflows/govern.yml"
_FIRST_STEP = "      - uses: actions/setup-python@"
"""What follows the checkout in the workflow."""
_PINNED = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+(/[\w.-]+)*@[0-9a-f]{40}", re.ASCII)
_OF_HOSTS = frozenset({".pre-commit-config.yaml", _WORKFLOW})
"""Read at the top of a repository alone."""
_OPTIONAL = _OF_HOSTS | {".gitattributes"}
"""Left alone where the repository has its own."""
_SIMPLE = re.compile(r"[\w./-]+", re.ASCII)
_CUSTOM = "GOV901"


class StarterFiles(Struct, frozen=True):
    """What a starter wrote, and what it left for people to do."""

    paths: tuple[str, ...]
    """Relative to the portfolio's folder, or with ``../`` where hosts want them above it."""
    notes: tuple[str, ...] = ()


def starter_files(as_of: date) -> dict[str, bytes]:
    """The starter's governed files by path; reviews are dated ``as_of``."""
    values = {"@TODAY@": as_of.isoformat()}
    return {path: _filled(data, values) for path, data in _starter() if path not in _OPTIONAL}


def host_files(prefix: str, portfolio: Portfolio, action: str = "") -> dict[str, bytes]:
    """Workflow, hook and ``.gitattributes``, with all they use pinned and the extras it needs.

    Args:
        prefix: The portfolio's folder below the repository's top, without a final ``/``.
        portfolio: What will be judged.
        action: The published action that the workflow uses, as ``OWNER/REPOSITORY@COMMIT``; empty:
            the package of this version, and steps of its own.

    Raises:
        OutputError: the folder's name cannot stand in a workflow, or the action is not pinned.
    """
    if action and not _PINNED.fullmatch(action):
        raise OutputError(
            f"The action `{action}` is not pinned to a commit",
            "Write OWNER/REPOSITORY@COMMIT with all 40 digits of the commit: whoever may move a "
            "tag or branch would decide what runs.",
        )
    if prefix and (prefix.startswith("-") or not prefix.isprintable() or "${{" in prefix):
        raise OutputError(
            f"The folder `{prefix}` has a name that a workflow would not read as one",
            "Use printable characters, without a leading `-` and without `${{`.",
        )
    option = f" -C {shlex.quote(prefix)}" if prefix else ""
    name = f"govern {prefix}" if prefix else "govern"
    hook = name.replace(" ", "-").replace("/", "-").replace("govern", "govern-check", 1)
    values = {
        "@FOLDERS@": "\n".join(
            f"{path} text=auto eol=lf"
            for path in (*(f"{folder}/**" for folder in FOLDERS), SETTINGS)
        ),
        "@OPTION@": option,
        "@NAME@": _scalar(name),
        "@HOOK@": _scalar(hook),
        "@CHECK@": _scalar(f"govern check{option}"),
        "@ARTIFACT@": f"govern-{sha256(prefix.encode()).hexdigest()[:16]}",
        "@PACKAGE@": f"multillm-gov[{','.join(extras_used(portfolio))}]=={TOOL_VERSION}",
    }
    written = {path: _filled(data, values) for path, data in _starter() if path in _OPTIONAL}
    if action:
        before = written[_WORKFLOW].decode().partition(_FIRST_STEP)[0]
        extras = ",".join(extras_used(portfolio))
        step = f"      - uses: {action}\n        with:\n          path: {_scalar(prefix or '.')}\n"
        written[_WORKFLOW] = f"{before}{step}          extras: {_scalar(extras)}\n".encode()
    return written


def extras_used(portfolio: Portfolio) -> tuple[str, ...]:
    """Extras of the package without which a gate would judge or show less of a portfolio."""
    extras = ["risk"]  # the outage loss of a change
    rules = (find_rule(policy.declared.rule) for policy in portfolio.policies)
    if any(rule is not None and rule.id == _CUSTOM for rule in rules):
        extras.append("cel")
    if portfolio.settings.usage:
        extras.append("usage")
    if any(feed.url_from for feed in portfolio.settings.usage):
        extras.append("postgres")
    return tuple(extras)


def init(folder: Path, *, as_of: date, action: str = "") -> StarterFiles:
    """Write the starter, its editor schemas, its catalog lock and `write_host_files`.

    Args:
        folder: Where; it is made if it is not there.
        as_of: The day that reviews are dated.
        action: See `host_files`.

    Raises:
        OutputError: a file of the portfolio is already there (nothing is written then), or cannot
        be written.
        CatalogError: the price map cannot be read.
    """
    starter = starter_files(as_of)
    taken = [path for path in starter if os.path.lexists(folder / path)]
    if taken:
        raise OutputError(
            f"`{folder}` already has {join_code(taken)}; nothing was written",
            "Run `govern init` in an empty folder, or move these files away.",
        )
    hosts = host_files(path_prefix(folder).rstrip("/"), portfolio_of(starter), action)
    for path, data in starter.items():
        write_bytes(folder / path, data)
    written = write_host_files(folder, hosts)
    return StarterFiles(
        (
            *starter,
            *written.paths,
            *write_schemas(folder),
            *lock_portfolio(folder, as_of=as_of),
        ),
        written.notes,
    )


def write_host_files(folder: Path, hosts: Mapping[str, bytes]) -> StarterFiles:
    """Write what hosts and hooks read, each where it is read; what is there is left alone.

    In a subfolder of a git repository, the workflow and the hook go to the top of the repository.

    Raises:
        OutputError: one cannot be written.
    """
    top = "../" * path_prefix(folder).count("/")
    placed = {f"{top}{path}" if path in _OF_HOSTS else path: data for path, data in hosts.items()}
    present = [path for path in placed if os.path.lexists(folder / path)]
    for path, data in placed.items():
        if path not in present:
            write_bytes(folder / path, data)
    written = tuple(path for path in placed if path not in present)
    return StarterFiles(written, tuple(_notes(present, top, hosts)))


def portfolio_of(governed: Mapping[str, bytes]) -> Portfolio:
    """The portfolio that files declare, by path; what cannot be read is left out."""
    read = {path: read_document(SourceFile(path, data))[0] for path, data in governed.items()}
    return load_portfolio(
        {path: document for path, document in read.items() if document is not None}
    )[0]


def _notes(present: Iterable[str], top: str, hosts: Mapping[str, bytes]) -> Iterator[str]:
    """What files of hosts that were left alone still need."""
    for path in present:
        own = path.removeprefix(top)
        if own == ".pre-commit-config.yaml":
            hook = hosts[own].decode().partition("repos:\n")[2]
            yield (
                f"`{path}` already exists and was not changed; add this hook to its "
                f"`repos:`\n{hook}"
            )
        elif own in _OF_HOSTS:
            after = hosts[own].decode().partition("      - uses: actions/checkout@")[2]
            steps = after.partition("      - ")
            yield (
                f"`{path}` already exists and was not changed; add these steps to a job of it, "
                f"after a checkout with `fetch-depth: 0`\n{steps[1]}{steps[2]}"
            )
        else:
            yield f"`{path}` already exists and was not changed"


def _scalar(text: str) -> str:
    """A text as YAML reads it back, in quotes where it needs them."""
    return (
        text if _SIMPLE.fullmatch(text.replace(" ", "-")) else json.dumps(text, ensure_ascii=False)
    )


def _starter() -> Iterator[tuple[str, bytes]]:
    return iter(sorted(_walk(files("multillm_gov.workflows") / "starter", "")))


def _filled(data: bytes, values: dict[str, str]) -> bytes:
    for mark, value in values.items():
        data = data.replace(mark.encode(), value.encode())
    return data


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        # Packaging tools drop dot files easily, so the starter spells a leading dot as an
        # underscore.
        path = prefix + (f".{entry.name[1:]}" if entry.name.startswith("_") else entry.name)
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _walk(entry, f"{path}/")
        else:
            yield path, entry.read_bytes()
