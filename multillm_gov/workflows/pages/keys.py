"""Every key of every governed file, in prose, for `docs/reference/` and `govern explain`."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, to_builtins

from multillm_gov.errors import UsageError
from multillm_gov.words import LONGEST, did_you_mean
from multillm_gov.workflows.pages.parameters import format_default, resolved, type_of
from multillm_gov.workflows.schema import schema_names, schema_of

_FILES = {
    "allocation": "`allocations/*.yaml`: what each task class calls, and its limits",
    "catalog": "`catalog/*.yaml`: what is known of models, providers, clouds and vendors",
    "evals": "`evals/*.yaml`: cases of benchmarks",
    "evidence": "`evidence/*.yaml`: results of benchmarks, drills and probes",
    "incidents": "`incidents/*.yaml`: histories of outages",
    "policy": "`policies/*.yaml`: policies, waivers and approvals; the parameters of each rule are "
    "in [the rule book](../rules.md)",
    "policy-test": "`tests/policies/*.yaml`: cases of the portfolio's own policies",
    "scenario": "`scenarios/*.yaml`: what `govern stress` assumes",
    "settings": "`govern.yaml`: the organization, its risk appetite and assumptions",
    "usage": "`usage/*.yaml`: actual spend",
}
_NAME, _ITEM = "NAME", "[]"


class Key(Struct, frozen=True, kw_only=True):
    """One key that a governed file may have."""

    path: str
    """`task_classes.NAME.route[].model`: `NAME` is any name, `[]` an entry of a list."""
    type: str
    required: bool
    default: str
    description: str

    @property
    def parent(self) -> str:
        """The mapping it stands in; empty at the top of the file."""
        return self.path.rpartition(".")[0]

    def describe(self) -> str:
        """The key in one sentence or two."""
        default = f", default {self.default}" if self.default and not self.required else ""
        needed = ", required" if self.required else ""
        meaning = f" {self.description.rstrip('.')}." if self.description else ""
        return f"{self.type}{needed}{default}.{meaning}"


def keys_of(name: str) -> tuple[Key, ...]:
    """Every key of one kind of governed file, in the order declared.

    Raises:
        UsageError: there is no such kind.
    """
    schema = schema_of(name)
    return tuple(_walk(schema, schema.get("$defs", {}), "", ()))


def _walk(
    node: dict[str, Any], definitions: dict[str, Any], prefix: str, around: tuple[int, ...]
) -> Iterator[Key]:
    if id(node) in around:
        return  # `except` holds what `applies_to` holds, and so on without end
    required = node.get("required", ())
    for name, written in node.get("properties", {}).items():
        inner = resolved(written, definitions) if isinstance(written, dict) else {}
        default = written.get("default") if isinstance(written, dict) else None
        yield Key(
            path=prefix + name,
            type=type_of(inner, definitions),
            required=name in required,
            default="" if default in (None, "", [], {}) else f"`{format_default(default)}`",
            description=written.get("description") or inner.get("description", ""),
        )
        for choice in _choices(written, definitions):
            yield from _inside(choice, definitions, prefix + name, (*around, id(node)))


def _inside(
    node: dict[str, Any], definitions: dict[str, Any], path: str, around: tuple[int, ...]
) -> Iterator[Key]:
    entries, values = node.get("items"), node.get("additionalProperties")
    if isinstance(entries, dict):
        path, inner = path + _ITEM, entries
    elif isinstance(values, dict):
        path, inner = f"{path}.{_NAME}", values
    else:
        yield from _walk(node, definitions, f"{path}.", around)
        return
    for choice in _choices(inner, definitions):
        yield from _inside(choice, definitions, path, around)


def _choices(node: object, definitions: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas that a key's value may follow, "nothing" apart."""
    if not isinstance(node, dict):
        return []
    unions = [choice for key in ("anyOf", "oneOf") for choice in node.get(key, ())]
    if unions:
        return [each for choice in unions for each in _choices(choice, definitions)]
    return [resolved(node, definitions)]


def find_keys(name: str) -> tuple[Key, ...]:
    """A key named as `allocation.demand`, then the keys in it; empty: there is none.

    Names and list marks may be left out, and so may the mappings around it.
    """
    kind, _, rest = name.partition(".")
    if kind not in schema_names() or not rest:
        return ()
    keys, wanted = keys_of(kind), _plain(rest)
    named = [key for key in keys if _plain(key.path) == wanted] or [
        key for key in keys if f".{_plain(key.path)}".endswith(f".{wanted}")
    ]
    if not named:
        return ()
    key = min(named, key=lambda each: each.path.count("."))
    inside = (each for each in keys if each.path.startswith((f"{key.path}.", f"{key.path}[]")))
    return (key, *inside)


def _plain(path: str) -> str:
    return ".".join(step for step in path.replace(_ITEM, "").split(".") if step != _NAME)


def reference_page(name: str) -> str:
    """The page of one kind of governed file, as Markdown."""
    lines = [f"# Keys of {name} files", "", f"{_FILES[name]}. Generated from the types."]
    parent = None
    for key in sorted(keys_of(name), key=_by_mapping(keys_of(name))):
        if key.parent != parent:
            parent = key.parent
            lines += ["", f"## `{parent}`" if parent else "## Top level", ""]
        lines.append(f"- `{key.path.rpartition('.')[2]}`: {key.describe()}")
    return "\n".join(lines) + "\n"


def _by_mapping(keys: tuple[Key, ...]) -> Any:  # noqa: ANN401 - a sort key
    order = {parent: number for number, parent in enumerate(dict.fromkeys(k.parent for k in keys))}
    return lambda key: order[key.parent]


def explain_key(name: str, form: str) -> str | None:
    """The page of a key, or of all keys of a kind of file; ``None``: the name is of neither.

    Raises:
        UsageError: the kind of file has no such key.
    """
    kind, dot, rest = name.partition(".")
    if kind not in schema_names():
        return None
    if not rest:
        return _explain_kind(kind, form) if not dot else None
    keys = find_keys(name)
    if keys:
        return explain_keys(keys, form)
    known = {_plain(key.path) for key in keys_of(kind)}
    last = {path.rpartition(".")[2] for path in known}
    meant = did_you_mean(rest, known) or did_you_mean(rest.rpartition(".")[2], last)
    raise UsageError(
        f"No key of {kind} files is named `{rest[:LONGEST]}`{meant}",
        f"Run `govern explain {kind}` to list its keys.",
    )


def _explain_kind(kind: str, form: str) -> str:
    """What the files are for, and every key of theirs."""
    keys = keys_of(kind)
    if form == "json":
        from multillm_gov.workflows.pages.rules import as_json

        return as_json(to_builtins(keys))
    if form == "markdown":
        return reference_page(kind)
    lines = [_FILES[kind].partition(";")[0].replace("`", "")]
    lines += [f"  {key.path}: {key.describe()}" for key in keys]
    return "\n".join(lines) + "\n"


def explain_keys(keys: tuple[Key, ...], form: str) -> str:
    """A key and those in it, as text, Markdown or JSON."""
    first, *inside = keys
    if form == "json":
        from multillm_gov.workflows.pages.rules import as_json

        return as_json(to_builtins(keys))
    if form == "markdown":
        lines = [f"# `{first.path}`", "", first.describe(), ""]
        lines += [f"- `{key.path.removeprefix(first.path)}`: {key.describe()}" for key in inside]
        return "\n".join(lines).rstrip() + "\n"
    lines = [first.path, f"  {first.describe()}"]
    lines += [
        f"  {key.path.removeprefix(first.path).lstrip('.')}: {key.describe()}" for key in inside
    ]
    return "\n".join(lines) + "\n"
