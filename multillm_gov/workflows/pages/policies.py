"""The page of a policy: what it declares, its effective parameters, and the page of its rule."""

from pathlib import Path
from textwrap import fill

from msgspec import Struct

from multillm_gov.changes.coverage import format_scope
from multillm_gov.changes.direction import format_parameter
from multillm_gov.documents.document import Document, locate
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import SourceError
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.portfolio.policy import Policy
from multillm_gov.rendering.markup.escaping import code, inline
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rules.engine.defaults import rule_facts
from multillm_gov.rules.engine.rule import Rule
from multillm_gov.sources.root import split_paths
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.workflows.pages.rules import page_data, page_markdown, page_text

_WIDTH = 80


class FoundPolicy(Struct, frozen=True):
    """A policy, its place, and its parameters: name, value, whether the policy gives it."""

    policy: Policy
    place: str
    parameters: tuple[tuple[str, str, bool], ...]


def find_policies(root: Path | None = None) -> dict[str, FoundPolicy]:
    """The policies of the portfolio by name; none where there is no portfolio and no root is named.

    Raises:
        SourceError: the root that is named is none.
    """
    try:
        top, _ = split_paths((), root)
    except SourceError:
        return {}
    documents: dict[str, Document] = {}
    for file in read_working_tree(top)[0]:
        if kind_of(file.path) == "policy":
            document, _ = read_document(file)
            if document is not None:
                documents[file.path] = document
    portfolio, _ = load_portfolio(documents)
    return {policy.name: _found(policy, documents) for policy in portfolio.policies}


def _found(policy: Policy, documents: dict[str, Document]) -> FoundPolicy:
    defaults = rule_facts(policy.declared.rule).defaults
    names = [*policy.parameters, *(name for name in defaults if name not in policy.parameters)]
    values = (
        (
            name,
            format_parameter(policy.parameters.get(name, defaults.get(name))),
            name in policy.parameters,
        )
        for name in names
    )
    location = locate(policy.place.key(), documents)
    return FoundPolicy(policy, f"{location.path}:{location.line}", tuple(values))


def policy_text(policy: FoundPolicy, rule: Rule) -> str:
    """For a terminal: the policy, then the page of its rule."""
    declared = policy.policy.declared
    lines = [f"policy {policy.policy.name} ({declared.enforcement.value}), {policy.place}", ""]
    if declared.because:
        lines += [
            "Reason",
            fill(declared.because, _WIDTH, initial_indent="  ", subsequent_indent="  "),
            "",
        ]
    lines += ["Applies to", f"  {format_scope(declared.applies_to)}", ""]
    if declared.controls:
        lines += ["Declared controls", f"  {', '.join(declared.controls)}", ""]
    if policy.parameters:
        lines.append("Effective parameters")
        lines += [f"  {name}: {value}{_origin(own)}" for name, value, own in policy.parameters]
        lines.append("")
    return "\n".join([*map(visible, "\n".join(lines).split("\n")), page_text(rule)])


def policy_markdown(policy: FoundPolicy, rule: Rule) -> str:
    """As a section, then that of its rule."""
    declared = policy.policy.declared
    parts = [
        f"### Policy {code(policy.policy.name)}",
        f"{declared.enforcement.value}, {code(policy.place)}",
    ]
    parts += [f"**Reason.** {inline(declared.because)}"] if declared.because else []
    parts.append(f"Applies to {inline(format_scope(declared.applies_to))}.")
    controls = ", ".join(map(inline, declared.controls))
    parts += [f"Declared controls: {controls}."] if controls else []
    if policy.parameters:
        rows = [
            f"| {code(name)} | {code(value)} | {_origin(own)} |"
            for name, value, own in policy.parameters
        ]
        parts.append("\n".join(["| parameter | value | |", "| --- | --- | --- |", *rows]))
    return "\n\n".join([*parts, page_markdown(rule)])


def policy_data(policy: FoundPolicy, rule: Rule) -> dict[str, object]:
    """As plain data, its rule's page below ``rule``."""
    declared = policy.policy.declared
    return {
        "policy": policy.policy.name,
        "place": policy.place,
        "enforcement": declared.enforcement.value,
        "because": declared.because,
        "applies_to": format_scope(declared.applies_to),
        "controls": list(declared.controls),
        "parameters": [
            {"name": name, "value": value, "given": own} for name, value, own in policy.parameters
        ],
        "rule": page_data(rule),
    }


def _origin(own: bool) -> str:
    return "" if own else " (default)"
