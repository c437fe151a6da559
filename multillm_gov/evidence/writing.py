"""From records to the bytes of evidence files: the current view and lines of the history."""

import json
import re
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.decoding import CONTROL, HIDDEN
from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.record import EvidenceFile, EvidenceRecord, ProbeRecord
from multillm_gov.evidence.verdict import PROVING

FIRST = "none"
"""What the first line of a chain names as the digest of the line before it."""
_INVISIBLE = re.compile(f"{CONTROL.pattern}|{HIDDEN.pattern}|[\ud800-\udfff]")
_Dated = TypeVar("_Dated", EvidenceRecord, DrillRecord, ProbeRecord)


def merge(
    current: EvidenceFile,
    records: Iterable[EvidenceRecord] = (),
    drills: Iterable[DrillRecord] = (),
    probes: Iterable[ProbeRecord] = (),
) -> EvidenceFile:
    """The view with new entries: one per subject, the newest; on equal days the given one.

    A subject is the task class, model and origin of a result, the task class of a drill, and the
    task class, model and kind of a probe. A probe that showed nothing (a key was missing, the
    provider was down) never takes the place of one
    that did: it is in the history. Entries are ordered by subject, so that equal evidence is equal
    bytes.
    """
    return EvidenceFile(
        records=_newest(
            (*current.records, *records),
            lambda record: (record.task_class, record.model, record.origin),
        ),
        drills=_newest((*current.drills, *drills), lambda drill: (drill.task_class,)),
        probes=_newest(
            (*current.probes, *probes), lambda probe: (probe.task_class, probe.model, probe.kind)
        ),
    )


def encode_view(file: EvidenceFile) -> bytes:
    """Canonical JSON: sorted keys, no defaults, exact numbers, one entry per line.

    It is compact: the words of checks that passed are in the history alone.
    """
    file = replace(file, probes=tuple(map(_compact, file.probes)))
    groups = []
    for name in sorted(file.__struct_fields__):
        entries = getattr(file, name)
        if entries:
            lines = ",\n    ".join(_format(_plain(entry)) for entry in entries)
            groups.append(f'  "{name}": [\n    {lines}\n  ]')
    return ("{\n" + ",\n".join(groups) + "\n}\n" if groups else "{}\n").encode()


def encode_line(entry: EvidenceRecord | DrillRecord | ProbeRecord, previous: str = "") -> bytes:
    """One line of the history: canonical JSON of ``{"previous": …, "<what it is>": {…}}``.

    Args:
        entry: What the line records.
        previous: Digest of the line before it, or `FIRST`; empty: the line is of no chain.
    """
    what = {EvidenceRecord: "record", DrillRecord: "drill", ProbeRecord: "probe"}[type(entry)]
    link = {"previous": previous} if previous else {}
    return _format({**link, what: _plain(entry)}).encode() + b"\n"


def canonical(entry: EvidenceRecord | DrillRecord | ProbeRecord) -> str:
    """The entry as the current view has it: equal where the view and the history agree."""
    return _format(_plain(_compact(entry) if isinstance(entry, ProbeRecord) else entry))


def _compact(probe: ProbeRecord) -> ProbeRecord:
    checks = tuple(
        replace(check, detail="") if check.verdict == "pass" else check for check in probe.checks
    )
    return replace(probe, checks=checks)


def _newest(
    entries: tuple[_Dated, ...], subject: Callable[[_Dated], Hashable]
) -> tuple[_Dated, ...]:
    values_by_key: dict[Any, _Dated] = {}
    for entry in entries:
        held = values_by_key.get(subject(entry))
        if held is None or (_proves(entry), entry.date) >= (_proves(held), held.date):
            values_by_key[subject(entry)] = entry
    return tuple(values_by_key[key] for key in sorted(values_by_key))


def _proves(entry: EvidenceRecord | DrillRecord | ProbeRecord) -> bool:
    return not isinstance(entry, ProbeRecord) or entry.verdict in PROVING


def _plain(value: object) -> object:
    """Plain data without what a reader would fill in anyway."""
    if isinstance(value, Struct):
        fields = {field.name: field for field in msgspec.structs.fields(value)}
        given = {name: getattr(value, name) for name in value.__struct_fields__}
        return {
            name: _plain(each)
            for name, each in given.items()
            if not _is_default(fields[name], each)
        }
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _is_default(field: msgspec.structs.FieldInfo, value: object) -> bool:
    if field.default is not msgspec.NODEFAULT:
        return bool(value == field.default)
    return field.default_factory is not msgspec.NODEFAULT and bool(value == field.default_factory())


def _format(value: object) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(key)}: {_format(value[key])}" for key in sorted(value))
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_format, value)) + "]"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return _quote(value) if isinstance(value, str) else json.dumps(value)


def _quote(text: str) -> str:
    """A text as JSON and YAML both read it, and as every governed file may hold it.

    What a provider says may be anything. JSON's pairs of escaped surrogates mean no character to
    YAML, so that nothing is escaped but quotes, backslashes and line breaks; characters that no
    governed file may hold are replaced.
    """
    return json.dumps(_INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", text), ensure_ascii=False)
