"""Which published controls a rule supports evidence for, from ``data/controls.json``.

A finding, or its absence, is evidence that an auditor may weigh; no rule proves that a control is
met.
"""

from functools import cache
from pathlib import PurePath
from typing import cast

from msgspec import Struct, json
from msgspec.structs import replace

from multillm_gov.rules.engine.rule import Rule


class Framework(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published framework and those of its controls that rules name."""

    id: str
    """How control ids begin (``NIST-AI-RMF``)."""
    name: str
    source: str
    note: str
    """Whom it binds, and since when."""
    controls: dict[str, str]
    """Title, or gist in our words, by the control's own id."""


class Duty(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for, and every control that asks for it."""

    about: str
    controls: tuple[str, ...]


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    frameworks: tuple[Framework, ...]
    duties: dict[str, Duty]
    rules: dict[str, tuple[str, ...]]
    """Control ids by rule (``GOV301``), or by family (``GOV3``) for its other rules."""


class Control(Struct, frozen=True, kw_only=True):
    """One control as people read it."""

    id: str
    title: str
    framework: Framework


@cache
def mapping() -> Mapping:
    """The shipped mapping, read through the package's own loader (works from a zip file too)."""
    path = PurePath(__file__).parent / "data" / "controls.json"
    data = cast("bytes", __spec__.loader.get_data(str(path)))  # type: ignore[union-attr]
    return json.decode(data, type=Mapping)


def controls_of(rule_id: str) -> tuple[str, ...]:
    """Ids of the controls that a rule supports evidence for."""
    rules = mapping().rules
    return rules.get(rule_id) or rules.get(rule_id[:4], ())


def find_control(control: str) -> Control | None:
    """A control by its id with the framework's in front; ``None``: the mapping does not know it."""
    prefix, _, own = control.partition(" ")
    for framework in mapping().frameworks:
        if framework.id == prefix and own in framework.controls:
            return Control(id=control, title=framework.controls[own], framework=framework)
    return None


@cache
def with_controls(rule: Rule) -> Rule:
    """A rule with the controls that the mapping names; the same object each time."""
    return replace(rule, controls=controls_of(rule.id))
