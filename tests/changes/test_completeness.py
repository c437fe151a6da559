"""No declared key may change without the comparison noticing, also keys that are added to the types
later."""

import pytest
from msgspec import Struct
from msgspec.structs import fields

from multillm_gov.changes.change import Area, ChangeKind
from multillm_gov.changes.coverage import _KEYS
from multillm_gov.changes.safeguards import SAFEGUARDS
from multillm_gov.portfolio.allocation import TaskClassDeclaration
from multillm_gov.portfolio.policy import PolicyDeclaration, Scope, Waiver
from multillm_gov.portfolio.portfolio import Portfolio

BY_THEMSELVES = {"route", "fallbacks", "demand"}
"""Compared by modules of their own, as wholes."""


def structs_in(kind):
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
    for part in getattr(kind, "__args__", ()):
        yield from structs_in(part)


def leaves(kind, prefix=""):
    for field in fields(kind):
        name = f"{prefix}{field.encode_name}"
        inner = next(structs_in(field.type), None)
        if inner is not None and name not in BY_THEMSELVES:
            yield from leaves(inner, f"{name}.")
        else:
            yield name


def test_every_key_of_a_task_class_is_compared():
    assert set(leaves(TaskClassDeclaration)) == BY_THEMSELVES | {
        trait.aspect for trait in SAFEGUARDS
    }


def test_every_key_of_a_scope_a_policy_and_a_waiver_is_compared():
    assert {field.encode_name for field in fields(Scope)} == {*_KEYS, "except"}
    assert {field.name for field in fields(PolicyDeclaration)} == {
        "rule",
        "enforcement",
        "title",
        "because",
        "controls",
        "applies_to",
        "approvers",
    }
    assert {field.name for field in fields(Waiver)} == {
        "policy",
        "subject",
        "reason",
        "approved_by",
        "expires",
        "ticket",
    }


def test_every_part_of_a_portfolio_is_compared():
    assert set(Portfolio.__struct_fields__) == {
        "settings",
        "task_classes",
        "moves",  # say which task class is which; nothing holds by them
        "policies",
        "waivers",
        "approvals",
    }


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_kind_has_its_place(kind):
    assert kind.area in Area


def test_changes_of_settings(edited):
    comparison = edited(
        ("organization: Example\n", "organization: Example\n    owners: [growth, sales]\n")
    )
    assert [(c.kind, c.aspect, c.direction, c.after) for c in comparison.changes] == [
        (ChangeKind.SETTING, "owners", "tightened", "growth, sales")
    ]


def test_approvals_given_and_withdrawn(edited):
    text = """    approvals:
      - {subject: "policy:vendor-concentration", digest: "sha256:%s", approved_by: cfo, date: 2026-11-01}
    waivers:
"""  # fmt: skip  # noqa: E501
    (change,) = edited(("    waivers:\n", text % ("a" * 64))).changes
    assert (change.kind, change.after) == (
        ChangeKind.APPROVAL_GIVEN,
        "cfo on 2026-11-01 of sha256:aaaaaaa",
    )
