"""``govern schema``: JSON Schemas of every kind of governed file, for editors and other tools."""

import json
from pathlib import Path
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.declarations import CatalogFile
from multillm_gov.documents.schema import SchemaVariant, json_schema, variant_schema
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.evidence.incident import IncidentFile
from multillm_gov.evidence.record import EvidenceFile
from multillm_gov.portfolio.allocation import AllocationFile
from multillm_gov.portfolio.evals import EvalFile
from multillm_gov.portfolio.policy import PolicyDeclaration, PolicyFile
from multillm_gov.portfolio.policy_test import PolicyTestFile
from multillm_gov.portfolio.scenario import ScenarioFile
from multillm_gov.portfolio.settings import Settings
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.sources.output import write_bytes
from multillm_gov.usage.record import UsageFile

SCHEMAS = Path(".govern/schemas")
"""Where editors look, below the portfolio's root: the modelines of governed files name it."""

_FILES: dict[str, type[Struct]] = {
    "allocation": AllocationFile,
    "catalog": CatalogFile,
    "evals": EvalFile,
    "evidence": EvidenceFile,
    "incidents": IncidentFile,
    "policy": PolicyFile,
    "policy-test": PolicyTestFile,
    "scenario": ScenarioFile,
    "settings": Settings,
    "usage": UsageFile,
}


class SchemaDifference(Struct, frozen=True):
    """A written schema that is not what this version of the tool would write."""

    path: str
    missing: bool


def schema_names() -> tuple[str, ...]:
    """Kinds of governed files that have a schema, sorted."""
    return tuple(sorted(_FILES))


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one kind of governed file.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in _FILES:
        raise UsageError(
            f"There is no schema `{name}`", f"Name one of: {', '.join(schema_names())}."
        )
    return _policy_schema() if name == "policy" else json_schema(_FILES[name])


def schema_text(name: str) -> bytes:
    """A schema as it is written to a file: the same bytes on every run.

    Raises:
        UsageError: there is none of that name.
    """
    return json.dumps(schema_of(name), ensure_ascii=False, indent=2).encode() + b"\n"


def write_schemas(root: Path, folder: Path = SCHEMAS) -> tuple[str, ...]:
    """Write every schema below ``root``; return their paths relative to it.

    Raises:
        OutputError: a file cannot be written.
    """
    paths = []
    for name in schema_names():
        write_bytes(root / folder / _file(name), schema_text(name))
        paths.append((folder / _file(name)).as_posix())
    return tuple(paths)


def compare_schemas(root: Path, folder: Path = SCHEMAS) -> tuple[SchemaDifference, ...]:
    """Which written schemas are missing or differ from what `write_schemas` would write.

    Raises:
        SourceError: one cannot be read.
    """
    differences = []
    for name in schema_names():
        path = folder / _file(name)
        try:
            written = (root / path).read_bytes()
        except FileNotFoundError:
            differences.append(SchemaDifference(path.as_posix(), missing=True))
            continue
        except OSError as error:
            raise SourceError(
                f"Cannot read `{path}`: {error.strerror}", "Make it a readable file."
            ) from error
        # A checkout may have turned the line ends.
        if written.replace(b"\r\n", b"\n") != schema_text(name):
            differences.append(SchemaDifference(path.as_posix(), missing=False))
    return tuple(differences)


def _file(name: str) -> str:
    return f"{name}.schema.json"


def _policy_schema() -> dict[str, Any]:
    """Policies with the parameters of each rule; rules about files and waivers take no policy."""
    variants = [
        SchemaVariant(names=(rule.name, rule.id), description=rule.title, keys=rule.parameters)
        for rule in all_rules()
        if rule.scope not in {"files", "waivers"}
    ]
    policy, definitions = variant_schema(PolicyDeclaration, "rule", variants)
    schema = json_schema(PolicyFile)
    schema["properties"]["policies"]["additionalProperties"] = {"$ref": "#/$defs/Policy"}
    named = {**schema.pop("$defs"), **definitions, "Policy": {**policy, "title": "Policy"}}
    return {**schema, "$defs": {name: named[name] for name in sorted(named)}}
