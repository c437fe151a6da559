"""``govern import``: a gateway's configuration as a portfolio, with a report of each setting."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.content import Cell, Column, Table
from multillm_gov.errors import OutputError, SourceError
from multillm_gov.finding import Flaw
from multillm_gov.gateways.litellm.importing.importing import (
    ImportedPortfolio,
    import_configuration,
)
from multillm_gov.gateways.litellm.importing.ledger import Entry
from multillm_gov.gateways.litellm.rule import LintContext
from multillm_gov.gateways.litellm.versions import TESTED, parse_release
from multillm_gov.report import TOOL_VERSION, Report, Section, judge_counts
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.words import code, count_of, join_code
from multillm_gov.workflows.gateway.lint import open_configurations

_FATES = (
    ("question", "Questions to answer"),
    ("exact", "Mapped exactly"),
    ("not carried", "Not carried"),
)
_MOST_ROWS = 500
_ABOUT = "# Imported by `govern import`; answer its questions, then edit this file.\n"


class ImportedFiles(Struct, frozen=True, kw_only=True):
    """A portfolio's files, and the report of what became of each setting."""

    files: dict[str, bytes]
    report: Report
    task_classes: int


def import_gateway(paths: Sequence[Path], *, as_of: date, folder: Path = Path()) -> ImportedFiles:
    """Turn LiteLLM configurations into the files of a portfolio.

    Raises:
        SourceError: a file cannot be read, or has no group that can be a task class; the message
            names the place.
    """
    opened = open_configurations(paths, folder)
    if opened.flaws:
        raise _unreadable(opened.flaws[0])
    catalog = open_catalog(Overrides(), None, read_price_map, as_of)
    files: dict[str, bytes] = {}
    entries: list[Entry] = []
    seen: set[str] = set()
    for configuration in opened.configurations:
        context = LintContext(
            configuration=configuration,
            release=parse_release(TESTED),
            catalog=catalog,
            as_of=as_of,
        )
        imported = import_configuration(context)
        if not imported.task_classes:
            raise _nothing(context, configuration.path)
        stem = _stem(configuration.path, files)
        tasks = {
            (name if name not in seen else f"{name[:60]}-{stem}"[:100]): task
            for name, task in imported.task_classes.items()
        }
        seen |= set(tasks)
        files |= _files(stem, tasks, imported)
        entries += imported.entries
    return ImportedFiles(
        files=files,
        report=_report(entries, len(seen), len(opened.files), as_of),
        task_classes=len(seen),
    )


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Write the files of a portfolio; none replaces another.

    Raises:
        OutputError: one is already there (nothing is written then), or cannot be written.
    """
    taken = [path for path in files if (folder / path).exists()]
    if taken:
        raise OutputError(
            f"`{folder}` already has {join_code(taken)}; nothing was written",
            "Name another folder: `--into FOLDER`.",
        )
    for path, data in files.items():
        write_bytes(folder / path, data)


def _unreadable(flaw: Flaw) -> SourceError:
    return SourceError(f"{flaw.location}: {flaw.message}", flaw.remedy)


def _nothing(context: LintContext, path: str) -> SourceError:
    configuration = context.configuration
    for flaw in configuration.flaws:
        if flaw.kind != "duplicate-key":
            return _unreadable(flaw)
    if not configuration.deployments:
        return SourceError(
            f"{path}:1:1: the file has no `model_list`, so there is no model to allocate",
            "Give the file with the deployments.",
        )
    first = configuration.deployments[0]
    words = (
        f"{code(first.name)} is a pattern"
        if first.is_wildcard
        else "the entry has no name or no model"
    )
    place = configuration.documents[first.place.path].locate(first.place.pointer)
    return SourceError(
        f"{place}: {words}: no group of the file can be a task class",
        "Name the models that are called, one `model_name` each.",
    )


def _stem(path: str, files: dict[str, bytes]) -> str:
    import re

    base = re.sub(r"[^A-Za-z0-9-]+", "-", Path(path).stem).strip("-").lower()[:60] or "gateway"
    stem, number = base, 1
    while f"allocations/{stem}.yaml" in files:
        number += 1
        stem = f"{base}-{number}"
    return stem


def _files(
    stem: str, tasks: dict[str, dict[str, Any]], imported: ImportedPortfolio
) -> dict[str, bytes]:
    files = {f"allocations/{stem}.yaml": _yaml({"task_classes": tasks})}
    if imported.models:
        files[f"catalog/{stem}.yaml"] = _yaml({"models": imported.models})
    policies = imported.policies
    if stem != "gateway":
        policies = {
            (f"{name}-{stem}"[:100] if name == "gateway-budget" else name): policy
            for name, policy in policies.items()
        }
    files.setdefault(f"policies/{stem}.yaml", _yaml({"policies": policies}))
    return files


def _yaml(data: dict[str, Any]) -> bytes:
    """Block style, keys in their order; prices as plain digits."""
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - as the library declares it
            del data
            return True

    class Digits(str):
        __slots__ = ()

    def digits(dumper: yaml.SafeDumper, value: Digits) -> yaml.ScalarNode:
        kind = "float" if "." in value else "int"
        return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", str(value))

    def priced(value: Any) -> Any:  # noqa: ANN401 - plain data
        if isinstance(value, dict):
            return {
                name: {each: Digits(amount) for each, amount in item.items()}
                if name == "usd_per_million_tokens"
                else priced(item)
                for name, item in value.items()
            }
        return [priced(item) for item in value] if isinstance(value, list) else value

    Plain.add_representer(Digits, digits)
    text = yaml.dump(priced(data), Dumper=Plain, sort_keys=False, allow_unicode=True, width=10_000)
    return (_ABOUT + text).encode()


def _report(entries: list[Entry], tasks: int, files: int, as_of: date) -> Report:
    counts = {fate: sum(entry.fate == fate for entry in entries) for fate, _ in _FATES}
    summary = (
        f"{count_of(tasks, 'task class')} from {count_of(files, 'file')}: "
        f"{count_of(counts['exact'], 'setting')} mapped exactly, "
        f"{counts['question']:,} with a question to answer, {counts['not carried']:,} not carried."
    )
    return Report(
        kind="check",
        title="Import of a gateway",
        organization="",
        as_of=as_of.isoformat(),
        verdict=judge_counts((), None),
        summary=summary,
        sections=tuple(
            Section(
                id=fate.replace(" ", "-"),
                title=title,
                blocks=(_table(title, [entry for entry in entries if entry.fate == fate]),),
                folded=fate != "question",
            )
            for fate, title in _FATES
        ),
        provenance=(("govern", TOOL_VERSION),),
        checked=(("files", files), ("task classes", tasks), ("settings", len(entries))),
    )


def _table(title: str, entries: list[Entry]) -> Table:
    rows = tuple(
        (
            Cell(f"{entry.location.path}:{entry.location.line}"),
            Cell(entry.setting),
            Cell(entry.message),
        )
        for entry in entries[:_MOST_ROWS]
    )
    if len(entries) > _MOST_ROWS:
        rows += ((Cell(""), Cell(f"{len(entries) - _MOST_ROWS:,} more"), Cell("")),)
    return Table(
        title=title,
        columns=(Column("Line"), Column("Setting"), Column("What became of it")),
        rows=rows,
    )
