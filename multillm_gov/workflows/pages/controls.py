"""The controls that a rule supports evidence for, as people read them."""

from textwrap import fill

from multillm_gov.rules.engine.controls import Control, Framework, find_control, mapping
from multillm_gov.rules.engine.rule import Rule

_WIDTH = 80
_FRAMEWORKS = """\
Control ids name these frameworks. A finding, or its absence, supports evidence for a control; those
accountable for the control decide whether it is met."""


def controls_text(rule: Rule) -> str:
    """For a terminal; empty for a rule without controls."""
    lines = []
    for framework, controls in _by_framework(rule):
        lines.append(f"  {framework.name}")
        lines += [
            fill(
                f"{control.id}: {control.title}",
                _WIDTH,
                initial_indent="    ",
                subsequent_indent="      ",
            )
            for control in controls
        ]
    return "\n".join(["  Supports evidence for", *lines]) if lines else ""


def controls_markdown(rule: Rule) -> str:
    """One list item a framework; empty for a rule without controls."""
    lines = [
        f"- {framework.name}: "
        f"{'; '.join(f'{control.id} ({control.title})' for control in controls)}"
        for framework, controls in _by_framework(rule)
    ]
    return "\n".join(["Supports evidence for:", "", *lines]) if lines else ""


def controls_data(rule: Rule) -> list[dict[str, str]]:
    """Plain data."""
    return [
        {"control": control.id, "title": control.title, "framework": framework.name}
        for framework, controls in _by_framework(rule)
        for control in controls
    ]


def frameworks_markdown() -> str:
    """The frameworks that rules name: where they are published, whom they bind."""
    lines = [
        f"- **{framework.name}** ({framework.source}). {framework.note}"
        for framework in mapping().frameworks
    ]
    return "\n".join(["## Frameworks", "", _FRAMEWORKS, "", *lines])


def _by_framework(rule: Rule) -> list[tuple[Framework, list[Control]]]:
    matching_controls = [
        control for name in rule.controls if (control := find_control(name)) is not None
    ]
    grouped = (
        (framework, [control for control in matching_controls if control.framework is framework])
        for framework in mapping().frameworks
    )
    return [(framework, controls) for framework, controls in grouped if controls]
